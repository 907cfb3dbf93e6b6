"""Money in a report: the budget that was planned, by line and funder, and what the books recorded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from declic.programmes.models import Edition
from declic.reporting import words
from declic.reporting.indicators import INDICATORS, Figure
from declic.reporting.indicators.model import Words, ratio

EXPENSES = ("aids_expense_eur", "waivers_eur")
INCOMES = ("grant_eur", "grants_received_eur", "sales_eur", "recharges_eur", "damages_eur")
DEPOSITS = ("deposits_paid_eur", "deposits_held_eur", "deposits_refunded_eur", "deposits_retained_eur")


@dataclass(frozen=True)
class BudgetRow:
    """One line of the budget in cents; `actual` is None where the books do not follow that line."""

    label: str
    funder: str
    years: str
    planned: int
    actual: int | None = None

    @property
    def gap(self) -> int | None:
        return None if self.actual is None else self.actual - self.planned

    @property
    def gap_pct(self) -> Decimal | None:
        return None if self.gap is None else ratio(Decimal(self.gap), Decimal(self.planned))


@dataclass(frozen=True)
class MoneyLine:
    """A sum that the books recorded, in euros."""

    name: str
    label: Words
    figure: Figure

    @property
    def text(self) -> str:
        return words.figure_text(self.figure)

    @property
    def opens(self) -> bool:
        """Whether there are records to read behind the sum."""
        return not self.figure.hidden and bool(self.figure.value)


@dataclass(frozen=True)
class Money:
    """Planned and recorded; planned totals in cents."""

    expenses: tuple[BudgetRow, ...]
    incomes: tuple[BudgetRow, ...]
    recorded_expenses: tuple[MoneyLine, ...]
    recorded_incomes: tuple[MoneyLine, ...]
    deposits: tuple[MoneyLine, ...]

    @property
    def planned_expenses(self) -> int:
        return sum(row.planned for row in self.expenses)

    @property
    def planned_incomes(self) -> int:
        return sum(row.planned for row in self.incomes)

    @property
    def unbalanced_by(self) -> int:
        """Charges equal products in a budget that holds (rule 11); the difference in cents."""
        return self.planned_incomes - self.planned_expenses if self.expenses and self.incomes else 0

    @property
    def has_budget(self) -> bool:
        return bool(self.expenses or self.incomes)

    @property
    def recorded(self) -> tuple[MoneyLine, ...]:
        return (*self.recorded_expenses, *self.recorded_incomes)


def money_names() -> tuple[str, ...]:
    """The indicators that this part of the report reads."""
    return (*EXPENSES, *INCOMES, *DEPOSITS)


def read_money(
    editions: Iterable[Edition],
    here: Mapping[str, Figure],
    grants: Mapping[str, Any] | None,
    funder_ids: frozenset[int] | None,
) -> Money:
    """Budget and books; a funder (`funder_ids`) reads the lines that name it and the sums of people it may see."""
    rows: dict[tuple[str, str, str], tuple[int, list[int]]] = {}
    for edition in editions:
        for row in edition.plan_budget:  # type: ignore[attr-defined]
            if funder_ids is not None and row["funder_id"] not in funder_ids:
                continue
            key = (row["side"], row["label"], row["funder"] or "")
            planned, years = rows.get(key, (0, []))
            rows[key] = (planned + row["planned"], [*years, *([row["year"]] if row["year"] else [])])
    notified = {label: int(amount) for label, amount in (grants or {}).items()}
    return Money(
        tuple(_row(key, row) for key, row in rows.items() if key[0] == "expense"),
        tuple(_incomes(rows, notified)),
        _recorded(EXPENSES, here) if funder_ids is None else (),
        _recorded(INCOMES, here) if funder_ids is None else (),
        _deposits(here),
    )


def _row(key: tuple[str, str, str], row: tuple[int, list[int]], actual: int | None = None) -> BudgetRow:
    years = sorted(set(row[1]))
    span = "" if not years else str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"
    return BudgetRow(key[1], key[2], span, row[0], actual)


def _incomes(
    rows: Mapping[tuple[str, str, str], tuple[int, list[int]]], notified: Mapping[str, int]
) -> Iterable[BudgetRow]:
    """Income lines; what a funder promised fills its lines in order, and what goes beyond stands on its last one."""
    left: dict[str, int] = {}
    incomes = [(key, row) for key, row in rows.items() if key[0] == "income"]
    last = {key[2]: key for key, _row_ in incomes}
    for key, row in incomes:
        funder = key[2]
        if not funder:
            yield _row(key, row)
            continue
        rest = left.get(funder, notified.get(_("Subvention notifiée par %(funder)s") % {"funder": funder}, 0))
        actual = rest if last[funder] == key else min(rest, row[0])
        left[funder] = rest - actual
        yield _row(key, row, actual)


def _deposits(here: Mapping[str, Figure]) -> tuple[MoneyLine, ...]:
    """Once deposits came in, what is still held is said, above all when it is nothing any more."""
    moved = _recorded(DEPOSITS, here)
    held = MoneyLine("deposits_held_eur", INDICATORS["deposits_held_eur"].label, here["deposits_held_eur"])
    return moved if not moved or held in moved else (*moved, held)


def _recorded(names: Iterable[str], here: Mapping[str, Figure]) -> tuple[MoneyLine, ...]:
    lines = [MoneyLine(name, INDICATORS[name].label, here[name]) for name in names]
    return tuple(line for line in lines if line.figure.hidden or line.figure.value)
