"""Snapshots of eReuse: the first (`@type`), the second (`type`, components) and the third, which carries raw outputs."""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

from declic.equipment.enums import DriveTechnology, EvidenceFormat, IdentifierKind
from declic.equipment.reading import certificate, dmidecode, lshw, naming, plain, smartctl
from declic.equipment.reading.facts import MOST_DRIVES, DriveErasure, DriveFact, Reading, UnreadableFileError
from declic.equipment.reading.loading import load

_DRIVES = ("HardDrive", "SolidStateDrive", "DataStorage", "Mmc", "NvmeDrive")


def is_ereuse(data: Any) -> bool:
    """Whether a document is a snapshot of one of the three generations."""
    if not isinstance(data, dict):
        return False
    kind = plain.words(data.get("@type")) or plain.words(data.get("type"))
    raw = isinstance(data.get("data"), dict) and bool({"lshw", "dmidecode", "smart"} & data["data"].keys())
    made = isinstance(data.get("components"), list) and isinstance(data.get("device"), dict)
    return (kind.rpartition(":")[2] == "Snapshot" and (raw or made)) or (made and "@type" in data["device"])


def read(data: Any) -> Reading:
    """The machine of the snapshot, and the erasures that it tells of."""
    tool = f"{plain.words(data.get('software') or data.get('snapshotSoftware'), 30)} {plain.words(data.get('version'), 20)}"
    reading = _raw(data["data"]) if isinstance(data.get("data"), dict) else _components(data)
    return dataclasses.replace(reading, format=EvidenceFormat.EREUSE, tool=tool.strip())


def _components(data: dict[str, Any]) -> Reading:
    device = plain.mapping(data.get("device"))
    parts = [plain.mapping(one) for one in plain.listing(data.get("components"))[:500]]
    first = "@type" in data
    drives: list[DriveFact] = []
    erasures: list[DriveErasure] = []
    for part in parts:
        if _type(part) in _DRIVES:
            drive = _drive(part, mebibytes=first)
            drives.append(drive)
            erasures.extend(_erasures(part, drive))
    brand = naming.name(device.get("manufacturer"), 80)
    board = next((part for part in parts if _type(part) == "Motherboard"), {})
    serial = naming.serial(device.get("serialNumber")) or naming.serial(board.get("serialNumber"))
    sizes = [plain.number(part.get("size")) for part in parts if _type(part) == "RamModule"]
    shape = device.get("chassis") or device.get("type")
    return Reading(
        format=EvidenceFormat.EREUSE,
        kind=naming.kind_of_chassis(device.get("type")) or naming.kind_of_chassis(shape),
        brand=brand,
        model=naming.model_of(brand, device.get("model"), device.get("version"), device.get("sku")),
        identifiers=naming.identifiers(
            [
                (IdentifierKind.SERIAL, serial),
                *((IdentifierKind.IMEI, device.get(key)) for key in ("imei", "meid")),
                *((IdentifierKind.MAC, part.get("serialNumber")) for part in parts if _type(part) == "NetworkAdapter"),
            ]
        ),
        processor=next((told for part in parts if _type(part) == "Processor" and (told := _named(part))), ""),
        memory_mb=plain.memory(sum(size for size in sizes if size) or None),
        storage_gb=plain.gigabytes([drive.size_bytes for drive in drives]),
        drives=tuple(drives[:MOST_DRIVES]),
        drives_known=bool(drives),
        made_in=plain.year(board.get("biosDate")),
        erasures=tuple(erasures[:MOST_DRIVES]),
    )


def _type(part: dict[str, Any]) -> str:
    return plain.words(part.get("@type") or part.get("type")).rpartition(":")[2]


def _named(part: dict[str, Any]) -> str:
    return naming.processor(part.get("model")) or naming.processor(part.get("brand"))


def _drive(part: dict[str, Any], *, mebibytes: bool) -> DriveFact:
    size = plain.number(part.get("size"))
    unit = 2**20 if mebibytes else 1_000_000
    kind, link = _type(part), plain.words(part.get("interface")).lower()
    technology = {"HardDrive": "", "SolidStateDrive": str(DriveTechnology.SSD), "Mmc": str(DriveTechnology.EMMC)}.get(
        kind, ""
    )
    return DriveFact(
        serial=naming.serial(part.get("serialNumber")),
        model=naming.name(part.get("model")),
        size_bytes=round(size * unit) if size and 0 < size < 2**40 else None,
        technology=str(DriveTechnology.NVME) if "nvme" in link or kind == "NvmeDrive" else technology,
    )


def _erasures(part: dict[str, Any], drive: DriveFact) -> Iterator[DriveErasure]:
    actions = [
        *plain.listing(part.get("erasure")),
        *plain.listing(part.get("actions")),
        *plain.listing(part.get("events")),
    ]
    for one in actions[:50]:
        action = plain.mapping(one)
        if not _type(action).startswith("Erase"):
            continue
        steps = [plain.mapping(step) for step in plain.listing(action.get("steps"))[:200]]
        outcomes = [_went_well(action), *(_went_well(step) for step in steps)]
        doubts = ["no_step"] if not steps else []
        if None in outcomes:
            doubts.append("step_unclear")
        status = "failed" if False in outcomes else "erased" if True in outcomes and None not in outcomes else ""
        zeros = action.get("cleanWithZeros") is True or action.get("zeros") is True
        yield DriveErasure(
            serial=drive.serial,
            model=drive.model,
            # Sizes here are rounded: they prove nothing of what was erased.
            method=f"{_type(action)}{', zeros' if zeros else ''}, {len(steps)} × {'/'.join(sorted({_type(step) for step in steps}))}"[
                :120
            ],
            errors=outcomes.count(False) if steps and None not in outcomes else None,
            status=status,
            ended_at=plain.moment(action.get("endingTime") or action.get("endTime")),
            doubts=tuple(doubts),
        )


def _went_well(action: dict[str, Any]) -> bool | None:
    """What an action or a step says of itself: success, failure, or nothing clear."""
    said = [action[key] for key in ("success", "error") if key in action]
    if ("success" in action and action["success"] is False) or action.get("error") is True:
        return False
    severity = plain.words(action.get("severity")).lower()
    if severity in ("error", "warning"):
        return False if severity == "error" else None
    if action.get("success") is True or (severity == "info" and not said):
        return True
    return None


def _raw(data: dict[str, Any]) -> Reading:
    """The third generation: outputs of tools, each read as such, the one that knows drives first."""
    reading = Reading(format=EvidenceFormat.EREUSE)
    tree = _document(data.get("lshw"))
    if lshw.is_lshw(tree):
        reading = lshw.read(tree)
    text = data.get("dmidecode")
    if isinstance(text, str) and dmidecode.is_dmidecode(text):
        reading = _completed(reading, dmidecode.read(text))
    reports = _document(data.get("smart") if "smart" in data else data.get("disks"))
    seen = [drive for one in plain.listing(reports)[:MOST_DRIVES] if (drive := smartctl.drive_of(one)) is not None]
    reading = dataclasses.replace(reading, drives=tuple(_with_health(reading.drives, seen)))
    documents = [_document(data.get(key)) for key in ("sanitize", "erasures")]
    erasures = [
        erasure
        for document in documents
        for one in plain.listing(document)[:MOST_DRIVES]
        if certificate.is_sanitize(one)
        for erasure in certificate.read(one).erasures
    ]
    return dataclasses.replace(reading, erasures=tuple(erasures))


def _document(value: Any) -> Any:
    """The same, or what its text says when it is JSON within JSON."""
    if not isinstance(value, str):
        return value
    try:
        return load(value).data if value.strip() else None
    except (UnreadableFileError, json.JSONDecodeError):
        return None


def _completed(reading: Reading, other: Reading) -> Reading:
    gaps = {
        entry.name: getattr(other, entry.name)
        for entry in dataclasses.fields(reading)
        if entry.name not in ("format", "tool", "drives_known", "identifiers") and not getattr(reading, entry.name)
    }
    numbers = dict.fromkeys((*reading.identifiers, *other.identifiers))
    # The same UUID written in the two orders of bytes is one number: the first told stays.
    kept, uuids = [], 0
    for one in numbers:
        uuids += one.kind == IdentifierKind.UUID
        if one.kind != IdentifierKind.UUID or uuids == 1:
            kept.append(one)
    return dataclasses.replace(reading, **gaps, identifiers=tuple(kept))


def _with_health(drives: tuple[DriveFact, ...], seen: list[DriveFact]) -> Iterator[DriveFact]:
    told = {drive.serial.upper(): drive for drive in seen if drive.serial}
    for drive in drives:
        report = told.pop(drive.serial.upper(), None)
        yield (
            dataclasses.replace(
                drive,
                smart=report.smart,
                technology=report.technology or drive.technology,
                model=report.model or drive.model,
                size_bytes=report.size_bytes or drive.size_bytes,
            )
            if report
            else drive
        )
    if not drives:
        yield from told.values()
