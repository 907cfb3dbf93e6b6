"""A recharge is sold once a form, at the prices of its day, and what people save is told the same way for ever."""

import datetime
import threading
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from declic.connectivity.actions import add_product, sell_recharge, stop_product
from declic.connectivity.models import RechargeProduct, RechargeSale
from declic.connectivity.queries import products_on_sale, saving_per_month
from declic.core.errors import DomainError
from declic.ledger.enums import AccountRole
from declic.ledger.models import Entry
from declic.ledger.queries import balance
from declic.organisations.models import Organisation
from declic.people.models import Person
from tests.factories import DAY, a_person, a_user, an_edition, an_operator

pytestmark = pytest.mark.django_db


def a_product(operator: Organisation, **changes: Any) -> RechargeProduct:
    return add_product(
        **{
            "acting_user": a_user(operator),
            "operator": operator,
            "name": "Internet 20 Go",
            "public_price": 3000,
            "solidarity_price": 700,
            **changes,
        }
    )


def sold(person: Person, product: RechargeProduct, **changes: Any) -> RechargeSale:
    return sell_recharge(
        **{
            "acting_user": a_user(person.operator, "cashier"),
            "person": person,
            "product": product,
            "on": DAY,
            "token": uuid.uuid4(),
            "means": "cash",
            **changes,
        }
    )


def test_a_sale_copies_both_prices_and_fills_the_till() -> None:
    operator = an_operator()
    edition = an_edition(operator)
    product = a_product(operator)
    sale = sold(a_person(operator), product, edition=edition)
    RechargeProduct.objects.filter(pk=product.pk).update(public_price=9900)
    sale.refresh_from_db()
    assert (sale.public_price, sale.paid, sale.months) == (3000, 700, 1)
    assert balance(operator=operator, role=AccountRole.CASH) == 700
    assert balance(operator=operator, role=AccountRole.RECHARGE_REVENUE, section=edition.section) == -700


def test_a_form_sent_twice_sells_once() -> None:
    operator = an_operator()
    person, product, token = a_person(operator), a_product(operator), uuid.uuid4()
    assert sold(person, product, token=token) == sold(person, product, token=token)
    assert RechargeSale.objects.count() == Entry.objects.count() == 1


def test_a_form_that_served_for_someone_else_sells_nothing() -> None:
    operator = an_operator()
    product, token = a_product(operator), uuid.uuid4()
    sold(a_person(operator), product, token=token)
    with pytest.raises(DomainError, match="a déjà servi"):
        sold(a_person(operator), product, token=token)
    assert RechargeSale.objects.count() == 1


def test_a_recharge_no_longer_sold_is_refused_from_the_day_after() -> None:
    operator = an_operator()
    person, product = a_person(operator), a_product(operator)
    product = stop_product(acting_user=a_user(operator), product=product, on=DAY)
    sold(person, product)
    with pytest.raises(DomainError, match="n'est plus vendue"):
        sold(person, product, on=DAY + datetime.timedelta(days=1))
    assert not products_on_sale(operator, DAY + datetime.timedelta(days=1)).exists()
    with pytest.raises(DomainError, match="n'est déjà plus vendue"):
        stop_product(acting_user=a_user(operator), product=product, on=DAY)


def test_a_recharge_is_sold_only_to_people_of_its_own_operator() -> None:
    with pytest.raises(DomainError, match="n'est pas vendue par la structure"):
        sold(a_person(an_operator()), a_product(an_operator()))


def test_a_free_recharge_writes_no_empty_entry() -> None:
    operator = an_operator()
    sold(a_person(operator), a_product(operator, solidarity_price=0))
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"solidarity_price": 3001}, "ne dépasse pas"),
        ({"solidarity_price": -1}, "ne dépasse pas"),
        ({"public_price": 0}, "prix public"),
        ({"months": 0}, "au moins un mois"),
        ({"name": " "}, "Donnez un nom"),
    ],
)
def test_a_wrong_product_is_refused_with_what_to_mend(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DomainError, match=sentence):
        a_product(an_operator(), **changes)


def test_two_products_never_share_a_name() -> None:
    operator = an_operator()
    a_product(operator)
    with pytest.raises(DomainError, match="de ce nom"):
        a_product(operator)
    a_product(an_operator())


def test_saving_per_month_is_a_mean_over_people_and_not_over_sales() -> None:
    operator = an_operator()
    edition = an_edition(operator)
    month, quarter = a_product(operator), a_product(operator, name="Trois mois", public_price=6000, months=3)
    often, once = a_person(operator), a_person(operator)
    for _again in range(3):
        sold(often, month, edition=edition)  # saves 23 € a month, three times
    sold(once, quarter, edition=edition)  # saves (60 − 7) / 3 a month, once
    expected = (Decimal(2300) + Decimal(5300) / 3) / 2
    assert saving_per_month(operator) == (expected, 2)
    assert saving_per_month(edition, DAY) == (expected, 2)
    assert saving_per_month(edition, DAY - datetime.timedelta(days=1)) == (None, 0)


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_twice_at_the_same_instant_sells_once() -> None:
    operator = an_operator()
    person, product, token, cashier = a_person(operator), a_product(operator), uuid.uuid4(), a_user(operator, "cashier")
    together = threading.Barrier(4)
    given: list[int] = []

    def sell() -> None:
        try:
            together.wait(timeout=10)
            given.append(sold(person, product, token=token, acting_user=cashier).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=sell) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len(given) == 4
    assert len(set(given)) == RechargeSale.objects.count() == Entry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_form_for_two_people_at_the_same_instant_sells_once() -> None:
    operator = an_operator()
    people, product, token = [a_person(operator), a_person(operator)], a_product(operator), uuid.uuid4()
    cashier = a_user(operator, "cashier")
    together = threading.Barrier(2)
    told: list[str] = []

    def sell(person: Person) -> None:
        try:
            together.wait(timeout=10)
            sold(person, product, token=token, acting_user=cashier)
            told.append("vendue")
        except DomainError as error:
            told.append(error.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=sell, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(told)[1] == "vendue"
    assert "a déjà servi" in sorted(told)[0]
    assert RechargeSale.objects.count() == Entry.objects.count() == 1
