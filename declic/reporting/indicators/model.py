"""What an indicator is: words, a definition in one sentence, measures over the facts, and the records behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

from declic.programmes.indicators import INDICATORS as NAMES
from declic.reporting.facts import Measure

type Words = str | Promise
type Value = Decimal | list[Decimal] | None


@dataclass(frozen=True)
class Figure:
    """What an indicator says: a value with its unit and, for a share, what it is a share of and how many are unknown.

    `value` is None when nothing is known: unknown never counts as zero (rule 3). Amounts are in euros, times in hours.
    `cells` are the numbers of people that can be read or deduced from it: one too small, and a funder does not see it
    (rule 20).
    """

    value: Value
    unit: str
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    unknown: int = 0
    cells: tuple[int, ...] = ()
    hidden: bool = False
    few: bool = False

    def hide(self, *, few: bool = False) -> "Figure":
        """The same figure with nothing left to read but, if `few`, that it counts fewer people than the threshold."""
        return replace(self, value=None, numerator=None, denominator=None, unknown=0, cells=(), hidden=True, few=few)


@dataclass(frozen=True)
class Indicator:
    """One indicator. `base`, `known` and `counted` are conditions on a row of `relation`; a record is counted when all hold."""

    name: str
    label: Words
    unit: Words
    definition: Words
    relation: str
    measures: tuple[Measure, ...]
    read: Callable[[Sequence[Any], str], Figure]
    base: str = "true"
    known: str = "true"
    counted: str = "true"
    is_share: bool = False
    about_people: bool = True

    def figure(self, values: Sequence[Any]) -> Figure:
        """The figure made of the values of `measures`, in their order."""
        return self.read(values, str(self.unit))

    def where(self, part: str) -> str:
        """The condition on the records of one part: `counted`, `others` (known, not counted) or `unknown`."""
        if part == "unknown":
            return f"({self.base}) AND NOT COALESCE(({self.known}), false)"
        known = f"({self.base}) AND COALESCE(({self.known}), false)"
        holds = f"COALESCE(({self.counted}), false)"
        return f"{known} AND {holds}" if part == "counted" else f"{known} AND NOT {holds}"


REGISTRY: dict[str, Indicator] = {}


def decimal(value: Any) -> Decimal:
    """A number of the database as a decimal; nothing is zero."""
    return Decimal(str(value or 0))


def register(indicator: Indicator) -> Indicator:
    REGISTRY[indicator.name] = indicator
    return indicator


def words(name: str, label: Words | None, unit: Words | None) -> tuple[Words, Words]:
    """The label and the unit of an indicator: those given, else those that programmes know."""
    known = NAMES.get(name)
    return (
        label if label is not None else known.label if known else name,
        unit if unit is not None else known.unit if known else "",
    )


def count(
    name: str,
    definition: Words,
    relation: str,
    counted: str = "true",
    *,
    label: Words | None = None,
    unit: Words | None = None,
    known: str = "true",
    base: str = "true",
    about_people: bool = True,
) -> Indicator:
    """How many records hold; those of which nobody knows are told apart."""
    label, unit = words(name, label, unit)
    draft = Indicator(name, label, unit, definition, relation, (), _no_read, base, known, counted)

    def read(values: Sequence[Any], unit: str) -> Figure:
        number, whole, unknown = decimal(values[0]), decimal(values[1]), int(values[2] or 0)
        cells = (int(number), int(whole - number), unknown) if about_people else ()
        return Figure(number, unit, number, whole, unknown, cells)

    measures = (
        Measure(relation, f"count(*) FILTER (WHERE {draft.where('counted')})"),
        Measure(relation, f"count(*) FILTER (WHERE ({base}) AND COALESCE(({known}), false))"),
        Measure(relation, f"count(*) FILTER (WHERE {draft.where('unknown')})"),
    )
    return register(
        Indicator(name, label, unit, definition, relation, measures, read, base, known, counted, False, about_people)
    )


def share(name: str, definition: Words, relation: str, *, base: str, known: str, counted: str) -> Indicator:
    """The share, in per cent, of the known records of `base` that hold."""
    label, unit = words(name, None, "%")
    draft = Indicator(name, label, unit, definition, relation, (), _no_read, base, known, counted)

    def read(values: Sequence[Any], unit: str) -> Figure:
        part, whole, unknown = decimal(values[0]), decimal(values[1]), int(values[2] or 0)
        cells = (int(part), int(whole - part), unknown)
        return Figure(ratio(part, whole), unit, part, whole, unknown, cells)

    measures = (
        Measure(relation, f"count(*) FILTER (WHERE {draft.where('counted')})"),
        Measure(relation, f"count(*) FILTER (WHERE ({base}) AND COALESCE(({known}), false))"),
        Measure(relation, f"count(*) FILTER (WHERE {draft.where('unknown')})"),
    )
    return register(Indicator(name, label, unit, definition, relation, measures, read, base, known, counted, True))


def total(
    name: str,
    definition: Words,
    relation: str,
    expression: str,
    *,
    counted: str = "true",
    scale: int = 1,
    label: Words | None = None,
    unit: Words | None = None,
    people: str | None = "count(DISTINCT person_id)",
) -> Indicator:
    """A sum of what the counted records hold, divided by `scale` (100 for cents, 60 for minutes)."""
    label, unit = words(name, label, unit)

    def read(values: Sequence[Any], unit: str) -> Figure:
        value = decimal(values[0]) / scale
        return Figure(value, unit, value, None, 0, () if people is None else (int(values[1] or 0),))

    measures = [Measure(relation, f"sum({expression}) FILTER (WHERE {counted})")]
    if people is not None:
        measures.append(Measure(relation, f"{people} FILTER (WHERE {counted})"))
    return register(
        Indicator(
            name, label, unit, definition, relation, tuple(measures), read, counted=counted,
            about_people=people is not None,
        )
    )  # fmt: skip


def special(
    name: str,
    definition: Words,
    measures: Sequence[Measure],
    read: Callable[[Sequence[Any], str], Figure],
    *,
    counted: str = "true",
    known: str = "true",
    base: str = "true",
    relation: str | None = None,
    label: Words | None = None,
    unit: Words | None = None,
    is_share: bool = False,
    about_people: bool = True,
) -> Indicator:
    """An indicator that reads several measures in its own way."""
    label, unit = words(name, label, unit)
    return register(
        Indicator(
            name, label, unit, definition, relation or measures[0].relation, tuple(measures), read, base, known,
            counted, is_share, about_people,
        )
    )  # fmt: skip


def ratio(part: Decimal, whole: Decimal) -> Decimal | None:
    """`part` of `whole` in per cent, to three decimals; None of nothing."""
    if not whole:
        return None
    return (part * 100 / whole).quantize(Decimal("0.001")).normalize() + Decimal(0)


def _no_read(_values: Sequence[Any], _unit: str) -> Figure:
    raise NotImplementedError
