"""Codes are sealed, imported once, sold once, shown once; a limit holds at the same instant; a sale is undone with its money."""

import datetime
import io
import logging
import threading
import uuid
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.files.base import ContentFile
from django.db import connection
from django.urls import reverse

from declic.connectivity.actions import (
    add_codes,
    add_product,
    cancel_sale,
    change_price,
    change_product,
    reseal_codes,
    sell_recharge,
    show_code,
)
from declic.connectivity.code_lists import Found, read_codes, read_lines
from declic.connectivity.models import (
    CodeShowing,
    CodeState,
    RechargeCode,
    RechargeProduct,
    RechargeSale,
    SaleCancellation,
)
from declic.connectivity.queries import low_products, price_on, saved_by
from declic.core.errors import DomainError
from declic.ledger.actions import correct_means
from declic.ledger.actions import reverse as reverse_entry
from declic.ledger.enums import AccountRole, Means
from declic.ledger.models import Entry
from declic.ledger.queries import balance
from declic.organisations.models import Organisation
from tests.factories import DAY, a_person, a_user, a_world, an_operator, at, signed_in

pytestmark = pytest.mark.django_db


def a_product(operator: Organisation, *, codes: int = 0, **changes: Any) -> RechargeProduct:
    product = add_product(
        **{
            "acting_user": a_user(operator),
            "operator": operator,
            "name": "Internet 20 Go",
            "public_price": 3000,
            "solidarity_price": 700,
            "stocked": "codes",
            **changes,
        }
    )
    if codes:
        stock(product, *(f"8800{number:010d}" for number in range(codes)))
    return product


def stock(product: RechargeProduct, *codes: str, expires_on: datetime.date | None = None) -> None:
    found = [Found(code, line) for line, code in enumerate(codes, 1)]
    add_codes(acting_user=a_user(product.operator), product=product, codes=found, at=at(DAY), expires_on=expires_on)


def sold(product: RechargeProduct, person: Any = None, **changes: Any) -> RechargeSale:
    return sell_recharge(
        **{
            "acting_user": a_user(product.operator, "cashier"),
            "person": person or a_person(product.operator),
            "product": product,
            "on": DAY,
            "token": uuid.uuid4(),
            "means": "cash",
            **changes,
        }
    )


def at_once(count: int, act: Any) -> list[str]:
    """`act(number)` from as many threads at the same instant: `vendue`, or the sentence of the refusal."""
    together, told = threading.Barrier(count), []

    def run(number: int) -> None:
        try:
            together.wait(timeout=20)
            act(number)
            told.append("vendue")
        except DomainError as refused:
            told.append(refused.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(told) == count
    return told


@pytest.mark.django_db(transaction=True)
def test_forty_sellers_of_thirty_codes_sell_thirty_and_none_twice() -> None:
    operator = an_operator()
    product, cashier = a_product(operator, codes=30), a_user(operator, "cashier")
    people = [a_person(operator, by=cashier) for _number in range(40)]
    told = at_once(40, lambda number: sold(product, people[number], acting_user=cashier))
    assert told.count("vendue") == 30
    assert all("épuisée" in words for words in told if words != "vendue")
    given = RechargeCode.objects.filter(state=CodeState.SOLD)
    assert given.count() == given.values("sale").distinct().count() == RechargeSale.objects.count() == 30
    assert balance(operator=operator, role=AccountRole.CASH) == 30 * 700


@pytest.mark.django_db(transaction=True)
def test_a_limit_of_two_holds_when_six_counters_sell_to_the_same_person_at_once() -> None:
    operator = an_operator()
    product, cashier = a_product(operator, codes=9, monthly_limit=2), a_user(operator, "cashier")
    person = a_person(operator, by=cashier)
    told = at_once(6, lambda _number: sold(product, person, acting_user=cashier))
    assert told.count("vendue") == 2
    assert RechargeSale.objects.count() == RechargeCode.objects.filter(state=CodeState.SOLD).count() == 2


def test_the_limit_counts_the_calendar_month_and_leaves_cancelled_sales_out() -> None:
    operator = an_operator()
    product, person = a_product(operator, codes=5, monthly_limit=1), a_person(operator)
    sale = sold(product, person)
    with pytest.raises(DomainError, match="mois prochain"):
        sold(product, person, on=datetime.date(2024, 3, 31))
    sold(product, person, on=datetime.date(2024, 4, 1))
    cancel_sale(acting_user=sale.sold_by, sale=sale, on=DAY, reason="erreur")
    sold(product, person, on=datetime.date(2024, 3, 31))


def test_no_code_stands_in_clear_in_any_table_nor_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    product = a_product(an_operator())
    stock(product, "9471 5566 0213 77", "ABCD-EFGH-IJKL")
    sale = sold(product)
    show_code(acting_user=sale.sold_by, sale=sale, at=at(DAY))
    cancel_sale(acting_user=sale.sold_by, sale=sale, on=DAY, reason="erreur")
    clear = ("9471 5566", "94715566021377", "ABCD-EFGH", "ABCDEFGHIJKL")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            for code in (*clear, *(each.encode().hex() for each in clear)):
                name = connection.ops.quote_name(table)
                cursor.execute(f"SELECT count(*) FROM {name} t WHERE strpos(upper(t::text), upper(%s)) > 0", [code])
                assert cursor.fetchone()[0] == 0, table
    logged = "\n".join(record.getMessage() for record in caplog.records if "strpos" not in record.getMessage())
    assert not [code for code in clear if code in logged]


def test_a_code_enters_the_stock_once_in_its_life_however_it_is_written() -> None:
    product = a_product(an_operator())
    stock(product, "12345678", "ABCDEFGH")
    sold(product)
    with pytest.raises(DomainError, match="déjà connus"):
        stock(product, "1234-5678", "abcd efgh")
    stock(product, "1234 5678", "99999999")
    assert RechargeCode.objects.count() == 3
    # Another operator's list is its own business.
    stock(a_product(an_operator()), "12345678")


def test_the_first_to_expire_is_sold_first_and_never_after_its_day() -> None:
    product = a_product(an_operator())
    late, soon = DAY + datetime.timedelta(days=60), DAY + datetime.timedelta(days=5)
    stock(product, "11111111")
    stock(product, "22222222", expires_on=late)
    stock(product, "33333333", expires_on=soon)
    seller = a_user(product.operator)
    shown = [show_code(acting_user=seller, sale=sold(product), at=at(DAY)) for _time in range(2)]
    assert shown == ["33333333", "22222222"]
    stock(product, "44444444", expires_on=soon)
    after = sold(product, on=soon + datetime.timedelta(days=1))
    assert show_code(acting_user=seller, sale=after, at=at(DAY)) == "11111111"
    with pytest.raises(DomainError, match="épuisée"):
        sold(product, on=soon + datetime.timedelta(days=1))


def test_a_code_is_shown_once_then_for_a_reason_and_each_reading_is_kept() -> None:
    product = a_product(an_operator(), codes=1)
    sale, other = sold(product), a_user(product.operator, "cashier")
    code = show_code(acting_user=sale.sold_by, sale=sale, at=at(DAY))
    # A double click of the same seller is the same reading.
    assert show_code(acting_user=sale.sold_by, sale=sale, at=at(DAY) + datetime.timedelta(seconds=5)) == code
    for user, when in ((other, at(DAY)), (sale.sold_by, at(DAY, 11))):
        with pytest.raises(DomainError, match="dites pourquoi"):
            show_code(acting_user=user, sale=sale, at=when)
    assert show_code(acting_user=other, sale=sale, at=at(DAY, 12), reason="ticket perdu") == code
    assert list(CodeShowing.objects.values_list("by", "reason")) == [(sale.sold_by_id, ""), (other.pk, "ticket perdu")]


def test_the_money_of_a_sale_never_goes_back_without_the_sale() -> None:
    operator = an_operator()
    sale = sold(a_product(operator, codes=1), a_person(operator), means="bank")
    entry = Entry.objects.get(operator=operator)
    with pytest.raises(DomainError, match="passez par sa page"):
        reverse_entry(acting_user=sale.sold_by, entry=entry, on=DAY, reason="erreur")
    moved_on = DAY + datetime.timedelta(days=3)
    correct_means(acting_user=sale.sold_by, entry=entry, means=Means.CASH, on=moved_on, reason="espèces")
    with pytest.raises(DomainError, match="précéder la correction"):
        cancel_sale(acting_user=sale.sold_by, sale=sale, on=DAY, reason="erreur")
    cancel_sale(acting_user=sale.sold_by, sale=sale, on=moved_on, reason="erreur")
    for role in (AccountRole.CASH, AccountRole.BANK, AccountRole.RECHARGE_REVENUE):
        assert balance(operator=operator, role=role) == 0


@pytest.mark.parametrize(("seen", "state"), [(False, CodeState.IN_STOCK), (True, CodeState.VOID)])
def test_a_cancelled_sale_gives_the_money_back_and_keeps_the_code_only_if_nobody_saw_it(
    seen: bool, state: CodeState
) -> None:
    operator = an_operator()
    product, person = a_product(operator, codes=1), a_person(operator)
    sale = sold(product, person, means="bank")
    if seen:
        show_code(acting_user=sale.sold_by, sale=sale, at=at(DAY))
    done = cancel_sale(acting_user=sale.sold_by, sale=sale, on=DAY, reason="mauvaise recharge")
    assert (done.refunded, RechargeCode.objects.get().state) == (700, state)
    for role in (AccountRole.BANK, AccountRole.RECHARGE_REVENUE):
        assert balance(operator=operator, role=role) == 0
    assert saved_by(person) == 0
    with pytest.raises(DomainError, match="déjà annulée"):
        cancel_sale(acting_user=sale.sold_by, sale=sale, on=DAY, reason="encore")
    with pytest.raises(DomainError, match="annulée"):
        show_code(acting_user=sale.sold_by, sale=sale, at=at(DAY), reason="encore")


def test_a_sim_card_is_known_by_the_number_that_the_seller_scans() -> None:
    product = a_product(an_operator(), stocked="cards", name="Carte SIM")
    stock(product, "8933 0100 0000 0000 017", "8933010000000000025")
    with pytest.raises(DomainError, match="Scannez"):
        sold(product)
    with pytest.raises(DomainError, match="Aucune carte"):
        sold(product, card="8933010000000000033")
    sale = sold(product, card="8933 0100 0000 0000 025")
    assert show_code(acting_user=sale.sold_by, sale=sale, at=at(DAY)) == "8933010000000000025"
    with pytest.raises(DomainError, match="Aucune carte"):
        sold(product, card="8933010000000000025")


def test_a_price_changes_from_a_day_on_and_keeps_its_history() -> None:
    operator = an_operator()
    product, user = a_product(operator, stocked="nothing"), a_user(operator)
    later = DAY + datetime.timedelta(days=10)
    price: dict[str, Any] = {"acting_user": user, "product": product, "on": DAY, "at": at(DAY)}
    change_price(since=later, public_price=3500, solidarity_price=900, **price)
    assert (price_on(product, DAY).solidarity, price_on(product, later).solidarity) == (700, 900)
    assert [sold(product, on=on).paid for on in (DAY, later)] == [700, 900]
    with pytest.raises(DomainError, match="aujourd'hui ou plus tard"):
        change_price(since=DAY - datetime.timedelta(days=1), public_price=3500, solidarity_price=900, **price)
    with pytest.raises(DomainError, match="commence déjà"):
        change_price(since=later, public_price=3000, solidarity_price=100, **price)


def test_a_stock_at_its_minimum_is_told() -> None:
    operator = an_operator()
    product = a_product(operator, codes=3, minimum=2)
    assert list(low_products([operator], DAY)) == []
    sold(product)
    assert list(low_products([operator], DAY)) == [product]
    with pytest.raises(DomainError, match="a déjà un stock"):
        change_product(acting_user=a_user(operator), product=product, stocked="cards", minimum=0, monthly_limit=None)


def test_a_new_key_reads_what_the_former_wrote_and_takes_over(settings: Any) -> None:
    settings.CODE_KEYS = former = Fernet.generate_key().decode()
    product = a_product(an_operator(), codes=2)
    settings.CODE_KEYS = f"{(new := Fernet.generate_key().decode())},{former}"
    sale = sold(product)
    code = show_code(acting_user=sale.sold_by, sale=sale, at=at(DAY))
    assert reseal_codes() == 2
    settings.CODE_KEYS = new
    assert show_code(acting_user=sale.sold_by, sale=sale, at=at(DAY), reason="essai") == code
    settings.CODE_KEYS = Fernet.generate_key().decode()
    with pytest.raises(DomainError, match="clé"):
        show_code(acting_user=sale.sold_by, sale=sale, at=at(DAY), reason="essai")


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (b"12345678\n23456789\n", [("12345678", None), ("23456789", None)]),
        (
            "N°;Code de recharge;Date d'expiration\n1;0012 3456;31/12/2030\n2;0098-7654;\n".encode(),
            [("0012 3456", datetime.date(2030, 12, 31)), ("0098-7654", None)],
        ),
        (b"lot,pin\nA,00112233445566\n", [("00112233445566", None)]),
    ],
)
def test_a_supplier_s_list_is_read_whatever_its_columns(
    content: bytes, codes: list[tuple[str, datetime.date | None]]
) -> None:
    found = read_codes(ContentFile(content), "codes.csv")
    assert [(each.code, each.expires_on) for each in found] == codes


@pytest.mark.parametrize("bad", ["12", "ceci n'est pas un code", "x" * 60])
def test_a_line_that_is_no_code_refuses_the_whole_list_with_its_number(bad: str) -> None:
    with pytest.raises(DomainError, match="Ligne 2"):
        read_lines(f"12345678\n{bad}\n")


def test_the_counter_sells_shows_and_undoes_in_the_pages() -> None:
    world = a_world()
    coordinator, cashier = signed_in(world.users["coordinator"]), signed_in(world.users["cashier"])
    created = coordinator.post(
        reverse("connectivity:product_create"),
        {"name": "Appels", "public_price": "10", "solidarity_price": "3", "months": "1", "stocked": "codes",
         "minimum": "1", "monthly_limit": "1"},
        follow=True,
    )  # fmt: skip
    assert "ajouter son stock" in created.text
    product = RechargeProduct.objects.get()
    codes = reverse("connectivity:product_codes", args=[product.pk])
    upload = io.BytesIO(b"code\n7700112233\n7700112244\n")
    upload.name = "codes.csv"
    assert "2 ajoutés" in coordinator.post(codes, {"upload": upload}, follow=True).text
    again = coordinator.post(codes, {"lines": "7700112233"})
    assert (again.status_code, "déjà connus" in again.text) == (422, True)
    typed = {"product": str(product.pk), "edition": "aucun", "means": "cash", "form_token": str(uuid.uuid4())}
    told = cashier.post(reverse("connectivity:sell", args=[world.person.pk]), typed, follow=True)
    assert "Afficher le code" in told.text
    assert "7700" not in told.text
    sale = RechargeSale.objects.get()
    show = reverse("connectivity:sale_code", args=[sale.pk])
    shown = cashier.post(show)
    assert "7700 1122 33" in shown.text
    assert "no-store" in shown.headers["Cache-Control"]
    other = signed_in(world.users["coordinator"])
    assert "7700" not in other.get(show).text
    assert other.post(show).status_code == 422
    assert "7700 1122 33" in other.post(show, {"reason": "ticket perdu"}).text
    refused = cashier.post(
        reverse("connectivity:sell", args=[world.person.pk]), {**typed, "form_token": str(uuid.uuid4())}
    )
    assert (refused.status_code, "une par mois" in refused.text) == (422, True)
    undone = cashier.post(
        reverse("connectivity:sale_cancel", args=[sale.pk]), {"reason": "mauvaise recharge"}, follow=True
    )
    assert "Rendez 3,00" in undone.text
    assert SaleCancellation.objects.get().cancelled_by == world.users["cashier"]
    shop = cashier.get(reverse("connectivity:shop")).text
    assert "plus que 1" in shop
    assert "annulée" in cashier.get(reverse("connectivity:sales")).text


def test_pages_of_a_product_cost_the_same_queries_however_many_codes(django_assert_max_num_queries: Any) -> None:
    world = a_world()
    product = a_product(world.operator)
    for number in range(6):
        stock(product, f"5500{number:06d}", f"5600{number:06d}")
    client = signed_in(world.users["coordinator"])
    with django_assert_max_num_queries(15):
        assert "12" in client.get(reverse("connectivity:product", args=[product.pk])).text
