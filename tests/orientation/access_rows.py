"""Who may open the pages of referrals: the access matrix reads these rows."""

from types import SimpleNamespace
from typing import Any

from declic.accounts.enums import Permission
from declic.orientation.actions import accept_referral
from tests.factories import DAY


def nothing(_world: SimpleNamespace) -> dict[str, Any]:
    return {}


def referral(world: SimpleNamespace) -> dict[str, Any]:
    return {"referral_id": world.referral.pk}


def person(world: SimpleNamespace) -> dict[str, Any]:
    return {"person_id": world.person.pk}


def enrolment(world: SimpleNamespace) -> dict[str, Any]:
    """An enrolment that came from the prescriber's own referral."""
    if not hasattr(world, "referred_enrolment"):
        world.referred_enrolment = accept_referral(
            acting_user=world.users["coordinator"], referral=world.referral, on=DAY, facts={}
        )
    return {"enrolment_id": world.referred_enrolment.pk}


ROWS = {
    "orientation:list": (nothing, Permission.REFER),
    "orientation:create": (nothing, Permission.REFER),
    "orientation:detail": (referral, Permission.REFER),
    "orientation:answer": (referral, Permission.ANSWER_REFERRALS),
    "orientation:withdraw": (referral, Permission.REFER),
    "orientation:enrol": (person, Permission.ANSWER_REFERRALS),
    "orientation:agreed": (enrolment, Permission.REFER),
}
