"""Pages of diagnosis: assess, confirm, spot barriers, carry the plan."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import add_months, today
from declic.core.forms import posted
from declic.core.views import Done, post_action, submit
from declic.diagnosis import actions
from declic.diagnosis.access import access_assessment, access_barrier, access_plan_action
from declic.diagnosis.enums import AssessmentKind, BarrierState, Level, PlanState
from declic.diagnosis.forms import AssessForm, BarrierForm, ConfirmForm, PlanForm
from declic.diagnosis.models import Barrier
from declic.diagnosis.queries import by_theme, confirmed_level, progress, scores_of, team
from declic.diagnosis.scoring import ENOUGH_KNOWN, propose
from declic.orientation.access import access_enrolment


def assess(request: HttpRequest, enrolment_id: int) -> HttpResponseBase:
    """What the person can do today, skill by skill."""
    enrolment = access_enrolment(enrolment_id, user_of(request), Permission.ASSESS)
    entered = confirmed_level(enrolment.pk) is not None
    initial = {"kind": AssessmentKind.EXIT if entered else AssessmentKind.ENTRY, "on": today()}
    return submit(
        request,
        AssessForm(**posted(request), initial=initial),
        lambda **typed: actions.assess(acting_user=user_of(request), enrolment=enrolment, **typed),
        success=_("Diagnostic enregistré. Reste à confirmer le niveau."),
        to=lambda assessment: reverse("diagnosis:confirm", args=[assessment.pk]),
        template="diagnosis/assess.html",
        context={"enrolment": enrolment},
    )


def confirm(request: HttpRequest, assessment_id: int) -> HttpResponseBase:
    """The level proposed and why; the adviser settles it."""
    assessment = access_assessment(assessment_id, user_of(request))
    if assessment.confirmed_level and request.method == "GET":
        return redirect("diagnosis:assessment", assessment.pk)
    scores = scores_of(assessment)
    proposal = propose(scores)
    initial = {} if assessment.other_level else {"level": assessment.proposed_level}
    return submit(
        request,
        ConfirmForm(**posted(request), assessment=assessment, initial=initial),
        lambda **typed: actions.confirm_level(
            acting_user=user_of(request), assessment=assessment, on=max(today(), assessment.on), **typed
        ),
        success=lambda done: (
            _("Niveau confirmé : %(level)s. Prochain pas : les freins, puis une place dans un groupe.")
            % {"level": done.get_confirmed_level_display()}
        ),
        to=reverse("diagnosis:assessment", args=[assessment.pk]),
        template="diagnosis/confirm.html",
        context={
            "assessment": assessment,
            "mean": float(proposal.mean) if proposal else None,
            "known": proposal.known if proposal else 0,
            "few": proposal is not None and proposal.known < ENOUGH_KNOWN,
            "themes": by_theme(scores),
            "between": [level for level in Level if level in (assessment.proposed_level, assessment.other_level)],
        },
    )


def assessment(request: HttpRequest, assessment_id: int) -> HttpResponseBase:
    """One assessment as it was recorded, with the progress that it ends when it is at exit."""
    found = access_assessment(assessment_id, user_of(request))
    scores = scores_of(found)
    terms = found.enrolment.terms.terms
    lines = progress(found.enrolment_id) if found.kind == AssessmentKind.EXIT else []
    page = {
        "assessment": found,
        "themes": by_theme(scores),
        "known": sum(score is not None for score in scores.values()),
        "hours": terms.hours_for(found.confirmed_level) if found.confirmed_level else None,
        "progress": [
            {
                "theme": line.theme.label,
                "entry": None if line.entry is None else float(line.entry),
                "exit": None if line.exit is None else float(line.exit),
                "gained": None if line.entry is None or line.exit is None else float(line.exit - line.entry),
            }
            for line in lines
        ],
        "barriers": Barrier.objects.filter(enrolment=found.enrolment_id).count(),
    }
    return render(request, "diagnosis/assessment.html", page)


def barrier(request: HttpRequest, enrolment_id: int) -> HttpResponseBase:
    """Note a barrier; those noted already stand beside."""
    enrolment = access_enrolment(enrolment_id, user_of(request), Permission.ASSESS)
    noted = list(Barrier.objects.filter(enrolment=enrolment).prefetch_related("actions"))
    return submit(
        request,
        BarrierForm(
            **posted(request),
            enrolment=enrolment,
            noted={found.code for found in noted},
            initial={"on": today(), "source": "declared"},
        ),
        lambda **typed: actions.spot_barrier(acting_user=user_of(request), enrolment=enrolment, **typed),
        success=lambda found: (
            _("Frein noté : %(label)s. Dites maintenant ce qui va être fait.") % {"label": found.label}
        ),
        to=lambda found: reverse("diagnosis:plan", args=[found.pk]),
        template="diagnosis/barrier.html",
        context={"enrolment": enrolment, "noted": noted},
    )


def plan(request: HttpRequest, barrier_id: int) -> HttpResponseBase:
    """What is done about a barrier, by whom, by when."""
    found = access_barrier(barrier_id, user_of(request))
    rows = list(found.actions.select_related("owner"))
    return submit(
        request,
        PlanForm(
            **posted(request),
            team=team(found.operator_id, Permission.ASSESS, today()),
            initial={"owner": user_of(request).pk, "due_on": add_months(today(), 1)},
        ),
        lambda **typed: actions.plan_action(acting_user=user_of(request), barrier=found, on=today(), **typed),
        success=lambda action: _("Action ajoutée : %(text)s.") % {"text": action.text.rstrip(".")},
        to=reverse("diagnosis:plan", args=[found.pk]),
        template="diagnosis/plan.html",
        context={
            "barrier": found,
            "rows": rows,
            "left": sum(row.state == PlanState.TO_DO for row in rows),
            "ended": found.state in (BarrierState.LEVE, BarrierState.ABANDONNE),
            "today": today(),
        },
    )


@post_action
def finish_action(request: HttpRequest, action_id: int) -> Done:
    """Close an action, done unless the button says that it is given up."""
    action = access_plan_action(action_id, user_of(request))
    done = request.POST.get("done") != "non"
    actions.finish_action(acting_user=user_of(request), action=action, on=today(), done=done)
    words = _("Action faite : %(text)s.") if done else _("Action abandonnée : %(text)s.")
    return Done(words % {"text": action.text.rstrip(".")}, to=reverse("diagnosis:plan", args=[action.barrier_id]))


@post_action
def lift(request: HttpRequest, barrier_id: int) -> Done:
    """The barrier is lifted."""
    found = access_barrier(barrier_id, user_of(request))
    actions.lift_barrier(acting_user=user_of(request), barrier=found, on=today())
    return Done(_("Frein levé : %(label)s. Bravo à tous les deux.") % {"label": found.label})


@post_action
def drop(request: HttpRequest, barrier_id: int) -> Done:
    """Nothing more is done about the barrier."""
    found = access_barrier(barrier_id, user_of(request))
    actions.drop_barrier(acting_user=user_of(request), barrier=found, on=today())
    return Done(_("Frein abandonné : %(label)s. Une nouvelle action le reprendra.") % {"label": found.label})
