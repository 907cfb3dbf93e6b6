"""Every writing in the books goes through `post` or `reverse`; who may ask for it is decided before, by the caller's access rule."""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.dates import format_month
from declic.core.errors import DomainError
from declic.ledger.actions.receipts import cancel_receipt, issue_receipt
from declic.ledger.enums import DEFAULT_CODES, AccountRole, Event, Means
from declic.ledger.models import (
    Account,
    Auxiliary,
    BudgetHead,
    ClosedMonth,
    Entry,
    Expense,
    GrantPayment,
    GrantShare,
    Line,
    Receipt,
    Section,
    TillSession,
)
from declic.ledger.sessions import session_for
from declic.organisations.models import Organisation


@dataclass(frozen=True)
class Posting:
    """One line to write: an account by its role, and cents either to its debit or to its credit."""

    role: AccountRole
    debit: int = 0
    credit: int = 0
    auxiliary: Auxiliary | None = None


# The account into which money comes, and from which it leaves, for each means; a cheque kept uncashed is no money.
MONEY_ROLES: Mapping[str, AccountRole] = {Means.CASH: AccountRole.CASH, Means.BANK: AccountRole.BANK}


KEPT_BY_THE_TILL = frozenset(
    {Event.TILL_FLOAT, Event.TILL_IN, Event.TILL_OUT, Event.TILL_BANKED, Event.TILL_DIFFERENCE}
)
"""What only the till's own page writes: its cash does not become bank by a correction."""

KEPT_BY_THEIR_PAGE = frozenset({Event.EXPENSE_PAID, Event.TILL_DIFFERENCE, Event.RECHARGE_SOLD})
"""What is undone with what it follows, never alone."""


def open_books(*, operator: Organisation) -> None:
    """Give `operator` one account per role, with the usual French numbers; accounts that exist stay as they are."""
    taken = dict(Account.objects.filter(operator=operator).values_list("role", "code"))
    codes = set(taken.values())
    missing = []
    for role in AccountRole:
        if role in taken:
            continue
        code = DEFAULT_CODES[role]
        # The operator gave this number to another account of its own: the next one of the family.
        while code in codes:
            code = f"{code}9"
        codes.add(code)
        name = str(AccountRole(role).label).capitalize()
        missing.append(Account(operator=operator, role=role, code=code, name=name))
    Account.objects.bulk_create(missing, ignore_conflicts=True)


@transaction.atomic
def post(
    *,
    acting_user: User,
    operator: Organisation,
    on: datetime.date,
    event: Event,
    label: str,
    postings: Sequence[Posting],
    idempotency_key: str,
    section: Section | None = None,
    payer: str = "",
    till: TillSession | None = None,
    head: BudgetHead | None = None,
) -> Entry:
    """Write one balanced entry, in cents, and return it; the same key a second time is refused.

    Cash passes through an open till as soon as the operator has one: `till`, else the acting user's own, else the only
    one open. Money that a person hands over gives a receipt in the name of `payer`. Raises `DomainError` if the month
    is closed, no till is open, the lines do not balance, or the key was used already (even by someone who writes at
    the same instant).
    """
    lines = [posting for posting in postings if posting.debit or posting.credit]
    if (
        not lines
        or any(p.debit < 0 or p.credit < 0 or (p.debit and p.credit) for p in lines)
        or sum(p.debit for p in lines) != sum(p.credit for p in lines)
    ):
        raise DomainError(_("Cette écriture n'est pas équilibrée : rien n'a été enregistré."))
    _require_open_month(operator.pk, on)
    if Entry.objects.filter(operator=operator, idempotency_key=idempotency_key).exists():
        raise _already_recorded()
    accounts = _accounts_for(operator, lines)
    session = session_for(operator, acting_user, till) if any(p.role == AccountRole.CASH for p in lines) else None
    _lock_deposits(p.auxiliary for p in lines if p.role == AccountRole.DEPOSITS_HELD)
    entry = _write_once(
        Entry(
            operator=operator,
            on=on,
            event=event,
            label=label[:240],
            section=section,
            head=head,
            till_session=session,
            idempotency_key=idempotency_key,
            recorded_by=acting_user,
        )
    )
    Line.objects.bulk_create(
        [
            Line(
                operator=operator,
                entry=entry,
                account=accounts[posting.role],
                auxiliary=posting.auxiliary,
                debit=posting.debit,
                credit=posting.credit,
            )
            for posting in lines
        ]
    )
    came: Counter[AccountRole] = Counter()
    for posting in lines:
        came[posting.role] += posting.debit
    issue_receipt(acting_user=acting_user, entry=entry, came=came, payer=payer)
    return entry


@transaction.atomic
def reverse(*, acting_user: User, entry: Entry, on: datetime.date, reason: str) -> Entry:
    """Undo `entry` by its mirror image, dated `on`; an entry is reversed once, and a reversal never.

    An entry that follows a deposit, a sale or an aid is refused: the books would no longer say what its page says (rule 24).
    """
    entry = Entry.objects.select_for_update(of=("self",)).select_related("operator", "section").get(pk=entry.pk)
    if entry.event == Event.REVERSAL:
        raise DomainError(_("Une annulation ne s'annule pas : enregistrez de nouveau l'opération."))
    if Entry.objects.filter(reverses=entry).exists():
        raise DomainError(_("Cette écriture est déjà annulée."))
    if not reason.strip():
        raise DomainError(_("Dites pourquoi cette écriture est annulée."), field="reason")
    if on < entry.on:
        raise DomainError(
            _("L'annulation ne peut pas précéder l'écriture : choisissez une date plus tard."), field="on"
        )
    lines = list(entry.lines.select_related("account"))
    if entry.event in KEPT_BY_THEIR_PAGE or any(line.auxiliary_id is not None for line in lines):
        raise DomainError(
            _("Cette écriture suit une caution, une vente ou une aide : passez par sa page, et les livres suivront.")
        )
    later = Expense.objects.filter(entry=entry, paid_with__isnull=False).select_related("paid_with").first()
    if later is not None and later.paid_with is not None:
        undo(acting_user=acting_user, entry=later.paid_with, on=on, reason=reason)
    return undo(acting_user=acting_user, entry=entry, on=on, reason=reason)


@transaction.atomic
def undo(*, acting_user: User, entry: Entry, on: datetime.date, reason: str) -> Entry:
    """The mirror image of `entry`, whatever it follows: for the actions that keep its page in step with the books.

    Its receipt is cancelled by another; its cash goes back through an open till. Refused while a grant pays for it, and
    when it is undone already.
    """
    entry = Entry.objects.select_for_update(of=("self",)).select_related("operator", "section").get(pk=entry.pk)
    if entry.event == Event.REVERSAL:
        raise DomainError(_("Une annulation ne s'annule pas : enregistrez de nouveau l'opération."))
    if Entry.objects.filter(reverses=entry).exists():
        raise DomainError(_("Cette écriture est déjà annulée."))
    if not reason.strip():
        raise DomainError(_("Dites pourquoi cette écriture est annulée."), field="reason")
    lines = list(entry.lines.select_for_update(of=("self",), no_key=True).select_related("account"))
    if GrantShare.objects.filter(line__in=[line.pk for line in lines]).exists():
        raise DomainError(_("Une subvention paie cette dépense : retirez d'abord cette part de la subvention."))
    if GrantShare.objects.filter(grant__entry=entry).exists():
        raise DomainError(_("Cette subvention paie déjà des dépenses : retirez-les d'abord."))
    if GrantPayment.objects.filter(grant__entry=entry, entry__reversed_by__isnull=True).exists():
        raise DomainError(_("Une partie de cette subvention est reçue : annulez d'abord ce versement."))
    return _mirror(acting_user=acting_user, entry=entry, lines=lines, on=on, reason=reason.strip())


@transaction.atomic
def correct_means(*, acting_user: User, entry: Entry, means: Means, on: datetime.date, reason: str) -> Entry:
    """Say that the money of `entry` came (or went) by other means: its mirror image, then the same with `means`.

    What the entry says of a deposit or a debt stays as it was: only cash and bank change places; the receipt is
    cancelled and another takes its place.
    """
    entry = Entry.objects.select_for_update(of=("self",)).select_related("operator", "section").get(pk=entry.pk)
    lines = list(entry.lines.select_related("account"))
    money = [line for line in lines if line.account.role in MONEY_ROLES.values()]
    if means not in MONEY_ROLES or entry.event in KEPT_BY_THE_TILL:
        raise DomainError(
            _("Le moyen de cette écriture ne se change pas : annulez-la, puis enregistrez-la de nouveau.")
        )
    if entry.event == Event.REVERSAL or not money or all(x.account.role == MONEY_ROLES[means] for x in money):
        raise DomainError(_("Cette écriture est déjà dans le bon moyen de paiement : il n'y a rien à corriger."))
    if Entry.objects.filter(reverses=entry).exists():
        raise DomainError(_("Cette écriture est déjà annulée."))
    if not reason.strip():
        raise DomainError(_("Dites pourquoi le moyen de paiement change."), field="reason")
    if on < entry.on:
        raise DomainError(
            _("La correction ne peut pas précéder l'écriture : choisissez une date plus tard."), field="on"
        )
    _mirror(acting_user=acting_user, entry=entry, lines=lines, on=on, reason=reason.strip())
    return post(
        acting_user=acting_user,
        operator=entry.operator,
        on=on,
        event=Event(entry.event),
        label=entry.label,
        section=entry.section,
        head=entry.head,
        payer=Receipt.objects.filter(entry=entry).values_list("payer", flat=True).first() or "",
        idempotency_key=f"means:{entry.pk}",
        postings=[
            Posting(
                MONEY_ROLES[means] if line in money else AccountRole(line.account.role),
                debit=line.debit,
                credit=line.credit,
                auxiliary=line.auxiliary,
            )
            for line in lines
        ],
    )


@transaction.atomic
def map_accounts(*, acting_user: User, operator: Organisation, codes: Mapping[str, tuple[str, str]]) -> None:
    """Give the operator's accounts their own numbers and names: `codes` maps a role to (code, name)."""
    accounts = {account.role: account for account in Account.objects.select_for_update().filter(operator=operator)}
    numbers = [codes.get(role, (account.code, ""))[0] for role, account in accounts.items()]
    twice = {number for number in numbers if numbers.count(number) > 1}
    if twice:
        raise DomainError(
            _("Deux comptes portent le numéro %(code)s : donnez un numéro à chacun.")
            % {"code": ", ".join(sorted(twice))}
        )
    changed = [account for role, account in accounts.items() if role in codes]
    # Two accounts may exchange their numbers: every number is freed before any is given.
    for account in changed:
        Account.objects.filter(pk=account.pk).update(code=f"~{account.pk}"[:12])
    for account in changed:
        account.code, account.name = codes[account.role]
        account.save(update_fields=["code", "name"])


def _accounts_for(operator: Organisation, lines: Sequence[Posting]) -> dict[str, Account]:
    """The operator's accounts by role; its books are opened by the first entry that needs them."""
    accounts = {account.role: account for account in Account.objects.filter(operator=operator)}
    if any(posting.role not in accounts for posting in lines):
        open_books(operator=operator)
        accounts = {account.role: account for account in Account.objects.filter(operator=operator)}
    return accounts


def _require_open_month(operator_id: int, on: datetime.date) -> None:
    if ClosedMonth.objects.filter(operator_id=operator_id, month=on.replace(day=1)).exists():
        raise DomainError(
            _("Le mois de %(month)s est clôturé : choisissez une date dans un mois encore ouvert.")
            % {"month": format_month(on)}
        )


def _already_recorded() -> DomainError:
    return DomainError(_("Cette opération est déjà enregistrée : rien n'a été compté deux fois."))


def _write_once(entry: Entry) -> Entry:
    """Save `entry`; when someone else has just used its key, say so and leave the transaction usable."""
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if constraint == "entry_recorded_once" or "reverses" in (constraint or ""):
            raise _already_recorded() from None
        if "is closed" in str(error):
            _require_open_month(entry.operator_id, entry.on)
        if "is not open" in str(error):
            raise DomainError(_("Cette caisse vient d'être fermée : ouvrez-la de nouveau, puis recommencez.")) from None
        raise
    return entry


def _mirror(*, acting_user: User, entry: Entry, lines: list[Line], on: datetime.date, reason: str) -> Entry:
    _require_open_month(entry.operator_id, on)
    cash = any(line.account.role == AccountRole.CASH for line in lines)
    session = session_for(entry.operator, acting_user, None) if cash else None
    _lock_deposits(line.auxiliary for line in lines if line.account.role == AccountRole.DEPOSITS_HELD)
    label = _("Annulation : %(label)s (%(reason)s)") % {"label": entry.label, "reason": reason}
    mirror = _write_once(
        Entry(
            operator=entry.operator,
            on=on,
            event=Event.REVERSAL,
            label=label[:240],
            section=entry.section,
            head_id=entry.head_id,
            till_session=session,
            idempotency_key=f"reversal:{entry.pk}",
            reverses=entry,
            recorded_by=acting_user,
        )
    )
    Line.objects.bulk_create(
        [
            Line(
                operator_id=line.operator_id,
                entry=mirror,
                account_id=line.account_id,
                auxiliary_id=line.auxiliary_id,
                debit=line.credit,
                credit=line.debit,
            )
            for line in lines
        ]
    )
    cancel_receipt(acting_user=acting_user, entry=entry, mirror=mirror)
    return mirror


def _lock_deposits(auxiliaries: Iterable[Auxiliary | None]) -> None:
    """The deposits whose balance the database will ask for at the end, locked now and in one order (ADR 020)."""
    wanted = sorted({auxiliary.pk for auxiliary in auxiliaries if auxiliary is not None})
    if wanted:
        list(Auxiliary.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk"))
