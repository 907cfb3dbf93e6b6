"""Who may open the pages about people: the access matrix reads these rows."""

from types import SimpleNamespace
from typing import Any

from declic.accounts.enums import Permission


def nothing(_world: SimpleNamespace) -> dict[str, Any]:
    return {}


def person(world: SimpleNamespace) -> dict[str, Any]:
    return {"person_id": world.person.pk}


ROWS = {
    "people:list": (nothing, Permission.SEE_PEOPLE),
    "people:create": (nothing, Permission.EDIT_PEOPLE),
    "people:edit": (person, Permission.EDIT_PEOPLE),
    "people:snapshot": (person, Permission.EDIT_PEOPLE),
    "people:accesses": (person, Permission.SEE_PEOPLE),
}
