"""A ceremony seen from its day: what would prevent each handover, and the little that a device keeps for when it is offline."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from declic.core.dates import format_day
from declic.core.money import format_euros
from declic.diagnosis.enums import AssessmentKind
from declic.diagnosis.models import Assessment
from declic.equipment.agreement import agreement_lines, machine_line
from declic.equipment.enums import AllocationMode, AllocationState, DeviceKind, DeviceState, SyncOutcome
from declic.equipment.models import Allocation, Ceremony, CeremonyPlace, CeremonySync, Device
from declic.equipment.queries import NOT_HANDED_OVER
from declic.equipment.terms import LOAN_MODES, due_date, equipment_terms
from declic.ledger.enums import PAYING_MEANS, Means
from declic.ledger.models import ClosedMonth
from declic.programmes.schema import EquipmentTerms, cents
from declic.training.queries import finished

MOST_SPARE = 300
"""Ready machines that a device knows of, beside those set aside."""

_MACHINE = "\x00"


def amount_of(allocation: Allocation) -> int:
    """Cents that change hands at the handover, under the terms as the allocation shows them."""
    return {AllocationMode.SALE: allocation.price, AllocationMode.GIFT: 0}.get(
        AllocationMode(allocation.mode), allocation.deposit
    )


def means_for(mode: str) -> list[tuple[str, str]]:
    """The means by which the money of a handover may be paid: only a deposit may be a cheque that is kept."""
    choices = Means.choices if mode in LOAN_MODES else PAYING_MEANS
    return [(str(value), str(label)) for value, label in choices]


def expected_on(ceremony: Ceremony, today: datetime.date) -> datetime.date:
    """The day whose agreements are shown: the ceremony's, or today once it is past."""
    return max(ceremony.on, today)


def obstacles(places: Sequence[CeremonyPlace], on: datetime.date) -> dict[int, str]:
    """By place, the sentence that says what would prevent its handover on `on`; places that are ready are left out.

    A fixed number of queries, whatever the number of people.
    """
    waiting = [place for place in places if place.allocation.state in NOT_HANDED_OVER]
    entries = {place.pk: _terms_of(place.allocation) for place in waiting}
    wanting = [
        place.allocation.enrolment
        for place in waiting
        if (entry := entries[place.pk]) is not None and entry.condition != "none" and place.allocation.enrolment
    ]
    done = finished(wanting, on) if wanting else set()
    evaluated = set(
        Assessment.objects.filter(
            enrolment__in=[enrolment.pk for enrolment in wanting],
            kind=AssessmentKind.EXIT,
            confirmed_on__isnull=False,
            on__lte=on,
        ).values_list("enrolment_id", flat=True)
    )
    found = {}
    for place in waiting:
        sentence = _obstacle(place.allocation, entries[place.pk], on, done=done, evaluated=evaluated)
        if sentence:
            found[place.pk] = sentence
    return found


def _terms_of(allocation: Allocation) -> EquipmentTerms | None:
    return equipment_terms(
        allocation.edition, allocation.enrolment, mode=allocation.mode, device_kind=allocation.device_kind
    )


def _obstacle(
    allocation: Allocation, entry: EquipmentTerms | None, on: datetime.date, *, done: set[int], evaluated: set[int]
) -> str:
    if entry is None:
        return _("Les règles du dispositif ne prévoient plus cette remise.")
    enrolment = allocation.enrolment
    if enrolment is not None:
        if enrolment.starts_on > on:
            return _("La personne entre dans le dispositif le %(day)s.") % {"day": format_day(enrolment.starts_on)}
        if entry.condition != "none" and enrolment.pk not in done:
            return _("Le parcours de formation n'est pas terminé.")
        if entry.condition == "course_evaluated" and enrolment.pk not in evaluated:
            return _("Le diagnostic de sortie manque.")
    ends = due_date(entry, on) if allocation.mode in LOAN_MODES else None
    if ends is not None and ends <= on:
        return _("Le prêt finirait le %(day)s, avant de commencer.") % {"day": format_day(ends)}
    if allocation.device is None:
        return _("La machine est à choisir.")
    if allocation.device.state != DeviceState.RESERVED:
        return _("La machine %(tag)s n'est plus réservée : choisissez-en une autre.") % {"tag": allocation.device.tag}
    return ""


def common_obstacles(ceremony: Ceremony, places: Sequence[CeremonyPlace], on: datetime.date) -> list[str]:
    """What would prevent every handover, or every payment, of the day."""
    money = any(amount_of(place.allocation) for place in places)
    found = []
    if money and ClosedMonth.objects.filter(operator=ceremony.operator_id, month=on.replace(day=1)).exists():
        found.append(_("Les comptes de ce mois sont clos : rien ne peut être encaissé à cette date."))
    return found


def syncs_to_take_up(ceremony: Ceremony, waiting: Sequence[CeremonyPlace]) -> list[CeremonySync]:
    """Handovers that a device sent, that were refused, and whose person still waits: the latest of each."""
    refused = CeremonySync.objects.filter(
        place__ceremony=ceremony, place__in=[place.pk for place in waiting], outcome=SyncOutcome.REFUSED
    )
    latest = {sync.place_id: sync for sync in refused.select_related("place__allocation__person").order_by("pk")}
    return list(latest.values())


def _line(device: Device) -> dict[str, str]:
    return {"tag": device.tag, "kind": device.kind, "line": machine_line(device)}


def spare_machines(ceremony: Ceremony, kinds: set[str]) -> list[Device]:
    """Ready machines of the kinds that are expected, in the order of their tags."""
    devices = Device.objects.filter(operator=ceremony.operator_id, state=DeviceState.READY, kind__in=sorted(kinds))
    return list(devices.order_by("tag", "pk")[:MOST_SPARE])


def state_of_day(
    ceremony: Ceremony, places: Sequence[CeremonyPlace], today: datetime.date, *, whole: bool
) -> dict[str, Any]:
    """What the page of the day knows: nothing of a person but the name, the machine and the money.

    With `whole`, also the agreements to read and the machines that could be taken instead.
    """
    on = expected_on(ceremony, today)
    stopped = obstacles(places, on)
    rows = [_row(place, stopped.get(place.pk, ""), on=on, whole=whole) for place in places]
    state: dict[str, Any] = {
        "id": ceremony.pk,
        "name": ceremony.name,
        "on": ceremony.on.isoformat(),
        "day": format_day(ceremony.on),
        "where": ceremony.place,
        "state": ceremony.state,
        "stopped": common_obstacles(ceremony, places, on),
        "places": rows,
    }
    if whole:
        kinds = {place.allocation.device_kind for place in places if place.allocation.state in NOT_HANDED_OVER}
        state["spare"] = [_line(device) for device in spare_machines(ceremony, kinds)]
        state["means"] = {str(mode): means_for(mode) for mode in AllocationMode}
    return state


def _row(place: CeremonyPlace, stopped: str, *, on: datetime.date, whole: bool) -> dict[str, Any]:
    allocation = place.allocation
    person = allocation.person
    served = allocation.state not in NOT_HANDED_OVER and allocation.state != AllocationState.CANCELLED
    row: dict[str, Any] = {
        "id": place.pk,
        "first": person.first_name,
        "last": person.last_name,
        "mode": allocation.mode,
        "kind": allocation.device_kind,
        "words": f"{allocation.get_mode_display()} · {DeviceKind(allocation.device_kind).label}",
        "tag": allocation.device.tag if allocation.device else "",
        "served": served,
        "stopped": stopped,
    }
    if served:
        return row
    entry = _terms_of(allocation)
    if entry is not None:
        # As the handover will copy them: what is signed is what is kept.
        allocation.deposit, allocation.price = cents(entry.deposit_eur), cents(entry.price_eur)
        allocation.option_price = None if entry.option_price_eur is None else cents(entry.option_price_eur)
        allocation.options_at_term = list(entry.options_at_term)
        allocation.due_on = due_date(entry, on) if allocation.mode in LOAN_MODES else None
    row["amount"] = amount_of(allocation)
    row["price"] = format_euros(row["amount"]) if row["amount"] else ""
    if whole:
        lines = agreement_lines(allocation, _MACHINE, on=on)
        row["machine_at"] = lines.index(_MACHINE)
        lines[row["machine_at"]] = machine_line(allocation.device) if allocation.device else ""
        row["lines"] = lines
    return row
