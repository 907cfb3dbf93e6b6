"""Someone whom the prescriber of a test's world sent, and a request about her machine."""

from typing import Any

from declic.core.dates import now
from declic.hotline.actions import open_ticket
from declic.hotline.models import Ticket
from declic.orientation.actions import accept_referral
from declic.orientation.models import Enrolment
from tests.factories import DAY, a_person, a_referral
from tests.hotline.machines import a_loan


def a_referred_enrolment(world: Any) -> Enrolment:
    """An enrolment that came from a referral of the world's prescriber; the same one on each call."""
    found = Enrolment.objects.filter(edition=world.edition, referral__prescriber=world.prescriber).first()
    if found is not None:
        return found
    person = a_person(world.operator, by=world.users["coordinator"], site=world.site, first_name="Inès")
    referral = a_referral(person, world.edition, by=world.users["prescriber"], prescriber=world.prescriber)
    return accept_referral(acting_user=world.users["coordinator"], referral=referral, on=DAY, facts={}, site=world.site)


def a_request_about_a_machine(world: Any) -> Ticket:
    """Opened by the referent, about a machine that the world's refurbisher maintains; the same one on each call."""
    enrolment = a_referred_enrolment(world)
    found = Ticket.objects.filter(person=enrolment.person).first()
    if found is not None:
        return found
    loan = a_loan(enrolment, by=world.users["coordinator"], refurbisher=world.refurbisher)
    return open_ticket(
        acting_user=world.users["prescriber"],
        person=enrolment.person,
        channel="prescriber",
        symptom="battery",
        description="La batterie ne tient plus.",
        at=now(),
        allocation=loan,
    )
