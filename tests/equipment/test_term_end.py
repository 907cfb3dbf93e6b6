"""The end of an edition: a hundred loans ended from one page, each wholly or not at all, as often as one sends it."""

import datetime

import pytest
from django.urls import reverse

from declic.core.dates import add_months
from declic.core.errors import DomainError
from declic.equipment.actions import declare_return, end_loans, receive_return, record_choice, remind, renew
from declic.equipment.actions.terms_end import Ending, Outcome
from declic.equipment.enums import TermChoice
from declic.equipment.models import Allocation
from declic.ledger.models import Entry
from declic.ledger.queries import deposits_held
from declic.messaging.models import Message
from tests.equipment.stories import lent
from tests.equipment.test_same_instant import at_once, refusals
from tests.factories import DAY, a_user, an_edition, an_enrolment, an_operator, at, signed_in, terms

EVERYTHING = {
    "mode": "loan", "kinds": ["laptop"], "deposit_eur": "50", "months": 6, "options_at_term": ["return", "keep", "buy"],
    "option_price_eur": "70",
}  # fmt: skip
END = DAY + datetime.timedelta(days=180)


class Stage:
    """An edition whose loans offer everything."""

    def __init__(self, count: int) -> None:
        self.operator = an_operator()
        self.user = a_user(self.operator)
        self.edition = an_edition(self.operator, by=self.user, terms=terms(equipment=[EVERYTHING]))
        self.loans = [lent(an_enrolment(edition=self.edition, by=self.user), by=self.user) for _number in range(count)]
        self.client = signed_in(self.user)

    def address(self, name: str) -> str:
        return reverse(f"equipment:{name}", args=[self.edition.pk])

    def states(self) -> list[str]:
        return list(Allocation.objects.filter(edition=self.edition).order_by("pk").values_list("state", flat=True))


@pytest.mark.django_db
def test_an_edition_ends_from_one_page_and_everything_is_settled():
    stage = Stage(5)
    returned, kept, bought, renewed, silent = stage.loans
    wanted = {returned: "return", kept: "keep", bought: "buy", renewed: "renew"}
    typed = {f"choix-{loan.pk}": choice for loan, choice in wanted.items()}
    ticked = {"pret": [loan.pk for loan in stage.loans]}
    answer = stage.client.post(stage.address("term"), {**typed, **ticked, "suite": "bilan"})
    assert answer.status_code == 303
    page = stage.client.get(answer.headers["Location"])
    words = page.content.decode()
    assert page.context["given_back"] == 5000
    assert page.context["kept"] == 10000
    assert page.context["to_pay"] == 2000
    assert [row.loan for row in page.context["without"]] == [silent]
    assert "50,00" in words
    summary = {
        **typed,
        **ticked,
        f"aspect-{returned.pk}": "worn",
        "on": "01/09/2024",
        "renewed_until": "01/03/2027",
        "reason": "examen",
    }
    done = stage.client.post(stage.address("term_summary"), summary, follow=True)
    assert "4 prêts traités" in done.content.decode()
    assert stage.states() == ["settled", "settled", "purchased", "active", "active"]
    before = Entry.objects.count()
    again = stage.client.post(stage.address("term_summary"), summary, follow=True).content.decode()
    assert "déjà fait" in again
    assert Entry.objects.count() == before, "sent twice, nothing is doubled"
    returned.refresh_from_db()
    renewed.refresh_from_db()
    assert returned.condition_in == "worn"
    assert renewed.due_on == datetime.date(2027, 3, 1)
    assert deposits_held(stage.operator) == 10000


@pytest.mark.django_db
def test_who_did_not_answer_may_all_receive_one_choice():
    stage = Stage(2)
    record_choice(acting_user=stage.user, allocation=stage.loans[0], choice="keep", on=DAY)
    stage.client.post(stage.address("term"), {"autres": "return", "choix-999": "keep", "suite": ""})
    chosen = Allocation.objects.filter(edition=stage.edition).order_by("pk").values_list("choice_at_term", flat=True)
    assert list(chosen) == ["keep", "return"]


@pytest.mark.django_db
def test_a_loan_that_is_refused_stops_no_other_and_stays_as_it_was():
    stage = Stage(3)
    first, second, third = stage.loans
    record_choice(acting_user=stage.user, allocation=second, choice="keep", on=DAY)
    endings = [Ending(loan.pk, TermChoice.RETURN) for loan in stage.loans]
    receive_return(acting_user=stage.user, allocation=third, at=at(END), condition="good")
    results = end_loans(acting_user=stage.user, endings=endings, at=at(END))
    assert [result.outcome for result in results] == [Outcome.DONE, Outcome.REFUSED, Outcome.ALREADY]
    assert "a changé" in results[1].words
    assert stage.states() == ["settled", "active", "settled"]
    assert deposits_held(stage.operator) == 5000
    assert first.pk == results[0].allocation


@pytest.mark.django_db
def test_the_page_of_an_edition_costs_the_same_whatever_its_loans(django_assert_max_num_queries):
    stage = Stage(3)
    for name in ("terms",):
        with django_assert_max_num_queries(12):
            assert stage.client.get(reverse(f"equipment:{name}")).status_code == 200
    with django_assert_max_num_queries(16):
        assert stage.client.get(stage.address("term")).status_code == 200
    stranger = signed_in(a_user(an_operator()))
    for name in ("term", "term_summary", "term_done"):
        assert stranger.get(stage.address(name)).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_end_the_same_loans_at_once_and_each_deposit_ends_once():
    stage = Stage(3)
    endings = [Ending(loan.pk, TermChoice.RETURN) for loan in stage.loans]

    def confirm():
        return end_loans(acting_user=stage.user, endings=endings, at=at(END))

    results = [outcome.outcome for one in at_once(confirm, confirm) for outcome in one]
    assert sorted(results) == [Outcome.ALREADY] * 3 + [Outcome.DONE] * 3
    assert stage.states() == ["settled"] * 3
    assert deposits_held(stage.operator) == 0


@pytest.mark.django_db(transaction=True)
def test_a_loan_renewed_while_it_is_returned_ends_once_or_goes_on_and_never_both():
    stage = Stage(1)
    (loan,) = stage.loans
    results = at_once(
        lambda: receive_return(acting_user=stage.user, allocation=loan, at=at(END), condition="good"),
        lambda: renew(acting_user=stage.user, allocation=loan, due_on=add_months(END, 6), on=END, reason="examen"),
        lambda: declare_return(acting_user=stage.user, allocation=loan, on=END),
    )
    assert not isinstance(results[0], DomainError), "the machine is here: its return is always written down"
    assert all("déjà terminé" in words or "déjà annoncé" in words for words in refusals(results))
    assert stage.states() == ["settled"]
    assert deposits_held(stage.operator) == 0


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_who_remind_the_same_person_at_once_write_one_message():
    stage = Stage(1)

    def write():
        return remind(acting_user=stage.user, allocations=stage.loans, at=at(END))

    assert sorted(sent.count for sent in at_once(write, write)) == [0, 1]
    assert Message.objects.filter(reference=f"allocation:{stage.loans[0].pk}").count() == 1
