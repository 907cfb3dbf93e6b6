"""Every address, every role, every relation: built from the URLconf and the table of rights, so that nothing is forgotten.

A row (tests/<app>/access_rows.py) gives the address's arguments in a `World` and the permissions of which one opens it
("any" for whoever has signed in, "public" for everybody). Who gets in follows from `declic.accounts.enums.RIGHTS`: the
role must have the permission over the relation in which the user stands to that world. Everybody else gets the same 404
as for what does not exist.
"""

import datetime
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from declic.accounts.actions import end_membership
from declic.accounts.enums import PARTNER_PERMISSIONS, PARTNERS, Permission, Relation, Role, own_relation, rights_of
from declic.accounts.models import User
from declic.core.dates import today
from declic.people.models import CaseWorker, Person
from tests.factories import START, a_partner, a_site, a_user, a_world, signed_in

APPS = (
    "organisations", "accounts", "documents", "messaging", "ledger", "programmes", "people", "orientation", "diagnosis", "practice",
    "training", "equipment", "connectivity", "hotline", "followup", "reporting", "web",
)  # fmt: skip
LIBRARY = ("account_", "mfa_")
"""Sign-in pages are allauth's: they show the user's own account or nothing."""

NOT_BY_SITE = frozenset(
    {
        # What a place alone does not own: the operator's programmes and documents, its days of handing over, a machine on
        # no shelf yet; and the person who may buy, whom no place follows yet.
        "programmes:", "documents:", "equipment:device", "equipment:by_tag",
        "equipment:device_certificate_pdf", "equipment:lot_certificate_pdf", "equipment:buy", "equipment:ceremony", "equipment:ceremony_list",
        "equipment:ceremony_invite", "equipment:ceremony_hand_over", "equipment:ceremony_hold",
        "equipment:ceremony_day", "equipment:ceremony_state", "equipment:ceremony_sync",
        "equipment:ceremony_machines", "equipment:ceremony_assign", "equipment:ceremony_agreements_pdf",
        # Counts of an edition, each among the people whom one reaches.
        "orientation:funnel", "orientation:funnel_step", "equipment:serve_next",
        # A link for a partner's professional is the operator's: what comes by it belongs to no place yet.
        "orientation:link_send", "orientation:link_close",
        # A ready answer speaks of nobody: the library is the operator's.
        "hotline:answer_edit", "hotline:answer_archive",
    }
)  # fmt: skip
NOT_BY_PERSON = frozenset(
    {
        # What is not a person's: programmes, documents of the operator, machines on the shelf, days of handing over,
        # groups and sheets of the place.
        "programmes:", "documents:", "equipment:device", "equipment:by_tag",
        "equipment:device_certificate_pdf", "equipment:lot_certificate_pdf", "equipment:ceremony", "equipment:ceremony_list",
        "equipment:ceremony_day", "equipment:ceremony_state", "equipment:ceremony_sync",
        "equipment:ceremony_machines", "equipment:ceremony_assign",
        "equipment:ceremony_invite", "equipment:ceremony_hold", "training:group", "training:schedule", "training:sheet",
        "training:sheet_print", "training:headcount", "training:not_held", "training:leave", "training:correct",
        "orientation:funnel", "orientation:funnel_step", "equipment:serve_next",
        "orientation:link_send", "orientation:link_close", "hotline:answer_edit", "hotline:answer_archive",
        # The drawer of the place and its day, which name no file to who does not read the books.
        "ledger:till_open", "ledger:session", "ledger:session_join", "ledger:session_move", "ledger:session_close",
        "ledger:session_sheet",
    }
)  # fmt: skip
"""Addresses, or whole apps, that stay open to a member limited to a place or to a caseload."""

BETWEEN_TWO = frozenset({"accounts:absence_stop"})
"""What belongs to the two colleagues concerned and to who keeps the accounts, not to their whole team."""


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
    if row in ("any", "public"):
        return None
    return frozenset(row) if isinstance(row, tuple | set | frozenset | list) else frozenset({row})


RELATED: dict[Role, frozenset[str]] = {
    role: frozenset(
        name
        for name, (_factory, opens) in ROWS.items()
        if (_permissions(opens) or frozenset()) & PARTNER_PERMISSIONS[role]
    )
    for role in PARTNERS
}
"""What a partner's member opens when the thing is of her own: what it referred, refurbished, funds."""


@dataclass(frozen=True)
class Standing:
    """How a user stands to the world of the test."""

    role: Role | None
    relation: Relation | None
    named: bool = False
    """Whether the user is one of those whom the rows themselves name (`world.users`)."""
    related: bool = True
    """Whether the world's person, group, machine… is within the relation; if not, only pages of no single thing open."""


def _standings(world: SimpleNamespace) -> dict[str, tuple[User, Standing]]:
    """Everyone who may knock: each role in each relation that it knows, and those who are no longer or not yet there."""
    found: dict[str, tuple[User, Standing]] = {}
    for role in Role:
        partner = role in PARTNERS and role != Role.ADVISER
        on_site = role in (Role.ADVISER, Role.VOLUNTEER)
        relation = PARTNERS[role][1] if partner else own_relation(role, on_site=on_site)
        found[role] = (world.users[role], Standing(role, relation, named=True))
    adviser = Role.ADVISER
    everywhere = a_user(world.operator, adviser)
    found["adviser of all places"] = (everywhere, Standing(adviser, Relation.ORGANISATION))
    elsewhere = a_user(world.operator, adviser, site=a_site(world.operator))
    found["adviser of another place"] = (elsewhere, Standing(adviser, Relation.SITE, related=False))
    follows = a_user(world.operator, adviser, caseload_only=True)
    found["adviser who follows them"] = (follows, Standing(adviser, Relation.CASELOAD))
    others = a_user(world.operator, adviser, caseload_only=True)
    found["adviser who follows others"] = (others, Standing(adviser, Relation.CASELOAD, related=False))
    teacher = a_user(a_partner(world.operator, "training_partner"), adviser)
    found["partner's adviser who teaches others"] = (teacher, Standing(adviser, Relation.TAUGHT, related=False))
    left = a_user(world.operator)
    end_membership(
        acting_user=world.users[Role.COORDINATOR], membership=left.memberships.get(),
        on=today() - datetime.timedelta(days=1),
    )  # fmt: skip
    found["coordinator who has left"] = (left, Standing(None, None))
    found["account without role"] = (
        User.objects.create_user(f"sans.role{world.operator.pk}@exemple.fr", name="Sans rôle"),
        Standing(None, None),
    )
    return found


def _follow_everyone(world: SimpleNamespace, user: User) -> None:
    """Rows make people of their own: the adviser who follows them follows these too."""
    people = Person.objects.filter(operator=world.operator).exclude(case_workers__user=user)
    CaseWorker.objects.bulk_create(
        CaseWorker(operator=world.operator, person=person, user=user, since=START) for person in people
    )


def _gets_in(name: str, opens: Any, *, one_thing: bool, standing: Standing) -> bool:
    """What the table of rights says."""
    if opens == "public":
        return True
    if standing.role is None or standing.relation is None:
        # Someone without a role has an account and nothing else.
        return opens == "any" and name not in ("accounts:operator",)
    permissions = _permissions(opens)
    if permissions is None:
        return True
    if not rights_of(standing.role, standing.relation) & permissions:
        return False
    if name in BETWEEN_TWO and not standing.named:
        return False
    if standing.related or not one_thing:
        return True
    free = {Relation.SITE: NOT_BY_SITE, Relation.CASELOAD: NOT_BY_PERSON}.get(standing.relation, frozenset())
    return name in free or f"{name.partition(':')[0]}:" in free


def _status(client: Client, address: str, method: str = "GET") -> int:
    """What the address answers, by the button that opens it when it is no page; nothing is kept of what a POST may have done."""
    with transaction.atomic():
        response = client.get(address) if method == "GET" else client.post(address)
        if response.status_code == 405 and method == "GET":
            response = client.post(address)
        transaction.set_rollback(True)
    return response.status_code


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert sorted(ROWS) == ADDRESSES


@pytest.mark.django_db
@pytest.mark.parametrize("app", [*APPS, "referring"])
def test_each_address_opens_for_those_whom_the_table_of_rights_names_and_for_nobody_else(app: str) -> None:
    world, foreign = a_world(), a_world()
    standings = _standings(world)
    doors = {who: (signed_in(user), standing) for who, (user, standing) in standings.items()}
    follower = standings["adviser who follows them"][0]
    stranger = signed_in(foreign.users[Role.COORDINATOR])
    wrong = []
    for name in [name for name in ADDRESSES if name.startswith(f"{app}:")]:
        if name not in ROWS:
            wrong.append(f"{name}: no row")
            continue
        factory, opens = ROWS[name]
        arguments = factory(world)
        _follow_everyone(world, follower)
        address = reverse(name, kwargs=arguments)
        anonymous = Client().get(address)
        if opens == "public":
            if anonymous.status_code in (302, 404):
                wrong.append(f"{name}: anonymous gets {anonymous.status_code}")
        elif anonymous.status_code != 302 or "/compte/login/" not in anonymous.headers["Location"]:
            wrong.append(f"{name}: anonymous gets {anonymous.status_code}")
        elif arguments:
            for method in ("GET", "POST"):
                if (status := _status(stranger, address, method)) not in (404, 405):
                    wrong.append(f"{name}: a stranger gets {status} by {method}")
        refused = []
        for who, (client, standing) in doors.items():
            expected = _gets_in(name, opens, one_thing=bool(arguments), standing=standing)
            status = _status(client, address)
            if expected == (status == 404) or status >= 500:
                wrong.append(f"{name}: {who} gets {status}, expected {'in' if expected else '404'}")
            if not expected:
                refused.append((who, client))
        # What a page refuses to show, it refuses to do: asked of one who is refused, another for each address.
        if refused:
            who, client = refused[len(name) % len(refused)]
            if (status := _status(client, address, "POST")) not in (404, 405):
                wrong.append(f"{name}: {who} gets {status} by POST")
    assert not wrong, "\n".join(wrong)
