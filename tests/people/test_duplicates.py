"""Two files that may be one person's: proposed at entry, put in the queue by the night, never again once settled."""

import datetime
from typing import Any

import pytest

from declic.accounts import wall
from declic.accounts.models import User
from declic.organisations.models import Organisation
from declic.people.actions import link_people, settle_pair
from declic.people.duplicates import find_duplicates, likely_same
from declic.people.enums import LinkKind, PairReason, PairState
from declic.people.models import DuplicatePair, Person
from tests.factories import DAY, a_person, a_user, an_operator, at

pytestmark = pytest.mark.django_db

BORN = datetime.date(1980, 3, 12)


@pytest.fixture
def operator() -> Organisation:
    return an_operator()


@pytest.fixture
def by(operator: Organisation) -> User:
    return a_user(operator)


def pairs() -> set[tuple[int, int]]:
    return set(DuplicatePair.objects.values_list("first", "second"))


def twice(operator: Organisation, **changes: Any) -> tuple[Person, Person]:
    """One person with two files, the second differing by `changes`."""
    first = {"first_name": "Khadija", "last_name": "El Amrani", "birth_date": BORN}
    return a_person(operator, **first), a_person(operator, **(first | changes))


def proposed(operator: Organisation, **described: Any) -> list[tuple[Person, str]]:
    given = {"first_name": "Khadija", "last_name": "El Amrani", "birth_date": BORN} | described
    people = Person.objects.filter(operator=operator)
    return [(one, one.likeness) for one in likely_same(people, **given)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("described", "likeness"),
    [
        ({}, "birth"),
        ({"first_name": "Kadidja", "last_name": "Elamrani"}, "birth"),
        ({"first_name": "El Amrani", "last_name": "Khadija"}, "birth"),
        ({"birth_date": datetime.date(1980, 12, 3)}, "name"),
        ({"birth_date": datetime.date(1981, 3, 12)}, "name"),
        ({"birth_date": None}, "name"),
        ({"last_name": "Benali", "birth_name": "El Amrani"}, "birth"),
        ({"last_name": "Benali", "phones": ["+33612000001"]}, "phone"),
        ({"first_name": "Samir", "phones": ["+33612000001"]}, "phone"),
    ],
)
def test_a_file_is_proposed_at_entry_with_its_reason(
    operator: Organisation, described: dict[str, Any], likeness: str
) -> None:
    known = a_person(operator, first_name="Khadija", last_name="El Amrani", birth_date=BORN, phones=["+33612000001"])
    a_person(operator, first_name="Zoé", last_name="Petit", birth_date=BORN)
    assert proposed(operator, **described) == [(known, likeness)]


@pytest.mark.parametrize(
    "described",
    [
        {"birth_date": datetime.date(1999, 1, 1)},
        {"first_name": "Samir"},
        {"first_name": "Samir", "last_name": "Haddad"},
        {"last_name": "Benali"},
    ],
)
def test_another_person_is_not_proposed(operator: Organisation, described: dict[str, Any]) -> None:
    a_person(operator, first_name="Khadija", last_name="El Amrani", birth_date=BORN)
    assert proposed(operator, **described) == []


def test_ones_own_file_and_ones_partner_are_never_proposed(operator: Organisation, by: User) -> None:
    me = a_person(operator, first_name="Khadija", last_name="El Amrani", phones=["+33612000001"])
    him = a_person(operator, first_name="Karim", last_name="El Amrani", phones=["+33612000001"])
    given = {"first_name": "Khadija", "last_name": "El Amrani", "birth_date": None, "phones": ["+33612000001"]}
    people = Person.objects.filter(operator=operator)
    assert likely_same(people, **given, person=me) == [him]
    link_people(acting_user=by, person=me, other=him, kind=LinkKind.COUPLE, since=DAY, on=DAY)
    assert likely_same(people, **given, person=me) == []


def test_nobody_of_another_operator_is_proposed(operator: Organisation) -> None:
    other = an_operator()
    a_person(other, first_name="Khadija", last_name="El Amrani", birth_date=BORN, phones=["+33612000001"])
    given = {"first_name": "Khadija", "last_name": "El Amrani", "birth_date": BORN, "phones": ["+33612000001"]}
    with wall.inside({operator.pk}):
        assert likely_same(Person.objects.all(), **given) == []
    assert find_duplicates(on=DAY) == 0


def test_the_night_puts_likely_pairs_in_the_queue_once(operator: Organisation) -> None:
    one, two = twice(operator, first_name="Kadidja")
    a_person(operator, first_name="Zoé", last_name="Petit", birth_date=BORN)
    assert find_duplicates(on=DAY) == 1
    assert find_duplicates(on=DAY) == 0
    pair = DuplicatePair.objects.get()
    assert (pair.first, pair.second, pair.operator, pair.found_on) == (one, two, operator, DAY)
    assert pair.score >= 60
    assert PairReason.SAME_BIRTH_DATE in pair.reasons
    # Learnt since: the pair takes its new score.
    Person.objects.filter(pk=two.pk).update(first_name="Khadija")
    assert find_duplicates(on=DAY) == 0
    assert DuplicatePair.objects.get().score > pair.score


def test_only_files_opened_or_changed_since_are_looked_at(operator: Organisation) -> None:
    old, new = twice(operator)
    Person.objects.update(created_at=at(DAY), updated_at=at(DAY))
    assert find_duplicates(on=DAY, since=at(DAY, 11)) == 0
    Person.objects.filter(pk=new.pk).update(updated_at=at(DAY, 12))
    assert find_duplicates(on=DAY, since=at(DAY, 11)) == 1
    assert pairs() == {(old.pk, new.pk)}


def test_what_someone_settled_is_never_proposed_again(operator: Organisation, by: User) -> None:
    twice(operator)
    find_duplicates(on=DAY)
    settle_pair(acting_user=by, pair=DuplicatePair.objects.get(), why="deux cousines", at=at(DAY))
    assert find_duplicates(on=DAY) == 0
    assert DuplicatePair.objects.get().state == PairState.DISTINCT


def test_a_link_between_two_says_that_they_are_two(operator: Organisation, by: User) -> None:
    one, two = twice(operator)
    link_people(acting_user=by, person=one, other=two, kind=LinkKind.OTHER, since=DAY, on=DAY)
    assert find_duplicates(on=DAY) == 0


def test_archived_and_absorbed_files_are_left_alone(operator: Organisation) -> None:
    _one, two = twice(operator)
    Person.objects.filter(pk=two.pk).update(archived_on=DAY)
    assert find_duplicates(on=DAY) == 0


def test_asking_at_entry_costs_as_many_queries_among_many(
    operator: Organisation, django_assert_max_num_queries
) -> None:
    twice(operator)
    for more in (0, 150):
        Person.objects.bulk_create(
            Person(operator=operator, case_number=f"X-{n}", first_name="Khadija", last_name="Amrani", birth_date=BORN)
            for n in range(more)
        )
        with django_assert_max_num_queries(6):
            assert proposed(operator, phones=["+33612000001"])
