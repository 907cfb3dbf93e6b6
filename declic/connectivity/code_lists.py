"""Reading lists of codes: a file of the supplier (CSV, XLSX, ODS, TXT) or lines pasted as they are."""

import re
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from declic.connectivity.secrets import plain
from declic.core.errors import DomainError
from declic.core.tables import Cell, as_date, as_text, open_table
from declic.people.names import fold

if TYPE_CHECKING:
    from django.core.files.base import File

MOST = 20_000
"""Codes of one list."""

_SHORTEST, _LONGEST = 6, 40
_CODE_TITLES = ("code", "pin", "recharge", "numero", "iccid", "sim", "serie")
_DATE_TITLES = ("expir", "valid", "limite", "peremption")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .\-]*")


class Found(NamedTuple):
    """One code of a list: its line, and the day until which it is good, when the list says so."""

    code: str
    line: int
    expires_on: date | None = None


def read_codes(upload: "File[bytes]", filename: str) -> list[Found]:
    """The codes of a file, in order. Raises `DomainError` with the line of the first thing that is not a code."""
    with tempfile.TemporaryDirectory() as folder:
        # Kept for the time of reading and never among the documents: a list of codes is money.
        path = Path(folder) / "codes"
        path.write_bytes(upload.read())
        table = open_table(path, filename=filename)
        titles = [fold(title) for title in table.titles]
        sample = [row.cells for row in table.sample if row.number != table.header_row]
        column = _column_of(titles, _CODE_TITLES)
        if column is None:
            column = _likeliest(sample)
        day = _column_of(titles, _DATE_TITLES)
        return _collected(
            (row.number, row.cells[column], None if day is None or day == column else row.cells[day])
            for row in table.rows()
            if column < len(row.cells)
        )


def read_lines(text: str) -> list[Found]:
    """The codes pasted one a line."""
    return _collected((number, line.strip(" ;,\t") or None, None) for number, line in enumerate(text.splitlines(), 1))


def _collected(rows: object) -> list[Found]:
    found: list[Found] = []
    for number, cell, day in rows:  # type: ignore[attr-defined]
        code = as_text(cell).strip()
        if not code:
            continue
        if not _CODE.fullmatch(code) or not _SHORTEST <= len(plain(code)) <= _LONGEST:
            raise DomainError(
                _("Ligne %(line)s : ce n'est pas un code (de 6 à 40 lettres et chiffres). Rien n'a été ajouté.")
                % {"line": number},
                field="upload",
            )
        try:
            good_until = as_date(day)
        except ValueError:
            raise DomainError(
                _("Ligne %(line)s : la date de validité ne se lit pas. Rien n'a été ajouté.") % {"line": number},
                field="upload",
            ) from None
        found.append(Found(code, number, good_until))
        if len(found) > MOST:
            raise DomainError(
                _("Cette liste a plus de %(most)s codes : coupez-la en plusieurs.") % {"most": MOST}, field="upload"
            )
    return found


def _column_of(titles: list[str], words: tuple[str, ...]) -> int | None:
    for word in words:
        for rank, title in enumerate(titles):
            if word in title:
                return rank
    return None


def _likeliest(sample: list[list[Cell]]) -> int:
    """The column whose cells look most like codes."""
    width = max((len(cells) for cells in sample), default=1)
    likeness = [
        sum(
            rank < len(cells) and bool(_CODE.fullmatch(as_text(cells[rank]))) and len(plain(as_text(cells[rank]))) >= 8
            for cells in sample
        )
        for rank in range(width)
    ]
    return likeness.index(max(likeness))
