"""Fills a database at the size of an operator or of a region: the ground by the product's actions, the rows by COPY.

The same size on the same day gives the same rows. History holds the row as it first stood and, for loans, how they
ended; messages and stored documents are left out, no measured page reads them.
"""

import datetime
import random
import time

from django.apps import apps
from django.db import connection, transaction

from bench.receipts import TABLES, write_receipts
from bench.rows import Case, Tables, at
from bench.sizes import Size
from bench.tables import bare, set_sequences
from bench.world import Ground, make_ground


def fill(size: Size, *, on: datetime.date, seed: int = 2026) -> list[Ground]:
    """Fill an empty, migrated database; the operators, the measured one first."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    with transaction.atomic():
        ground = make_ground(size, on=on)
        tables = Tables(at(on))
        history = _history()
        with bare([*(table.name for table in tables.all), *history, *TABLES, "programmes_termsversion"]):
            for number, one in enumerate(ground):
                Case(one, tables, random.Random(seed * 100 + number), on).fill()
            for table in tables.all:
                table.flush()
            write_receipts()
            _freeze_terms(at(on))
            for name, tracked in history.items():
                _write_history(name, tracked, at(on))
            _write_fates(tables.fates, at(on))
        set_sequences([*(table.name for table in tables.all), *history])
    with connection.cursor() as cursor:
        cursor.execute("RESET statement_timeout")
    return ground


def settle() -> float:
    """Give the planner its statistics and the indexes their final shape, as autovacuum would; seconds taken."""
    start = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM (ANALYZE)")
        cursor.execute("RESET statement_timeout")
    return time.perf_counter() - start


def row_counts() -> dict[str, int]:
    """Rows by table, the larger ones first."""
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.app_config.name.startswith("declic.")]
    counts = {}
    with connection.cursor() as cursor:
        for name in tables:
            cursor.execute(f'SELECT count(*) FROM "{name}"')
            counts[name] = cursor.fetchone()[0]
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _freeze_terms(now: datetime.datetime) -> None:
    """What the trigger of the first enrolment does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE programmes_termsversion v SET frozen_at = %s WHERE frozen_at IS NULL"
            " AND EXISTS (SELECT 1 FROM orientation_enrolment e WHERE e.terms_id = v.id)",
            [now],
        )


def _history() -> dict[str, str]:
    """The tables of history with the table that each tracks."""
    found = {}
    for model in apps.get_models():
        tracked = getattr(model, "pgh_tracked_model", None)
        if tracked is not None and tracked._meta.app_config.name.startswith("declic."):
            found[model._meta.db_table] = tracked._meta.db_table
    return found


def _write_history(name: str, tracked: str, now: datetime.datetime, *, state: str = "", source: str = "") -> None:
    """One event per row of `tracked`; with `source`, only for the rows it names, in the state it gives."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT h.column_name FROM information_schema.columns h JOIN information_schema.columns t"
            " ON t.table_name = %s AND t.column_name = h.column_name AND t.table_schema = h.table_schema"
            " WHERE h.table_name = %s AND h.is_generated = 'NEVER' AND h.table_schema = current_schema() ORDER BY h.ordinal_position",
            [tracked, name],
        )
        columns = [row[0] for row in cursor.fetchall()]
        chosen = ", ".join(state if state and column == "state" else f't."{column}"' for column in columns)
        names = ", ".join(f'"{column}"' for column in columns)
        cursor.execute(
            f'INSERT INTO "{name}" (pgh_created_at, pgh_label, pgh_obj_id, {names})'
            f' SELECT %s, %s, t.id, {chosen} FROM "{tracked}" t {source} ORDER BY t.id',
            [now, "update" if source else "insert"],
        )


def _write_fates(fates: list[tuple[int, str]], now: datetime.datetime) -> None:
    """How each loan ended: reports read it in the history of the allocation."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bench_fate (id bigint PRIMARY KEY, state text) ON COMMIT DROP")
        with cursor.copy("COPY bench_fate FROM STDIN") as copy:
            for row in fates:
                copy.write_row(row)
    _write_history(
        "equipment_allocationevent",
        "equipment_allocation",
        now,
        state="f.state",
        source="JOIN bench_fate f ON f.id = t.id",
    )
