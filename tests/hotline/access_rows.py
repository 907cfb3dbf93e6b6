"""Who opens the pages of the hotline: read by tests/test_access_matrix.py."""

from typing import Any

from declic.accounts.enums import Permission
from declic.equipment.models import Allocation
from declic.hotline import help_link
from declic.hotline.actions import add_answer
from declic.hotline.models import Answer
from tests.hotline.machines import a_loan
from tests.hotline.worlds import a_referred_enrolment, a_request_about_a_machine


def _ticket(world: Any) -> dict[str, int]:
    return {"ticket_id": a_request_about_a_machine(world).pk}


def _answer(world: Any) -> dict[str, int]:
    found = Answer.objects.filter(operator=world.operator).first() or add_answer(
        acting_user=world.users["coordinator"],
        operator=world.operator,
        symptom="battery",
        title="La batterie se vide",
        body="Branchez le chargeur.\nAttendez une heure.",
    )
    return {"answer_id": found.pk}


def _loan(world: Any) -> Allocation:
    found = Allocation.objects.filter(person=world.person, handed_over_on__isnull=False).first()
    return found or a_loan(world.enrolment, by=world.users["coordinator"])


_ANSWER = Permission.ANSWER_TICKETS

ROWS = {
    "hotline:list": (lambda world: {}, (Permission.ANSWER_TICKETS, Permission.OPEN_TICKETS)),
    "hotline:report": (lambda world: {}, _ANSWER),
    "hotline:answers": (lambda world: {}, _ANSWER),
    "hotline:answer_create": (lambda world: {}, _ANSWER),
    "hotline:answer_edit": (_answer, _ANSWER),
    "hotline:answer_archive": (_answer, _ANSWER),
    "hotline:help": (lambda world: {"signed": help_link.sign(_loan(world))}, "public"),
    "hotline:help_label": (lambda world: {"allocation_id": _loan(world).pk}, Permission.HAND_OVER),
    "hotline:create": (
        lambda world: {"person_id": a_referred_enrolment(world).person_id},
        Permission.OPEN_TICKETS,
    ),
    "hotline:ticket": (_ticket, (Permission.ANSWER_TICKETS, Permission.OPEN_TICKETS)),
    "hotline:take": (_ticket, _ANSWER),
    "hotline:release": (_ticket, _ANSWER),
    "hotline:repair": (_ticket, _ANSWER),
    "hotline:solve": (_ticket, _ANSWER),
}
