"""The only ways to a person's file: those of one's own operator and sites."""

from django.db.models import Q, QuerySet
from django.http import Http404

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.people.models import Person


def visible_people(user: User, permission: Permission = Permission.SEE_PEOPLE) -> QuerySet[Person]:
    """People whom `user` reaches with `permission`; someone tied to no site yet is seen by every site of the operator."""
    where = Q(pk__in=[])
    for reach in scope_of(user).having(permission):
        if reach.is_partner:
            continue
        here = Q(operator=reach.operator_id)
        if reach.site_id is not None:
            here &= Q(site=reach.site_id) | Q(site__isnull=True)
        where |= here
    return Person.objects.filter(where)


def access_person(
    pk: int, user: User, permission: Permission = Permission.SEE_PEOPLE, *, for_update: bool = False
) -> Person:
    """The person `pk` if `user` reaches her with `permission`, locked if asked; 404 otherwise, whether she exists or not."""
    people = visible_people(user, permission).select_related("site")
    if for_update:
        people = people.select_for_update(of=("self",))
    try:
        return people.get(pk=pk)
    except Person.DoesNotExist:
        raise Http404 from None


def own_site(user: User, operator_id: int) -> int | None:
    """The place where `user` works for the operator, when the role names exactly one: what forms begin with."""
    reaches = [reach for reach in scope_of(user).having(Permission.EDIT_PEOPLE) if reach.operator_id == operator_id]
    sites = {reach.site_id for reach in reaches}
    return sites.pop() if len(sites) == 1 else None
