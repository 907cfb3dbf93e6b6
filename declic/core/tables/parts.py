"""What every kind of list shares: its limits, its rows, its refusals, and how a text typed in a cell is cleaned."""

import re
from collections.abc import Generator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from django.utils.translation import gettext as _

from declic.core.errors import DomainError

type Cell = str | int | float | bool | date | None

# No spreadsheet keeps a longer text in a cell.
MAX_TEXT = 32_767

_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\t\v\f]")
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


class TableError(DomainError):
    """A list that cannot be read: `message` is a French sentence that says what to do."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How large a list may be. Bytes of the file, filled rows, filled columns, and bytes of a workbook once unpacked."""

    max_bytes: int = 25 * 1024 * 1024
    max_rows: int = 200_000
    max_columns: int = 200
    # An ODS sheet of 100 000 rows by 20 columns takes 280 MB unpacked; it is read as a stream and never held.
    max_unpacked: int = 400 * 1024 * 1024


class Row(NamedTuple):
    """One line of a list: the number shown in the margin of a spreadsheet, its cells, and what is wrong with it."""

    number: int
    cells: list[Cell]
    problem: str = ""


class Sheet(NamedTuple):
    """A sheet of a workbook and where it is found: the name of its part (XLSX) or its rank (ODS)."""

    name: str
    place: str
    hidden: bool = False


class Source(Protocol):
    """A file whose kind is known. Both methods raise `TableError`, and hold the file open until they are closed."""

    encoding: str
    separator: str
    since_1904: bool

    def sheets(self) -> Generator[Sheet, None, None]:
        """The sheets in their order, found as they are asked for; a text has one, without a name."""

    def records(self, sheet: Sheet) -> Generator[Row, None, None]:
        """The rows that have at least one filled cell, in order, without their trailing empty cells."""


def damaged() -> TableError:
    """The refusal of a file that stops making sense half-way."""
    return TableError(
        _(
            "Ce fichier est abîmé ou incomplet. Ouvrez-le dans votre tableur, enregistrez-le de nouveau au format .xlsx,"
            " puis choisissez ce nouveau fichier."
        )
    )


def too_many_rows(limits: Limits) -> TableError:
    """The refusal of a list longer than what is allowed."""
    return TableError(
        _(
            "Cette liste a plus de %(count)s lignes. Coupez-la en plusieurs fichiers, puis importez-les l’un après l’autre."
        )
        % {"count": f"{limits.max_rows:,}".replace(",", " ")}
    )


def too_many_columns(limits: Limits) -> TableError:
    """The refusal of a list wider than what is allowed."""
    return TableError(
        _(
            "Cette liste a plus de %(count)s colonnes. Gardez seulement les colonnes utiles, puis enregistrez-la de nouveau."
        )
        % {"count": limits.max_columns}
    )


def column_name(index: int) -> str:
    """The letters that a spreadsheet shows above a column: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def clean_text(text: str) -> str | None:
    """The text without invisible characters, its odd spaces made ordinary, stripped; None when nothing is left."""
    if not (text.isascii() and text.isprintable()):
        text = _INVISIBLE.sub("", _SPACES.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")))
    return text.strip() or None


def number_from(text: str) -> int | float | None:
    """The number of a cell of a workbook (`6.12E8`); whole numbers are int. None when it is not one."""
    if len(text) > 32 or "_" in text:
        return None
    if len(text) < 16 and text.isascii() and text.isdigit():
        return int(text)
    try:
        value = float(text)
    except ValueError:
        return None
    if value != value or value in (float("inf"), float("-inf")):
        return None
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def trimmed(cells: list[Cell]) -> list[Cell]:
    """The same list without its trailing empty cells."""
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def in_error(column: int, code: str) -> str:
    """What is wrong with a row one cell of which shows an error of the spreadsheet."""
    return _(
        "La case de la colonne %(column)s affiche une erreur (%(code)s) : corrigez-la dans le tableur ou écrivez sa valeur."
    ) % {"column": column_name(column), "code": code[:20]}


def too_long(column: int) -> str:
    """What is wrong with a row one cell of which holds more text than any spreadsheet keeps."""
    return _("La case de la colonne %(column)s contient un texte trop long : raccourcissez-le.") % {
        "column": column_name(column)
    }
