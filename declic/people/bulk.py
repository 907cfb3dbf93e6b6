"""Many files at once: opened from a list, and erased again while nobody has done anything with them."""

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import connection, models, transaction

from declic.accounts.models import User
from declic.people.actions import hold_register
from declic.people.enums import PairState
from declic.people.models import AccessLog, CaseNumber, DuplicatePair, Person, PersonPhone
from declic.people.word_models import PersonWord

_SLICE = 2000
# Written by the product itself or by looking: none of it is something done for the person.
_NOT_ACTS = (
    "people.PersonPhone",
    "people.AccessLog",
    "people.DuplicatePair",
    "people.PersonEvent",
    "people.PersonWord",
)


@transaction.atomic
def register_people(
    *,
    acting_user: User,
    operator_id: int,
    site_id: int | None,
    people: Sequence[tuple[Mapping[str, Any], Sequence[str]]],
    on: datetime.date,
) -> list[Person]:
    """Open a file for each (fields, telephones in E.164), with the next case numbers, in the same order.

    Identities must have been checked; ValueError for one without a name or born after `on`.
    """
    if not people:
        return []
    for fields, _phones in people:
        born = fields.get("birth_date")
        if not fields["first_name"].strip() or not fields["last_name"].strip() or (born is not None and born > on):
            raise ValueError("an identity was not checked")
    hold_register(operator_id)
    counter = CaseNumber.objects.get(operator=operator_id)
    opened = Person.objects.bulk_create(
        Person(operator_id=operator_id, site_id=site_id, case_number=f"D-{number:05d}", **fields)
        for number, (fields, _phones) in enumerate(people, start=counter.last + 1)
    )
    CaseNumber.objects.filter(pk=counter.pk).update(last=counter.last + len(people))
    PersonPhone.objects.bulk_create(
        PersonPhone(operator_id=operator_id, person=person, number=number)
        for person, (_fields, phones) in zip(opened, people, strict=True)
        for number in dict.fromkeys(phones)
    )
    return opened


def acted_on(people: models.QuerySet[Any, Any], *, beside: Collection[str] = ()) -> set[int]:
    """Of these people (a queryset of one column of ids), those for whom something was done since their file was opened.

    Anything that leads to the person counts, whatever the app, but having looked, a proposed duplicate, and the models
    of `beside` (labels), which the caller looks at itself. One query a model.
    """
    found: set[int] = set()
    for model, name in _pointing(beside):
        found.update(model.objects.filter(**{f"{name}__in": people}).order_by().values_list(f"{name}_id", flat=True))
    pairs = DuplicatePair.objects.exclude(state=PairState.OPEN)
    for name in ("first", "second"):
        found.update(pairs.filter(**{f"{name}__in": people}).order_by().values_list(f"{name}_id", flat=True))
    changed = apps.get_model("people", "PersonEvent").objects.filter(pgh_label="update", pgh_obj__in=people)
    found.update(changed.order_by().values_list("pgh_obj_id", flat=True))
    found.update(
        PersonPhone.objects.filter(person__in=people, wrong_since__isnull=False).values_list("person_id", flat=True)
    )
    messages: Any = apps.get_model("messaging", "Message").objects.filter(about_person__in=people)
    found.update(messages.order_by().values_list("about_person", flat=True))
    return found


def _pointing(beside: Collection[str]) -> Iterator[tuple[Any, str]]:
    for relation in _relations():
        model: Any = relation.related_model
        # What goes with the file by itself is part of it.
        if relation.on_delete is not models.CASCADE and model._meta.label not in (*_NOT_ACTS, *beside):
            yield model, relation.field.name


def _relations() -> list[Any]:
    fields: Any = Person._meta.get_fields(include_hidden=True)
    return [field for field in fields if field.auto_created and (field.one_to_many or field.one_to_one)]


def erase_people(*, acting_user: User, people: Iterable[int]) -> int:
    """Erase files with their history, telephones and the trace of who looked, so that no name is left; how many.

    Only for files opened by a list that is taken back whole, inside a transaction: a row that still leads to one of
    them makes the database refuse (IntegrityError), and nothing is erased.
    """
    events = apps.get_model("people", "PersonEvent")
    erased = 0
    with (
        transaction.atomic(),
        pgtrigger.ignore("people.Person:never_deleted", "people.AccessLog:append_only"),
    ):
        # Otherwise each check waits for the end, all of them in one statement.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for ids in batched(people, _SLICE):
            for rows in (
                AccessLog.objects.filter(person__in=ids),
                DuplicatePair.objects.filter(models.Q(first__in=ids) | models.Q(second__in=ids)),
                PersonPhone.objects.filter(person__in=ids),
                PersonWord.objects.filter(person__in=ids),
                events.objects.filter(pgh_obj__in=ids),
            ):
                rows._raw_delete(rows.db)
            files = Person.objects.filter(pk__in=ids)
            erased += files._raw_delete(files.db)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return erased
