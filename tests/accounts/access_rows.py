"""Who may open the pages about accounts: the access matrix reads these rows."""

from types import SimpleNamespace
from typing import Any

from declic.accounts.enums import Permission, Role
from declic.accounts.models import Membership


def nothing(_world: SimpleNamespace) -> dict[str, Any]:
    return {}


def membership(world: SimpleNamespace) -> dict[str, Any]:
    return {"membership_id": Membership.objects.get(user=world.users[Role.ADVISER]).pk}


ROWS = {
    "accounts:team": (nothing, Permission.MANAGE_SITES),
    "accounts:invite": (nothing, Permission.MANAGE_SITES),
    "accounts:end_role": (membership, Permission.MANAGE_SITES),
    "accounts:operator": (nothing, "any"),
    "accounts:choose_operator": (nothing, "any"),
}
