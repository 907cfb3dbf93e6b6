"""Ceremonies: a day on which several people receive their machine; each handover stands or falls alone."""

import datetime
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.equipment.enums import CEREMONY_TRANSITIONS, AllocationState, CeremonyState
from declic.equipment.models import Allocation, Ceremony, CeremonyPlace
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
