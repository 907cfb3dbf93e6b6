"""The cash drawer: what it should hold, what was counted, and who waits for whom."""

from functools import partial

import pytest
from django.db import connection
from django.urls import reverse

from declic.core.errors import DomainError
from declic.ledger.actions import (
    Posting,
    add_till,
    close_month,
    close_till,
    join_till,
    move_cash,
    open_till,
    post,
    retire_till,
)
from declic.ledger.actions import reverse as undo
from declic.ledger.checks import book_problems
from declic.ledger.enums import AccountRole, Event
from declic.ledger.models import Entry, TillSession
from declic.ledger.queries import balance, balances, session_cash, till_cash
from tests.equipment.test_same_instant import at_once, refusals
from tests.factories import DAY, a_site, a_user, an_operator, at, signed_in

pytestmark = pytest.mark.django_db


def a_till(operator, user, name="Accueil"):
    return add_till(acting_user=user, operator=operator, site=a_site(operator), name=name)


def sale(operator, user, key="s1", cents=700, role=AccountRole.CASH):
    return post(
        acting_user=user,
        operator=operator,
        on=DAY,
        event=Event.SALE_PAYMENT,
        label="Recharge",
        idempotency_key=key,
        postings=[Posting(role, debit=cents), Posting(AccountRole.RECHARGE_REVENUE, credit=cents)],
    )


def test_without_a_till_cash_moves_as_before_and_with_one_it_needs_an_open_session():
    operator = an_operator()
    user = a_user(operator)
    sale(operator, user)
    till = a_till(operator, user)
    with pytest.raises(DomainError, match="Aucune caisse n'est ouverte"):
        sale(operator, user, "s2")
    assert sale(operator, user, "s3", role=AccountRole.BANK).till_session is None
    # What was in the cash account before there were tills is in the drawer that is counted first.
    session = open_till(acting_user=user, till=till, at=at(DAY), counted=700)
    assert session.opening_float == 700
    assert sale(operator, user, "s4").till_session == session
    assert session_cash(session) == balance(operator=operator, role=AccountRole.CASH) == 1400


def test_a_day_from_the_float_to_the_count():
    operator = an_operator()
    user, colleague = a_user(operator), a_user(operator)
    till = a_till(operator, user)
    with pytest.raises(DomainError, match="d'où vient la différence"):
        open_till(acting_user=user, till=till, at=at(DAY), counted=5000)
    session = open_till(acting_user=user, till=till, at=at(DAY), counted=5000, source="bank")
    with pytest.raises(DomainError, match="déjà ouverte"):
        open_till(acting_user=colleague, till=till, at=at(DAY), counted=5000)
    first = sale(operator, colleague)
    undo(acting_user=user, entry=first, on=DAY, reason="doublon")
    sale(operator, user, "s2")
    move_cash(acting_user=user, session=session, on=DAY, move="spent", amount=200, reason="Timbres", token="m1")
    with pytest.raises(DomainError, match="on ne peut pas en sortir plus"):
        move_cash(acting_user=user, session=session, on=DAY, move="to_bank", amount=9900, reason="", token="m2")
    move_cash(acting_user=user, session=session, on=DAY, move="to_bank", amount=4000, reason="", token="m3")
    assert session_cash(session) == 1500
    with pytest.raises(DomainError, match="expliquez-la"):
        close_till(acting_user=user, session=session, at=at(DAY, 18), counted=1450)
    closed = close_till(
        acting_user=user, session=session, at=at(DAY, 18), counted=1450, explanation="50 centimes rendus en trop"
    )
    assert (closed.expected, closed.counted) == (1500, 1450)
    assert till_cash(till) == balance(operator=operator, role=AccountRole.CASH) == 1450
    assert balances(operator)["cash_short"] == 50
    with pytest.raises(DomainError, match="Aucune caisse"):
        sale(operator, user, "s5")
    again = open_till(acting_user=colleague, till=till, at=at(DAY, 19), counted=1450)
    assert session_cash(again) == 1450
    assert list(book_problems()) == []


def test_two_drawers_ask_whose_cash_it_is():
    operator = an_operator()
    one, other, third = (a_user(operator) for _ in range(3))
    first, second = a_till(operator, one), a_till(operator, one, "Atelier")
    mine = open_till(acting_user=one, till=first, at=at(DAY), counted=0)
    theirs = open_till(acting_user=other, till=second, at=at(DAY), counted=0)
    assert sale(operator, one, "a").till_session == mine
    assert sale(operator, other, "b").till_session == theirs
    with pytest.raises(DomainError, match="Plusieurs caisses"):
        sale(operator, third, "c")
    join_till(acting_user=third, session=theirs, at=at(DAY, 11))
    assert sale(operator, third, "d").till_session == theirs


def test_a_month_waits_for_its_tills():
    operator = an_operator()
    user = a_user(operator)
    session = open_till(acting_user=user, till=a_till(operator, user), at=at(DAY), counted=0)
    sale(operator, user)
    april = at(DAY.replace(month=4))
    with pytest.raises(DomainError, match="encore ouverte"):
        close_month(acting_user=user, operator=operator, month=DAY, at=april)
    close_till(acting_user=user, session=session, at=at(DAY, 18), counted=700)
    with pytest.raises(DomainError, match="Il reste"):
        retire_till(acting_user=user, till=session.till, on=DAY)
    closed = close_month(acting_user=user, operator=operator, month=DAY, at=april)
    kept = {row.account.role: (row.debit, row.credit, row.balance) for row in closed.balances.select_related("account")}
    assert kept["cash"] == (700, 0, 700)
    assert list(book_problems()) == []


@pytest.mark.django_db(transaction=True)
def test_a_till_is_closed_while_colleagues_sell_and_no_coin_is_lost():
    operator = an_operator()
    user = a_user(operator)
    session = open_till(acting_user=user, till=a_till(operator, user), at=at(DAY), counted=0)

    def sell(name):
        for number in range(12):
            sale(operator, user, f"{name}-{number}")

    def close():
        return close_till(
            acting_user=user, session=session, at=at(DAY, 18), counted=session_cash(session), explanation="vite compté"
        )

    at_once(partial(sell, "a"), close, partial(sell, "b"))
    session.refresh_from_db()
    assert session.closed_at is not None
    assert session_cash(session) == session.counted
    assert list(book_problems()) == []
    assert Entry.objects.filter(operator=operator, till_session__isnull=True).count() == 0


@pytest.mark.django_db(transaction=True)
def test_one_drawer_is_opened_once_by_two_people():
    operator = an_operator()
    user = a_user(operator)
    till = a_till(operator, user)
    results = at_once(*[partial(open_till, acting_user=user, till=till, at=at(DAY), counted=0) for _ in range(2)])
    assert len(refusals(results)) == 1
    assert TillSession.objects.count() == 1
    connection.close()


def test_the_screens_of_a_day():
    operator = an_operator()
    user = a_user(operator)
    client = signed_in(user)
    site = a_site(operator)
    made = client.post(reverse("ledger:till_create"), {"name": "Accueil", "site": site.pk})
    assert made.status_code == 303
    till = operator.pk and site.tills.get()
    opened = client.post(reverse("ledger:till_open", args=[till.pk]), {"counted": "20,00", "source": "bank"})
    assert opened.status_code == 303
    session = till.sessions.get()
    page = client.get(opened["Location"]).content.decode()
    assert "doivent être dans le tiroir" in page
    moved = client.post(
        reverse("ledger:session_move", args=[session.pk]), {"move": "to_bank", "amount": "5,00", "reason": ""}
    )
    assert moved.status_code == 303
    wrong = client.post(reverse("ledger:session_close", args=[session.pk]), {"coin_1000": "1", "coin_100": "4"})
    assert wrong.status_code == 422
    assert "soit une différence" in wrong.content.decode()
    explained = {"coin_1000": "1", "coin_100": "4", "explanation": "un euro rendu en trop"}
    right = client.post(reverse("ledger:session_close", args=[session.pk]), explained)
    assert right.status_code == 303
    session.refresh_from_db()
    assert session.coins == {"1000": 1, "100": 4}
    sheet = client.get(reverse("ledger:session_sheet", args=[session.pk]))
    assert "Feuille de caisse" in sheet.text
    said = sheet.context
    assert (session.opening_float + said["came"] - said["went"], said["gap"]) == (session.expected, -100)
    assert client.get(reverse("ledger:tills")).status_code == 200
    assert client.get(reverse("ledger:till")).status_code == 200
