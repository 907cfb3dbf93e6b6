"""The cash drawer: opened with a count, closed with a count, and every coin between the two written in the books."""

import datetime
import uuid
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.core.money import format_euros
from declic.ledger.actions.books import Posting, post
from declic.ledger.enums import AccountRole, Event, FloatSource, TillMove
from declic.ledger.models import Entry, Till, TillCashier, TillSession
from declic.ledger.queries import cash_outside_tills, session_cash, till_cash
from declic.organisations.models import Organisation, Site

_MOVES: Mapping[TillMove, tuple[Event, AccountRole, bool]] = {
    TillMove.TO_BANK: (Event.TILL_BANKED, AccountRole.BANK, False),
    TillMove.FROM_BANK: (Event.TILL_FLOAT, AccountRole.BANK, True),
    TillMove.SPENT: (Event.TILL_OUT, AccountRole.PURCHASES, False),
    TillMove.GIVEN: (Event.TILL_IN, AccountRole.OTHER_INCOME, True),
}
"""For each movement: its event, the account on the other side, and whether cash comes in."""


@transaction.atomic
def add_till(*, acting_user: User, operator: Organisation, site: Site, name: str) -> Till:
    """Set up a cash drawer at a place. From the first one on, cash moves only through an open till."""
    if site.operator_id != operator.pk:
        raise DomainError(_("Ce lieu n'est pas de votre structure."), field="site")
    try:
        with transaction.atomic():
            return Till.objects.create(operator=operator, site=site, name=name)
    except IntegrityError:
        raise DomainError(_("Une caisse porte déjà ce nom : donnez-lui-en un autre."), field="name") from None


@transaction.atomic
def retire_till(*, acting_user: User, till: Till, on: datetime.date) -> Till:
    """Put a till away for good: closed, and empty by the books."""
    till = Till.objects.select_for_update(no_key=True).get(pk=till.pk)
    if till.retired_on is not None:
        raise DomainError(_("Cette caisse est déjà retirée."))
    if TillSession.objects.filter(till=till, closed_at__isnull=True).exists():
        raise DomainError(_("Fermez d'abord cette caisse."))
    if rest := till_cash(till):
        raise DomainError(
            _("Il reste %(rest)s dans cette caisse : ouvrez-la et déposez-les à la banque d'abord.")
            % {"rest": format_euros(rest)}
        )
    till.retired_on = on
    till.save(update_fields=["retired_on"])
    return till


@transaction.atomic
def open_till(
    *,
    acting_user: User,
    till: Till,
    at: datetime.datetime,
    counted: int,
    source: FloatSource | str = "",
    reason: str = "",
) -> TillSession:
    """Open a till with `counted` cents in it; the acting user takes money there from now on.

    What differs from the last count is written at once: `source` says whether it came from (or went to) the bank, was
    already in the cash account before there were tills, or is unexplained, with a reason.
    """
    till = Till.objects.select_for_update(no_key=True, of=("self",)).select_related("operator").get(pk=till.pk)
    if till.retired_on is not None:
        raise DomainError(_("Cette caisse est retirée : choisissez-en une autre."))
    running = TillSession.objects.filter(till=till, closed_at__isnull=True).select_related("opened_by").first()
    if running is not None:
        raise DomainError(_("Cette caisse est déjà ouverte par %(name)s : rejoignez-la.") % {"name": running.opened_by})
    first = not TillSession.objects.filter(till=till).exists()
    expected = till_cash(till)
    gap = counted - expected
    loose = cash_outside_tills(till.operator_id)
    if not source and first and 0 < gap <= loose:
        source = FloatSource.BOOKS
    if gap and not source:
        raise DomainError(
            _("La dernière fois, il y avait %(expected)s : dites d'où vient la différence de %(gap)s.")
            % {"expected": format_euros(expected), "gap": format_euros(gap)},
            field="source",
        )
    if gap and source == FloatSource.BOOKS and not 0 < gap <= loose:
        raise DomainError(
            _("Hors des caisses, les livres n'ont que %(loose)s d'espèces : choisissez une autre origine.")
            % {"loose": format_euros(max(loose, 0))},
            field="source",
        )
    if gap and source == FloatSource.UNEXPLAINED and not reason.strip():
        raise DomainError(_("Dites ce que vous savez de cette différence."), field="reason")
    session = TillSession.objects.create(
        operator=till.operator,
        till=till,
        on=timezone.localtime(at).date(),
        opened_by=acting_user,
        opened_at=at,
        opening_float=counted if source == FloatSource.BOOKS else expected,
        opening_counted=counted,
    )
    TillCashier.objects.create(operator=till.operator, session=session, user=acting_user, joined_at=at)
    if gap and source == FloatSource.BANK:
        event = Event.TILL_FLOAT if gap > 0 else Event.TILL_BANKED
        _move(acting_user, session, gap, event, AccountRole.BANK, str(event.label), f"till-open:{session.pk}")
    elif gap and source == FloatSource.UNEXPLAINED:
        _difference(acting_user, session, gap, reason, f"till-open:{session.pk}", session.on)
    return session


@transaction.atomic
def join_till(*, acting_user: User, session: TillSession, at: datetime.datetime) -> TillSession:
    """Take money at a till that a colleague opened; the last one joined is the one used."""
    session = TillSession.objects.select_for_update(of=("self",), no_key=True).get(pk=session.pk)
    if session.closed_at is not None:
        raise DomainError(_("Cette caisse est fermée : ouvrez-la de nouveau."))
    TillCashier.objects.update_or_create(
        session=session, user=acting_user, defaults={"operator_id": session.operator_id, "joined_at": at}
    )
    return session


@transaction.atomic
def move_cash(
    *,
    acting_user: User,
    session: TillSession,
    on: datetime.date,
    move: TillMove | str,
    amount: int,
    reason: str,
    token: uuid.UUID | str,
) -> Entry:
    """Cash put into an open till or taken out of it, by someone, for a reason; never more than it holds."""
    event, other, comes = _MOVES[TillMove(move)]
    if amount <= 0:
        raise DomainError(_("Écrivez un montant plus grand que zéro."), field="amount")
    if other != AccountRole.BANK and not reason.strip():
        raise DomainError(_("Dites pourquoi : la raison reste dans le journal."), field="reason")
    session = TillSession.objects.select_for_update(of=("self",)).select_related("operator", "till").get(pk=session.pk)
    inside = session_cash(session)
    if not comes and amount > inside:
        raise DomainError(
            _("La caisse contient %(inside)s : on ne peut pas en sortir plus.") % {"inside": format_euros(inside)},
            field="amount",
        )
    words = f"{event.label.capitalize()} · {session.till}" + (f" · {reason.strip()}" if reason.strip() else "")
    return _move(acting_user, session, amount if comes else -amount, event, other, words, f"till-move:{token}", on)


@transaction.atomic
def close_till(
    *,
    acting_user: User,
    session: TillSession,
    at: datetime.datetime,
    counted: int,
    coins: Mapping[str, int] | None = None,
    explanation: str = "",
) -> TillSession:
    """Close a till on what was counted in it; whoever is selling is waited for, and nobody sells in it afterwards.

    A difference is explained and written in the books (accounts of cash over and short).
    """
    session = (
        TillSession.objects.select_for_update(of=("self",))
        .select_related("operator", "till", "closed_by")
        .get(pk=session.pk)
    )
    if session.closed_at is not None:
        raise DomainError(_("Cette caisse est déjà fermée par %(name)s.") % {"name": session.closed_by})
    expected = session_cash(session)
    gap = counted - expected
    if gap and not explanation.strip():
        raise DomainError(
            _("Il devrait y avoir %(expected)s, soit une différence de %(gap)s : recomptez, puis expliquez-la.")
            % {"expected": format_euros(expected), "gap": format_euros(gap)},
            field="explanation",
        )
    if gap:
        day = timezone.localtime(at).date()
        _difference(acting_user, session, gap, explanation, f"till-close:{session.pk}", day)
    session.closed_by, session.closed_at = acting_user, at
    session.expected, session.counted = expected, counted
    session.coins = {value: number for value, number in (coins or {}).items() if number}
    session.explanation = explanation.strip()[:300] if gap else ""
    session.save()
    return session


def _move(
    user: User,
    session: TillSession,
    amount: int,
    event: Event,
    other: AccountRole,
    label: str,
    key: str,
    on: datetime.date | None = None,
) -> Entry:
    """Cash in when `amount` is positive, out when it is negative, against `other`."""
    cash, opposite = max(amount, 0), max(-amount, 0)
    return post(
        acting_user=user,
        operator=session.operator,
        on=on or session.on,
        event=event,
        label=label,
        idempotency_key=key,
        till=session,
        postings=[
            Posting(AccountRole.CASH, debit=cash, credit=opposite),
            Posting(other, debit=opposite, credit=cash),
        ],
    )


def _difference(user: User, session: TillSession, gap: int, words: str, key: str, on: datetime.date) -> Entry:
    role = AccountRole.CASH_OVER if gap > 0 else AccountRole.CASH_SHORT
    label = _("Écart de caisse · %(till)s · %(words)s") % {"till": session.till, "words": words.strip()}
    return _move(user, session, gap, Event.TILL_DIFFERENCE, role, label, key, on)
