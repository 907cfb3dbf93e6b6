"""The queue of requests, one request with its conversation, opening, taking in charge, repairing and solving."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.scope import scope_of
from declic.core.dates import now, today
from declic.core.forms import posted
from declic.core.pagination import Order, keyset_page
from declic.core.views import Done, post_action, submit
from declic.hotline import actions
from declic.hotline.access import access_caller, access_ticket, may_answer, may_read_file, visible_tickets
from declic.hotline.forms import RepairForm, SolveForm, TicketForm, WordsForm
from declic.hotline.models import Resolution, Ticket, TicketChannel, TicketState
from declic.hotline.queries import can_swap, due, held_machines, library, name_for, spare_machines, waited
from declic.orientation.access import visible_enrolments
from declic.people.access import visible_people

# Urgent ones first, then the oldest; what is solved, the latest first.
_QUEUE: Order = (("priority", True), ("opened_at", False), ("pk", False))
_TABS: dict[str, tuple[TicketState, Order]] = {
    "a-prendre": (TicketState.OPEN, _QUEUE),
    "a-suivre": (TicketState.ANSWERED, _QUEUE),
    "atelier": (TicketState.REPAIRING, _QUEUE),
    "resolues": (TicketState.SOLVED, (("solved_at", True), ("pk", True))),
}


def ticket_list(request: HttpRequest) -> HttpResponseBase:
    """The queue, by priority and age."""
    user = user_of(request)
    scope = require(user, Permission.ANSWER_TICKETS, Permission.OPEN_TICKETS)
    tab = request.GET.get("etat", "")
    tab = tab if tab in _TABS else "a-prendre"
    state, order = _TABS[tab]
    rows = (
        visible_tickets(user)
        .filter(state=state)
        .select_related("person", "allocation__device", "opened_by", "assigned_to", "taken_by")
    )
    page = keyset_page(rows, request.GET, order=order)
    return render(
        request,
        "hotline/list.html",
        {
            "page": page,
            "rows": [
                {"ticket": ticket, "name": name_for(user, ticket), "due": due(ticket, now())} for ticket in page.rows
            ],
            "tab": tab,
            "today": today(),
            "answers": scope.can(Permission.ANSWER_TICKETS),
        },
    )


def ticket_create(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Open a request for someone: the adviser or the referent hands the question over and stays informed."""
    user = user_of(request)
    person = access_caller(person_id, user)
    accompanies = visible_people(user, Permission.OPEN_TICKETS).filter(pk=person.pk).exists()
    machines = held_machines(person)
    if not accompanies:
        # What she received through the programmes to which this structure sent her, and no other.
        machines = machines.filter(enrolment__in=visible_enrolments(user, Permission.OPEN_TICKETS))
    form = TicketForm(
        **posted(request),
        machines=list(machines),
        channel=None if accompanies else TicketChannel.PRESCRIBER,
        initial={"channel": TicketChannel.ADVISER},
    )
    return submit(
        request,
        form,
        lambda **typed: actions.open_ticket(acting_user=user, person=person, at=now(), **typed),
        success=_opened,
        to=lambda ticket: reverse("hotline:ticket", args=[ticket.pk]),
        template="hotline/create.html",
        context={"person": person, "reads_file": visible_people(user).filter(pk=person.pk).exists()},
    )


def _opened(ticket: Ticket) -> str:
    if ticket.assigned_to is not None:
        return _("Demande confiée à %(name)s. Vous recevrez la réponse par courriel.") % {"name": ticket.assigned_to}
    return _("Demande enregistrée. Qui l'a ouverte reçoit la réponse par courriel.")


def ticket(request: HttpRequest, ticket_id: int) -> HttpResponseBase:
    """One request: what happens, what was said, and a line to add."""
    user = user_of(request)
    found = access_ticket(ticket_id, user)
    answers = may_answer(user, found)
    # Whoever handed the question over to a refurbisher adds details to it; the answer is the refurbisher's.
    responds = answers and not (found.assigned_to_id is not None and found.opened_by_id == user.pk)
    line = _line(found, responds)
    device = None if found.allocation is None else found.allocation.device
    responding = responds and found.state != TicketState.SOLVED
    answers_known = list(library({found.operator_id})) if responding else []
    ready = [answer for answer in answers_known if answer.symptom == found.symptom][:8]
    chosen = next((one for one in answers_known if str(one.pk) == request.GET.get("reponse", "")), None)
    form = WordsForm(
        **posted(request),
        label=line.label,
        answers=answers_known,
        initial={} if chosen is None else {"body": chosen.body, "answer": chosen.pk},
    )

    def add(*, body: str, answer: Any = None) -> Ticket:
        more = {"answer": answer} if responding else {}
        return line.action(acting_user=user, ticket=found, at=now(), body=body, **more)

    return submit(
        request,
        form,
        add,
        success=line.said,
        to=reverse("hotline:ticket", args=[found.pk]),
        template="hotline/ticket.html",
        context={
            "ticket": found,
            "name": name_for(user, found),
            # Whoever answers must reach the person; whoever referred her reaches her already.
            "phones": list(found.person.phones.all()) if answers or may_read_file(user, found) else [],
            "lines": list(found.messages.select_related("author").order_by("at", "pk")),
            "answers": answers,
            "responds": responds,
            "ready": ready,
            "chosen": chosen,
            "send": line.send,
            "device": device,
            "due": due(found, now()),
            "repair": found.repairs.filter(ended_at__isnull=True).first() if device else None,
            "may_repair": answers and device is not None and found.state in (TicketState.OPEN, TicketState.ANSWERED),
            "mine": found.taken_by_id == user.pk,
            "sees_stock": scope_of(user).can(Permission.SEE_STOCK, found.operator_id),
            "hands_over": device is not None and scope_of(user).can(Permission.HAND_OVER, found.operator_id),
            "waited": waited(found, now()),
            "reads_file": may_read_file(user, found),
            "today": today(),
        },
    )


class _Line(NamedTuple):
    """What a new line of the conversation is, for who writes it."""

    label: str
    send: str
    action: Callable[..., Ticket]
    said: str


def _line(found: Ticket, responds: bool) -> _Line:
    if found.state == TicketState.SOLVED:
        return _Line(
            _("Ce qui se passe maintenant"),
            _("Rouvrir la demande"),
            actions.reopen_ticket,
            _("Demande rouverte : elle revient dans la file."),
        )
    if responds:
        return _Line(
            _("Votre réponse"),
            _("Envoyer la réponse"),
            actions.answer_ticket,
            _("Réponse envoyée. La demande reste à suivre jusqu'à sa solution."),
        )
    return _Line(
        _("Ajouter une précision"),
        _("Ajouter"),
        actions.add_detail,
        _("Précision ajoutée : la demande revient dans la file."),
    )


@post_action
def ticket_take(request: HttpRequest, ticket_id: int) -> Done:
    """See to a request, or take it over from a colleague."""
    user = user_of(request)
    found = access_ticket(ticket_id, user, Permission.ANSWER_TICKETS)
    actions.take_ticket(acting_user=user, ticket=found, at=now())
    return Done(_("Vous vous occupez de cette demande."), to=reverse("hotline:ticket", args=[found.pk]))


@post_action
def ticket_release(request: HttpRequest, ticket_id: int) -> Done:
    """Leave a request to the others."""
    user = user_of(request)
    found = access_ticket(ticket_id, user, Permission.ANSWER_TICKETS)
    actions.release_ticket(acting_user=user, ticket=found, at=now())
    return Done(_("La demande attend de nouveau quelqu'un."), to=reverse("hotline:ticket", args=[found.pk]))


def ticket_repair(request: HttpRequest, ticket_id: int) -> HttpResponseBase:
    """Note that the machine is at the workshop."""
    user = user_of(request)
    found = access_ticket(ticket_id, user, Permission.ANSWER_TICKETS)
    if found.state not in (TicketState.OPEN, TicketState.ANSWERED) and request.method == "GET":
        return redirect("hotline:ticket", found.pk)
    return submit(
        request,
        RepairForm(**posted(request)),
        lambda **typed: actions.take_in_repair(acting_user=user, ticket=found, at=now(), **typed),
        success=_("La machine est à l'atelier. Elle reste celle de la personne ; rendez-la ou échangez-la d'ici."),
        to=reverse("hotline:ticket", args=[found.pk]),
        template="hotline/repair.html",
        context={
            "ticket": found,
            "name": name_for(user, found),
            "device": None if found.allocation is None else found.allocation.device,
        },
    )


def ticket_solve(request: HttpRequest, ticket_id: int) -> HttpResponseBase:
    """Say how it was solved; a swap names the machine that replaces."""
    user = user_of(request)
    found = access_ticket(ticket_id, user, Permission.ANSWER_TICKETS)
    if found.state == TicketState.SOLVED and request.method == "GET":
        return redirect("hotline:ticket", found.pk)
    swappable = can_swap(found)
    spares = spare_machines(found) if swappable else []
    return submit(
        request,
        SolveForm(
            **posted(request), spares=spares, can_swap=swappable, initial={"resolution": request.GET.get("par", "")}
        ),
        lambda **typed: actions.solve_ticket(acting_user=user, ticket=found, at=now(), **typed),
        success=_solved,
        to=reverse("hotline:ticket", args=[found.pk]),
        template="hotline/solve.html",
        context={
            "ticket": found,
            "name": name_for(user, found),
            "no_spare": swappable and not spares,
            "spares": spares,
        },
    )


def _solved(ticket: Ticket) -> str:
    if ticket.resolution == Resolution.SWAP:
        return _("Échange enregistré : la nouvelle machine est attribuée, l'ancienne part en réparation.")
    return _("Demande résolue. Qui l'a ouverte est prévenu par courriel.")
