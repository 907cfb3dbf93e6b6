"""The pages of the equipment: who reaches them, what they show, and that a mistake loses nothing."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from declic.accounts.enums import Role
from declic.core.dates import today
from declic.core.money import format_euros
from declic.equipment.actions import prepare_ceremony
from declic.equipment.enums import AllocationState, DeviceState
from declic.equipment.models import Allocation, Device
from declic.ledger.models import Entry
from declic.ledger.queries import deposits_held
from tests.equipment.stories import OPTION_TERMS, lent, prepared, ready, received
from tests.factories import (
    DAY,
    a_person,
    a_site,
    a_user,
    a_world,
    an_edition,
    an_enrolment,
    an_operator,
    signed_in,
    terms,
)

pytestmark = pytest.mark.django_db


def test_an_adviser_of_another_site_does_not_see_the_loan():
    operator = an_operator()
    here, there = a_site(operator), a_site(operator)
    user = a_user(operator)
    enrolment = an_enrolment(person=a_person(operator, by=user, site=here), by=user, site=here)
    loan = lent(enrolment, by=user)
    address = reverse("equipment:allocation", args=[loan.pk])
    assert signed_in(a_user(operator, Role.ADVISER, site=there)).get(address).status_code == 404
    assert signed_in(a_user(operator, Role.ADVISER, site=here)).get(address).status_code == 200


def test_the_bench_knows_of_a_person_only_the_first_name():
    world = a_world()
    loan = lent(world.enrolment, by=world.users[Role.COORDINATOR])
    client = signed_in(world.users[Role.REFURBISHER])
    for address in (reverse("equipment:list"), reverse("equipment:device", args=[loan.device.pk])):
        page = client.get(address).content.decode()
        assert world.person.first_name in page
        assert world.person.last_name not in page


def test_the_stock_list_costs_the_same_whatever_its_length(django_assert_max_num_queries):
    operator = an_operator()
    user = a_user(operator)
    client = signed_in(user)
    received(operator, by=user, count=45, brand="Dell", model="E5470")
    with django_assert_max_num_queries(10):
        assert client.get(reverse("equipment:list")).status_code == 200
    page = client.get(reverse("equipment:list"), {"q": "pc-0042"}).content.decode()
    assert "PC-0042" in page
    assert "PC-0001" not in page


def test_the_loans_list_costs_the_same_whatever_its_length(django_assert_num_queries):
    operator = an_operator()
    user = a_user(operator)
    client = signed_in(user)
    edition = an_edition(operator, by=user)
    lent(an_enrolment(edition=edition, by=user), by=user)
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(reverse("equipment:loans"))
    for _more in range(3):
        lent(an_enrolment(edition=edition, by=user), by=user)
    with django_assert_num_queries(len(one)):
        client.get(reverse("equipment:loans"))
    assert len(one) <= 15


def test_a_machine_goes_from_lot_to_shelf_in_the_screens():
    operator = an_operator()
    client = signed_in(a_user(operator))
    sent = client.post(
        reverse("equipment:lot_create"),
        {"label": "Mairie", "on": "04/03/2024", "count": "2", "kind": "laptop", "tag_prefix": "PC", "brand": "Dell"},
    )
    assert sent.status_code == 303
    device = Device.objects.get(operator=operator, tag="PC-0001")
    page = reverse("equipment:device", args=[device.pk])
    client.post(reverse("equipment:device_triage", args=[device.pk]))
    client.post(
        page,
        {
            "step": "erase",
            "drive_serial": "S1",
            "method": "nwipe",
            "verification": "relue",
            "reason": "relu à l'atelier",
            "errors_count": "0",
            "on": "04/03/2024",
        },
    )
    client.post(page, {"step": "test", "rest": "ok", "on": "04/03/2024"})
    client.post(page, {"step": "install", "system": "Linux Mint 22"})
    client.post(page, {"step": "grade", "condition": "good", "memory_gb": "8", "made_in": "2019"})
    client.post(page, {"step": "ready"})
    device.refresh_from_db()
    assert device.state == DeviceState.READY
    assert "Prête à être attribuée" in client.get(page).content.decode()


def test_a_stale_bench_page_is_told_and_keeps_what_was_typed():
    operator = an_operator()
    user = a_user(operator)
    (device,) = ready(operator, by=user)
    page = reverse("equipment:device", args=[device.pk])
    answer = signed_in(user).post(page, {"step": "install", "system": "Système rare"})
    assert answer.status_code == 422
    assert "Système rare" in answer.content.decode()


def test_a_loan_is_made_in_the_screens_and_a_second_click_is_told():
    operator = an_operator()
    user = a_user(operator)
    client = signed_in(user)
    enrolment = an_enrolment(edition=an_edition(operator, by=user), by=user)
    (device,) = ready(operator, by=user)
    allocate = reverse("equipment:allocate", args=[enrolment.pk])
    assert "50" in client.get(allocate).content.decode()
    wrong = client.post(allocate, {"offer": "loan:laptop", "device": "PC-9999", "on": "04/03/2024"})
    assert wrong.status_code == 422
    assert "PC-9999" in wrong.content.decode()
    made = client.post(allocate, {"offer": "loan:laptop", "device": device.tag.lower(), "on": "04/03/2024"})
    assert made.status_code == 303
    allocation = Allocation.objects.get(enrolment=enrolment)
    hand_over = reverse("equipment:hand_over", args=[allocation.pk])
    page = client.get(hand_over).content.decode()
    assert format_euros(5000) in page
    day = f"{today():%d/%m/%Y}"
    typed = {"signed_by": "Awa Diarra", "means": "cash", "on": day}
    assert client.post(hand_over, typed).status_code == 303
    again = client.post(hand_over, typed)
    assert again.status_code == 422
    assert "déjà remise" in again.content.decode()
    assert deposits_held(operator) == 5000
    shown = client.get(reverse("equipment:allocation", args=[allocation.pk])).content.decode()
    assert "détenue" in shown
    back = client.post(
        reverse("equipment:return", args=[allocation.pk]),
        {"condition": "good", "damage": "", "means": "cash", "on": day},
    )
    assert back.status_code == 303
    assert deposits_held(operator) == 0
    assert client.get(reverse("equipment:agreement", args=[allocation.pk])).status_code == 200


@pytest.mark.parametrize("ending", ["keep", "buy", "lost", "renew", "swap"])
def test_every_other_way_of_a_loan_has_its_form(ending):
    operator = an_operator()
    user = a_user(operator)
    client = signed_in(user)
    equipment = [
        {
            "mode": "loan",
            "kinds": ["laptop"],
            "deposit_eur": "50",
            "months": 240 // 2,
            "options_at_term": ["return", "keep", "buy"],
            "option_price_eur": "20",
        }
    ]
    enrolment = an_enrolment(edition=an_edition(operator, by=user, terms=terms(equipment=equipment)), by=user)
    loan = lent(enrolment, by=user)
    (spare,) = ready(operator, by=user)
    address = reverse(f"equipment:{ending}", args=[loan.pk])
    assert client.get(address).status_code == 200
    day = f"{today():%d/%m/%Y}"
    typed = {
        "keep": {"on": day},
        "buy": {"on": day, "means": "cash", "paid": ""},
        "lost": {"on": day, "kind": "lost", "means": "cash", "note": "tombé dans le train", "damage": "0"},
        "renew": {"due_on": "01/01/2040", "reason": "formation"},
        "swap": {"new_device": spare.tag, "reason": "écran noir", "on": day},
    }[ending]
    assert client.post(address, typed).status_code == 303
    loan.refresh_from_db()
    open_still = ending in ("renew", "swap")
    assert loan.state == (AllocationState.ACTIVE if open_still else AllocationState.SETTLED)


def test_a_sale_to_someone_without_enrolment_is_made_and_paid_in_two_times():
    operator = an_operator()
    user = a_user(operator)
    client = signed_in(user)
    edition = an_edition(operator, by=user, terms=terms(**OPTION_TERMS), ends_on=datetime.date(2099, 12, 31))
    person = a_person(operator, by=user)
    (device,) = ready(operator, by=user)
    sell = reverse("equipment:sell", args=[person.pk])
    made = client.post(sell, {"offer": f"{edition.pk}:laptop", "device": device.tag})
    assert made.status_code == 303
    day = f"{today():%d/%m/%Y}"
    allocation = Allocation.objects.get(person=person)
    client.post(made["Location"], {"signed_by": "Awa", "means": "cash", "paid": "30", "on": day})
    address = reverse("equipment:payment", args=[allocation.pk])
    token = client.get(address).context["form"]["form_token"].value()
    typed = {"amount": "60", "means": "bank", "on": day, "form_token": str(token)}
    assert client.post(address, typed).status_code == 303
    allocation.refresh_from_db()
    assert allocation.state == AllocationState.SETTLED
    count = Entry.objects.count()
    client.post(address, typed)
    assert Entry.objects.count() == count


def test_a_ceremony_serves_each_person_alone():
    operator = an_operator()
    user = a_user(operator)
    client = signed_in(user)
    edition = an_edition(operator, by=user, terms=terms(**OPTION_TERMS))
    first, second = (an_enrolment(edition=edition, by=user) for _person in range(2))
    ready(operator, by=user)
    ceremony = prepare_ceremony(acting_user=user, edition=edition, name="Novembre", on=DAY, place="", allocations=[])
    invite = reverse("equipment:ceremony_invite", args=[ceremony.pk])
    assert client.post(invite, {"offer": "gift:laptop"}).status_code == 422
    assert client.post(invite, {"people": [first.pk, second.pk], "offer": "gift:laptop"}).status_code == 303
    page = client.get(reverse("equipment:ceremony", args=[ceremony.pk])).content.decode()
    assert "machine à choisir" in page
    reserved = ceremony.places.get(allocation__state=AllocationState.RESERVED)
    waiting = ceremony.places.get(allocation__state=AllocationState.DRAFT)
    for place in (reserved, waiting, reserved):
        client.post(reverse("equipment:ceremony_hand_over", args=[ceremony.pk, place.pk]))
    states = set(Allocation.objects.values_list("state", flat=True))
    assert states == {AllocationState.SETTLED, AllocationState.DRAFT}
    assert client.get(reverse("equipment:ceremony_list", args=[ceremony.pk])).status_code == 200
    client.post(reverse("equipment:ceremony_hold", args=[ceremony.pk]))
    ceremony.refresh_from_db()
    assert ceremony.state == "held"


def test_an_allocation_is_cancelled_from_its_page():
    enrolment = an_enrolment()
    user = a_user(enrolment.operator)
    (device,) = ready(enrolment.operator, by=user)
    allocation = prepared(enrolment, device, by=user)
    client = signed_in(user)
    assert client.get(reverse("equipment:allocation", args=[allocation.pk])).status_code == 200
    client.post(reverse("equipment:cancel", args=[allocation.pk]))
    allocation.refresh_from_db()
    assert allocation.state == AllocationState.CANCELLED
