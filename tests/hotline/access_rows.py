"""Who opens the pages of the hotline: read by tests/test_access_matrix.py."""

from typing import Any

from declic.accounts.enums import Permission
from tests.hotline.worlds import a_referred_enrolment, a_request_about_a_machine


def _ticket(world: Any) -> dict[str, int]:
    return {"ticket_id": a_request_about_a_machine(world).pk}


ROWS = {
    "hotline:list": (lambda world: {}, (Permission.ANSWER_TICKETS, Permission.OPEN_TICKETS)),
    "hotline:create": (
        lambda world: {"person_id": a_referred_enrolment(world).person_id},
        Permission.OPEN_TICKETS,
    ),
    "hotline:ticket": (_ticket, (Permission.ANSWER_TICKETS, Permission.OPEN_TICKETS)),
    "hotline:solve": (_ticket, Permission.ANSWER_TICKETS),
}
