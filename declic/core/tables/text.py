"""Lists as text (CSV, TSV and their cousins): which encoding, which separator, and lines that are not quite in order."""

import codecs
import re
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from declic.core.tables.packed import mishaps_said
from declic.core.tables.parts import (
    MAX_TEXT,
    Cell,
    Limits,
    Row,
    Sheet,
    TableError,
    clean_text,
    too_long,
    too_many_columns,
    too_many_rows,
    trimmed,
)

SEPARATORS = (";", ",", "\t", "|")
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1252")

_CHUNK = 1 << 16
_SAMPLE = 1 << 17
_SAMPLE_LINES = 60
_MAX_LINE = 1 << 20
# A quoted text over more lines than this is a quote that was never closed.
_MAX_QUOTED_LINES = 60
# A file with so many of them has stray quotes: looking ahead for each would never end.
_MAX_UNCLOSED = 200
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SEP_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_NOT_TEXT = re.compile("[\u0001-\u0008\u000e-\u001a\u001c-\u001f]")


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Reads the bytes that are not what was announced as Windows would, else as the control characters they number."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in bad), error.end


codecs.register_error("declic-windows", _as_windows)


def encoding_of(path: Path) -> tuple[str, int]:
    """The encoding of a text and how many bytes its mark takes; a mostly UTF-8 file may hold a few Windows bytes."""
    with path.open("rb") as file:
        head = file.read(4096)
        for mark, name in _BOMS:
            if head.startswith(mark):
                return name, len(mark)
        if len(head) >= 4:
            # Letters of ours in two bytes: every other byte is zero.
            for first, name in ((1, "utf-16-le"), (0, "utf-16-be")):
                half = head[first::2]
                if half.count(0) > 0.4 * len(half) and head[1 - first :: 2].count(0) < 0.1 * len(half):
                    return name, 0
        file.seek(0)
        return ("utf-8" if _reads_as_utf8(file.read(26 << 20)) else "cp1252"), 0


def _reads_as_utf8(data: bytes) -> bool:
    """Whether the letters beyond ASCII are those of UTF-8, but for a few: Windows letters hardly ever look like them."""
    good = bad = at = 0
    while at < len(data) and bad <= good + 20 and bad < 200:
        try:
            str(memoryview(data)[at:], "utf-8")
        except UnicodeDecodeError as error:
            good += _letters_beyond_ascii(data[at : at + error.start])
            bad += 1
            at += error.end
        else:
            good += _letters_beyond_ascii(data[at:]) if bad else 0
            break
    return bad == 0 or good >= 2 * bad


def _letters_beyond_ascii(data: bytes) -> int:
    return sum(data.count(lead) for lead in (b"\xc3", b"\xe2", b"\xc5", b"\xc2", b"\xc4"))


class TextSource:
    """A list written as text, one record a line; the encoding and the separator are guessed unless given."""

    since_1904 = False

    def __init__(self, path: Path, limits: Limits, *, encoding: str = "", separator: str = "") -> None:
        self._path, self._limits = path, limits
        with mishaps_said():
            guessed, self._skip = encoding_of(path)
            self.encoding = encoding or guessed
            self._announced = ""
            with self._open() as file:
                sample = file.read(_SAMPLE)
            first = sample.split("\n", 1)[0]
            if match := _SEP_LINE.fullmatch(first):
                self._announced = match[1]
                sample = sample[len(first) + 1 :]
            if len(_NOT_TEXT.findall(sample)) > len(sample) / 100:
                raise not_a_list()
            self.separator = separator or self._announced or separator_of(sample)

    def _open(self) -> TextIO:
        file = self._path.open(encoding=self.encoding, errors="declic-windows", newline=None)
        if self._skip:
            file.read(1)
        return file

    def sheets(self) -> Generator[Sheet, None, None]:
        """A text is one sheet."""
        yield Sheet("", "")

    def records(self, sheet: Sheet) -> Generator[Row, None, None]:
        """See `Source.records`; a record that takes several lines counts for one, as in a spreadsheet."""
        with mishaps_said(), self._open() as file:
            yield from self._records(file)

    def _records(self, file: TextIO) -> Iterator[Row]:
        limits, separator = self._limits, self.separator
        number = count = 0
        lines = _Lines(file)
        if self._announced:
            lines.next()
        while line := lines.next():
            number += 1
            if not line.strip():
                continue
            problem = ""
            if '"' in line:
                texts, problem = self._quoted(line, lines)
            else:
                texts = line.removesuffix("\n").split(separator, limits.max_columns)
            cells = [clean_text(text) for text in texts]
            row: list[Cell] = trimmed([*cells])
            if not row:
                continue
            if len(row) > limits.max_columns:
                # What follows the last separator allowed was kept whole: it counts only if it says something.
                if clean_text(str(row[-1]).replace(separator, " ")) is not None:
                    raise too_many_columns(limits)
                row = trimmed(row[:-1])
            for column, cell in enumerate(row):
                if isinstance(cell, str) and len(cell) > MAX_TEXT:
                    row[column], problem = cell[:MAX_TEXT], problem or too_long(column)
            count += 1
            if count > limits.max_rows:
                raise too_many_rows(limits)
            yield Row(number, row, problem)

    def _quoted(self, line: str, lines: "_Lines") -> tuple[list[str], str]:
        most = self._limits.max_columns
        taken: list[str] = []

        def more() -> str | None:
            if len(taken) >= _MAX_QUOTED_LINES or lines.unclosed >= _MAX_UNCLOSED:
                return None
            following = lines.next()
            if following:
                taken.append(following)
            return following.removesuffix("\n") if following else None

        cells = split_quoted(line.removesuffix("\n"), self.separator, most, more)
        if cells is not None:
            return cells, ""
        lines.unclosed += 1
        lines.give_back(taken)
        text = line.removesuffix("\n").replace('"', "")
        return text.split(self.separator, most), _(
            "Un guillemet ouvert n’est pas refermé sur cette ligne : vérifiez-la."
        )


class _Lines:
    """The lines of a file, which one may give back; refuses a line too long to be one."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._waiting: list[str] = []
        self.unclosed = 0

    def next(self) -> str:
        """The next line with its end, empty after the last."""
        if self._waiting:
            return self._waiting.pop()
        line = self._file.readline(_MAX_LINE)
        if len(line) >= _MAX_LINE:
            raise not_a_list()
        return line

    def give_back(self, lines: list[str]) -> None:
        """Lines taken too soon, in their order."""
        self._waiting.extend(reversed(lines))


def split_quoted(
    text: str, separator: str, most: int, more: Callable[[], str | None] = lambda: None
) -> list[str] | None:
    """The cells of a record, None when a quote is never closed. `more` gives the next line, None to look no further.

    At most `most` + 1 cells: the last holds what remains of the line. A quote in a cell that does not begin with one,
    or that neither ends its cell nor is doubled (`"rue "du" port"`), is a letter.
    """
    cells: list[str] = []
    at = 0
    while len(cells) < most:
        begin = at
        while text.startswith(" ", begin):
            begin += 1
        if text.startswith('"', begin):
            pieces: list[str] = []
            at = begin + 1
            while True:
                stop = text.find('"', at)
                if stop < 0:
                    following = more()
                    if following is None:
                        return None
                    pieces += (text[at:], "\n")
                    text, at = following, 0
                    continue
                pieces.append(text[at:stop])
                at = stop + 1
                if text.startswith('"', at):
                    pieces.append('"')
                    at += 1
                    continue
                end = at
                while text.startswith(" ", end):
                    end += 1
                if end >= len(text) or text.startswith(separator, end):
                    at = end
                    break
                pieces.append('"')
            cells.append(pieces[0] if len(pieces) == 1 else "".join(pieces))
        else:
            stop = text.find(separator, at)
            stop = len(text) if stop < 0 else stop
            cells.append(text[at:stop])
            at = stop
        if at >= len(text):
            return cells
        at += 1
    return [*cells, text[at:]]


def separator_of(sample: str) -> str:
    """The separator that cuts most lines into the same number of cells; `;` when none does."""
    best, best_score = ";", 0.0
    prose = len(re.findall(r", ", sample))
    decimals = len(re.findall(r"\d,\d", sample))
    for separator in SEPARATORS:
        widths = Counter(islice(_widths(sample, separator), _SAMPLE_LINES))
        total = sum(widths.values())
        if not total:
            continue
        width, same = max(
            ((width, count) for width, count in widths.items() if width > 1), key=lambda pair: pair[1], default=(1, 0)
        )
        share = same / total
        score = share * share * min(width - 1, 6)
        if separator == "," and 2 * (prose + decimals) > sample.count(","):
            score /= 10
        if score > best_score:
            best, best_score = separator, score
    return best


def _widths(sample: str, separator: str) -> Iterator[int]:
    """How many cells each whole record of the sample has when cut with this separator."""
    lines = iter(sample.split("\n"))
    for line in lines:
        if not line.strip():
            continue
        # A quoted text may go on below; a quote never closed must not swallow the sample.
        cells = split_quoted(line, separator, 1000, partial(next, islice(lines, 10), None))
        yield len(cells) if cells is not None else line.count(separator) + 1


def not_a_list() -> TableError:
    """The refusal of a file that is no list at all."""
    return TableError(
        _(
            "Ce fichier n’est pas une liste que Déclic sait lire. Choisissez un classeur (.xlsx ou .ods) ou un fichier CSV,"
            " avec les titres des colonnes en première ligne."
        )
    )
