"""`smartctl --json`: the health of one drive, or of several in a list. It says nothing of the machine around it."""

from typing import Any

from django.utils.translation import gettext as _

from declic.equipment.enums import DriveTechnology, EvidenceFormat
from declic.equipment.reading import naming, plain
from declic.equipment.reading.facts import MOST_DRIVES, DriveFact, Reading


def is_smartctl(data: Any) -> bool:
    """Whether a document, or each of a list, is the tool's own."""
    reports = plain.listing(data)
    return bool(reports) and all(
        isinstance(one, dict)
        and isinstance(one.get("smartctl"), dict)
        and bool({"device", "serial_number", "model_name", "smart_status"} & one.keys())
        for one in reports[:MOST_DRIVES]
    )


def read(data: Any) -> Reading:
    """The drives reported on."""
    drives = [drive for one in plain.listing(data)[:MOST_DRIVES] if (drive := drive_of(one)) is not None]
    version = plain.mapping(plain.mapping(plain.listing(data)[0]).get("smartctl")).get("version")
    told = ".".join(str(part) for part in plain.listing(version)[:3] if isinstance(part, int))
    return Reading(format=EvidenceFormat.SMARTCTL, tool=f"smartctl {told}".strip()[:60], drives=tuple(drives))


def drive_of(report: Any) -> DriveFact | None:
    """The drive of one report; None when it was not reached (a USB bridge, an optical drive)."""
    told = plain.mapping(report)
    serial, model = naming.serial(told.get("serial_number")), naming.name(told.get("model_name"))
    if not serial and not model:
        return None
    size = plain.whole(plain.mapping(told.get("user_capacity")).get("bytes"))
    return DriveFact(
        serial=serial,
        model=model,
        size_bytes=size or plain.whole(told.get("nvme_total_capacity")),
        technology=_technology(told),
        smart=_health(told),
        exact=True,
    )


def _technology(told: dict[str, Any]) -> str:
    device = plain.mapping(told.get("device"))
    rotation = plain.whole(told.get("rotation_rate"))
    if "nvme" in (plain.words(device.get("type")).lower(), plain.words(device.get("protocol")).lower()):
        return str(DriveTechnology.NVME)
    if rotation is None:
        return ""
    return str(DriveTechnology.HDD if rotation else DriveTechnology.SSD)


def _health(told: dict[str, Any]) -> str:
    """What the drive thinks of itself, in a few French words."""
    passed = plain.mapping(told.get("smart_status")).get("passed")
    hours = plain.whole(plain.mapping(told.get("power_on_time")).get("hours"), 1_000_000)
    said = {True: _("bon"), False: _("panne annoncée")}.get(passed) if isinstance(passed, bool) else None
    bad = _reallocated(told)
    parts = [
        said or "",
        _("%(count)s secteurs remplacés") % {"count": bad} if bad else "",
        _("%(hours)s h de marche") % {"hours": hours} if hours else "",
    ]
    return ", ".join(part for part in parts if part)[:120]


def _reallocated(told: dict[str, Any]) -> int | None:
    table = plain.listing(plain.mapping(told.get("ata_smart_attributes")).get("table"))
    for one in table[:100]:
        if plain.mapping(one).get("id") == 5:
            return plain.whole(plain.mapping(plain.mapping(one).get("raw")).get("value"), 10_000_000)
    return None
