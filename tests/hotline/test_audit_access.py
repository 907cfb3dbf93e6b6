"""What prescribers and refurbishers learn of a person through a request for help: what it needs, and no more."""

import pytest
from django.urls import reverse

from declic.accounts.enums import Role
from declic.hotline.actions import open_ticket
from declic.orientation.actions import accept_referral
from tests.equipment.stories import lent
from tests.factories import DAY, a_world, an_edition, an_enrolment, at, signed_in

pytestmark = pytest.mark.django_db


def _referred(world):
    return accept_referral(acting_user=world.users[Role.COORDINATOR], referral=world.referral, on=DAY, facts={})


def test_a_prescriber_does_not_read_the_phones_that_the_team_wrote_down() -> None:
    world = a_world()
    enrolment = _referred(world)
    enrolment.person.phones.create(operator=world.operator, number="+33612345678")
    user = world.users[Role.PRESCRIBER]
    ticket = open_ticket(
        acting_user=user, person=enrolment.person, channel="prescriber", symptom="slow", description="Lent.", at=at(DAY)
    )
    address = reverse("hotline:ticket", args=[ticket.pk])
    assert "+33612345678" not in signed_in(user).get(address).content.decode()
    assert "+33612345678" in signed_in(world.users[Role.COORDINATOR]).get(address).content.decode()


def test_a_prescriber_is_not_offered_the_machines_of_another_programme() -> None:
    world = a_world()
    boss = world.users[Role.COORDINATOR]
    enrolment = _referred(world)
    own = lent(enrolment, by=boss)
    other = lent(an_enrolment(person=enrolment.person, edition=an_edition(world.operator, by=boss), by=boss), by=boss)
    client = signed_in(world.users[Role.PRESCRIBER])
    page = client.get(reverse("hotline:create", args=[enrolment.person_id])).content.decode()
    assert own.device.tag in page
    assert other.device.tag not in page


def test_a_refurbisher_never_meets_the_family_name_on_the_way_of_a_request() -> None:
    world = a_world()
    loan = lent(world.enrolment, by=world.users[Role.COORDINATOR])
    loan.device.refurbisher = world.refurbisher
    loan.device.save()
    ticket = open_ticket(
        acting_user=world.users[Role.COORDINATOR], person=world.person, allocation=loan, channel="adviser",
        symptom="slow", description="Lent.", at=at(DAY),
    )  # fmt: skip
    client = signed_in(world.users[Role.REFURBISHER])
    page, solve = reverse("hotline:ticket", args=[ticket.pk]), reverse("hotline:solve", args=[ticket.pk])
    answers = [
        client.get(reverse("web:today")),
        client.get(reverse("hotline:list")),
        client.get(reverse("equipment:list"), {"q": world.person.last_name}),
        client.get(reverse("web:search"), {"q": world.person.last_name}, follow=True),
        client.get(page),
        client.post(page, {"body": "Essayez ceci."}, follow=True),
        client.get(solve),
        client.post(solve, {"resolution": "advice", "body": ""}),
        client.post(solve, {"resolution": "advice", "body": "Fait."}, follow=True),
        client.post(solve, {"resolution": "advice", "body": "Fait."}, follow=True),
        client.get(reverse("equipment:device", args=[loan.device.pk])),
        client.post(reverse("equipment:device_triage", args=[loan.device.pk]), follow=True),
    ]
    for response in answers:
        text = response.content.decode().replace(f'value="{world.person.last_name}"', "")
        # What she typed herself is said again, found or not.
        text = text.replace(f"« {world.person.last_name} »", "")
        text = text.replace(f"«\u00a0{world.person.last_name}\u00a0»", "")
        assert world.person.last_name not in text, response.request["PATH_INFO"]
        assert reverse("web:file", args=[world.person.pk]) not in text
