"""Pages of follow-up: reviews to give, satisfaction, exit, situations to ask for."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.models import User
from declic.core.dates import add_months, format_day, today
from declic.core.forms import posted
from declic.core.pagination import keyset_page
from declic.core.views import submit
from declic.equipment.enums import HELD_STATES
from declic.equipment.models import Allocation
from declic.followup import actions
from declic.followup.access import access_outcome, visible_outcomes
from declic.followup.forms import ExitForm, OutcomeForm, ReviewForm, SatisfactionForm
from declic.followup.models import Exit, Review, SatisfactionAnswer
from declic.followup.queries import review_day, reviews_of_others, reviews_to_give
from declic.followup.reviewers import awaits_referent, may_review
from declic.orientation.access import access_enrolment
from declic.orientation.models import Enrolment
from declic.people.access import visible_people


def reviews(request: HttpRequest) -> HttpResponseBase:
    """The reviews to give, the oldest first, and those that others owe."""
    user = user_of(request)
    require(user, Permission.GIVE_REVIEWS)
    page = {
        "mine": reviews_to_give(user, today(), limit=100),
        # What the structure owes is no referent's business; what referents owe, the structure follows.
        "others": [due for due in reviews_of_others(user, today(), limit=100) if due.by_referent],
        "today": today(),
    }
    return render(request, "followup/reviews.html", page)


def review(request: HttpRequest, enrolment_id: int, months: int) -> HttpResponseBase:
    """Give the review at N months, or read it once it is given."""
    user = user_of(request)
    enrolment = access_enrolment(enrolment_id, user, Permission.GIVE_REVIEWS)
    planned = enrolment.terms.terms.reviews
    given = Review.objects.filter(enrolment=enrolment, months=months).select_related("given_by").first()
    if months not in planned.months and given is None:
        raise Http404
    earliest = add_months(enrolment.starts_on, months - actions.EARLY_MONTHS)
    way = _way(user, enrolment)
    return submit(
        request,
        ReviewForm(**posted(request), uses=planned.observed_uses, since=earliest, today=today()),
        lambda **typed: actions.give_review(
            acting_user=user, enrolment=enrolment, months=months, **{"observed_uses": [], **typed}
        ),
        success=_("Bilan à %(months)s mois enregistré pour %(person)s. Merci.")
        % {"months": months, "person": enrolment.person},
        to=reverse("followup:review", args=[enrolment.pk, months]),
        template="followup/review.html",
        context={
            "enrolment": enrolment,
            "person": enrolment.person,
            "months": months,
            "given": given,
            "mine": may_review(user, enrolment, today()),
            "by_referent": awaits_referent(enrolment),
            "referral": enrolment.referral,
            "due_on": review_day(enrolment, months),
            "too_early": today() < earliest,
            "earliest": earliest,
            **way,
        },
    )


def satisfaction(request: HttpRequest, enrolment_id: int) -> HttpResponseBase:
    """The person's own judgement, once."""
    user = user_of(request)
    enrolment = access_enrolment(enrolment_id, user, Permission.CLOSE_ENROLMENTS)
    way = _way(user, enrolment)
    return submit(
        request,
        SatisfactionForm(**posted(request), since=enrolment.starts_on, today=today()),
        lambda **typed: actions.record_satisfaction(acting_user=user, enrolment=enrolment, **typed),
        success=_("Son avis est noté. Il compte dans le bilan, sans son nom."),
        to=str(way["back"]),
        template="followup/satisfaction.html",
        context={
            "enrolment": enrolment,
            "person": enrolment.person,
            "answer": SatisfactionAnswer.objects.filter(enrolment=enrolment).select_related("recorded_by").first(),
            **way,
        },
    )


def leave(request: HttpRequest, enrolment_id: int) -> HttpResponseBase:
    """Record the exit; what the person still holds is said before anything is typed."""
    user = user_of(request)
    enrolment = access_enrolment(enrolment_id, user, Permission.CLOSE_ENROLMENTS)
    way = _way(user, enrolment)
    held = Allocation.objects.filter(
        person=enrolment.person_id, edition=enrolment.edition_id, state__in=HELD_STATES
    ).select_related("device")
    return submit(
        request,
        ExitForm(**posted(request), since=enrolment.starts_on, today=today()),
        lambda **typed: actions.record_exit(acting_user=user, enrolment=enrolment, today=today(), **typed),
        success=_left,
        to=str(way["back"]),
        template="followup/exit.html",
        context={
            "enrolment": enrolment,
            "person": enrolment.person,
            "held": list(held.order_by("pk")),
            "closing": Exit.objects.filter(enrolment=enrolment).select_related("recorded_by", "outcome").first(),
            **way,
        },
    )


def _left(closing: Exit) -> str:
    return _("Sortie enregistrée. Prochain pas : demander sa situation le %(day)s.") % {
        "day": format_day(closing.outcome.due_on)
    }


def outcomes(request: HttpRequest) -> HttpResponseBase:
    """The situations to ask for, the oldest first, then those that come."""
    user = user_of(request)
    require(user, Permission.CLOSE_ENROLMENTS)
    tab = "a-venir" if request.GET.get("etat") == "a-venir" else "a-demander"
    rows = (
        visible_outcomes(user)
        .filter(recorded_on__isnull=True)
        .select_related("exit__enrolment__person", "exit__enrolment__edition__programme")
        .prefetch_related("exit__enrolment__person__phones")
    )
    rows = rows.filter(due_on__lte=today()) if tab == "a-demander" else rows.filter(due_on__gt=today())
    page = {
        "page": keyset_page(rows, request.GET, order=(("due_on", False), ("pk", False))),
        "tab": tab,
        "today": today(),
    }
    return render(request, "followup/outcomes.html", page)


def outcome(request: HttpRequest, outcome_id: int) -> HttpResponseBase:
    """The situation some months after the exit."""
    user = user_of(request)
    found = access_outcome(outcome_id, user)
    enrolment = found.exit.enrolment
    earliest = add_months(found.due_on, -actions.EARLY_MONTHS)
    way = _way(user, enrolment)
    return submit(
        request,
        OutcomeForm(**posted(request), since=earliest, today=today()),
        lambda **typed: actions.record_outcome(acting_user=user, outcome=found, **typed),
        success=_("Situation enregistrée : le parcours de %(person)s est complet.") % {"person": enrolment.person},
        to=str(way["back"]),
        template="followup/outcome.html",
        context={
            "outcome": found,
            "enrolment": enrolment,
            "person": enrolment.person,
            "phones": list(enrolment.person.phones.all()),
            "too_early": today() < earliest,
            "earliest": earliest,
            **way,
        },
    )


def _way(user: User, enrolment: Enrolment) -> dict[str, object]:
    """Where one came from: the person's file, or the list for a referent, who has no file."""
    if visible_people(user).filter(pk=enrolment.person_id).exists():
        return {"back": reverse("web:file", args=[enrolment.person_id]), "back_label": str(enrolment.person)}
    return {"back": reverse("followup:reviews"), "back_label": _("Bilans à donner")}
