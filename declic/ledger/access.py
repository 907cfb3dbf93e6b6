"""The only ways to the books: those of the operators over which one may read them."""

from django.db.models import Q, QuerySet
from django.http import Http404

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.ledger.models import Entry, Till, TillSession
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


def keeps_whole(user: User, permission: Permission, operator_id: int) -> bool:
    """Whether `user` has `permission` over all the places of an operator, and not over one of them only."""
    return any(
        reach.site_id is None and reach.operator_id == operator_id for reach in scope_of(user).having(permission)
    )


def visible_tills(user: User) -> QuerySet[Till]:
    """The drawers at which `user` may take money: those of the place to which the role is limited, else all of them."""
    here = Q(pk__in=[])
    for reach in scope_of(user).having(Permission.TAKE_MONEY):
        if not reach.is_partner:
            place = Q() if reach.site_id is None else Q(site=reach.site_id)
            here |= Q(operator=reach.operator_id) & place
    return Till.objects.filter(here).select_related("operator", "site")


def access_till(pk: int, user: User) -> Till:
    """The drawer `pk` if `user` takes money there; 404 otherwise."""
    try:
        return visible_tills(user).get(pk=pk)
    except Till.DoesNotExist:
        raise Http404 from None


def access_session(pk: int, user: User) -> TillSession:
    """The day `pk` of a drawer at which `user` takes money; 404 otherwise."""
    sessions = TillSession.objects.filter(till__in=visible_tills(user).order_by().values("pk"))
    try:
        return sessions.select_related("operator", "till__site", "opened_by", "closed_by").get(pk=pk)
    except TillSession.DoesNotExist:
        raise Http404 from None
