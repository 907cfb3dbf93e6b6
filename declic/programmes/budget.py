"""A budget beside what really happened: planned, actual, and the gap in cents, line by line and year by year."""

from collections.abc import Iterable
from dataclasses import dataclass

from declic.ledger.enums import EXPENSE_ROLES, INCOME_ROLES, AccountRole
from declic.ledger.queries import moved_by_head
from declic.programmes.models import BudgetLine, Edition


@dataclass(frozen=True)
class ActualLine:
    """A planned line and what the books have for it, in cents."""

    label: str
    planned: int
    actual: int
    funder: str = ""

    @property
    def gap(self) -> int:
        """Actual minus planned."""
        return self.actual - self.planned


@dataclass(frozen=True)
class ActualYear:
    """The lines of a year (None: the whole edition), expenses and incomes, each with its total."""

    year: int | None
    expenses: list[ActualLine]
    incomes: list[ActualLine]

    @property
    def expense_total(self) -> ActualLine:
        return total(self.expenses)

    @property
    def income_total(self) -> ActualLine:
        return total(self.incomes)


@dataclass(frozen=True)
class ActualBudget:
    """The whole budget of an edition: its years, what no line had planned, and the totals of all."""

    years: list[ActualYear]
    unplanned_expenses: list[ActualLine]
    unplanned_incomes: list[ActualLine]

    @property
    def expense_total(self) -> ActualLine:
        return total([*(line for year in self.years for line in year.expenses), *self.unplanned_expenses])

    @property
    def income_total(self) -> ActualLine:
        return total([*(line for year in self.years for line in year.incomes), *self.unplanned_incomes])


def total(lines: Iterable[ActualLine]) -> ActualLine:
    """The sum of some lines."""
    rows = list(lines)
    return ActualLine("", sum(line.planned for line in rows), sum(line.actual for line in rows))


def actual_budget(edition: Edition) -> ActualBudget:
    """What an edition planned and what its books say, in two queries.

    An entry counts for the line that it names. One that names none counts for the line of the same edition that follows
    its account, if there is one; else it stands apart, as unplanned.
    """
    lines = list(edition.budget.select_related("funder", "head").order_by("year", "pk"))
    moved = moved_by_head(edition.section_id)
    follows = {line.head.role: line.head_id for line in lines if line.head is not None and line.head.role}
    spent: dict[int, int] = {}
    expenses: dict[str, int] = {}
    incomes: dict[str, int] = {}
    known = {line.head_id for line in lines}
    sides = {line.head_id: line.side for line in lines}
    for (head, role), cents in moved.items():
        side = BudgetLine.Side.EXPENSE if role in EXPENSE_ROLES else BudgetLine.Side.INCOME
        amount = cents if side == BudgetLine.Side.EXPENSE else -cents
        place = head if head in known else follows.get(role)
        if place is not None and sides.get(place) == side:
            spent[place] = spent.get(place, 0) + amount
        else:
            apart = expenses if side == BudgetLine.Side.EXPENSE else incomes
            apart[role] = apart.get(role, 0) + amount
    years = sorted({line.year for line in lines}, key=lambda year: (year is None, year or 0))
    return ActualBudget(
        [
            ActualYear(
                year,
                [_line(line, spent) for line in lines if line.year == year and line.side == BudgetLine.Side.EXPENSE],
                [_line(line, spent) for line in lines if line.year == year and line.side == BudgetLine.Side.INCOME],
            )
            for year in years
        ],
        _apart(expenses, EXPENSE_ROLES),
        _apart(incomes, INCOME_ROLES),
    )


def _line(line: BudgetLine, spent: dict[int, int]) -> ActualLine:
    return ActualLine(
        line.label, line.planned, spent.get(line.head_id or 0, 0), line.funder.name if line.funder else ""
    )


def _apart(sums: dict[str, int], roles: Iterable[AccountRole]) -> list[ActualLine]:
    return [ActualLine(str(role.label).capitalize(), 0, sums[role]) for role in roles if sums.get(role)]
