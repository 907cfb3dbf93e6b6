"""Pages of the practice space: the adviser opens an exercise, the person does it, both read what came out."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import now
from declic.core.forms import posted
from declic.core.views import submit
from declic.people.access import access_person
from declic.practice import actions
from declic.practice.access import access_attempt
from declic.practice.exercises import EXERCISES
from declic.practice.forms import ExerciseForm
from declic.practice.models import Attempt
from declic.practice.scoring import BEST, outcomes


def exercise_list(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """The exercises, with the last try of the person at each."""
    person = access_person(person_id, user_of(request), Permission.ASSESS)
    last: dict[str, Attempt] = {}
    for attempt in Attempt.objects.filter(person=person).order_by("at", "pk"):
        last[attempt.exercise] = attempt
    rows = [{"exercise": exercise, "last": last.get(exercise.code)} for exercise in EXERCISES.values()]
    return render(request, "practice/list.html", {"person": person, "rows": rows, "best": BEST})


def exercise(request: HttpRequest, person_id: int, code: str) -> HttpResponseBase:
    """One exercise; asking for the hint is noted and costs nothing."""
    person = access_person(person_id, user_of(request), Permission.ASSESS)
    found = EXERCISES.get(code)
    if found is None:
        raise Http404
    helped = request.GET.get("aide") == "1"
    return submit(
        request,
        ExerciseForm(**posted(request), exercise=found, initial={"hints": int(helped)}),
        lambda **typed: actions.record_attempt(
            acting_user=user_of(request), person=person, exercise=found.code, at=now(), **typed
        ),
        success=_("C’est fait. Regardez ce qui était juste."),
        to=lambda attempt: reverse("practice:result", args=[attempt.pk]),
        template="practice/exercise.html",
        context={"person": person, "exercise": found, "helped": helped},
    )


def result(request: HttpRequest, attempt_id: int) -> HttpResponseBase:
    """What was right, and why, item by item."""
    attempt = access_attempt(attempt_id, user_of(request))
    found = EXERCISES.get(attempt.exercise)
    if found is None:
        raise Http404
    words = {str(code): label for code, label in found.answers}
    rows = [
        {"item": one.item, "right": one.right, "answer": words.get(one.answer), "expected": words[one.item.right]}
        for one in outcomes(found, attempt.answers)
    ]
    page = {
        "attempt": attempt,
        "exercise": found,
        "rows": rows,
        "right": sum(bool(row["right"]) for row in rows),
    }
    return render(request, "practice/result.html", page)
