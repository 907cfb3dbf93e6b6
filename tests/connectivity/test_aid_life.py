"""An aid's whole life: the evaluation it is decided on, the proof it is paid on, the year it covers, and its renewal."""

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from declic.connectivity.actions import (
    add_social_evaluation,
    close_ended_aids,
    grant_aid,
    pay_aid,
    prove_subscription,
    refuse_aid,
    request_aid,
    tell_ending_aids,
)
from declic.connectivity.models import AidState, InternetAid, SocialEvaluation
from declic.connectivity.queries import social_evaluation
from declic.core.dates import format_short, today
from declic.core.errors import DomainError
from declic.documents.actions import CheckedFile
from declic.documents.kinds import PDF
from declic.messaging.models import Message
from declic.orientation.actions import accept_referral, enrol
from declic.orientation.models import Enrolment
from tests.factories import (
    DAY,
    a_partner,
    a_person,
    a_referral,
    a_user,
    a_world,
    an_edition,
    an_operator,
    at,
    signed_in,
    terms,
)

pytestmark = pytest.mark.django_db

PAID_ON = DAY + datetime.timedelta(days=10)


def an_enrolment_with(renewals: int = 0) -> Enrolment:
    operator = an_operator()
    prescriber = a_partner(operator)
    referent = a_user(prescriber, "prescriber")
    edition = an_edition(
        operator,
        ends_on=datetime.date(2026, 12, 31),
        terms=terms(connectivity={"aid_eur": "150", "aid_months": 12, "renewals": renewals}),
    )
    referral = a_referral(
        a_person(operator, first_name="Inès"), edition, by=referent, prescriber=prescriber,
        referent_name="Odile", referent_email="odile@exemple.fr",
    )  # fmt: skip
    return accept_referral(acting_user=a_user(operator), referral=referral, on=DAY, facts={})


def paid(enrolment: Enrolment, on: datetime.date = PAID_ON, **proof: Any) -> InternetAid:
    user = a_user(enrolment.operator, "aid_officer")
    aid = request_aid(acting_user=a_user(enrolment.operator), enrolment=enrolment, on=on)
    aid = grant_aid(acting_user=user, aid=aid, on=on)
    if proof:
        aid = prove_subscription(acting_user=user, aid=aid, on=on, proof=proof.pop("seen"), **proof)
    return pay_aid(acting_user=user, aid=aid, on=on, means="bank", proof="" if aid.proof else "facture vue")


def test_a_missing_evaluation_is_written_down_with_its_author_and_opens_the_aid() -> None:
    operator = an_operator()
    user = a_user(operator)
    enrolment = enrol(
        acting_user=user, person=a_person(operator), on=DAY, facts={}, exception_reason="évaluation attendue",
        edition=an_edition(operator, terms=terms(entry={"social_evaluation_required": True})),
    )  # fmt: skip
    with pytest.raises(DomainError, match="manque l'évaluation sociale"):
        request_aid(acting_user=user, enrolment=enrolment, on=DAY)
    for _twice in range(2):
        add_social_evaluation(
            acting_user=user, enrolment=enrolment, text="Seule, deux enfants.", on=DAY, author="O. Garnier", at=at(DAY)
        )
    assert SocialEvaluation.objects.count() == 1
    found = social_evaluation(enrolment)
    assert found is not None
    assert (found.text, found.author, found.on) == ("Seule, deux enfants.", "O. Garnier", DAY)
    assert request_aid(acting_user=user, enrolment=enrolment, on=DAY).amount == 15000


def test_an_aid_without_proof_is_paid_only_for_a_reason_and_the_database_asks_for_it_too() -> None:
    enrolment = an_enrolment_with()
    user = a_user(enrolment.operator, "aid_officer")
    aid = grant_aid(acting_user=user, aid=request_aid(acting_user=user, enrolment=enrolment, on=DAY), on=DAY)
    with pytest.raises(DomainError, match="sur justificatif"):
        pay_aid(acting_user=user, aid=aid, on=DAY, means="bank")
    with pytest.raises(IntegrityError), transaction.atomic():
        InternetAid.objects.filter(pk=aid.pk).update(state="paid", paid_on=DAY)
    aid = pay_aid(acting_user=user, aid=aid, on=DAY, means="bank", unproved_reason="contrat perdu, vu à l'écran")
    assert (aid.state, aid.proof, aid.unproved_reason) == (AidState.PAID, "", "contrat perdu, vu à l'écran")


@pytest.mark.parametrize(
    ("subscribed_on", "ends_on"),
    [
        (PAID_ON, datetime.date(2025, 3, 13)),
        # Subscribed before the decision: what was paid before is not what is helped.
        (PAID_ON - datetime.timedelta(days=90), datetime.date(2025, 3, 13)),
    ],
)
def test_an_aid_covers_its_months_from_the_subscription(subscribed_on: datetime.date, ends_on: datetime.date) -> None:
    aid = paid(an_enrolment_with(), provider="Free", subscribed_on=subscribed_on, seen="contrat vu")
    assert aid.ends_on == ends_on


def test_the_proof_is_a_paper_that_who_asked_and_who_decides_may_open() -> None:
    world = a_world()
    aid = request_aid(acting_user=world.users["adviser"], enrolment=world.enrolment, on=today())
    prove_subscription(
        acting_user=world.users["adviser"], aid=aid, on=today(), provider="Free", subscribed_on=today(),
        checked=CheckedFile(b"%PDF-1.4 facture", PDF),
    )  # fmt: skip
    for role in ("adviser", "aid_officer"):
        got = signed_in(world.users[role]).get(reverse("connectivity:aid_proof", args=[aid.pk]))
        assert got.content == b"%PDF-1.4 facture"
    assert signed_in(world.users["cashier"]).get(reverse("connectivity:aid_proof", args=[aid.pk])).status_code == 404


def test_the_night_ends_what_is_over_once() -> None:
    aid = paid(an_enrolment_with())
    assert aid.ends_on is not None
    assert close_ended_aids(on=aid.ends_on) == 0
    assert close_ended_aids(on=aid.ends_on + datetime.timedelta(days=1)) == 1
    assert close_ended_aids(on=aid.ends_on + datetime.timedelta(days=2)) == 0
    aid.refresh_from_db()
    assert aid.state == AidState.ENDED


def test_who_asked_is_told_once_that_an_aid_ends_soon() -> None:
    aid = paid(an_enrolment_with(renewals=1))
    assert aid.ends_on is not None
    early, soon = aid.ends_on - datetime.timedelta(days=31), aid.ends_on - datetime.timedelta(days=30)
    assert tell_ending_aids(on=early, at=at(early)) == 0
    assert tell_ending_aids(on=soon, at=at(soon)) == 1
    assert tell_ending_aids(on=soon, at=at(soon)) == 0
    [message] = Message.objects.filter(reference=f"aid:{aid.pk}")
    assert message.address == aid.requested_by.email
    assert "renouvelée" in message.body
    assert aid.enrolment.person.last_name not in message.subject + message.body


def test_an_aid_is_renewed_in_its_last_month_as_often_as_the_terms_say() -> None:
    enrolment = an_enrolment_with(renewals=1)
    first = paid(enrolment)
    user = first.requested_by
    assert first.ends_on is not None
    with pytest.raises(DomainError, match="dernier mois"):
        request_aid(acting_user=user, enrolment=enrolment, on=first.ends_on - datetime.timedelta(days=40))
    second = paid(enrolment, first.ends_on - datetime.timedelta(days=10))
    assert (second.rank, second.renews, second.amount) == (2, first, 15000)
    # It begins when the first one ends: nothing is covered twice.
    assert second.ends_on == datetime.date(2026, 3, 13)
    with pytest.raises(DomainError, match="ne la renouvellent pas"):
        request_aid(acting_user=user, enrolment=enrolment, on=second.ends_on)


def test_without_renewal_in_the_terms_one_aid_is_all() -> None:
    aid = paid(an_enrolment_with())
    assert aid.ends_on is not None
    with pytest.raises(DomainError, match="a déjà une aide"):
        request_aid(acting_user=aid.requested_by, enrolment=aid.enrolment, on=aid.ends_on)


def test_a_refusal_is_told_to_who_asked_and_to_the_referent_by_the_first_name_alone() -> None:
    enrolment = an_enrolment_with()
    asker = a_user(enrolment.operator)
    aid = request_aid(acting_user=asker, enrolment=enrolment, on=DAY)
    officer = a_user(enrolment.operator, "aid_officer")
    refuse_aid(acting_user=officer, aid=aid, on=DAY, reason="Le foyer a déjà une box.", at=at(DAY))
    told = Message.objects.filter(reference=f"aid:{aid.pk}")
    assert {message.address for message in told} == {asker.email, "odile@exemple.fr"}
    for message in told:
        assert "Le foyer a déjà une box." in message.body
        assert "Inès" in message.subject
        assert enrolment.person.last_name not in message.subject + message.body


def test_the_pages_lead_from_the_evaluation_to_the_proof_and_show_who_waits() -> None:
    operator_terms = terms(entry={"social_evaluation_required": True})
    world = a_world()
    edition = an_edition(world.operator, by=world.users["coordinator"], terms=operator_terms)
    from declic.orientation.actions import enrol

    enrolment = enrol(
        acting_user=world.users["coordinator"], person=a_person(world.operator, site=world.site), edition=edition,
        on=DAY, facts={}, site=world.site, exception_reason="évaluation attendue",
    )  # fmt: skip
    adviser, officer = signed_in(world.users["adviser"]), signed_in(world.users["aid_officer"])
    ask = reverse("connectivity:aid_request", args=[enrolment.pk])
    assert "Ajouter l’évaluation" in adviser.get(ask).text
    adviser.post(
        reverse("connectivity:evaluation_create", args=[enrolment.pk]),
        {"text": "Vit seule avec 400 € par mois.", "author": "O. Garnier, CCAS", "on": format_short(today())},
    )
    adviser.post(ask, {"on": format_short(DAY)})
    aid = InternetAid.objects.get(enrolment=enrolment)
    page = officer.get(reverse("connectivity:aid", args=[aid.pk])).text
    assert "Vit seule avec 400" in page
    assert "O. Garnier, CCAS" in page
    officer.post(reverse("connectivity:aid_grant", args=[aid.pk]))
    assert str(enrolment.person) in officer.get(reverse("connectivity:aids") + "?etat=justificatif").text
    told = adviser.post(
        reverse("connectivity:aid_prove", args=[aid.pk]),
        {"provider": "Free", "subscribed_on": format_short(today()), "proof": "contrat vu"},
        follow=True,
    )
    assert "Justificatif gardé" in told.text
    assert str(enrolment.person) in officer.get(reverse("connectivity:aids") + "?etat=a-verser").text
    paid_now = officer.post(
        reverse("connectivity:aid_pay", args=[aid.pk]), {"on": format_short(today()), "means": "bank"}, follow=True
    )
    assert "Elle couvre jusqu" in paid_now.text
    assert str(enrolment.person) in officer.get(reverse("connectivity:aids") + "?etat=en-cours").text
