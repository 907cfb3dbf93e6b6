"""Who may open the pages of collecting, lots, labels and donors: the access matrix reads these rows."""

from types import SimpleNamespace
from typing import Any

from declic.accounts.enums import Permission
from declic.equipment.models import Promise
from tests.equipment.collecting import a_collection, a_promise, a_run, a_scan, collected
from tests.equipment.stories import received
from tests.factories import a_partner

P = Permission


def _promise(world: SimpleNamespace) -> Promise:
    if not hasattr(world, "donor"):
        world.donor = a_partner(world.operator, "donor")
    if not hasattr(world, "promise") or not Promise.objects.filter(pk=world.promise.pk, state="open").exists():
        world.promise = a_promise(world.operator, world.donor, by=world.users["coordinator"])
    return world.promise


def promise_of(world: SimpleNamespace) -> dict[str, Any]:
    """Machines that a donor promises."""
    return {"promise_id": _promise(world).pk}


def donor_of(world: SimpleNamespace) -> dict[str, Any]:
    """Who promises them."""
    _promise(world)
    return {"donor_id": world.donor.pk}


def planned_of(world: SimpleNamespace) -> dict[str, Any]:
    """A journey to fetch them."""
    return {"collection_id": a_collection(_promise(world), by=world.users["coordinator"]).pk}


def collected_of(world: SimpleNamespace) -> dict[str, Any]:
    """Machines fetched, with their transfer document."""
    if not hasattr(world, "collected"):
        user = world.users["coordinator"]
        world.collected = collected(a_collection(_promise(world), by=user), by=user, last=False, upload=a_scan())
    return {"collection_id": world.collected.pk}


def undocumented_of(world: SimpleNamespace) -> dict[str, Any]:
    """Machines fetched without a paper."""
    user = world.users["coordinator"]
    return {"collection_id": collected(a_collection(_promise(world), by=user), by=user, last=False).pk}


def lot_of(world: SimpleNamespace) -> dict[str, Any]:
    """Machines that came together."""
    if not hasattr(world, "lot"):
        (device,) = received(world.operator, by=world.users["coordinator"])
        world.lot = device.lot
    return {"lot_id": world.lot.pk}


def run_of(world: SimpleNamespace) -> dict[str, Any]:
    """Labels printed ahead."""
    if not hasattr(world, "run"):
        world.run = a_run(world.operator, by=world.users["coordinator"])
    return {"run_id": world.run.pk}


def just_entered(world: SimpleNamespace) -> dict[str, Any]:
    """A machine whose label was scanned a moment ago."""
    (device,) = received(world.operator, by=world.users["coordinator"])
    return {"device_id": device.pk}


def tag_of_one(world: SimpleNamespace) -> dict[str, Any]:
    """The label of a machine."""
    (device,) = received(world.operator, by=world.users["coordinator"])
    return {"tag": device.tag}


def nothing(_world: SimpleNamespace) -> dict[str, Any]:
    return {}


COLLECTING_ROWS = {
    "equipment:promises": (nothing, P.MANAGE_STOCK),
    "equipment:promise_create": (nothing, P.MANAGE_STOCK),
    "equipment:promise": (promise_of, P.MANAGE_STOCK),
    "equipment:promise_edit": (promise_of, P.MANAGE_STOCK),
    "equipment:promise_give_up": (promise_of, P.MANAGE_STOCK),
    "equipment:collection_plan": (promise_of, P.MANAGE_STOCK),
    "equipment:collection_done": (planned_of, P.MANAGE_STOCK),
    "equipment:collection_cancel": (planned_of, P.MANAGE_STOCK),
    "equipment:collection_document": (undocumented_of, P.MANAGE_STOCK),
    "equipment:transfer_document": (collected_of, P.MANAGE_STOCK),
    "equipment:lot_collect": (undocumented_of, P.MANAGE_STOCK),
    "equipment:lots": (nothing, P.MANAGE_STOCK),
    "equipment:lot": (lot_of, P.MANAGE_STOCK),
    "equipment:lot_count": (lot_of, P.MANAGE_STOCK),
    "equipment:lot_scan": (lot_of, P.MANAGE_STOCK),
    "equipment:lot_list": (lot_of, P.MANAGE_STOCK),
    "equipment:lot_labels_pdf": (lot_of, P.MANAGE_STOCK),
    "equipment:labels": (nothing, P.MANAGE_STOCK),
    "equipment:labels_run_pdf": (run_of, P.MANAGE_STOCK),
    "equipment:selection_pdf": (nothing, P.MANAGE_STOCK),
    "equipment:by_tag": (tag_of_one, P.SEE_STOCK),
    "equipment:scan_undo": (just_entered, P.MANAGE_STOCK),
    "equipment:donors": (nothing, P.MANAGE_STOCK),
    "equipment:donor": (donor_of, P.MANAGE_STOCK),
    "equipment:donor_pdf": (donor_of, P.MANAGE_STOCK),
}
