"""Who is served next when machines are scarce: the order that the programme's terms give, with its reasons (docs/adr/017)."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from declic.core.dates import format_day
from declic.equipment.enums import AllocationState, DeviceState
from declic.equipment.models import Allocation, Device
from declic.equipment.terms import terms_for
from declic.orientation.models import Enrolment
from declic.orientation.sources import begin_with
from declic.people.enums import HomeEquipment, Household, LabourStatus
from declic.people.models import Snapshot
from declic.programmes import labels
from declic.programmes.models import Edition
from declic.programmes.schema import EquipmentTerms, PriorityCode
from declic.training.queries import finished

MOST_WORDS = 300
_JOB_SEARCH = (LabourStatus.CHOMEUR, LabourStatus.CHOMEUR_LONGUE_DUREE)
_WITH_CHILDREN = (Household.SEUL_AVEC_ENFANTS, Household.COUPLE_AVEC_ENFANTS)
_COMPUTERS = (HomeEquipment.ORDINATEUR, HomeEquipment.TABLETTE)


@dataclass(frozen=True)
class Waiting:
    """What the order may read of one person who waits; what nobody knows is None, and is never taken for a "no"."""

    enrolment_id: int
    entered_on: datetime.date
    asked_on: datetime.date | None = None
    no_equipment: bool | None = None
    job_search: bool | None = None
    benefits: bool | None = None
    children: bool | None = None
    priority_zone: bool | None = None
    course_finished: bool = False
    can_receive: bool = True
    """Whether the condition of the terms to receive a machine is met: who cannot take one yet holds nobody up."""


@dataclass(frozen=True)
class Rank:
    """A person's place in the order, from 1, among `of`; `reasons` say why, `unknown` what nobody wrote down."""

    position: int
    of: int
    waiting: Waiting
    reasons: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def words(self) -> str:
        """The rank and its reasons in one line, to be kept with an allocation."""
        place = _("%(position)s sur %(of)s") % {"position": self.position, "of": self.of}
        said = _(" ; ").join(self.reasons)
        return (f"{place} · {said}" if said else place)[:MOST_WORDS]


def ranked(order: Sequence[PriorityCode], people: Iterable[Waiting]) -> list[Rank]:
    """Those who wait, first served first: each criterion in turn, then who entered first, then the older enrolment."""

    def key(one: Waiting) -> tuple[Any, ...]:
        criteria = [_sort(code, one) for code in order]
        return (not one.can_receive, *criteria, one.entered_on, one.enrolment_id)

    people = sorted(people, key=key)
    return [
        Rank(position, len(people), one, tuple(_reasons(order, one)), tuple(_unknown(order, one)))
        for position, one in enumerate(people, start=1)
    ]


def _sort(code: PriorityCode, one: Waiting) -> Any:
    if code == "oldest_request":
        return one.asked_on or datetime.date.max
    if code == "entered_first":
        return one.entered_on
    return getattr(one, code) is not True


def _reasons(order: Sequence[PriorityCode], one: Waiting) -> Iterable[str]:
    if not one.can_receive:
        yield _("le parcours n'est pas encore terminé")
    for code in order:
        if code == "oldest_request":
            if one.asked_on is not None:
                yield _("demande du %(day)s") % {"day": format_day(one.asked_on)}
        elif code != "entered_first" and getattr(one, code) is True:
            yield _REASONS[code]()
    yield _("entrée le %(day)s") % {"day": format_day(one.entered_on)}


# In the words of one person; the terms say the same of all of them.
_REASONS: dict[str, Callable[[], str]] = {
    "no_equipment": lambda: _("ni ordinateur ni tablette à la maison"),
    "job_search": lambda: _("en recherche d'emploi"),
    "benefits": lambda: _("minimum social"),
    "children": lambda: _("des enfants à la maison"),
    "priority_zone": lambda: _("quartier prioritaire"),
    "course_finished": lambda: pgettext("priority", "parcours terminé"),
}
_UNKNOWN: dict[str, Callable[[], str]] = {
    "no_equipment": lambda: _("le matériel à la maison"),
    "job_search": lambda: _("la situation d'emploi"),
    "benefits": lambda: _("les minima sociaux"),
    "children": lambda: _("le foyer"),
    "priority_zone": lambda: _("le quartier"),
    "oldest_request": lambda: _("la date de la demande"),
}


def _unknown(order: Sequence[PriorityCode], one: Waiting) -> Iterable[str]:
    facts = {"oldest_request": "asked_on"}
    for code in order:
        if code in _UNKNOWN and getattr(one, facts.get(code, code)) is None:
            yield _UNKNOWN[code]()


def order_words(order: Sequence[PriorityCode]) -> list[str]:
    """The criteria of an order, in words."""
    return [str(labels.PRIORITIES[code]) for code in order]


# --------------------------------------------------------------------------------------------------- who waits, now


def offers_with_order(edition: Edition) -> list[EquipmentTerms]:
    """What an edition's present terms offer to those entered (a sale asks for no order)."""
    terms = terms_for(edition, None)
    return [entry for entry in terms.equipment if entry.mode != "sale"] if terms is not None else []


def waiting_enrolments(edition: Edition, *, mode: str, kind: str) -> Any:
    """People entered in an edition and still in it, for whom no machine of this kind is set aside or was handed over."""
    served = Allocation.objects.filter(enrolment=OuterRef("pk"), mode=mode, device_kind=kind).exclude(
        state__in=[AllocationState.DRAFT, AllocationState.CANCELLED]
    )
    return (
        Enrolment.objects.filter(edition=edition, ended_on__isnull=True)
        .exclude(Exists(served))
        .select_related("person", "terms", "referral")
        .order_by("pk")
    )


def ranks_of(
    edition: Edition, entry: EquipmentTerms, kind: str, *, on: datetime.date
) -> tuple[list[Rank], dict[int, Enrolment]]:
    """The order of those who wait for what `entry` offers, and their enrolments; a fixed number of queries."""
    enrolments = {one.pk: one for one in waiting_enrolments(edition, mode=entry.mode, kind=kind)}
    people = {one.person_id for one in enrolments.values()}
    latest = {
        snapshot.person_id: snapshot
        for snapshot in Snapshot.objects.filter(person__in=people, corrected_by__isnull=True, on__lte=on)
        .order_by("person_id", "-on", "-pk")
        .distinct("person_id")
    }
    ended = (
        finished(enrolments.values(), on)
        if entry.condition != "none" or "course_finished" in entry.priority
        else set[int]()
    )
    waiting = [
        _waiting(one, latest.get(one.person_id), course_finished=one.pk in ended, condition=entry.condition)
        for one in enrolments.values()
    ]
    return ranked(entry.priority, waiting), enrolments


def _waiting(one: Enrolment, latest: Snapshot | None, *, course_finished: bool, condition: str) -> Waiting:
    """Facts of the file, and of the request where the file says nothing."""
    known = begin_with(latest, one.referral)
    return Waiting(
        enrolment_id=one.pk,
        entered_on=one.starts_on,
        asked_on=one.referral.sent_on if one.referral is not None else None,
        no_equipment=_known(known, "equipment", lambda had: not set(had) & {str(code) for code in _COMPUTERS}),
        job_search=_known(known, "labour_status", lambda status: status in _JOB_SEARCH),
        benefits=_known(known, "benefits", bool),
        children=_known(known, "household", lambda household: household in _WITH_CHILDREN),
        priority_zone=_known(known, "in_priority_zone", bool),
        course_finished=course_finished,
        can_receive=condition == "none" or course_finished,
    )


def _known(snapshot: Snapshot | None, name: str, read: Callable[[Any], bool]) -> bool | None:
    value = getattr(snapshot, name) if snapshot is not None else None
    return None if value is None or value == "" else read(value)


def ready_for(edition: Edition, kind: str) -> int:
    """How many machines of a kind the operator could set aside now."""
    return Device.objects.filter(operator=edition.operator_id, kind=kind, state=DeviceState.READY).count()


def rank_for(allocation: Allocation, entry: EquipmentTerms, *, on: datetime.date) -> Rank | None:
    """The rank of the person of an allocation whose machine is not set aside yet; None where the terms give no order."""
    if not entry.priority or allocation.enrolment_id is None:
        return None
    ranks, _enrolments = ranks_of(allocation.edition, entry, allocation.device_kind, on=on)
    return next((rank for rank in ranks if rank.waiting.enrolment_id == allocation.enrolment_id), None)
