"""The solidarity shop, from its first recharge to the end of the day: price, codes, sale, limit, a sale undone."""

import datetime
from collections.abc import Callable

import pytest

from declic.accounts.enums import Role
from declic.connectivity.models import CodeShowing, CodeState, RechargeCode, RechargeSale
from declic.core.dates import format_short, today
from declic.ledger.enums import AccountRole
from declic.ledger.queries import balance
from tests.e2e.conftest import Visitor
from tests.factories import a_person, a_user, an_operator

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_day_at_the_counter_of_the_solidarity_shop(visitor: Visitor, others: Callable[..., Visitor]) -> None:
    operator = an_operator("Emmaüs Connect")
    coordinator = a_user(operator, name="Claire Vidal")
    cashier = a_user(operator, Role.CASHIER, name="Marc Lefèvre")
    a_person(operator, by=coordinator, first_name="Éloïse", last_name="Nguyen", phones=["+33612345678"])

    # --- the coordination puts a recharge on sale, and its codes in stock
    visitor.sign_in(coordinator.email).go("/connexion/boutique/").click("Ajouter une recharge")
    visitor.fill(
        name="Internet 20 Go, un mois", public_price="30", solidarity_price="7", stocked="codes", minimum="2",
        monthly_limit="1",
    )  # fmt: skip
    visitor.press("Mettre en vente").sees("Prochain pas : ajouter son stock").sees("épuisée")
    visitor.click("Ajouter au stock")
    visitor.fill(lines="8800 1111 2222\n8800 3333 4444\nnon").press("Ajouter au stock").sees("Ligne 3")
    visitor.fill(
        lines="8800 1111 2222\n8800 3333 4444",
        expires_on=format_short(today() + datetime.timedelta(days=90)),
    )
    visitor.press("Ajouter au stock").sees("2 ajoutés au stock")
    visitor.click("Changer les prix")
    visitor.fill(since=format_short(today() + datetime.timedelta(days=30)), solidarity_price="8")
    visitor.press("Changer les prix").sees("8,00 €")

    # --- at the counter: the person is found by what one remembers, the code is shown once
    page = visitor.page
    visitor.sign_in(cashier.email).go("/connexion/boutique/").sees("7,00 €").sees("À réapprovisionner")
    visitor.fill(q="eloise")
    page.locator("main form[role=search] button").click()
    visitor.check().click("Vendre")
    visitor.fill(product=str(RechargeCode.objects.first().product_id)).press("Encaisser et remettre la recharge")
    visitor.sees("23,00 € économisés").lacks("8800").press("Afficher le code").sees("8800 1111 2222")
    visitor.click("C’est fait").sees("Le code a été donné")

    # --- a second showing, by a colleague, asks for a reason: without one the code stays hidden
    sale = RechargeSale.objects.get()
    colleague = others().sign_in(coordinator.email).go(f"/connexion/boutique/ventes/{sale.pk}/")
    colleague.click("Le montrer de nouveau").press("Montrer le code").sees("dites pourquoi le montrer de nouveau")
    colleague.lacks("8800")
    assert colleague.page.locator("[name=reason][aria-invalid=true]").count() == 1
    assert CodeShowing.objects.count() == 1
    colleague.fill(reason="ticket perdu").press("Montrer le code").sees("8800 1111 2222")
    assert list(CodeShowing.objects.order_by("at").values_list("by", "reason")) == [
        (cashier.pk, ""),
        (coordinator.pk, "ticket perdu"),
    ]

    # --- one a month, until the first is undone
    visitor.go("/connexion/boutique/?q=06 12 34 56 78").click("Vendre")
    visitor.fill(product=str(RechargeCode.objects.first().product_id)).press("Encaisser et remettre la recharge")
    visitor.sees("une par mois")
    visitor.go(f"/connexion/boutique/ventes/{sale.pk}/").click("Annuler cette vente").sees("il est perdu")
    visitor.fill(reason="mauvaise recharge").press("Annuler la vente").sees("Rendez 7,00 €")
    assert balance(operator=operator, role=AccountRole.CASH) == 0
    assert RechargeCode.objects.filter(state=CodeState.VOID).count() == 1

    # --- the right one is sold, and the day says what it brought
    visitor.click("Vendre encore").fill(product=str(sale.product_id)).press("Encaisser et remettre la recharge")
    visitor.sees("économisés").press("Afficher le code").sees("8800 3333 4444")
    visitor.go("/connexion/boutique/").sees("épuisée").click("Voir les ventes du jour")
    visitor.sees("annulée").tells("Économie moyenne par personne et par mois", "23,00 €")
    assert balance(operator=operator, role=AccountRole.CASH) == 700
