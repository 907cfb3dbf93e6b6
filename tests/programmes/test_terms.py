"""Terms that bind those who entered, whatever is written later."""

import datetime

import pytest
from django.db import DatabaseError, transaction

from declic.core.errors import DomainError
from declic.ledger.actions import enter_expense
from declic.ledger.models import Account
from declic.programmes.actions import (
    BudgetRow,
    ObjectiveRow,
    create_edition,
    create_programme,
    set_budget,
    set_objectives,
    write_terms,
    write_terms_part,
)
from declic.programmes.budget import actual_budget
from declic.programmes.models import TermsVersion
from declic.programmes.queries import budget_by_year, current_terms, state_on, versions_with_entries
from declic.programmes.schema import Terms
from tests.factories import DAY, a_user, an_edition, an_enrolment, an_operator, terms

pytestmark = pytest.mark.django_db


def test_terms_are_written_in_place_while_nobody_has_entered() -> None:
    operator = an_operator()
    user = a_user(operator)
    edition = an_edition(operator, by=user)
    written = write_terms(acting_user=user, edition=edition, terms=terms(drop_in=False))
    assert (written.number, current_terms(edition).terms.drop_in) == (1, False)


def test_the_first_enrolment_freezes_the_terms_and_a_change_makes_the_next_version() -> None:
    edition = an_edition(an_operator())
    user = a_user(edition.operator)
    first = an_enrolment(edition=edition, by=user)
    written = write_terms(acting_user=user, edition=edition, terms=terms(drop_in=False), note="La permanence ferme")
    second = an_enrolment(edition=edition, by=user)
    assert (written.number, written.note) == (2, "La permanence ferme")
    assert first.terms.terms.drop_in
    assert not second.terms.terms.drop_in
    assert [(version.number, version.entries) for version in versions_with_entries(edition)] == [(2, 1), (1, 1)]


def test_frozen_terms_cannot_be_changed_by_any_path() -> None:
    edition = an_edition(an_operator())
    an_enrolment(edition=edition)
    with pytest.raises(DatabaseError), transaction.atomic():
        TermsVersion.objects.filter(edition=edition).update(body={})


def test_saving_the_same_terms_makes_no_version() -> None:
    edition = an_edition(an_operator())
    user = a_user(edition.operator)
    an_enrolment(edition=edition, by=user)
    write_terms(acting_user=user, edition=edition, terms=current_terms(edition).terms)
    assert edition.versions.count() == 1


def test_two_people_who_change_two_parts_lose_nothing() -> None:
    edition = an_edition(an_operator())
    user = a_user(edition.operator)
    write_terms_part(acting_user=user, edition=edition, changes={"drop_in": False})
    write_terms_part(acting_user=user, edition=edition, changes={"courses": []})
    now = current_terms(edition).terms
    assert (now.drop_in, now.courses, len(now.equipment)) == (False, [], 1)


def test_an_edition_gives_its_operator_accounts_and_a_section() -> None:
    edition = an_edition(an_operator())
    assert Account.objects.filter(operator=edition.operator).exists()
    assert edition.section.operator == edition.operator


def test_two_programmes_of_the_same_name_get_two_identifiers() -> None:
    operator = an_operator()
    user = a_user(operator)
    slugs = [create_programme(acting_user=user, operator=operator, name="Prêt d'été").slug for _time in range(3)]
    assert slugs == ["pret-dete", "pret-dete-2", "pret-dete-3"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"ends_on": datetime.date(2023, 1, 1)}, "ends_on"),
        ({"enrolment_ends_on": datetime.date(2026, 1, 1)}, "enrolment_ends_on"),
        ({"name": "  "}, "name"),
        ({"name": "ÉDITION A"}, "name"),
    ],
)
def test_an_edition_out_of_order_is_refused_in_a_sentence(changed: dict[str, object], field: str) -> None:
    edition = an_edition(an_operator(), name="Édition A")
    values = {"name": "B", "starts_on": datetime.date(2024, 1, 1), "ends_on": datetime.date(2024, 6, 1), **changed}
    with pytest.raises(DomainError) as error:
        create_edition(acting_user=a_user(edition.operator), programme=edition.programme, **values)  # type: ignore[arg-type]
    assert error.value.field == field


def test_an_indicator_has_one_target() -> None:
    edition = an_edition(an_operator())
    row = ObjectiveRow("participants", "Accueillir", 10)  # type: ignore[arg-type]
    with pytest.raises(DomainError):
        set_objectives(acting_user=a_user(edition.operator), edition=edition, rows=[row, row])


def test_a_new_funder_of_the_budget_becomes_a_partner_once() -> None:
    edition = an_edition(an_operator())
    user = a_user(edition.operator)
    rows = [BudgetRow("income", "Aide", 1000_00, 2024, funder_name=name) for name in ("Fondation X", "fondation x")]
    for _time in range(2):
        set_budget(acting_user=user, edition=edition, rows=[*rows, BudgetRow("expense", "Achats", 2500_00, 2024)])
    (year,) = budget_by_year(edition)
    assert (year.income_total, year.expense_total, year.gap) == (2000_00, 2500_00, -500_00)
    assert len({line.funder_id for line in year.incomes}) == 1


def test_an_expense_names_no_funder() -> None:
    edition = an_edition(an_operator())
    with pytest.raises(DomainError):
        set_budget(
            acting_user=a_user(edition.operator),
            edition=edition,
            rows=[BudgetRow("expense", "Achats", 1, funder_name="Fondation")],
        )


def test_what_names_no_line_counts_for_the_line_that_follows_its_account() -> None:
    edition = an_edition(an_operator())
    user = a_user(edition.operator)
    rows = [
        BudgetRow("expense", "Achats", 100_00, follows="purchases"),
        BudgetRow("income", "Ventes", 20_00, follows="recharge_revenue"),
    ]
    set_budget(acting_user=user, edition=edition, rows=rows)
    enter_expense(
        acting_user=user, operator=edition.operator, section=edition.section, supplier="Papeterie", label="Papier",
        amount=42_00, role="purchases", on=DAY, means="", token="papier",
    )  # fmt: skip
    assert [line.actual for line in actual_budget(edition).years[0].expenses] == [42_00]
    # The same budget from a file, which knows no accounts, leaves what stands; an empty choice lifts it.
    set_budget(acting_user=user, edition=edition, rows=[BudgetRow("expense", "Achats", 100_00)])
    assert [line.actual for line in actual_budget(edition).years[0].expenses] == [42_00]
    set_budget(acting_user=user, edition=edition, rows=[BudgetRow("expense", "Achats", 100_00, follows="")])
    assert [line.actual for line in actual_budget(edition).unplanned_expenses] == [42_00]
    for wrong in ([rows[0], rows[0]], [BudgetRow("income", "Ventes", 1, follows="purchases")]):
        with pytest.raises(DomainError):
            set_budget(acting_user=user, edition=edition, rows=wrong)


def test_the_state_of_an_edition_follows_the_day() -> None:
    edition = an_edition(an_operator(), enrolment_ends_on=datetime.date(2024, 6, 30))
    days = [datetime.date(2023, 12, 31), DAY, datetime.date(2024, 7, 1), datetime.date(2025, 1, 1)]
    assert [state_on(edition, day) for day in days] == ["coming", "open", "closed", "past"]


def test_terms_say_nothing_by_default() -> None:
    assert Terms().entry.rules == []
