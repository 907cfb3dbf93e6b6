"""The books: balanced, written once, corrected by another entry, closed month by month."""

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from declic.accounts.enums import Role
from declic.core.errors import DomainError
from declic.ledger.actions import (
    Posting,
    close_month,
    correct_means,
    map_accounts,
    notify_grant,
    post,
    receive_grant,
)
from declic.ledger.actions import (
    reverse as undo,
)
from declic.ledger.enums import AccountRole, Event
from declic.ledger.models import Account, Auxiliary, Entry, Line
from declic.ledger.queries import balance, balances, months_to_close
from tests.factories import DAY, a_user, an_edition, an_operator, at, signed_in

pytestmark = pytest.mark.django_db


def _grant(operator, user, *, key="g1", amount=1_500_000, on=DAY):
    return notify_grant(
        acting_user=user, operator=operator, section=None, funder_name="Fondation", amount=amount, on=on, key=key
    )


def _sale(operator, user, *, key="s1", on=DAY):
    return post(
        acting_user=user,
        operator=operator,
        on=on,
        event=Event.SALE_PAYMENT,
        label="Recharge",
        idempotency_key=key,
        postings=[Posting(AccountRole.CASH, debit=700), Posting(AccountRole.RECHARGE_REVENUE, credit=700)],
    )


def test_a_grant_is_owed_then_received():
    operator = an_operator()
    user = a_user(operator)
    edition = an_edition(operator, by=user)
    _grant(operator, user)
    receive_grant(
        acting_user=user,
        operator=operator,
        section=edition.section,
        funder_name="Fondation",
        amount=1_000_000,
        on=DAY,
        key="g1-1",
    )
    found = balances(operator)
    assert (found["grant_receivable"], found["bank"], found["grant_income"]) == (500_000, 1_000_000, -1_500_000)


def test_the_same_key_is_written_once():
    operator = an_operator()
    user = a_user(operator)
    _grant(operator, user)
    with pytest.raises(DomainError, match="déjà enregistrée"):
        _grant(operator, user)


def test_an_entry_that_does_not_balance_is_refused():
    operator = an_operator()
    with pytest.raises(DomainError, match="équilibrée"):
        post(
            acting_user=a_user(operator),
            operator=operator,
            on=DAY,
            event=Event.SALE,
            label="x",
            idempotency_key="x",
            postings=[Posting(AccountRole.CASH, debit=1)],
        )


def test_an_entry_never_changes():
    operator = an_operator()
    entry = _grant(operator, a_user(operator))
    with pytest.raises(Exception, match="append_only|Cannot"), transaction.atomic():  # noqa: RUF043
        Entry.objects.filter(pk=entry.pk).update(label="autre")


def test_an_entry_is_undone_once_with_a_reason():
    operator = an_operator()
    user = a_user(operator)
    entry = _sale(operator, user)
    with pytest.raises(DomainError, match="Dites pourquoi"):
        undo(acting_user=user, entry=entry, on=DAY, reason=" ")
    mirror = undo(acting_user=user, entry=entry, on=DAY, reason="erreur de saisie")
    assert balance(operator=operator, role=AccountRole.CASH) == 0
    with pytest.raises(DomainError, match="déjà annulée"):
        undo(acting_user=user, entry=entry, on=DAY, reason="encore")
    with pytest.raises(DomainError, match="ne s'annule pas"):
        undo(acting_user=user, entry=mirror, on=DAY, reason="encore")


def test_money_put_in_the_wrong_drawer_changes_drawer():
    operator = an_operator()
    user = a_user(operator)
    entry = _sale(operator, user)
    correct_means(acting_user=user, entry=entry, means="bank", on=DAY, reason="payé par carte")
    found = balances(operator)
    assert (found["cash"], found["bank"], found["recharge_revenue"]) == (0, 700, -700)
    with pytest.raises(DomainError):
        correct_means(acting_user=user, entry=entry, means="bank", on=DAY, reason="encore")


def test_a_closed_month_takes_nothing_more():
    operator = an_operator()
    user = a_user(operator)
    _sale(operator, user)
    assert months_to_close(operator, on=DAY.replace(month=4)) == [datetime.date(2024, 3, 1)]
    with pytest.raises(DomainError, match="n'est pas fini"):
        close_month(acting_user=user, operator=operator, month=DAY, at=at(DAY))
    april = at(DAY.replace(month=4))
    close_month(acting_user=user, operator=operator, month=DAY, at=april)
    with pytest.raises(DomainError, match="déjà clôturé"):
        close_month(acting_user=user, operator=operator, month=DAY, at=april)
    with pytest.raises(DomainError, match="clôturé"):
        _sale(operator, user, key="s2")
    with pytest.raises(IntegrityError, match="closed"), transaction.atomic():
        Entry.objects.create(
            operator=operator, on=DAY, event=Event.SALE, label="x", idempotency_key="y", recorded_by=user
        )


def test_account_numbers_are_the_operators_own():
    operator = an_operator()
    user = a_user(operator)
    _sale(operator, user)
    names = dict(Account.objects.filter(operator=operator).values_list("role", "code"))
    swapped = {"cash": (names["bank"], "Caisse"), "bank": (names["cash"], "Banque")}
    map_accounts(acting_user=user, operator=operator, codes=swapped)
    assert Account.objects.get(operator=operator, role="cash").code == names["bank"]
    with pytest.raises(DomainError, match="Deux comptes"):
        map_accounts(acting_user=user, operator=operator, codes={"cash": ("165", "Caisse")})


def test_right_books_are_found_right(capsys):
    operator = an_operator()
    _grant(operator, a_user(operator))
    call_command("check_books")
    call_command("check_claims")
    assert "justes" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_wrong_books_are_found_wrong(capsys):
    operator = an_operator()
    user = a_user(operator)
    entry = _sale(operator, user)
    account = Account.objects.get(operator=operator, role="cash")
    with connection.cursor() as cursor:
        # As a careless repair would: past every trigger.
        cursor.execute("ALTER TABLE ledger_line DISABLE TRIGGER USER")
        Line.objects.create(operator=operator, entry=entry, account=account, debit=5)
        cursor.execute("ALTER TABLE ledger_line ENABLE TRIGGER USER")
    with pytest.raises(CommandError, match="ne sont pas justes"):
        call_command("check_books")
    assert str(entry.pk) in capsys.readouterr().err


def test_a_deposit_never_goes_below_zero():
    operator = an_operator()
    user = a_user(operator)
    share = Auxiliary.objects.create(operator=operator, label="caution")
    post(
        acting_user=user,
        operator=operator,
        on=DAY,
        event=Event.DEPOSIT_REFUNDED,
        label="x",
        idempotency_key="x",
        postings=[
            Posting(AccountRole.DEPOSITS_HELD, debit=100, auxiliary=share),
            Posting(AccountRole.CASH, credit=100),
        ],
    )
    with (
        pytest.raises(IntegrityError, match="negative"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    # The wrong entry goes before the test ends, as it would with its transaction.
    transaction.set_rollback(True)


def test_the_pages_of_the_books_open_for_those_who_read_them():
    operator = an_operator()
    user = a_user(operator)
    entry = _sale(operator, user)
    pages = [
        reverse("ledger:till"),
        reverse("ledger:till") + "?jour=04/03/2024",
        reverse("ledger:journal"),
        reverse("ledger:journal") + "?role=cash&event=sale_payment&since=01/03/2024&until=31/03/2024",
        reverse("ledger:entry", args=[entry.pk]),
        reverse("ledger:entry_reverse", args=[entry.pk]),
        reverse("ledger:entry_means", args=[entry.pk]),
        reverse("ledger:accounts"),
        reverse("ledger:accounts_edit"),
        reverse("ledger:month_close"),
    ]
    client, stranger = signed_in(user), signed_in(a_user(an_operator()))
    adviser = signed_in(a_user(operator, Role.ADVISER))
    for page in pages:
        assert client.get(page).status_code == 200, page
        assert adviser.get(page).status_code == 404, page
    assert stranger.get(pages[4]).status_code == 404


def test_the_journal_costs_the_same_whatever_its_length(django_assert_max_num_queries):
    operator = an_operator()
    user = a_user(operator)
    client = signed_in(user)
    for number in range(55):
        _sale(operator, user, key=f"s{number}")
    with django_assert_max_num_queries(10):
        page = client.get(reverse("ledger:journal"))
    assert "Page suivante" in page.content.decode()
    with django_assert_max_num_queries(12):
        client.get(reverse("ledger:till") + "?jour=04/03/2024")


def test_the_screens_correct_and_close():
    operator = an_operator()
    user = a_user(operator)
    client = signed_in(user)
    entry = _sale(operator, user)
    other = _sale(operator, user, key="s2")
    undone = client.post(reverse("ledger:entry_reverse", args=[entry.pk]), {"on": "05/03/2024", "reason": "doublon"})
    assert undone.status_code == 303
    moved = client.post(
        reverse("ledger:entry_means", args=[other.pk]), {"on": "05/03/2024", "reason": "carte", "means": "bank"}
    )
    assert moved.status_code == 303
    assert client.post(reverse("ledger:month_close"), {"month": "2024-03"}).status_code == 303
    late = client.post(reverse("ledger:entry_reverse", args=[other.pk]), {"on": "05/03/2024", "reason": "x"})
    assert late.status_code == 422
    typed = {}
    for account in Account.objects.filter(operator=operator):
        typed |= {f"code_{account.role}": account.code, f"name_{account.role}": account.name}
    typed["name_cash"] = "Petite caisse"
    assert client.post(reverse("ledger:accounts_edit"), typed).status_code == 303
    assert Account.objects.get(operator=operator, role="cash").name == "Petite caisse"
