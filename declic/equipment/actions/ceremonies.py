"""Ceremonies: a day on which several people receive their machine; each handover stands or falls alone."""

import datetime
from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.dates import format_day
from declic.core.errors import DomainError
from declic.equipment.actions.handover import prepare_allocation, reserve_device
from declic.equipment.enums import CEREMONY_TRANSITIONS, AllocationState, CeremonyState, DeviceState
from declic.equipment.models import Allocation, Ceremony, CeremonyPlace, Device
from declic.orientation.models import Enrolment
from declic.people.models import Person
from declic.programmes.models import Edition

_NOT_YET_HANDED_OVER = (AllocationState.DRAFT, AllocationState.RESERVED)


@transaction.atomic
def prepare_ceremony(
    *,
    acting_user: User,
    edition: Edition,
    name: str,
    on: datetime.date,
    place: str,
    allocations: Iterable[Allocation],
) -> Ceremony:
    """Plan a ceremony for people whose machine is not handed over yet."""
    if not name.strip():
        raise DomainError(_("Donnez un nom à la remise, par exemple « Remise de novembre »."), field="name")
    Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)
    same = Ceremony.objects.filter(edition=edition, name=name.strip(), on=on, state=CeremonyState.PREPARED)
    if same.exists():
        raise DomainError(_("Cette remise est déjà préparée pour ce jour : ouvrez-la dans la liste."), field="name")
    ceremony = Ceremony.objects.create(
        operator=edition.operator, edition=edition, name=name.strip(), on=on, place=place.strip()
    )
    add_to_ceremony(acting_user=acting_user, ceremony=ceremony, allocations=allocations)
    return ceremony


@transaction.atomic
def add_to_ceremony(*, acting_user: User, ceremony: Ceremony, allocations: Iterable[Allocation]) -> Ceremony:
    """Expect more people at a ceremony that is still being prepared."""
    ceremony = _prepared(ceremony)
    wanted = list(
        Allocation.objects.select_for_update(no_key=True, of=("self",))
        .select_related("person")
        .filter(pk__in=[allocation.pk for allocation in allocations])
        .order_by("pk")
    )
    for allocation in wanted:
        if allocation.edition_id != ceremony.edition_id:
            raise DomainError(
                _("%(person)s n'est pas dans cette édition : retirez son nom de la liste.")
                % {"person": allocation.person}
            )
        if allocation.state not in _NOT_YET_HANDED_OVER:
            raise DomainError(
                _("%(person)s a déjà sa machine : retirez son nom de la liste.") % {"person": allocation.person}
            )
    # Someone absent at an earlier ceremony may come to this one: the place goes along, with what a device sent for it.
    absent = CeremonyPlace.objects.filter(allocation__in=[allocation.pk for allocation in wanted])
    moved = set(absent.exclude(ceremony__state=CeremonyState.PREPARED).values_list("allocation_id", flat=True))
    absent.filter(allocation__in=moved).update(ceremony=ceremony)
    try:
        with transaction.atomic():
            CeremonyPlace.objects.bulk_create(
                [
                    CeremonyPlace(operator=ceremony.operator, ceremony=ceremony, allocation=allocation)
                    for allocation in wanted
                    if allocation.pk not in moved
                ]
            )
    except IntegrityError:
        raise DomainError(
            _("Une des personnes est déjà attendue à une remise : actualisez la page et choisissez de nouveau.")
        ) from None
    return ceremony


@transaction.atomic
def invite_to_ceremony(
    *,
    acting_user: User,
    ceremony: Ceremony,
    allocations: Sequence[Allocation],
    enrolments: Sequence[Enrolment],
    mode: str,
    device_kind: str,
    at: datetime.datetime,
) -> Ceremony:
    """Expect these people at a ceremony: allocations as they stand, and for each enrolment a new one with the next ready machine.

    When the shelf is empty the allocation waits for its machine.
    """
    # Every person first, then machines that nobody is taking: no one waits for anyone in a circle.
    ids = {row.person_id for row in allocations} | {row.person_id for row in enrolments}
    list(Person.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids).order_by("pk"))
    new = [
        prepare_allocation(
            acting_user=acting_user,
            person=enrolment.person,
            edition=enrolment.edition,
            enrolment=enrolment,
            mode=mode,
            device_kind=device_kind,
            on=ceremony.on,
        )
        for enrolment in sorted(enrolments, key=lambda enrolment: enrolment.person_id)
    ]
    waiting = [*new, *(allocation for allocation in allocations if allocation.state == AllocationState.DRAFT)]
    _take_ready_machines(acting_user, ceremony, waiting, at)
    return add_to_ceremony(acting_user=acting_user, ceremony=ceremony, allocations=[*allocations, *new])


def _take_ready_machines(user: User, ceremony: Ceremony, waiting: Iterable[Allocation], at: datetime.datetime) -> int:
    """Set the next ready machine aside for each allocation, as long as there are some; how many were."""
    taken = 0
    for allocation in waiting:
        device = (
            Device.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(operator=allocation.operator_id, state=DeviceState.READY, kind=allocation.device_kind)
            .order_by("tag", "pk")
            .first()
        )
        if device is not None:
            reserve_device(
                acting_user=user,
                allocation=allocation,
                device=device,
                at=at,
                exception_reason=reason_of_invitation(ceremony),
            )
            taken += 1
    return taken


def _without_machine(ceremony: Ceremony) -> list[Allocation]:
    """Those who wait for their machine, in the order of the list, each person locked."""
    places = CeremonyPlace.objects.filter(ceremony=ceremony, allocation__state=AllocationState.DRAFT)
    ids = places.values_list("allocation__person_id", flat=True)
    list(Person.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=list(ids)).order_by("pk"))
    return list(
        Allocation.objects.select_related("person")
        .filter(ceremony_place__ceremony=ceremony, state=AllocationState.DRAFT)
        .order_by("person__last_name", "person__first_name", "pk")
    )


@transaction.atomic
def assign_ready_machines(*, acting_user: User, ceremony: Ceremony, at: datetime.datetime) -> int:
    """Give the ready machines of the right kind, in the order of their tags, to those who have none; how many were given."""
    ceremony = _prepared(ceremony)
    waiting = _without_machine(ceremony)
    if not waiting:
        raise DomainError(_("Chaque personne a déjà sa machine."))
    taken = _take_ready_machines(acting_user, ceremony, waiting, at)
    if not taken:
        raise DomainError(_("Aucune machine prête de ce type : préparez-en à l'atelier, puis revenez."))
    return taken


@transaction.atomic
def assign_next(*, acting_user: User, ceremony: Ceremony, device: Device, at: datetime.datetime) -> Allocation:
    """Set the machine just scanned aside for the next person of the list who waits for one of its kind."""
    ceremony = _prepared(ceremony)
    already = Allocation.objects.filter(
        ceremony_place__ceremony=ceremony, device=device, state=AllocationState.RESERVED
    ).select_related("person")
    for allocation in already:
        raise DomainError(
            _("%(tag)s est déjà pour %(person)s : prenez la machine suivante.")
            % {"tag": device.tag, "person": allocation.person},
            field="device",
        )
    waiting = [row for row in _without_machine(ceremony) if row.device_kind == device.kind]
    if not waiting:
        raise DomainError(
            _("Plus personne n'attend une machine de ce type : rangez %(tag)s.") % {"tag": device.tag}, field="device"
        )
    return reserve_device(
        acting_user=acting_user,
        allocation=waiting[0],
        device=device,
        at=at,
        exception_reason=reason_of_invitation(ceremony),
    )


def reason_of_invitation(ceremony: Ceremony) -> str:
    """Why someone invited is served before others of the programme's order, in words that her allocation keeps."""
    return _("Invitation à la remise « %(name)s » du %(day)s") % {
        "name": ceremony.name[:200],
        "day": format_day(ceremony.on),
    }


def _prepared(ceremony: Ceremony) -> Ceremony:
    ceremony = Ceremony.objects.select_for_update(no_key=True).get(pk=ceremony.pk)
    if ceremony.state != CeremonyState.PREPARED:
        raise DomainError(_("Cette remise est terminée : préparez-en une autre."))
    return ceremony


@transaction.atomic
def hold_ceremony(*, acting_user: User, ceremony: Ceremony) -> Ceremony:
    """Say that the day is over; those who did not come keep their reserved machine."""
    return _close(ceremony, CeremonyState.HELD)


@transaction.atomic
def cancel_ceremony(*, acting_user: User, ceremony: Ceremony) -> Ceremony:
    """Give up a ceremony; the allocations stay as they are."""
    return _close(ceremony, CeremonyState.CANCELLED)


def _close(ceremony: Ceremony, state: CeremonyState) -> Ceremony:
    ceremony = Ceremony.objects.select_for_update(no_key=True).get(pk=ceremony.pk)
    CEREMONY_TRANSITIONS.require(ceremony.state, state, _("Cette remise est déjà terminée."))
    ceremony.state = state
    ceremony.save(update_fields=["state"])
    return ceremony
