"""The long steps of a list, by slices: each slice is one transaction under the lock of its list, so that a worker that
is stopped leaves whole slices behind, and two workers never do one line twice."""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.core.tables import Row
from declic.orientation.enums import ImportState, RowVerdict
from declic.orientation.models import Enrolment, Referral, Spotted, SpottingImport, SpottingRow
from declic.orientation.spotting.columns import FIELDS
from declic.orientation.spotting.judging import Line, judge
from declic.orientation.spotting.listfile import rows_of
from declic.orientation.spotting.reading import texts_of
from declic.people.actions import hold_register
from declic.people.bulk import acted_on, erase_people, register_people
from declic.people.models import Person
from declic.people.queries import fold

CHECK_SLICE, IMPORT_SLICE = 1000, 500
TO_IMPORT = (RowVerdict.CREATE, RowVerdict.MATCH)
type Clock = Callable[[], datetime.datetime]

_UPDATED = ["values", "verdict", "problems", "key", "person", "created", "fixes"]


def name_first(batch: SpottingImport) -> bool:
    """Whether a column that holds both names begins with the last name, as its title says."""
    for rank, name in batch.mapping.items():
        if name == "full_name" and int(rank) < len(batch.titles):
            return not fold(batch.titles[int(rank)]).startswith("prenom")
    return True


def put(row: SpottingRow, line: Line) -> None:
    """Write a verdict on the row of a line."""
    row.values, row.verdict, row.problems = line.values, line.verdict, line.problems
    row.key, row.person_id = line.key, line.person


def _batch(import_id: int, state: ImportState) -> SpottingImport | None:
    """The list, locked, while it is in this step; None once another worker has ended it."""
    return (
        SpottingImport.objects.select_for_update(of=("self",))
        .select_related("created_by")
        .filter(pk=import_id, state=state)
        .first()
    )


# ---------------------------------------------------------------------------------------------------------- dry run


def check(import_id: int, *, on: datetime.date, clock: Clock) -> None:
    """Give every line of a list its verdict, going on after the last one that has it."""
    begun = SpottingImport.objects.filter(pk=import_id, state=ImportState.CHECKING).first()
    if begun is None:
        return
    with begun.file.open("rb") as file:
        rows = rows_of(file, after=begun.position)
        while _check_slice(import_id, rows, on, clock):
            pass


@transaction.atomic
def _check_slice(import_id: int, rows: Iterator[Row], on: datetime.date, clock: Clock) -> bool:
    """One slice; False when there is nothing more to do."""
    batch = _batch(import_id, ImportState.CHECKING)
    if batch is None:
        return False
    # Another worker may have gone further meanwhile: the file is read on from there.
    slice_ = list(islice((row for row in rows if row.number > batch.position), CHECK_SLICE))
    if not slice_:
        batch.state, batch.worked_at, batch.done = ImportState.CHECKED, clock(), batch.total
        batch.save(update_fields=["state", "worked_at", "done"])
        return False
    lines = _lines(batch, slice_)
    first = name_first(batch)
    for line in lines:
        line.read(on=on, name_first=first)
    judge(batch, lines, user=batch.created_by)
    _keep(batch, lines)
    batch.position, batch.done, batch.worked_at = slice_[-1].number, batch.done + len(slice_), clock()
    batch.save(update_fields=["position", "done", "worked_at"])
    return True


def _lines(batch: SpottingImport, rows: Sequence[Row]) -> list[Line]:
    columns: dict[str, list[int]] = {}
    for rank, name in sorted(batch.mapping.items(), key=lambda pair: int(pair[0])):
        if name in FIELDS:
            columns.setdefault(name, []).append(int(rank))
    fixed = dict(
        SpottingRow.objects.filter(batch=batch, number__range=(rows[0].number, rows[-1].number))
        .exclude(fixes={})
        .values_list("number", "fixes")
    )
    return [
        Line(row.number, texts_of(row.cells, columns), fixed.get(row.number, {}), problem=row.problem) for row in rows
    ]


def _keep(batch: SpottingImport, lines: Iterable[Line]) -> None:
    SpottingRow.objects.bulk_create(
        [
            SpottingRow(
                operator_id=batch.operator_id,
                batch=batch,
                number=line.number,
                fixes=line.fixes,
                values=line.values,
                verdict=line.verdict,
                problems=line.problems,
                key=line.key,
                person_id=line.person,
            )
            for line in lines
        ],
        update_conflicts=True,
        unique_fields=["batch", "number"],
        update_fields=[name for name in _UPDATED if name != "fixes"],
    )


# ----------------------------------------------------------------------------------------------------------- import


def import_all(import_id: int, *, on: datetime.date, clock: Clock) -> None:
    """Import every line that is ready, going on after the last one done."""
    while _import_slice(import_id, on, clock):
        pass


@transaction.atomic
def _import_slice(import_id: int, on: datetime.date, clock: Clock) -> bool:
    batch = _batch(import_id, ImportState.IMPORTING)
    if batch is None:
        return False
    rows = list(
        SpottingRow.objects.filter(batch=batch, verdict__in=TO_IMPORT, number__gt=batch.position).order_by("number")[
            :IMPORT_SLICE
        ]
    )
    if not rows:
        _end_import(batch, clock())
        return False
    # Nobody opens a file here until the end of the slice: what is found now stays true.
    hold_register(batch.operator_id)
    lines = [Line(row.number, row.values, row.fixes) for row in rows]
    first = name_first(batch)
    for line in lines:
        line.read(on=on, name_first=first)
    judge(batch, lines, user=batch.created_by)
    _import(batch, rows, lines, batch.created_by, on)
    batch.position, batch.done, batch.worked_at = rows[-1].number, batch.done + len(rows), clock()
    batch.save(update_fields=["position", "done", "worked_at"])
    return True


def _import(
    batch: SpottingImport, rows: Sequence[SpottingRow], lines: Sequence[Line], user: User, on: datetime.date
) -> None:
    new = [(row, line) for row, line in zip(rows, lines, strict=True) if line.verdict == RowVerdict.CREATE]
    opened = register_people(
        acting_user=user,
        operator_id=batch.operator_id,
        site_id=batch.site_id,
        people=[(line.said.person_fields(), line.said.phones) for _row, line in new],
        on=on,
    )
    for (_row, line), person in zip(new, opened, strict=True):
        line.person = person.pk
    created = {row.pk for row, _line in new}
    for row, line in zip(rows, lines, strict=True):
        if line.verdict in TO_IMPORT:
            # The file holds the rest now: one place less where a name would stay.
            kept = {name: line.values[name] for name in ("prescriber", "referent") if name in line.values}
            row.values, row.fixes, row.key = {**kept, "phones": len(line.said.phones)}, {}, ""
            row.verdict, row.person_id, row.created = line.verdict, line.person, row.pk in created
        else:
            # Since the list was read, someone opened a file or spotted the person: as in the dry run, it is told.
            put(row, line)
    SpottingRow.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["batch", "number"], update_fields=_UPDATED
    )
    Spotted.objects.bulk_create(
        [
            Spotted(
                operator_id=batch.operator_id,
                edition_id=batch.edition_id,
                person_id=line.person,
                batch=batch,
                spotted_on=on,
                call_on=on,
            )
            for line in lines
            if line.verdict in TO_IMPORT and line.person is not None
        ],
        ignore_conflicts=True,
    )


def _end_import(batch: SpottingImport, at: datetime.datetime) -> None:
    batch.state, batch.imported_at, batch.worked_at = ImportState.IMPORTED, at, at
    batch.save(update_fields=["state", "imported_at", "worked_at"])
    _drop_file(batch)


def _drop_file(batch: SpottingImport) -> None:
    """The file goes once the transaction is kept: a rollback must find it again."""
    name, storage = batch.file.name, batch.file.storage
    if name:
        SpottingImport.objects.filter(pk=batch.pk).update(file="")
        batch.file = ""
        transaction.on_commit(lambda: storage.delete(name))


# ------------------------------------------------------------------------------------------------------------- undo


def acted_since(batch: SpottingImport, acted: Callable[..., set[int]] = acted_on) -> Iterator[str]:
    """The first names of those of the list for whom something was done since it was imported."""
    spotted = Spotted.objects.filter(batch=batch)
    imported = batch.imported_at
    ids = acted(_opened(batch), beside=("orientation.Spotted", "orientation.SpottingRow"))
    ids |= set(spotted.filter(Q(attempts__gt=0) | Q(tries__isnull=False)).values_list("person_id", flat=True))
    # Someone else's list may have spotted, for another edition, a person whom this one opened.
    ids |= set(
        Spotted.objects.filter(person__in=_opened(batch))
        .exclude(batch=batch, edition=batch.edition_id)
        .values_list("person_id", flat=True)
    )
    ids |= set(
        SpottingRow.objects.filter(person__in=_opened(batch)).exclude(batch=batch).values_list("person_id", flat=True)
    )
    ids |= _phones_changed(batch)
    known = spotted.exclude(person__in=_opened(batch)).order_by().values("person")
    for model in (Referral, Enrolment):
        ids |= set(
            model.objects.filter(edition=batch.edition_id, person__in=known, created_at__gte=imported).values_list(
                "person_id", flat=True
            )
        )
    names = Person.objects.filter(pk__in=ids).order_by("sort_key", "pk")
    return iter(names.values_list("first_name", flat=True))


def _opened(batch: SpottingImport) -> models.QuerySet[SpottingRow, Any]:
    rows = SpottingRow.objects.filter(batch=batch, created=True, person__isnull=False)
    return rows.order_by().values("person")


def _phones_changed(batch: SpottingImport) -> set[int]:
    """Those who have more or fewer telephones than the list gave."""
    from declic.people.models import PersonPhone

    given = SpottingRow.objects.filter(batch=batch, created=True).values_list("person_id", "values__phones")
    held = Counter(PersonPhone.objects.filter(person__in=_opened(batch)).values_list("person_id", flat=True))
    return {person for person, count in given if person and held.get(person, 0) != (count or 0)}


def undo(import_id: int, *, at: datetime.datetime) -> None:
    """Take back what an import did, all or nothing; if someone acted meanwhile, the list stays and says so."""
    try:
        with transaction.atomic():
            batch = _batch(import_id, ImportState.UNDOING)
            if batch is None:
                return
            if names := list(acted_since(batch)):
                raise DomainError(", ".join(names[:5]))
            opened = list(_opened(batch).values_list("person_id", flat=True))
            spotted = Spotted.objects.filter(batch=batch)
            spotted._raw_delete(spotted.db)
            rows = SpottingRow.objects.filter(batch=batch)
            rows._raw_delete(rows.db)
            erase_people(acting_user=batch.undone_by or batch.created_by, people=opened)
            _end_undo(batch, at)
    except (DomainError, IntegrityError) as error:
        with transaction.atomic():
            batch = _batch(import_id, ImportState.UNDOING)
            if batch is None:
                return
            who = f" ({error})" if isinstance(error, DomainError) else ""
            batch.state, batch.worked_at, batch.undone_by = ImportState.IMPORTED, at, None
            batch.error = (_("Rien n’a été annulé : quelqu’un vient d’agir pour une personne de cette liste.") + who)[
                :300
            ]
            batch.save(update_fields=["state", "worked_at", "undone_by", "error"])


def forget(batch: SpottingImport, at: datetime.datetime) -> SpottingImport:
    """A list that was never imported goes with its rows and its file; what remains says that it was there."""
    rows = SpottingRow.objects.filter(batch=batch)
    rows._raw_delete(rows.db)
    _end_undo(batch, at)
    return batch


def _end_undo(batch: SpottingImport, at: datetime.datetime) -> None:
    batch.state, batch.undone_at, batch.worked_at = ImportState.UNDONE, at, at
    batch.titles, batch.mapping, batch.position = [], {}, 0
    batch.save(update_fields=["state", "undone_at", "undone_by", "worked_at", "titles", "mapping", "position"])
    _drop_file(batch)


def verdict_counts(batch: SpottingImport) -> Mapping[str, int]:
    """How many lines each verdict has; under `remarks` those to import that have one."""
    counted = (
        SpottingRow.objects.filter(batch=batch)
        .order_by()
        .values("verdict")
        .annotate(n=models.Count("pk"), remarks=models.Count("pk", filter=~Q(problems=[])))
    )
    found = {row["verdict"]: row["n"] for row in counted}
    found["remarks"] = sum(row["remarks"] for row in counted if row["verdict"] in TO_IMPORT)
    return found


__all__ = ["CHECK_SLICE", "TO_IMPORT", "acted_since", "check", "import_all", "put", "undo", "verdict_counts"]
