"""Workbooks are zips of XML that anyone may have forged: here they are opened, and read as a stream that cannot swell."""

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Self
from xml.parsers import expat

from django.utils.translation import gettext as _

from declic.core.tables.parts import Limits, TableError, damaged

_CHUNK = 1 << 16
_MAX_DIRECTORY = 1 << 20
MAX_DEPTH = 200
# No start tag of a spreadsheet is this long: the parser would hold it whole.
_MAX_TOKEN = 4 << 20
# A list of people packs 5 to 30 times; only a bomb packs 200 times and is large as well.
_BOMB_RATIO, _BOMB_BYTES = 200, 50 << 20
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    struct.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    UnicodeError,
    ValueError,
)


def too_large_unpacked() -> TableError:
    """The refusal of what looks like a zip bomb, or of a workbook that is really too large."""
    return TableError(
        _(
            "Ce classeur devient beaucoup trop gros une fois ouvert. Copiez les lignes utiles dans un classeur neuf,"
            " enregistrez-le au format .xlsx, puis choisissez ce nouveau fichier."
        )
    )


@contextmanager
def mishaps_said() -> Iterator[None]:
    """Turns whatever a damaged or forged file makes the libraries raise into a `TableError`."""
    try:
        yield
    except TableError:
        raise
    except _BROKEN as error:
        raise damaged() from error


class Package:
    """The parts of a zipped workbook, by name; bytes really unpacked are counted against the limits."""

    def __init__(self, path: Path, limits: Limits) -> None:
        with mishaps_said():
            _refuse_huge_directory(path)
            self._zip = zipfile.ZipFile(path)
        self._unpacked = 0
        self._parts: list[IO[bytes]] = []
        self._limits = limits
        # Some writers begin names with a slash, or separate folders with a backslash.
        self._members = {_plain(info.filename): info for info in self._zip.infolist()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_details: object) -> None:
        # A reading given up half-way leaves its part open, and the file with it.
        for part in self._parts:
            part.close()
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return _plain(name) in self._members

    def stream(self, name: str) -> Iterator[bytes]:
        """The bytes of a part, a few at a time; raises `TableError` when it is missing, odd or too large."""
        info = self._members.get(_plain(name))
        # Other methods of packing, which no spreadsheet uses, cannot be unpacked a little at a time.
        if info is None or info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise damaged()
        bomb = info.file_size > _BOMB_BYTES and info.file_size > _BOMB_RATIO * max(info.compress_size, 1)
        if bomb or info.file_size > self._limits.max_unpacked:
            raise too_large_unpacked()
        with self._zip.open(info) as part:
            self._parts.append(part)
            while chunk := part.read(_CHUNK):
                self._unpacked += len(chunk)
                if self._unpacked > self._limits.max_unpacked:
                    raise too_large_unpacked()
                yield chunk


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()


def _refuse_huge_directory(path: Path) -> None:
    """A directory of half a million empty members would fill the memory before anything could be counted."""
    with path.open("rb") as file:
        length = file.seek(0, 2)
        file.seek(max(0, length - (1 << 16) - 256))
        tail = file.read()
        sizes = [0]
        at = tail.find(b"PK\x05\x06")
        while at >= 0:
            if len(tail) >= at + 16:
                size = struct.unpack_from("<L", tail, at + 12)[0]
                sizes.append(0 if size == 0xFFFFFFFF else size)
            if at >= 20 and tail[at - 20 : at - 16] == b"PK\x06\x07":
                for place in (struct.unpack_from("<Q", tail, at - 12)[0], length - len(tail) + at - 76):
                    if 0 <= place < length:
                        file.seek(place)
                        record = file.read(56)
                        if record[:4] == b"PK\x06\x06" and len(record) == 56:
                            sizes.append(struct.unpack_from("<Q", record, 40)[0])
            at = tail.find(b"PK\x05\x06", at + 1)
    if max(sizes) > _MAX_DIRECTORY:
        raise too_large_unpacked()


def pump(
    chunks: Iterator[bytes],
    *,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None] | None = None,
    counts_depth: bool = False,
) -> Iterator[None]:
    """Parse XML as it comes and pause after each chunk; names are `namespace name`, with a space between.

    A DOCTYPE (no spreadsheet has one; entity bombs need one), a tag that never ends and a bottomless nest are refused.
    `counts_depth`: the handlers refuse what nests deeper than `MAX_DEPTH` themselves, which saves a call for each tag.
    """
    depth = 0

    def started(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise damaged()
        start(name, attributes)

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name)

    def refuse_doctype(*_details: object) -> None:
        raise damaged()

    parser = expat.ParserCreate(None, " ")
    parser.buffer_text = True
    parser.StartElementHandler = start if counts_depth else started
    parser.EndElementHandler = end if counts_depth else ended
    parser.StartDoctypeDeclHandler = refuse_doctype
    if text is not None:
        parser.CharacterDataHandler = text
    fed = 0
    for chunk in chunks:
        parser.Parse(chunk, False)
        fed += len(chunk)
        if fed - parser.CurrentByteIndex > _MAX_TOKEN:
            raise damaged()
        yield
    parser.Parse(b"", True)
    yield


def local(name: str) -> str:
    """`c` for `http://… c`."""
    return name.rpartition(" ")[2]
