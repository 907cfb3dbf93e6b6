"""Every page that shows someone's file says who looked: systematically, once a page, for a year."""

import datetime
from typing import Any

import pytest
from django.db import DatabaseError, InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from declic.accounts.enums import Role
from declic.core.dates import add_months, now, today
from declic.people.actions import log_access, merge_people, purge_access_log
from declic.people.models import AccessLog, RetentionPolicy
from tests.factories import DAY, a_person, a_user, a_world, an_operator, at, signed_in
from tests.test_access_matrix import ADDRESSES, ROWS

pytestmark = pytest.mark.django_db

NO_FILE = {
    "accounts", "documents", "ledger", "organisations", "programmes", "reporting", "messaging",
}  # fmt: skip
"""Apps whose pages show no file (documents log what they open, reports what they list behind a figure)."""
OF_A_PERSON = ("person_id", "referral_id", "enrolment_id", "allocation_id", "ticket_id", "aid_id", "assessment_id")


def _pages_of_a_person() -> list[str]:
    return [name for name in ADDRESSES if name.partition(":")[0] not in NO_FILE and name in ROWS]


def test_every_page_that_leads_to_one_person_is_logged() -> None:
    """Built from the addresses: a new page with a person in its address cannot forget."""
    world = a_world()
    client = signed_in(world.users[Role.COORDINATOR])
    forgotten, seen = [], 0
    for name in _pages_of_a_person():
        arguments = ROWS[name][0](world)
        if not any(key in arguments for key in OF_A_PERSON):
            continue
        before = AccessLog.objects.count()
        page = client.get(reverse(name, kwargs=arguments))
        if page.status_code == 200:
            seen += 1
            if AccessLog.objects.count() == before:
                forgotten.append(name)
    assert forgotten == []
    assert seen > 20


def test_a_page_writes_its_openings_in_one_insert() -> None:
    world = a_world()
    client = signed_in(world.users[Role.COORDINATOR])
    address = reverse("web:reunite", args=[world.person.pk, world.referred.pk])
    client.get(address)
    AccessLog.objects.all().count()
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    assert sum('INSERT INTO "people_accesslog"' in query["sql"] for query in asked) == 1
    last = AccessLog.objects.order_by("-pk")[:2]
    assert {row.person_id for row in last} == {world.person.pk, world.referred.pk}


@pytest.mark.parametrize(("query", "act"), [("", "view"), ("?depuis=recherche", "search"), ("?depuis=x", "view")])
def test_opening_from_the_search_is_told_apart(query: str, act: str) -> None:
    world = a_world()
    user = world.users[Role.COORDINATOR]
    client = signed_in(user)
    client.get(reverse("web:file", args=[world.person.pk]) + query)
    row = AccessLog.objects.get()
    assert (row.act, row.user, row.person, row.operator) == (act, user, world.person, world.operator)


@pytest.mark.parametrize("page", ["web:search", "people:list"])
def test_results_of_a_search_lead_to_the_file_as_such(page: str) -> None:
    world = a_world()
    client = signed_in(world.users[Role.COORDINATOR])
    found = client.get(reverse(page), {"q": world.person.last_name}).text
    assert f"{reverse('web:file', args=[world.person.pk])}?depuis=recherche" in found
    assert not AccessLog.objects.exists()


def test_what_is_refused_or_done_without_showing_the_file_leaves_no_trace() -> None:
    world = a_world()
    for role in (Role.PRESCRIBER, Role.CASHIER):
        signed_in(world.users[role]).get(reverse("web:file", args=[world.person.pk]))
    client = signed_in(world.users[Role.COORDINATOR])
    client.head(reverse("web:file", args=[world.person.pk]))
    assert client.post(reverse("orientation:take", args=[world.referral.pk])).status_code == 303
    assert not AccessLog.objects.exists()


def test_a_page_that_cannot_be_logged_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    world = a_world()
    client = signed_in(world.users[Role.COORDINATOR])
    client.raise_request_exception = False

    def full(*_rows: Any, **_how: Any) -> None:
        raise InternalError("disk full")

    monkeypatch.setattr("declic.people.middleware.AccessLog.objects.bulk_create", full)
    page = client.get(reverse("web:file", args=[world.person.pk]))
    assert page.status_code == 500
    assert world.person.last_name not in page.content.decode()


def test_the_page_of_the_trace_says_who_in_which_role_and_on_which_of_the_files() -> None:
    world = a_world()
    coordinator, prescriber = world.users[Role.COORDINATOR], world.users[Role.PRESCRIBER]
    twin = a_person(world.operator, by=coordinator)
    log_access(acting_user=prescriber, person=twin, act="view", at=now())
    log_access(acting_user=coordinator, person=world.person, act="print", at=now())
    merge_people(acting_user=coordinator, kept=world.person, absorbed=twin, at=now())
    words = signed_in(coordinator).get(reverse("people:accesses", args=[world.person.pk])).text
    for said in (
        prescriber.name, world.prescriber.name, "prescription", twin.case_number, coordinator.name, "coordination",
        "impression",
    ):  # fmt: skip
        assert str(said) in words


def test_the_trace_costs_a_fixed_number_of_queries(django_assert_max_num_queries: Any) -> None:
    operator = an_operator()
    user = a_user(operator)
    person = a_person(operator, by=user)
    client = signed_in(user)
    address = reverse("people:accesses", args=[person.pk])
    client.get(address)
    numbers = []
    for _round in range(2):
        for _number in range(5):
            log_access(acting_user=a_user(operator), person=person, act="view", at=now())
        with django_assert_max_num_queries(12) as asked:
            client.get(address)
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


def test_the_trace_is_purged_after_a_year_or_what_the_operator_chose() -> None:
    on = datetime.date(2026, 6, 15)
    operators = {12: an_operator(), 24: an_operator()}
    RetentionPolicy.objects.create(operator=operators[24], log_months=24)
    kept = []
    for months, operator in operators.items():
        user = a_user(operator)
        person = a_person(operator, by=user)
        edge = add_months(on, -months)
        for day, stays in ((edge, True), (edge - datetime.timedelta(days=1), False), (on, True)):
            row = log_access(acting_user=user, person=person, act="view", at=at(day, 0, 0))
            if stays:
                kept.append(row.pk)
    assert purge_access_log(on=on) == {operator.pk: 1 for operator in operators.values()}
    assert sorted(AccessLog.objects.values_list("pk", flat=True)) == sorted(kept)
    assert purge_access_log(on=on) == {operator.pk: 0 for operator in operators.values()}


def test_nothing_else_changes_or_deletes_the_trace() -> None:
    user = a_user(an_operator())
    person = a_person(user.memberships.get().organisation, by=user)
    row = log_access(acting_user=user, person=person, act="view", at=at(DAY))
    purge_access_log(on=today())
    row = log_access(acting_user=user, person=person, act="view", at=now())
    for change in (row.delete, lambda: AccessLog.objects.update(act="print")):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            change()
