"""What can wait a little: counted on the first page, for those who may do something about it."""

import pytest
from django.urls import reverse

from declic.accounts.enums import Role
from declic.messaging.actions import notify
from declic.messaging.enums import MessageState
from declic.messaging.models import Message
from declic.orientation.models import ReferralDraft
from declic.web.queues import MOST
from tests.factories import DAY, a_world, at, signed_in

pytestmark = pytest.mark.django_db


def test_a_letter_to_post_and_a_message_that_did_not_arrive_wait_for_the_team_and_not_for_a_prescriber() -> None:
    world = a_world()
    for _number in range(2):
        notify(
            operator=world.operator, recipient="Awa Diarra", template="call_us", reference="essai", at=at(DAY),
            context={"name": "Awa", "operator": "Nous", "phone": "01 02 03 04 05"},
        )  # fmt: skip
    Message.objects.filter(pk=Message.objects.latest("pk").pk).update(state=MessageState.FAILED)
    page = signed_in(world.users[Role.COORDINATOR]).get(reverse("web:today")).content.decode()
    assert "1 lettre à poster" in page
    assert "1 message non reçu" in page
    assert "lettre à poster" not in signed_in(world.users[Role.PRESCRIBER]).get(reverse("web:today")).content.decode()


def test_beyond_ninety_nine_the_page_counts_no_further() -> None:
    world = a_world()
    user = world.users[Role.PRESCRIBER]
    ReferralDraft.objects.bulk_create(
        ReferralDraft(operator=world.operator, user=user, title=f"Essai {n}", updated_at=at(DAY))
        for n in range(MOST + 5)
    )
    assert "plus de 99 brouillons à finir" in signed_in(user).get(reverse("web:today")).content.decode()


def test_nothing_that_waits_shows_no_queue() -> None:
    world = a_world()
    assert (
        "Quand vous aurez un moment"
        not in signed_in(world.users[Role.FUNDER]).get(reverse("web:today")).content.decode()
    )
