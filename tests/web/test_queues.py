"""What can wait a little: counted on the first page, for those who may do something about it."""

import pytest
from django.urls import reverse

from declic.accounts.enums import Role
from declic.connectivity.models import RechargeProduct
from declic.equipment.actions import declare_return
from declic.equipment.models import Part, StockMinimum
from declic.messaging.actions import notify
from declic.messaging.enums import MessageState
from declic.messaging.models import Message
from declic.orientation.models import ReferralDraft
from declic.web.queues import MOST
from tests.equipment.stories import lent
from tests.factories import DAY, a_world, an_edition, an_enrolment, at, signed_in

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


def test_what_the_shelf_and_the_loans_lack_waits_for_those_who_see_to_it() -> None:
    world = a_world()
    StockMinimum.objects.create(operator=world.operator, kind="laptop", minimum=3)
    Part.objects.create(operator=world.operator, kind="charger", name="Chargeur 65 W", minimum=2)
    RechargeProduct.objects.create(
        operator=world.operator,
        name="20 Go",
        public_price=2000,
        solidarity_price=800,
        months=1,
        stocked="codes",
        minimum=4,
    )
    coordinator = signed_in(world.users[Role.COORDINATOR])
    page = coordinator.get(reverse("web:today")).content.decode()
    for words in ("1 sorte de machine sous son minimum", "1 pièce bientôt épuisée", "1 recharge bientôt épuisée"):
        assert words in page
        assert words not in signed_in(world.users[Role.PRESCRIBER]).get(reverse("web:today")).content.decode()


def test_an_announced_return_waits_and_its_line_leads_to_its_list() -> None:
    world = a_world()
    coordinator = world.users[Role.COORDINATOR]
    loan = lent(an_enrolment(edition=an_edition(world.operator, by=coordinator), by=coordinator), by=coordinator)
    declare_return(acting_user=coordinator, allocation=loan, on=DAY)
    page = signed_in(coordinator).get(reverse("web:today"))
    (line,) = [queue for queue in page.context["today"].queues if "retour annoncé" in queue.words]
    assert line.words == "1 retour annoncé à recevoir"
    assert str(loan.person) in signed_in(coordinator).get(line.href).content.decode()
