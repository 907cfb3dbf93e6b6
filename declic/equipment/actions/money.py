"""What each moment of an allocation writes in the books (design: table of the books); amounts in cents."""

import datetime

from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.core.money import format_euros
from declic.equipment.enums import AllocationState
from declic.equipment.models import Allocation
from declic.ledger.actions import MONEY_ROLES, Posting, post
from declic.ledger.enums import AccountRole, Event, Means
from declic.ledger.models import Auxiliary, Entry
from declic.ledger.queries import balance, deposit_held


def account_of(allocation: Allocation) -> Auxiliary:
    """The allocation's own share of 165 and of the receivables, opened when it is first needed."""
    if allocation.account is None:
        # The case number and not the name: the books outlive the right to keep a name.
        label = _("Attribution %(number)s · dossier %(case)s") % {
            "number": allocation.pk,
            "case": allocation.person.case_number,
        }
        allocation.account = Auxiliary.objects.create(operator=allocation.operator, label=label[:200])
    return allocation.account


def held(allocation: Allocation) -> int:
    """Cents of its deposit that are still held."""
    return deposit_held(allocation.account) if allocation.account is not None else 0


def owed(allocation: Allocation) -> int:
    """Cents that the person still owes on it."""
    if allocation.account is None:
        return 0
    return balance(operator=allocation.operator_id, role=AccountRole.RECEIVABLE, auxiliary=allocation.account)


def _write(
    user: User, allocation: Allocation, on: datetime.date, event: Event, label: str, key: str, postings: list[Posting]
) -> Entry:
    return post(
        acting_user=user,
        operator=allocation.operator,
        on=on,
        event=event,
        label=f"{label} · {allocation.person.case_number}",
        section=allocation.edition.section,
        idempotency_key=key,
        postings=postings,
    )


def pay_deposit(user: User, allocation: Allocation, on: datetime.date, means: Means) -> None:
    """The deposit comes in: a debt towards the person."""
    if not allocation.deposit:
        return
    _write(
        user, allocation, on, Event.DEPOSIT_PAID, _("Caution encaissée"), f"deposit:{allocation.pk}",
        [
            Posting(MONEY_ROLES[means], debit=allocation.deposit),
            Posting(AccountRole.DEPOSITS_HELD, credit=allocation.deposit, auxiliary=account_of(allocation)),
        ],
    )  # fmt: skip


def end_deposit(user: User, allocation: Allocation, on: datetime.date, means: Means, damage: int) -> None:
    """The deposit is given back less the damage; what the damage exceeds it by becomes owed."""
    deposit = held(allocation)
    if damage < 0:
        raise DomainError(
            _("Le remboursement ne peut pas dépasser la caution de %(deposit)s : corrigez le montant du dommage.")
            % {"deposit": format_euros(deposit)},
            field="damage",
        )
    if not deposit and not damage:
        return
    account = account_of(allocation)
    key = f"deposit-end:{allocation.pk}"
    if not damage:
        _write(
            user, allocation, on, Event.DEPOSIT_REFUNDED, _("Caution rendue"), key,
            [
                Posting(AccountRole.DEPOSITS_HELD, debit=deposit, auxiliary=account),
                Posting(MONEY_ROLES[means], credit=deposit),
            ],
        )  # fmt: skip
        return
    _write(
        user, allocation, on, Event.DEPOSIT_SETTLED_WITH_DAMAGE, _("Caution soldée après dommage"), key,
        [
            Posting(AccountRole.DEPOSITS_HELD, debit=deposit, auxiliary=account),
            Posting(AccountRole.RECEIVABLE, debit=max(damage - deposit, 0), auxiliary=account),
            Posting(AccountRole.DAMAGE_RECOVERY, credit=damage),
            Posting(MONEY_ROLES[means], credit=max(deposit - damage, 0)),
        ],
    )  # fmt: skip


def retain_deposit(user: User, allocation: Allocation, on: datetime.date) -> None:
    """The person keeps the machine: the deposit becomes its price."""
    deposit = held(allocation)
    if not deposit:
        return
    _write(
        user, allocation, on, Event.DEPOSIT_RETAINED, _("Caution conservée, matériel gardé"),
        f"deposit-end:{allocation.pk}",
        [
            Posting(AccountRole.DEPOSITS_HELD, debit=deposit, auxiliary=account_of(allocation)),
            Posting(AccountRole.SALE_REVENUE, credit=deposit),
        ],
    )  # fmt: skip


def sell(user: User, allocation: Allocation, on: datetime.date, price: int) -> None:
    """A machine is sold: the price is owed, then paid or set off."""
    if not price:
        return
    _write(
        user, allocation, on, Event.SALE, _("Vente de matériel"), f"sale:{allocation.pk}",
        [
            Posting(AccountRole.RECEIVABLE, debit=price, auxiliary=account_of(allocation)),
            Posting(AccountRole.SALE_REVENUE, credit=price),
        ],
    )  # fmt: skip


def set_off_deposit(user: User, allocation: Allocation, on: datetime.date, price: int, means: Means) -> None:
    """At a purchase the deposit pays its share of the price; what exceeds the price is given back."""
    deposit = held(allocation)
    if not deposit:
        return
    account = account_of(allocation)
    _write(
        user, allocation, on, Event.SALE_PAYMENT, _("Caution déduite du prix"), f"deposit-end:{allocation.pk}",
        [
            Posting(AccountRole.DEPOSITS_HELD, debit=deposit, auxiliary=account),
            Posting(AccountRole.RECEIVABLE, credit=min(deposit, price), auxiliary=account),
            Posting(MONEY_ROLES[means], credit=max(deposit - price, 0)),
        ],
    )  # fmt: skip


def pay(user: User, allocation: Allocation, on: datetime.date, amount: int, means: Means, key: str) -> None:
    """Money comes in against what is owed; never more than that."""
    debt = owed(allocation)
    if amount < 0 or amount > debt:
        raise DomainError(
            _("Il reste %(debt)s à payer : écrivez un montant qui ne le dépasse pas.") % {"debt": format_euros(debt)},
            field="amount",
        )
    if not amount:
        return
    _write(
        user, allocation, on, Event.SALE_PAYMENT, _("Paiement reçu"), key,
        [
            Posting(MONEY_ROLES[means], debit=amount),
            Posting(AccountRole.RECEIVABLE, credit=amount, auxiliary=account_of(allocation)),
        ],
    )  # fmt: skip


def settle_if_even(allocation: Allocation) -> Allocation:
    """Close the allocation for good once nothing is held nor owed on it."""
    if not held(allocation) and not owed(allocation):
        allocation.state = AllocationState.SETTLED
        allocation.save(update_fields=["state", "updated_at"])
    return allocation
