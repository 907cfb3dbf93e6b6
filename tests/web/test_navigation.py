"""The second line of the menu: on every page of a part of Déclic, with the room where one stands marked."""

import itertools

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from declic.accounts.enums import Role
from declic.web.navigation import ALSO, PLACES, ROOMS
from tests.factories import a_user, a_world, an_operator, signed_in

pytestmark = pytest.mark.django_db


def _line(user: object, address: str) -> tuple[list[str], dict[str, str]]:
    """The labels of the second line on a page, and which is marked, how."""
    rooms = signed_in(user).get(address).context["navigation"]["rooms"]
    return [str(room["label"]) for room in rooms], {
        str(room["label"]): room["current"] for room in rooms if room["current"]
    }


def test_the_books_keep_their_line_on_each_of_their_pages() -> None:
    user = a_user(an_operator(), role=Role.CASHIER)
    labels, marked = _line(user, reverse("ledger:receipts"))
    assert len(labels) == len(ROOMS["ledger:till"])
    assert marked == {"Reçus": "page"}
    assert _line(user, reverse("ledger:till"))[1] == {"Argent du jour": "page"}
    assert _line(user, reverse("ledger:expenses") + "?avant=1")[1] == {"Dépenses": "page"}


def test_what_stands_behind_a_room_marks_it_though_its_address_begins_otherwise() -> None:
    world = a_world()
    boss = world.users[Role.COORDINATOR]
    assert _line(boss, reverse("ledger:accounts_edit"))[1] == {"Comptes": "true"}
    assert _line(boss, reverse("ledger:income_create"))[1] == {"Dépenses": "true"}
    assert _line(boss, reverse("equipment:lots"))[1] == {"Collectes": "true"}
    assert _line(boss, reverse("equipment:donors"))[1] == {"Collectes": "true"}
    assert _line(boss, reverse("equipment:terms"))[1] == {"Fins d’édition": "page"}
    assert _line(boss, reverse("connectivity:sell", args=[world.person.pk]))[1] == {"Boutique": "true"}


def test_one_open_room_needs_no_line_and_a_closed_one_is_never_shown() -> None:
    adviser = a_user(an_operator(), role=Role.ADVISER)
    assert _line(adviser, reverse("ledger:tills")) == ([], {})
    labels, marked = _line(adviser, reverse("equipment:reservations"))
    assert "Établi" not in labels
    assert marked == {"Stock": "true"}
    assert _line(adviser, reverse("connectivity:aids")) == ([], {})


def test_who_takes_money_without_reading_the_books_finds_the_drawers() -> None:
    def doors(role: Role) -> dict[str, str]:
        items = signed_in(a_user(an_operator(), role=role)).get("/").context["navigation"]["items"]
        return {item["label"]: item["url"] for item in items}

    assert doors(Role.ADVISER)["Caisse"] == reverse("ledger:tills")
    assert doors(Role.CASHIER)["Caisse"] == reverse("ledger:till")
    assert "Caisse" not in doors(Role.REFURBISHER)


def _addresses(resolver: URLResolver, before: str = "") -> list[str]:
    found = []
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        found += [route] if isinstance(pattern, URLPattern) else _addresses(pattern, route)
    return found


def test_every_room_and_every_start_of_an_address_exists() -> None:
    known = ["/" + address for address in _addresses(get_resolver())]
    assert set(ROOMS) <= {name for _label, name, _permissions in PLACES}
    names = {name: reverse(place) for place, rooms in ROOMS.items() for _label, name, _permissions in rooms}
    assert all(reverse(name).startswith(place) for name, place in names.items())
    starts = [names[name] + more for name, more in itertools.chain(*([(n, m) for m in ms] for n, ms in ALSO.items()))]
    assert len(starts) == len(set(starts))
    assert [start for start in starts if not any(address.startswith(start) for address in known)] == []
