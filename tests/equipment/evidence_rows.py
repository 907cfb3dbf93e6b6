"""Who may open the files of inventory and erasure."""

from types import SimpleNamespace
from typing import Any

from declic.accounts.enums import Permission
from declic.equipment.actions import receive_evidence
from declic.equipment.models import Evidence, Lot
from tests.equipment.reading.files import OWN
from tests.equipment.stories import received
from tests.factories import DAY, at

P = Permission


def _lot(world: SimpleNamespace) -> Lot:
    if not hasattr(world, "lot_of_files"):
        user = world.users["coordinator"]
        (device,) = received(world.operator, by=user)
        world.lot_of_files = device.lot
        for name in ("lshw", "nwipe", "glpi"):
            _evidence(world, name, lot=device.lot)
    return world.lot_of_files


def _evidence(world: SimpleNamespace, name: str, **where: Any) -> Evidence:
    return receive_evidence(
        acting_user=world.users["coordinator"],
        operator=world.operator,
        content=OWN[name],
        filename=f"{name}.json",
        at=at(DAY),
        **where,
    )


def lot_of(world: SimpleNamespace) -> dict[str, Any]:
    """A lot with files that wait for their machines."""
    return {"lot_id": _lot(world).pk}


def machine_of(world: SimpleNamespace) -> dict[str, Any]:
    """A machine that has just come in."""
    return {"device_id": _lot(world).devices.order_by("pk")[0].pk}


def file_of(world: SimpleNamespace) -> dict[str, Any]:
    """A file whose machine is known."""
    if not hasattr(world, "file"):
        device = _lot(world).devices.order_by("pk")[0]
        world.file = _evidence(world, "ereuse first", device=device)
    return {"evidence_id": world.file.pk}


def waiting_file_of(world: SimpleNamespace) -> dict[str, Any]:
    """A file that is of no machine yet."""
    if not hasattr(world, "waiting_file"):
        world.waiting_file = _evidence(world, "ereuse second", lot=_lot(world))
    return {"evidence_id": world.waiting_file.pk}


EVIDENCE_ROWS = {
    "equipment:device_files": (machine_of, P.MANAGE_STOCK),
    "equipment:lot_files": (lot_of, P.MANAGE_STOCK),
    "equipment:lot_files_place": (lot_of, P.MANAGE_STOCK),
    "equipment:files": (lambda _world: {}, P.MANAGE_STOCK),
    "equipment:evidence": (file_of, P.MANAGE_STOCK),
    "equipment:evidence_attach": (waiting_file_of, P.MANAGE_STOCK),
    "equipment:evidence_raw": (file_of, P.MANAGE_STOCK),
}
