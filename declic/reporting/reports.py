"""The report of an edition or of a whole programme on a day: small typed pieces, ready to be shown, printed or exported."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from declic.core.dates import format_day
from declic.programmes.models import Edition, MeansLine, PublishedFigure
from declic.reporting import published as publishing
from declic.reporting import words
from declic.reporting.access import Audience
from declic.reporting.facts import Measure, measure
from declic.reporting.indicators import INDICATORS, Figure, span_of
from declic.reporting.indicators.model import Words, ratio
from declic.reporting.money import Money, money_names, read_money
from declic.reporting.profile import ANSWERS, DIMENSIONS, PROFILE, REFUSALS, Spread, measures_of, spread
from declic.reporting.published import Comparison, published_comparison
from declic.reporting.small_cells import guarded, hidden_cells

__all__ = ["Line", "ObjectiveLine", "Report", "build_report", "last_day", "published_comparison", "share_of"]


@dataclass(frozen=True)
class Line:
    """One figure of the report, with its words."""

    name: str
    label: Words
    definition: Words
    figure: Figure

    @property
    def text(self) -> str:
        return words.figure_text(self.figure)

    @property
    def unit(self) -> str:
        return words.unit_words(self.figure)

    @property
    def basis(self) -> str:
        return words.basis(self.figure)

    @property
    def part(self) -> Decimal | None:
        """What the bar shows: only a share has one."""
        return self.figure.value if self.figure.unit == "%" and isinstance(self.figure.value, Decimal) else None

    @property
    def number(self) -> int:
        """A count as a whole number, for words that agree with it."""
        return int(self.figure.numerator or 0)

    @property
    def bar_whole(self) -> int | None:
        """The whole of the bar."""
        return None if self.part is None else 100

    @property
    def target_text(self) -> str:
        """What was aimed at: nothing here."""
        return ""

    @property
    def opens(self) -> bool:
        """Whether there is a list of records to open."""
        return self.figure.value is not None and not self.figure.hidden


@dataclass(frozen=True)
class ObjectiveLine(Line):
    """An objective: what was aimed at, what was recorded, the gap and the state."""

    target: Decimal = Decimal(0)

    @property
    def value(self) -> Decimal | None:
        return self.figure.value if isinstance(self.figure.value, Decimal) else None

    @property
    def target_text(self) -> str:
        return words.value_text(self.target, self.figure.unit)

    @property
    def gap(self) -> Decimal | None:
        return None if self.value is None else self.value - self.target

    @property
    def gap_text(self) -> str:
        return "–" if self.gap is None else words.signed(self.gap, self.figure.unit)

    @property
    def state(self) -> str:
        """`reached`, `partly`, `not_yet`, `unknown` or `hidden`."""
        if self.figure.hidden:
            return "hidden"
        if self.value is None:
            return "unknown"
        if self.value >= self.target:
            return "reached"
        return "partly" if self.value > 0 else "not_yet"

    @property
    def state_words(self) -> str:
        return {
            "hidden": _("masqué"),
            "unknown": _("inconnu"),
            "reached": _("atteint"),
            "partly": _("en partie"),
            "not_yet": _("pas encore"),
        }[self.state]

    @property
    def chip(self) -> str:
        return {"reached": "done", "partly": "wait", "not_yet": "plain", "unknown": "note", "hidden": "plain"}[
            self.state
        ]

    @property
    def bar_kind(self) -> str:
        return {"reached": "done", "partly": "wait"}.get(self.state, "")


@dataclass(frozen=True)
class MeansRow:
    """Hours that a role gives: as planned, and over the whole of the editions."""

    role: str
    hours: Decimal
    per: str
    over_all: Decimal

    @property
    def rhythm(self) -> str:
        return str(MeansLine.Per(self.per).label)


@dataclass(frozen=True)
class Report:
    """All that a report says; `editions` are those it covers, `only` the one it is about, if one."""

    editions: tuple[Edition, ...]
    only: Edition | None
    at: datetime.date
    audience: Audience
    headline: tuple[Line, ...]
    objectives: tuple[ObjectiveLine, ...]
    profile: tuple[Spread, ...]
    people: Line
    journey: tuple[Line, ...]
    answers: Spread
    refusals: Spread
    training: tuple[Line, ...]
    equipment: tuple[Line, ...]
    support: tuple[Line, ...]
    money: Money
    means: tuple[MeansRow, ...]
    published: tuple[Comparison, ...]

    @property
    def contradictions(self) -> list[Comparison]:
        return [one for one in self.published if one.contradiction]

    @property
    def programme(self) -> Any:
        return self.editions[0].programme

    @property
    def title(self) -> str:
        return f"{self.programme.name} · {self.only.name}" if self.only else str(self.programme.name)

    @property
    def day(self) -> str:
        return format_day(self.at)

    @property
    def definitions(self) -> list[Line]:
        """Every line of the report once, for the words by which it is counted."""
        lines = [*self.headline, *self.objectives, *self.journey, *self.training, *self.equipment, *self.support]
        return list({line.name: line for line in lines}.values())

    @property
    def most_on_the_way(self) -> Decimal:
        """The largest number of the journey, by which its bars are drawn."""
        return max((line.figure.numerator or Decimal(0) for line in self.journey), default=Decimal(0))


JOURNEY = ("referrals", "participants", "people_trained", "people_equipped", "people_exited", "positive_exits")
TRAINING = (
    "hours_attended", "courses", "places", "fill_rate_pct", "training_by_volunteers_pct", "autonomous_share_pct",
)  # fmt: skip
EQUIPMENT = (
    "machines", "devices_lent", "machines_given", "machines_sold", "loans_open", "loans_returned", "loans_kept",
    "loans_bought", "loans_lost", "handovers",
)  # fmt: skip
SUPPORT = (
    "visits", "tickets_solved", "reviews_given", "satisfied_or_very_satisfied_pct", "aids_granted",
    "recharges_distributed", "saving_per_month_eur", "has_email_address_pct", "needs_help_on_line_pct",
)  # fmt: skip
HEADLINE = (
    "satisfied_or_very_satisfied_pct", "machines_given", "devices_lent", "aids_total_eur", "hours_attended",
    "saving_per_month_eur", "visits", "people_supported",
)  # fmt: skip
HEADLINE_SIZE, HEADLINE_OBJECTIVES = 4, 2


def last_day(editions: Iterable[Edition], today: datetime.date) -> datetime.date:
    """The day on which a report is read if none is chosen: today, or the end of what is over."""
    return min(max(edition.ends_on for edition in editions), today)


def build_report(
    editions: Sequence[Edition],
    at: datetime.date,
    audience: Audience,
    *,
    only: Edition | None = None,
    figures: Sequence[PublishedFigure] = (),
    programme_editions: Sequence[Edition] = (),
) -> Report:
    """The report of `editions` on the evening of `at`, in one query; editions come from `access`, with their plans.

    `figures` are published figures to compare, read over `programme_editions`.
    """
    span = span_of(editions, at)
    limit = audience.limit
    targets = _targets(editions)
    names = dict.fromkeys(
        name
        for name in (*targets, *HEADLINE, *JOURNEY, *TRAINING, *EQUIPMENT, *SUPPORT, *money_names())
        if name in INDICATORS
    )
    beside = publishing.wanted_for(figures, programme_editions)
    pairs = [*((name, span) for name in names), *beside]
    values = measure(
        [
            *((where, one) for name, where in pairs for one in INDICATORS[name].measures),
            *((span, one) for one in measures_of(DIMENSIONS)),
            (span, _GRANTS),
        ]
    )
    found = {
        (name, where): INDICATORS[name].figure([values[where, one] for one in INDICATORS[name].measures])
        for name, where in pairs
    }
    here = _guarded({name: figure for (name, where), figure in found.items() if where == span}, limit)
    of_span = {one: value for (where, one), value in values.items() if where == span}
    objectives = tuple(_objective(name, label, target, here) for name, (label, target) in targets.items())
    return Report(
        editions=tuple(editions),
        only=only,
        at=at,
        audience=audience,
        headline=_headline(objectives, here),
        objectives=objectives,
        profile=tuple(spread(dimension, of_span, limit) for dimension in PROFILE),
        people=_line("people_supported", here),
        journey=_lines(JOURNEY, here, keep=2),
        answers=spread(ANSWERS, of_span, limit),
        refusals=spread(REFUSALS, of_span, limit),
        training=_lines(TRAINING, here),
        equipment=_lines(EQUIPMENT, here),
        support=_lines(SUPPORT, here),
        money=read_money(editions, here, of_span[_GRANTS], audience.funder_ids),
        means=tuple(_means(editions)),
        published=tuple(publishing.comparisons(figures, programme_editions, found, limit)),
    )


# Figures that add up to another one: a hidden part must not come out by subtraction.
_SPLITS = (
    ("devices_lent", "machines_given", "machines_sold"),
    ("loans_open", "loans_returned", "loans_kept", "loans_bought", "loans_lost"),
    ("deposits_held_eur", "deposits_refunded_eur", "deposits_retained_eur"),
)
# Nearly everyone having a machine or an aid tells who has none.
_OF_THE_ENROLLED = ("machines", "aids", "deposits", "reviews")


def _guarded(found: dict[str, Figure], limit: int | None) -> dict[str, Figure]:
    """The figures of the report as a reader under `limit` sees them."""
    if limit is None:
        return found
    enrolled = int(found["participants"].numerator or 0)
    result = {}
    for name, figure in found.items():
        without = (
            (enrolled - figure.cells[0],) if figure.cells and INDICATORS[name].relation in _OF_THE_ENROLLED else ()
        )
        result[name] = guarded(figure, limit, also=without)
    for split in _SPLITS:
        cells = {name: found[name].cells[0] for name in split if found[name].cells}
        # Those who entered and have none are the last cell of the split, which nobody writes but anyone can subtract.
        cells["without"] = max(enrolled - sum(cells.values()), 0)
        for name in hidden_cells(cells, limit) - {"without"}:
            result[name] = result[name] if result[name].hidden else result[name].hide()
    return result


_GRANTS = Measure("grants", "jsonb_object_agg(label, amount)")


def _line(name: str, here: dict[str, Figure]) -> Line:
    indicator = INDICATORS[name]
    return Line(name, indicator.label, indicator.definition, here[name])


def _lines(names: Iterable[str], here: dict[str, Figure], *, keep: int = 0) -> tuple[Line, ...]:
    """The lines that say something: nothing is shown of what the editions do not do, but the first `keep` always stand."""
    lines = [_line(name, here) for name in names]
    return tuple(line for number, line in enumerate(lines) if number < keep or line.figure.hidden or line.figure.value)


def _headline(objectives: Sequence[ObjectiveLine], here: dict[str, Figure]) -> tuple[Line, ...]:
    first: list[Line] = []
    first.extend([line for line in objectives if line.value is not None][:HEADLINE_OBJECTIVES])
    taken = {line.name for line in first}
    others = [line for line in _lines(HEADLINE, here) if line.name not in taken and not line.figure.hidden]
    rest = [line for line in objectives if line.value is not None and line.name not in taken]
    return tuple([*first, *others, *rest][:HEADLINE_SIZE])


def _targets(editions: Iterable[Edition]) -> dict[str, tuple[str, Decimal]]:
    """Targets by indicator: numbers add up over editions; of shares, the latest edition's holds."""
    targets: dict[str, tuple[str, Decimal]] = {}
    for edition in editions:
        for row in edition.plan_objectives:  # type: ignore[attr-defined]
            name, target = row["indicator"], Decimal(str(row["target"]))
            if name in targets and name in INDICATORS and str(INDICATORS[name].unit) != "%":
                target += targets[name][1]
            targets[name] = (row["label"], target)
    return targets


def _objective(name: str, label: str, target: Decimal, here: dict[str, Figure]) -> ObjectiveLine:
    known = INDICATORS.get(name)
    if known is None:
        return ObjectiveLine(name, label or name, _("Aucun relevé ne mesure cet objectif."), Figure(None, ""), target)
    return ObjectiveLine(name, label or known.label, known.definition, here[name], target)


def _means(editions: Iterable[Edition]) -> Iterable[MeansRow]:
    rows: dict[tuple[str, str, Decimal], Decimal] = {}
    for edition in editions:
        days = Decimal((edition.ends_on - edition.starts_on).days + 1)
        times = {
            "week": days / 7,
            "month": days / Decimal("30.4375"),
            "year": days / Decimal("365.25"),
            "edition": Decimal(1),
        }
        for row in edition.plan_means:  # type: ignore[attr-defined]
            hours = Decimal(str(row["hours"]))
            # A little less or more than a whole number of months is a whole number of months.
            factor = times[row["per"]]
            factor = (
                factor.quantize(Decimal(1)) if abs(factor - factor.quantize(Decimal(1))) < Decimal("0.1") else factor
            )
            key = (row["role"], row["per"], hours)
            rows[key] = rows.get(key, Decimal(0)) + hours * factor
    for (role, per, hours), over_all in rows.items():
        yield MeansRow(role, hours, per, over_all.quantize(Decimal("0.1")))


def share_of(number: int | Decimal | None, whole: int | Decimal | None) -> Decimal | None:
    """A share in per cent for a table, None of what is hidden or empty."""
    return None if number is None or not whole else ratio(Decimal(number), Decimal(whole))
