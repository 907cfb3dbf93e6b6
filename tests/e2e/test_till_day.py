"""A till day: set up, opened with what it holds, filled and emptied, counted coin by coin, closed with its sheet."""

import pytest

from declic.accounts.enums import Role
from declic.connectivity.actions import add_product
from declic.equipment.actions import receive_return
from declic.ledger.checks import book_problems
from declic.ledger.enums import AccountRole
from declic.ledger.models import Receipt, TillSession
from declic.ledger.queries import balance, deposits_held
from tests.e2e.conftest import Clock, Visitor
from tests.equipment.stories import lent
from tests.factories import a_person, a_site, a_user, an_edition, an_enrolment, an_operator, at

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_till_is_opened_used_all_day_counted_and_closed(visitor: Visitor, clock: Clock) -> None:
    before = clock.turn(2024, 3, 4)
    operator = an_operator("Emmaüs Connect")
    site = a_site(operator, "Grenoble")
    coordinator = a_user(operator, name="Claire Vidal")
    cashier = a_user(operator, Role.CASHIER, name="Marc Lefèvre")
    edition = an_edition(operator, by=coordinator)
    product = add_product(
        acting_user=coordinator, operator=operator, name="Internet 20 Go", public_price=3000, solidarity_price=700
    )
    a_person(operator, by=coordinator, first_name="Éloïse", last_name="Nguyen")
    # A deposit of 50 € taken before there was a till: it is the float of the first day.
    earlier = lent(an_enrolment(edition=edition, by=coordinator, on=before), by=coordinator, on=before)

    # --- the coordination sets the till up, the cashier counts what is in it and opens it
    day = clock.turn(2024, 6, 3, hour=9)
    visitor.sign_in(coordinator.email).go("/argent/caisses/").click("Nouvelle caisse")
    visitor.fill(name="Caisse de l’accueil", site=str(site.pk)).press("Ajouter la caisse").sees("est prête")
    visitor.sign_in(cashier.email).go("/argent/caisses/").lacks("Nouvelle caisse").click("Ouvrir")
    visitor.fill(counted="50").press("Ouvrir").sees("est ouverte avec 50,00 €").sees("À cette caisse : Marc Lefèvre")
    session = TillSession.objects.get()
    here = f"/argent/journees/{session.pk}/"

    # --- a recharge is sold, a deposit comes, another goes back
    visitor.go("/connexion/boutique/").fill(q="eloise")
    visitor.page.locator("main form[role=search] button").click()
    visitor.check().click("Vendre").fill(product=str(product.pk)).press("Encaisser")
    lent(an_enrolment(edition=edition, by=coordinator, on=day), by=coordinator, on=day)
    receive_return(acting_user=coordinator, allocation=earlier, at=at(day, 11), condition="good")
    visitor.go(here).sees("Vente de « Internet 20 Go »").sees("Caution encaissée").sees("Caution rendue")
    assert visitor.page.locator("tbody tr").count() == 3
    visitor.sees("57,00 €")

    # --- 30 € go to the bank: never more than there is
    visitor.click("Entrée, sortie, banque").fill(move="to_bank", amount="57,01").press("Enregistrer")
    visitor.sees("on ne peut pas en sortir plus").fill(amount="30").press("Enregistrer")
    visitor.sees("Le mouvement est enregistré").sees("Dépôt à la banque").sees("27,00 €")

    # --- in the evening 26 € are counted: the missing euro is explained before the till closes
    visitor.click("Compter et fermer").sees("27,00 €").fill(coin_2000="1", coin_500="1", coin_100="1")
    visitor.press("Fermer la caisse").sees("Il devrait y avoir 27,00 €")
    assert TillSession.objects.get().closed_at is None
    visitor.fill(explanation="une pièce rendue en trop").press("Fermer la caisse").sees("est fermée sur 26,00 €")
    visitor.sees("1,00 €").sees("une pièce rendue en trop").click("Imprimer la feuille").sees("Feuille de caisse")
    for words in ("Attendu 27,00 €", "Compté 26,00 €", "1,00 € une pièce rendue en trop", "Qui a compté"):
        visitor.sees(words)

    # --- the books say what was counted, and no receipt is missing
    session.refresh_from_db()
    assert (session.expected, session.counted) == (2700, 2600)
    assert session.coins == {"2000": 1, "500": 1, "100": 1}
    assert balance(operator=operator, role=AccountRole.CASH) == session.counted
    assert balance(operator=operator, role=AccountRole.BANK) == 3000
    assert balance(operator=operator, role=AccountRole.CASH_SHORT) == 100
    assert deposits_held(operator) == 5000
    receipts = Receipt.objects.filter(operator=operator).order_by("number").values_list("number", "amount")
    assert list(receipts) == [(1, 5000), (2, 700), (3, 5000)]
    assert not list(book_problems())
