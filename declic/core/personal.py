"""What each app holds of the persons accompanied: declared once, read by the erasing, the copy given to the person, and retention.

Each app has a `personal.py`, found when the server starts. A test refuses a text, JSON or file column that is nowhere
declared, so that nothing is forgotten by whoever adds a table.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Field, JSONField, Model, Q, QuerySet, TextField
from django.utils.functional import Promise
from pghistory.models import Event

BLANK = "—"
"""What stands where a text was: constraints that ask for a text still hold, and figures that count texts stay equal."""

type Words = str | Promise


@dataclass(frozen=True, eq=False)
class Personal:
    """The rows of one model that speak of a person.

    `person` is the lookup from a row to the person's number (`enrolment__person`); where no lookup leads there, `rows`
    gives the rows of some persons. `texts` are erased (a list keeps its length, JSON becomes empty, a file is deleted);
    `plain` are columns of text that hold codes, never words about someone; `becomes` says what other columns become;
    `goes` that the rows themselves are deleted. `contacts` are lookups of dates on which the person and the team met;
    `ages` those on which reports reckon her age;
    `open` are conditions under which her file is still in use, with the reason in words. `unshown` stays out of the
    copy given to her: other people's data, or the product's own marks.
    """

    model: type[Model]
    title: Words
    person: str = ""
    rows: Callable[[list[int]], QuerySet[Any]] | None = None
    texts: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    becomes: Mapping[str, Any] = field(default_factory=dict)
    goes: bool = False
    contacts: tuple[str, ...] = ()
    ages: tuple[str, ...] = ()
    open: tuple[tuple[Q, Words], ...] = ()
    unshown: tuple[str, ...] = ()
    copied: bool = True

    @property
    def label(self) -> str:
        return self.model._meta.label

    @cached_property
    def event_model(self) -> Any:
        """The history of these rows, if it is kept."""
        for relation in self.model._meta.related_objects:
            model = relation.related_model
            if issubclass(model, Event):
                return model
        return None

    def of(self, people: Iterable[int]) -> QuerySet[Any]:
        """The rows that speak of these persons (their numbers), in order."""
        ids = list(people)
        found = self.rows(ids) if self.rows else self.model._base_manager.filter(**{f"{self.person}__in": ids})
        return found.order_by("pk")


_declared: dict[str, Personal] = {}
_impersonal: dict[str, str] = {}
_sweeps: list[Callable[["Traces"], int]] = []


@dataclass(frozen=True)
class Traces:
    """By what the person could be recognised in places where no row names her: sessions, work done, mail in files."""

    operator_id: int
    first_name: str
    last_name: str
    email: str
    phones: tuple[str, ...]
    case_number: str

    def in_text(self, text: str) -> bool:
        """Whether `text` speaks of her: her email, a number of hers in any writing, or both her names."""
        lowered = text.casefold()
        if self.email and self.email.casefold() in lowered:
            return True
        digits = "".join(letter for letter in text if letter.isdigit())
        if any(phone[3:] in digits for phone in self.phones if len(phone) > 9):
            return True
        names = (self.first_name.casefold(), self.last_name.casefold())
        return all(len(name) > 1 and name in lowered for name in names)


def declare(*rows: Personal) -> None:
    """Add what an app holds of persons to the registry, in the order in which it is erased and shown."""
    for row in rows:
        _declared[f"{row.label}:{row.person or row.title}"] = row


def declare_impersonal(reasons: Mapping[str, str]) -> None:
    """Say of models, or of columns (`app.Model.field`), why they hold nothing of a person accompanied."""
    _impersonal.update(reasons)


def sweep(function: Callable[[Traces], int]) -> Callable[[Traces], int]:
    """Register what erases a person from a place that no row of hers leads to; how many things it removed."""
    if function not in _sweeps:
        _sweeps.append(function)
    return function


def declarations() -> tuple[Personal, ...]:
    """What is held of persons, app by app."""
    return tuple(_declared.values())


def impersonal() -> Mapping[str, str]:
    """Models and columns that hold nothing of persons, and why."""
    return dict(_impersonal)


def sweeps() -> tuple[Callable[[Traces], int], ...]:
    """What goes over the places that no row leads to."""
    return tuple(_sweeps)


def holds_words(column: Field[Any, Any]) -> bool:
    """Whether words about someone could stand in this column: text without fixed choices, JSON, files, lists of text."""
    if getattr(column, "generated", False) or column.is_relation:
        return False
    base = getattr(column, "base_field", None)
    if base is not None:
        return holds_words(base)
    if isinstance(column, JSONField | TextField) or column.get_internal_type() in ("FileField", "TextField"):
        return True
    return column.get_internal_type() in ("CharField", "SlugField") and not column.choices
