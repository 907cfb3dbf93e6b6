"""Every writing in the books goes through `post` or `reverse`; who may ask for it is decided before, by the caller's access rule."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.ledger.enums import DEFAULT_CODES, AccountRole, Event
from declic.ledger.models import Account, Auxiliary, ClosedMonth, Entry, Line, Section
from declic.organisations.models import Organisation


@dataclass(frozen=True)
class Posting:
    """One line to write: an account by its role, and cents either to its debit or to its credit."""

    role: AccountRole
    debit: int = 0
    credit: int = 0
    auxiliary: Auxiliary | None = None


def open_books(*, operator: Organisation) -> None:
    """Give `operator` one account per role, with the usual French numbers; accounts that exist stay as they are."""
    Account.objects.bulk_create(
        [
            Account(
                operator=operator, role=role, code=DEFAULT_CODES[role], name=str(AccountRole(role).label).capitalize()
            )
            for role in AccountRole
        ],
        ignore_conflicts=True,
    )


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
) -> Entry:
    """Write one balanced entry, in cents, and return it; the same key a second time is refused.

    Raises `DomainError` if the month is closed, the lines do not balance, or the key was used already.
    """
    lines = [posting for posting in postings if posting.debit or posting.credit]
    if not lines or sum(p.debit for p in lines) != sum(p.credit for p in lines):
        raise DomainError(_("Cette écriture n'est pas équilibrée : rien n'a été enregistré."))
    if ClosedMonth.objects.filter(operator=operator, month=on.replace(day=1)).exists():
        raise DomainError(_("Ce mois est clôturé : choisissez une date dans un mois encore ouvert."))
    if Entry.objects.filter(operator=operator, idempotency_key=idempotency_key).exists():
        raise DomainError(_("Cette opération est déjà enregistrée : rien n'a été compté deux fois."))
    accounts = {account.role: account for account in Account.objects.filter(operator=operator)}
    entry = Entry.objects.create(
        operator=operator,
        on=on,
        event=event,
        label=label[:240],
        section=section,
        idempotency_key=idempotency_key,
        recorded_by=acting_user,
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
    return entry


@transaction.atomic
def reverse(*, acting_user: User, entry: Entry, on: datetime.date, reason: str) -> Entry:
    """Undo `entry` by its mirror image, dated `on`; an entry is reversed once, and a reversal never."""
    if entry.event == Event.REVERSAL:
        raise DomainError(_("Une annulation ne s'annule pas : enregistrez de nouveau l'opération."))
    if Entry.objects.filter(reverses=entry).exists():
        raise DomainError(_("Cette écriture est déjà annulée."))
    if ClosedMonth.objects.filter(operator=entry.operator, month=on.replace(day=1)).exists():
        raise DomainError(_("Ce mois est clôturé : choisissez une date dans un mois encore ouvert."))
    mirror = Entry.objects.create(
        operator=entry.operator,
        on=on,
        event=Event.REVERSAL,
        label=_("Annulation : %(label)s (%(reason)s)") % {"label": entry.label, "reason": reason},
        section=entry.section,
        idempotency_key=f"reversal:{entry.pk}",
        reverses=entry,
        recorded_by=acting_user,
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
            for line in entry.lines.all()
        ]
    )
    return mirror
