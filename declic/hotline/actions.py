"""Requests for help: opened by whoever the person knows, answered by whoever can mend, and never left without news."""

import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.equipment import actions as equipment
from declic.equipment.enums import HELD_STATES
from declic.equipment.models import Allocation, Device
from declic.hotline.models import (
    TICKET_TRANSITIONS,
    Answer,
    Priority,
    Resolution,
    Symptom,
    Ticket,
    TicketChannel,
    TicketMessage,
    TicketRepair,
    TicketState,
)
from declic.messaging.actions import is_email, queue_message
from declic.messaging.models import Channel
from declic.organisations.models import Organisation
from declic.people.models import Person

# A form sent twice comes back within minutes; the same trouble months later is a new request.
_SAME_REQUEST = datetime.timedelta(minutes=10)


@transaction.atomic
def open_ticket(
    *,
    acting_user: User,
    person: Person,
    channel: str,
    symptom: str,
    description: str,
    at: datetime.datetime,
    allocation: Allocation | None = None,
    priority: str = Priority.NORMAL,
) -> Ticket:
    """Open a request for help; it goes to the refurbisher of the machine, if the machine has one.

    The same words for the same person within ten minutes give the open request back: a double click opens one.
    """
    return _open(
        acting_user, person, channel, symptom, description, at, allocation=allocation, priority=Priority(priority)
    )


@transaction.atomic
def ask_help(*, allocation: Allocation, symptom: str, description: str, phone: str, at: datetime.datetime) -> Ticket:
    """Open a request in the name of the person who holds a machine, by the page that its label leads to.

    Whoever accompanies her is written to. `phone` is where she wants to be called, empty for the one on file.
    """
    words = description.strip()
    if words and phone:
        words = f"{words}\n\n" + _("À rappeler au %(phone)s.") % {"phone": phone}
    ticket = _open(None, allocation.person, TicketChannel.PERSON, symptom, words, at, allocation=allocation)
    if ticket.opened_at == at:
        _tell_follower(
            ticket,
            None,
            at,
            subject=_("%(name)s demande de l'aide pour son ordinateur"),
            body=words,
            end=_("La demande est dans la file d'assistance : elle attend une réponse."),
        )
    return ticket


def _open(
    user: User | None,
    person: Person,
    channel: str,
    symptom: str,
    description: str,
    at: datetime.datetime,
    *,
    allocation: Allocation | None,
    priority: Priority = Priority.NORMAL,
) -> Ticket:
    person = Person.objects.select_for_update().get(pk=person.pk)
    if not description.strip():
        raise DomainError(_("Écrivez en quelques mots ce qui se passe."), field="description")
    if allocation is not None and allocation.person_id != person.pk:
        raise DomainError(_("Cette machine n'est pas celle de cette personne : choisissez-en une autre."))
    same = Ticket.objects.filter(
        person=person, symptom=Symptom(symptom), description=description.strip(), opened_by=user
    )
    known = same.exclude(state=TicketState.SOLVED).filter(opened_at__gt=at - _SAME_REQUEST, opened_at__lte=at).first()
    if known is not None:
        return known
    device = None if allocation is None else allocation.device
    return Ticket.objects.create(
        operator_id=person.operator_id,
        person=person,
        allocation=allocation,
        device=device,
        assigned_to=None if device is None else device.refurbisher,
        channel=TicketChannel(channel),
        symptom=Symptom(symptom),
        description=description.strip(),
        priority=priority,
        opened_at=at,
        opened_by=user,
    )


@transaction.atomic
def take_ticket(*, acting_user: User, ticket: Ticket, at: datetime.datetime) -> Ticket:
    """Say that one sees to a request: colleagues read who does; taking over from a colleague is allowed."""
    ticket = _locked(ticket, at)
    _refuse_solved(ticket)
    if ticket.taken_by_id != acting_user.pk:
        ticket.taken_by, ticket.taken_at = acting_user, at
        ticket.save(update_fields=["taken_by", "taken_at", "updated_at"])
    return ticket


@transaction.atomic
def release_ticket(*, acting_user: User, ticket: Ticket, at: datetime.datetime) -> Ticket:
    """Leave a request to the others."""
    ticket = _locked(ticket, at)
    if ticket.taken_by_id != acting_user.pk:
        raise DomainError(_("Vous ne vous occupez pas de cette demande : rien n'a changé."))
    ticket.taken_by = ticket.taken_at = None
    ticket.save(update_fields=["taken_by", "taken_at", "updated_at"])
    return ticket


@transaction.atomic
def answer_ticket(
    *, acting_user: User, ticket: Ticket, body: str, at: datetime.datetime, answer: Answer | None = None
) -> Ticket:
    """Answer an open request and tell whoever opened it; the first answer's time is kept.

    `answer` is the one of the library that the words come from. The same words sent twice in a row by the same author are
    said once.
    """
    ticket = _locked(ticket, at)
    _refuse_solved(ticket)
    if _just_said(ticket, acting_user, body):
        return ticket
    _say(ticket, acting_user, body, at, answer)
    if ticket.state != TicketState.REPAIRING:
        ticket.state = TicketState.ANSWERED
    ticket.first_answer_at = ticket.first_answer_at or at
    _take_if_free(ticket, acting_user, at)
    ticket.save(update_fields=["state", "first_answer_at", "taken_by", "taken_at", "updated_at"])
    _tell_follower(
        ticket,
        acting_user,
        at,
        subject=_("Une réponse à la demande d'assistance de %(name)s"),
        body=body,
        end=_("La demande reste ouverte : vous pouvez répondre dans Déclic."),
    )
    return ticket


@transaction.atomic
def add_detail(*, acting_user: User, ticket: Ticket, body: str, at: datetime.datetime) -> Ticket:
    """Add a line from the side of the person: an answered request waits again for an answer."""
    ticket = _locked(ticket, at)
    _refuse_solved(ticket)
    if _just_said(ticket, acting_user, body):
        return ticket
    _say(ticket, acting_user, body, at)
    if ticket.state != TicketState.REPAIRING:
        ticket.state = TicketState.OPEN
        ticket.save(update_fields=["state", "updated_at"])
    return ticket


@transaction.atomic
def take_in_repair(*, acting_user: User, ticket: Ticket, body: str, at: datetime.datetime) -> TicketRepair:
    """The machine is left at the workshop: it stays the person's, and comes back or is swapped when the request is solved.

    Raises `DomainError` when the request is about no machine of hers, or when the machine is there already.
    """
    ticket = _locked(ticket, at)
    _refuse_solved(ticket)
    if ticket.state == TicketState.REPAIRING:
        raise DomainError(_("La machine est déjà à l'atelier : rien n'a été noté deux fois."))
    allocation = ticket.allocation
    if allocation is None or allocation.device is None:
        raise DomainError(_("Cette demande ne parle d'aucune machine : il n'y a rien à réparer."))
    _say(ticket, acting_user, body, at)
    try:
        with transaction.atomic():
            repair = TicketRepair.objects.create(
                operator_id=ticket.operator_id,
                ticket=ticket,
                device=allocation.device,
                taken_in_at=at,
                taken_in_by=acting_user,
            )
    except IntegrityError:
        raise DomainError(_("Cette machine est déjà à l'atelier, pour une autre demande.")) from None
    ticket.state = TicketState.REPAIRING
    ticket.first_answer_at = ticket.first_answer_at or at
    _take_if_free(ticket, acting_user, at)
    ticket.save(update_fields=["state", "first_answer_at", "taken_by", "taken_at", "updated_at"])
    _tell_follower(
        ticket,
        acting_user,
        at,
        subject=_("La machine de %(name)s est à l'atelier"),
        body=body,
        end=_("Vous serez prévenu quand elle reviendra, ou qu'une autre la remplacera."),
    )
    return repair


@transaction.atomic
def solve_ticket(
    *,
    acting_user: User,
    ticket: Ticket,
    resolution: str,
    body: str,
    at: datetime.datetime,
    new_device: Device | None = None,
) -> Ticket:
    """Close a request with how it was solved; a swap hands `new_device` over under the same allocation.

    Raises `DomainError` when it is solved already, or when a swap has no machine to give or none to take back.
    """
    ticket = _locked(ticket, at)
    _refuse_solved(ticket)
    if resolution not in Resolution.values:
        raise DomainError(_("Dites comment la panne a été résolue."), field="resolution")
    if resolution == Resolution.SWAP:
        _swap(ticket, acting_user, new_device, at)
    elif new_device is not None:
        raise DomainError(
            _("Une machine de remplacement va avec un échange : choisissez « échange de machine », ou aucune machine."),
            field="new_device",
        )
    _say(ticket, acting_user, body, at)
    ticket.repairs.filter(ended_at__isnull=True).update(ended_at=at, swapped=resolution == Resolution.SWAP)
    ticket.state, ticket.resolution, ticket.solved_at = TicketState.SOLVED, Resolution(resolution), at
    ticket.first_answer_at = ticket.first_answer_at or at
    ticket.save(update_fields=["state", "resolution", "solved_at", "first_answer_at", "updated_at"])
    _tell_follower(
        ticket,
        acting_user,
        at,
        subject=_("La demande d'assistance de %(name)s est résolue"),
        body=body,
        end=_("Solution : %(resolution)s. Si la panne revient, rouvrez la demande dans Déclic.")
        % {"resolution": ticket.get_resolution_display()},
    )
    return ticket


@transaction.atomic
def reopen_ticket(*, acting_user: User, ticket: Ticket, body: str, at: datetime.datetime) -> Ticket:
    """Open a solved request again because the trouble came back; `body` says what happens now."""
    ticket = _locked(ticket, at)
    TICKET_TRANSITIONS.require(
        ticket.state, TicketState.OPEN, _("Cette demande est déjà ouverte : répondez-y directement.")
    )
    if ticket.state != TicketState.SOLVED:
        raise DomainError(_("Cette demande n'est pas encore résolue : ajoutez une précision."))
    _say(ticket, acting_user, body, at)
    ticket.state, ticket.resolution, ticket.solved_at = TicketState.OPEN, "", None
    ticket.reopenings, ticket.reopened_at = ticket.reopenings + 1, at
    ticket.save(update_fields=["state", "resolution", "solved_at", "reopenings", "reopened_at", "updated_at"])
    return ticket


@transaction.atomic
def add_answer(*, acting_user: User, operator: Organisation, symptom: str, title: str, body: str) -> Answer:
    """Add a ready answer to the operator's library. Raises `DomainError` when another one bears the title."""
    return _written(Answer(operator=operator, written_by=acting_user), symptom, title, body)


@transaction.atomic
def change_answer(*, acting_user: User, answer: Answer, symptom: str, title: str, body: str) -> Answer:
    """Change a ready answer; what was sent with it stays as it was said."""
    answer = Answer.objects.select_for_update().get(pk=answer.pk)
    answer.written_by = acting_user
    return _written(answer, symptom, title, body)


@transaction.atomic
def archive_answer(*, acting_user: User, answer: Answer, on: datetime.date) -> Answer:
    """Take a ready answer out of the library."""
    answer = Answer.objects.select_for_update().get(pk=answer.pk)
    if answer.archived_on is not None:
        raise DomainError(_("Cette réponse est déjà retirée."))
    answer.archived_on = on
    answer.save(update_fields=["archived_on", "updated_at"])
    return answer


def _written(answer: Answer, symptom: str, title: str, body: str) -> Answer:
    if not title.strip():
        raise DomainError(_("Donnez un titre à la réponse."), field="title")
    if not body.strip():
        raise DomainError(_("Écrivez les étapes, une par ligne."), field="body")
    answer.symptom, answer.title, answer.body = Symptom(symptom), title.strip(), body.strip()
    try:
        with transaction.atomic():
            answer.save()
    except IntegrityError:
        raise DomainError(_("Une réponse porte déjà ce titre : donnez-en un autre."), field="title") from None
    return answer


def _locked(ticket: Ticket, at: datetime.datetime) -> Ticket:
    # The person first: a swap locks person, allocation and device in that order.
    Person.objects.select_for_update().get(pk=ticket.person_id)
    ticket = (
        Ticket.objects.select_for_update(of=("self",))
        .select_related("person", "operator", "opened_by", "allocation__device", "allocation__enrolment__adviser")
        .get(pk=ticket.pk)
    )
    if at < ticket.opened_at:
        raise DomainError(_("Cette date précède l'ouverture de la demande : vérifiez-la."))
    return ticket


def _refuse_solved(ticket: Ticket) -> None:
    if ticket.state == TicketState.SOLVED:
        raise DomainError(_("Cette demande est déjà résolue : rouvrez-la si la panne est revenue."))


def _say(ticket: Ticket, author: User, body: str, at: datetime.datetime, answer: Answer | None = None) -> None:
    if not body.strip():
        raise DomainError(_("Écrivez quelques mots : ils restent dans la conversation."), field="body")
    TicketMessage.objects.create(
        operator_id=ticket.operator_id, ticket=ticket, at=at, author=author, body=body.strip(), answer=answer
    )


def _take_if_free(ticket: Ticket, user: User, at: datetime.datetime) -> None:
    """Whoever answers sees to the request, unless a colleague does already."""
    if ticket.taken_by_id is None:
        ticket.taken_by, ticket.taken_at = user, at


def _just_said(ticket: Ticket, author: User, body: str) -> bool:
    last = ticket.messages.order_by("at", "pk").last()
    return last is not None and last.author_id == author.pk and last.body == body.strip()


def _swap(ticket: Ticket, acting_user: User, new_device: Device | None, at: datetime.datetime) -> None:
    if ticket.allocation is None or ticket.allocation.state not in HELD_STATES:
        raise DomainError(
            _("Il n'y a pas de machine en prêt à échanger pour cette demande : choisissez une autre solution."),
            field="resolution",
        )
    if new_device is None:
        raise DomainError(_("Choisissez la machine de remplacement, parmi celles qui sont prêtes."), field="new_device")
    equipment.swap(
        acting_user=acting_user,
        allocation=ticket.allocation,
        new_device=new_device,
        at=at,
        reason=_("assistance : %(symptom)s") % {"symptom": ticket.get_symptom_display()},
    )


def _tell_follower(
    ticket: Ticket, acting_user: User | None, at: datetime.datetime, *, subject: str, body: str, end: str
) -> None:
    """Whoever handed the question over stays informed, or whoever accompanies a person who asked by herself.

    Nobody is written to about what they did themselves.
    """
    opener = ticket.opened_by
    if opener is None and ticket.allocation is not None and ticket.allocation.enrolment is not None:
        opener = ticket.allocation.enrolment.adviser
    if opener is None or opener == acting_user or not is_email(opener.email) or not opener.is_active:
        return
    # A mail box is not a file: the first name alone, and the number of the request to find it by.
    name = {"name": ticket.person.first_name}
    queue_message(
        operator=ticket.operator,
        channel=Channel.EMAIL,
        template="ticket",
        recipient=opener.name,
        address=opener.email,
        subject=subject % name,
        body="\n\n".join(
            [
                _("Bonjour,"),
                body.strip(),
                end,
                _("Demande n° %(number)s, %(operator)s") % {"number": ticket.pk, "operator": ticket.operator.name},
            ]
        ),
        reference=f"ticket:{ticket.pk}",
        about_person=ticket.person_id,
        at=at,
    )
