"""Money against the clock and against itself: closed months, dates before the story, a deposit that ends once."""

import datetime

import pytest
from django.urls import reverse

from declic.accounts.enums import Role
from declic.connectivity.actions import add_product
from declic.connectivity.models import RechargeSale
from declic.core.dates import today
from declic.equipment.actions import hand_over
from declic.equipment.enums import AllocationState
from declic.ledger.actions import close_month
from declic.ledger.models import Entry
from declic.ledger.queries import deposits_held
from declic.orientation.enums import RefusalReason
from tests.equipment.stories import lent, prepared, ready
from tests.factories import DAY, a_world, at, signed_in

pytestmark = pytest.mark.django_db


def _day(day: datetime.date) -> str:
    return f"{day:%d/%m/%Y}"


def test_nothing_is_written_in_a_closed_month_whatever_date_is_typed() -> None:
    world = a_world()
    boss = world.users[Role.COORDINATOR]
    loan = lent(world.enrolment, by=boss)
    close_month(acting_user=boss, operator=world.operator, month=DAY, at=at(today()))
    before = Entry.objects.count()
    typed = {"condition": "good", "means": "cash", "on": _day(DAY + datetime.timedelta(days=3))}
    response = signed_in(boss).post(reverse("equipment:return", args=[loan.pk]), typed)
    assert response.status_code == 422
    assert "clôturé" in response.content.decode()
    assert Entry.objects.count() == before
    loan.refresh_from_db()
    assert loan.state == AllocationState.ACTIVE


@pytest.mark.parametrize("damage", ["-1", "−50", "-0,01", "999999999999,99"])
def test_no_damage_makes_a_refund_larger_than_the_deposit(damage: str) -> None:
    world = a_world()
    boss = world.users[Role.COORDINATOR]
    loan = lent(world.enrolment, by=boss)
    typed = {"condition": "good", "means": "cash", "on": _day(today()), "damage": damage}
    response = signed_in(boss).post(reverse("equipment:return", args=[loan.pk]), typed)
    assert response.status_code in (303, 422)
    out = Entry.objects.filter(event="deposit_refunded")
    assert not out.exists()
    assert deposits_held(world.operator) in (0, 5000)


@pytest.mark.parametrize("first", ["return", "keep", "lost"])
@pytest.mark.parametrize("second", ["return", "keep", "lost"])
def test_a_loan_ended_by_one_colleague_is_not_ended_again_by_another(first: str, second: str) -> None:
    world = a_world()
    loan = lent(world.enrolment, by=world.users[Role.COORDINATOR])
    typed = {"condition": "good", "means": "cash", "on": _day(today()), "kind": "lost", "note": "Perdu dans le bus."}
    one, other = (signed_in(world.users[role]) for role in (Role.COORDINATOR, Role.ADVISER))
    assert one.post(reverse(f"equipment:{first}", args=[loan.pk]), typed).status_code == 303
    before = Entry.objects.count()
    response = other.post(reverse(f"equipment:{second}", args=[loan.pk]), typed)
    assert response.status_code == 422
    assert "rien n&#x27;a été fait deux fois" in response.content.decode()
    assert Entry.objects.count() == before
    assert deposits_held(world.operator) == 0


def test_a_handover_dated_before_the_machine_was_set_aside_is_refused() -> None:
    world = a_world()
    boss = world.users[Role.COORDINATOR]
    (device,) = ready(world.operator, by=boss)
    allocation = prepared(world.enrolment, device, by=boss)
    typed = {"signed_by": "Awa Diarra", "means": "cash", "on": _day(DAY - datetime.timedelta(days=400))}
    response = signed_in(boss).post(reverse("equipment:hand_over", args=[allocation.pk]), typed)
    assert response.status_code == 422
    assert not Entry.objects.exists()
    hand_over(acting_user=boss, allocation=allocation, at=at(DAY, 12), means="cash", signed_by="Awa Diarra")


def test_two_coordinators_answering_the_same_referral_give_one_answer() -> None:
    world = a_world()
    world.edition.ends_on = today()
    world.edition.save()
    address = reverse("orientation:answer", args=[world.referral.pk])
    one, other = (signed_in(world.users[role]) for role in (Role.COORDINATOR, Role.ADVISER))
    reason = next(reason for reason in RefusalReason if reason != RefusalReason.AUTRE)
    refused = {"decision": "refuser", "reason": reason, "answer": "Complet.", "on": _day(today())}
    accepted = {"decision": "accepter", "on": _day(today()), "exception_reason": "Urgence."}
    assert one.get(address).status_code == other.get(address).status_code == 200
    assert one.post(address, accepted).status_code == 303
    response = other.post(address, refused)
    assert response.status_code == 422
    assert "répondu avant vous" in response.content.decode()
    world.referral.refresh_from_db()
    assert world.referral.state == "accepted"


def test_the_same_sale_sent_twice_takes_money_once_and_a_forged_product_none() -> None:
    world, elsewhere = a_world(), a_world()
    boss = world.users[Role.COORDINATOR]
    product, far = (
        add_product(
            acting_user=one.users[Role.COORDINATOR], operator=one.operator, name="20 Go", public_price=3000,
            solidarity_price=700,
        )
        for one in (world, elsewhere)
    )  # fmt: skip
    client = signed_in(boss)
    address = reverse("connectivity:sell", args=[world.person.pk])
    typed = {
        "product": product.pk, "edition": world.edition.pk, "means": "cash",
        "form_token": "6f1c0f5e-9a4f-4a77-a7a5-1d2b0e3c4d5f",
    }  # fmt: skip
    assert client.post(address, {**typed, "product": far.pk}).status_code == 422
    assert client.post(address, {**typed, "edition": elsewhere.edition.pk}).status_code == 422
    assert [client.post(address, typed).status_code for _ in range(2)] == [303, 303]
    assert RechargeSale.objects.count() == 1
    assert Entry.objects.filter(event="recharge_sold").count() == 1


def test_a_machine_of_another_structure_is_never_reserved_swapped_nor_given() -> None:
    world, elsewhere = a_world(), a_world()
    boss = world.users[Role.COORDINATOR]
    ready(elsewhere.operator, by=elsewhere.users[Role.COORDINATOR], count=3, tag_prefix="ZZ")
    loan = lent(world.enrolment, by=boss)
    client = signed_in(boss)
    typed = {"new_device": "ZZ-0001", "reason": "Écran noir", "on": _day(today())}
    response = client.post(reverse("equipment:swap", args=[loan.pk]), typed)
    assert response.status_code == 422
    assert "Aucune machine de votre stock" in response.content.decode()
    for field in ("site", "donor", "refurbisher"):
        far = {"site": elsewhere.site.pk}.get(field, elsewhere.refurbisher.pk)
        lot = {"label": "Lot", "count": 1, "kind": "laptop", "tag_prefix": "PC", "on": _day(today()), field: far}
        assert client.post(reverse("equipment:lot_create"), lot).status_code == 422
