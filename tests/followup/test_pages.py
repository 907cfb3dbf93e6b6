"""The pages of follow-up, for the adviser who accompanies and the referent who comes back three months later."""

import datetime
from typing import Any

import pytest
from django.urls import reverse

from declic.core.dates import add_months, format_short, today
from declic.followup.actions import record_exit
from declic.followup.models import Exit, Outcome, Review, SatisfactionAnswer
from declic.orientation.actions import accept_referral
from tests.factories import (
    DAY,
    LOAN_TERMS,
    a_partner,
    a_person,
    a_referral,
    a_user,
    a_world,
    an_edition,
    an_enrolment,
    signed_in,
    terms,
)
from tests.hotline.machines import a_loan

pytestmark = pytest.mark.django_db


def a_referred_world() -> Any:
    world = a_world()
    edition = an_edition(world.operator, terms=terms(reviews={**LOAN_TERMS["reviews"], "by": "prescriber"}))
    person = a_person(world.operator, site=world.site, first_name="Inès", last_name="Suivie")
    referral = a_referral(person, edition, by=world.users["prescriber"], prescriber=world.prescriber)
    world.enrolment = accept_referral(
        acting_user=world.users["coordinator"], referral=referral, on=DAY, facts={}, site=world.site
    )
    return world


def test_a_referent_finds_the_review_they_owe_and_gives_it_once() -> None:
    world = a_referred_world()
    referent = signed_in(world.users["prescriber"])
    listed = referent.get(reverse("followup:reviews")).text
    assert "Inès Suivie" in listed
    one = reverse("followup:review", args=[world.enrolment.pk, 3])
    assert "cherche davantage" in referent.get(one).text
    typed = {
        "on": format_short(today()),
        "observed_uses": ["cherche davantage"],
        "testimony": "Elle écrit ses lettres seule.",
    }
    assert "enregistré pour Inès Suivie" in referent.post(one, typed, follow=True).text
    again = referent.post(one, typed)
    assert again.status_code == 422
    assert Review.objects.count() == 1
    assert "Elle écrit ses lettres seule." in referent.get(one).text
    assert "Inès Suivie" not in referent.get(reverse("followup:reviews")).text


def test_the_structure_sees_what_it_waits_for_from_referents_and_cannot_answer_for_them() -> None:
    world = a_referred_world()
    adviser = signed_in(world.users["adviser"])
    assert "Attendus des référents" in adviser.get(reverse("followup:reviews")).text
    one = reverse("followup:review", args=[world.enrolment.pk, 3])
    assert "donné par le référent" in adviser.get(one).text
    assert adviser.post(one, {"on": format_short(today())}).status_code == 422
    assert not Review.objects.exists()


def test_a_referent_reaches_only_the_people_they_sent() -> None:
    world = a_referred_world()
    own = an_enrolment(edition=world.edition)
    stranger = a_user(a_partner(world.operator), "prescriber")
    one = reverse("followup:review", args=[world.enrolment.pk, 3])
    assert signed_in(stranger).get(one).status_code == 404
    assert "Inès" not in signed_in(stranger).get(reverse("followup:reviews")).text
    referent = signed_in(world.users["prescriber"])
    assert referent.get(reverse("followup:review", args=[own.pk, 3])).status_code == 404
    assert referent.get(reverse("followup:exit", args=[world.enrolment.pk])).status_code == 404


def test_a_review_nobody_planned_is_no_page() -> None:
    world = a_world()
    adviser = signed_in(world.users["adviser"])
    assert adviser.get(reverse("followup:review", args=[world.enrolment.pk, 7])).status_code == 404


@pytest.mark.parametrize(
    "typed", [{"on": "31/02/2024"}, {"on": "01/01/2199"}, {"on": ""}, {"observed_uses": ["joue aux cartes"]}]
)
def test_a_wrong_review_keeps_the_testimony(typed: dict[str, Any]) -> None:
    world = a_world()
    form = {"on": format_short(today()), "testimony": "Ses mots à elle.", **typed}
    shown = signed_in(world.users["adviser"]).post(reverse("followup:review", args=[world.enrolment.pk, 3]), form)
    assert shown.status_code == 422
    assert "Ses mots à elle." in shown.text
    assert not Review.objects.exists()


def test_satisfaction_is_noted_once_and_read_afterwards() -> None:
    world = a_world()
    adviser = signed_in(world.users["adviser"])
    address = reverse("followup:satisfaction", args=[world.enrolment.pk])
    typed = {"score": "4", "comment": "Merci pour tout", "on": format_short(today())}
    assert adviser.post(address, typed).status_code == 303
    assert adviser.post(address, typed).status_code == 422
    assert SatisfactionAnswer.objects.count() == 1
    assert "Merci pour tout" in adviser.get(address).text


def test_a_positive_exit_asks_for_its_proof_then_tells_the_next_step() -> None:
    world = a_world()
    adviser = signed_in(world.users["adviser"])
    address = reverse("followup:exit", args=[world.enrolment.pk])
    typed = {"on": format_short(today()), "reason": "emploi_durable", "detail": "CDI", "labour_status": "en_emploi"}
    shown = adviser.post(address, typed)
    assert (shown.status_code, "nomme son justificatif" in shown.text) == (422, True)
    assert adviser.post(address, {**typed, "proof": "contrat signé"}).status_code == 303
    world.enrolment.refresh_from_db()
    assert world.enrolment.exit_snapshot.labour_status == "en_emploi"
    assert world.enrolment.exit_snapshot.has_connection is None
    assert "contrat signé" in adviser.get(address).text
    assert adviser.post(address, {**typed, "proof": "contrat signé"}).status_code == 422
    assert Exit.objects.count() == 1


def test_an_exit_in_the_future_is_refused() -> None:
    world = a_world()
    tomorrow = format_short(today() + datetime.timedelta(days=1))
    shown = signed_in(world.users["adviser"]).post(
        reverse("followup:exit", args=[world.enrolment.pk]), {"on": tomorrow, "reason": "abandon"}
    )
    assert shown.status_code == 422
    assert not Exit.objects.exists()


def test_a_machine_still_held_is_said_on_the_page_of_the_exit() -> None:
    world = a_world()
    loan = a_loan(world.enrolment, by=world.users["coordinator"])
    adviser = signed_in(world.users["adviser"])
    address = reverse("followup:exit", args=[world.enrolment.pk])
    assert f"encore la machine {loan.device}" in adviser.get(address).text
    shown = adviser.post(address, {"on": format_short(today()), "reason": "abandon"})
    assert (shown.status_code, "enregistrez d&#x27;abord son retour" in shown.text) == (422, True)


def test_the_situation_is_asked_for_months_after_the_exit() -> None:
    world = a_world()
    adviser = signed_in(world.users["adviser"])
    closing = record_exit(
        acting_user=world.users["adviser"],
        enrolment=world.enrolment,
        on=add_months(today(), -7),
        reason="autonome_recherche_active",
    )
    recent = an_enrolment(edition=world.edition, site=world.site)
    early = record_exit(acting_user=world.users["adviser"], enrolment=recent, on=today(), reason="abandon")
    listed = adviser.get(reverse("followup:outcomes")).text
    assert reverse("followup:outcome", args=[closing.outcome.pk]) in listed
    assert reverse("followup:outcome", args=[early.outcome.pk]) not in listed
    assert str(recent.person) in adviser.get(reverse("followup:outcomes"), {"etat": "a-venir"}).text
    assert "encore tôt" in adviser.get(reverse("followup:outcome", args=[early.outcome.pk])).text
    address = reverse("followup:outcome", args=[closing.outcome.pk])
    typed = {"status": "en_emploi", "on": format_short(today()), "note": "CDD de six mois"}
    assert adviser.post(address, typed).status_code == 303
    assert adviser.post(address, typed).status_code == 422
    assert Outcome.objects.get(pk=closing.outcome.pk).status == "en_emploi"
    assert "CDD de six mois" in adviser.get(address).text


def test_lists_cost_the_same_queries_however_long(django_assert_max_num_queries: Any) -> None:
    world = a_referred_world()
    for _number in range(5):
        an_enrolment(edition=an_edition(world.operator), site=world.site)
        leaving = an_enrolment(edition=world.edition, site=world.site)
        record_exit(acting_user=world.users["adviser"], enrolment=leaving, on=add_months(today(), -7), reason="abandon")
    for role, address in (
        ("adviser", reverse("followup:reviews")),
        ("prescriber", reverse("followup:reviews")),
        ("adviser", reverse("followup:outcomes")),
    ):
        client = signed_in(world.users[role])
        with django_assert_max_num_queries(15):
            assert client.get(address).status_code == 200
