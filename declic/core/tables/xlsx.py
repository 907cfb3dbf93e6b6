"""Excel workbooks (.xlsx, .xlsm), read row by row whatever their size; macros, charts and formulas are left alone."""

import re
from array import array
from collections.abc import Callable, Generator, Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext as _

from declic.core.tables.cells import date_of_serial
from declic.core.tables.packed import MAX_DEPTH, Package, local, mishaps_said, pump, too_large_unpacked
from declic.core.tables.parts import (
    MAX_TEXT,
    Cell,
    Limits,
    Row,
    Sheet,
    clean_text,
    column_name,
    damaged,
    in_error,
    number_from,
    too_long,
    too_many_columns,
    too_many_rows,
    trimmed,
)

_MAX_SHEETS = 500
_MAX_STYLES = 100_000
_MAX_SHARED_BYTES = 120 << 20
_MAX_SHARED_COUNT = 4_000_000
_MAX_PIECES = 1000
_LAST_ROW = 1_048_576

# ECMA-376 part 1, 18.8.30: the formats that need not be written in the file. 27-36 and 50-58 are East Asian dates.
_DATE_FORMATS = {14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)}
_TIME_FORMATS = {18, 19, 20, 21, 45, 46, 47}
_NOT_A_LETTER_OF_TIME = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


class Shared:
    """The texts that cells point at, packed in one buffer: two million Python strings would take four times as much."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("I", [0])

    def add(self, text: str) -> None:
        """One more text; raises `TableError` when they take more memory than a list of people can need."""
        self._bytes += text.encode("utf-8", "ignore")
        self._ends.append(len(self._bytes))
        if len(self._bytes) > _MAX_SHARED_BYTES or len(self._ends) > _MAX_SHARED_COUNT:
            raise too_large_unpacked()

    def __getitem__(self, index: int) -> str:
        """Raises IndexError for a text that is not there."""
        if not 0 <= index < len(self._ends) - 1:
            raise IndexError(index)
        return self._bytes[self._ends[index] : self._ends[index + 1]].decode()


class XlsxSource:
    """A workbook of the Office Open XML family, both dialects (transitional and strict)."""

    encoding = ""
    separator = ""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path, self._limits = path, limits
        self._sheets: list[Sheet] = []
        self._styles: list[str] = []
        self._shared: Shared | None = None
        self._shared_part = ""
        self.since_1904 = False
        with mishaps_said(), Package(path, limits) as package:
            self._read_workbook(package)

    def sheets(self) -> Generator[Sheet, None, None]:
        """The sheets of cells, in the order of the tabs."""
        yield from self._sheets

    # -------------------------------------------------------------------------------------------------- small parts

    def _read_workbook(self, package: Package) -> None:
        main = "xl/workbook.xml"
        if "_rels/.rels" in package:
            for _id, (kind, target) in _relations(package, "_rels/.rels", "").items():
                if kind == "officeDocument":
                    main = target
        folder, _slash, name = main.rpartition("/")
        rels = f"{folder}/_rels/{name}.rels".lstrip("/")
        parts = _relations(package, rels, folder) if rels in package else {}
        found: list[tuple[str, str, bool]] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            if local(tag) == "workbookPr":
                self.since_1904 = attributes.get("date1904", "0") in ("1", "true", "on")
            elif local(tag) == "sheet" and len(found) <= _MAX_SHEETS:
                link = next((value for key, value in attributes.items() if local(key) == "id" and " " in key), "")
                found.append((attributes.get("name", ""), link, attributes.get("state", "visible") != "visible"))

        _drain(package, main, start)
        if len(found) > _MAX_SHEETS:
            raise damaged()
        for title, link, hidden in found:
            kind, target = parts.get(link, ("", ""))
            if kind == "worksheet" and target in package:
                self._sheets.append(Sheet(title, target, hidden))
        for kind, target in parts.values():
            if kind == "styles" and target in package:
                self._styles = _styles(package, target)
            elif kind == "sharedStrings" and target in package:
                self._shared_part = target

    def _texts(self, package: Package) -> Shared:
        if self._shared is not None:
            return self._shared
        shared = Shared()
        if not self._shared_part:
            return shared
        pieces: list[str] = []
        reading = phonetic = False
        depth = 0
        item_tag = text_tag = phonetic_tag = ""

        def start(tag: str, _attributes: dict[str, str]) -> None:
            nonlocal reading, phonetic, depth, item_tag, text_tag, phonetic_tag
            depth += 1
            if depth > MAX_DEPTH:
                raise damaged()
            if tag == text_tag:
                reading = not phonetic
            elif tag == item_tag:
                pieces.clear()
            elif tag == phonetic_tag:
                phonetic = True
            elif not item_tag:
                space = tag[: len(tag) - len(local(tag))]
                item_tag, text_tag, phonetic_tag = f"{space}si", f"{space}t", f"{space}rPh"

        def end(tag: str) -> None:
            nonlocal reading, phonetic, depth
            depth -= 1
            if tag == text_tag:
                reading = False
            elif tag == item_tag:
                # One letter more than allowed, so that whoever shows the cell can say that it was cut.
                shared.add("".join(pieces)[: MAX_TEXT + 1])
            elif tag == phonetic_tag:
                phonetic = False

        def text(data: str) -> None:
            if reading and len(pieces) < _MAX_PIECES:
                pieces.append(data)

        for _pause in pump(package.stream(self._shared_part), start=start, end=end, text=text, counts_depth=True):
            pass
        self._shared = shared
        return shared

    # --------------------------------------------------------------------------------------------------------- rows

    def records(self, sheet: Sheet) -> Generator[Row, None, None]:
        """See `Source.records`. A cell in error, or a formula never computed, is empty and makes the row a problem."""
        with mishaps_said(), Package(self._path, self._limits) as package:
            yield from self._records(package, sheet.place, self._texts(package))

    # Closures, for they are called for each tag of the file: methods of an object take twice the time.
    def _records(self, package: Package, part: str, shared: Shared) -> Iterator[Row]:
        ready: list[Row] = []
        cells: list[Cell] = []
        pieces: list[str] = []
        problem = ""
        number = count = depth = 0
        column = -1
        kind = style = ""
        reading = formula = has_value = phonetic = in_row = in_cell = False
        limits, since_1904 = self._limits, self.since_1904
        dated = {str(index): what for index, what in enumerate(self._styles) if what}
        row_tag = cell_tag = value_tag = text_tag = formula_tag = phonetic_tag = ""

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal cells, problem, number, column, kind, style, reading, formula, has_value, phonetic
            nonlocal in_row, in_cell, row_tag, cell_tag, value_tag, text_tag, formula_tag, phonetic_tag, depth
            depth += 1
            if depth > MAX_DEPTH:
                raise damaged()
            if tag == cell_tag and in_row:
                ref = attributes.get("r")
                column = column + 1 if ref is None else _column(ref.rstrip("0123456789"))
                kind, style = attributes.get("t", "n"), attributes.get("s", "")
                pieces.clear()
                formula = has_value = False
                in_cell = True
            elif tag == value_tag:
                reading = has_value = True
            elif tag == text_tag:
                reading = in_cell and not phonetic
            elif tag == row_tag:
                cells, problem, column, in_row = [], "", -1, True
                place = attributes.get("r", "")
                # Rows only go down: a number that does not is a number we cannot trust.
                given = int(place) if place.isascii() and place.isdigit() and len(place) < 9 else 0
                number = given if given > number else number + 1
                if number > _LAST_ROW:
                    raise damaged()
            elif tag == formula_tag:
                formula = True
            elif tag == phonetic_tag:
                phonetic = True
            elif not row_tag:
                space = tag[: len(tag) - len(local(tag))]
                row_tag, cell_tag, value_tag = f"{space}row", f"{space}c", f"{space}v"
                text_tag, formula_tag, phonetic_tag = f"{space}t", f"{space}f", f"{space}rPh"

        def end(tag: str) -> None:
            nonlocal reading, phonetic, in_row, in_cell, count, depth
            depth -= 1
            if tag in (value_tag, text_tag):
                reading = False
            elif tag == cell_tag and in_cell:
                in_cell = False
                if has_value or formula or pieces:
                    close_cell()
            elif tag == phonetic_tag:
                phonetic = False
            elif tag == row_tag and in_row:
                in_row = False
                if trimmed(cells) or problem:
                    count += 1
                    if count > limits.max_rows:
                        raise too_many_rows(limits)
                    ready.append(Row(number, cells, problem))

        def close_cell() -> None:
            nonlocal problem
            raw = pieces[0] if len(pieces) == 1 else "".join(pieces)
            value: Cell
            if kind == "s":
                try:
                    text = shared[int(raw)]
                except (IndexError, ValueError):
                    raise damaged() from None
                value = _text(text)
            elif kind == "n":
                value = number_from(raw) if raw else None
                if value is None and raw.strip():
                    value = _text(raw)
                elif style in dated and isinstance(value, int | float):
                    value = _dated(value, dated[style], since_1904)
            elif kind == "b":
                value = raw.strip() in ("1", "true")
            elif kind == "e":
                value = None
                problem = problem or in_error(column, clean_text(raw) or "#?")
            elif kind == "d":
                value = _iso(raw)
            else:
                value = _text(raw)
            if formula and not has_value:
                problem = problem or _never_computed(column)
            if value is None:
                return
            if isinstance(value, str) and len(value) > MAX_TEXT:
                value, problem = value[:MAX_TEXT], problem or too_long(column)
            if column >= limits.max_columns:
                raise too_many_columns(limits)
            if len(cells) == column:
                cells.append(value)
            elif len(cells) < column:
                cells.extend([None] * (column - len(cells)))
                cells.append(value)
            else:
                cells[column] = value

        def text(data: str) -> None:
            if reading and len(pieces) < _MAX_PIECES:
                pieces.append(data)

        for _pause in pump(package.stream(part), start=start, end=end, text=text, counts_depth=True):
            yield from ready
            ready.clear()


def _never_computed(column: int) -> str:
    return _(
        "La case de la colonne %(column)s contient une formule sans résultat : ouvrez le fichier dans votre tableur,"
        " puis enregistrez-le de nouveau."
    ) % {"column": column_name(column)}


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    """The rank of a column from its letters; a damaged reference is refused."""
    rank = 0
    if not letters or len(letters) > 3:
        raise damaged()
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            raise damaged()
        rank = rank * 26 + ord(letter) - 64
    return rank - 1


def _text(raw: str) -> str | None:
    if "_x" in raw:
        raw = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), raw)
    return clean_text(raw)


def _iso(raw: str) -> Cell:
    try:
        return datetime.fromisoformat(raw.strip()).date()
    except ValueError:
        return clean_text(raw)


def _dated(value: float, what: str, since_1904: bool) -> Cell:
    if what == "date":
        day = date_of_serial(value, since_1904=since_1904)
        return value if day is None else day
    if not 0 <= value < 10_000:
        return value
    minutes = round(value * 24 * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _kind_of_format(code: str) -> str:
    """`date`, `time` or nothing, from the code of a number format such as `dd/mm/yyyy` or `[h]:mm`."""
    letters = _NOT_A_LETTER_OF_TIME.sub(
        lambda match: match[0] if match[0][:2].lower() in ("[h", "[m", "[s") else "", code
    )
    letters = letters.split(";")[0].lower()
    if "general" in letters or "standard" in letters:
        return ""
    # French and German Excel may write j, a and t in formats; the file keeps the English letters.
    if any(letter in letters for letter in "yd"):
        return "date"
    if any(letter in letters for letter in "hs"):
        return "time"
    return "date" if "mm" in letters else ""


def _nothing(_tag: str) -> None:
    pass


def _drain(
    package: Package, name: str, start: Callable[[str, dict[str, str]], None], end: Callable[[str], None] = _nothing
) -> None:
    for _pause in pump(package.stream(name), start=start, end=end):
        pass


def _relations(package: Package, name: str, folder: str) -> dict[str, tuple[str, str]]:
    """What a part points at: identifier → (last word of the kind, name of the part)."""
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == "Relationship" and len(found) < 10_000:
            target = attributes.get("Target", "").replace("\\", "/")
            steps = [] if target.startswith("/") else [step for step in folder.split("/") if step]
            for step in target.split("/"):
                if step == ".." and steps:
                    steps.pop()
                elif step not in ("", ".", ".."):
                    steps.append(step)
            found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], "/".join(steps))

    _drain(package, name, start)
    return found


def _styles(package: Package, name: str) -> list[str]:
    """For each cell style, what its numbers are: `date`, `time` or nothing."""
    formats: dict[str, str] = {}
    styles: list[str] = []
    inside = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        what = local(tag)
        if what == "cellXfs":
            inside = True
        elif what == "xf" and inside and len(styles) < _MAX_STYLES:
            styles.append(attributes.get("numFmtId", "0"))
        elif what == "numFmt" and len(formats) < _MAX_STYLES:
            formats[attributes.get("numFmtId", "")] = _kind_of_format(attributes.get("formatCode", "")[:255])

    def end(tag: str) -> None:
        nonlocal inside
        if local(tag) == "cellXfs":
            inside = False

    _drain(package, name, start, end)
    known = {str(number): "date" for number in _DATE_FORMATS} | {str(number): "time" for number in _TIME_FORMATS}
    return [(known | formats).get(style, "") if style in formats else known.get(style, "") for style in styles]
