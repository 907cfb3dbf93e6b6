"""What is read about requests for help in more than one place."""

import datetime

from django.db.models import QuerySet

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.equipment.enums import HELD_STATES, DeviceState
from declic.equipment.models import Allocation, Device
from declic.hotline.models import Ticket
from declic.people.models import Person


def held_machines(person: Person) -> QuerySet[Allocation]:
    """The machines that a person holds or has received for good: what a request may be about."""
    # What came back has a condition on return; what is settled without one was given, bought or kept.
    held = Allocation.objects.filter(
        person=person, device__isnull=False, handed_over_on__isnull=False, condition_in=""
    ).exclude(device__state=DeviceState.LOST)
    return held.select_related("device").order_by("-handed_over_on", "pk")


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


def name_for(user: User, ticket: Ticket) -> str:
    """How the person is named to `user`: whole to those who accompany, by the first name to who mends (rule 18)."""
    if scope_of(user).can(Permission.SEE_PEOPLE, ticket.operator_id) or ticket.opened_by_id == user.pk:
        return str(ticket.person)
    return ticket.person.first_name


def waited(ticket: Ticket, at: datetime.datetime) -> datetime.timedelta:
    """How long the request waited for its first answer, until `at` when there is none yet."""
    return (ticket.first_answer_at or at) - ticket.opened_at
