"""The report of the hotline: how fast help comes, what breaks."""

import datetime

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import add_months, today
from declic.hotline import figures
from declic.hotline.access import visible_handovers, visible_tickets
from declic.hotline.forms import PeriodForm


def report(request: HttpRequest) -> HttpResponseBase:
    """Requests opened between two days: times to the first answer and to the solution, reopened ones, models that break."""
    user = user_of(request)
    require(user, Permission.ANSWER_TICKETS)
    last, first = today(), add_months(today(), -12)
    form = PeriodForm(
        request.GET if request.GET.get("du") or request.GET.get("au") else None, initial={"du": first, "au": last}
    )
    if form.is_bound and form.is_valid():
        first, last = form.cleaned_data["du"] or first, form.cleaned_data["au"] or last
    since, until = _instant(first), _instant(last) + datetime.timedelta(days=1)
    tickets = visible_tickets(user, Permission.ANSWER_TICKETS).filter(opened_at__gte=since, opened_at__lt=until)
    return render(
        request,
        "hotline/report.html",
        {
            "form": form,
            "first": first,
            "last": last,
            "all": figures.speed(tickets),
            "by_refurbisher": figures.speed_by_refurbisher(tickets, _("L'équipe elle-même")),
            "by_symptom": figures.speed_by_symptom(tickets),
            "breakages": figures.breakages(tickets, visible_handovers(user), until)[:20],
            "few": figures.FEW,
        },
    )


def _instant(day: datetime.date) -> datetime.datetime:
    # Far days of the calendar have no next day.
    day = min(max(day, datetime.date(1900, 1, 1)), datetime.date(9000, 1, 1))
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
