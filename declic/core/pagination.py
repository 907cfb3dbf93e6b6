"""Lists by pages that stay fast and stable: each page begins after the last row of the one before, never at an offset."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Q, QuerySet

CURSOR = "curseur"
_SALT = "declic.core.pagination"

type Order = tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class KeysetPage:
    """One page of a list. A cursor is None where there is nothing more; a query is ready to stand after an address."""

    rows: list[Any]
    next_cursor: str | None
    previous_cursor: str | None
    next_query: str
    previous_query: str

    @property
    def has_other_pages(self) -> bool:
        return bool(self.next_cursor or self.previous_cursor)


def keyset_page(queryset: QuerySet[Any], params: Mapping[str, Any], *, order: Order, size: int = 50) -> KeysetPage:
    """The page of `queryset` that the cursor in `params` (usually `request.GET`) asks for.

    `order` is pairs of a field (or annotation) and whether it goes down; empty values come last; the primary key is
    added so that rows of equal values keep their places. One query. A cursor that is not ours gives the first page.
    """
    full = order if any(name in ("pk", "id") for name, _down in order) else (*order, ("pk", False))
    backwards, values = _read_cursor(params.get(CURSOR), full)
    nullable = {name: _may_be_null(queryset, name) for name, _down in full}
    wanted = queryset
    if values is not None:
        wanted = wanted.filter(_beyond(full, values, nullable, backwards=backwards))
    wanted = wanted.order_by(*(_ordering(name, down, nullable[name], backwards) for name, down in full))
    found = list(wanted[: size + 1])
    more = len(found) > size
    rows = found[:size]
    if backwards:
        rows.reverse()
    has_previous = more if backwards else values is not None
    has_next = values is not None if backwards else more
    next_cursor = _cursor(rows[-1], full, backwards=False) if rows and has_next else None
    previous_cursor = _cursor(rows[0], full, backwards=True) if rows and has_previous else None
    return KeysetPage(rows, next_cursor, previous_cursor, _query(params, next_cursor), _query(params, previous_cursor))


def _ordering(name: str, down: bool, nullable: bool, backwards: bool) -> Any:
    descending = down != backwards
    # Empty values come last on the way forth, so first on the way back; NULLS is written only where it matters, since
    # an index made without it would not serve.
    nulls = ({"nulls_first": True} if backwards else {"nulls_last": True}) if nullable else {}
    return F(name).desc(**nulls) if descending else F(name).asc(**nulls)


def _beyond(order: Order, values: Sequence[Any], nullable: Mapping[str, bool], *, backwards: bool) -> Q:
    """Rows strictly after (or before) the one with these values, in this order."""
    beyond = Q(pk__in=[])
    equal = Q()
    for (name, down), value in zip(order, values, strict=True):
        beyond |= equal & _past(name, value, down, nullable[name], backwards)
        equal &= Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
    (first, first_down), first_value = order[0], values[0]
    if first_value is not None and not nullable[first]:
        # Implied by the rest, and what lets the database start at the right place of the index.
        edge = "lte" if first_down != backwards else "gte"
        beyond &= Q(**{f"{first}__{edge}": first_value})
    return beyond


def _past(name: str, value: Any, down: bool, nullable: bool, backwards: bool) -> Q:
    if value is None:
        return Q(**{f"{name}__isnull": False}) if backwards else Q(pk__in=[])
    past = Q(**{f"{name}__{'lt' if down != backwards else 'gt'}": value})
    if nullable and not backwards:
        past |= Q(**{f"{name}__isnull": True})
    return past


def _may_be_null(queryset: QuerySet[Any], path: str) -> bool:
    if path == "pk":
        return False
    if path in queryset.query.annotations:
        return True
    model = queryset.model
    maybe = False
    for part in path.split("__"):
        try:
            field = model._meta.get_field(part)
        except FieldDoesNotExist:
            return True
        maybe = maybe or bool(getattr(field, "null", False))
        model = field.related_model or model
    return maybe


def _read(row: Any, path: str) -> Any:
    value = row
    if isinstance(row, Mapping):
        return row[path]
    for part in path.split("__"):
        if value is None:
            return None
        value = getattr(value, part)
    return value


def _cursor(row: Any, order: Order, *, backwards: bool) -> str:
    content = [[f"{name}{'-' if down else '+'}" for name, down in order], backwards, [_read(row, n) for n, _d in order]]
    return signing.Signer(salt=_SALT).sign_object(content, serializer=_Dates)


def _read_cursor(cursor: Any, order: Order) -> tuple[bool, list[Any] | None]:
    if not isinstance(cursor, str) or not cursor:
        return False, None
    try:
        names, backwards, values = signing.Signer(salt=_SALT).unsign_object(cursor, serializer=_Dates)
    except (signing.BadSignature, ValueError, TypeError):
        return False, None
    if names != [f"{name}{'-' if down else '+'}" for name, down in order]:
        return False, None
    return backwards, values


def _query(params: Mapping[str, Any], cursor: str | None) -> str:
    if cursor is None:
        return ""
    lists = params.lists() if hasattr(params, "lists") else ((key, [value]) for key, value in params.items())
    return "?" + urlencode([*((k, v) for k, values in lists for v in values if k != CURSOR and v), (CURSOR, cursor)])


class _Dates(signing.JSONSerializer):
    """JSON that keeps instants to the microsecond: a rounded one would skip rows or show them twice."""

    def dumps(self, obj: Any) -> bytes:
        return json.dumps(obj, separators=(",", ":"), default=_as_text).encode("latin-1")


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | time) else str(value)
