"""How fast help comes and what breaks: counted in the database over the requests that one reaches; none is not zero."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Q, QuerySet

from declic.equipment.enums import ClaimKind
from declic.equipment.models import Claim
from declic.hotline.models import MACHINE_SYMPTOMS, Resolution, Symptom, Ticket
from declic.organisations.models import Organisation

FEW = 10
"""Under so many machines or requests, a rate is said to rest on few."""


class Percentile(Aggregate):
    """PostgreSQL's `percentile_cont`: the value under which a fraction of the rows stands."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()

    def __init__(self, expression: Any, fraction: float, **extra: Any) -> None:
        super().__init__(expression, fraction=fraction, **extra)


def _between(first: str, last: str) -> Any:
    return ExpressionWrapper(F(last) - F(first), output_field=DurationField())


_MEASURES: dict[str, Any] = {
    "opened": Count("pk"),
    "answered": Count("first_answer_at"),
    "solved": Count("solved_at"),
    "reopened": Count("pk", filter=Q(reopenings__gt=0)),
    # A request once solved, whether it is now or was opened again since.
    "once_solved": Count("pk", filter=Q(solved_at__isnull=False) | Q(reopenings__gt=0)),
    "answer_median": Percentile(_between("opened_at", "first_answer_at"), 0.5),
    "answer_p90": Percentile(_between("opened_at", "first_answer_at"), 0.9),
    "solve_median": Percentile(_between("opened_at", "solved_at"), 0.5),
    "solve_p90": Percentile(_between("opened_at", "solved_at"), 0.9),
}


class Speed(NamedTuple):
    """Counts of some requests and how long they took; a time is None when nothing was answered or solved."""

    label: str
    opened: int
    answered: int
    solved: int
    reopened: int
    once_solved: int
    answer_median: datetime.timedelta | None
    answer_p90: datetime.timedelta | None
    solve_median: datetime.timedelta | None
    solve_p90: datetime.timedelta | None

    @property
    def is_few(self) -> bool:
        return self.opened < FEW


class Breakage(NamedTuple):
    """How often a model broke: requests about it, and how many machines of it were handed over."""

    model: str
    requests: int
    lent: int

    @property
    def per_hundred(self) -> float | None:
        """Requests per hundred machines handed over, None when none was."""
        return 100 * self.requests / self.lent if self.lent else None

    @property
    def is_few(self) -> bool:
        return self.lent < FEW


def speed(tickets: QuerySet[Ticket]) -> Speed:
    """All the requests together."""
    return _speed("", tickets.order_by().aggregate(**_MEASURES))


def speed_by_refurbisher(tickets: QuerySet[Ticket], own: str) -> list[Speed]:
    """By whom they were handed to, those with most requests first; `own` is how to call the operator's own team."""
    rows: list[Any] = list(tickets.order_by().values("assigned_to").annotate(**_MEASURES))
    named = Organisation.objects.filter(pk__in=[row["assigned_to"] for row in rows if row["assigned_to"]])
    names = dict(named.values_list("pk", "name"))
    return _most_first(_speed(names.get(row["assigned_to"], own), row) for row in rows)


def speed_by_symptom(tickets: QuerySet[Ticket]) -> list[Speed]:
    """By what happened, the most frequent first."""
    rows: list[Any] = list(tickets.order_by().values("symptom").annotate(**_MEASURES))
    return _most_first(_speed(str(Symptom(row["symptom"]).label), row) for row in rows)


def _most_first(rows: Iterable[Speed]) -> list[Speed]:
    return sorted(rows, key=lambda row: (-row.opened, row.label))


def _speed(label: str, row: Mapping[str, Any]) -> Speed:
    return Speed(label, **{name: row[name] for name in _MEASURES})


def breakages(tickets: QuerySet[Ticket], claims: QuerySet[Claim], until: datetime.datetime) -> list[Breakage]:
    """What breaks most by model: requests about the machine itself, per hundred machines of the model handed over by `until`."""
    broken = (
        tickets.filter(symptom__in=MACHINE_SYMPTOMS, device__isnull=False)
        .exclude(resolution=Resolution.NO_FAULT)
        .order_by()
        .values("device__brand", "device__model")
        .annotate(n=Count("pk"))
    )
    handed = (
        claims.filter(kind__in=[ClaimKind.LOAN, ClaimKind.TRANSFER], taken_at__lt=until)
        .order_by()
        .values("device__brand", "device__model")
        .annotate(n=Count("device", distinct=True))
    )
    requests, lent = _by_model(broken), _by_model(handed)
    found = [Breakage(model, count, lent.get(model, 0)) for model, count in requests.items()]
    # Those that rest on few machines come last: their rate means little.
    return sorted(found, key=lambda row: (row.is_few, -(row.per_hundred or 0), row.model))


def _by_model(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        name = " ".join(part for part in (row["device__brand"], row["device__model"]) if part).strip() or "–"
        found[name] = found.get(name, 0) + row["n"]
    return found
