"""The one write of reports: who opened the files behind a figure."""

import datetime
from collections.abc import Iterable

from django.db import transaction

from declic.accounts.models import User
from declic.people.models import AccessLog


@transaction.atomic
def log_records_opened(
    *, acting_user: User, operator_id: int, people: Iterable[int], act: str, at: datetime.datetime
) -> int:
    """Record that the names of `people` were shown behind a figure (rule 17), and return how many."""
    rows = [
        AccessLog(operator_id=operator_id, person_id=person, user=acting_user, act=AccessLog.Act(act), at=at)
        for person in dict.fromkeys(people)
    ]
    return len(AccessLog.objects.bulk_create(rows))
