"""Grants promised and received, expenses and other incomes, and which euro of a grant pays which expense."""

import datetime
import uuid

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.core.money import format_euros
from declic.documents.actions import check_file, store_checked
from declic.documents.models import DocumentKind
from declic.ledger.actions.books import MONEY_ROLES, Posting, post, undo
from declic.ledger.enums import BOUGHT_ROLES, EXPENSE_ROLES, AccountRole, Event, Means
from declic.ledger.models import BudgetHead, Entry, Expense, Grant, GrantPayment, GrantShare, Line, Section
from declic.organisations.models import Organisation


@transaction.atomic
def enter_grant(
    *,
    acting_user: User,
    operator: Organisation,
    funder_name: str,
    amount: int,
    on: datetime.date,
    token: uuid.UUID | str,
    section: Section | None = None,
    head: BudgetHead | None = None,
    funder: Organisation | None = None,
    label: str = "",
    reference: str = "",
) -> Grant:
    """Record a grant of `amount` cents that a funder promises in writing: receivable against income."""
    if amount <= 0:
        raise DomainError(_("Le montant d'une subvention est plus grand que zéro."), field="amount")
    section = _section_of(section, head)
    entry = post(
        acting_user=acting_user,
        operator=operator,
        on=on,
        event=Event.GRANT_NOTIFIED,
        label=_("Subvention notifiée par %(funder)s") % {"funder": funder_name},
        section=section,
        head=head,
        idempotency_key=f"grant:{token}",
        postings=[
            Posting(AccountRole.GRANT_RECEIVABLE, debit=amount),
            Posting(AccountRole.GRANT_INCOME, credit=amount),
        ],
    )
    return Grant.objects.create(
        operator=operator,
        section=section,
        head=head,
        funder=funder,
        funder_name=funder_name[:160],
        label=label[:200],
        reference=reference[:80],
        amount=amount,
        notified_on=on,
        entry=entry,
    )


@transaction.atomic
def notify_grant(
    *,
    acting_user: User,
    operator: Organisation,
    section: Section | None,
    funder_name: str,
    amount: int,
    on: datetime.date,
    key: str,
) -> Entry:
    """`enter_grant` for whoever has only the funder's name; `key` names the grant."""
    return enter_grant(
        acting_user=acting_user,
        operator=operator,
        section=section,
        funder_name=funder_name,
        amount=amount,
        on=on,
        token=key,
    ).entry


@transaction.atomic
def receive_grant(
    *,
    acting_user: User,
    operator: Organisation,
    section: Section | None,
    funder_name: str,
    amount: int,
    on: datetime.date,
    key: str,
) -> Entry:
    """`receive_grant_payment` on the funder's latest grant; `key` names this payment. Refused when it has none."""
    grants = Grant.objects.filter(operator=operator, funder_name=funder_name, entry__reversed_by__isnull=True)
    # The same edition first; a grant for the whole structure pays what comes for one of its editions too.
    found = sorted(grants, key=lambda grant: (section is not None and grant.section_id == section.pk, grant.pk))
    if not found:
        raise DomainError(_("Aucune subvention de ce financeur n'est notifiée : enregistrez-la d'abord."))
    return receive_grant_payment(acting_user=acting_user, grant=found[-1], amount=amount, on=on, token=key).entry


@transaction.atomic
def receive_grant_payment(
    *, acting_user: User, grant: Grant, amount: int, on: datetime.date, token: uuid.UUID | str
) -> GrantPayment:
    """Record `amount` cents of a grant that reach the bank; a grant may come in several payments, never above it."""
    grant = _locked_grant(grant)
    if amount <= 0:
        raise DomainError(_("Le montant reçu est plus grand que zéro."), field="amount")
    rest = grant.amount - received(grant)
    if amount > rest:
        raise DomainError(
            _("Il reste %(rest)s à recevoir de cette subvention : écrivez un montant qui ne le dépasse pas.")
            % {"rest": format_euros(rest)},
            field="amount",
        )
    if on < grant.notified_on:
        raise DomainError(_("Une subvention se reçoit le jour où elle est notifiée, ou après."), field="on")
    entry = post(
        acting_user=acting_user,
        operator=grant.operator,
        on=on,
        event=Event.GRANT_RECEIVED,
        label=_("Subvention reçue de %(funder)s") % {"funder": grant.funder_name},
        section=grant.section,
        head=grant.head,
        idempotency_key=f"grant-received:{token}",
        postings=[Posting(AccountRole.BANK, debit=amount), Posting(AccountRole.GRANT_RECEIVABLE, credit=amount)],
    )
    return GrantPayment.objects.create(operator_id=grant.operator_id, grant=grant, on=on, amount=amount, entry=entry)


@transaction.atomic
def enter_expense(
    *,
    acting_user: User,
    operator: Organisation,
    supplier: str,
    label: str,
    amount: int,
    role: AccountRole | str,
    on: datetime.date,
    means: Means | str,
    token: uuid.UUID | str,
    section: Section | None = None,
    head: BudgetHead | None = None,
    reference: str = "",
    upload: "File[bytes] | None" = None,
) -> Expense:
    """Enter an invoice or a pay slip of `amount` cents; `means` is empty when it is still to be paid."""
    role = AccountRole(role)
    if role not in BOUGHT_ROLES:
        raise DomainError(_("Choisissez la nature de la dépense."), field="role")
    if amount <= 0:
        raise DomainError(_("Le montant d'une dépense est plus grand que zéro."), field="amount")
    checked = check_file(upload) if upload else None
    section = _section_of(section, head)
    entry = post(
        acting_user=acting_user,
        operator=operator,
        on=on,
        event=Event.EXPENSE,
        label=f"{supplier} · {label}",
        section=section,
        head=head,
        idempotency_key=f"expense:{token}",
        postings=[Posting(role, debit=amount), Posting(_paid_from(means), credit=amount)],
    )
    document = None
    if checked is not None:
        title = _("Pièce de %(supplier)s") % {"supplier": supplier}
        document = store_checked(
            acting_user=acting_user, operator=operator, kind=DocumentKind.PROOF, title=title, checked=checked
        )
    return Expense.objects.create(
        operator=operator,
        entry=entry,
        line=entry.lines.get(debit__gt=0),
        role=role,
        supplier=supplier[:160],
        label=label[:200],
        reference=reference[:80],
        amount=amount,
        document=document,
    )


@transaction.atomic
def pay_expense(*, acting_user: User, expense: Expense, on: datetime.date, means: Means | str) -> Expense:
    """Pay an invoice that was entered before, in full."""
    expense = (
        Expense.objects.select_for_update(of=("self",)).select_related("operator", "entry__section").get(pk=expense.pk)
    )
    if not is_unpaid(expense):
        raise DomainError(_("Cette dépense est déjà payée : rien n'a été payé deux fois."))
    if on < expense.entry.on:
        raise DomainError(_("Le paiement ne peut pas précéder la pièce."), field="on")
    expense.paid_with = post(
        acting_user=acting_user,
        operator=expense.operator,
        on=on,
        event=Event.EXPENSE_PAID,
        label=f"{expense.supplier} · {expense.label}",
        section=expense.entry.section,
        head=expense.entry.head,
        idempotency_key=f"expense-paid:{expense.pk}",
        postings=[
            Posting(AccountRole.SUPPLIERS, debit=expense.amount),
            Posting(_paid_from(means), credit=expense.amount),
        ],
    )
    expense.save(update_fields=["paid_with"])
    return expense


@transaction.atomic
def cancel_expense(*, acting_user: User, expense: Expense, on: datetime.date, reason: str) -> Entry:
    """Undo an expense, and its payment if it was paid later; a part that a grant pays is taken back first."""
    expense = Expense.objects.select_for_update(of=("self",)).select_related("entry", "paid_with").get(pk=expense.pk)
    if expense.paid_with is not None:
        undo(acting_user=acting_user, entry=expense.paid_with, on=on, reason=reason)
    return undo(acting_user=acting_user, entry=expense.entry, on=on, reason=reason)


@transaction.atomic
def enter_income(
    *,
    acting_user: User,
    operator: Organisation,
    label: str,
    amount: int,
    on: datetime.date,
    means: Means | str,
    token: uuid.UUID | str,
    section: Section | None = None,
    head: BudgetHead | None = None,
) -> Entry:
    """Record an income that is no grant: own funds, a donation, a contribution."""
    if amount <= 0:
        raise DomainError(_("Le montant d'une recette est plus grand que zéro."), field="amount")
    return post(
        acting_user=acting_user,
        operator=operator,
        on=on,
        event=Event.INCOME,
        label=label,
        section=_section_of(section, head),
        head=head,
        idempotency_key=f"income:{token}",
        postings=[Posting(MONEY_ROLES[Means(means)], debit=amount), Posting(AccountRole.OTHER_INCOME, credit=amount)],
    )


@transaction.atomic
def share_grant(
    *, acting_user: User, grant: Grant, line: Line, amount: int, at: datetime.datetime
) -> GrantShare | None:
    """Let a grant pay `amount` cents of an expense line: replaces what it paid of it before, 0 takes it back.

    Never above what is left of the line nor of the grant; the database refuses it too, whoever writes at the same time.
    """
    grant = _locked_grant(grant)
    line = Line.objects.select_for_update(of=("self",), no_key=True).select_related("account", "entry").get(pk=line.pk)
    if amount <= 0:
        GrantShare.objects.filter(grant=grant, line=line).delete()
        return None
    if line.operator_id != grant.operator_id or line.account.role not in EXPENSE_ROLES or not line.debit:
        raise DomainError(_("Cette écriture n'est pas une dépense de votre structure."))
    if grant.section_id is not None and line.entry.section_id != grant.section_id:
        raise DomainError(_("Cette subvention est pour une autre édition : choisissez une de ses dépenses."))
    if (
        Entry.objects.filter(reverses__in=[line.entry_id, grant.entry_id]).exists()
        or line.entry.event == Event.REVERSAL
    ):
        raise DomainError(_("Cette écriture est annulée : il n'y a rien à payer."))
    free = line.debit - _shared(GrantShare.objects.filter(line=line).exclude(grant=grant))
    left = grant.amount - _shared(GrantShare.objects.filter(grant=grant).exclude(line=line))
    if amount > min(free, left):
        raise DomainError(
            _("Il reste %(free)s de cette dépense et %(left)s de cette subvention : écrivez un montant plus petit.")
            % {"free": format_euros(free), "left": format_euros(left)},
            field="amount",
        )
    try:
        with transaction.atomic():
            share, _made = GrantShare.objects.update_or_create(
                grant=grant,
                line=line,
                defaults={
                    "operator_id": grant.operator_id,
                    "amount": amount,
                    "shared_by": acting_user,
                    "shared_at": at,
                },
            )
    except IntegrityError:
        raise DomainError(_("Quelqu'un vient de changer cette répartition : regardez-la de nouveau.")) from None
    return share


def received(grant: Grant) -> int:
    """Cents of a grant that reached the bank."""
    paid = GrantPayment.objects.filter(grant=grant, entry__reversed_by__isnull=True)
    return int(paid.aggregate(sum=Sum("amount"))["sum"] or 0)


def is_unpaid(expense: Expense) -> bool:
    """Whether an expense waits for its payment."""
    if expense.paid_with_id is not None or Entry.objects.filter(reverses=expense.entry_id).exists():
        return False
    return Line.objects.filter(entry=expense.entry_id, account__role=AccountRole.SUPPLIERS).exists()


def _shared(shares: QuerySet[GrantShare]) -> int:
    return int(shares.aggregate(sum=Sum("amount"))["sum"] or 0)


def _section_of(section: Section | None, head: BudgetHead | None) -> Section | None:
    """A budget line says for which edition it is."""
    return head.section if head is not None else section


def _paid_from(means: Means | str) -> AccountRole:
    if not means:
        return AccountRole.SUPPLIERS
    if Means(means) not in MONEY_ROLES:
        raise DomainError(_("Choisissez comment cette dépense est payée."), field="means")
    return MONEY_ROLES[Means(means)]


def _locked_grant(grant: Grant) -> Grant:
    return (
        Grant.objects.select_for_update(of=("self",), no_key=True)
        .select_related("operator", "section", "head__section", "entry")
        .get(pk=grant.pk)
    )
