"""Every address, every role, every relation: built from the URLconf, so that an address without a row fails.

A row (tests/<app>/access_rows.py) gives the address's arguments in a `World` and the permission that opens it. A member of
the operator with that permission gets in; everybody else gets the same 404 as for what does not exist. A partner's member
gets in only where `RELATED` says that the thing is of her own.
"""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from declic.accounts.enums import PERMISSIONS, Permission, Role
from tests.factories import a_world, signed_in

APPS = (
    "organisations", "accounts", "documents", "ledger", "programmes", "people", "orientation", "diagnosis", "practice",
    "training", "equipment", "connectivity", "hotline", "followup", "reporting", "web",
)  # fmt: skip
LIBRARY = ("account_", "mfa_")
"""Sign-in pages are allauth's: they show the user's own account or nothing."""

PARTNERS = (Role.PRESCRIBER, Role.REFURBISHER, Role.FUNDER)
RELATED: dict[Role, frozenset[str]] = {
    # What came from the prescriber's own referral, and what was agreed on it.
    Role.PRESCRIBER: frozenset(
        {
            "orientation:detail", "orientation:withdraw", "orientation:agreed", "followup:review", "hotline:create",
            "hotline:ticket",
        }
    ),
    # The operator's machines and the tickets of those it refurbished; never a file.
    Role.REFURBISHER: frozenset(
        {
            "equipment:device", "equipment:device_edit", "equipment:device_aside", "equipment:device_triage",
            "equipment:device_repaired", "equipment:device_found", "hotline:ticket", "hotline:solve",
        }
    ),
    # Reports of what it funds (the row of these addresses gives it a line of the budget); never the records behind.
    Role.FUNDER: frozenset(
        {
            "reporting:edition", "reporting:pdf", "reporting:csv", "reporting:programme", "reporting:programme_pdf",
            "reporting:programme_csv",
        }
    ),
}  # fmt: skip


def _names(patterns: list[Any], namespace: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _names(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"


ADDRESSES = sorted(name for name in set(_names(get_resolver().url_patterns)) if not name.startswith(LIBRARY))
ROWS: dict[str, tuple[Any, Any]] = {}
for app in APPS:
    ROWS |= importlib.import_module(f"tests.{app}.access_rows").ROWS


def _permissions(row: Any) -> frozenset[Permission] | None:
    """The permissions of which one opens the address; None when any role does."""
    if row == "any":
        return None
    return frozenset(row) if isinstance(row, tuple | set | frozenset | list) else frozenset({row})


def _status(client: Client, address: str) -> int:
    """What the address answers, with nothing kept of what a POST may have done."""
    with transaction.atomic():
        response = client.get(address)
        if response.status_code == 405:
            response = client.post(address)
        transaction.set_rollback(True)
    return response.status_code


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert sorted(ROWS) == ADDRESSES


@pytest.mark.django_db
@pytest.mark.parametrize("app", APPS)
def test_each_address_opens_for_the_roles_of_its_row_and_for_nobody_else(app: str) -> None:
    world, elsewhere = a_world(), a_world()
    clients = {role: signed_in(world.users[role]) for role in Role}
    stranger = signed_in(elsewhere.users[Role.COORDINATOR])
    wrong = []
    for name in [name for name in ADDRESSES if name.startswith(f"{app}:")]:
        factory, opens = ROWS[name]
        arguments = factory(world)
        address = reverse(name, kwargs=arguments)
        permissions = _permissions(opens)
        anonymous = Client().get(address)
        if anonymous.status_code != 302 or "/compte/login/" not in anonymous.headers["Location"]:
            wrong.append(f"{name}: anonymous gets {anonymous.status_code}")
        if arguments and (status := _status(stranger, address)) != 404:
            wrong.append(f"{name}: a stranger gets {status}")
        for role, client in clients.items():
            allowed = permissions is None or bool(PERMISSIONS[role] & permissions)
            if arguments and role in PARTNERS:
                allowed = name in RELATED[role]
            status = _status(client, address)
            if allowed == (status == 404) or status >= 500:
                wrong.append(f"{name}: {role} gets {status}, expected {'in' if allowed else '404'}")
    assert not wrong, "\n".join(wrong)
