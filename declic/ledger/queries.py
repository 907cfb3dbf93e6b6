"""Balances, always summed from the lines: no balance is stored."""

import datetime
from typing import Any

from django.db.models import Q, QuerySet, Sum

from declic.ledger.enums import AccountRole
from declic.ledger.models import Auxiliary, ClosedMonth, Entry, Line, Section, Till, TillSession
from declic.organisations.models import Organisation


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
