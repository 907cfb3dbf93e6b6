"""From the day that a form gives to the instant that an action needs."""

import datetime

from django.utils import timezone

from declic.core.dates import now, today


def moment_on(day: datetime.date) -> datetime.datetime:
    """Now for today; the end of the day for a day before, after whatever was recorded during that day."""
    if day >= today():
        return now()
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(23, 59)))
