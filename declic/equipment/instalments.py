"""Payments agreed on for later days: what is paid is read in the books, and covers the oldest instalment first."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists, F, IntegerField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Greatest

from declic.core.dates import add_months
from declic.equipment.checks import with_money
from declic.equipment.enums import AllocationState
from declic.equipment.models import Allocation, Instalment

OWING_STATES = (AllocationState.INSPECTED, AllocationState.PURCHASED, AllocationState.LOST)
"""Ended, with something still to pay."""

MOST_INSTALMENTS = 24


@dataclass(frozen=True)
class Share:
    """One instalment of a plan: `paid` cents of its `amount` are covered."""

    due_on: datetime.date
    amount: int
    paid: int = 0

    @property
    def left(self) -> int:
        return self.amount - self.paid

    def is_late(self, on: datetime.date) -> bool:
        """Whether its day is over and something is left to pay."""
        return self.left > 0 and self.due_on < on


@dataclass(frozen=True)
class Plan:
    """The plan in force, matched with what is still owed."""

    shares: tuple[Share, ...]
    beyond: int
    """Cents owed that the plan does not name."""

    @property
    def total(self) -> int:
        return sum(share.amount for share in self.shares)

    @property
    def left(self) -> int:
        return sum(share.left for share in self.shares)

    def late(self, on: datetime.date) -> int:
        """Cents that should have been paid before `on`."""
        return sum(share.left for share in self.shares if share.is_late(on))

    def late_since(self, on: datetime.date) -> datetime.date | None:
        """The day of the oldest instalment that is late."""
        return min((share.due_on for share in self.shares if share.is_late(on)), default=None)

    def next_share(self, on: datetime.date) -> Share | None:
        """The next instalment that is not late and not paid."""
        return next((share for share in self.shares if share.left and share.due_on >= on), None)


def split(amount: int, count: int, first_on: datetime.date) -> list[Share]:
    """`amount` cents in `count` monthly instalments from `first_on`, equal to the cent: the first ones bear the rest."""
    base, rest = divmod(amount, count)
    return [
        Share(add_months(first_on, number), base + (1 if number < rest else 0))
        for number in range(count)
        if base or number < rest
    ]


def matched(shares: Iterable[Share], owed: int) -> Plan:
    """A plan beside the debt of today: whatever of it is no longer owed has been paid or waived, the oldest first."""
    ordered = sorted(shares, key=lambda share: share.due_on)
    total = sum(share.amount for share in ordered)
    covered = max(total - owed, 0)
    result = []
    for share in ordered:
        paid = min(covered, share.amount)
        covered -= paid
        result.append(replace(share, paid=paid))
    return Plan(tuple(result), beyond=max(owed - total, 0))


def in_force() -> QuerySet[Instalment]:
    """The instalments of the latest plan of each allocation; an earlier plan was replaced."""
    later = Instalment.objects.filter(allocation=OuterRef("allocation"), agreed_on__gt=OuterRef("agreed_on"))
    return Instalment.objects.filter(~Exists(later)).order_by("allocation", "due_on", "pk")


def plans_of(owed: Mapping[int, int]) -> dict[int, Plan]:
    """The plan in force of each allocation (ids with what is owed, cents); those without a plan are left out. One query."""
    found: dict[int, list[Share]] = {}
    for allocation, due_on, amount in (
        in_force().filter(allocation__in=list(owed)).values_list("allocation", "due_on", "amount")
    ):
        found.setdefault(allocation, []).append(Share(due_on, amount))
    return {pk: matched(shares, owed[pk]) for pk, shares in found.items()}


def late_instalments(allocations: QuerySet[Allocation], on: datetime.date) -> QuerySet[Any]:
    """Allocations whose plan is late on a day: `late` cents since `late_from`, with `held` and `owed`."""
    mine = in_force().filter(allocation=OuterRef("pk")).order_by()
    total, before = _sum(mine), _sum(mine.filter(due_on__lt=on))
    found = with_money(allocations.filter(state__in=OWING_STATES, account__isnull=False))
    found = found.annotate(planned=total, planned_before=before).filter(planned_before__gt=0)
    late = F("planned_before") - Greatest(F("planned") - F("owed"), Value(0))
    return found.annotate(late=late, late_from=Subquery(mine.order_by("due_on").values("due_on")[:1])).filter(
        late__gt=0
    )


def _sum(rows: QuerySet[Instalment]) -> Coalesce:
    sums = rows.values("allocation").annotate(sum=Sum("amount")).values("sum")
    return Coalesce(Subquery(sums, output_field=IntegerField()), Value(0))
