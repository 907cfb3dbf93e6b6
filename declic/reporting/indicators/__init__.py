"""Indicators: `figure(name, editions, at)` gives a figure, `figures` many in one query, `INDICATORS` their definitions."""

import datetime
from collections.abc import Iterable, Sequence

from declic.programmes.models import Edition
from declic.reporting.facts import Page, Span, measure, page_of_records
from declic.reporting.indicators import catalogue  # noqa: F401  (fills the registry)
from declic.reporting.indicators.model import REGISTRY as INDICATORS
from declic.reporting.indicators.model import Figure, Indicator

__all__ = ["INDICATORS", "Figure", "Indicator", "figure", "figures", "figures_in", "records", "span_of"]


def span_of(editions: Iterable[Edition], at: datetime.date) -> Span:
    """The span of some editions on a day."""
    chosen = sorted(editions, key=lambda edition: edition.pk)
    return Span(tuple(e.pk for e in chosen), tuple(e.section_id for e in chosen), at)


def figures_in(wanted: Sequence[tuple[str, Span]]) -> dict[tuple[str, Span], Figure]:
    """Many figures, each in its own span, in one query; names that are not indicators are left out."""
    known = [(name, span) for name, span in dict.fromkeys(wanted) if name in INDICATORS]
    values = measure((span, one) for name, span in known for one in INDICATORS[name].measures)
    return {
        (name, span): INDICATORS[name].figure([values[span, one] for one in INDICATORS[name].measures])
        for name, span in known
    }


def figures(names: Sequence[str], editions: Iterable[Edition], at: datetime.date) -> dict[str, Figure]:
    """Figures of the same editions on the same day, in one query."""
    span = span_of(editions, at)
    return {name: found for (name, _span), found in figures_in([(name, span) for name in names]).items()}


def figure(name: str, editions: Iterable[Edition], at: datetime.date) -> Figure:
    """One figure on a day (inclusive)."""
    return figures([name], editions, at)[name]


def records(
    name: str,
    editions: Iterable[Edition],
    at: datetime.date,
    *,
    part: str = "counted",
    after: tuple[datetime.date, int] | None = None,
) -> Page:
    """A page of the records behind a figure: those counted, the `others` (known, not counted) or the `unknown`."""
    indicator = INDICATORS[name]
    return page_of_records(indicator.relation, indicator.where(part), span_of(editions, at), after=after)
