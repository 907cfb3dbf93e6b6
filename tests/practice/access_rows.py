"""Who opens the pages of the practice space: read by tests/test_access_matrix.py."""

from typing import Any

from declic.accounts.enums import Permission
from declic.practice.actions import record_attempt
from declic.practice.models import Attempt
from tests.factories import DAY, at


def _attempt(world: Any) -> Attempt:
    return Attempt.objects.filter(person=world.person).first() or record_attempt(
        acting_user=None, person=world.person, exercise="fraud_messages", answers={"parcel": "fraud"}, at=at(DAY)
    )


ROWS = {
    "practice:list": (lambda world: {"person_id": world.person.pk}, Permission.ASSESS),
    "practice:exercise": (
        lambda world: {"person_id": world.person.pk, "code": "fraud_messages"},
        Permission.ASSESS,
    ),
    "practice:result": (lambda world: {"attempt_id": _attempt(world).pk}, Permission.ASSESS),
}
