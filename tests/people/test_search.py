"""Finding someone: accents, slips, word order, former names, phones, dates, numbers; and only whom one may see."""

import datetime

import pytest
from django.urls import reverse

from declic.accounts.enums import Role
from declic.people.models import Person
from declic.people.queries import fold, likely_same, search_people
from tests.factories import a_person, a_site, a_user, an_operator, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def crowd() -> Person:
    operator = an_operator()
    by = a_user(operator)
    for first, last in (("Nadia", "Benali"), ("Jean-Pierre", "Dubois"), ("Moussa", "Traoré"), ("Li", "Wang")):
        a_person(operator, by=by, first_name=first, last_name=last)
    return a_person(
        operator,
        by=by,
        first_name="Élodie",
        last_name="Lefèvre",
        birth_name="N’Guessan",
        birth_date=datetime.date(1980, 3, 12),
        phones=["+33612345678"],
    )


@pytest.mark.parametrize(
    "typed",
    [
        "Élodie Lefèvre",
        "elodie lefevre",
        "LEFEVRE Elodie",
        "lefevre",
        "elod",
        "lefevr elodi",
        "leefvre",
        "eldoie lefevre",
        "lefebvre elodie",
        "guessan",
        "elodie n’guessan",
        "06 12 34 56 78",
        "0612345678",
        "+33 6.12.34.56.78",
        "12/03/1980",
        "lefevre 12/03/1980",
        "1980-03-12",
    ],
)
def test_a_person_is_found_by_what_one_remembers(crowd: Person, typed: str) -> None:
    assert search_people(Person.objects.filter(operator=crowd.operator), typed)[0] == crowd


@pytest.mark.parametrize("typed", ["D-00005", "d5", "5", "D 5"])
def test_a_person_is_found_by_case_number(crowd: Person, typed: str) -> None:
    assert [one.case_number for one in search_people(Person.objects.all(), typed)] == ["D-00005"]


@pytest.mark.parametrize(
    "typed", ["zzzzzz", "???", "31/02/1980", "0612345679", "lefevre 13/03/1980", "a%_\\b'\"", "(("]
)
def test_what_matches_nobody_finds_nobody(crowd: Person, typed: str) -> None:
    assert list(search_people(Person.objects.all(), typed)) == []


def test_the_exact_name_comes_before_the_near_one() -> None:
    operator = an_operator()
    near = a_person(operator, first_name="Fatma", last_name="Diallo")
    exact = a_person(operator, first_name="Fatima", last_name="Diallo")
    assert list(search_people(Person.objects.all(), "fatima diallo")) == [exact, near]


def test_folding_keeps_letters_and_digits_only() -> None:
    assert fold("  Jean-Pierre  d’ŒUVRE ") == "jean pierre d oeuvre"


def test_the_list_shows_only_the_people_of_ones_site() -> None:
    operator = an_operator()
    here, there = a_site(operator), a_site(operator)
    mine = a_person(operator, last_name="Ici", site=here)
    a_person(operator, last_name="Ailleurs", site=there)
    everyone = a_person(operator, last_name="Partout")
    a_person(an_operator(), last_name="Etranger")
    client = signed_in(a_user(operator, Role.ADVISER, site=here))
    page = client.get(reverse("people:list"))
    assert {one.pk for one in page.context["people"]} == {mine.pk, everyone.pk}
    for name in ("ailleurs", "etranger"):
        assert client.get(reverse("people:list"), {"q": name}).context["people"] == []


def test_the_list_asks_as_many_queries_for_one_as_for_sixty(django_assert_max_num_queries) -> None:
    operator = an_operator()
    by = a_user(operator)
    client = signed_in(by)
    counts = []
    for more in (1, 59):
        for number in range(more):
            a_person(operator, by=by, last_name=f"Diarra {number}", phones=[f"+336123{more:02d}{number:03d}"])
        for params in ({}, {"q": "diara"}):
            with django_assert_max_num_queries(14) as asked:
                client.get(reverse("people:list"), params)
            counts.append(len(asked))
    assert counts[:2] == counts[2:]


def test_the_pages_of_the_list_leave_nobody_out() -> None:
    operator = an_operator()
    by = a_user(operator)
    for number in range(60):
        a_person(operator, by=by, last_name=f"Nom{number % 7}", first_name=f"P{number}")
    client = signed_in(by)
    first = client.get(reverse("people:list")).context["page"]
    second = client.get(reverse("people:list") + first.next_query).context["page"]
    assert len({one.pk for one in (*first.rows, *second.rows)}) == 60


def test_likely_same_tells_why(crowd: Person) -> None:
    people = Person.objects.filter(operator=crowd.operator)

    def found(first: str, last: str, birth: datetime.date | None = None, phones: list[str] | None = None):
        return [
            (one.pk, one.likeness)
            for one in likely_same(people, first_name=first, last_name=last, birth_date=birth, phones=phones or [])
        ]

    assert found("elodie", "lefevre") == [(crowd.pk, "name")]
    assert found("Elodi", "Lefebvre", datetime.date(1980, 3, 12)) == [(crowd.pk, "birth")]
    assert found("Karim", "Haddad", None, ["+33612345678"]) == [(crowd.pk, "phone")]
    assert found("elodie", "lefevre", datetime.date(1999, 1, 1)) == []
    assert found("Karim", "Haddad", datetime.date(1980, 3, 12)) == []
