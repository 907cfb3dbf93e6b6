"""The pages of aids and of the shop, as those who work with them meet them."""

import uuid
from typing import Any

import pytest
from django.urls import reverse

from declic.connectivity.actions import add_product, grant_aid, request_aid, sell_recharge
from declic.connectivity.models import AidState, InternetAid, RechargeProduct, RechargeSale
from declic.core.dates import format_short, today
from declic.ledger.models import Entry
from declic.people.models import AccessLog
from tests.factories import a_person, a_world, an_edition, an_enrolment, signed_in, terms

pytestmark = pytest.mark.django_db


def a_product(world: Any) -> RechargeProduct:
    return add_product(
        acting_user=world.users["coordinator"],
        operator=world.operator,
        name="Internet 20 Go",
        public_price=3000,
        solidarity_price=700,
    )


def a_request(world: Any) -> InternetAid:
    return request_aid(acting_user=world.users["adviser"], enrolment=world.enrolment, on=today())


def test_an_aid_goes_from_request_to_payment_in_the_pages() -> None:
    world = a_world()
    adviser, officer = signed_in(world.users["adviser"]), signed_in(world.users["aid_officer"])
    sent = adviser.post(
        reverse("connectivity:aid_request", args=[world.enrolment.pk]), {"on": format_short(today())}, follow=True
    )
    assert "attend maintenant une décision" in sent.text
    aid = InternetAid.objects.get()
    assert str(world.person) in officer.get(reverse("connectivity:aids")).text
    granted = officer.post(reverse("connectivity:aid_grant", args=[aid.pk]), follow=True)
    assert "accordée à" in granted.text
    paid = officer.post(
        reverse("connectivity:aid_pay", args=[aid.pk]),
        {"on": format_short(today()), "means": "bank", "proof": "facture du 02/03"},
        follow=True,
    )
    assert "soldée" in paid.text
    aid.refresh_from_db()
    assert (aid.state, aid.proof) == (AidState.PAID, "facture du 02/03")


def test_a_payment_asks_for_its_proof_and_keeps_what_was_typed() -> None:
    world = a_world()
    aid = grant_aid(acting_user=world.users["aid_officer"], aid=a_request(world), on=today())
    shown = signed_in(world.users["aid_officer"]).post(
        reverse("connectivity:aid_pay", args=[aid.pk]), {"on": "hier", "means": "bank", "proof": ""}
    )
    assert shown.status_code == 422
    assert 'value="hier"' in shown.text
    assert Entry.objects.filter(operator=world.operator).count() == 1


def test_a_stale_page_that_grants_again_says_that_nothing_changed() -> None:
    world = a_world()
    aid = grant_aid(acting_user=world.users["aid_officer"], aid=a_request(world), on=today())
    officer = signed_in(world.users["aid_officer"])
    again = officer.post(
        reverse("connectivity:aid_grant", args=[aid.pk]),
        headers={"referer": f"http://testserver{reverse('connectivity:aid', args=[aid.pk])}"},
        follow=True,
    )
    assert "déjà sa réponse" in again.text
    refused = officer.post(reverse("connectivity:aid_refuse", args=[aid.pk]), {"reason": "trop tard"})
    assert (refused.status_code, "déjà sa réponse" in refused.text) == (422, True)
    assert Entry.objects.filter(operator=world.operator).count() == 1


def test_a_refusal_is_read_by_whoever_asked() -> None:
    world = a_world()
    aid = a_request(world)
    signed_in(world.users["aid_officer"]).post(
        reverse("connectivity:aid_refuse", args=[aid.pk]), {"reason": "Le foyer a déjà une box."}
    )
    assert (
        "Le foyer a déjà une box."
        in signed_in(world.users["adviser"]).get(reverse("connectivity:aid", args=[aid.pk])).text
    )


def test_reading_a_request_is_written_in_the_log_of_accesses() -> None:
    world = a_world()
    aid = a_request(world)
    signed_in(world.users["aid_officer"]).get(reverse("connectivity:aid", args=[aid.pk]))
    assert AccessLog.objects.filter(person=world.person, user=world.users["aid_officer"]).exists()


def test_what_keeps_an_aid_from_being_asked_is_said_before_anything_is_typed() -> None:
    world = a_world()
    adviser = signed_in(world.users["adviser"])
    edition = an_edition(world.operator, terms=terms(connectivity={}))
    without = an_enrolment(edition=edition, site=world.site)
    assert "ne prévoit pas d’aide" in adviser.get(reverse("connectivity:aid_request", args=[without.pk])).text
    aid = a_request(world)
    already = adviser.get(reverse("connectivity:aid_request", args=[world.enrolment.pk]))
    assert already.headers["Location"] == reverse("connectivity:aid", args=[aid.pk])


def test_the_till_finds_a_person_by_name_without_accents_or_by_phone() -> None:
    world = a_world()
    a_person(world.operator, first_name="Éloïse", last_name="Nguyễn", phones=["+33612345678"])
    a_product(world)
    cashier = signed_in(world.users["cashier"])
    for words in ("eloise nguyen", "Nguyễn É", "06 12 34 56 78", "+33 6 12 34 56 78"):
        assert "Éloïse" in cashier.get(reverse("connectivity:shop"), {"q": words}).text, words
    assert "Personne ne répond" in cashier.get(reverse("connectivity:shop"), {"q": "introuvable"}).text
    assert "Éloïse" not in cashier.get(reverse("connectivity:shop"), {"q": "06 12 34 56 79"}).text


def test_the_till_never_finds_the_people_of_another_operator() -> None:
    world, other = a_world(), a_world()
    a_person(other.operator, first_name="Zélie", last_name="Ailleurs", phones=["+33699999999"])
    cashier = signed_in(world.users["cashier"])
    for words in ("Zélie", "06 99 99 99 99"):
        assert "Ailleurs" not in cashier.get(reverse("connectivity:shop"), {"q": words}).text


def test_a_sale_says_what_was_paid_and_saved_and_counts_for_the_programme() -> None:
    world = a_world()
    product = a_product(world)
    cashier = signed_in(world.users["cashier"])
    address = reverse("connectivity:sell", args=[world.person.pk])
    assert "7,00" in cashier.get(address).text
    typed = {
        "form_token": str(uuid.uuid4()),
        "product": str(product.pk),
        "edition": str(world.edition.pk),
        "means": "cash",
    }
    for _twice in range(2):
        told = cashier.post(address, typed, follow=True)
    assert "23,00\u00a0€ économisés" in told.text
    sale = RechargeSale.objects.get()
    assert (sale.edition, sale.paid) == (world.edition, 700)
    day = cashier.get(reverse("connectivity:sales")).text
    assert str(world.person) in day


def test_a_product_or_an_edition_that_is_not_offered_cannot_be_chosen() -> None:
    world = a_world()
    product = a_product(world)
    cashier = signed_in(world.users["cashier"])
    address = reverse("connectivity:sell", args=[world.person.pk])
    foreign = a_product(a_world())
    typed = {"product": str(product.pk), "edition": "aucun", "means": "cash"}
    for change in (
        {"product": str(foreign.pk)},
        {"product": ""},
        {"edition": "999999"},
        {"edition": ""},
        {"means": "troc"},
    ):
        assert cashier.post(address, {**typed, **change}).status_code == 422, change
    assert not RechargeSale.objects.exists()


def test_the_coordinator_keeps_the_price_list() -> None:
    world = a_world()
    coordinator = signed_in(world.users["coordinator"])
    typed = {"name": "Appels", "public_price": "10", "solidarity_price": "12", "months": "1"}
    wrong = coordinator.post(reverse("connectivity:product_create"), typed)
    assert (wrong.status_code, "ne dépasse pas le prix public" in wrong.text) == (422, True)
    coordinator.post(reverse("connectivity:product_create"), {**typed, "solidarity_price": "3,50"})
    product = RechargeProduct.objects.get()
    assert product.solidarity_price == 350
    told = coordinator.post(reverse("connectivity:product_stop", args=[product.pk]), follow=True)
    assert "à partir de demain" in told.text


def test_lists_cost_the_same_queries_however_long(django_assert_max_num_queries: Any) -> None:
    world = a_world()
    product = a_product(world)
    for _number in range(6):
        enrolment = an_enrolment(edition=world.edition, site=world.site)
        request_aid(acting_user=world.users["adviser"], enrolment=enrolment, on=today())
        sell_recharge(
            acting_user=world.users["cashier"],
            person=enrolment.person,
            product=product,
            on=today(),
            token=uuid.uuid4(),
            means="cash",
            edition=world.edition,
        )
    for role, address in (
        ("aid_officer", reverse("connectivity:aids")),
        ("cashier", reverse("connectivity:sales")),
        ("cashier", reverse("connectivity:shop") + "?q=Awa"),
    ):
        client = signed_in(world.users[role])
        with django_assert_max_num_queries(15):
            assert client.get(address).status_code == 200
