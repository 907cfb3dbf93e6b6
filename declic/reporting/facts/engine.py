"""Reads figures from the relations of facts: all that a page needs in one statement, whatever the number of figures."""

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from declic.reporting.facts.relations import RELATIONS

PAGE_SIZE = 50


@dataclass(frozen=True)
class Span:
    """The editions one looks at, their sections in the books, and the day on which one looks."""

    editions: tuple[int, ...]
    sections: tuple[int, ...]
    at: datetime.date


@dataclass(frozen=True)
class Measure:
    """An aggregate over one relation, written in SQL by this app alone: nothing a user types comes here."""

    relation: str
    sql: str


@dataclass(frozen=True)
class Page:
    """One page of records: (id, day) pairs, with the key of the next page if there is one."""

    rows: list[tuple[int, datetime.date]]
    next_key: tuple[datetime.date, int] | None
    people: list[int]


def _bound(sql: str, span: Span, suffix: str, params: dict[str, Any]) -> str:
    params |= {
        f"editions{suffix}": list(span.editions),
        f"sections{suffix}": list(span.sections),
        f"at{suffix}": span.at,
    }
    return (
        sql.replace(":editions", f"%(editions{suffix})s")
        .replace(":sections", f"%(sections{suffix})s")
        .replace(":at", f"%(at{suffix})s::date")
    )


def measure(wanted: Iterable[tuple[Span, Measure]]) -> dict[tuple[Span, Measure], Any]:
    """The value of every measure in its span, in one query; a sum over no row is None."""
    by_relation: dict[tuple[Span, str], dict[str, Measure]] = {}
    for span, one in wanted:
        by_relation.setdefault((span, one.relation), {})[one.sql] = one
    if not by_relation:
        return {}
    params: dict[str, Any] = {}
    parts = []
    asked = list(by_relation.items())
    spans = {span: number for number, span in enumerate(dict.fromkeys(span for (span, _name), _m in asked))}
    for number, ((span, name), measures) in enumerate(asked):
        columns = ", ".join(f"{sql} AS c{column}" for column, sql in enumerate(measures))
        relation = _bound(RELATIONS[name].sql, span, str(spans[span]), params)
        parts.append(
            f"SELECT {number} AS n, to_jsonb(f) AS found FROM (SELECT {columns} FROM ({relation}) r) f"  # noqa: S608
        )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        answers = dict(cursor.fetchall())
    found: dict[tuple[Span, Measure], Any] = {}
    for number, ((span, _name), measures) in enumerate(asked):
        row = _as_dict(answers[number])
        for column, one in enumerate(measures.values()):
            found[span, one] = row[f"c{column}"]
    return found


def _as_dict(found: Any) -> dict[str, Any]:
    if isinstance(found, str):
        return dict(json.loads(found, parse_float=Decimal))
    return dict(found)


def page_of_records(
    relation: str, where: str, span: Span, *, after: tuple[datetime.date, int] | None, size: int = PAGE_SIZE
) -> Page:
    """The records for which `where` (our own SQL) holds, newest first, from after the key of the page before."""
    params: dict[str, Any] = {"size": size + 1}
    inner = _bound(RELATIONS[relation].sql, span, "", params)
    beyond = ""
    if after is not None:
        beyond = 'AND ("on", id) < (%(after_on)s, %(after_id)s)'
        params |= {"after_on": after[0], "after_id": after[1]}
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT DISTINCT "on", id, person_id FROM ({inner}) r WHERE ({where}) {beyond}'  # noqa: S608
            ' ORDER BY "on" DESC, id DESC LIMIT %(size)s',
            params,
        )
        found = cursor.fetchall()
    rows = [(pk, day) for day, pk, _person in found[:size]]
    people = [person for _day, _pk, person in found[:size] if person is not None]
    more = len(found) > size
    return Page(rows, (rows[-1][1], rows[-1][0]) if more else None, people)
