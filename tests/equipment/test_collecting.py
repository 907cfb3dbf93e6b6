"""From what a donor promises to the machines of a lot, and what the law asks when the donor is public (rule 26)."""

import datetime
import uuid

import pytest
from django.urls import reverse

from declic.core.errors import DomainError
from declic.equipment.actions import (
    add_by_count,
    attach_transfer_document,
    cancel_collection,
    correct_promise,
    give_up_promise,
    hand_over,
    open_lot,
    receive_lot,
)
from declic.equipment.enums import CollectionState, PromiseState
from declic.equipment.models import Device
from declic.equipment.public_gifts import SCALE_CODES, price_ceiling, sale_ceiling
from declic.programmes.actions import create_scale, set_amount
from tests.equipment.collecting import a_collection, a_promise, a_scan, collected
from tests.equipment.stories import prepared, refurbish
from tests.factories import DAY, START, a_partner, a_user, an_edition, an_enrolment, an_operator, at, signed_in, terms

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator():
    return an_operator()


@pytest.fixture
def user(operator):
    return a_user(operator)


@pytest.fixture
def donor(operator):
    return a_partner(operator, "donor")


def test_a_gift_goes_from_the_promise_to_the_lot(operator, user, donor):
    promise = a_promise(operator, donor, by=user, lines={"laptop": (12, None), "tablet": (3, 50_00)})
    collection = collected(a_collection(promise, by=user), by=user, count=15, upload=a_scan())
    promise.refresh_from_db()
    assert (promise.state, collection.state) == (PromiseState.COLLECTED, CollectionState.COLLECTED)
    assert collection.transfer_document is not None
    lot = open_lot(acting_user=user, operator=operator, label="Mairie", on=DAY, count=15, collection=collection)
    assert lot.donor == donor
    with pytest.raises(DomainError, match="déjà ouvert"):
        open_lot(acting_user=user, operator=operator, label="Encore", on=DAY, count=15, collection=collection)


def test_the_same_form_notes_one_promise(operator, user, donor):
    token = uuid.uuid4()
    first, second = (_record(operator, user, donor, token) for _time in range(2))
    assert first == second
    assert donor.promises.count() == 1


def _record(operator, user, donor, token):
    from declic.equipment.actions import record_promise

    return record_promise(
        acting_user=user, operator=operator, donor=donor, public_body=False, on=DAY, lines={"laptop": (1, None)},
        token=token,
    )  # fmt: skip


def test_only_a_donor_promises(operator, user):
    with pytest.raises(DomainError, match="donateurs"):
        a_promise(operator, a_partner(operator, "refurbisher"), by=user)
    with pytest.raises(DomainError, match="donateurs"):
        a_promise(operator, a_partner(an_operator(), "donor"), by=user)


def test_a_public_body_gives_no_machine_worth_more_than_three_hundred_euros(operator, user, donor):
    with pytest.raises(DomainError, match="300") as refused:
        a_promise(operator, donor, by=user, public_body=True, lines={"laptop": (5, 300_01)})
    assert refused.value.field == "laptop_value"
    promise = a_promise(operator, donor, by=user, public_body=True, lines={"laptop": (5, 300_00)})
    with pytest.raises(DomainError, match="300"):
        correct_promise(acting_user=user, promise=promise, public_body=True, lines={"laptop": (5, 400_00)})
    assert a_promise(operator, donor, by=user, lines={"laptop": (5, 900_00)}).public_body is False


def test_a_public_body_says_what_its_machines_are_worth_before_they_leave(operator, user, donor):
    promise = a_promise(operator, donor, by=user, public_body=True)
    collection = a_collection(promise, by=user)
    with pytest.raises(DomainError, match="ce que vaut"):
        collected(collection, by=user)
    correct_promise(acting_user=user, promise=promise, public_body=True, lines={"laptop": (10, 120_00)})
    assert collected(collection, by=user).count == 10


def test_a_collection_is_recorded_once(operator, user, donor):
    collection = a_collection(a_promise(operator, donor, by=user), by=user)
    collected(collection, by=user)
    with pytest.raises(DomainError, match="déjà enregistrée"):
        collected(collection, by=user)
    with pytest.raises(DomainError, match="déjà enregistrée"):
        cancel_collection(acting_user=user, collection=collection)
    attach_transfer_document(acting_user=user, collection=collection, upload=a_scan())
    with pytest.raises(DomainError, match="déjà là"):
        attach_transfer_document(acting_user=user, collection=collection, upload=a_scan())


def test_giving_a_promise_up_cancels_its_journeys(operator, user, donor):
    promise = a_promise(operator, donor, by=user)
    collection = a_collection(promise, by=user)
    give_up_promise(acting_user=user, promise=promise)
    collection.refresh_from_db()
    assert collection.state == CollectionState.CANCELLED
    with pytest.raises(DomainError, match="déjà close"):
        give_up_promise(acting_user=user, promise=promise)
    with pytest.raises(DomainError, match="n'attend plus"):
        a_collection(promise, by=user)


def test_a_stale_page_adds_no_machine_twice(operator, user):
    lot = open_lot(acting_user=user, operator=operator, label="Lot", on=DAY, count=4)
    add_by_count(acting_user=user, lot=lot, count=2, kind="laptop", known=0)
    with pytest.raises(DomainError, match="viennent d'être ajoutées"):
        add_by_count(acting_user=user, lot=lot, count=2, kind="laptop", known=0)
    assert lot.devices.count() == 2


SALE = {"equipment": [{"mode": "sale", "kinds": ["laptop"], "price_eur": "190"}]}


def _to_sell(operator, user, donor, *, public):
    promise = a_promise(operator, donor, by=user, public_body=public, lines={"laptop": (1, 100_00)})
    collection = collected(a_collection(promise, by=user), by=user, count=1)
    lot = receive_lot(
        acting_user=user, operator=operator, label=str(uuid.uuid4()), on=DAY, count=1, kind="laptop",
        collection=collection,
    )  # fmt: skip
    return refurbish(lot.devices.get(), by=user)


def test_a_machine_of_a_public_body_is_not_sold_above_its_ceiling(operator, user, donor):
    edition = an_edition(operator, by=user, terms=terms(**SALE))
    enrolment = an_enrolment(edition=edition, by=user)
    device = _to_sell(operator, user, donor, public=True)
    ceiling = price_ceiling(device, DAY)
    assert ceiling is not None
    assert ceiling.cents == 180_00
    allocation = prepared(enrolment, device, by=user, mode="sale")
    with pytest.raises(DomainError, match="180"):
        hand_over(acting_user=user, allocation=allocation, at=at(DAY), means="cash", signed_by="A. B.")
    other = an_enrolment(edition=edition, by=user)
    free = prepared(other, _to_sell(operator, user, donor, public=False), by=user, mode="sale")
    assert hand_over(acting_user=user, allocation=free, at=at(DAY), means="cash", signed_by="A. B.").price == 190_00


def test_the_ceiling_of_the_day_decides_and_an_operator_may_date_a_new_one(operator, user):
    assert sale_ceiling(operator, "laptop", datetime.date(2022, 11, 9)) is None
    assert sale_ceiling(operator, "tablet", datetime.date(2022, 11, 10)).cents == 100_00
    scale = create_scale(acting_user=user, operator=operator, label="Prix des portables", code=SCALE_CODES["laptop"])
    set_amount(acting_user=user, scale=scale, cents=200_00, since=DAY)
    assert sale_ceiling(operator, "laptop", DAY).cents == 200_00
    assert sale_ceiling(operator, "laptop", DAY - datetime.timedelta(days=1)).cents == 180_00
    assert sale_ceiling(an_operator(), "laptop", DAY).cents == 180_00


def test_the_pages_lead_from_the_promise_to_the_machines(operator, user, donor):
    client = signed_in(user)
    typed = {"donor": donor.pk, "on": "04/03/2024", "laptop_count": "2", "laptop_value": "80", "public_body": "on"}
    sent = client.post(reverse("equipment:promise_create"), typed)
    assert sent.status_code == 303
    promise = donor.promises.get()
    page = client.get(sent.url).content.decode()
    assert "Prévoir la collecte" in page
    assert "revente" in page
    client.post(reverse("equipment:collection_plan", args=[promise.pk]), {"planned_on": "05/03/2024"})
    collection = promise.collections.get()
    client.post(
        reverse("equipment:collection_done", args=[collection.pk]),
        {"on": "05/03/2024", "count": "2", "last": "on", "upload": a_scan()},
    )
    assert "Recevoir le lot" in client.get(sent.url).content.decode()
    made = client.post(
        reverse("equipment:lot_collect", args=[collection.pk]),
        {"label": "Mairie", "on": "05/03/2024", "count": "2", "kind": "laptop", "tag_prefix": "PC"},
    )
    assert made.status_code == 303
    assert Device.objects.filter(lot__collection=collection).count() == 2
    assert "acte-de-cession" in client.get(
        reverse("equipment:transfer_document", args=[collection.pk])
    ).headers["Content-Disposition"]  # fmt: skip
    assert "PC-0002" in client.get(made.url).content.decode()


def test_the_lists_cost_the_same_whatever_their_length(operator, user, donor, django_assert_max_num_queries):
    client = signed_in(user)
    lot = open_lot(acting_user=user, operator=operator, label="Lot", on=START, count=40, donor=donor)
    for number in range(4):
        collected(a_collection(a_promise(operator, donor, by=user), by=user), by=user, last=False)
        add_by_count(acting_user=user, lot=lot, count=9, kind="laptop", known=9 * number)
    pages = {
        reverse("equipment:promises"): 12,
        reverse("equipment:lots"): 11,
        reverse("equipment:lot", args=[lot.pk]): 14,
        reverse("equipment:donor", args=[donor.pk]): 14,
        reverse("equipment:donors"): 11,
        reverse("equipment:labels"): 14,
    }
    for address, most in pages.items():
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200
