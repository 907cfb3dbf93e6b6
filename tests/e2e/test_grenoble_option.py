"""A loan with an option to buy: at its term the person buys, her deposit pays its share, the rest is paid in two times."""

import datetime

import pytest
from django.urls import reverse

from declic.core.dates import add_months, format_short, today
from declic.equipment.checks import claim_problems
from declic.equipment.enums import AllocationState
from declic.ledger.checks import book_problems
from declic.ledger.enums import AccountRole
from declic.ledger.queries import balance, deposits_held
from tests.e2e.conftest import Clock, Visitor
from tests.equipment.stories import OPTION_TERMS, lent
from tests.factories import a_person, a_user, an_edition, an_enrolment, an_operator, terms

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_loan_with_an_option_is_bought_and_its_rest_paid_in_two_times(visitor: Visitor, clock: Clock) -> None:
    lent_on = clock.turn(2024, 3, 4)
    operator = an_operator("Emmaüs Connect Grenoble")
    user = a_user(operator, name="Claire Vidal")
    person = a_person(operator, by=user, first_name="Fatou", last_name="Bamba")
    edition = an_edition(operator, by=user, terms=terms(**OPTION_TERMS))
    loan = lent(
        an_enrolment(person=person, edition=edition, by=user, on=lent_on), by=user, on=lent_on, mode="loan_then_option"
    )
    assert loan.due_on == datetime.date(2024, 9, 4)
    assert deposits_held(operator) == 3000
    page = reverse("equipment:allocation", args=[loan.pk])

    # --- at the term she buys: the deposit of 30 € comes off the 45 €, nothing is paid that day
    clock.turn(2024, 9, 4)
    visitor.sign_in(user.email).go(page).click("Elle l’achète")
    visitor.sees("Prix au terme : 45,00 €").sees("La caution de 30,00 € vient en déduction").sees("15,00 €")
    visitor.fill(paid="0").press("Enregistrer l’achat").sees("Il reste 15,00 € à payer")
    visitor.tells("Payé par la caution", "30,00 €").tells("Reste dû", "15,00 €")
    loan.refresh_from_db()
    assert loan.state == AllocationState.PURCHASED
    assert deposits_held(operator) == 0
    assert balance(operator=operator, role=AccountRole.RECEIVABLE) == 1500

    # --- the rest is agreed on in two instalments, each paid on its day
    first = add_months(today(), 1)
    visitor.click("Payer en plusieurs fois").fill(count="2", first_on=format_short(first))
    visitor.press("Convenir de l’échéancier").sees("Prochain paiement : 7,50 €").sees("04/10/2024").sees("04/11/2024")
    clock.turn(2024, 10, 4)
    visitor.sign_in(user.email).go(page).click("Encaisser").fill(amount="7,50", means="cash").press("Encaisser")
    visitor.sees("Paiement reçu").sees("La personne doit encore 7,50 €").tells("04/10/2024", "payée")
    visitor.tells("04/11/2024", "à venir")
    clock.turn(2024, 11, 4)
    visitor.sign_in(user.email).go(page).click("Encaisser").fill(amount="7,50", means="cash").press("Encaisser")

    # --- nobody owes anything, to the cent: 45,00 € asked, 30,00 € by the deposit, 15,00 € paid
    visitor.sees("Personne ne doit plus rien").lacks("Reste dû").lacks("doit encore")
    visitor.tells("Caution versée", "30,00 €").tells("Caution conservée ou déduite", "30,00 €")
    visitor.tells("Demandé en plus de la caution", "45,00 €").tells("Payé par la caution", "30,00 €")
    visitor.tells("Payé", "15,00 €")
    loan.refresh_from_db()
    assert loan.state == AllocationState.SETTLED
    assert balance(operator=operator, role=AccountRole.RECEIVABLE) == 0
    assert balance(operator=operator, role=AccountRole.CASH) == 4500
    assert not list(book_problems())
    assert not list(claim_problems())
