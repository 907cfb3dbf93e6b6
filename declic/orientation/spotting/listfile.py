"""The list as it is kept until it is imported: its rows one a line, packed, without what may not be stored."""

import gzip
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from declic.core.tables import Cell, Limits, Row, Table, TableError, open_table
from declic.orientation.spotting.columns import holds_nir, never_kept, recognise

EXAMPLES = 3
_LIMITS = Limits(max_columns=100)


@dataclass(frozen=True)
class Kept:
    """A list read whole: where its cleaned rows are, and what is known of its columns.

    `dropped` counts the cells left out because they read as social security numbers outside of a column of them.
    """

    path: Path
    titles: list[str]
    mapping: dict[str, str]
    rows: int
    sheet: str
    other_sheets: list[str]
    dropped: int


@contextmanager
def cleaned(upload: UploadedFile, *, sheet: str = "") -> Iterator[Kept]:
    """Read an uploaded list whole and write its rows aside; the file goes with the block.

    Raises `TableError`, with a sentence, for whatever cannot be read: nothing is written then.
    """
    with tempfile.TemporaryDirectory(prefix="declic-list-") as folder:
        source = Path(folder) / "given"
        with source.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        table = open_table(source, filename=upload.name or "", limits=_LIMITS)
        others = [name for name in table.sheets if name != table.sheet] if table.sheet else []
        if sheet and sheet.strip() != table.sheet:
            table = table.with_sheet(sheet.strip())
            others = [name for name in table.sheets if name != table.sheet]
        if table.header_row is None:
            raise TableError(
                _(
                    "La première ligne de « %(name)s » ne donne pas les titres des colonnes (Nom, Prénom, Téléphone…)."
                    " Ajoutez-les dans votre tableur, enregistrez, puis choisissez de nouveau le fichier."
                )
                % {"name": upload.name}
            )
        yield _clean(table, Path(folder) / "rows.jsonl.gz", others)


def _clean(table: Table, path: Path, others: list[str]) -> Kept:
    header = table.header_row or 0
    sample = [row.cells for row in table.sample if row.number > header]
    mapping = recognise(table.titles, sample)
    left_out = never_kept(mapping)
    count = dropped = 0
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        for number, cells, problem in table.rows():
            for rank, cell in enumerate(cells):
                if rank in left_out:
                    cells[rank] = None
                elif cell is not None and holds_nir(cell):
                    cells[rank] = None
                    dropped += 1
            if all(cell is None for cell in cells):
                continue
            count += 1
            file.write(json.dumps([number, cells, problem], ensure_ascii=False, default=_as_text))
            file.write("\n")
    if not count:
        raise TableError(_("Cette liste n’a que des titres, sans aucune ligne. Choisissez le fichier rempli."))
    # A title is typed by someone too.
    titles = [
        _("Colonne %(n)d") % {"n": rank} if holds_nir(title) else title
        for rank, title in enumerate(table.column_names(), 1)
    ]
    return Kept(path, titles, mapping, count, table.sheet, others, dropped)


def _as_text(value: Any) -> str:
    return value.isoformat()[:10] if isinstance(value, date) else str(value)


def rows_of(file: IO[bytes], *, after: int = 0) -> Iterator[Row]:
    """The rows that were kept, in order, those numbered up to `after` left out."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            number, cells, problem = json.loads(line)
            if number > after:
                yield Row(number, cells, problem)


def examples(file: IO[bytes], columns: int) -> list[list[Cell]]:
    """For each column, its first values that are not empty."""
    found: list[list[Cell]] = [[] for _rank in range(columns)]
    for row in islice(rows_of(file), 60):
        for rank, cell in enumerate(row.cells[:columns]):
            if cell is not None and len(found[rank]) < EXAMPLES and cell not in found[rank]:
                found[rank].append(cell)
    return found
