"""Who may open the pages about people: the access matrix reads these rows."""

import datetime
from types import SimpleNamespace
from typing import Any

from declic.accounts.enums import Permission, Role
from declic.people.actions import follow, link_people, merge_people, propose_pair, share_file
from declic.people.models import CaseWorker, PersonLink
from declic.people.rights_actions import place_hold
from tests.factories import DAY, a_person, a_site, at


def nothing(_world: SimpleNamespace) -> dict[str, Any]:
    return {}


def person(world: SimpleNamespace) -> dict[str, Any]:
    return {"person_id": world.person.pk}


def two(world: SimpleNamespace) -> dict[str, Any]:
    return {"person_id": world.person.pk, "other_id": world.referred.pk}


def a_link(world: SimpleNamespace) -> dict[str, Any]:
    link = PersonLink.objects.filter(person=world.person).first() or link_people(
        acting_user=world.users[Role.COORDINATOR], person=world.person, other=world.referred, kind="same_home",
        since=DAY, on=DAY,
    )  # fmt: skip
    return {"person_id": world.person.pk, "link_id": link.pk}


def a_follower(world: SimpleNamespace) -> dict[str, Any]:
    follow(
        acting_user=world.users[Role.COORDINATOR],
        person=world.person,
        user=world.users[Role.COORDINATOR],
        since=DAY,
    )
    row = CaseWorker.objects.get(person=world.person, user=world.users[Role.COORDINATOR], until=None)
    return {"person_id": world.person.pk, "follower_id": row.pk}


def a_share(world: SimpleNamespace) -> dict[str, Any]:
    share = share_file(
        acting_user=world.users[Role.COORDINATOR], person=world.person, site=a_site(world.operator), reason="relais",
        until=DAY + datetime.timedelta(days=30), on=DAY,
    )  # fmt: skip
    return {"person_id": world.person.pk, "share_id": share.pk}


def a_pair(world: SimpleNamespace) -> dict[str, Any]:
    twin = a_person(world.operator, by=world.users[Role.COORDINATOR], site=world.site)
    pair = propose_pair(one=world.person, other=twin, score=80, reasons=["same_birth_date"], on=DAY)
    assert pair is not None
    return {"pair_id": pair.pk}


def a_merge(world: SimpleNamespace) -> dict[str, Any]:
    user = world.users[Role.COORDINATOR]
    twin = a_person(world.operator, by=user, site=world.site)
    return {"merge_id": merge_people(acting_user=user, kept=world.person, absorbed=twin, at=at(DAY)).pk}


def a_hold(world: SimpleNamespace) -> dict[str, Any]:
    hold = place_hold(
        acting_user=world.users[Role.COORDINATOR], person=world.person, kind="funder", reason="contrôle", on=DAY
    )
    return {"person_id": world.person.pk, "hold_id": hold.pk}


ROWS = {
    "people:list": (nothing, Permission.SEE_PEOPLE),
    "people:create": (nothing, Permission.EDIT_PEOPLE),
    "people:duplicates": (nothing, Permission.MERGE_PEOPLE),
    "people:distinct": (a_pair, Permission.MERGE_PEOPLE),
    "people:reunion_undo": (a_merge, Permission.MERGE_PEOPLE),
    "people:hand_over": (nothing, Permission.MANAGE_SITES),
    "people:edit": (person, Permission.EDIT_PEOPLE),
    "people:snapshot": (person, Permission.EDIT_PEOPLE),
    "people:accesses": (person, Permission.SEE_PEOPLE),
    "people:reunite_find": (person, Permission.MERGE_PEOPLE),
    "people:link_find": (person, Permission.EDIT_PEOPLE),
    "people:link_add": (two, Permission.EDIT_PEOPLE),
    "people:link_end": (a_link, Permission.EDIT_PEOPLE),
    "people:followers": (person, Permission.EDIT_PEOPLE),
    "people:unfollow": (a_follower, Permission.EDIT_PEOPLE),
    "people:share": (person, Permission.SHARE_FILES),
    "people:share_end": (a_share, Permission.SHARE_FILES),
    "people:rights": (person, Permission.EDIT_PEOPLE),
    "people:copy": (person, Permission.MANAGE_RIGHTS),
    "people:hold": (person, Permission.MANAGE_RIGHTS),
    "people:hold_release": (a_hold, Permission.MANAGE_RIGHTS),
    "people:restore": (person, Permission.MANAGE_RIGHTS),
    "people:retention": (nothing, Permission.MANAGE_RIGHTS),
    "people:retention_csv": (nothing, Permission.MANAGE_RIGHTS),
    "people:retention_policy": (nothing, Permission.MANAGE_RIGHTS),
    "people:archived": (nothing, Permission.MANAGE_RIGHTS),
}
