"""Names and numbers that makers gave, and the fillers that they left where they gave none."""

import re
import uuid
from collections.abc import Iterable
from typing import Any

from declic.equipment.enums import IdentifierKind
from declic.equipment.reading.facts import MOST_DRIVES, Identifier
from declic.equipment.reading.plain import words

_FILLERS = {
    "", "0", "none", "null", "nil", "na", "n/a", "unknown", "undefined", "unspecified", "invalid", "empty", "blank",
    "default", "defaultstring", "default string", "oem", "o.e.m.", "o.e.m", "string", "serial", "sn", "s/n", "no serial",
    "not specified", "not available", "not applicable", "not present", "not provided", "not defined", "not set",
    "not supported by cpu", "to be filled", "tbd", "tba", "xxx", "asset", "no asset tag", "no asset information",
    "chassis", "computer", "system manufacturer", "system product name", "system version", "system name", "product name",
    "chassis manufacture", "chassis manufacturer", "base board", "baseboard", "board", "manufacturer", "vendor",
    "type1productconfigid", "type1family", "type2 - board serial number", "all series", "x.x", "1.0", "rev 1.xx",
    "bad index", "out of spec", "system", "generic", "sku", "standard", "private", "hidden",
    "redacted", "version", "model", "product", "name", "unavailable", "not found", "error",
}  # fmt: skip
_FILLING = re.compile(
    r"to be filled|o\.e\.m|oem string|serial number|sernum|default string|not specified|bad index|out of spec|not supported"
    r"|part ?num|asset ?tag|product name|0123456|1234567|987654321|abcdefg|deadbeef|manufacturer[0-9]*$|^<.*>$|^\$\(.*\)$"
    r"|^no (?:serial|module|dimm)|^type[0-9] ?-",
    re.ASCII,
)
_SPLIT = re.compile(r"[\s._:/\\-]+")
_UUID_FILLERS = {
    "03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009",
    "02030003-0400-0500-0006-000700080009", "12345678-1234-5678-90ab-cddeefaabbcc",
    "78563412-3412-7856-90ab-cddeefaabbcc", "00010203-0405-0607-0809-0a0b0c0d0e0f",
    "03020100-0504-0706-0809-0a0b0c0d0e0f", "4c4c4544-0000-2010-8020-80c04f202020",
    "44454c4c-0000-1020-8020-80c04f202020", "fefefefe-fefe-fefe-fefe-fefefefefefe",
}  # fmt: skip
_MAC_FILLERS = {"00:11:22:33:44:55", "00:01:02:03:04:05", "00:E0:4C:00:00:00", "00:50:56:00:00:00", "0C:0C:0C:0C:0C:0C"}


def is_filler(value: str) -> bool:
    """Whether a maker wrote this because it had to write something: no name, no number."""
    told = value.strip().casefold()
    bare = _SPLIT.sub("", told)
    return (
        told in _FILLERS
        or bare in _FILLERS
        or _FILLING.search(told) is not None
        or len(set(bare)) <= 1
        or not any(letter.isalnum() for letter in told)
    )


def name(value: Any, most: int = 120) -> str:
    """A brand, a model, a processor; empty for a filler."""
    told = words(value, most)
    return "" if is_filler(told) else told


def serial(value: Any) -> str:
    """A serial number as the maker writes it, without the dots and bars around it; empty for a filler or two letters."""
    told = words(value, 81).strip("./ ")
    return "" if len(told) > 80 or len(told) < 4 or is_filler(told) else told


def machine_uuid(value: Any) -> str:
    """A UUID in small letters; empty for the fillers of some firmwares and for what is no UUID."""
    told = words(value, 60).strip("{}").lower()
    if not re.fullmatch(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", told, re.ASCII):
        return ""
    told = str(uuid.UUID(told))
    return "" if told in _UUID_FILLERS or len(set(told.replace("-", ""))) <= 2 else told


def mac(value: Any) -> str:
    """A network address burnt in by its maker: neither drawn at random, nor of a group, nor a filler."""
    bare = re.sub(r"[:.\- ]", "", words(value, 30)).upper()
    if not re.fullmatch(r"[0-9A-F]{12}", bare, re.ASCII):
        return ""
    told = ":".join(bare[at : at + 2] for at in range(0, 12, 2))
    local_or_group = int(bare[:2], 16) & 0b11
    return "" if local_or_group or bare.startswith("000000") or told in _MAC_FILLERS or len(set(bare)) <= 2 else told


def imei(value: Any) -> str:
    """The fifteen digits of a phone, whose last one checks the others."""
    bare = re.sub(r"[ \-/]", "", words(value, 30))
    if not re.fullmatch(r"[0-9]{15}", bare, re.ASCII) or len(set(bare)) == 1 or "123456789" in bare:
        return ""
    doubled = [int(digit) * (2 if at % 2 else 1) for at, digit in enumerate(bare)]
    return bare if sum(digit // 10 + digit % 10 for digit in doubled) % 10 == 0 else ""


_CLEANERS = {
    IdentifierKind.SERIAL: serial,
    IdentifierKind.UUID: machine_uuid,
    IdentifierKind.MAC: mac,
    IdentifierKind.IMEI: imei,
}


def identifiers(found: Iterable[tuple[IdentifierKind, Any]]) -> tuple[Identifier, ...]:
    """The numbers that are worth keeping, each once, in the order given."""
    kept: dict[Identifier, None] = {}
    for kind, value in found:
        if told := _CLEANERS[kind](value):
            kept[Identifier(str(kind), told)] = None
    return tuple(list(kept)[:MOST_DRIVES])


def processor(value: Any) -> str:
    """The name of a processor without the marks of the trade."""
    told = re.sub(r"\((?:R|TM|C)\)|®|™", "", words(value, 160), flags=re.IGNORECASE)
    told = re.sub(r"\bCPU\b", "", told)
    return name(re.sub(r"\s+", " ", told).replace(" @", " @").strip())


def model_of(brand: str, product: Any, version: Any, sku: Any = "") -> str:
    """The model as people call it: without the order code in brackets, and Lenovo's own way of naming put right."""
    told = words(product)
    if found := re.fullmatch(r"(.+?) ?\(([^()]*)\)", told):
        code = found.group(2)
        if is_filler(code) or code.casefold() in (words(sku).casefold(), found.group(1).casefold()) or " " not in code:
            told = found.group(1)
    if brand and told.casefold().startswith(f"{brand.casefold()} "):
        told = told[len(brand) + 1 :].strip()
    told = name(told)
    named = name(version)
    # A type number in the place of the model; the model in the place of the version.
    if brand.casefold() == "lenovo" and any(letter.isalpha() for letter in named) and " " in named:
        return f"{named} ({told})"[:120] if told else named
    return told


def kind_of_chassis(value: Any) -> str:
    """The kind of machine that a chassis tells, empty when it does not."""
    told = re.sub(r"[\s_-]", "", words(value, 40)).casefold()
    for kind, shapes in _SHAPES.items():
        if any(shape in told for shape in shapes):
            return kind
    return ""


_SHAPES = {
    "tablet": ("tablet", "detachable"),
    "smartphone": ("smartphone", "phone", "handheld"),
    "laptop": ("laptop", "notebook", "portable", "convertible", "netbook", "lunchbox"),
    "desktop": ("desktop", "tower", "allinone", "minipc", "lowprofile", "pizzabox", "spacesaving", "server", "rackmount", "microtower", "computer", "stickpc"),
}  # fmt: skip
