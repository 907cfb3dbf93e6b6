"""Published figures beside the recorded ones, each read on its own day and in its own edition."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from declic.programmes.figures import contradiction
from declic.programmes.models import Edition, Programme, PublishedFigure
from declic.reporting.facts import Span
from declic.reporting.indicators import INDICATORS, Figure, figures_in, span_of
from declic.reporting.small_cells import guarded


@dataclass(frozen=True)
class Comparison:
    """One published figure: what the programme printed, what the records say, and where the source contradicts itself.

    `figure` is None for a figure of context, which no record can confirm.
    """

    name: str
    indicator: str
    label: str
    unit: str
    figure: Figure | None
    published: Any
    printed: Any
    contradiction: str | None
    at: datetime.date
    edition: Edition | None
    reproduce: bool
    note: str

    @property
    def recorded(self) -> int | float | list[int | float] | None:
        """The recorded value as plain numbers."""
        return None if self.figure is None else as_json(self.figure.value)

    @property
    def agrees(self) -> bool | None:
        """Whether the records say what was published; None where there is nothing to compare."""
        if self.recorded is None:
            return None
        return self.recorded == as_json(_decimals(self.published))


def indicator_of(figure: PublishedFigure) -> str:
    """The name of the indicator that a published figure speaks of."""
    return figure.indicator or figure.name


def published_span(figure: PublishedFigure, editions: Sequence[Edition]) -> Span:
    """The edition that the figure names, or all of them, on its day or at their end."""
    chosen = [edition for edition in editions if figure.edition_id in (None, edition.pk)]
    return span_of(chosen, figure.at or max(edition.ends_on for edition in chosen))


def compare(figure: PublishedFigure, span: Span, recorded: Figure | None, editions: Sequence[Edition]) -> Comparison:
    """Set a recorded figure beside what was published."""
    edition = next((edition for edition in editions if edition.pk == figure.edition_id), None)
    unit = figure.unit or (recorded.unit if recorded else "")
    return Comparison(
        figure.name,
        indicator_of(figure),
        figure.label,
        unit,
        recorded,
        figure.value,
        figure.printed,
        contradiction(figure),
        span.at,
        edition,
        figure.reproduce,
        figure.note,
    )


def published_in(editions: Sequence[Edition], *, only: Edition | None = None) -> list[PublishedFigure]:
    """The published figures of a programme that these editions can confirm: those of `only` one, and of the whole."""
    if not editions:
        return []
    found = PublishedFigure.objects.filter(programme=editions[0].programme_id).order_by("pk")
    here = {edition.pk for edition in ([only] if only else editions)}
    return [figure for figure in found if figure.edition_id is None or figure.edition_id in here]


def wanted_for(figures: Iterable[PublishedFigure], editions: Sequence[Edition]) -> list[tuple[str, Span]]:
    """The indicators to measure for published figures, each in its span."""
    return [
        (indicator_of(figure), published_span(figure, editions))
        for figure in figures
        if indicator_of(figure) in INDICATORS
    ]


def comparisons(
    figures: Iterable[PublishedFigure],
    editions: Sequence[Edition],
    found: dict[tuple[str, Span], Figure],
    limit: int | None = None,
) -> list[Comparison]:
    """Each published figure beside what was measured, small cells hidden under `limit`."""
    result = []
    for figure in figures:
        span = published_span(figure, editions)
        recorded = found.get((indicator_of(figure), span))
        result.append(compare(figure, span, None if recorded is None else guarded(recorded, limit), editions))
    return result


def published_comparison(programme: Programme) -> list[Comparison]:
    """Every published figure of a programme beside the recorded one (three queries)."""
    editions = list(Edition.objects.filter(programme=programme).order_by("starts_on", "pk"))
    figures = published_in(editions)
    return comparisons(figures, editions, figures_in(wanted_for(figures, editions)))


def _decimals(value: Any) -> Any:
    if isinstance(value, list):
        return [Decimal(str(one)) for one in value]
    return Decimal(str(value))


def as_json(value: Any) -> int | float | list[int | float] | None:
    """A recorded value as plain numbers: an integer where it is whole."""
    if value is None:
        return None
    if isinstance(value, list):
        return [_number(Decimal(one)) for one in value]
    return _number(Decimal(value))


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
