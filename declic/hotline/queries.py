"""What is read about requests for help in more than one place."""

import datetime
from typing import NamedTuple

from django.db.models import Count, QuerySet

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.equipment.enums import HELD_STATES, DeviceState
from declic.equipment.models import Allocation, Device
from declic.hotline.models import Answer, Priority, Ticket, TicketState
from declic.people.models import Person

ANSWER_WITHIN = {Priority.URGENT: datetime.timedelta(days=1), Priority.NORMAL: datetime.timedelta(days=3)}
SOLVE_WITHIN = {Priority.URGENT: datetime.timedelta(days=3), Priority.NORMAL: datetime.timedelta(days=10)}
"""How soon a request is owed its first answer, then its solution; a request that reopens counts from there."""


class Due(NamedTuple):
    """What a request is owed next, and by when."""

    answer: bool
    at: datetime.datetime
    late: bool


def due(ticket: Ticket, at: datetime.datetime) -> Due | None:
    """What the request is owed on that instant: a first answer, then a solution; None once solved."""
    if ticket.state == TicketState.SOLVED:
        return None
    since = ticket.reopened_at or ticket.opened_at
    answered = ticket.first_answer_at is not None and not (
        ticket.state == TicketState.OPEN and ticket.reopened_at is not None
    )
    within = SOLVE_WITHIN if answered else ANSWER_WITHIN
    target = since + within[Priority(ticket.priority)]
    return Due(not answered, target, at > target)


def held_machines(person: Person) -> QuerySet[Allocation]:
    """The machines that a person holds or has received for good: what a request may be about."""
    held = still_held(Allocation.objects.filter(person=person))
    return held.select_related("device").order_by("-handed_over_on", "pk")


def still_held(allocations: QuerySet[Allocation]) -> QuerySet[Allocation]:
    """Of `allocations`, those whose machine is with the person, lent or for good."""
    # What came back has a condition on return; what is settled without one was given, bought or kept.
    return allocations.filter(device__isnull=False, handed_over_on__isnull=False, condition_in="").exclude(
        device__state=DeviceState.LOST
    )


def can_swap(ticket: Ticket) -> bool:
    """Whether the request is about a machine on loan, which another can replace."""
    return ticket.allocation is not None and ticket.allocation.state in HELD_STATES


def spare_machines(ticket: Ticket, *, limit: int = 100) -> list[Device]:
    """Ready machines of the operator, of the kind that the allocation promises."""
    if ticket.allocation is None:
        return []
    ready = Device.objects.filter(
        operator=ticket.operator_id, state=DeviceState.READY, kind=ticket.allocation.device_kind
    )
    return list(ready.select_related("site").order_by("tag", "pk")[:limit])


def library(operators: set[int]) -> QuerySet[Answer]:
    """The ready answers of these operators, the most used first, with `used`."""
    answers = Answer.objects.filter(operator__in=operators, archived_on__isnull=True)
    return answers.annotate(used=Count("uses")).order_by("-used", "title", "pk")


def name_for(user: User, ticket: Ticket) -> str:
    """How the person is named to `user`: whole to those who accompany, by the first name to who mends (rule 18)."""
    if scope_of(user).can(Permission.SEE_PEOPLE, ticket.operator_id) or ticket.opened_by_id == user.pk:
        return str(ticket.person)
    return ticket.person.first_name


def waited(ticket: Ticket, at: datetime.datetime) -> datetime.timedelta:
    """How long the request waited for its first answer, until `at` when there is none yet."""
    return (ticket.first_answer_at or at) - ticket.opened_at
