"""How the people of a report are spread: age, gender, work, household… each with those of whom it is not known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from declic.orientation.enums import ReferralState, RefusalReason
from declic.people.enums import Benefit, Education, Gender, Household, Housing, LabourStatus
from declic.reporting.facts import Measure
from declic.reporting.indicators.model import Indicator, Words, count
from declic.reporting.small_cells import hidden_cells, hidden_parts, is_small


@dataclass(frozen=True)
class Dimension:
    """One way to split the records of a relation; `cells` are pairs of a code and an indicator that counts it."""

    code: str
    label: Words
    cells: tuple[tuple[str, Indicator], ...]
    unknown: Indicator
    whole: Indicator
    splits: bool = True

    def measures(self) -> Iterable[Indicator]:
        yield from (indicator for _code, indicator in self.cells)
        yield self.unknown
        yield self.whole


@dataclass(frozen=True)
class Cell:
    """One line of a spread: `number` is None when it is hidden, and `few` when it is hidden for being small."""

    name: str
    label: Words
    number: int | None
    is_unknown: bool = False
    few: bool = False


@dataclass(frozen=True)
class Spread:
    """A dimension with its numbers; `known` is the denominator of the shares."""

    code: str
    label: Words
    cells: tuple[Cell, ...]
    known: int | None
    total: int | None

    @property
    def most(self) -> int:
        """The largest number, by which bars are drawn."""
        return max((cell.number or 0 for cell in self.cells), default=0)

    @property
    def has_veiled(self) -> bool:
        """Whether a cell is hidden although it is not small: that needs a word of explanation."""
        return any(cell.number is None and not cell.few for cell in self.cells)


def _dimension(
    code: str,
    label: Words,
    cells: Iterable[tuple[Any, Words, str]],
    *,
    known: str,
    relation: str = "people",
    base: str = "supported",
    unit: Words = _("personnes"),
    splits: bool = True,
    unknown_label: Words = _("Non renseigné"),
) -> Dimension:
    def one(name: str, words: Words, counted: str) -> Indicator:
        return count(f"{code}.{name}", label, relation, counted, label=words, unit=unit, base=base)

    holds = tuple((str(value), one(str(value), words, f"({known}) AND ({where})")) for value, words, where in cells)
    return Dimension(
        code,
        label,
        holds,
        one("inconnu", unknown_label, f"NOT COALESCE(({known}), false)"),
        one("tous", label, "true"),
        splits,
    )


def _codes(enum: Any, column: str) -> list[tuple[str, Words, str]]:
    return [(code.value, code.label, f"{column} = '{code.value}'") for code in enum]


_AGES = ((0, 17), (18, 24), (25, 39), (40, 59), (60, 69), (70, 130))


def _age_label(first: int, last: int) -> Words:
    if first == 0:
        return _("moins de 18 ans")
    return _("70 ans et plus") if first == 70 else f"{first} à {last} ans"


PROFILE = (
    _dimension(
        "age", _("Âge à l'entrée"),
        [(f"{a}-{b}", _age_label(a, b), f"age BETWEEN {a} AND {b}") for a, b in _AGES], known="age IS NOT NULL",
    ),
    _dimension(
        "genre", _("Genre"), _codes([g for g in Gender if g != Gender.NON_COMMUNIQUE], "gender"),
        known="gender IS NOT NULL",
    ),
    _dimension("emploi", _("Emploi"), _codes(LabourStatus, "labour_status"), known="labour_status IS NOT NULL"),
    _dimension("foyer", _("Foyer"), _codes(Household, "household"), known="household IS NOT NULL"),
    _dimension(
        "minima", _("Minima sociaux"),
        [
            *((code.value, code.label, f"'{code.value}' = ANY(benefits)") for code in Benefit),
            ("aucun", _("aucun"), "cardinality(benefits) = 0"),
        ],
        known="benefits IS NOT NULL", splits=False,
    ),
    _dimension("logement", _("Logement"), _codes(Housing, "housing"), known="housing IS NOT NULL"),
    _dimension(
        "quartier", _("Quartier prioritaire"),
        [("oui", _("y habite"), "in_priority_zone"), ("non", _("n'y habite pas"), "NOT in_priority_zone")],
        known="in_priority_zone IS NOT NULL",
    ),
    _dimension("etudes", _("Études"), _codes(Education, "education"), known="education IS NOT NULL"),
)  # fmt: skip

ANSWERS = _dimension(
    "reponse", _("Réponse aux orientations"),
    _codes([s for s in ReferralState if s != ReferralState.DRAFT], "state"),
    known="true", relation="referrals", base="true", unit=_("orientations"),
)  # fmt: skip
REFUSALS = _dimension(
    "refus", _("Raisons des refus"), _codes(RefusalReason, "refusal_reason"),
    known="refusal_reason <> ''", relation="referrals", base="state = 'refused'", unit=_("orientations"),
    unknown_label=_("raison non notée"),
)  # fmt: skip

DIMENSIONS = (*PROFILE, ANSWERS, REFUSALS)


def measures_of(dimensions: Iterable[Dimension]) -> list[Measure]:
    """One count per cell: only the numerator, which is all that a spread needs."""
    return [indicator.measures[0] for dimension in dimensions for indicator in dimension.measures()]


def spread(dimension: Dimension, values: Mapping[Measure, Any], limit: int | None) -> Spread:
    """The numbers of a dimension; with a `limit`, small cells and those that would give them away are None."""
    numbers = {name: int(values[one.measures[0]] or 0) for name, one in dimension.cells}
    unknown = int(values[dimension.unknown.measures[0]] or 0)
    whole = int(values[dimension.whole.measures[0]] or 0)
    every = {**numbers, "inconnu": unknown}
    if dimension.splits:
        hidden = hidden_cells(every, limit)
    else:
        hidden = hidden_parts({**numbers}, whole - unknown, limit) | hidden_parts({"inconnu": unknown}, whole, limit)

    def cell(code: str, indicator: Indicator) -> Cell:
        number = every[code]
        few = limit is not None and is_small(number, limit)
        return Cell(indicator.name, indicator.label, None if code in hidden else number, code == "inconnu", few)

    cells = [cell(code, one) for code, one in (*dimension.cells, ("inconnu", dimension.unknown)) if every[code]]
    # A total that the hidden cells alone make up would give them away.
    tell = limit is None or whole == 0 or not hidden or whole >= limit
    return Spread(
        dimension.code,
        dimension.label,
        tuple(cells),
        (whole - unknown) if tell and "inconnu" not in hidden else None,
        whole if tell else None,
    )
