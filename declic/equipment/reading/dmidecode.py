"""`dmidecode`: what the firmware says of the machine, as a text in blocks. It knows nothing of drives."""

import re

from declic.equipment.enums import EvidenceFormat, IdentifierKind
from declic.equipment.reading import naming, plain
from declic.equipment.reading.facts import Reading

_HANDLE = re.compile(r"^Handle 0x[0-9A-Fa-f]+, DMI type ([0-9]+)", re.ASCII)
_SIZE = re.compile(r"([0-9]{1,9}) ?(bytes|kB|KB|MB|GB|TB)", re.ASCII)
_UNITS = {"bytes": 2**-20, "kb": 2**-10, "mb": 1, "gb": 2**10, "tb": 2**20}
_MOST_BLOCKS = 5000

type Block = tuple[str, dict[str, str]]


def is_dmidecode(text: str) -> bool:
    """Whether the text is cut into blocks with handles, or begins as the tool begins."""
    if re.search(r"^# dmidecode [0-9]", text, re.MULTILINE) or re.search(_HANDLE.pattern, text, re.MULTILINE):
        return True
    return (
        re.search(r"^(?:System|Base Board|BIOS) Information\s*\n[ \t]+[A-Z][A-Za-z ]+:", text, re.MULTILINE) is not None
    )


def read(text: str) -> Reading:
    """The machine that the blocks tell."""
    blocks = _blocks(text)
    system, board, chassis = (_first(blocks, title) for title in ("System", "Base Board", "Chassis"))
    brand = next((told for one in (system, board, chassis) if (told := naming.name(one.get("Manufacturer"), 80))), "")
    model = naming.model_of(brand, system.get("Product Name"), system.get("Version"), system.get("SKU Number"))
    serial = next((told for one in (system, chassis, board) if (told := naming.serial(one.get("Serial Number")))), "")
    return Reading(
        format=EvidenceFormat.DMIDECODE,
        tool="dmidecode",
        kind=naming.kind_of_chassis(chassis.get("Type")),
        brand=brand,
        model=model or naming.name(board.get("Product Name")),
        identifiers=naming.identifiers([(IdentifierKind.SERIAL, serial), (IdentifierKind.UUID, system.get("UUID"))]),
        processor=_processor(blocks),
        memory_mb=_memory(blocks),
        made_in=plain.year(_first(blocks, "BIOS").get("Release Date")),
    )


def _blocks(text: str) -> list[Block]:
    """Titles and their `key: value` lines; lists under a key are left out."""
    found: list[Block] = []
    for line in plain.lines(text):
        bare = line[:2000].rstrip()
        if not bare or bare.startswith("#") or _HANDLE.match(bare):
            if _HANDLE.match(bare) and len(found) < _MOST_BLOCKS:
                found.append(("", {}))
            continue
        if not line[0].isspace():
            if found and not found[-1][0] and not found[-1][1]:
                found[-1] = (bare[:80], {})
            elif len(found) < _MOST_BLOCKS:
                found.append((bare[:80], {}))
        elif found and ":" in bare:
            key, _colon, value = bare.partition(":")
            found[-1][1].setdefault(key.strip()[:60], value.strip()[:300])
    return found


def _first(blocks: list[Block], title: str) -> dict[str, str]:
    return next((fields for told, fields in blocks if told == f"{title} Information"), {})


def _processor(blocks: list[Block]) -> str:
    for title, fields in blocks:
        if title == "Processor Information" and "unpopulated" not in fields.get("Status", "").lower():
            if told := naming.processor(fields.get("Version")):
                return told
            told = " ".join(filter(None, (naming.processor(fields.get(key)) for key in ("Manufacturer", "Family"))))
            if naming.processor(fields.get("Family")):
                return told
    return ""


def _memory(blocks: list[Block]) -> int | None:
    total = 0.0
    for title, fields in blocks:
        size = _SIZE.fullmatch(fields.get("Size", ""))
        if title == "Memory Device" and size and "flash" not in fields.get("Type", "").lower():
            total += int(size.group(1)) * _UNITS[size.group(2).lower()]
    return plain.memory(total) if total else None
