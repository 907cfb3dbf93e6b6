"""Closing a month: checked, its tills counted, its balances written down, then locked for good."""

import datetime

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.dates import add_months, format_day, format_month
from declic.core.errors import DomainError
from declic.ledger.checks import book_problems
from declic.ledger.models import ClosedMonth, TillSession
from declic.ledger.queries import months_to_close
from declic.organisations.models import Organisation

# What each account moved in the month and holds at its end, in one pass over the operator's lines.
_BALANCES = """
    INSERT INTO ledger_monthbalance (operator_id, closed_id, account_id, debit, credit, balance)
    SELECT %(operator)s, %(closed)s, a.id,
        coalesce(sum(l.debit) FILTER (WHERE e."on" >= %(first)s), 0),
        coalesce(sum(l.credit) FILTER (WHERE e."on" >= %(first)s), 0),
        coalesce(sum(l.debit - l.credit), 0)
    FROM ledger_account a
    LEFT JOIN (ledger_line l JOIN ledger_entry e ON e.id = l.entry_id AND e."on" < %(next)s
               AND e.operator_id = %(operator)s) ON l.account_id = a.id
    WHERE a.operator_id = %(operator)s
    GROUP BY a.id ORDER BY a.id"""


@transaction.atomic
def close_month(
    *, acting_user: User, operator: Organisation, month: datetime.date, at: datetime.datetime
) -> ClosedMonth:
    """Close the month that `month` falls in, for good: nothing more can be written in it, and its balances are kept.

    Refused while it lasts, while an earlier month or a till of that time is open, and when its books are not right.
    """
    first = month.replace(day=1)
    following = add_months(first, 1)
    words = {"month": format_month(first)}
    if following > timezone.localtime(at).date():
        raise DomainError(_("Le mois de %(month)s n'est pas fini : clôturez-le quand il sera passé.") % words)
    with connection.cursor() as cursor:
        # Whoever is writing in this month is waited for; whoever begins after us finds it closed (trigger of entries).
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"ledger month {operator.pk} {first:%Y-%m}"]
        )
    if ClosedMonth.objects.filter(operator=operator, month=first).exists():
        raise DomainError(_("Le mois de %(month)s est déjà clôturé.") % words)
    _require_in_order(operator, first)
    running = TillSession.objects.filter(operator=operator, closed_at__isnull=True, on__lt=following)
    if (session := running.select_related("till").first()) is not None:
        raise DomainError(
            _("La caisse « %(till)s » du %(day)s est encore ouverte : comptez-la et fermez-la d'abord.")
            % {"till": session.till, "day": format_day(session.on)}
        )
    if (problem := next(book_problems(operator=operator.pk, since=first, until=following), None)) is not None:
        raise DomainError(
            _("Les comptes de %(month)s ne sont pas justes, rien n'est clôturé. %(problem)s")
            % {**words, "problem": problem}
        )
    try:
        with transaction.atomic():
            closed = ClosedMonth.objects.create(operator=operator, month=first, closed_by=acting_user, closed_at=at)
    except IntegrityError:
        raise DomainError(_("Le mois de %(month)s est déjà clôturé.") % words) from None
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES, {"operator": operator.pk, "closed": closed.pk, "first": first, "next": following})
    return closed


def _require_in_order(operator: Organisation, first: datetime.date) -> None:
    earlier = months_to_close(operator, on=first)
    if earlier:
        raise DomainError(
            _("Clôturez d'abord %(month)s : les mois se ferment dans l'ordre.") % {"month": format_month(earlier[0])}
        )
