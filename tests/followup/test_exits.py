"""An exit closes an enrolment once, with its proof when it is positive, and the outcome is asked for months later."""

import datetime
from typing import Any

import pytest

from declic.core.errors import DomainError
from declic.equipment import actions as equipment
from declic.followup.actions import record_exit, record_outcome
from declic.followup.models import Exit, Outcome
from declic.orientation.models import Enrolment
from declic.people.models import Snapshot
from tests.factories import DAY, a_user, an_enrolment, at
from tests.hotline.machines import a_loan

pytestmark = pytest.mark.django_db

LEAVING = datetime.date(2024, 8, 31)


def left(enrolment: Enrolment, **changes: Any) -> Exit:
    return record_exit(
        **{
            "acting_user": a_user(enrolment.operator),
            "enrolment": enrolment,
            "on": LEAVING,
            "reason": "autonome_recherche_active",
            **changes,
        }
    )


def test_an_exit_closes_the_enrolment_and_makes_its_outcome_due() -> None:
    enrolment = an_enrolment()
    closing = left(enrolment, facts={"labour_status": "en_emploi"})
    enrolment.refresh_from_db()
    assert enrolment.ended_on == LEAVING
    assert enrolment.exit_snapshot is not None
    assert enrolment.exit_snapshot.labour_status == "en_emploi"
    assert closing.outcome.due_on == datetime.date(2025, 2, 28)


def test_an_exit_without_facts_leaves_the_situation_unknown() -> None:
    enrolment = an_enrolment()
    left(enrolment)
    enrolment.refresh_from_db()
    assert enrolment.exit_snapshot is None
    assert not Snapshot.objects.filter(moment="exit").exists()


def test_a_person_leaves_once() -> None:
    enrolment = an_enrolment()
    left(enrolment)
    with pytest.raises(DomainError, match="déjà enregistrée"):
        left(enrolment)
    assert Outcome.objects.count() == 1


@pytest.mark.parametrize("reason", ["emploi_durable", "creation_entreprise", "formation_qualifiante"])
@pytest.mark.parametrize(("detail", "proof"), [("", "contrat"), ("CDI", ""), ("  ", "  ")])
def test_a_positive_exit_names_its_contract_and_its_proof(reason: str, detail: str, proof: str) -> None:
    enrolment = an_enrolment()
    with pytest.raises(DomainError, match="Une sortie positive"):
        left(enrolment, reason=reason, detail=detail, proof=proof)
    assert left(enrolment, reason=reason, detail="CDI, aide à domicile", proof="contrat du 12/08").reason == reason


def test_an_exit_lies_between_the_entry_and_today() -> None:
    enrolment = an_enrolment()
    with pytest.raises(DomainError, match="précéder l'entrée"):
        left(enrolment, on=DAY - datetime.timedelta(days=1))
    with pytest.raises(DomainError, match="quand elle a eu lieu"):
        left(enrolment, today=LEAVING - datetime.timedelta(days=1))
    with pytest.raises(DomainError, match="la raison"):
        left(enrolment, reason="lassitude")


def test_nobody_leaves_with_a_lent_machine_unaccounted_for() -> None:
    enrolment = an_enrolment()
    user = a_user(enrolment.operator)
    loan = a_loan(enrolment, by=user)
    with pytest.raises(DomainError, match=f"{loan.device}.*retour"):
        left(enrolment, facts={"labour_status": "en_emploi"})
    assert not Snapshot.objects.filter(moment="exit").exists()
    equipment.declare_return(acting_user=user, allocation=loan, on=LEAVING)
    with pytest.raises(DomainError, match="la machine"):
        left(enrolment)
    equipment.receive_return(acting_user=user, allocation=loan, at=at(LEAVING), condition="good", means="cash")
    assert left(enrolment)


def test_an_outcome_is_asked_for_at_the_earliest_a_month_before_it_is_due() -> None:
    enrolment = an_enrolment()
    outcome, user = left(enrolment).outcome, a_user(enrolment.operator)
    with pytest.raises(DomainError, match="à partir du 28/01/2025"):
        record_outcome(acting_user=user, outcome=outcome, on=datetime.date(2025, 1, 27), status="en_emploi")
    with pytest.raises(DomainError, match="Choisissez la situation"):
        record_outcome(acting_user=user, outcome=outcome, on=datetime.date(2025, 2, 1), status="riche")
    outcome = record_outcome(acting_user=user, outcome=outcome, on=datetime.date(2025, 1, 28), status="en_emploi")
    assert (outcome.status, outcome.recorded_by) == ("en_emploi", user)
    with pytest.raises(DomainError, match="déjà enregistrée"):
        record_outcome(acting_user=user, outcome=outcome, on=datetime.date(2025, 3, 1), status="autre")
