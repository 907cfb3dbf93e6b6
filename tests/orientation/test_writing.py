"""Writing to a person: the channel that reaches her, her refusal, and what her edition may spend."""

from typing import Any

import pytest
from django.urls import reverse

from declic.accounts.enums import Role
from declic.messaging.models import Message
from declic.people.actions import add_phones
from declic.people.enums import Purpose, RightsKind
from declic.people.models import RightsEvent
from declic.programmes.actions import update_edition
from tests.factories import DAY, a_person, a_world, at, signed_in

pytestmark = pytest.mark.django_db


def _send(world: Any, person: Any, **typed: str) -> Any:
    typed = {"template": "call_us", "phone": "01 02 03 04 05", **typed}
    return signed_in(world.users[Role.COORDINATOR]).post(reverse("orientation:write", args=[person.pk]), typed)


def test_someone_with_an_address_is_written_an_email() -> None:
    world = a_world()
    person = a_person(world.operator, email="awa@exemple.fr")
    assert _send(world, person).status_code == 303
    message = Message.objects.get(about_person=person.pk)
    assert (message.channel, message.address, message.template) == ("email", "awa@exemple.fr", "call_us")
    assert "01 02 03 04 05" in message.body


def test_someone_with_neither_is_written_a_letter_to_hand_over() -> None:
    world = a_world()
    person = a_person(world.operator)
    _send(world, person)
    message = Message.objects.get(about_person=person.pk)
    assert (message.channel, message.address) == ("letter", "")


def test_no_sms_goes_to_a_landline_nor_to_a_number_noted_as_wrong() -> None:
    world = a_world()
    person = a_person(world.operator, phones=["+33102030405", "+33612345678"])
    person.phones.filter(number="+33612345678").update(wrong_since=DAY)
    _send(world, person)
    assert Message.objects.get(about_person=person.pk).channel == "letter"


def test_an_appointment_says_when_and_where_and_asks_for_both() -> None:
    world = a_world()
    person = a_person(world.operator, email="awa@exemple.fr")
    page = _send(world, person, template="appointment")
    assert page.status_code == 422
    assert not Message.objects.filter(about_person=person.pk).exists()
    assert "jour du rendez-vous" in page.content.decode()
    _send(world, person, template="appointment", on="12/03/2024", hour="10 h", place="Lieu Nord")
    body = Message.objects.get(about_person=person.pk).body
    assert "à 10 h" in body
    assert "Lieu Nord" in body


def test_who_objects_to_messages_receives_none() -> None:
    world = a_world()
    user = world.users[Role.COORDINATOR]
    RightsEvent.objects.create(
        operator=world.operator, person=world.person, kind=RightsKind.OBJECTION, purpose=Purpose.MESSAGES, on=DAY,
        recorded_by=user, recorded_at=at(DAY),
    )  # fmt: skip
    page = _send(world, world.person)
    assert page.status_code == 422
    assert not Message.objects.filter(about_person=world.person.pk).exists()


def test_the_cost_is_the_editions() -> None:
    world = a_world()
    edition = world.edition
    update_edition(
        acting_user=world.users[Role.COORDINATOR], edition=edition, name=edition.name, starts_on=edition.starts_on,
        ends_on=edition.ends_on, message_cents=5000,
    )  # fmt: skip
    add_phones(acting_user=world.users[Role.COORDINATOR], person=world.person, phones=["+33612345678"])
    _send(world, world.person)
    message = Message.objects.get(about_person=world.person.pk)
    assert message.budget is not None
    assert message.budget.amount_cents == 5000
    assert message.budget.edition == edition
