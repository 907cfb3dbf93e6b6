"""The only ways to a list, a line of it and someone spotted: by operator, by place, and never more people than one sees."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.orientation.models import Spotted, SpottingImport, SpottingRow
from declic.people.access import joined, within
from declic.people.openings import note_opening


def visible_imports(user: User) -> QuerySet[SpottingImport]:
    """The lists of the operators for whom `user` imports; limited to a place, those of the place and one's own.

    A list shows the files that its author sees: who works in one place opens no list made for all of them.
    """
    where = Q(pk__in=[])
    for reach in scope_of(user).having(Permission.IMPORT_PEOPLE):
        if reach.is_partner:
            continue
        here = Q(operator=reach.operator_id)
        if reach.site_id is not None:
            here &= Q(site=reach.site_id) | Q(created_by=user)
        where |= here
    return SpottingImport.objects.filter(where)


def access_import(pk: int, user: User) -> SpottingImport:
    """The list `pk` if `user` reaches it; 404 otherwise."""
    lists = visible_imports(user).select_related("edition__programme", "operator", "site", "created_by", "undone_by")
    return _one(lists, pk)


def access_row(pk: int, user: User) -> SpottingRow:
    """The line `pk` of a list that `user` reaches; 404 otherwise."""
    rows = SpottingRow.objects.filter(batch__in=visible_imports(user))
    return _one(rows.select_related("batch__edition__programme", "person"), pk)


def visible_spotted(user: User, permission: Permission = Permission.ANSWER_REFERRALS) -> QuerySet[Spotted]:
    """People spotted whom `user` reaches with `permission`."""
    where = Q(pk__in=[])
    for reach in joined(scope_of(user).having(permission)):
        if not reach.is_partner:
            where |= within(reach, "person")
    return Spotted.objects.filter(where)


def access_spotted(pk: int, user: User, permission: Permission = Permission.ANSWER_REFERRALS) -> Spotted:
    """Someone spotted, if `user` reaches her with `permission`; 404 otherwise."""
    spotted: Spotted = _one(
        visible_spotted(user, permission).select_related("person", "edition__programme", "batch"), pk
    )
    note_opening(user, person_id=spotted.person_id, operator_id=spotted.operator_id)
    return spotted


def _one(rows: QuerySet[Any], pk: int) -> Any:
    try:
        return rows.get(pk=pk)
    except rows.model.DoesNotExist:
        raise Http404 from None
