"""Who may open the books: the access matrix reads these rows."""

from types import SimpleNamespace
from typing import Any

from declic.accounts.enums import Permission
from declic.ledger.actions import notify_grant
from tests.factories import DAY

P = Permission


def entry_of(world: SimpleNamespace) -> dict[str, Any]:
    """A grant written in the books."""
    if not hasattr(world, "entry"):
        world.entry = notify_grant(
            acting_user=world.users["coordinator"],
            operator=world.operator,
            section=world.edition.section,
            funder_name="Fondation",
            amount=100_000,
            on=DAY,
            key="access",
        )
    return {"entry_id": world.entry.pk}


def nothing(_world: SimpleNamespace) -> dict[str, Any]:
    return {}


ROWS = {
    "ledger:till": (nothing, P.SEE_BOOKS),
    "ledger:journal": (nothing, P.SEE_BOOKS),
    "ledger:entry": (entry_of, P.SEE_BOOKS),
    "ledger:entry_reverse": (entry_of, P.SEE_BOOKS),
    "ledger:entry_means": (entry_of, P.SEE_BOOKS),
    "ledger:accounts": (nothing, P.SEE_BOOKS),
    "ledger:accounts_edit": (nothing, P.MANAGE_SITES),
    "ledger:month_close": (nothing, P.MANAGE_SITES),
}
