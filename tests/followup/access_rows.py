"""Who opens the pages of follow-up: read by tests/test_access_matrix.py."""

from typing import Any

from declic.accounts.enums import Permission
from declic.core.dates import today
from declic.followup.actions import record_exit
from declic.followup.models import Outcome
from tests.factories import an_enrolment
from tests.hotline.worlds import a_referred_enrolment


def _outcome(world: Any) -> Outcome:
    found = Outcome.objects.filter(operator=world.operator).first()
    if found is not None:
        return found
    enrolment = an_enrolment(edition=world.edition, by=world.users["coordinator"], site=world.site)
    closing = record_exit(
        acting_user=world.users["coordinator"], enrolment=enrolment, on=today(), reason="demenagement"
    )
    return closing.outcome


ROWS = {
    "followup:reviews": (lambda world: {}, Permission.GIVE_REVIEWS),
    "followup:review": (
        lambda world: {"enrolment_id": a_referred_enrolment(world).pk, "months": 3},
        Permission.GIVE_REVIEWS,
    ),
    "followup:satisfaction": (lambda world: {"enrolment_id": world.enrolment.pk}, Permission.CLOSE_ENROLMENTS),
    "followup:exit": (lambda world: {"enrolment_id": world.enrolment.pk}, Permission.CLOSE_ENROLMENTS),
    "followup:outcomes": (lambda world: {}, Permission.CLOSE_ENROLMENTS),
    "followup:outcome": (lambda world: {"outcome_id": _outcome(world).pk}, Permission.CLOSE_ENROLMENTS),
}
