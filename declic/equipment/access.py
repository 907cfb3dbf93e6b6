"""The only ways to a machine, an allocation or a ceremony: one's operator and site; refurbishers, machines alone."""

from django.db.models import Q, QuerySet
from django.http import Http404

from declic.accounts.enums import Permission, Role
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.equipment.models import (
    Agreement,
    Allocation,
    Ceremony,
    CeremonyPlace,
    Collection,
    Device,
    Evidence,
    LabelRun,
    Lot,
    Promise,
)
from declic.organisations.enums import PartnershipKind
from declic.organisations.models import OperatorRow, Organisation, Partnership
from declic.people.access import joined, within
from declic.people.openings import note_opening

NOTHING = Q(pk__in=[])
# Partners who come to an operator's machines, and those who come to its people.
_DEVICE_PARTNERS = (Role.REFURBISHER, Role.ADVISER)
_READ = (Permission.HAND_OVER, Permission.TAKE_MONEY)


def visible_devices(user: User, permission: Permission = Permission.SEE_STOCK) -> QuerySet[Device]:
    """Machines that `user` reaches with `permission`: the operator's, on the site if the role names one."""
    where = NOTHING
    for reach in scope_of(user).having(permission):
        if reach.is_partner and reach.role not in _DEVICE_PARTNERS:
            continue
        here = Q(operator=reach.operator_id)
        if reach.site_id is not None:
            here &= Q(site=reach.site_id) | Q(site__isnull=True)
        where |= here
    return Device.objects.filter(where)


def access_device(
    pk: int, user: User, permission: Permission = Permission.SEE_STOCK, *, for_update: bool = False
) -> Device:
    """The machine `pk` if `user` reaches it with `permission`, locked if asked; 404 otherwise."""
    devices = visible_devices(user, permission).select_related("operator", "lot__donor", "site", "refurbisher")
    if for_update:
        devices = devices.select_for_update(of=("self",))
    try:
        return devices.get(pk=pk)
    except Device.DoesNotExist:
        raise Http404 from None


def visible_lots(user: User, permission: Permission = Permission.MANAGE_STOCK) -> QuerySet[Lot]:
    """Lots of the operators whose machines `user` reaches with `permission`."""
    return Lot.objects.filter(operator__in=_operators(user, permission))


def _operators(user: User, permission: Permission) -> set[int]:
    reaches = scope_of(user).having(permission)
    return {one.operator_id for one in reaches if not one.is_partner or one.role in _DEVICE_PARTNERS}


def access_lot(pk: int, user: User, permission: Permission = Permission.MANAGE_STOCK) -> Lot:
    """The lot `pk` if `user` reaches it; 404 otherwise."""
    try:
        return (
            visible_lots(user, permission)
            .select_related("operator", "donor", "collection__promise", "collection__transfer_document")
            .get(pk=pk)
        )
    except Lot.DoesNotExist:
        raise Http404 from None


def visible_evidence(user: User, permission: Permission = Permission.MANAGE_STOCK) -> QuerySet[Evidence]:
    """Files of inventory and erasure, without their bytes: of machines that `user` reaches, or of none yet."""
    own = Q(device__in=visible_devices(user, permission).values("pk"))
    waiting = Q(device__isnull=True, operator__in=_operators(user, permission))
    return Evidence.objects.filter(own | waiting).defer("raw")


def access_evidence(pk: int, user: User, permission: Permission = Permission.MANAGE_STOCK) -> Evidence:
    """The file `pk` if `user` reaches it; 404 otherwise. Its bytes are read from the database only when asked for."""
    found = visible_evidence(user, permission).select_related("operator", "device__operator", "lot", "received_by")
    try:
        return found.get(pk=pk)
    except Evidence.DoesNotExist:
        raise Http404 from None


def visible_allocations(user: User, *permissions: Permission) -> QuerySet[Allocation]:
    """Allocations that `user` reaches with one of `permissions` (handing over or taking money, if none is named)."""
    where = NOTHING
    scope = scope_of(user)
    for permission in permissions or _READ:
        for reach in joined(scope.having(permission)):
            if not reach.is_partner or reach.role == Role.ADVISER:
                where |= within(reach, "person", sites=("enrolment__site",))
    return Allocation.objects.filter(where)


def visible_agreements(user: User, *permissions: Permission) -> QuerySet[Agreement]:
    """The agreements of the allocations that `user` reaches with one of `permissions`."""
    return Agreement.objects.filter(allocation__in=visible_allocations(user, *permissions).values("pk"))


def access_allocation(pk: int, user: User, *permissions: Permission, for_update: bool = False) -> Allocation:
    """The allocation `pk` if `user` reaches it with one of `permissions`, locked if asked; 404 otherwise."""
    allocations = visible_allocations(user, *permissions).select_related(
        "person", "edition__programme", "edition__section", "enrolment__terms", "device", "operator", "account"
    )
    if for_update:
        allocations = allocations.select_for_update(of=("self",))
    try:
        allocation = allocations.get(pk=pk)
    except Allocation.DoesNotExist:
        raise Http404 from None
    note_opening(user, person_id=allocation.person_id, operator_id=allocation.operator_id)
    return allocation


def visible_ceremonies(user: User, permission: Permission = Permission.HAND_OVER) -> QuerySet[Ceremony]:
    """Ceremonies of the operators over which `user` has `permission`."""
    return Ceremony.objects.filter(operator__in=scope_of(user).operators(permission))


def access_ceremony(
    pk: int, user: User, permission: Permission = Permission.HAND_OVER, *, for_update: bool = False
) -> Ceremony:
    """The ceremony `pk` if `user` reaches it, locked if asked; 404 otherwise."""
    ceremonies = visible_ceremonies(user, permission).select_related("edition__programme", "operator")
    if for_update:
        ceremonies = ceremonies.select_for_update(of=("self",))
    try:
        return ceremonies.get(pk=pk)
    except Ceremony.DoesNotExist:
        raise Http404 from None


def visible_places(ceremony: Ceremony, user: User) -> QuerySet[CeremonyPlace]:
    """Those expected at a ceremony whom `user` may serve."""
    return CeremonyPlace.objects.filter(
        ceremony=ceremony, allocation__in=visible_allocations(user, Permission.HAND_OVER).values("pk")
    )


def visible_of[Row: OperatorRow](
    model: type[Row], user: User, permission: Permission = Permission.MANAGE_STOCK
) -> QuerySet[Row]:
    """What comes in (promises, collections, lots, labels) of the operators whose stock `user` keeps; no place owns it."""
    rows: QuerySet[Row] = model._default_manager.filter(operator__in=scope_of(user).operators(permission))
    return rows


def _access[Row: OperatorRow](model: type[Row], pk: int, user: User, *related: str) -> Row:
    try:
        return visible_of(model, user).select_related("operator", *related).get(pk=pk)
    except model.DoesNotExist:
        raise Http404 from None


def access_promise(pk: int, user: User) -> Promise:
    """The promise `pk` if `user` keeps that operator's stock; 404 otherwise."""
    return _access(Promise, pk, user, "donor")


def access_collection(pk: int, user: User) -> Collection:
    """The collection `pk` if `user` keeps that operator's stock; 404 otherwise."""
    return _access(Collection, pk, user, "promise__donor", "promise__operator", "transfer_document")


def access_label_run(pk: int, user: User) -> LabelRun:
    """Labels printed ahead, if `user` keeps that operator's stock; 404 otherwise."""
    return _access(LabelRun, pk, user)


def visible_donors(user: User) -> QuerySet[Partnership]:
    """Who gives machines, or gave some, to the operators whose stock `user` keeps."""
    return visible_of(Partnership, user).filter(kind=PartnershipKind.DONOR).select_related("partner", "operator")


def access_donor(pk: int, user: User) -> tuple[Organisation, Organisation]:
    """The donor `pk` and the operator to whom it gives; 404 when `user` does not keep that operator's stock."""
    found = visible_donors(user).filter(partner=pk).order_by("-since", "-pk").first()
    if found is None:
        raise Http404
    return found.partner, found.operator
