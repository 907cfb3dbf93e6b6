"""Each euro of a grant pays one expense once; what leaves as a file reads as the tax office and the funder expect."""

import datetime
import re
import uuid
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from declic.core.errors import DomainError
from declic.core.tables import open_table
from declic.ledger.actions import (
    cancel_expense,
    enter_expense,
    enter_grant,
    enter_income,
    pay_expense,
    receive_grant_payment,
    share_grant,
)
from declic.ledger.actions import reverse as undo
from declic.ledger.checks import book_problems, number_pending_receipts
from declic.ledger.exports import FEC_COLUMNS, as_csv, fec, fec_name, grant_rows
from declic.ledger.models import GrantShare
from declic.ledger.queries import balances
from declic.ledger.sheets import write_ods, write_xlsx
from tests.equipment.test_same_instant import at_once, refusals
from tests.factories import DAY, a_partner, a_site, a_user, an_edition, an_operator, at, signed_in
from tests.ledger.test_tills import sale

pytestmark = pytest.mark.django_db


def ground():
    operator = an_operator()
    user = a_user(operator)
    return operator, user, an_edition(operator, by=user)


def a_grant(operator, user, section=None, amount=10_000):
    return enter_grant(
        acting_user=user,
        operator=operator,
        funder_name="Région",
        amount=amount,
        on=DAY,
        section=section,
        token=uuid.uuid4(),
    )


def an_expense(operator, user, section=None, amount=6_000, means="bank"):
    return enter_expense(
        acting_user=user,
        operator=operator,
        supplier="Papeterie",
        label="Papier",
        amount=amount,
        role="purchases",
        on=DAY,
        means=means,
        section=section,
        reference="F-12",
        token=uuid.uuid4(),
    )


def test_a_grant_pays_expenses_never_above_itself_nor_above_them():
    operator, user, edition = ground()
    grant, other = a_grant(operator, user, edition.section), a_grant(operator, user)
    one, two = an_expense(operator, user, edition.section), an_expense(operator, user, edition.section)
    share = partial(share_grant, acting_user=user, at=at(DAY))
    share(grant=grant, line=one.line, amount=6_000)
    with pytest.raises(DomainError, match="Il reste"):
        share(grant=other, line=one.line, amount=1)
    with pytest.raises(DomainError, match="Il reste"):
        share(grant=grant, line=two.line, amount=4_001)
    share(grant=grant, line=two.line, amount=4_000)
    share(grant=other, line=two.line, amount=2_000)
    elsewhere = an_expense(operator, user, an_edition(operator, by=user).section)
    with pytest.raises(DomainError, match="autre édition"):
        share(grant=grant, line=elsewhere.line, amount=1)
    for grant_pk, line_pk in ((grant.pk, elsewhere.line_id), (other.pk, one.line_id)):
        with pytest.raises(IntegrityError), transaction.atomic():
            GrantShare.objects.create(
                operator=operator, grant_id=grant_pk, line_id=line_pk, amount=6_001, shared_by=user, shared_at=at(DAY)
            )
    with pytest.raises(DomainError, match="retirez d'abord"):
        cancel_expense(acting_user=user, expense=two, on=DAY, reason="erreur")
    with pytest.raises(DomainError, match="retirez-les d'abord"):
        undo(acting_user=user, entry=grant.entry, on=DAY, reason="erreur")
    share(grant=grant, line=two.line, amount=0)
    assert GrantShare.objects.filter(grant=grant).count() == 1
    assert list(book_problems()) == []


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_who_share_the_same_euros_at_the_same_instant_share_them_once():
    operator, user, edition = ground()
    expense = an_expense(operator, user, edition.section, amount=1_000)
    grants = [a_grant(operator, user, edition.section, amount=1_000) for _ in range(3)]
    results = at_once(
        *[
            partial(share_grant, acting_user=user, grant=grant, line=expense.line, amount=700, at=at(DAY))
            for grant in grants
        ]
    )
    assert len(refusals(results)) == 2
    assert GrantShare.objects.get().amount == 700


def test_an_invoice_is_paid_later_once_and_undone_with_its_payment():
    operator, user, edition = ground()
    expense = an_expense(operator, user, edition.section, means="")
    assert balances(operator)["suppliers"] == -6_000
    paid = pay_expense(acting_user=user, expense=expense, on=DAY, means="bank")
    with pytest.raises(DomainError, match="déjà payée"):
        pay_expense(acting_user=user, expense=expense, on=DAY, means="bank")
    cancel_expense(acting_user=user, expense=paid, on=DAY, reason="avoir")
    assert not any(balances(operator).values())


def test_a_grant_is_received_in_parts_never_above_it():
    operator, user, _edition = ground()
    grant = a_grant(operator, user)
    receive = partial(receive_grant_payment, acting_user=user, grant=grant, on=DAY)
    receive(amount=4_000, token="1")
    with pytest.raises(DomainError, match="Il reste"):
        receive(amount=6_001, token="2")
    receive(amount=6_000, token="3")
    assert balances(operator)["grant_receivable"] == 0


class TestBooks(TestCase):
    @settings(max_examples=8, deadline=None)
    @given(
        st.lists(st.tuples(st.sampled_from(["expense", "income", "grant", "sale"]), st.integers(1, 10**8)), max_size=8)
    )
    def test_whatever_is_written_the_sum_of_all_accounts_is_nothing(self, moves):
        operator, user, edition = ground()
        for number, (kind, cents) in enumerate(moves):
            if kind == "expense":
                an_expense(operator, user, edition.section, cents, "bank" if number % 2 else "")
            elif kind == "income":
                enter_income(
                    acting_user=user, operator=operator, label="Don", amount=cents, on=DAY, means="bank", token=number
                )
            elif kind == "grant":
                a_grant(operator, user, edition.section, cents)
            else:
                sale(operator, user, f"s{number}", cents)
        assert sum(balances(operator).values()) == 0
        assert list(book_problems()) == []


def test_the_fec_has_its_eighteen_columns_its_numbers_without_gap_and_its_name():
    operator, user, edition = ground()
    an_expense(operator, user, edition.section)
    sale(operator, user)
    a_grant(operator, user)
    number_pending_receipts()
    with pytest.raises(DomainError, match="SIRET"):
        fec_name(operator, datetime.date(2024, 12, 31))
    operator.siret = "12345678900011"
    assert fec_name(operator, datetime.date(2024, 12, 31)) == "123456789FEC20241231.txt"
    lines = "".join(fec(operator, datetime.date(2024, 1, 1), datetime.date(2024, 12, 31))).splitlines()
    assert tuple(lines[0].split("\t")) == FEC_COLUMNS
    assert len(FEC_COLUMNS) == 18
    rows = [dict(zip(FEC_COLUMNS, line.split("\t"), strict=True)) for line in lines[1:]]
    assert len(rows) == 6
    assert sorted({int(row["EcritureNum"]) for row in rows}) == [1, 2, 3]
    debit, credit = (sum(int(row[side].replace(",", "")) for row in rows) for side in ("Debit", "Credit"))
    assert debit == credit == 6_000 + 700 + 10_000
    for row in rows:
        assert re.fullmatch(r"\d{8}", row["EcritureDate"])
        assert re.fullmatch(r"\d{8}", row["PieceDate"])
        assert re.fullmatch(r"\d{8}", row["ValidDate"])
        assert re.fullmatch(r"\d+,\d\d", row["Debit"])
        assert row["PieceRef"]
        assert row["JournalLib"]
    assert {row["PieceRef"] for row in rows} >= {"F-12", "R-2024-000001"}


def test_a_funder_reads_what_it_paid_in_three_formats(tmp_path):
    operator, user, edition = ground()
    grant = a_grant(operator, user, edition.section)
    share_grant(
        acting_user=user, grant=grant, line=an_expense(operator, user, edition.section).line, amount=2_550, at=at(DAY)
    )
    text = "".join(as_csv(grant_rows(grant)))
    assert "25,50" in text
    for name, write in (("x.xlsx", write_xlsx), ("x.ods", write_ods)):
        path = tmp_path / name
        with write(grant_rows(grant)) as sheet:
            path.write_bytes(sheet.read())
        table = open_table(path, filename=name)
        assert any("Papeterie" in str(cell) for row in table.rows() for cell in row.cells), name


def test_the_screens_of_grants_and_expenses():
    operator, user, edition = ground()
    funder = a_partner(operator, "funder")
    client = signed_in(user)
    place = f"s{edition.section_id}"
    typed = {"funder": funder.pk, "amount": "100,00", "place": place, "on": "04/03/2024", "label": "", "reference": ""}
    made = client.post(reverse("ledger:grant_create"), typed)
    assert made.status_code == 303, made.content.decode()
    bought = {
        "supplier": "Papeterie", "label": "Papier", "amount": "60,00", "role": "purchases", "place": place,
        "means": "", "on": "04/03/2024", "reference": "F-12",
    }  # fmt: skip
    assert client.post(reverse("ledger:expense_create"), bought).status_code == 303
    page = client.get(made["Location"]).content.decode()
    assert "attendent un payeur" in page
    share = re.search(r'href="([^"]*/depenses/\d+/)"', page)[1]
    assert client.post(share, {"amount": "60,01"}).status_code == 422
    assert client.post(share, {"amount": "60,00"}).status_code == 303
    pay = re.search(r'href="([^"]*/payer/)"', client.get(reverse("ledger:expenses")).content.decode())[1]
    assert client.post(pay, {"means": "bank", "on": "05/03/2024"}).status_code == 303
    assert client.post(f"{made['Location']}versement/", {"amount": "50,00", "on": "05/03/2024"}).status_code == 303
    income = {"label": "Fonds propres", "amount": "10,00", "place": "structure", "means": "bank", "on": "04/03/2024"}
    assert client.post(reverse("ledger:income_create"), income).status_code == 303
    for name in ("ledger:grants", "ledger:expenses", "ledger:exports", "ledger:accounts"):
        assert client.get(reverse(name)).status_code == 200
    operator.siret = "12345678900011"
    operator.save()
    sent = client.get(reverse("ledger:fec") + "?annee=2024")
    assert b"".join(sent.streaming_content).startswith(b"JournalCode\t")
    for extension in ("csv", "xlsx", "ods"):
        sheet = client.get(f"{made['Location']}fichier/{extension}/")
        assert sheet.status_code == 200
        if extension != "csv":
            # Closed by hand: the test's client would close the connection with it.
            sheet._resource_closers.pop(0)()
    assert client.get(f"{made['Location']}fichier/exe/").status_code == 404


def test_the_accountants_file_waits_for_the_siret_and_its_key_is_checked():
    operator, user, _edition = ground()
    a_grant(operator, user)
    client = signed_in(user)
    waits = client.get(reverse("ledger:exports")).text
    assert ("Écrire le SIRET" in waits, "?annee=" in waits) == (True, False)
    wrong = client.post(reverse("ledger:siret"), {"siret": "732 829 320 00075"})
    assert (wrong.status_code, "732 829 320 00075" in wrong.text) == (422, True)
    assert client.post(reverse("ledger:siret"), {"siret": "732 829 320 00074"}).status_code == 303
    operator.refresh_from_db()
    assert operator.siret == "73282932000074"
    assert "?annee=" in client.get(reverse("ledger:exports")).text


def test_who_is_limited_to_a_place_takes_no_file_of_the_whole_and_closes_no_month():
    operator, user, _edition = ground()
    operator.siret = "12345678900011"
    operator.save()
    grant = a_grant(operator, user)
    here = signed_in(a_user(operator, site=a_site(operator)))
    assert here.get(reverse("ledger:exports")).status_code == 200
    assert here.get(reverse("ledger:grant", args=[grant.pk])).status_code == 200
    assert here.get(reverse("ledger:accounts")).status_code == 200
    for address in (
        reverse("ledger:fec") + "?annee=2024",
        reverse("ledger:grant_file", args=[grant.pk, "csv"]),
        reverse("ledger:month_close"),
        reverse("ledger:accounts_edit"),
        reverse("ledger:siret"),
    ):
        assert here.get(address).status_code == 404, address
    # A year written with too many figures is no year.
    assert signed_in(user).get(reverse("ledger:fec") + "?annee=0000020240000").status_code == 302
