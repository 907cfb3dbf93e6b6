"""The only ways to the books: those of the operators over which one may read them."""

from django.db.models import QuerySet
from django.http import Http404

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.ledger.models import Entry
from declic.organisations.models import OperatorRow


def visible_entries(user: User, permission: Permission = Permission.SEE_BOOKS) -> QuerySet[Entry]:
    """Entries of the operators over which `user` has `permission`."""
    return Entry.objects.filter(operator__in=scope_of(user).operators(permission))


def access_entry(
    pk: int, user: User, permission: Permission = Permission.SEE_BOOKS, *, for_update: bool = False
) -> Entry:
    """The entry `pk` if `user` reaches it, locked if asked; 404 otherwise."""
    entries = visible_entries(user, permission).select_related("operator", "section", "recorded_by", "reverses")
    if for_update:
        entries = entries.select_for_update(of=("self",))
    try:
        return entries.get(pk=pk)
    except Entry.DoesNotExist:
        raise Http404 from None


def reached[Row: OperatorRow](
    model: type[Row], pk: int, user: User, permission: Permission, *related: str, whole: bool = False
) -> Row:
    """The row `pk` of an operator over which `user` has `permission`, with what it is shown with; 404 otherwise.

    `whole`: what one does there concerns all places, so a role limited to one of them does not open it.
    """
    scope = scope_of(user)
    reaches = [reach for reach in scope.having(permission) if not whole or reach.site_id is None]
    operators = {reach.operator_id for reach in reaches} & set(scope.operators(permission))
    rows = model._default_manager.filter(operator__in=operators).select_related("operator", *related)
    try:
        return rows.get(pk=pk)
    except model.DoesNotExist:
        raise Http404 from None
