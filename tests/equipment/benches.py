"""Short ways to the moments of the bench: a machine being erased, a file that tells of a drive, a lock."""

import datetime
import hashlib
import itertools
from types import SimpleNamespace
from typing import Any

from declic.accounts.models import User
from declic.equipment.actions import add_drive, report_lock, triage
from declic.equipment.models import Device, ErasureReading, Evidence
from declic.organisations.models import Organisation
from tests.equipment.stories import received
from tests.factories import DAY, at

ENDED = at(DAY, 16)
_numbers = itertools.count(1)
ERASED = {"method": "nwipe", "verification": "relecture", "errors": 0, "on": DAY, "reason": "relu à l'atelier"}
WORKS = {
    "laptop": [
        "power",
        "screen",
        "hinges",
        "keyboard",
        "pointer",
        "battery",
        "charger",
        "wifi",
        "sound",
        "microphone",
        "camera",
        "ports",
    ],
}


def sorted_out(operator: Organisation, *, by: User, drives: tuple[str, ...] = ("S1",), **fields: Any) -> Device:
    """A machine on the sorting table, its drives named."""
    (device,) = received(operator, by=by, **fields)
    for serial in drives:
        add_drive(acting_user=by, device=device, serial=serial)
    return triage(acting_user=by, device=device)


def a_reading(
    device: Device | None,
    serial: str = "S1",
    *,
    by: User,
    verdict: str = "certified",
    ended_at: datetime.datetime | None = ENDED,
    operator: Organisation | None = None,
    cycle: int | None = None,
    **fields: Any,
) -> ErasureReading:
    """What the file of a tool says of one drive, as it is kept once received."""
    raw = f"journal {next(_numbers)}".encode()
    owner = operator or (device.operator if device else None)
    evidence = Evidence.objects.create(
        operator=owner, device=device, cycle=cycle or (device.cycle if device else None), purpose="erasure",
        format="nwipe", raw=raw, size=len(raw), sha256=hashlib.sha256(raw).hexdigest(), received_at=at(DAY, 17),
        received_by=by,
    )  # fmt: skip
    fields = {
        "method": "PRNG Stream",
        "verification": "toutes les passes",
        "errors": 0,
        "size_bytes": 256 * 10**9,
        "erased_bytes": 256 * 10**9,
        "hidden_areas": "none",
        **fields,
    }
    return ErasureReading.objects.create(
        operator=owner, evidence=evidence, serial=serial, verdict=verdict, ended_at=ended_at, **fields
    )


def reading_of(world: SimpleNamespace) -> dict[str, Any]:
    """A file that proves the erasure of a drive."""
    if not hasattr(world, "reading"):
        user = world.users["coordinator"]
        device = sorted_out(world.operator, by=user, site=world.site)
        world.reading = a_reading(device, by=user)
    return {"device_id": world.reading.evidence.device_id, "reading_id": world.reading.pk}


def drive_of(world: SimpleNamespace) -> dict[str, Any]:
    """A drive of a machine on the sorting table."""
    if not hasattr(world, "drive"):
        world.drive = sorted_out(world.operator, by=world.users["coordinator"], drives=("S7",)).known_drives.get()
    return {"device_id": world.drive.device_id, "drive_id": world.drive.pk}


def lock_of(world: SimpleNamespace) -> dict[str, Any]:
    """A machine that a lock keeps in quarantine."""
    if not hasattr(world, "lock"):
        user = world.users["coordinator"]
        (device,) = received(world.operator, by=user)
        world.lock = report_lock(acting_user=user, device=device, kind="icloud", on=DAY)
    return {"device_id": world.lock.device_id, "lock_id": world.lock.pk}


def on_bench(world: SimpleNamespace) -> dict[str, Any]:
    """A machine on the sorting table."""
    return {"device_id": drive_of(world)["device_id"]}
