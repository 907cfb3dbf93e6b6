"""`lshw -json`: a tree of what the kernel sees, whose root is an object, a list of one, or a list of loose nodes."""

import re
from collections.abc import Iterator
from typing import Any

from declic.equipment.enums import DriveTechnology, EvidenceFormat, IdentifierKind
from declic.equipment.reading import naming, plain
from declic.equipment.reading.facts import MOST_DRIVES, DriveFact, Reading

_MOST_NODES = 20_000
_VIRTUAL = re.compile(r"vbox|virtualbox|qemu|vmware|virtual (?:disk|hd)|virtio|msft virtual", re.IGNORECASE)
_REMOVABLE = re.compile(
    r"dvd|cd-?r|cd-?rom|blu-?ray|optical|floppy|card ?reader|flash ?disk|multi-?card|sd/mmc card|compact ?flash",
    re.IGNORECASE,
)
_NO_DISK = re.compile(r"^/dev/(?:sr|cd|dvd|scd|fd|mmcblk|loop|ram|zram|md|dm-|mapper|nbd|mtd)", re.ASCII)

type Node = dict[str, Any]
type Lineage = tuple[Node, ...]


def is_lshw(data: Any) -> bool:
    """Whether a document is made of nodes with a class and an id."""
    nodes = [node for node in plain.listing(data) if isinstance(node, dict)]
    return bool(nodes) and all(isinstance(node.get("class"), str) and "id" in node for node in nodes[:20])


def read(data: Any) -> Reading:
    """The machine that the tree tells."""
    found = list(walk(data))
    nodes = [node for node, _lineage in found]
    root = next((node for node in nodes if node.get("class") == "system"), {})
    board = next((node for node in nodes if node.get("id") == "core" and node.get("class") == "bus"), {})
    settings = plain.mapping(root.get("configuration"))
    brand = naming.name(root.get("vendor"), 80) or naming.name(board.get("vendor"), 80)
    model = naming.model_of(brand, root.get("product"), root.get("version"), settings.get("sku"))
    drives = list(_drives(found))
    firmware = next((node for node in nodes if node.get("id") == "firmware"), {})
    serials = [root.get("serial")] if naming.serial(root.get("serial")) else [board.get("serial")]
    return Reading(
        format=EvidenceFormat.LSHW,
        tool="lshw",
        kind=naming.kind_of_chassis(settings.get("chassis")) or naming.kind_of_chassis(root.get("description")),
        brand=brand,
        model=model or naming.name(board.get("product")),
        identifiers=naming.identifiers(
            [
                *((IdentifierKind.SERIAL, value) for value in serials),
                (IdentifierKind.UUID, settings.get("uuid")),
                *((IdentifierKind.MAC, value) for value in _macs(found)),
            ]
        ),
        processor=next((told for node in nodes if (told := _processor(node))), ""),
        memory_mb=_memory(found),
        storage_gb=plain.gigabytes([drive.size_bytes for drive in drives]),
        drives=tuple(drives[:MOST_DRIVES]),
        drives_known=bool(root) and bool(drives),
        made_in=plain.year(firmware.get("date")),
    )


def walk(data: Any) -> Iterator[tuple[Node, Lineage]]:
    """Every node with those above it, without recursion and not for ever."""
    waiting: list[tuple[Any, Lineage]] = [(node, ()) for node in reversed(plain.listing(data))]
    for _count in range(_MOST_NODES):
        if not waiting:
            return
        node, above = waiting.pop()
        if not isinstance(node, dict):
            continue
        yield node, above
        if len(above) < 40:
            waiting.extend((child, (*above, node)) for child in reversed(plain.listing(node.get("children"))))


def names(node: Node) -> list[str]:
    """The logical names of a node: one text, or a list of them."""
    told = node.get("logicalname")
    return [one for one in (told if isinstance(told, list) else [told]) if isinstance(one, str)]


def _bus(node: Node) -> str:
    return plain.words(node.get("businfo")).lower()


def _driver(node: Node) -> str:
    return plain.words(plain.mapping(node.get("configuration")).get("driver")).lower()


def _outside(node: Node, above: Lineage) -> bool:
    """Hung on a USB port, or said to come out."""
    return any(
        _bus(one).startswith("usb@") or _driver(one) in ("usb-storage", "uas", "sdhci-usb") for one in (node, *above)
    )


def _capable(node: Node, word: str) -> bool:
    able = node.get("capabilities")
    return word in able if isinstance(able, dict | list) else False


def _processor(node: Node) -> str:
    if node.get("class") != "processor" or node.get("disabled") is True:
        return ""
    return naming.processor(node.get("product")) or naming.processor(node.get("version"))


def _memory(found: list[tuple[Node, Lineage]]) -> int | None:
    total, banks = 0, 0
    for node, above in found:
        size = plain.whole(node.get("size"))
        if node.get("class") != "memory" or size is None or node.get("units") not in (None, "bytes"):
            continue
        identity = plain.words(node.get("id"))
        told = plain.words(node.get("description")).lower()
        if identity.startswith("memory") and ("system memory" in told or not told):
            total += size
        elif identity.startswith("bank") and "flash" not in told and "rom" not in told.split():
            banks += size if not any("flash" in plain.words(one.get("description")).lower() for one in above) else 0
    return plain.memory((total or banks) / 2**20) if total or banks else None


def _macs(found: list[tuple[Node, Lineage]]) -> Iterator[Any]:
    for node, above in found:
        if node.get("class") == "network" and not _outside(node, above):
            yield node.get("serial")


def _drives(found: list[tuple[Node, Lineage]]) -> Iterator[DriveFact]:
    inner: dict[int, int] = {}
    for node, above in found:
        size = plain.whole(node.get("size"))
        if node.get("class") == "disk" and size and above:
            for one in above[-2:]:
                inner[id(one)] = max(inner.get(id(one), 0), size)
    taken: set[int] = set()
    for node, above in found:
        if any(id(one) in taken for one in above) or _outside(node, above):
            continue
        drive = _nvme(node, inner) or _emmc(node, above, inner) or _disk(node)
        if drive is not None:
            taken.add(id(node))
            yield drive


def _nvme(node: Node, inner: dict[int, int]) -> DriveFact | None:
    told = plain.words(node.get("description")).lower()
    if node.get("class") != "storage" or not (_driver(node) == "nvme" or "nvme" in told):
        return None
    return DriveFact(
        serial=naming.serial(node.get("serial")),
        model=naming.name(node.get("product")),
        size_bytes=plain.whole(node.get("size")) or inner.get(id(node)),
        technology=str(DriveTechnology.NVME),
        exact=True,
    )


def _emmc(node: Node, above: Lineage, inner: dict[int, int]) -> DriveFact | None:
    named = [one for one in names(node) if re.fullmatch(r"/dev/mmcblk[0-9]+", one, re.ASCII)]
    card = any(_capable(one, "sd") or _capable(one, "removable") for one in (node, *above[-2:]))
    if not named or card or (node.get("class") == "generic" and not _capable(node, "mmc") and not inner.get(id(node))):
        return None
    return DriveFact(
        serial=naming.serial(node.get("serial")),
        model=naming.name(node.get("product")),
        size_bytes=plain.whole(node.get("size")) or inner.get(id(node)),
        technology=str(DriveTechnology.EMMC),
        exact=True,
    )


def _disk(node: Node) -> DriveFact | None:
    if node.get("class") != "disk" or _capable(node, "removable"):
        return None
    told = " ".join(plain.words(node.get(key)) for key in ("description", "product", "vendor"))
    identity = plain.words(node.get("id"))
    if identity.startswith(("cdrom", "medium", "floppy")) or _REMOVABLE.search(told) or _VIRTUAL.search(told):
        return None
    size, serial = plain.whole(node.get("size")), naming.serial(node.get("serial"))
    if any(_NO_DISK.match(one) for one in names(node)) or (not size and not serial):
        return None
    technology = ""
    if re.search(r"\bssd|solid state|nand", told, re.IGNORECASE):
        technology = str(DriveTechnology.SSD)
    elif any(_capable(node, f"{speed}rpm") for speed in (4200, 5400, 5900, 7200, 10000, 15000)):
        technology = str(DriveTechnology.HDD)
    return DriveFact(
        serial=serial,
        model=naming.name(node.get("product")),
        size_bytes=size or None,
        technology=technology,
        exact=True,
    )
