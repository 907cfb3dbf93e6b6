"""Bytes into text, text into values: each function takes anything and gives nothing rather than fail."""

import datetime
import math
import re
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from declic.equipment.reading.facts import UnreadableFileError

MAX_BYTES = 5 * 1024 * 1024
PARIS = ZoneInfo("Europe/Paris")
_LARGEST = 2**60
_DIGITS = re.compile(r"[0-9]{1,19}", re.ASCII)
_SPACES = re.compile(r"\s+")
_LINE_ENDS = re.compile(r"\r\n|\n|\r")


def decode(content: bytes) -> str:
    """The text of a file: UTF-8 with or without its mark, UTF-16 with or without, else Western European.

    Raises `UnreadableFileError` for a file that is empty, larger than 5 MB, or no text.
    """
    if not content.strip():
        raise UnreadableFileError(_("Ce fichier est vide : choisissez-en un autre."))
    if len(content) > MAX_BYTES:
        raise UnreadableFileError(
            _("Ce fichier dépasse 5 Mo : envoyez le fichier de l'outil, tel qu'il l'a écrit, une machine à la fois.")
        )
    if content.startswith((b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ")):
        raise UnreadableFileError(_("Ce fichier est compressé : décompressez-le, puis envoyez ce qu'il contient."))
    if content.startswith(b"%PDF"):
        raise UnreadableFileError(
            _("Un PDF ne se lit pas : envoyez le journal de l'outil (.log) ou son fichier JSON, qui l'accompagne.")
        )
    text = _text(content)
    if text.count("\0") > len(text) // 20:
        raise UnreadableFileError(
            _("Ce fichier n'est pas un texte : envoyez le fichier que l'outil d'inventaire ou d'effacement a écrit.")
        )
    return text.replace("\0", "\ufffd").removeprefix("\ufeff")


def _text(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    sample = content[:2000]
    if len(sample) >= 4:
        if sample[1::2].count(0) * 10 > len(sample) // 2 * 8:
            return content.decode("utf-16-le", errors="replace")
        if sample[0::2].count(0) * 10 > len(sample) // 2 * 8:
            return content.decode("utf-16-be", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # Cut in the middle of a letter: the rest is UTF-8 all the same.
        if error.start >= len(content) - 4:
            return content[: error.start].decode("utf-8-sig", errors="replace")
        return content.decode("cp1252", errors="replace")


def lines(text: str) -> list[str]:
    """The lines of a text, ended as tools end them: no other control character parts what a tool wrote on one line."""
    return _LINE_ENDS.split(text)


def words(value: Any, most: int = 120) -> str:
    """A short text on one line without control characters, empty for what is no text or number."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int):
        value = str(value) if abs(value) < _LARGEST else ""
    if not isinstance(value, str):
        return ""
    kept = "".join(letter if letter.isprintable() else " " for letter in value[: most * 8])
    return _SPACES.sub(" ", kept.replace("\ufffd", " ")).strip()[:most].strip()


def whole(value: Any, most: int = _LARGEST) -> int | None:
    """A number from 0 to `most`, None for anything else: no truth value, no fraction, no letters, no other digits."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = int(value.strip()) if _DIGITS.fullmatch(value.strip()) else None
    elif isinstance(value, float):
        value = int(value) if math.isfinite(value) and value.is_integer() else None
    return value if isinstance(value, int) and 0 <= value <= most else None


def number(value: Any) -> float | None:
    """A finite number, fractions included."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            value = float(value.strip()) if len(value) < 40 else None
        except ValueError:
            return None
    if isinstance(value, int) and abs(value) < _LARGEST:
        return float(value)
    return value if isinstance(value, float) and math.isfinite(value) and abs(value) < _LARGEST else None


def mapping(value: Any) -> dict[str, Any]:
    """The same dictionary, or an empty one."""
    return value if isinstance(value, dict) else {}


def listing(value: Any) -> list[Any]:
    """The same list, or a list of the one dictionary that stands in its place, or nothing."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, dict) else []


def year(value: Any) -> int | None:
    """The year in a date as firmwares write it (`08/25/2008`, `2016-02-06`): one in which a PC may have been made."""
    found = re.search(r"(?<![0-9])(19[89][0-9]|20[0-9]{2})(?![0-9])", words(value, 40), re.ASCII)
    return int(found.group(1)) if found else None


def moment(value: Any) -> datetime.datetime | None:
    """An instant written as ISO 8601, `2024/07/30 10:25:26` or seconds since 1970; without a zone, it is that of Paris."""
    at: datetime.datetime | None = None
    seconds = number(value) if not isinstance(value, str) else None
    try:
        if seconds is not None:
            at = datetime.datetime.fromtimestamp(seconds, tz=PARIS)
        elif isinstance(value, str) and 8 <= len(value.strip()) <= 40:
            at = datetime.datetime.fromisoformat(value.strip().replace("/", "-"))
    except (ValueError, OverflowError, OSError):
        return None
    if at is None or not 1990 <= at.year <= 2100:
        return None
    return at if at.tzinfo else at.replace(tzinfo=PARIS)


def bounded(value: int | None, low: int, high: int) -> int | None:
    """The number if it makes sense for what it measures."""
    return value if value is not None and low <= value <= high else None


def memory(mebibytes: float | None) -> int | None:
    """Memory in MiB, from 16 MiB to 16 TiB."""
    return bounded(round(mebibytes), 16, 16 * 1024 * 1024) if mebibytes is not None else None


def gigabytes(sizes: list[int | None]) -> int | None:
    """The storage of drives in GB; None as soon as one of them does not say its size."""
    known = [size for size in sizes if size]
    if not known or len(known) < len(sizes):
        return None
    return bounded(round(sum(known) / 1_000_000_000), 1, 1_000_000)
