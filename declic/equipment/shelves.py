"""Reads of the stock as a whole: what lies where, what is too low, what editions will need, what a count compares."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, Greatest

from declic.equipment.enums import AllocationState, ClaimKind, DeviceState, Grade
from declic.equipment.models import (
    Allocation,
    CategoryReservation,
    Claim,
    Device,
    Part,
    PartMovement,
    StockCount,
    StockMinimum,
)
from declic.organisations.models import Site

_S = DeviceState
STAGES: tuple[tuple[str, tuple[DeviceState, ...]], ...] = (
    ("bench", (_S.RECEIVED, _S.TRIAGED, _S.WIPING, _S.WIPED, _S.TESTED, _S.INSTALLED, _S.RETURNED, _S.REPAIR)),
    ("stopped", (_S.QUARANTINED, _S.PARTS)),
    ("ready", (_S.READY,)),
    ("reserved", (_S.RESERVED,)),
    ("on_loan", (_S.ON_LOAN,)),
    ("transit", (_S.TRANSIT,)),
    ("lost", (_S.LOST,)),
)
"""What the stock's columns gather; what was given, sold or scrapped is no stock any more."""

SHELF_STATES = frozenset(_S) - {_S.ON_LOAN, _S.TRANSFERRED, _S.TRANSIT, _S.LOST, _S.SCRAPPED, _S.REPAIR}
"""A machine in one of these lies where its file says: a count expects it there."""


@dataclass
class ShelfRow:
    """One category in one place: how many machines at each stage, and the minimum asked for, if any."""

    kind: str
    site: Site | None
    grade: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys((name for name, _states in STAGES), 0))

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def stock_by_category(devices: QuerySet[Device]) -> list[ShelfRow]:
    """The stock by kind, place and grade, counted in one query (and one for the names of the places)."""
    counts = {name: Count("pk", filter=Q(state__in=states)) for name, states in STAGES}
    found = (
        devices.exclude(state__in=[_S.TRANSFERRED, _S.SCRAPPED])
        .order_by("kind", "site__name", "site", "grade")
        .values("kind", "site", "grade")
        .annotate(**counts)
    )
    rows: list[Any] = list(found)
    sites = Site.objects.in_bulk([row["site"] for row in rows if row["site"]])
    return [
        ShelfRow(row["kind"], sites.get(row["site"]), row["grade"], {name: row[name] for name, _states in STAGES})
        for row in rows
    ]


# ---------------------------------------------------------------------------------------------------------- minimums


def minimums_read(operators: Collection[int]) -> QuerySet[Any]:
    """Every minimum of these operators with `ready`, the machines that count for it now, and `lacking`, how many more it asks."""
    asked = Device.objects.filter(operator=OuterRef("operator"), kind=OuterRef("kind"), state=_S.READY).order_by()
    counted = (
        asked.annotate(
            asked_site=ExpressionWrapper(OuterRef("site"), output_field=BigIntegerField()),
            asked_grade=ExpressionWrapper(OuterRef("grade"), output_field=CharField()),
        )
        .filter(Q(asked_site__isnull=True) | Q(site=F("asked_site")), Q(asked_grade="") | Q(grade=F("asked_grade")))
        .values("kind")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return (
        StockMinimum.objects.filter(operator__in=operators)
        .annotate(ready=Coalesce(Subquery(counted, output_field=IntegerField()), 0))
        .annotate(lacking=Greatest(F("minimum") - F("ready"), Value(0)))
        .select_related("site")
        .order_by("operator", "kind", "site__name", "grade", "pk")
    )


def low_stock(operators: Collection[int]) -> QuerySet[Any]:
    """The minimums of these operators that are not reached."""
    return minimums_read(operators).filter(lacking__gt=0)


# ------------------------------------------------------------------------------------------------------ reservations


@dataclass
class Need:
    """A reservation by category: what is still to allocate of it, and how much of that ready machines cover."""

    reservation: CategoryReservation
    allocated: int = 0
    covered: int = 0

    @property
    def remaining(self) -> int:
        return max(0, self.reservation.count - self.allocated)

    @property
    def short(self) -> int:
        return self.remaining - self.covered


def needs(operators: Collection[int]) -> list[Need]:
    """Open reservations of these operators, the soonest first, with what the shelf covers: three queries.

    Allocations of the edition that have their machine consume its reservations, the soonest first. A ready machine covers
    one need alone; the worst that will do is taken first, so that good ones are left for who asks for them.
    """
    reservations = list(
        CategoryReservation.objects.filter(operator__in=operators, ended_on__isnull=True)
        .select_related("edition__programme", "site", "made_by")
        .order_by("needed_on", "pk")
    )
    if not reservations:
        return []
    given = _allocated({one.edition_id for one in reservations})
    shelf = {
        (operator, kind, site, grade): number
        for operator, kind, site, grade, number in Device.objects.filter(operator__in=operators, state=_S.READY)
        .order_by()
        .values_list("operator", "kind", "site", "grade")
        .annotate(number=Count("pk"))
    }
    found = []
    for one in reservations:
        need = Need(one)
        days = given[one.edition_id, one.kind]
        need.allocated = min(one.count, sum(1 for day in days if day >= one.made_on))
        _use_up(days, one.made_on, need.allocated)
        need.covered = _cover(need, shelf)
        found.append(need)
    return found


def _allocated(editions: Collection[int]) -> dict[tuple[int, str], list[datetime.date]]:
    days: dict[tuple[int, str], list[datetime.date]] = defaultdict(list)
    waiting = (AllocationState.DRAFT, AllocationState.CANCELLED)
    rows = Allocation.objects.filter(edition__in=editions).exclude(state__in=waiting).order_by("created_at", "pk")
    for edition, kind, planned in rows.values_list("edition", "device_kind", "created_at__date"):
        days[edition, kind].append(planned)
    return days


def _use_up(days: list[datetime.date], since: datetime.date, number: int) -> None:
    for day in [day for day in days if day >= since][:number]:
        days.remove(day)


def _cover(need: Need, shelf: dict[tuple[int, str, int | None, str], int]) -> int:
    one, left = need.reservation, need.remaining
    fitting = [
        key
        for key in shelf
        if key[:2] == (one.operator_id, one.kind)
        and one.site_id in (None, key[2])
        and fits_grade(key[3], one.lowest_grade)
    ]
    # An ungraded machine does only where no grade is asked for: it goes first. Then from D to A.
    for key in sorted(fitting, key=lambda key: (key[3] != "", [-ord(letter) for letter in key[3]], key[2] or 0)):
        taken = min(left, shelf[key])
        shelf[key] -= taken
        left -= taken
    return need.remaining - left


def fits_grade(grade: str, lowest: str) -> bool:
    """Whether a machine of `grade` is good enough; one that has no grade never is, where one is asked for."""
    order = [str(one) for one in Grade]
    return not lowest or (grade in order and order.index(grade) <= order.index(lowest))


# ------------------------------------------------------------------------------------------------------------- parts


def part_stock(part: Part, site: Site | None) -> int:
    """How many of a part lie in a place (None: without a place)."""
    held = PartMovement.objects.filter(part=part, site=site).aggregate(held=Sum("quantity"))["held"]
    return int(held or 0)


def parts_by_place(operators: Collection[int], sites: Iterable[int] | None = None) -> list[Any]:
    """The parts of these operators, each with `held` in all and `places` (place, number), in two queries."""
    parts = list(Part.objects.filter(operator__in=operators, ended_on__isnull=True).order_by("kind", "name", "pk"))
    moved = PartMovement.objects.filter(part__operator__in=operators).order_by("site__name", "site")
    if sites is not None:
        moved = moved.filter(Q(site__in=list(sites)) | Q(site__isnull=True))
    places: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for part, name, number in moved.values_list("part", "site__name").annotate(number=Sum("quantity")):
        if number:
            places[part].append((name or "", number))
    for one in parts:
        one.places = places[one.pk]  # type: ignore[attr-defined]
        one.held = sum(number for _name, number in places[one.pk])  # type: ignore[attr-defined]
        one.low = one.held < one.minimum  # type: ignore[attr-defined]
    return parts


def low_parts(operators: Collection[int]) -> QuerySet[Any]:
    """The parts of these operators of which fewer are `held`, in all places, than their minimum."""
    return (
        Part.objects.filter(operator__in=operators, ended_on__isnull=True)
        .annotate(held=Coalesce(Sum("movements__quantity"), 0))
        .filter(held__lt=F("minimum"))
        .order_by("kind", "name", "pk")
    )


# ------------------------------------------------------------------------------------------------------------ counts


def compared(count: StockCount) -> dict[str, Any]:
    """What the labels read say beside the files of the machines, in two queries; the shape of `StockCount.result`.

    `found` lie here as written; `missing` were not read; `elsewhere` were read here and written in another place; `away`
    were read here and are written as lent, given, on their way, lost; `unknown` are labels that no machine bears.
    """
    lines = list(count.lines.select_related("device__site").order_by("tag", "pk"))
    read = {line.device_id for line in lines if line.device_id}
    on_the_way = Claim.objects.filter(device=OuterRef("pk"), kind=ClaimKind.TRANSIT, released_at__isnull=True)
    expected = (
        Device.objects.filter(operator=count.operator_id, site=count.site_id, state__in=SHELF_STATES)
        .exclude(Exists(on_the_way))
        .order_by("tag", "pk")
        .values_list("pk", "tag", "state")
    )
    wanted = {pk: (tag, state) for pk, tag, state in expected}
    result: dict[str, Any] = {"expected": len(wanted), "found": [], "elsewhere": [], "away": [], "unknown": []}
    for line in lines:
        device = line.device
        if device is None:
            result["unknown"].append({"tag": line.tag})
        elif device.pk in wanted:
            result["found"].append({"tag": device.tag})
        elif device.state not in SHELF_STATES or device.site_id == count.site_id:
            result["away"].append({"tag": device.tag, "state": device.state})
        else:
            result["elsewhere"].append({"tag": device.tag, "site": str(device.site) if device.site else ""})
    result["missing"] = [{"tag": tag, "state": state} for pk, (tag, state) in wanted.items() if pk not in read]
    return result
