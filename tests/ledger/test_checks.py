"""Each check finds what a careless hand did behind every trigger, and finds nothing else; the night keeps what they said."""

import json
import re

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.urls import reverse

from declic.accounts.enums import Role
from declic.equipment.checks import claim_problems
from declic.ledger.actions import close_month, close_till, keep_cheque, open_till
from declic.ledger.checks import Problem, book_problems, number_pending_receipts
from declic.ledger.enums import CheckSubject
from declic.ledger.models import Account, Auxiliary, CheckRun
from declic.ledger.runs import last_runs, record_run
from declic.web.nightly import JOBS
from tests.equipment.stories import lent, ready
from tests.factories import DAY, a_user, an_operator, at, signed_in
from tests.ledger.test_grants_and_files import a_grant, an_expense
from tests.ledger.test_tills import a_till, sale

pytestmark = pytest.mark.django_db

NEXT = at(DAY.replace(month=4))


def spoil(sql, *facts):
    """As a repair by hand would: past every trigger, in the transaction of the test, which ends undone."""
    table = re.search(r"(?:UPDATE|FROM|INTO) (\w+)", sql)[1]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, facts)


@pytest.fixture(autouse=True)
def _undone(db):
    yield
    transaction.set_rollback(True)


def found():
    return " / ".join([*book_problems(), *claim_problems()])


@pytest.fixture
def books():
    """A loan, a sale at a till that was closed, a month closed, an expense paid by a grant, a cheque kept."""
    loan = lent()
    operator, user = loan.operator, a_user(loan.operator)
    session = open_till(acting_user=user, till=a_till(operator, user), at=at(DAY), counted=5000)
    sale(operator, user)
    close_till(acting_user=user, session=session, at=at(DAY, 18), counted=5700)
    close_month(acting_user=user, operator=operator, month=DAY, at=NEXT)
    assert found() == ""
    return loan


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE ledger_line SET debit = debit + 1 WHERE debit > 0", "équilibrée"),
        ("DELETE FROM ledger_line", "équilibrée"),
        ("UPDATE ledger_line SET auxiliary_id = NULL WHERE auxiliary_id IS NOT NULL", "cautions nommées"),
        ("DELETE FROM ledger_receipt WHERE number = 1", "reçu"),
        ("UPDATE ledger_receipt SET number = 9 WHERE number = 2", "reçus numérotés"),
        ("UPDATE ledger_receiptcounter SET last = 7", "le compteur dit 7"),
        ("UPDATE ledger_monthbalance SET balance = balance + 1", "à la clôture"),
        ("UPDATE ledger_tillsession SET counted = 5701, expected = 5701", "comptés à la fermeture"),
        ("UPDATE equipment_allocation SET deposit = 4000", "devrait tenir une caution"),
        ("UPDATE equipment_allocation SET state = 'settled', ended_on = handed_over_on", "devrait tenir une caution"),
        ("UPDATE equipment_claim SET released_at = taken_at + interval '1 minute'", "sans l'occupation"),
        ("UPDATE equipment_device SET state = 'ready', cycle = 9", "prête sans toutes ses preuves"),
        ("UPDATE equipment_claim SET allocation_id = NULL", "ne la tient pas"),
        ("UPDATE equipment_allocation SET account_id = NULL", "sans attribution"),
        ("DELETE FROM equipment_agreement", "sans convention signée"),
    ],
)
def test_what_was_spoiled_is_found(books, sql, words):
    spoil(sql)
    assert words in found()


def test_two_holders_of_one_machine_are_found(books):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE equipment_claim DROP CONSTRAINT one_holder_at_any_instant")
    spoil(
        "INSERT INTO equipment_claim (operator_id, device_id, kind, taken_at, released_at)"
        " SELECT operator_id, device_id, 'repair', taken_at + interval '1 minute', taken_at + interval '2 minutes'"
        " FROM ONLY equipment_claim WHERE kind = 'loan'"
    )
    assert "deux détenteurs" in found()


def test_a_grant_that_pays_too_much_and_a_cheque_that_is_gone_are_found():
    operator = an_operator()
    user = a_user(operator)
    grant, expense = a_grant(operator, user), an_expense(operator, user)
    keep_cheque(
        acting_user=user,
        auxiliary=Auxiliary.objects.create(operator=operator, label="Attribution 1"),
        on=DAY,
        amount=5000,
        label="x",
    )
    assert found() == ""
    spoil(
        "INSERT INTO ledger_grantshare (operator_id, grant_id, line_id, amount, shared_by_id, shared_at)"
        " VALUES (%s, %s, %s, 20000, %s, now())",
        operator.pk, grant.pk, expense.line_id, user.pk,
    )  # fmt: skip
    spoil("DELETE FROM ledger_cheque")
    said = found()
    assert "par des subventions" in said
    assert "pour 100,00" in said
    assert "de chèques gardés" in said


def test_a_debt_of_nobody_and_an_account_of_another_structure_are_found(books):
    elsewhere = an_operator()
    sale(elsewhere, a_user(elsewhere), "far")
    spoil(
        "UPDATE ledger_line SET account_id = %s WHERE credit = 700 AND operator_id = %s",
        Account.objects.get(operator=elsewhere, role="receivable").pk,
        books.operator_id,
    )
    said = found()
    assert "mêle les comptes" in said
    assert "sans dire par qui" in said


def test_a_month_whose_books_are_wrong_is_not_closed():
    operator = an_operator()
    user = a_user(operator)
    sale(operator, user)
    number_pending_receipts()
    spoil("DELETE FROM ledger_receipt")
    with pytest.raises(Exception, match="ne sont pas justes"):
        close_month(acting_user=user, operator=operator, month=DAY, at=NEXT)


def test_the_commands_say_it_to_machines_too(books, capsys):
    call_command("check_books", "--json")
    assert json.loads(capsys.readouterr().out)["problems"] == []
    spoil("DELETE FROM ledger_receipt WHERE number = 1")
    with pytest.raises(CommandError):
        call_command("check_books", "--json")
    assert json.loads(capsys.readouterr().out)["problems"][0]["operator"] == books.operator_id


def test_the_night_writes_what_it_found_and_today_shows_it(books):
    user = a_user(books.operator, Role.COORDINATOR)
    client = signed_in(user)
    jobs = [job for name, job in JOBS if "vérifié" in name]
    for job in jobs:
        assert job(DAY, NEXT) == 0
    assert "tout est juste" in client.get(reverse("ledger:accounts")).content.decode()
    ready(books.operator, by=user)
    assert (
        record_run(
            subject=CheckSubject.BOOKS, problems=[Problem.of(books.operator_id, "Un mot.")], at=at(DAY.replace(month=5))
        )
        == 1
    )
    assert [run.count for run in last_runs(books.operator_id)] == [1, 0]
    assert "1 vérification de nuit" in client.get(reverse("web:today")).content.decode()
    assert "Un mot." in client.get(reverse("ledger:accounts")).content.decode()
    assert CheckRun.objects.filter(operator=books.operator).count() == 3
