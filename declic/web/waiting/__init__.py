"""What waits for a user: rows of every domain read in one query, each told in one sentence with one button."""

import datetime
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.web.waiting import machines, people
from declic.web.waiting.rows import Found, Row

P = Permission

# Who hears of what.
_SOURCES: tuple[tuple[Permission, Callable[[User, datetime.date], QuerySet[Any]]], ...] = (
    (P.ANSWER_REFERRALS, people.referrals),
    (P.ANSWER_TICKETS, machines.tickets),
    (P.HAND_OVER, machines.loans),
    (P.HAND_OVER, machines.reserved),
    (P.HAND_OVER, machines.ceremonies),
    (P.DECIDE_AID, machines.aids),
    (P.ASSESS, people.levels),
    (P.ASSESS, people.plans),
    (P.TEACH, people.classes),
    (P.CLOSE_ENROLMENTS, people.outcomes),
    (P.MANAGE_STOCK, machines.bench),
)
_SENTENCES: dict[str, Callable[[Row, datetime.date], Found]] = {
    "referral": people.tell_referral,
    "ticket": machines.tell_ticket,
    "loan": machines.tell_loan,
    "reserved": machines.tell_reserved,
    "ceremony": machines.tell_ceremony,
    "aid": machines.tell_aid,
    "level": people.tell_level,
    "plan": people.tell_plan,
    "class": people.tell_class,
    "outcome": people.tell_outcome,
    "bench": machines.tell_bench,
    "own_referral": people.tell_own_referral,
}
_ORDER = {kind: number for number, kind in enumerate(_SENTENCES)}


def waiting_for(user: User, on: datetime.date, *, prescriber: bool) -> Iterator[Found]:
    """The tasks of every source that the user's roles open, in one query; `prescriber` adds the user's own referrals."""
    scope = scope_of(user)
    parts = [source(user, on) for permission, source in _SOURCES if scope.can(permission)]
    if prescriber:
        parts.append(people.own_referrals(user, on))
    if not parts:
        return
    first, *others = parts
    rows = [Row(*row) for row in (first.union(*others, all=True).order_by("t_day") if others else first)]
    for row in sorted(rows, key=lambda row: (_ORDER[row.kind], row.day, row.pk)):
        yield _SENTENCES[row.kind](row, on)
