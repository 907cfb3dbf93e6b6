"""Balances, always summed from the lines: no balance is stored."""

import datetime
from collections.abc import Collection
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from declic.ledger.enums import EXPENSE_ROLES, INCOME_ROLES, AccountRole, ChequeState, Event
from declic.ledger.models import Auxiliary, Cheque, ClosedMonth, Entry, GrantShare, Line, Section, Till, TillSession
from declic.organisations.models import Organisation

EXPIRY_WARNING = 45
"""Days before the end of a deposit cheque at which one is warned."""


def balance(
    *,
    operator: Organisation | int,
    role: AccountRole,
    auxiliary: Auxiliary | None = None,
    section: Section | None = None,
    sections: list[int] | None = None,
    at: datetime.date | None = None,
) -> int:
    """Debit minus credit of an account in cents, at the end of day `at`; a debt such as 165 is negative here."""
    where = Q(account__operator=operator, account__role=role)
    if auxiliary is not None:
        where &= Q(auxiliary=auxiliary)
    if section is not None:
        where &= Q(entry__section=section)
    if sections is not None:
        where &= Q(entry__section__in=sections)
    if at is not None:
        where &= Q(entry__on__lte=at)
    sums = Line.objects.filter(where).aggregate(debit=Sum("debit"), credit=Sum("credit"))
    return int(sums["debit"] or 0) - int(sums["credit"] or 0)


def deposit_held(auxiliary: Auxiliary, *, at: datetime.date | None = None) -> int:
    """Cents of one deposit that are still held (never negative: the database sees to it)."""
    return -balance(operator=auxiliary.operator_id, role=AccountRole.DEPOSITS_HELD, auxiliary=auxiliary, at=at)


def deposits_held(
    operator: Organisation | int, *, sections: list[int] | None = None, at: datetime.date | None = None
) -> int:
    """Cents of all deposits of an operator that are still held, those of some editions only if `sections` names them."""
    return -balance(operator=operator, role=AccountRole.DEPOSITS_HELD, sections=sections, at=at)


def balances(operator: Organisation | int, *, at: datetime.date | None = None) -> dict[str, int]:
    """Debit minus credit of every account of an operator in cents, by role, in one query."""
    where = Q(account__operator=operator)
    if at is not None:
        where &= Q(entry__on__lte=at)
    rows = (
        Line.objects.filter(where)
        .order_by()
        .values("account__role")
        .annotate(total=Sum("debit") - Sum("credit"))
        .values_list("account__role", "total")
    )
    found = {str(role): int(total) for role, total in rows}
    return {role: found.get(role, 0) for role in AccountRole}


def open_auxiliaries(operator: Organisation | int, role: AccountRole) -> QuerySet[Any, Any]:
    """Each auxiliary account whose share of a role is not zero: `auxiliary`, `auxiliary__label`, `balance` (credit − debit)."""
    return (
        Line.objects.filter(account__operator=operator, account__role=role, auxiliary__isnull=False)
        .order_by()
        .values("auxiliary", "auxiliary__label")
        .annotate(balance=Sum("credit") - Sum("debit"))
        .exclude(balance=0)
        .order_by("auxiliary__label", "auxiliary")
    )


def movements(operator: Organisation | int, *, on: datetime.date) -> QuerySet[Line]:
    """Lines of cash and bank on a day, in the order in which they were written."""
    return (
        Line.objects.filter(
            account__operator=operator, account__role__in=[AccountRole.CASH, AccountRole.BANK], entry__on=on
        )
        .select_related("entry", "account")
        .order_by("pk")
    )


def months_to_close(operator: Organisation | int, *, on: datetime.date) -> list[datetime.date]:
    """First days of the months that are over, have entries and are still open, the oldest first."""
    written = Entry.objects.filter(operator=operator, on__lt=on.replace(day=1)).order_by().dates("on", "month")
    closed = set(ClosedMonth.objects.filter(operator=operator).values_list("month", flat=True))
    return [month for month in written if month not in closed]


def session_cash(session: TillSession) -> int:
    """Cents that a till holds by the books: its opening float and every coin since."""
    sums = Line.objects.filter(
        entry__till_session=session, account__operator=session.operator_id, account__role=AccountRole.CASH
    ).aggregate(debit=Sum("debit"), credit=Sum("credit"))
    return session.opening_float + int(sums["debit"] or 0) - int(sums["credit"] or 0)


def till_cash(till: Till) -> int:
    """Cents that a till holds: by the books while it is open, what was counted last once it is closed."""
    last = TillSession.objects.filter(till=till).order_by("-opened_at", "-pk").first()
    if last is None:
        return 0
    return session_cash(last) if last.closed_at is None else int(last.counted or 0)


def cash_outside_tills(operator: Organisation | int) -> int:
    """Cents of the cash account that no till holds: what came in before there were tills."""
    inside = sum(till_cash(till) for till in Till.objects.filter(operator=operator))
    return balance(operator=operator, role=AccountRole.CASH) - inside


def expense_lines(operator: Organisation | int, *, section: int | None = None) -> QuerySet[Any, Any]:
    """Lines of expense that a grant may pay, with `free`: cents that no grant pays yet; cancelled ones are left out."""
    paid = (
        GrantShare.objects.filter(line=OuterRef("pk"))
        .order_by()
        .values("line")
        .annotate(sum=Sum("amount"))
        .values("sum")
    )
    lines = Line.objects.filter(
        account__operator=operator, account__role__in=EXPENSE_ROLES, debit__gt=0, entry__reversed_by__isnull=True
    ).exclude(entry__event=Event.REVERSAL)
    if section is not None:
        lines = lines.filter(entry__section=section)
    return lines.select_related("entry", "account").annotate(free=F("debit") - Coalesce(Subquery(paid), 0))


def drawers(operator: Organisation | int) -> list[dict[str, Any]]:
    """Each till in use: `till`, its open `session` or None, and the `cash` that it holds (cents); three queries at most."""
    tills = list(Till.objects.filter(operator=operator, retired_on__isnull=True).select_related("site"))
    if not tills:
        return []
    last = {
        session.till_id: session
        for session in TillSession.objects.filter(till__in=tills)
        .select_related("opened_by")
        .order_by("till_id", "-opened_at", "-pk")
        .distinct("till_id")
    }
    running = [session.pk for session in last.values() if session.closed_at is None]
    moved = dict(
        Line.objects.filter(entry__till_session__in=running, account__role=AccountRole.CASH)
        .order_by()
        .values_list("entry__till_session")
        .annotate(total=Sum("debit") - Sum("credit"))
    )
    rows = []
    for till in tills:
        session = last.get(till.pk)
        if session is None:
            cash = 0
        elif session.closed_at is None:
            cash = session.opening_float + int(moved.get(session.pk, 0))
        else:
            cash = int(session.counted or 0)
        opened = session if session is not None and session.closed_at is None else None
        rows.append({"till": till, "session": opened, "cash": cash})
    return rows


def moved_by_head(section: int) -> dict[tuple[int | None, str], int]:
    """What the entries of a section moved on expense and income accounts: debit − credit in cents, by head and role."""
    rows = (
        Line.objects.filter(entry__section=section, account__role__in=[*EXPENSE_ROLES, *INCOME_ROLES])
        .order_by()
        .values_list("entry__head", "account__role")
        .annotate(total=Sum("debit") - Sum("credit"))
    )
    return {(head, role): int(total) for head, role, total in rows}


def expiring_cheques(operators: Collection[int], on: datetime.date) -> QuerySet[Cheque]:
    """Deposit cheques that can soon be cashed no more, or no more already."""
    soon = on + datetime.timedelta(days=EXPIRY_WARNING)
    return Cheque.objects.filter(operator__in=operators, state=ChequeState.HELD, expires_on__lte=soon)
