"""Telling prescribers that the person they referred has started: the night after the first class she came to."""

import datetime

from django.db.models import Min, Q

from declic.messaging.models import Message
from declic.orientation.actions import tell_prescriber
from declic.orientation.models import Enrolment
from declic.training.enums import AttendanceStatus

_LOOKS_BACK = datetime.timedelta(days=31)
"""Starts older than this are no news: a server that was off for a night tells them, one put up today stays silent."""


def tell_started(*, on: datetime.date, at: datetime.datetime) -> int:
    """For the night: tell each prescriber once, by email, that the person started; how many were told.

    Someone starts with the first class attended or, where the terms hold neither course nor workshop, on the day of
    entry.
    """
    came = Q(attendances__status=AttendanceStatus.PRESENT, attendances__corrected_by__isnull=True)
    entered = (
        Enrolment.objects.filter(referral__isnull=False, starts_on__lte=on)
        .exclude(referral__referent_email="")
        .annotate(first_class=Min("attendances__class_session__on", filter=came))
        .filter(Q(first_class__range=(on - _LOOKS_BACK, on)) | Q(first_class=None, starts_on__gte=on - _LOOKS_BACK))
        .select_related("terms", "referral__operator", "referral__edition__programme")
        .order_by("pk")
    )
    started = [one for one in entered if one.first_class or not (one.terms.terms.courses or one.terms.terms.workshops)]
    told = set(
        Message.objects.filter(
            template="referral_started", reference__in=[f"referral:{one.referral_id}" for one in started]
        ).values_list("reference", flat=True)
    )
    due = [one for one in started if f"referral:{one.referral_id}" not in told]
    for enrolment in due:
        if enrolment.referral is not None:
            tell_prescriber(enrolment.referral, event="started", at=at)
    return len(due)
