"""The JSON inventory of the GLPI agent. Only what is of the machine is looked at: users, wifi, software are never read."""

import re
from collections.abc import Iterator
from typing import Any

from declic.equipment.enums import DeviceKind, DriveTechnology, EvidenceFormat, IdentifierKind
from declic.equipment.reading import naming, plain
from declic.equipment.reading.facts import MOST_DRIVES, DriveFact, Reading

_OUT = re.compile(
    r"dvd|cd-?rom|cd-?rw|optical|floppy|usb|card ?reader|removable|external|virtual|vbox|vmware|qemu|flash ?disk|tape|sd ?card"
    r"|loop|zram|hdd ?enclosure",
    re.IGNORECASE,
)
# Adapters that hang on a USB port travel from one machine to another.
_USB_DRIVERS = {
    "r8152",
    "r8153_ecm",
    "ax88179_178a",
    "asix",
    "cdc_ether",
    "cdc_ncm",
    "cdc_mbim",
    "rndis_host",
    "smsc95xx",
    "ipheth",
}


def is_glpi(data: Any) -> bool:
    """Whether a document is an inventory as the agent sends it."""
    if not isinstance(data, dict) or not isinstance(data.get("content"), dict):
        return False
    content = data["content"]
    told = {"bios", "hardware", "storages", "cpus", "memories", "versionclient"} & content.keys()
    return bool(told) and (bool({"deviceid", "action", "itemtype"} & data.keys()) or len(told) >= 2)


def read(data: Any) -> Reading:
    """The machine that the inventory tells."""
    content = plain.mapping(plain.mapping(data).get("content"))
    bios, hardware = plain.mapping(content.get("bios")), plain.mapping(content.get("hardware"))
    brand = naming.name(bios.get("smanufacturer"), 80) or naming.name(bios.get("mmanufacturer"), 80)
    model = naming.model_of(brand, bios.get("smodel"), "", bios.get("skunumber"))
    drives, complete = _drives(content)
    serial = naming.serial(bios.get("ssn")) or naming.serial(bios.get("msn"))
    return Reading(
        format=EvidenceFormat.GLPI,
        tool=plain.words(content.get("versionclient"), 60),
        kind=naming.kind_of_chassis(hardware.get("chassis_type")) or _phone(data, content),
        brand=brand,
        model=model or naming.name(bios.get("mmodel")),
        identifiers=naming.identifiers(
            [
                (IdentifierKind.SERIAL, serial),
                (IdentifierKind.UUID, hardware.get("uuid")),
                *((IdentifierKind.IMEI, value) for value in _imeis(content)),
                *((IdentifierKind.MAC, value) for value in _macs(content)),
            ]
        ),
        processor=next((told for cpu in plain.listing(content.get("cpus")) if (told := _cpu(cpu))), ""),
        memory_mb=_memory(content, hardware),
        storage_gb=plain.gigabytes([drive.size_bytes for drive in drives]),
        drives=tuple(drives[:MOST_DRIVES]),
        drives_known=complete and bool(drives),
        battery_health=_battery(content),
        made_in=plain.year(bios.get("bdate")),
    )


def _cpu(cpu: Any) -> str:
    return naming.processor(plain.mapping(cpu).get("name"))


def _phone(data: Any, content: dict[str, Any]) -> str:
    told = " ".join(
        plain.words(plain.mapping(content.get("operatingsystem")).get(key)) for key in ("name", "full_name")
    )
    android = "android" in told.lower() or ("itemtype" in data and plain.words(data.get("itemtype")) == "Phone")
    return str(DeviceKind.SMARTPHONE) if android and ("simcards" in content or "itemtype" in data) else ""


def _imeis(content: dict[str, Any]) -> Iterator[Any]:
    for section in ("hardware", "bios", "simcards", "phones"):
        for one in plain.listing(content.get(section))[:MOST_DRIVES]:
            yield plain.mapping(one).get("imei")


def _macs(content: dict[str, Any]) -> Iterator[Any]:
    for one in plain.listing(content.get("networks"))[:500]:
        link = plain.mapping(one)
        named = plain.words(link.get("description"))
        usb = plain.words(link.get("driver")) in _USB_DRIVERS or re.search(
            r"^(?:en|wl)[a-z0-9]*u[0-9]", named, re.ASCII
        )
        kind = plain.words(link.get("type")).lower()
        if link.get("virtualdev") in (True, 1, "1", "true") or usb or kind in ("loopback", "bridge", "alias", "dialup"):
            continue
        if not re.match(r"docker|veth|virbr|br-|tun|tap|vmnet|vboxnet|wg|bond", named, re.IGNORECASE):
            yield link.get("mac")


def _memory(content: dict[str, Any], hardware: dict[str, Any]) -> int | None:
    sizes = [
        plain.whole(plain.mapping(one).get("capacity"), 2**24) for one in plain.listing(content.get("memories"))[:200]
    ]
    total = sum(size for size in sizes if size)
    seen = plain.whole(hardware.get("memory"), 2**24)
    # A broken list of modules may hold less than the system has seen.
    return plain.memory(max(total, seen or 0) or None)


def _drives(content: dict[str, Any]) -> tuple[list[DriveFact], bool]:
    found: dict[tuple[str, str], DriveFact] = {}
    for one in plain.listing(content.get("storages"))[:200]:
        store = plain.mapping(one)
        told = " ".join(plain.words(store.get(key)) for key in ("type", "description", "interface", "model", "name"))
        size = plain.number(store.get("disksize"))
        if _OUT.search(told) or size == 0 or store.get("removable") in (True, 1, "1"):
            continue
        serial = naming.serial(store.get("serial")) or naming.serial(store.get("serialnumber"))
        if not serial and not size:
            continue
        drive = DriveFact(
            serial=serial,
            model=naming.name(store.get("model")) or naming.name(store.get("name")),
            # The agent rounds to the megabyte.
            size_bytes=round(size * 1_000_000) if size and 0 < size < 2**40 else None,
            technology=_technology(told),
        )
        found.setdefault((serial, "" if serial else plain.words(store.get("name")) + str(len(found))), drive)
    return list(found.values()), "storages" in content


def _technology(told: str) -> str:
    lower = told.lower()
    if "nvme" in lower:
        return str(DriveTechnology.NVME)
    if "mmc" in lower:
        return str(DriveTechnology.EMMC)
    return str(DriveTechnology.SSD) if "ssd" in lower or "solid" in lower else ""


def _battery(content: dict[str, Any]) -> int | None:
    healths = []
    for one in plain.listing(content.get("batteries"))[:10]:
        battery = plain.mapping(one)
        new, now = plain.number(battery.get("capacity")), plain.number(battery.get("real_capacity"))
        if new and now is not None and new > 0 and now >= 0:
            healths.append(min(100, round(100 * now / new)))
    return min(healths) if healths else None
