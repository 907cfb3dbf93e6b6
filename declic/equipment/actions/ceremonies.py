"""Ceremonies: a day on which several people receive their machine; each handover stands or falls alone."""

import datetime
from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
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
    ceremony = Ceremony.objects.select_for_update(no_key=True).get(pk=ceremony.pk)
    if ceremony.state != CeremonyState.PREPARED:
        raise DomainError(_("Cette remise est terminée : préparez-en une autre."))
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
        # Someone absent at an earlier ceremony may come to this one.
        CeremonyPlace.objects.filter(allocation=allocation).exclude(ceremony__state=CeremonyState.PREPARED).delete()
    try:
        with transaction.atomic():
            CeremonyPlace.objects.bulk_create(
                [CeremonyPlace(operator=ceremony.operator, ceremony=ceremony, allocation=a) for a in wanted]
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
    for allocation in waiting:
        device = (
            Device.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(operator=ceremony.operator_id, state=DeviceState.READY, kind=allocation.device_kind)
            .order_by("tag", "pk")
            .first()
        )
        if device is not None:
            reserve_device(acting_user=acting_user, allocation=allocation, device=device, at=at)
    return add_to_ceremony(acting_user=acting_user, ceremony=ceremony, allocations=[*allocations, *new])


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
