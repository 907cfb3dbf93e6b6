"""Deposit cheques: kept without being cashed, given back, cashed, replaced (memo accounts 801 and 809)."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.dates import add_months, format_day
from declic.core.errors import DomainError
from declic.ledger.actions.books import Posting, post
from declic.ledger.enums import AccountRole, ChequeState, Event
from declic.ledger.models import Auxiliary, Cheque, Entry, Section

_DAYS_TO_PRESENT = datetime.timedelta(days=8)


def expiry_of(dated_on: datetime.date) -> datetime.date:
    """The last day on which a cheque issued and payable in France can be cashed: one year after the eight days in which
    it is to be presented (code monétaire et financier, articles L131-32 and L131-59)."""
    return add_months(dated_on + _DAYS_TO_PRESENT, 12)


@transaction.atomic
def keep_cheque(
    *,
    acting_user: User,
    auxiliary: Auxiliary,
    on: datetime.date,
    amount: int,
    label: str,
    section: Section | None = None,
    payer: str = "",
    number: str = "",
    bank: str = "",
    drawer: str = "",
    dated_on: datetime.date | None = None,
) -> Cheque:
    """Keep a cheque of `amount` cents as the guarantee of a deposit; its receipt says that it is not cashed.

    Number and bank may be written later. Raises `DomainError` when a cheque is held already for this deposit, or when it
    can no longer be cashed.
    """
    dated_on = dated_on or on
    expires_on = expiry_of(dated_on)
    if dated_on > on:
        raise DomainError(_("Un chèque postdaté ne vaut pas garantie : demandez-en un du jour."), field="dated_on")
    if expires_on < on:
        raise DomainError(
            _("Ce chèque ne peut plus être encaissé depuis le %(day)s : demandez-en un autre.")
            % {"day": format_day(expires_on)},
            field="dated_on",
        )
    if Cheque.objects.filter(auxiliary=auxiliary, state=ChequeState.HELD).exists():
        raise DomainError(_("Un chèque est déjà gardé pour cette caution : remplacez-le."))
    turn = Cheque.objects.filter(auxiliary=auxiliary).count()
    entry = post(
        acting_user=acting_user,
        operator=auxiliary.operator,
        on=on,
        event=Event.CHEQUE_HELD,
        label=label,
        section=section,
        payer=payer,
        idempotency_key=f"cheque:{auxiliary.pk}:{turn}",
        postings=[
            Posting(AccountRole.CHEQUES_HELD, debit=amount, auxiliary=auxiliary),
            Posting(AccountRole.DEPOSIT_COMMITMENTS, credit=amount, auxiliary=auxiliary),
        ],
    )
    return Cheque.objects.create(
        operator_id=auxiliary.operator_id,
        auxiliary=auxiliary,
        amount=amount,
        number=number.strip()[:20],
        bank=bank.strip()[:80],
        drawer=drawer.strip()[:160],
        dated_on=dated_on,
        received_on=on,
        expires_on=expires_on,
        entry=entry,
        received_by=acting_user,
    )


@transaction.atomic
def give_cheque_back(*, acting_user: User, cheque: Cheque, on: datetime.date, label: str) -> Cheque:
    """Give a cheque back uncashed: the promise it stood for is over."""
    cheque = _still_held(cheque, on)
    return _end(cheque, ChequeState.RETURNED, on, _leave(acting_user, cheque, on, Event.CHEQUE_RETURNED, label, []))


@transaction.atomic
def bank_cheque(*, acting_user: User, cheque: Cheque, on: datetime.date, label: str) -> Cheque:
    """Cash a cheque: the deposit is now money in the bank, held in 165 like any other."""
    cheque = _still_held(cheque, on)
    if on > cheque.expires_on:
        raise DomainError(
            _("Ce chèque n'est plus encaissable depuis le %(day)s : rendez-le et demandez-en un autre.")
            % {"day": format_day(cheque.expires_on)}
        )
    money = [
        Posting(AccountRole.BANK, debit=cheque.amount),
        Posting(AccountRole.DEPOSITS_HELD, credit=cheque.amount, auxiliary=cheque.auxiliary),
    ]
    return _end(cheque, ChequeState.CASHED, on, _leave(acting_user, cheque, on, Event.CHEQUE_CASHED, label, money))


@transaction.atomic
def replace_cheque(
    *,
    acting_user: User,
    cheque: Cheque,
    on: datetime.date,
    label: str,
    payer: str = "",
    number: str = "",
    bank: str = "",
    drawer: str = "",
    dated_on: datetime.date | None = None,
) -> Cheque:
    """Give a cheque back against a fresh one of the same amount; the fresh one is returned."""
    cheque = _still_held(cheque, on)
    _end(cheque, ChequeState.REPLACED, on, _leave(acting_user, cheque, on, Event.CHEQUE_RETURNED, label, []))
    return keep_cheque(
        acting_user=acting_user,
        auxiliary=cheque.auxiliary,
        on=on,
        amount=cheque.amount,
        label=label,
        section=cheque.entry.section,
        payer=payer,
        number=number,
        bank=bank,
        drawer=drawer,
        dated_on=dated_on,
    )


@transaction.atomic
def describe_cheque(
    *, acting_user: User, cheque: Cheque, number: str, bank: str, drawer: str = "", dated_on: datetime.date
) -> Cheque:
    """Write what is printed on a cheque that is held; its last day follows its date."""
    cheque = _still_held(cheque, None)
    if dated_on > cheque.received_on:
        raise DomainError(_("La date du chèque ne peut pas suivre le jour où il a été reçu."), field="dated_on")
    cheque.number, cheque.bank, cheque.drawer = number.strip()[:20], bank.strip()[:80], drawer.strip()[:160]
    cheque.dated_on, cheque.expires_on = dated_on, expiry_of(dated_on)
    cheque.save()
    return cheque


def held_cheque(auxiliary: Auxiliary | None) -> Cheque | None:
    """The cheque kept for a deposit, if there is one."""
    if auxiliary is None:
        return None
    return Cheque.objects.filter(auxiliary=auxiliary, state=ChequeState.HELD).first()


def _still_held(cheque: Cheque, on: datetime.date | None) -> Cheque:
    cheque = (
        Cheque.objects.select_for_update(of=("self",))
        .select_related("operator", "auxiliary__operator", "entry__section")
        .get(pk=cheque.pk)
    )
    if cheque.state != ChequeState.HELD:
        raise DomainError(
            _("Ce chèque n'est plus gardé (« %(state)s ») : rien n'a été fait deux fois.")
            % {"state": ChequeState(cheque.state).label}
        )
    if on is not None and on < cheque.received_on:
        raise DomainError(
            _("Ce chèque est arrivé le %(day)s : choisissez ce jour-là ou après.")
            % {"day": format_day(cheque.received_on)},
            field="on",
        )
    return cheque


def _leave(user: User, cheque: Cheque, on: datetime.date, event: Event, label: str, money: list[Posting]) -> Entry:
    return post(
        acting_user=user,
        operator=cheque.operator,
        on=on,
        event=event,
        label=label,
        section=cheque.entry.section,
        idempotency_key=f"cheque-end:{cheque.pk}",
        postings=[
            Posting(AccountRole.DEPOSIT_COMMITMENTS, debit=cheque.amount, auxiliary=cheque.auxiliary),
            Posting(AccountRole.CHEQUES_HELD, credit=cheque.amount, auxiliary=cheque.auxiliary),
            *money,
        ],
    )


def _end(cheque: Cheque, state: ChequeState, on: datetime.date, ending: Entry) -> Cheque:
    cheque.state, cheque.ended_on, cheque.ending = state, on, ending
    cheque.save(update_fields=["state", "ended_on", "ending", "updated_at"])
    return cheque
