"""Lists that people exported or typed (XLSX, ODS, CSV): opened whatever their state, read without holding them.

It knows no domain: who reads a list says what its columns mean.
"""

from declic.core.tables.cells import as_date, as_phone, as_phone_text, as_postal_code, as_text
from declic.core.tables.parts import Cell, Limits, Row, TableError, column_name
from declic.core.tables.reading import LIMITS, Table, open_table
from declic.core.tables.text import ENCODINGS, SEPARATORS

__all__ = [
    "ENCODINGS",
    "LIMITS",
    "SEPARATORS",
    "Cell",
    "Limits",
    "Row",
    "Table",
    "TableError",
    "as_date",
    "as_phone",
    "as_phone_text",
    "as_postal_code",
    "as_text",
    "column_name",
    "open_table",
]
