"""Who may open the pages of the stock as a whole: journeys, counts, parts, reservations, the order of priority."""

import uuid
from types import SimpleNamespace
from typing import Any

from declic.accounts.enums import Permission
from declic.core.dates import today
from declic.equipment import actions
from declic.equipment.models import CategoryReservation, Journey, Part, StockCount
from tests.equipment.stories import received
from tests.factories import DAY, a_site, at

P = Permission


def nothing(_world: SimpleNamespace) -> dict[str, Any]:
    return {}


def _journey(world: SimpleNamespace) -> Journey:
    user = world.users["coordinator"]
    return actions.send_devices(
        acting_user=user,
        operator=world.operator,
        origin=world.site,
        destination=a_site(world.operator),
        devices=received(world.operator, by=user, count=2, site=world.site),
        at=at(DAY),
        token=uuid.uuid4(),
    )


def journey_of(world: SimpleNamespace) -> dict[str, Any]:
    """Two machines on the way."""
    if not hasattr(world, "journey"):
        world.journey = _journey(world)
    return {"journey_id": world.journey.pk}


def missing_of(world: SimpleNamespace) -> dict[str, Any]:
    """One of two others, missing."""
    if not hasattr(world, "missing"):
        journey = _journey(world)
        world.missing = actions.say_missing(acting_user=world.users["coordinator"], journey=journey, at=at(DAY, 12))
    line = world.missing[0]
    return {"journey_id": line.journey_id, "device_id": line.device_id}


def count_of(world: SimpleNamespace) -> dict[str, Any]:
    """A count under way."""
    if not hasattr(world, "count"):
        world.count: StockCount = actions.open_count(
            acting_user=world.users["coordinator"], operator=world.operator, site=world.site, at=at(DAY)
        )
    return {"count_id": world.count.pk}


def closed_count_of(world: SimpleNamespace) -> dict[str, Any]:
    """A count that is over, of another place."""
    if not hasattr(world, "closed_count"):
        user = world.users["coordinator"]
        count = actions.open_count(acting_user=user, operator=world.operator, site=a_site(world.operator), at=at(DAY))
        actions.scan_label(acting_user=user, count=count, text="PC-0000", at=at(DAY))
        world.closed_count = actions.close_count(acting_user=user, count=count, at=at(DAY))
    return {"count_id": world.closed_count.pk}


def part_of(world: SimpleNamespace) -> dict[str, Any]:
    """A part that is counted."""
    if not hasattr(world, "part"):
        world.part: Part = actions.create_part(
            acting_user=world.users["coordinator"], operator=world.operator, kind="memory", name="DDR4 8 Go"
        )
    return {"part_id": world.part.pk}


def ended_part_of(world: SimpleNamespace) -> dict[str, Any]:
    """A part that is no longer used."""
    if not hasattr(world, "ended_part"):
        user = world.users["coordinator"]
        part = actions.create_part(acting_user=user, operator=world.operator, kind="memory", name="DDR2 1 Go")
        world.ended_part = actions.end_part(acting_user=user, part=part, on=DAY)
    return {"part_id": world.ended_part.pk}


def reservation_of(world: SimpleNamespace) -> dict[str, Any]:
    """What the world's edition will need."""
    if not hasattr(world, "reservation"):
        world.reservation: CategoryReservation = actions.reserve_category(
            acting_user=world.users["coordinator"],
            edition=world.edition,
            kind="laptop",
            count=3,
            needed_on=today(),
            on=today(),
        )
    return {"reservation_id": world.reservation.pk}


ROWS = {
    "equipment:shelves": (nothing, P.SEE_STOCK),
    "equipment:minimum": (nothing, P.MANAGE_STOCK),
    "equipment:journeys": (nothing, P.MANAGE_STOCK),
    "equipment:journey_create": (nothing, P.MANAGE_STOCK),
    "equipment:journey": (journey_of, P.MANAGE_STOCK),
    "equipment:journey_list": (journey_of, P.MANAGE_STOCK),
    "equipment:journey_missing": (journey_of, P.MANAGE_STOCK),
    "equipment:journey_cancel": (journey_of, P.MANAGE_STOCK),
    "equipment:journey_lost": (missing_of, P.MANAGE_STOCK),
    "equipment:counts": (nothing, P.MANAGE_STOCK),
    "equipment:count": (count_of, P.MANAGE_STOCK),
    "equipment:count_sheet": (count_of, P.MANAGE_STOCK),
    "equipment:count_csv": (closed_count_of, P.MANAGE_STOCK),
    "equipment:count_close": (count_of, P.MANAGE_STOCK),
    "equipment:count_cancel": (count_of, P.MANAGE_STOCK),
    "equipment:count_forget": (count_of, P.MANAGE_STOCK),
    "equipment:count_put_here": (count_of, P.MANAGE_STOCK),
    "equipment:count_lost": (count_of, P.MANAGE_STOCK),
    "equipment:parts": (nothing, P.MANAGE_STOCK),
    "equipment:part_create": (nothing, P.MANAGE_STOCK),
    "equipment:part": (part_of, P.MANAGE_STOCK),
    "equipment:part_edit": (part_of, P.MANAGE_STOCK),
    "equipment:part_move": (part_of, P.MANAGE_STOCK),
    "equipment:part_end": (part_of, P.MANAGE_STOCK),
    "equipment:part_resume": (ended_part_of, P.MANAGE_STOCK),
    "equipment:reservations": (nothing, P.MANAGE_STOCK),
    "equipment:reservation_create": (nothing, P.MANAGE_STOCK),
    "equipment:reservation_edit": (reservation_of, P.MANAGE_STOCK),
    "equipment:reservation_lift": (reservation_of, P.MANAGE_STOCK),
    "equipment:serve_next": (lambda world: {"edition_id": world.edition.pk}, P.HAND_OVER),
}
