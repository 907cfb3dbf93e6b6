"""Seeing to requests before their answer: taking charge, completing, closing what stayed silent."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import today
from declic.core.forms import posted
from declic.core.french import of
from declic.core.views import Done, post_action, submit
from declic.orientation import actions
from declic.orientation.access import access_referral, visible_referrals
from declic.orientation.forms import CloseForm, EvaluationForm
from declic.orientation.models import Referral
from declic.orientation.queries import counts_by_tab, days_waiting, is_closable, with_deadlines

MOST_AT_ONCE = 100


@post_action
def take(request: HttpRequest, referral_id: int) -> Done:
    """One click: I see to it."""
    user = user_of(request)
    referral = access_referral(referral_id, user, Permission.ANSWER_REFERRALS)
    taken = actions.take_charge(acting_user=user, referral=referral, on=today())
    said = _("Vous vous occupez de l’orientation %(of_person)s. Ensuite : la joindre, puis répondre.") % {
        "of_person": of(taken.person)
    }
    if taken.referent_email:
        said += " " + _("Le prescripteur le sait.")
    return Done(said)


@post_action
def expire(request: HttpRequest, referral_id: int) -> Done:
    """One click: close a request that stayed without an answer."""
    user = user_of(request)
    referral = access_referral(referral_id, user, Permission.ANSWER_REFERRALS)
    closed = actions.expire_referral(acting_user=user, referral=referral, on=today())
    return Done(
        _("L’orientation %(of_person)s est close sans suite.") % {"of_person": of(closed.person)}
        + " "
        + _told([closed])
    )


def close(request: HttpRequest) -> HttpResponseBase:
    """Requests without an answer for so long that they may be closed, several at once; the oldest first."""
    require(request.user, Permission.ANSWER_REFERRALS)
    user = user_of(request)
    reached = visible_referrals(user, Permission.ANSWER_REFERRALS)
    closable = (
        with_deadlines(reached)
        .filter(is_closable(today()))
        .select_related("person", "edition__programme", "prescriber", "received_by")
        .order_by("sent_on", "pk")[:MOST_AT_ONCE]
    )
    offered = {str(referral.pk): referral for referral in closable}
    rows = [(referral, days_waiting(referral, today())) for referral in offered.values()]
    filled = posted(request)
    if request.method == "POST" and (only := request.POST.get("only")):
        # The button of one row closes that one, whatever else is ticked.
        data = request.POST.copy()
        data.setlist("referrals", [only])
        filled = {"data": data}
    form = CloseForm(**filled, offered=offered)
    return submit(
        request,
        form,
        lambda *, referrals, answer: actions.expire_referrals(
            acting_user=user, referrals=referrals, on=today(), answer=answer
        ),
        success=lambda closed: (
            ngettext("%(n)d orientation close sans suite.", "%(n)d orientations closes sans suite.", len(closed))
            % {"n": len(closed)}
            + " "
            + _told(closed)
        ),
        to=reverse("orientation:close") if len(offered) > 1 else reverse("orientation:list"),
        template="orientation/close.html",
        context={
            "rows": rows,
            "ticked": set(form["referrals"].value() or ()) if form.is_bound else set(),
            "counts": counts_by_tab(reached, today()),
        },
    )


def _told(closed: list[Referral]) -> str:
    without = sum(1 for referral in closed if referral.prescriber_id and not referral.referent_email)
    if without:
        return ngettext(
            "Un prescripteur n’a pas de courriel connu : prévenez-le vous-même.",
            "%(n)d prescripteurs n’ont pas de courriel connu : prévenez-les vous-même.",
            without,
        ) % {"n": without}
    if any(referral.referent_email for referral in closed):
        return _("Les prescripteurs sont prévenus par courriel.")
    return ""


def evaluation(request: HttpRequest, referral_id: int) -> HttpResponseBase:
    """The social evaluation, completed by the team once it came."""
    user = user_of(request)
    referral = access_referral(referral_id, user, Permission.ANSWER_REFERRALS)
    return submit(
        request,
        EvaluationForm(
            **posted(request), versioned=referral, initial={"social_evaluation": referral.social_evaluation}
        ),
        lambda **typed: actions.complete_evaluation(acting_user=user, referral=referral, **typed),
        success=_("L’évaluation sociale est enregistrée. Ensuite : répondre."),
        to=reverse("orientation:answer", args=[referral.pk]),
        template="orientation/evaluation.html",
        context={"referral": referral},
    )
