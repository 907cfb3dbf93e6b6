"""Pages of messages: what waits for someone, one message and its story, letters to post, budgets."""

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.accounts.access import acting_operator, require
from declic.accounts.http import user_of
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.core.dates import now, today
from declic.core.forms import posted
from declic.core.pagination import keyset_page
from declic.core.views import Done, SeeOther, post_action, submit
from declic.messaging import actions
from declic.messaging.access import BUDGETS, READ, access_budget, access_message, has_read, visible_messages
from declic.messaging.enums import Channel, Failure, MessageState
from declic.messaging.forms import AgainForm, BudgetEditForm, BudgetForm, MessageFilters
from declic.messaging.letters import letters_as_pdf
from declic.messaging.models import Message
from declic.messaging.queries import budget_state, budget_states, failed_messages, letters_to_post

_LETTERS_AT_ONCE = 50


def _doors(user: User) -> dict[str, object]:
    """What the tabs of these pages show."""
    return {
        "failed_count": failed_messages(user).count(),
        "letter_count": letters_to_post(user).count(),
        "keeps_budgets": scope_of(user).can(BUDGETS),
    }


def message_list(request: HttpRequest) -> HttpResponseBase:
    """What did not reach anybody and waits for someone; or, on the other tab, every message, the latest first."""
    user = user_of(request)
    require(user, READ)
    everything = request.GET.get("vue") == "tous"
    filters = MessageFilters(request.GET or None)
    if everything:
        rows = visible_messages(user)
        chosen = filters.cleaned_data if filters.is_valid() else {}
        if chosen.get("etat"):
            rows = rows.filter(state=chosen["etat"])
        if chosen.get("canal"):
            rows = rows.filter(channel=chosen["canal"])
        page = keyset_page(rows, request.GET, order=(("created_at", True), ("pk", True)))
    else:
        page = keyset_page(failed_messages(user), request.GET, order=(("created_at", False), ("pk", False)))
    return render(
        request,
        "messaging/list.html",
        {
            "page": page,
            "filters": filters,
            "filtered": any(request.GET.get(name) for name in filters.fields),
            "tab": "tous" if everything else "a-traiter",
            "today": today(),
            **_doors(user),
        },
    )


def message(request: HttpRequest, message_id: int) -> HttpResponseBase:
    """One message: its words, its state, what was tried, what it cost."""
    user = user_of(request)
    found = access_message(message_id, user)
    failed = found.state == MessageState.FAILED
    is_letter = found.channel == Channel.LETTER
    return render(
        request,
        "messaging/message.html",
        {
            "message": found,
            "steps": list(found.steps.select_related("by")),
            "today": today(),
            "can_resend": failed and found.failure != Failure.ERASED,
            "waits": failed and found.handled_at is None and found.failure != Failure.ERASED,
            "may_return": found.state == MessageState.SENT and found.channel != Channel.SMS,
            "is_letter_to_post": found.state == MessageState.QUEUED and is_letter,
            "why": found.get_failure_display() or found.get_state_display(),
            # What an email or an SMS said can be handed over when it did not arrive.
            "printable": bool(found.body) and (is_letter or failed),
        },
    )


def message_again(request: HttpRequest, message_id: int) -> HttpResponseBase:
    """Correct the address and send again; of a letter not yet posted, correct the address."""
    user = user_of(request)
    found = access_message(message_id, user)
    waits = found.channel == Channel.LETTER and found.state == MessageState.QUEUED
    action = actions.correct_letter if waits else actions.send_again
    return submit(
        request,
        AgainForm(**posted(request), channel=found.channel, initial={"address": found.address}),
        lambda **typed: action(acting_user=user, message=found, at=now(), **typed),
        success=_again_said,
        to=reverse("messaging:message", args=[found.pk]),
        template="messaging/again.html",
        context={"message": found, "what": _("Corriger l'adresse") if waits else _("Envoyer de nouveau")},
    )


def _again_said(message: Message) -> str:
    if message.channel == Channel.LETTER:
        return _("La lettre attend dans « Lettres à poster ».")
    return _("Le message repart. Son état change ici dès qu'il est envoyé.")


@post_action
def message_handled(request: HttpRequest, message_id: int) -> Done:
    """Someone dealt with it."""
    user = user_of(request)
    actions.mark_handled(acting_user=user, message=access_message(message_id, user), at=now())
    return Done(_("C'est noté : ce message n'attend plus personne."), to=reverse("messaging:list"))


@post_action
def message_returned(request: HttpRequest, message_id: int) -> Done:
    """An email or a letter came back."""
    user = user_of(request)
    found = actions.mark_returned(acting_user=user, message=access_message(message_id, user), at=now())
    return Done(
        _("C'est noté : demandez la bonne adresse, puis renvoyez."), to=reverse("messaging:message", args=[found.pk])
    )


def letters(request: HttpRequest) -> HttpResponseBase:
    """Letters to print, fold and post."""
    user = user_of(request)
    require(user, READ)
    page = keyset_page(
        letters_to_post(user), request.GET, order=(("created_at", False), ("pk", False)), size=_LETTERS_AT_ONCE
    )
    return render(request, "messaging/letters.html", {"page": page, "today": today(), **_doors(user)})


def _chosen(user: User, keys: list[str]) -> list[Message]:
    """The waiting letters among these, or the first ones when none is named; a key that is no number names nothing."""
    waiting = letters_to_post(user).select_related("operator", "budget")
    if keys:
        waiting = waiting.filter(pk__in=[int(key) for key in keys if key.isdecimal() and len(key) < 19])
    return list(waiting[:_LETTERS_AT_ONCE])


def letters_pdf(request: HttpRequest) -> HttpResponseBase:
    """The letters of the page, in one file."""
    user = user_of(request)
    require(user, READ)
    chosen = _chosen(user, request.GET.getlist("lettre"))
    if not chosen:
        notices.info(request, _("Aucune lettre n'attend d'être imprimée."))
        return SeeOther(reverse("messaging:letters"))
    for letter in chosen:
        has_read(user, letter)
    return _pdf(chosen, "lettres")


def letter_pdf(request: HttpRequest, message_id: int) -> HttpResponseBase:
    """Any message on paper: a letter to post, or an email to hand over."""
    found = access_message(message_id, user_of(request))
    return _pdf([found], f"lettre-{found.pk}")


def _pdf(chosen: list[Message], name: str) -> HttpResponse:
    response = HttpResponse(letters_as_pdf(chosen), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


@post_action
def letters_posted(request: HttpRequest) -> Done:
    """Those letters are in the post: exactly those that the page showed."""
    user = user_of(request)
    require(user, READ)
    keys = request.POST.getlist("letter")
    count = actions.mark_posted(acting_user=user, messages=_chosen(user, keys) if keys else [], at=now())
    said = ngettext("%(count)s lettre notée comme postée.", "%(count)s lettres notées comme postées.", count)
    return Done(said % {"count": count}, to=reverse("messaging:letters"))


def budgets(request: HttpRequest) -> HttpResponseBase:
    """What is set aside for messages, and what is left."""
    user = user_of(request)
    require(user, BUDGETS)
    return render(request, "messaging/budgets.html", {"states": budget_states(user), **_doors(user)})


def budget_create(request: HttpRequest) -> HttpResponseBase:
    """Set money aside."""
    operator = acting_operator(request, BUDGETS)
    return submit(
        request,
        BudgetForm(**posted(request)),
        lambda **typed: actions.create_budget(acting_user=user_of(request), operator=operator, **typed),
        success=lambda budget: _("Budget « %(name)s » créé. Choisissez-le dans une édition.") % {"name": budget},
        to=reverse("messaging:budgets"),
        template="messaging/budget.html",
        context={"state": None},
    )


def budget_edit(request: HttpRequest, budget_id: int) -> HttpResponseBase:
    """Change a budget."""
    user = user_of(request)
    budget = access_budget(budget_id, user)
    initial = {
        "name": budget.name,
        "amount_cents": budget.amount_cents,
        "warn_at_percent": budget.warn_at_percent,
        "letter_cents": budget.letter_cents,
    }
    return submit(
        request,
        BudgetEditForm(**posted(request), versioned=budget, initial=initial),
        lambda **typed: actions.change_budget(acting_user=user, budget=budget, **typed),
        success=lambda changed: _("Budget « %(name)s » enregistré.") % {"name": changed},
        to=reverse("messaging:budgets"),
        template="messaging/budget.html",
        context={"state": budget_state(budget)},
    )
