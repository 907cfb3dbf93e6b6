"""The library of ready answers."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.access import acting_operator
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import today
from declic.core.forms import posted
from declic.core.views import Done, post_action, submit
from declic.hotline import actions
from declic.hotline.access import access_answer
from declic.hotline.forms import AnswerForm, ChangeAnswerForm
from declic.hotline.models import Symptom
from declic.hotline.queries import library


def answers(request: HttpRequest) -> HttpResponseBase:
    """Every ready answer by symptom, the most used first."""
    operator = acting_operator(request, Permission.ANSWER_TICKETS)
    known = list(library({operator.pk}))
    groups = [
        {"symptom": label, "answers": [answer for answer in known if answer.symptom == symptom]}
        for symptom, label in Symptom.choices
    ]
    return render(request, "hotline/answers.html", {"groups": [group for group in groups if group["answers"]]})


def answer_create(request: HttpRequest) -> HttpResponseBase:
    """Add a ready answer."""
    user = user_of(request)
    operator = acting_operator(request, Permission.ANSWER_TICKETS)
    return submit(
        request,
        AnswerForm(**posted(request), initial={"symptom": request.GET.get("panne", "")}),
        lambda **typed: actions.add_answer(acting_user=user, operator=operator, **typed),
        success=_("Réponse ajoutée : elle se propose aux demandes de la même panne."),
        to=reverse("hotline:answers"),
        template="hotline/answer_form.html",
        context={"answer": None},
    )


def answer_edit(request: HttpRequest, answer_id: int) -> HttpResponseBase:
    """Change a ready answer, or take it out."""
    user = user_of(request)
    found = access_answer(answer_id, user)
    initial = {"symptom": found.symptom, "title": found.title, "body": found.body}
    return submit(
        request,
        ChangeAnswerForm(**posted(request), versioned=found, initial=initial),
        lambda **typed: actions.change_answer(acting_user=user, answer=found, **typed),
        success=_("Réponse corrigée. Ce qui a déjà été envoyé reste comme il a été dit."),
        to=reverse("hotline:answers"),
        template="hotline/answer_form.html",
        context={"answer": found},
    )


@post_action
def answer_archive(request: HttpRequest, answer_id: int) -> Done:
    """Take a ready answer out of the library."""
    user = user_of(request)
    found = access_answer(answer_id, user)
    actions.archive_answer(acting_user=user, answer=found, on=today())
    return Done(_("« %(title)s » ne se propose plus.") % {"title": found.title}, to=reverse("hotline:answers"))
