"""The only ways to aids, recharges and sales."""

from django.db.models import QuerySet
from django.http import Http404

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.connectivity.models import InternetAid, RechargeProduct, RechargeSale
from declic.orientation.access import visible_enrolments
from declic.people.access import visible_people
from declic.people.openings import note_opening


def visible_aids(user: User, *permissions: Permission) -> QuerySet[InternetAid]:
    """Aids that `user` reaches with one of `permissions` (asking or deciding, if none is named)."""
    aids = InternetAid.objects.none()
    for permission in permissions or (Permission.DECIDE_AID, Permission.REQUEST_AID):
        if scope_of(user).can(permission):
            aids |= InternetAid.objects.filter(enrolment__in=visible_enrolments(user, permission))
    return aids


def access_aid(pk: int, user: User, *permissions: Permission, for_update: bool = False) -> InternetAid:
    """The aid `pk` if `user` reaches it, locked if asked; 404 otherwise, whether it exists or not."""
    aids = visible_aids(user, *permissions).select_related(
        "enrolment__person",
        "enrolment__edition__programme",
        "enrolment__terms",
        "enrolment__referral__prescriber",
        "enrolment__entry_snapshot",
        "requested_by",
        "decided_by",
        "proof_document",
        "renews",
    )
    if for_update:
        aids = aids.select_for_update(of=("self",))
    try:
        aid = aids.get(pk=pk)
    except InternetAid.DoesNotExist:
        raise Http404 from None
    note_opening(user, person_id=aid.enrolment.person_id, operator_id=aid.operator_id)
    return aid


def visible_products(user: User, permission: Permission = Permission.TAKE_MONEY) -> QuerySet[RechargeProduct]:
    """Recharges of the operators for which `user` has `permission`."""
    return RechargeProduct.objects.filter(operator__in=scope_of(user).operators(permission))


def access_product(pk: int, user: User, permission: Permission = Permission.TAKE_MONEY) -> RechargeProduct:
    """The recharge `pk` if `user` reaches it; 404 otherwise."""
    try:
        return visible_products(user, permission).get(pk=pk)
    except RechargeProduct.DoesNotExist:
        raise Http404 from None


def visible_sales(user: User, permission: Permission = Permission.TAKE_MONEY) -> QuerySet[RechargeSale]:
    """Sales to the people whom `user` reaches with `permission`."""
    return RechargeSale.objects.filter(person__in=visible_people(user, permission))


def access_sale(pk: int, user: User, permission: Permission = Permission.TAKE_MONEY) -> RechargeSale:
    """The sale `pk` if `user` reaches the person who bought; 404 otherwise."""
    sales = visible_sales(user, permission).select_related(
        "person", "product", "sold_by", "operator", "edition__programme", "code", "cancellation__cancelled_by"
    )
    try:
        sale = sales.get(pk=pk)
    except RechargeSale.DoesNotExist:
        raise Http404 from None
    note_opening(user, person_id=sale.person_id, operator_id=sale.operator_id)
    return sale
