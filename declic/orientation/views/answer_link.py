"""The answer to a referral for its prescriber without an account: what was agreed on, for eight days, and nothing else."""

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from declic.core.dates import now, today
from declic.core.rates import too_often
from declic.core.views import Done, post_action
from declic.orientation import actions, doors
from declic.orientation.enums import OPEN_STATES
from declic.orientation.following import answer_days, short_name, waiting_rank
from declic.orientation.views.door import HOUR, closed, visitor

MOST_LINKS, MOST_LINKS_BY_VISITOR = 3, 30
"""Fresh links sent in an hour for one referral, and on the demand of one visitor."""


@login_not_required
@never_cache
@require_safe
def follow(request: HttpRequest, signed: str) -> HttpResponse:
    """The state of a referral in plain words, the answer and its reason, and whether the person started."""
    found = doors.follow(signed, now())
    if found is None:
        return closed(request)
    if found.expired:
        return render(request, "orientation/answer_link_expired.html", {"signed": signed}, status=410)
    referral = found.referral
    actions.log_link_view(referral=referral, at=now())
    return render(
        request,
        "orientation/answer_link.html",
        {
            "signed": signed,
            "referral": referral,
            "name": short_name(referral),
            "answer_days": answer_days(referral),
            "rank": waiting_rank(referral),
            "enrolment": getattr(referral, "enrolment", None),
            "has_started": actions.was_told(referral, "started"),
            "is_open": referral.state in OPEN_STATES,
        },
    )


@login_not_required
@never_cache
@require_POST
def send_again(request: HttpRequest, signed: str) -> HttpResponse:
    """Send a fresh link to the address on file; the page says the same whether one is known or not."""
    found = doors.follow(signed, now())
    if found is None:
        return closed(request)
    by_visitor = too_often("answer-link-visitor", visitor(request), most=MOST_LINKS_BY_VISITOR, seconds=HOUR)
    by_referral = too_often("answer-link", str(found.referral.pk), most=MOST_LINKS, seconds=HOUR)
    if not (by_visitor or by_referral):
        actions.tell_prescriber(found.referral, event="link", at=now())
    return render(request, "orientation/answer_link_sent.html")


@login_not_required
@never_cache
@post_action
def withdraw(request: HttpRequest, signed: str) -> Done | HttpResponseBase:
    """The professional takes the request back."""
    with transaction.atomic():
        found = doors.follow(signed, now(), for_update=True)
        if found is None:
            return closed(request)
        if found.expired:
            return render(request, "orientation/answer_link_expired.html", {"signed": signed}, status=410)
        referral = found.referral
        actions.withdraw_referral(acting_user=referral.recorded_by, referral=referral, on=today(), at=now())
    return Done(_("Votre demande est retirée."), to=reverse("referring:follow", args=[signed]))
