"""Lists of referrals: a team's queue, and what became of those a prescriber sent."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import today
from declic.core.pagination import keyset_page
from declic.orientation.access import visible_referrals
from declic.orientation.doors import visible_drafts
from declic.orientation.forms import (
    ReferralFilter,
    edition_label,
)
from declic.orientation.queries import (
    TABS,
    counts_by_tab,
    days_waiting,
    with_deadlines,
    with_rank,
)
from declic.people.access import visible_people
from declic.people.models import Person
from declic.people.queries import search_people
from declic.programmes.access import visible_editions

_MOST_FOUND = 200


def referral_list(request: HttpRequest) -> HttpResponse:
    """A team's queue; for a prescriber, what became of the people referred."""
    scope = require(request.user, Permission.ANSWER_REFERRALS, Permission.REFER)
    if not scope.can(Permission.ANSWER_REFERRALS):
        return _own_referrals(request)
    day = today()
    referrals = visible_referrals(user_of(request), Permission.ANSWER_REFERRALS)
    tab = request.GET.get("vue", "")
    tab = tab if tab in TABS else "a-traiter"
    editions = visible_editions(user_of(request)).select_related("programme").order_by("-starts_on", "pk")
    filters = ReferralFilter(request.GET, editions=[(one.pk, edition_label(one)) for one in editions])
    edition = filters.cleaned_data["edition"] if filters.is_valid() else ""
    if edition:
        referrals = referrals.filter(edition=int(edition))
    counts = counts_by_tab(referrals, day)
    q = request.GET.get("q", "").strip()
    if q:
        referrals = referrals.filter(person__in=_found(visible_people(user_of(request)), q))
    shown = with_deadlines(referrals.filter(state__in=TABS[tab]))
    # Those who wait are read in the order in which places will be given.
    since = "waiting_since" if tab == "en-attente" else "sent_on"
    page = keyset_page(
        (with_rank(shown) if tab == "en-attente" else shown).select_related(
            "person", "edition__programme", "prescriber", "received_by"
        ),
        request.GET,
        order=((since, tab == "repondues"), ("pk", tab == "repondues")),
    )
    for referral in page.rows:
        referral.days = days_waiting(referral, day)
        referral.is_late = referral.days > referral.answer_days
    context = {
        "page": page,
        "drafts": visible_drafts(user_of(request)).count(),
        "tab": tab,
        "counts": counts,
        "q": q,
        "can_see_times": scope.can(Permission.SEE_ANSWER_TIMES),
        "filters": filters,
        "filtered": edition,
        "today": day,
        "has_filters": len(editions) > 1,
    }
    return render(request, "orientation/list.html", context)


def _own_referrals(request: HttpRequest) -> HttpResponse:
    referrals = visible_referrals(user_of(request), Permission.REFER)
    q = request.GET.get("q", "").strip()
    if q:
        referred = Person.objects.filter(pk__in=referrals.order_by().values("person"))
        referrals = referrals.filter(person__in=_found(referred, q))
    page = keyset_page(
        referrals.select_related("person", "edition__programme", "operator", "enrolment"),
        request.GET,
        order=(("sent_on", True), ("pk", True)),
    )
    for referral in page.rows:
        referral.entry = getattr(referral, "enrolment", None)
    context = {"page": page, "q": q, "drafts": visible_drafts(user_of(request)).count()}
    return render(request, "orientation/own_list.html", context)


def _found(people: Any, q: str) -> Any:
    return search_people(people, q)[:_MOST_FOUND].values("pk")
