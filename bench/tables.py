"""Rows on their way into PostgreSQL: kept by table, given their ids here, and sent by COPY."""

import datetime
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

CHUNK = 20_000


class Table:
    """One table to fill: `columns` are the fields whose values `add` is given, in order; the others take their defaults."""

    def __init__(self, model: type[models.Model], columns: str, *, at: datetime.datetime) -> None:
        self.model = model
        named = [model._meta.get_field(name) for name in columns.split()]
        rest = [
            field
            for field in model._meta.concrete_fields
            if not field.primary_key and not field.generated and field not in named
        ]
        self.name = model._meta.db_table
        self.fields = [model._meta.pk.column, *(field.column for field in [*named, *rest])]
        self._tail = tuple(self._default(field, at) for field in rest)
        self._width = len(named)
        self._rows: list[tuple[Any, ...]] = []
        last = model._default_manager.order_by().aggregate(last=models.Max("pk"))["last"] or 0
        self.first = self.next = last + 1

    @staticmethod
    def _default(field: Any, at: datetime.datetime) -> Any:
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            return at
        value = field.get_default()
        return json.dumps(value) if isinstance(field, models.JSONField) else value

    def add(self, *values: Any) -> int:
        """Keep one row and return its id."""
        pk = self.next
        self.next = pk + 1
        self._rows.append((pk, *values, *self._tail))
        if len(self._rows) >= CHUNK:
            self.flush()
        return pk

    def skip(self, count: int) -> int:
        """Set aside `count` ids and return the first: rows that others point to before they are known."""
        first = self.next
        self.next += count
        return first

    def put(self, pk: int, *values: Any) -> None:
        """Keep a row under an id that `skip` set aside."""
        self._rows.append((pk, *values, *self._tail))
        if len(self._rows) >= CHUNK:
            self.flush()

    @property
    def count(self) -> int:
        return self.next - self.first

    def flush(self) -> None:
        """Send what is kept."""
        if not self._rows:
            return
        if len(self._rows[0]) != len(self.fields):
            raise ValueError(f"{self.name}: {len(self._rows[0])} values for {self.fields}")
        columns = ", ".join(f'"{name}"' for name in self.fields)
        with connection.cursor() as cursor, cursor.copy(f'COPY "{self.name}" ({columns}) FROM STDIN') as copy:
            for row in self._rows:
                copy.write_row(row)
        self._rows.clear()


@contextmanager
def bare(tables: Iterable[str]) -> Iterator[None]:
    """The product's own triggers and the foreign keys rest meanwhile.

    Rows arrive in their last state, so `bench.checks` reads after what the triggers would have held; the keys are made
    again at the end, which reads each table once instead of asking for every row.
    """
    names = sorted(set(tables))
    with connection.cursor() as cursor:
        # A table with checks still owed at commit may not be altered: they are made now.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid = ANY(%s::regclass[]) ORDER BY 1, 2",
            [names],
        )
        keys = cursor.fetchall()
        for name in names:
            cursor.execute(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
        for table, key, _definition in keys:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{key}"')
        yield
        for table, key, definition in keys:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{key}" {definition}')
        for name in names:
            cursor.execute(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def set_sequences(tables: Iterable[str]) -> None:
    """The next id of each table follows the last one that it holds."""
    with connection.cursor() as cursor:
        for name in sorted(set(tables)):
            key = "pgh_id" if name.endswith("event") and _has_column(cursor, name, "pgh_id") else "id"
            cursor.execute(
                f'SELECT setval(pg_get_serial_sequence(%s, %s), (SELECT COALESCE(max("{key}"), 0) + 1 FROM "{name}"), false)',
                [f'"{name}"', key],
            )


def _has_column(cursor: Any, table: str, column: str) -> bool:
    cursor.execute(
        "SELECT 1 FROM information_schema.columns WHERE table_name = %s AND column_name = %s", [table, column]
    )
    return cursor.fetchone() is not None
