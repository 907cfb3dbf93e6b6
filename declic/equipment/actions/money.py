"""What each moment of an allocation writes in the books (design: table of the books); amounts in cents."""

import datetime

from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.core.money import format_euros
from declic.equipment.enums import AllocationState
from declic.equipment.models import Allocation
from declic.ledger.actions import (
    MONEY_ROLES,
    Posting,
    bank_cheque,
    give_cheque_back,
    held_cheque,
    keep_cheque,
    post,
    undo,
)
from declic.ledger.enums import AccountRole, Event, Means
from declic.ledger.models import Auxiliary, Cheque, Entry, Line
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


def cheque_of(allocation: Allocation) -> Cheque | None:
    """The deposit cheque that is kept for it, uncashed."""
    return held_cheque(allocation.account)


def means_of_deposit(allocation: Allocation) -> Means:
    """By what the deposit came, so by what it goes back unless there is a reason: the cheque itself, cash, or the bank."""
    if cheque_of(allocation) is not None:
        return Means.CHEQUE
    if allocation.account is None:
        return Means.CASH
    came = (
        Line.objects.filter(
            entry__lines__auxiliary=allocation.account,
            entry__event__in=[Event.DEPOSIT_PAID, Event.CHEQUE_CASHED],
            entry__reversed_by__isnull=True,
            account__role__in=MONEY_ROLES.values(),
            debit__gt=0,
        )
        .order_by("-pk")
        .values_list("account__role", flat=True)
        .first()
    )
    return Means.BANK if came == AccountRole.BANK else Means.CASH


def require_reason(allocation: Allocation, means: Means, reason: str) -> None:
    """Refuse, without a reason, to give a deposit back by other means than it came."""
    came = means_of_deposit(allocation)
    if held_anyhow(allocation) and means != came and not reason.strip():
        raise DomainError(
            _("La caution est venue par un autre moyen (« %(means)s ») : dites pourquoi elle repart autrement.")
            % {"means": came.label},
            field="reason",
        )


def held_anyhow(allocation: Allocation) -> int:
    """Cents that guarantee the loan: the deposit held, or the cheque kept in its place."""
    cheque = cheque_of(allocation)
    return held(allocation) + (cheque.amount if cheque is not None else 0)


def _role(means: Means) -> AccountRole:
    """The account that money passes through; a cheque that is only kept pays nothing."""
    if means not in MONEY_ROLES:
        raise DomainError(
            _("Un chèque gardé ne vaut que pour une caution : choisissez la banque pour un chèque encaissé."),
            field="means",
        )
    return MONEY_ROLES[means]


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
        payer=str(allocation.person),
        idempotency_key=key,
        postings=postings,
    )


def _cheque_label(allocation: Allocation, words: str) -> str:
    return f"{words} · {allocation.person.case_number}"


def hold_cheque(
    user: User,
    allocation: Allocation,
    on: datetime.date,
    *,
    number: str = "",
    bank: str = "",
    drawer: str = "",
    dated_on: datetime.date | None = None,
) -> Cheque:
    """Keep a cheque for the deposit without cashing it; what is printed on it may be written later."""
    if held(allocation):
        raise DomainError(_("La caution est déjà encaissée : il n'y a pas de chèque à garder."))
    return keep_cheque(
        acting_user=user,
        auxiliary=account_of(allocation),
        on=on,
        amount=allocation.deposit,
        label=_cheque_label(allocation, _("Chèque de caution gardé")),
        section=allocation.edition.section,
        payer=str(allocation.person),
        number=number,
        bank=bank,
        drawer=drawer or str(allocation.person),
        dated_on=dated_on,
    )


def return_cheque(user: User, allocation: Allocation, on: datetime.date) -> None:
    """Give the deposit cheque back; nothing happens when none is kept."""
    cheque = cheque_of(allocation)
    if cheque is not None:
        label = _cheque_label(allocation, _("Chèque de caution rendu"))
        give_cheque_back(acting_user=user, cheque=cheque, on=on, label=label)


def cash_cheque(user: User, allocation: Allocation, on: datetime.date) -> None:
    """Cash the deposit cheque: from now on the deposit is money held; nothing happens when none is kept."""
    cheque = cheque_of(allocation)
    if cheque is not None:
        label = _cheque_label(allocation, _("Chèque de caution encaissé"))
        bank_cheque(acting_user=user, cheque=cheque, on=on, label=label)


def pay_deposit(user: User, allocation: Allocation, on: datetime.date, means: Means) -> None:
    """The deposit comes in: a debt towards the person, or a cheque that is kept without being cashed."""
    if not allocation.deposit:
        return
    if means == Means.CHEQUE:
        hold_cheque(user, allocation, on)
        return
    _write(
        user, allocation, on, Event.DEPOSIT_PAID, _("Caution encaissée"), f"deposit:{allocation.pk}",
        [
            Posting(_role(means), debit=allocation.deposit),
            Posting(AccountRole.DEPOSITS_HELD, credit=allocation.deposit, auxiliary=account_of(allocation)),
        ],
    )  # fmt: skip


def end_deposit(user: User, allocation: Allocation, on: datetime.date, means: Means, damage: int) -> None:
    """The deposit is given back less the damage; what the damage exceeds it by becomes owed.

    A cheque that was kept is given back when nothing is damaged; else it is cashed first, and the rest refunded by the
    bank.
    """
    if cheque_of(allocation) is not None and damage >= 0:
        if not damage:
            return_cheque(user, allocation, on)
            return
        cash_cheque(user, allocation, on)
    means = Means.BANK if means == Means.CHEQUE else means
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
                Posting(_role(means), credit=deposit),
            ],
        )  # fmt: skip
        return
    _write(
        user, allocation, on, Event.DEPOSIT_SETTLED_WITH_DAMAGE, _("Caution soldée après dommage"), key,
        [
            Posting(AccountRole.DEPOSITS_HELD, debit=deposit, auxiliary=account),
            Posting(AccountRole.RECEIVABLE, debit=max(damage - deposit, 0), auxiliary=account),
            Posting(AccountRole.DAMAGE_RECOVERY, credit=damage),
            Posting(_role(means), credit=max(deposit - damage, 0)),
        ],
    )  # fmt: skip


def retain_deposit(user: User, allocation: Allocation, on: datetime.date) -> None:
    """The person keeps the machine: the deposit becomes its price; a cheque that was kept is cashed for it."""
    cash_cheque(user, allocation, on)
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
    cash_cheque(user, allocation, on)
    means = Means.BANK if means == Means.CHEQUE else means
    deposit = held(allocation)
    if not deposit:
        return
    account = account_of(allocation)
    _write(
        user, allocation, on, Event.SALE_PAYMENT, _("Caution déduite du prix"), f"deposit-end:{allocation.pk}",
        [
            Posting(AccountRole.DEPOSITS_HELD, debit=deposit, auxiliary=account),
            Posting(AccountRole.RECEIVABLE, credit=min(deposit, price), auxiliary=account),
            Posting(_role(means), credit=max(deposit - price, 0)),
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
            Posting(_role(means), debit=amount),
            Posting(AccountRole.RECEIVABLE, credit=amount, auxiliary=account_of(allocation)),
        ],
    )  # fmt: skip


def waive(user: User, allocation: Allocation, on: datetime.date, amount: int, reason: str, key: str = "") -> Entry:
    """Give up `amount` cents of what is owed: an expense (654), with its reason; never more than the debt."""
    debt = owed(allocation)
    if not 0 < amount <= debt:
        raise DomainError(
            _("Il reste %(debt)s à payer : la remise ne peut pas dépasser cette somme.") % {"debt": format_euros(debt)},
            field="amount",
        )
    if not reason.strip():
        raise DomainError(_("Dites pourquoi cette somme n'est plus demandée."), field="reason")
    account = account_of(allocation)
    turn = Line.objects.filter(auxiliary=account, entry__event=Event.WAIVER).count()
    words = _("Remise accordée (%(reason)s)") % {"reason": reason.strip()[:120]}
    return _write(
        user, allocation, on, Event.WAIVER, words, key or f"waiver:{allocation.pk}:{turn}",
        [
            Posting(AccountRole.WAIVER_EXPENSE, debit=amount),
            Posting(AccountRole.RECEIVABLE, credit=amount, auxiliary=account),
        ],
    )  # fmt: skip


UNDONE_ALONE = (Event.SALE_PAYMENT, Event.WAIVER)


def undo_payment(user: User, allocation: Allocation, entry: Entry, on: datetime.date, reason: str) -> Entry:
    """Undo a payment or a waiver typed by mistake: it is owed again. A settled allocation is over: enter the money anew.

    What else follows an allocation (its deposit, its sale) ends with the allocation, and is never undone alone.
    """
    if not Line.objects.filter(entry=entry, auxiliary=allocation.account_id or 0).exists():
        raise DomainError(_("Cette écriture ne suit pas cette attribution."))
    if (
        entry.event not in UNDONE_ALONE
        or Line.objects.filter(entry=entry, account__role=AccountRole.DEPOSITS_HELD).exists()
    ):
        raise DomainError(_("Seul un paiement ou une remise s'annule : la caution et la vente suivent l'attribution."))
    if allocation.state == AllocationState.SETTLED:
        raise DomainError(_("Cette attribution est soldée : elle ne se rouvre pas."))
    return undo(acting_user=user, entry=entry, on=on, reason=reason)


def settle_if_even(allocation: Allocation) -> Allocation:
    """Close the allocation for good once nothing is held nor owed on it."""
    if not held_anyhow(allocation) and not owed(allocation):
        allocation.state = AllocationState.SETTLED
        allocation.save(update_fields=["state", "updated_at"])
    return allocation
