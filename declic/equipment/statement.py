"""What an allocation did to the money, from the books: who owes what to the cent."""

from dataclasses import dataclass

from declic.equipment.models import Allocation
from declic.ledger.enums import AccountRole, Event
from declic.ledger.models import Entry, Line

_MONEY = (AccountRole.CASH, AccountRole.BANK)


@dataclass(frozen=True)
class Statement:
    """Cents, all of them sums of lines of the books; what was reversed counts no more."""

    deposit_paid: int = 0
    deposit_refunded: int = 0
    deposit_kept: int = 0
    """Of the deposit: kept as a price, for a damage or a loss, or set off against a sale."""
    held: int = 0
    charged: int = 0
    """What was asked for beside the deposit: a sale, a damage above the deposit."""
    paid: int = 0
    set_off: int = 0
    waived: int = 0
    owed: int = 0

    @property
    def is_even(self) -> bool:
        return not self.held and not self.owed

    @property
    def adds_up(self) -> bool:
        """Whether each side explains its balance: it always does, by construction of the books."""
        return (
            self.deposit_paid == self.deposit_refunded + self.deposit_kept + self.held
            and self.charged == self.paid + self.set_off + self.waived + self.owed
        )


def statement(allocation: Allocation) -> Statement:
    """The whole story of the money of an allocation, in one query."""
    if allocation.account_id is None:
        return Statement()
    hers = Entry.objects.filter(lines__auxiliary=allocation.account_id).order_by().values("pk")
    by_entry: dict[int, tuple[str, dict[str, int]]] = {}
    for line in Line.objects.filter(entry__in=hers).select_related("entry__reverses", "account"):
        entry = line.entry
        event = entry.reverses.event if entry.reverses is not None else entry.event
        sums = by_entry.setdefault(entry.pk, (event, {}))[1]
        sums[line.account.role] = sums.get(line.account.role, 0) + line.debit - line.credit
    total = dict.fromkeys(Statement.__dataclass_fields__, 0)
    for event, sums in by_entry.values():
        _add(total, event, sums)
    return Statement(**total)


def _add(total: dict[str, int], event: str, sums: dict[str, int]) -> None:
    deposit = -sums.get(AccountRole.DEPOSITS_HELD, 0)
    debt = sums.get(AccountRole.RECEIVABLE, 0)
    money = sum(sums.get(role, 0) for role in _MONEY)
    total["held"] += deposit
    total["owed"] += debt
    if event in (Event.DEPOSIT_PAID, Event.CHEQUE_CASHED):
        total["deposit_paid"] += deposit
    elif deposit or event == Event.DEPOSIT_REFUNDED:
        # A deposit that ends: part of it leaves the drawer, the rest is kept (or what was kept is given back after all).
        total["deposit_refunded"] -= money
        total["deposit_kept"] += money - deposit
        if event == Event.SALE_PAYMENT:
            total["set_off"] -= debt
        else:
            total["charged"] += debt
    elif event == Event.WAIVER:
        total["waived"] -= debt
    elif event == Event.SALE_PAYMENT:
        total["paid"] -= debt
    else:
        total["charged"] += debt
