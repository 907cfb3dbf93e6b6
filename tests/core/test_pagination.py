"""Pages of a list: every row once, in order, forth and back, whatever the cursor."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models.functions import Length, NullIf
from django.http import QueryDict

from declic.accounts.models import User
from declic.core.pagination import CURSOR, KeysetPage, keyset_page

pytestmark = pytest.mark.django_db

START = datetime(2022, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def users() -> list[User]:
    """Eleven people, several with the same name and instants a microsecond apart."""
    return User.objects.bulk_create(
        User(
            email=f"u{number}@example.org",
            name=f"N{number % 3}",
            date_joined=START + timedelta(microseconds=number // 2),
        )
        for number in range(11)
    )


def walk(queryset: Any, **asked: Any) -> tuple[list[list[int]], list[list[int]]]:
    """The primary keys of each page, going forth to the end and then back to the beginning."""
    page = keyset_page(queryset, {}, **asked)
    forth = [[row.pk for row in page.rows]]
    while page.next_cursor:
        page = keyset_page(queryset, {CURSOR: page.next_cursor}, **asked)
        forth.append([row.pk for row in page.rows])
    back = [[row.pk for row in page.rows]]
    while page.previous_cursor:
        page = keyset_page(queryset, {CURSOR: page.previous_cursor}, **asked)
        back.append([row.pk for row in page.rows])
    return forth, back


@pytest.mark.parametrize(
    "order",
    [
        (("name", False),),
        (("name", True), ("date_joined", False)),
        (("date_joined", True),),
        (("pk", True),),
    ],
)
def test_every_row_is_met_once_in_order_and_again_on_the_way_back(users: list[User], order: Any) -> None:
    forth, back = walk(User.objects.all(), order=order, size=4)
    sign = {True: "-", False: ""}
    expected = list(
        User.objects.order_by(*(sign[down] + name for name, down in order), "pk").values_list("pk", flat=True)
    )
    assert [pk for page in forth for pk in page] == expected
    assert back == list(reversed(forth))


@pytest.mark.parametrize("down", [True, False])
def test_rows_without_a_value_come_last_and_none_is_lost(users: list[User], down: bool) -> None:
    queryset = User.objects.annotate(rank=NullIf(Length("email"), 15))
    forth, back = walk(queryset, order=(("rank", down),), size=3)
    assert sorted(pk for page in forth for pk in page) == sorted(user.pk for user in users)
    ranks = dict(queryset.values_list("pk", "rank"))
    assert [ranks[pk] is None for page in forth for pk in page] == sorted(ranks[pk] is None for pk in ranks)
    assert back == list(reversed(forth))


@pytest.mark.parametrize("cursor", ["", "x", "WyJwayJd:abc", "é" * 50, "\x00"])
def test_a_cursor_that_is_not_ours_gives_the_first_page(users: list[User], cursor: str) -> None:
    page = keyset_page(User.objects.all(), {CURSOR: cursor}, order=(("name", False),), size=4)
    assert page.previous_cursor is None
    assert len(page.rows) == 4


def test_a_cursor_of_another_order_gives_the_first_page(users: list[User]) -> None:
    other = keyset_page(User.objects.all(), {}, order=(("name", False),), size=4).next_cursor
    assert keyset_page(User.objects.all(), {CURSOR: other}, order=(("name", True),), size=4).previous_cursor is None


def test_a_page_link_keeps_the_filters(users: list[User]) -> None:
    page = keyset_page(User.objects.all(), QueryDict("q=awa&lieu=1&lieu=2&vide="), order=(("name", False),), size=4)
    assert page.next_query.startswith("?q=awa&lieu=1&lieu=2&curseur=")
    assert page.previous_query == ""


def test_a_page_costs_one_query(users: list[User], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        page = keyset_page(User.objects.all(), {}, order=(("name", False),), size=4)
    assert isinstance(page, KeysetPage)
    assert page.has_other_pages
