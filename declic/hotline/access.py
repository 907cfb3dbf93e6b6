"""The only ways to a request for help: the operator's own sites, the refurbisher in charge, or whoever opened it."""

from django.db.models import Q, QuerySet
from django.http import Http404

from declic.accounts.enums import Permission, Role
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.equipment.models import Claim
from declic.hotline.models import Answer, Ticket
from declic.orientation.access import visible_enrolments
from declic.people.access import visible_people
from declic.people.models import Person
from declic.people.openings import note_opening


def visible_tickets(user: User, *permissions: Permission) -> QuerySet[Ticket]:
    """Requests that `user` reaches with one of `permissions` (answering or opening, if none is named).

    A refurbisher partner sees those given to it, a prescriber's member those that this member opened.
    """
    where = Q(pk__in=[])
    for permission in permissions or (Permission.ANSWER_TICKETS, Permission.OPEN_TICKETS):
        for reach in scope_of(user).having(permission):
            here = Q(operator=reach.operator_id, person__archived_on__isnull=True)
            if reach.role == Role.PRESCRIBER:
                where |= here & Q(opened_by=user)
            elif reach.role == Role.REFURBISHER and reach.is_partner:
                where |= here & Q(assigned_to=reach.organisation_id)
            elif reach.role == Role.REFURBISHER:
                where |= here & (Q(assigned_to=reach.operator_id) | Q(allocation__isnull=False))
            elif not reach.is_partner or reach.role == Role.ADVISER:
                where |= here & Q(person__in=visible_people(user, permission))
    return Ticket.objects.filter(where)


def access_ticket(pk: int, user: User, *permissions: Permission, for_update: bool = False) -> Ticket:
    """The request `pk` if `user` reaches it, locked if asked; 404 otherwise, whether it exists or not."""
    tickets = visible_tickets(user, *permissions).select_related(
        "person", "operator", "opened_by", "taken_by", "assigned_to", "allocation__device", "allocation__edition"
    )
    if for_update:
        tickets = tickets.select_for_update(of=("self",))
    try:
        ticket = tickets.get(pk=pk)
    except Ticket.DoesNotExist:
        raise Http404 from None
    note_opening(user, person_id=ticket.person_id, operator_id=ticket.operator_id)
    return ticket


def visible_callers(user: User) -> QuerySet[Person]:
    """People for whom `user` may open a request: those of the user's sites, or those that the user's structure sent."""
    sent = visible_enrolments(user, Permission.OPEN_TICKETS).values("person")
    return Person.objects.filter(Q(pk__in=visible_people(user, Permission.OPEN_TICKETS)) | Q(pk__in=sent))


def access_caller(pk: int, user: User) -> Person:
    """The person `pk` if `user` may open a request for her; 404 otherwise, whether she exists or not."""
    try:
        person = visible_callers(user).get(pk=pk)
    except Person.DoesNotExist:
        raise Http404 from None
    note_opening(user, person_id=person.pk, operator_id=person.operator_id)
    return person


def may_answer(user: User, ticket: Ticket) -> bool:
    """Whether `user` answers this request, rather than only following it."""
    return visible_tickets(user, Permission.ANSWER_TICKETS).filter(pk=ticket.pk).exists()


def may_read_file(user: User, ticket: Ticket) -> bool:
    """Whether `user` may open the file of the person behind the request; a refurbisher has a first name and a phone."""
    return visible_people(user).filter(pk=ticket.person_id).exists()


def visible_handovers(user: User) -> QuerySet[Claim]:
    """The handovers of the machines about which `user` answers requests: what a rate of breakages is reckoned on."""
    where = Q(pk__in=[])
    for reach in scope_of(user).having(Permission.ANSWER_TICKETS):
        here = Q(operator=reach.operator_id)
        if reach.role == Role.REFURBISHER and reach.is_partner:
            where |= here & Q(device__refurbisher=reach.organisation_id)
        elif reach.role == Role.REFURBISHER:
            where |= here
        elif not reach.is_partner or reach.role == Role.ADVISER:
            where |= here & Q(allocation__person__in=visible_people(user, Permission.ANSWER_TICKETS))
    return Claim.objects.filter(where)


def access_answer(pk: int, user: User) -> Answer:
    """The ready answer `pk` of an operator for whom `user` answers requests; 404 otherwise."""
    try:
        return Answer.objects.get(
            pk=pk, operator__in=scope_of(user).operators(Permission.ANSWER_TICKETS), archived_on__isnull=True
        )
    except Answer.DoesNotExist:
        raise Http404 from None
