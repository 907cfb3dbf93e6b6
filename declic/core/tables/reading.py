"""Opening a list whatever its kind, and finding where its titles are."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Self

from django.utils.translation import gettext as _

from declic.core.tables.cells import as_text
from declic.core.tables.ods import OdsSource, protected
from declic.core.tables.packed import Package, mishaps_said
from declic.core.tables.parts import Cell, Limits, Row, Sheet, Source, TableError, column_name
from declic.core.tables.text import TextSource, not_a_list
from declic.core.tables.xlsx import XlsxSource

LIMITS = Limits()

_SAMPLE = 40
_LONGEST_DATA = 254
_LOOKS_LIKE_DATA = re.compile(r"[\d\s./+()€%:,-]*\d[\d\s./+()€%:,-]*|[^@\s]+@[^@\s]+\.\w+")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"RIFF")


class Table:
    """A list opened for reading. Nothing of it is held but its first rows: `rows()` reads the file again each time.

    `header_row` is the number of the line that holds the titles, None when no line looks like it; `titles` stops at
    the last column that has a title or, in the first rows, a value. `sample` is those first rows, titles included.
    """

    def __init__(self, source: Source, sheet: Sheet, sample: list[Row], header_row: int | None, limits: Limits) -> None:
        self._source, self._sheet, self._limits = source, sheet, limits
        self.sample = sample
        self.header_row = header_row
        titles = next((row.cells for row in sample if row.number == header_row), [])
        below = [row for row in sample if header_row is None or row.number > header_row]
        width = max([len(titles), *(len(row.cells) for row in below)])
        self.titles = [" ".join(as_text(cell).split()) for cell in titles] + [""] * (width - len(titles))

    @property
    def sheet(self) -> str:
        """The name of the sheet that is read; empty for a text."""
        return self._sheet.name

    @cached_property
    def sheets(self) -> tuple[str, ...]:
        """The names of all sheets that one may see or not, in order. Reads a whole ODS file: ask only when it shows."""
        return tuple(sheet.name for sheet in self._source.sheets())

    @property
    def encoding(self) -> str:
        """The encoding of a text; empty for a workbook."""
        return self._source.encoding

    @property
    def separator(self) -> str:
        """What separates the cells of a text; empty for a workbook."""
        return self._source.separator

    @property
    def since_1904(self) -> bool:
        """Whether days are counted from 1904 (old Macs): for `as_date` when a column holds bare numbers."""
        return self._source.since_1904

    def column_names(self) -> list[str]:
        """What to call each column: its title, else `Colonne F`."""
        return [
            title or _("Colonne %(letter)s") % {"letter": column_name(rank)} for rank, title in enumerate(self.titles)
        ]

    def with_sheet(self, name: str) -> Self:
        """The same file, another sheet; raises `TableError` when there is none of that name or it is empty."""
        with closing(self._source.sheets()) as sheets:
            sheet = next((sheet for sheet in sheets if sheet.name == name), None)
        if sheet is not None:
            sample = _sample(self._source, sheet)
            if not sample:
                raise TableError(_("La feuille « %(name)s » est vide : choisissez-en une autre.") % {"name": name})
            return type(self)(self._source, sheet, sample, guess_header(sample), self._limits)
        raise TableError(
            _("Il n’y a pas de feuille « %(name)s » dans ce classeur : choisissez-en une autre.") % {"name": name}
        )

    def with_header(self, number: int | None) -> Self:
        """The same list with its titles on another of its first lines, or nowhere (None)."""
        if number is not None and number not in {row.number for row in self.sample}:
            raise TableError(
                _("Cette ligne est vide ou trop loin : choisissez la ligne des titres parmi les premières.")
            )
        return type(self)(self._source, self._sheet, self.sample, number, self._limits)

    def rows(self, *, after: int = 0) -> Iterator[Row]:
        """The filled rows below the titles, as wide as the titles, in order; those numbered up to `after` are skipped.

        A row with values beyond the last column says so in `problem`. Raises `TableError` where the file is damaged or
        too large, so half-way too: who writes as it reads must be able to undo.
        """
        width = len(self.titles)
        first = max(self.header_row or 0, after)
        with closing(self._source.records(self._sheet)) as records:
            for number, cells, problem in records:
                if number <= first:
                    continue
                if len(cells) < width:
                    cells.extend([None] * (width - len(cells)))
                elif len(cells) > width:
                    problem = problem or _too_wide(width)
                    del cells[width:]
                yield Row(number, cells, problem)


def _too_wide(width: int) -> str:
    return _(
        "Cette ligne a des cases remplies après la dernière colonne (%(column)s) : vérifiez qu’elle n’est pas décalée."
    ) % {"column": column_name(max(width - 1, 0))}


def open_table(path: Path, *, filename: str, limits: Limits = LIMITS, encoding: str = "", separator: str = "") -> Table:
    """Open a list by what it contains; `filename` is what its owner calls it, for the sentences of refusals.

    The first visible sheet that is not empty is chosen, else the first hidden one. `encoding` (one of `ENCODINGS`) and
    `separator` replace the guess for a text. Raises `TableError` with a sentence that says what to do.
    """
    source = _source(path, filename, limits, encoding, separator)
    fallback: tuple[Sheet, list[Row]] | None = None
    with closing(source.sheets()) as sheets:
        for sheet in sheets:
            if sheet.hidden and fallback is not None:
                continue
            sample = _sample(source, sheet)
            if sample and not sheet.hidden:
                return Table(source, sheet, sample, guess_header(sample), limits)
            if sample:
                fallback = (sheet, sample)
    if fallback is not None:
        return Table(source, *fallback, guess_header(fallback[1]), limits)
    raise TableError(
        _("« %(name)s » ne contient aucune ligne remplie. Choisissez le fichier où se trouve la liste.")
        % {"name": filename}
    )


def _sample(source: Source, sheet: Sheet) -> list[Row]:
    with closing(source.records(sheet)) as records:
        return list(islice(records, _SAMPLE))


def _source(path: Path, filename: str, limits: Limits, encoding: str, separator: str) -> Source:
    with mishaps_said():
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4096)
    if size > limits.max_bytes:
        raise TableError(
            _(
                "« %(name)s » pèse plus de %(size)s Mo. Gardez seulement les lignes et colonnes utiles, ou coupez-le en deux."
            )
            % {"name": filename, "size": limits.max_bytes // (1024 * 1024)}
        )
    if not size:
        raise TableError(_("« %(name)s » est vide. Choisissez le fichier où se trouve la liste.") % {"name": filename})
    if head.startswith(b"PK"):
        return _workbook(path, filename, limits)
    _refuse_others(path, filename, head)
    return TextSource(path, limits, encoding=encoding, separator=separator)


def _workbook(path: Path, filename: str, limits: Limits) -> Source:
    with mishaps_said(), Package(path, limits) as package:
        if "xl/workbook.bin" in package:
            raise _save_as(filename)
        if "content.xml" in package:
            kind = b"".join(islice(package.stream("mimetype"), 1)) if "mimetype" in package else b""
            if kind and b"spreadsheet" not in kind:
                raise not_a_list()
            return OdsSource(path, limits)
        if "word/document.xml" in package or not ("xl/workbook.xml" in package or "_rels/.rels" in package):
            raise TableError(
                _(
                    "« %(name)s » est un dossier compressé ou un document, pas une liste. Ouvrez-le, puis choisissez le"
                    " classeur (.xlsx, .ods) ou le fichier CSV qui s’y trouve."
                )
                % {"name": filename}
            )
    return XlsxSource(path, limits)


def _refuse_others(path: Path, filename: str, head: bytes) -> None:
    if head.startswith(_OLE):
        # The names of the streams of an old-style file are written in two bytes a letter.
        if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            raise protected()
        raise _save_as(filename)
    if head.startswith((b"\x09\x08", b"\x09\x04")):
        raise _save_as(filename)
    beginning = head.lstrip(b"\xef\xbb\xbf \t\r\n\x00").lower()
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        beginning = head[2:].replace(b"\x00", b"").lstrip().lower()
    if beginning.startswith(b"<"):
        raise TableError(
            _(
                "« %(name)s » est une page web ou du XML, même si son nom dit autre chose. Ouvrez-le dans votre tableur,"
                " enregistrez-le au format .xlsx, puis choisissez ce nouveau fichier."
            )
            % {"name": filename}
        )
    if beginning.startswith(b"%pdf"):
        raise TableError(
            _(
                "« %(name)s » est un PDF, que l’on ne peut pas lire ligne à ligne. Demandez la liste en classeur ou en CSV."
            )
            % {"name": filename}
        )
    if beginning.startswith(b"{\\rtf") or head.startswith(_PICTURES):
        raise not_a_list()


def _save_as(filename: str) -> TableError:
    return TableError(
        _(
            "« %(name)s » est dans un ancien format de classeur. Ouvrez-le dans votre tableur, choisissez « Enregistrer"
            " sous » puis « Classeur Excel (.xlsx) », et choisissez ce nouveau fichier."
        )
        % {"name": filename}
    )


def guess_header(sample: list[Row]) -> int | None:
    """The number of the line of titles: the first well-filled one with nothing but distinct words; None if there is none.

    Titles of the document, dates of printing and notes above are less filled than the rows of the list.
    """
    fills = sorted(sum(cell is not None for cell in row.cells) for row in sample)
    if not fills:
        return None
    # Most rows of a list are filled alike; what stands above it never is.
    usual = fills[len(fills) // 2]
    enough = max(1, (usual + 1) // 2) if usual < 4 else max(2, usual // 2)
    for row in sample:
        filled = [cell for cell in row.cells if cell is not None]
        if len(filled) < enough:
            continue
        if any(looks_like_data(cell) for cell in filled):
            # The list has begun without titles: words further down are those of people.
            return None
        return row.number
    return None


def looks_like_data(cell: Cell) -> bool:
    """Whether a cell holds a number, a date, a telephone or an address of email: what no title is."""
    if isinstance(cell, str):
        return len(cell) <= _LONGEST_DATA and _LOOKS_LIKE_DATA.fullmatch(cell) is not None
    return isinstance(cell, int | float | date)
