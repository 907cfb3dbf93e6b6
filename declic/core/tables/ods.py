"""OpenDocument sheets (.ods: LibreOffice, Collabora, Google), read row by row; formulas give the value last computed."""

import re
from collections.abc import Generator
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from declic.core.tables.packed import Package, local, mishaps_said, pump
from declic.core.tables.parts import (
    MAX_TEXT,
    Cell,
    Limits,
    Row,
    Sheet,
    TableError,
    clean_text,
    damaged,
    in_error,
    number_from,
    too_long,
    too_many_columns,
    too_many_rows,
    trimmed,
)

_MAX_SHEETS = 500
_MAX_PIECES = 1000
_LAST_ROW = 1_048_576

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
_CALCEXT = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "

_SHEET, _ROW = f"{_TABLE}table", f"{_TABLE}table-row"
_CELL, _COVERED = f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"
_PARAGRAPH, _NOTE = f"{_TEXT}p", f"{_OFFICE}annotation"
_COLUMNS_REPEATED, _ROWS_REPEATED = f"{_TABLE}number-columns-repeated", f"{_TABLE}number-rows-repeated"
_VALUE_TYPE, _VALUE = f"{_OFFICE}value-type", f"{_OFFICE}value"
_FORMULA = f"{_TABLE}formula"
_ERROR_TEXT = re.compile(r"#[A-Z0-9/]{2,10}[!?]?|(?:Err|Erreur) ?:\d{3}")
_DURATION = re.compile(r"PT(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:\d+(?:[.,]\d+)?S)?")


class OdsSource:
    """A spreadsheet of the OpenDocument family."""

    encoding = ""
    separator = ""
    since_1904 = False

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path, self._limits = path, limits
        with mishaps_said(), Package(path, limits) as package:
            if "META-INF/manifest.xml" in package:
                manifest = b"".join(package.stream("META-INF/manifest.xml"))
                if b"encryption-data" in manifest:
                    raise protected()

    def sheets(self) -> Generator[Sheet, None, None]:
        """The sheets in the order of the tabs; the file is read no further than the last one asked for."""
        found: list[Sheet] = []
        hidden_styles: set[str] = set()
        style = ""
        rank = depth = 0

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal style, rank, depth
            if tag == _SHEET:
                depth += 1
                if depth == 1:
                    if rank >= _MAX_SHEETS:
                        raise damaged()
                    hidden = attributes.get(f"{_TABLE}style-name", "") in hidden_styles
                    found.append(Sheet(attributes.get(f"{_TABLE}name", ""), str(rank), hidden))
                    rank += 1
            elif tag == f"{_STYLE}style":
                style = attributes.get(f"{_STYLE}name", "")
            elif tag == f"{_STYLE}table-properties" and attributes.get(f"{_TABLE}display") == "false":
                hidden_styles.add(style)

        def end(tag: str) -> None:
            nonlocal depth
            if tag == _SHEET:
                depth -= 1

        with mishaps_said(), Package(self._path, self._limits) as package:
            for _pause in pump(package.stream("content.xml"), start=start, end=end):
                yield from found
                found.clear()

    def records(self, sheet: Sheet) -> Generator[Row, None, None]:
        """See `Source.records`. A cell in error is empty and makes the row a problem."""
        reader = _Reader(int(sheet.place), self._limits)
        with mishaps_said(), Package(self._path, self._limits) as package:
            for _pause in pump(package.stream("content.xml"), start=reader.start, end=reader.end, text=reader.text):
                while reader.ready:
                    cells, problem, first, times = reader.ready.pop(0)
                    for number in range(first, first + times):
                        yield Row(number, list(cells), problem)
                if reader.done:
                    return


class _Reader:
    """What the parser meets, turned into rows of one sheet; an empty part of the sheet costs nothing, however large."""

    def __init__(self, rank: int, limits: Limits) -> None:
        self.ready: list[tuple[list[Cell], str, int, int]] = []
        self.done = False
        self._rank, self._limits = rank, limits
        self._tables = -1
        self._nested = 0
        self._inside = False
        self._row: list[Cell] | None = None
        self._row_times = 1
        self._problem = ""
        self._number = 1
        self._count = 0
        self._column = 0
        self._cell: dict[str, str] | None = None
        self._notes = 0
        self._reading = 0
        self._pieces: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == _SHEET:
            self._nested += 1
            if self._nested == 1:
                self._tables += 1
                self._inside = self._tables == self._rank
        elif not self._inside or self._nested > 1:
            return
        elif tag in (_CELL, _COVERED) and self._row is not None and self._cell is None:
            self._cell = attributes
            self._pieces = []
        elif self._cell is not None:
            self._start_in_cell(tag, attributes)
        elif tag == _ROW:
            self._row, self._problem, self._column = [], "", 0
            self._row_times = _times(attributes.get(_ROWS_REPEATED))

    def _start_in_cell(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == _NOTE:
            self._notes += 1
        elif tag == _PARAGRAPH and not self._notes:
            if self._pieces:
                self._pieces.append("\n")
            self._reading += 1
        elif self._reading and not self._notes and tag.startswith(_TEXT):
            name = local(tag)
            if name == "s":
                self._pieces.append(" " * min(_times(attributes.get(f"{_TEXT}c")), 100))
            elif name in ("tab", "line-break"):
                self._pieces.append("\t" if name == "tab" else "\n")

    def end(self, tag: str) -> None:
        if tag == _SHEET:
            self._nested -= 1
            if not self._nested and self._inside:
                self._inside, self.done = False, True
        elif not self._inside or self._nested > 1:
            return
        elif tag == _PARAGRAPH:
            if self._cell is not None and not self._notes:
                self._reading -= 1
        elif tag in (_CELL, _COVERED):
            if self._cell is not None:
                self._close_cell(self._cell)
                self._cell, self._reading = None, 0
        elif tag == _NOTE:
            self._notes = max(0, self._notes - 1)
        elif tag == _ROW and self._row is not None:
            self._close_row(self._row)
            self._row = None

    def text(self, data: str) -> None:
        if self._reading and not self._notes and len(self._pieces) < _MAX_PIECES:
            self._pieces.append(data)

    def _close_cell(self, attributes: dict[str, str]) -> None:
        times = _times(attributes.get(_COLUMNS_REPEATED))
        value = self._value(attributes)
        if value is not None and self._row is not None:
            if self._column + times > self._limits.max_columns:
                raise too_many_columns(self._limits)
            self._row.extend([None] * (self._column - len(self._row)))
            self._row.extend([value] * times)
        self._column = min(self._column + times, _LAST_ROW)

    def _value(self, attributes: dict[str, str]) -> Cell:
        kind = attributes.get(_VALUE_TYPE, "")
        if kind in ("float", "percentage", "currency"):
            number = number_from(attributes.get(_VALUE, ""))
            if number is not None:
                return number
        elif kind == "date":
            day = attributes.get(f"{_OFFICE}date-value", "")
            try:
                return datetime.fromisoformat(day).date()
            except ValueError:
                return clean_text(day)
        elif kind == "boolean":
            return attributes.get(f"{_OFFICE}boolean-value") == "true"
        elif kind == "time" and (match := _DURATION.fullmatch(attributes.get(f"{_OFFICE}time-value", ""))):
            return f"{int(match[1] or 0):02d}:{int(match[2] or 0):02d}"
        text = clean_text("".join(self._pieces) or attributes.get(f"{_OFFICE}string-value", ""))
        if text is None:
            return None
        if attributes.get(f"{_CALCEXT}value-type") == "error" or (
            _FORMULA in attributes and _ERROR_TEXT.fullmatch(text)
        ):
            self._problem = self._problem or in_error(self._column, text)
            return None
        if len(text) > MAX_TEXT:
            self._problem = self._problem or too_long(self._column)
        return text[:MAX_TEXT]

    def _close_row(self, cells: list[Cell]) -> None:
        if trimmed(cells) or self._problem:
            self._count += self._row_times
            if self._count > self._limits.max_rows:
                raise too_many_rows(self._limits)
            self.ready.append((cells, self._problem, self._number, self._row_times))
        self._number += self._row_times
        if self._number > 2 * _LAST_ROW:
            raise damaged()


def _times(text: str | None) -> int:
    """How often something is repeated: at least once, and never more than a sheet has rows."""
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > 9:
        return 1
    return min(max(int(text), 1), _LAST_ROW)


def protected() -> TableError:
    """The refusal of a workbook that opens only with a password."""
    return TableError(
        _(
            "Ce classeur est protégé par un mot de passe. Ouvrez-le dans votre tableur, enregistrez-en une copie sans mot"
            " de passe, puis choisissez cette copie."
        )
    )
