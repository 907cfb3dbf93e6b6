"""The shape of what waits: rows of every source in the same eight columns, so that one query reads them all."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    DateField,
    F,
    IntegerField,
    Model,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import ngettext

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.accounts.scope import scope_of

PER_SOURCE = 5  # rows that one source shows: the rest is one click away


@dataclass(frozen=True)
class Task:
    """One line of the page: a sentence, why, one button."""

    sentence: str
    detail: str
    href: str
    label: str
    day: datetime.date
    chip: str = ""
    chip_kind: str = "wait"


# Where a task stands (`late`, `waiting`, `coming` or `own`), and the task.
type Found = tuple[str, Task]


@dataclass(frozen=True)
class Row:
    """The columns that every source gives; `who` is a person, the others are what the sentence of the source needs."""

    kind: str
    day: datetime.date
    pk: int
    who: str
    first: str
    second: str
    third: str
    number: int


def days(count: int) -> str:
    return ngettext("%(n)d jour", "%(n)d jours", count) % {"n": count}


def text_of(value: Any) -> Any:
    return Coalesce(Cast(value, TextField()), Value("", output_field=TextField()))


def person_name(path: str) -> Case:
    """As `Person.__str__` names her, in SQL."""
    return Case(
        When(**{f"{path}__called": ""}, then=Concat(f"{path}__first_name", Value(" "), f"{path}__last_name")),
        default=F(f"{path}__called"),
        output_field=TextField(),
    )


def rows_of(
    queryset: QuerySet[Any],
    kind: str,
    day: Any,
    *,
    pk: Any = None,
    who: Any = None,
    first: Any = None,
    second: Any = None,
    third: Any = None,
    number: Any = None,
    limit: int = PER_SOURCE,
) -> QuerySet[Any]:
    """The oldest rows of one source, in the eight columns of `Row`."""
    nothing = Value("", output_field=TextField())
    columns = {
        "t_kind": Value(kind, output_field=CharField()),
        "t_day": Cast(day, DateField()),
        "t_pk": Cast(F("pk") if pk is None else pk, BigIntegerField()),
        "t_who": nothing if who is None else text_of(who),
        "t_first": nothing if first is None else text_of(first),
        "t_second": nothing if second is None else text_of(second),
        "t_third": nothing if third is None else text_of(third),
        "t_number": Value(0, output_field=IntegerField()) if number is None else Cast(number, IntegerField()),
    }
    return queryset.order_by().annotate(**columns).values_list(*columns).order_by("t_day", "t_pk")[:limit]


def own[T: Model](rows: QuerySet[T], user: User, permission: Permission) -> QuerySet[T]:
    """The same rows with the operator said again on the rows themselves, which is where the queues have their indexes."""
    return rows.filter(operator__in=scope_of(user).operators(permission))
