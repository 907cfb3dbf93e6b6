"""Balances, always summed from the lines: no balance is stored."""

import datetime

from django.db.models import Q, Sum

from declic.ledger.enums import AccountRole
from declic.ledger.models import Auxiliary, Line, Section
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
