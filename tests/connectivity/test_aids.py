"""An internet aid: asked for under the person's own terms, decided once, paid once, each step in the books."""

import datetime
from typing import Any

import pytest

from declic.accounts.models import User
from declic.connectivity.actions import grant_aid, pay_aid, refuse_aid, request_aid
from declic.connectivity.models import AidState, InternetAid
from declic.core.errors import DomainError
from declic.ledger.enums import AccountRole, Means
from declic.ledger.models import Entry
from declic.ledger.queries import balance
from declic.orientation.actions import accept_referral, enrol
from declic.orientation.models import Enrolment
from declic.programmes.actions import write_terms
from tests.factories import (
    DAY,
    a_partner,
    a_person,
    a_referral,
    a_user,
    an_edition,
    an_enrolment,
    an_operator,
    terms,
)

pytestmark = pytest.mark.django_db

LATER = DAY + datetime.timedelta(days=10)


def officer(enrolment: Enrolment) -> User:
    return a_user(enrolment.operator, "aid_officer")


def a_request(**changes: Any) -> InternetAid:
    enrolment = an_enrolment(**changes)
    return request_aid(acting_user=a_user(enrolment.operator), enrolment=enrolment, on=DAY)


def test_amount_and_months_come_from_the_terms_under_which_the_person_entered() -> None:
    operator = an_operator()
    edition = an_edition(operator)
    enrolment = an_enrolment(edition=edition)
    write_terms(acting_user=a_user(operator), edition=edition, terms=terms(connectivity={"aid_eur": "90"}))
    aid = request_aid(acting_user=a_user(operator), enrolment=enrolment, on=DAY)
    assert (aid.amount, aid.months, aid.state) == (15000, 12, AidState.REQUESTED)


def test_terms_without_an_aid_promise_none() -> None:
    operator = an_operator()
    with pytest.raises(DomainError, match="ne prévoit pas d'aide"):
        a_request(edition=an_edition(operator, terms=terms(connectivity={})))


def test_an_aid_is_asked_for_once() -> None:
    aid = a_request()
    with pytest.raises(DomainError, match="a déjà une aide"):
        request_aid(acting_user=aid.requested_by, enrolment=aid.enrolment, on=LATER)


def test_an_aid_that_was_refused_can_be_asked_for_again() -> None:
    aid = a_request()
    refuse_aid(acting_user=officer(aid.enrolment), aid=aid, on=LATER, reason="dossier incomplet")
    assert request_aid(acting_user=aid.requested_by, enrolment=aid.enrolment, on=LATER).pk != aid.pk


def test_an_aid_is_not_asked_for_before_the_entry_nor_after_the_exit() -> None:
    enrolment = an_enrolment()
    user = a_user(enrolment.operator)
    with pytest.raises(DomainError, match="précéder l'entrée"):
        request_aid(acting_user=user, enrolment=enrolment, on=DAY - datetime.timedelta(days=1))
    Enrolment.objects.filter(pk=enrolment.pk).update(ended_on=DAY)
    with pytest.raises(DomainError, match="s'est terminé"):
        request_aid(acting_user=user, enrolment=enrolment, on=LATER)


def test_the_social_evaluation_of_the_referral_opens_the_aid_where_the_terms_ask_for_it() -> None:
    operator = an_operator()
    prescriber = a_partner(operator)
    referent = a_user(prescriber, "prescriber")
    edition = an_edition(operator, terms=terms(entry={"social_evaluation_required": True}))
    referral = a_referral(
        a_person(operator), edition, by=referent, prescriber=prescriber, social_evaluation="Un enfant, 700 € par mois."
    )
    enrolment = accept_referral(acting_user=a_user(operator), referral=referral, on=DAY, facts={})
    assert request_aid(acting_user=a_user(operator), enrolment=enrolment, on=DAY).amount == 15000


def test_someone_who_entered_by_exception_without_social_evaluation_gets_no_aid() -> None:
    operator = an_operator()
    user = a_user(operator)
    edition = an_edition(operator, terms=terms(entry={"social_evaluation_required": True}))
    enrolment = enrol(
        acting_user=user,
        person=a_person(operator),
        edition=edition,
        on=DAY,
        facts={},
        exception_reason="évaluation attendue la semaine prochaine",
    )
    with pytest.raises(DomainError, match="manque l'évaluation sociale"):
        request_aid(acting_user=user, enrolment=enrolment, on=DAY)


def test_a_granted_aid_is_owed_then_paid_from_the_bank() -> None:
    aid = a_request()
    user = officer(aid.enrolment)
    aid = grant_aid(acting_user=user, aid=aid, on=LATER)
    section = aid.enrolment.edition.section
    assert balance(operator=aid.operator, role=AccountRole.AID_EXPENSE, section=section) == 15000
    assert balance(operator=aid.operator, role=AccountRole.AID_PAYABLE, auxiliary=aid.account) == -15000
    aid = pay_aid(acting_user=user, aid=aid, on=LATER, means=Means.BANK, proof="abonnement du 02/03")
    assert balance(operator=aid.operator, role=AccountRole.AID_PAYABLE, auxiliary=aid.account) == 0
    assert balance(operator=aid.operator, role=AccountRole.BANK) == -15000
    assert (aid.state, aid.paid_on, aid.proof) == (AidState.PAID, LATER, "abonnement du 02/03")


def test_an_aid_is_granted_and_paid_once_however_often_it_is_asked() -> None:
    stale = a_request()
    user = officer(stale.enrolment)
    grant_aid(acting_user=user, aid=stale, on=LATER)
    with pytest.raises(DomainError, match="déjà sa réponse"):
        grant_aid(acting_user=user, aid=stale, on=LATER)
    with pytest.raises(DomainError, match="déjà sa réponse"):
        refuse_aid(acting_user=user, aid=stale, on=LATER, reason="trop tard")
    pay_aid(acting_user=user, aid=stale, on=LATER, means="bank", proof="facture")
    with pytest.raises(DomainError, match="déjà versée"):
        pay_aid(acting_user=user, aid=stale, on=LATER, means="bank", proof="facture")
    assert Entry.objects.filter(operator=stale.operator).count() == 2


def test_an_aid_is_not_paid_before_its_decision_nor_decided_before_its_request() -> None:
    aid = a_request()
    user = officer(aid.enrolment)
    with pytest.raises(DomainError, match="décidez d'abord"):
        pay_aid(acting_user=user, aid=aid, on=LATER, means="bank", proof="facture")
    with pytest.raises(DomainError, match="précéder la demande"):
        grant_aid(acting_user=user, aid=aid, on=DAY - datetime.timedelta(days=1))
    grant_aid(acting_user=user, aid=aid, on=LATER)
    with pytest.raises(DomainError, match="ce jour-là ou après"):
        pay_aid(acting_user=user, aid=aid, on=DAY, means="bank", proof="facture")


def test_money_passes_by_known_means_only() -> None:
    aid = a_request()
    user = officer(aid.enrolment)
    grant_aid(acting_user=user, aid=aid, on=LATER)
    with pytest.raises(DomainError, match="espèces ou banque"):
        pay_aid(acting_user=user, aid=aid, on=LATER, means="coquillages", proof="facture")
    aid.refresh_from_db()
    assert aid.state == AidState.GRANTED


def test_a_refusal_gives_its_reason() -> None:
    aid = a_request()
    with pytest.raises(DomainError, match="toujours sa raison"):
        refuse_aid(acting_user=officer(aid.enrolment), aid=aid, on=LATER, reason="  ")


def test_the_books_name_a_case_and_not_a_person() -> None:
    aid = a_request()
    aid = grant_aid(acting_user=officer(aid.enrolment), aid=aid, on=LATER)
    entry = Entry.objects.get(operator=aid.operator)
    assert aid.enrolment.person.last_name not in entry.label
    assert aid.enrolment.person.case_number in entry.label
