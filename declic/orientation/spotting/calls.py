"""Pages of those spotted: whom to call, one person and her calls, the funnel and who stands behind each figure."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import format_day, now, today
from declic.core.forms import posted
from declic.core.pagination import keyset_page
from declic.core.views import submit
from declic.orientation.enums import ContactResult, ReferralState
from declic.orientation.forms import edition_label
from declic.orientation.models import ContactAttempt, Enrolment, Referral, Spotted, SpottingRow
from declic.orientation.spotting import queries
from declic.orientation.spotting.access import access_spotted, visible_spotted
from declic.orientation.spotting.contacting import record_attempt
from declic.orientation.spotting.forms import AttemptForm, CallFilter
from declic.people.enums import Purpose
from declic.people.queries import objects_to
from declic.programmes.access import access_edition

_CALLS = 15
QUICK = (ContactResult.NO_ANSWER, ContactResult.MESSAGE_LEFT, ContactResult.INTERESTED)
"""What one button of the list says: most calls end so; the others ask for a word more."""


def to_call(request: HttpRequest) -> HttpResponse:
    """Whom to call today, those called least first; one button says what came of it."""
    require(request.user, Permission.ANSWER_REFERRALS)
    user = user_of(request)
    day = today()
    editions = list(queries.spotting_editions(user, day)[:50])
    filters = CallFilter(request.GET, editions=[(one.pk, edition_label(one)) for one in editions])
    wanted = filters.cleaned_data["edition"] if filters.is_valid() else ""
    edition = next((one for one in editions if str(one.pk) == wanted), editions[0] if editions else None)
    if edition is None:
        return render(request, "orientation/spotting/to_call.html", {"edition": None})
    filters = CallFilter({"edition": str(edition.pk)}, editions=[(one.pk, edition_label(one)) for one in editions])
    due = queries.to_call(visible_spotted(user).filter(edition=edition), day)
    page = keyset_page(
        queries.with_phones(due), request.GET, order=(("call_on", False), ("attempts", False)), size=_CALLS
    )
    for one in page.rows:
        one.hint = _hint(one)
    context = {
        "edition": edition,
        "filters": filters,
        "has_filters": len(editions) > 1,
        "page": page,
        "count": due.count(),
        "without_number": queries.without_number(visible_spotted(user).filter(edition=edition)).count(),
        "quick": [(result.value, result.label) for result in QUICK],
        "today": day,
    }
    return render(request, "orientation/spotting/to_call.html", context)


def _hint(one: Spotted) -> str:
    if one.attempts == 0:
        return _("jamais appelée")
    words = ngettext(
        "%(n)d appel, à rappeler depuis le %(day)s", "%(n)d appels, à rappeler depuis le %(day)s", one.attempts
    )
    return words % {"n": one.attempts, "day": format_day(one.call_on)}  # type: ignore[arg-type]


def spotted(request: HttpRequest, spotted_id: int) -> HttpResponseBase:
    """Someone spotted: her calls, and what came of the next one."""
    user = user_of(request)
    one = access_spotted(spotted_id, user)
    person = one.person
    phones = list(person.phones.all())
    good = [phone.number for phone in phones if phone.wrong_since is None]
    here = f"{reverse('orientation:to_call')}?{urlencode({'edition': one.edition_id})}"

    def note(**typed: Any) -> ContactAttempt:
        return record_attempt(acting_user=user, spotted=one, at=now(), **typed)

    return submit(
        request,
        AttemptForm(**posted(request), person=person, numbers=good, initial={"seen": one.attempts}),
        note,
        success=_said,
        to=lambda attempt: _refer(one) if attempt.result == ContactResult.INTERESTED else here,
        template="orientation/spotting/spotted.html",
        context={
            "spotted": one,
            "person": person,
            "phones": phones,
            "attempts": one.tries.select_related("by")[:50],
            "objects": objects_to(person, Purpose.MESSAGES),
            "referral": Referral.objects.filter(person=person, edition=one.edition_id)
            .exclude(state=ReferralState.DRAFT)
            .order_by("-pk")
            .first(),
            "said_by": SpottingRow.objects.filter(batch=one.batch_id, person=person)
            .values_list("values", flat=True)
            .first()
            or {},
            "refer": _refer(one),
            "back": here,
        },
    )


def _refer(one: Spotted) -> str:
    return f"{reverse('orientation:create')}?{urlencode({'person': one.person_id, 'edition': one.edition_id})}"


def _said(attempt: ContactAttempt) -> str:
    match attempt.result:
        case ContactResult.INTERESTED:
            return _("Appel noté. Elle est intéressée : voici la demande, déjà commencée.")
        case ContactResult.DECLINED:
            return _("Appel noté. Elle ne sera plus appelée pour ce dispositif.")
        case ContactResult.WRONG_NUMBER:
            return _("Appel noté. Ce numéro est marqué comme mauvais dans son dossier.")
    if attempt.spotted.call_on is None:
        return _("Appel noté. Après autant d’essais, elle n’est plus proposée : écrivez-lui, ou laissez.")
    return _("Appel noté. Elle revient dans la liste le %(day)s.") % {"day": format_day(attempt.spotted.call_on)}


def funnel(request: HttpRequest, edition_id: int) -> HttpResponse:
    """From those spotted to those who entered, against what the edition aims at."""
    user = user_of(request)
    edition = access_edition(edition_id, user, Permission.ANSWER_REFERRALS)
    day = today()
    steps = queries.funnel(user, edition, day)
    mine = visible_spotted(user).filter(edition=edition)
    context = {
        "edition": edition,
        "steps": steps,
        "most": max(max(step.count, step.target or 0) for step in steps) or 1,
        "due": queries.to_call(mine, day).count(),
        "aside": [
            (code, label, people.count())
            for code, label in queries.ASIDE_STEPS.items()
            if (people := queries.people_at(user, edition, code)) is not None
        ],
    }
    return render(request, "orientation/spotting/funnel.html", context)


def funnel_step(request: HttpRequest, edition_id: int, step: str) -> HttpResponse:
    """The people behind one figure of the funnel."""
    user = user_of(request)
    edition = access_edition(edition_id, user, Permission.ANSWER_REFERRALS)
    people = queries.people_at(user, edition, step)
    if people is None:
        raise Http404
    page = keyset_page(people, request.GET, order=(("sort_key", False),))
    ids = [person.pk for person in page.rows]
    spotted_by = {one.person_id: one for one in visible_spotted(user).filter(edition=edition, person__in=ids)}
    referrals = {
        one.person_id: one
        for one in Referral.objects.filter(edition=edition, person__in=ids)
        .exclude(state=ReferralState.DRAFT)
        .order_by("pk")
    }
    entered = set(Enrolment.objects.filter(edition=edition, person__in=ids).values_list("person_id", flat=True))
    seen = queries.seen_of(user, ids)
    for person in page.rows:
        person.spotted_here = spotted_by.get(person.pk)
        person.referral_here = referrals.get(person.pk)
        person.entered_here = person.pk in entered
        person.may_open = person.pk in seen
    labels = {one.code: one.label for one in queries.funnel(user, edition, today())} | queries.ASIDE_STEPS
    context = {"edition": edition, "page": page, "label": labels[step], "count": people.count()}
    return render(request, "orientation/spotting/people.html", context)
