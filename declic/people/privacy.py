"""Erasing a person from everywhere: rows, their history, files, work done, sessions; figures and money stay what they were.

What is held of persons is declared by each app (`core/personal.py`); this module only goes over it (rule 15, docs/adr/013).
"""

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

import pgtrigger
from django.db import transaction
from django.db.models import Case, Field, FileField, JSONField, Model, QuerySet, Value, When
from django.utils.translation import gettext as _

from declic.core.errors import DomainError
from declic.core.personal import BLANK, Personal, Traces, declarations, sweeps
from declic.people.models import Person, PersonPhone
from declic.people.word_models import PersonWord
from declic.people.words import forget_words

_KEPT_TRIGGERS = ("words_follow_new", "words_follow_changed")
"""They erase the words by which she was found: the only triggers that do not stand aside."""


def files_of(person: Person) -> list[int]:
    """The numbers of a person's file and of those that were reunited with it: they hold one person together."""
    return [person.pk, *Person.objects.filter(merged_into=person).order_by("pk").values_list("pk", flat=True)]


def traces_of(person: Person) -> list[Traces]:
    """By what the person could be recognised where no row leads to her, one for each of her files."""
    files = Person.objects.filter(pk__in=files_of(person)).order_by("pk")
    numbers = tuple(
        PersonPhone.objects.filter(person__in=[one.pk for one in files]).order_by("pk").values_list("number", flat=True)
    )
    return [
        Traces(
            operator_id=one.operator_id,
            first_name=one.first_name,
            last_name=name,
            email=one.email,
            phones=numbers,
            case_number=one.case_number,
        )
        for one in files
        for name in dict.fromkeys((one.last_name, one.birth_name))
        if name
    ]


@transaction.atomic
def anonymise(*, person: Person, on: datetime.date) -> None:
    """Erase all that tells who `person` is, in one transaction; outside a request, as the owner of the database.

    Safe to begin again: files go first, and a night cut short finds the person as she was. Raises `DomainError` when
    the file is not archived, or was reunited with another (which is anonymised with it).
    """
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if person.anonymised_on is not None:
        return
    if person.archived_on is None or person.merged_into_id is not None:
        raise DomainError(_("Un dossier est archivé avant d'être anonymisé."))
    people = files_of(person)
    for traces in traces_of(person):
        for sweep in sweeps():
            sweep(traces)
    words = list(PersonWord.objects.filter(person__in=people).order_by().values_list("word", flat=True).distinct())
    # All numbers first: what is erased here is how other rows are found.
    held = [(declared, list(declared.of(people).values_list("pk", flat=True))) for declared in declarations()]
    births = {pk: _year_kept(pk) for pk in people}
    with pgtrigger.ignore(*_standing_aside()):
        for declared, rows in held:
            _erase(declared, rows)
        for pk in people:
            _close(pk, births[pk], archived_on=person.archived_on, on=on)
    forget_words(words)


def _standing_aside() -> list[str]:
    models = {declared.model for declared in declarations()}
    return [
        f"{model._meta.label}:{trigger.name}"
        for model in sorted(models, key=lambda model: model._meta.label)
        for trigger in getattr(model._meta, "triggers", ())
        if trigger.name not in _KEPT_TRIGGERS
    ]


def _erase(declared: Personal, rows: list[int]) -> None:
    if not rows:
        return
    found = declared.model._base_manager.filter(pk__in=rows)
    _delete_files(declared.model, found)
    if declared.goes:
        found.delete()
    elif values := _values(declared, declared.model):
        found.update(**values)
    if declared.event_model is None:
        return
    history = declared.event_model._base_manager.filter(pgh_obj_id__in=rows)
    if declared.goes:
        history.delete()
    elif values := _values(declared, declared.event_model):
        history.update(**values)


def _delete_files(model: type[Model], rows: QuerySet[Any]) -> None:
    """Before the rows: should the night stop here, it finds the rows again, and never a file that no row names."""
    for column in model._meta.concrete_fields:
        if isinstance(column, FileField):
            for row in rows:
                file = getattr(row, column.name)
                if file:
                    file.storage.delete(file.name)


def _values(declared: Personal, model: type[Model]) -> dict[str, Any]:
    """What the columns of a declared model, or of its history, become."""
    there = {column.name for column in model._meta.concrete_fields}
    columns = {column.name: column for column in declared.model._meta.concrete_fields}
    values = {name: value for name, value in declared.becomes.items() if name in there}
    for name in declared.texts:
        if name in there and name not in values:
            values[name] = _emptied(name, columns[name])
    return values


def _emptied(name: str, column: Field[Any, Any]) -> Any:
    if isinstance(column, JSONField):
        return Value(column.get_default(), output_field=JSONField())
    if isinstance(column, FileField):
        return ""
    return Case(When(**{name: ""}, then=Value("")), default=Value(BLANK))


def _close(pk: int, birth: datetime.date | None, *, archived_on: datetime.date, on: datetime.date) -> None:
    values = {"case_number": f"A-{pk}", "birth_date": birth}
    Person.objects.filter(pk=pk).update(**values, archived_on=archived_on, anonymised_on=on)
    for declared in declarations():
        if declared.model is Person and declared.event_model is not None:
            declared.event_model._base_manager.filter(pgh_obj_id=pk).update(**values)


def _year_kept(pk: int) -> datetime.date | None:
    """The first day of the birth year on which the ages that reports reckon stay what they were (rule 2)."""
    born = Person.objects.values_list("birth_date", flat=True).get(pk=pk)
    if born is None:
        return None
    reckoned = {
        (day.month, day.day)
        for declared in declarations()
        for lookup in declared.ages
        for day in declared.of([pk]).values_list(lookup, flat=True)
        if day is not None
    }
    return first_day_alike(born, reckoned)


def first_day_alike(born: datetime.date, reckoned: Iterable[tuple[int, int]]) -> datetime.date:
    """The first day of the year of `born` after every (month, day) of `reckoned` that comes before the birthday."""
    before = [day for day in reckoned if day < (born.month, born.day)]
    if not before:
        return born.replace(month=1, day=1)
    last = max(before)
    return next(day for day in _days_of(born.year) if (day.month, day.day) > last)


def _days_of(year: int) -> Iterator[datetime.date]:
    first = datetime.date(year, 1, 1)
    return (first + datetime.timedelta(days=n) for n in range(366))
