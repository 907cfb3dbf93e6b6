"""The trace of who looked: written when a page or a paper shows a file, purged on schedule, changed by nobody."""

import datetime
from collections.abc import Iterable

import pgtrigger
from django.db import transaction
from django.utils import timezone

from declic.accounts.models import User
from declic.core.dates import add_months
from declic.people.models import AccessLog, Person, RetentionPolicy
from declic.people.openings import note_written

LOG_MONTHS = 12
"""How long an operator without a policy of its own keeps the trace (CNIL; rule 17)."""


def log_accesses(
    *, acting_user: User, operator_id: int, people: Iterable[int], act: str, at: datetime.datetime
) -> None:
    """Record that a paper or a list with the names of `people` (ids) was opened or printed (rule 17), each once."""
    named = list(dict.fromkeys(people))
    AccessLog.objects.bulk_create(
        AccessLog(operator_id=operator_id, person_id=person, user=acting_user, act=AccessLog.Act(act), at=at)
        for person in named
    )
    for person in named:
        note_written(acting_user, person, operator_id)


def log_access(*, acting_user: User, person: Person, act: str, at: datetime.datetime) -> AccessLog:
    """Record that a file was exported or printed (rule 17): one INSERT, so no transaction of its own.

    Pages that show a file need no call: `people.middleware.LogOpenings` writes what they reach by an `access_x`.
    """
    note_written(acting_user, person.pk, person.operator_id)
    return AccessLog.objects.create(
        operator_id=person.operator_id, person=person, user=acting_user, act=AccessLog.Act(act), at=at
    )


@transaction.atomic
def purge_access_log(*, on: datetime.date) -> dict[int, int]:
    """Delete what is older than each operator's policy says (12 months if it has none); how many lines, by operator.

    The one path by which the trace is ever deleted: its trigger stands aside here only.
    """
    months = dict(RetentionPolicy.objects.order_by().values_list("operator", "log_months"))
    operators = AccessLog.objects.order_by().values_list("operator", flat=True).distinct()
    purged = {}
    with pgtrigger.ignore("people.AccessLog:append_only"):
        for operator in operators:
            first_day = add_months(on, -months.get(operator, LOG_MONTHS))
            oldest = datetime.datetime.combine(first_day, datetime.time.min, timezone.get_current_timezone())
            purged[operator], _tables = AccessLog.objects.filter(operator=operator, at__lt=oldest).delete()
    return purged
