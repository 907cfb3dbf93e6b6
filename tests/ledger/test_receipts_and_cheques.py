"""Receipts that never miss a number, whoever gives up on the way; cheques that are kept, not cashed."""

import contextlib
import datetime
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from declic.accounts.enums import Role
from declic.core.errors import DomainError
from declic.equipment.actions import hand_over, money, receive_return
from declic.equipment.checks import claim_problems
from declic.ledger.actions import Posting, correct_means, expiry_of, post, replace_cheque
from declic.ledger.actions import reverse as undo
from declic.ledger.checks import book_problems, number_pending_receipts
from declic.ledger.enums import AccountRole, Event, Means
from declic.ledger.models import Receipt, ReceiptCounter
from declic.ledger.queries import balances, deposits_held
from tests.equipment.stories import lent, prepared, ready
from tests.equipment.test_same_instant import at_once
from tests.factories import DAY, a_user, an_enrolment, an_operator, at, signed_in
from tests.ledger.test_tills import sale

pytestmark = pytest.mark.django_db


def numbers(operator):
    number_pending_receipts()
    return list(Receipt.objects.filter(operator=operator).order_by("number").values_list("number", flat=True))


def test_money_that_comes_in_has_a_receipt_in_the_name_of_who_pays():
    loan = lent()
    number_pending_receipts()
    receipt = Receipt.objects.get()
    assert (receipt.number, receipt.amount, receipt.means, receipt.payer) == (1, 5000, "cash", str(loan.person))
    assert receipt.reference == "2024-000001"


def test_what_is_undone_is_cancelled_by_a_receipt_of_its_own():
    operator = an_operator()
    user = a_user(operator)
    first = sale(operator, user)
    second = sale(operator, user, "s2")
    undo(acting_user=user, entry=first, on=DAY, reason="doublon")
    correct_means(acting_user=user, entry=second, means="bank", on=DAY, reason="carte")
    assert numbers(operator) == [1, 2, 3, 4, 5]
    assert Receipt.objects.get(entry=first).cancelled_by.kind == "cancel"
    assert list(book_problems()) == []


def test_a_receipt_never_changes_nor_chooses_its_number():
    operator = an_operator()
    entry = sale(operator, a_user(operator))
    number_pending_receipts()
    for change in ({"number": 7}, {"amount": 1}, {"payer": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Receipt.objects.filter(entry=entry).update(**change)
    with pytest.raises(IntegrityError, match="one by one"), transaction.atomic():
        ReceiptCounter.objects.update(last=9)
    with pytest.raises(Exception, match="Cannot"), transaction.atomic():
        Receipt.objects.filter(entry=entry).delete()


@pytest.mark.django_db(transaction=True)
def test_no_number_is_lost_when_half_of_the_sales_fail_at_the_same_instant():
    operator = an_operator()
    user = a_user(operator)

    def sell(name):
        for number in range(10):
            with contextlib.suppress(ZeroDivisionError, Exception), transaction.atomic():
                sale(operator, user, f"{name}-{number}")
                if number % 3 == 1:
                    raise ZeroDivisionError
                if number % 5 == 3:
                    with connection.cursor() as cursor:
                        # The server itself hangs up in the middle of the transaction.
                        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            connection.close_if_unusable_or_obsolete()

    at_once(*[partial(sell, name) for name in "abcd"])
    given_numbers = numbers(operator)
    assert len(given_numbers) > 10
    assert given_numbers == list(range(1, len(given_numbers) + 1))
    assert list(book_problems()) == []


def test_a_receipt_is_printed_once_then_marked_as_a_duplicate(monkeypatch):
    operator = an_operator()
    user = a_user(operator)
    sale(operator, user)
    receipt = Receipt.objects.get()
    printed = []
    monkeypatch.setattr(
        "declic.ledger.views.receipts.pdf_of", lambda receipt, duplicate, on: printed.append(duplicate) or b"%PDF"
    )
    client = signed_in(user)
    for _ in range(2):
        response = client.post(reverse("ledger:receipt_pdf", args=[receipt.pk]))
        assert response["Content-Type"] == "application/pdf"
    assert printed == [0, 1]
    assert client.get(reverse("ledger:receipts")).status_code == 200
    assert signed_in(a_user(operator, Role.VOLUNTEER)).post(
        reverse("ledger:receipt_pdf", args=[receipt.pk])
    ).status_code in (403, 404)


def test_the_paper_of_a_receipt_is_a_pdf():
    from declic.ledger.paper import receipt_pdf

    operator = an_operator()
    sale(operator, a_user(operator))
    number_pending_receipts()
    assert receipt_pdf(Receipt.objects.get(), duplicate=1, on=DAY).startswith(b"%PDF")


@given(st.dates(datetime.date(2000, 1, 1), datetime.date(2090, 1, 1)))
def test_a_cheque_lives_a_year_and_eight_days(day):
    assert expiry_of(day) - day in (datetime.timedelta(days=373), datetime.timedelta(days=374))


def _lent_by_cheque():
    enrolment = an_enrolment()
    user = a_user(enrolment.operator)
    (device,) = ready(enrolment.operator, by=user)
    allocation = prepared(enrolment, device, by=user)
    return user, hand_over(acting_user=user, allocation=allocation, at=at(DAY), means=Means.CHEQUE, signed_by="Awa")


def test_a_deposit_cheque_is_kept_then_given_back():
    user, loan = _lent_by_cheque()
    assert (deposits_held(loan.operator), balances(loan.operator)["cheques_held"]) == (0, 5000)
    assert money.means_of_deposit(loan) == Means.CHEQUE
    assert list(claim_problems()) == list(book_problems()) == []
    ended = receive_return(acting_user=user, allocation=loan, at=at(DAY, 12), condition="good", means=Means.CHEQUE)
    assert ended.state == "settled"
    assert balances(loan.operator)["cheques_held"] == 0
    assert list(claim_problems()) == list(book_problems()) == []


def test_a_deposit_cheque_is_cashed_when_something_is_damaged():
    user, loan = _lent_by_cheque()
    ended = receive_return(
        acting_user=user, allocation=loan, at=at(DAY, 12), condition="damaged", means=Means.CHEQUE, damage=2000
    )
    assert ended.state == "settled"
    found = balances(loan.operator)
    assert (found["bank"], found["damage_recovery"], found["cheques_held"]) == (2000, -2000, 0)
    assert list(claim_problems()) == list(book_problems()) == []


def test_a_cheque_near_its_end_is_replaced_then_cashed_from_its_page():
    user, loan = _lent_by_cheque()
    old = money.cheque_of(loan)
    new = replace_cheque(acting_user=user, cheque=old, on=DAY, label="Chèque", number="123", bank="Poste", dated_on=DAY)
    with pytest.raises(DomainError, match="plus gardé"):
        replace_cheque(acting_user=user, cheque=old, on=DAY, label="Chèque", number="4", bank="P", dated_on=DAY)
    client = signed_in(user)
    assert "123" in client.get(reverse("ledger:cheques")).content.decode()
    typed = {"number": "0000123", "bank": "Banque postale", "drawer": "Awa", "dated_on": "01/03/2024"}
    assert client.post(reverse("ledger:cheque_edit", args=[new.pk]), typed).status_code == 303
    assert client.get(reverse("ledger:cheques") + "?finis=oui").status_code == 200
    money.cash_cheque(user, loan, DAY)
    assert deposits_held(loan.operator) == 5000
    assert money.means_of_deposit(loan) == Means.BANK
    with pytest.raises(DomainError, match="autre moyen"):
        money.require_reason(loan, Means.CASH, "")
    assert list(claim_problems()) == list(book_problems()) == []


def test_a_debt_is_waived_up_to_what_is_owed_and_a_payment_is_undone():
    loan = lent()
    user = a_user(loan.operator)
    ended = receive_return(
        acting_user=user, allocation=loan, at=at(DAY, 12), condition="damaged", means="cash", damage=9000
    )
    with pytest.raises(DomainError, match="ne peut pas dépasser"):
        money.waive(user, ended, DAY, 4001, "précarité")
    with pytest.raises(DomainError, match="Dites pourquoi"):
        money.waive(user, ended, DAY, 1000, " ")
    money.waive(user, ended, DAY, 1000, "précarité")
    money.pay(user, ended, DAY, 500, Means.CASH, key="p1")
    paid = Receipt.objects.exclude(entry__event=Event.DEPOSIT_PAID).get().entry
    money.undo_payment(user, ended, paid, DAY, "tapé deux fois")
    assert (money.owed(ended), balances(loan.operator)["waiver_expense"]) == (3000, 1000)
    with pytest.raises(DomainError, match="chèque gardé"):
        money.pay(user, ended, DAY, 500, Means.CHEQUE, key="p2")
    assert list(claim_problems()) == list(book_problems()) == []


def test_a_transfer_between_accounts_gives_no_receipt():
    operator = an_operator()
    post(
        acting_user=a_user(operator),
        operator=operator,
        on=DAY,
        event=Event.GRANT_RECEIVED,
        label="x",
        idempotency_key="x",
        postings=[Posting(AccountRole.BANK, debit=1), Posting(AccountRole.GRANT_RECEIVABLE, credit=1)],
    )
    assert not Receipt.objects.exists()
