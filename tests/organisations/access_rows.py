"""Who may open the pages of places and partners: the access matrix reads these rows."""

from types import SimpleNamespace
from typing import Any

from declic.accounts.enums import Permission
from declic.organisations.models import Partnership


def nothing(_world: SimpleNamespace) -> dict[str, Any]:
    return {}


def site(world: SimpleNamespace) -> dict[str, Any]:
    return {"site_id": world.site.pk}


def partnership(world: SimpleNamespace) -> dict[str, Any]:
    return {"partnership_id": Partnership.objects.get(operator=world.operator, partner=world.prescriber).pk}


ROWS = {
    "organisations:sites": (nothing, Permission.MANAGE_SITES),
    "organisations:site_create": (nothing, Permission.MANAGE_SITES),
    "organisations:site_edit": (site, Permission.MANAGE_SITES),
    "organisations:partners": (nothing, Permission.MANAGE_SITES),
    "organisations:partner_add": (nothing, Permission.MANAGE_SITES),
    "organisations:partner_close": (partnership, Permission.MANAGE_SITES),
}
