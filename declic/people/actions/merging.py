"""Two files of one person become one, and can be parted again: nothing is copied, nothing is lost, rows change hands."""

import datetime
from collections.abc import Collection, Iterator
from typing import Any, cast

import pgtrigger
from django.db import transaction
from django.db.models import Field, Model, Q
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.people.bearing import REFUSALS, STANDING_ASIDE, Bearing, moving, once_per_person
from declic.people.enums import PairState
from declic.people.models import DuplicatePair, Merge, Person, PersonLink
from declic.people.queries import linked

CHOSEN = (
    "first_name", "last_name", "birth_name", "called", "birth_date", "gender", "email", "contact_preference",
    "preferred_language", "languages", "needs_help_reading", "address", "postal_code", "city", "site", "informed_on",
)  # fmt: skip
"""What two files may say differently of one person, and someone chooses from."""

type Row = tuple[type[Model], int]


def _lock(*people: int) -> dict[int, Person]:
    """The files, locked in the order of their numbers: two reunions that cross wait for each other, never both."""
    found = Person.objects.select_for_update(of=("self",)).filter(pk__in=people).order_by("pk")
    return {person.pk: person for person in found}


def _blank(value: object) -> bool:
    return value is None or value == ""


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


def _field(model: type[Model], name: str) -> Field[Any, Any]:
    return cast("Field[Any, Any]", model._meta.get_field(name))


def _standing_aside() -> Any:
    return pgtrigger.ignore(*(f"{model}:{trigger}" for model, trigger in STANDING_ASIDE.items()))


@transaction.atomic
def merge_people(
    *,
    acting_user: User,
    kept: Person,
    absorbed: Person,
    at: datetime.datetime,
    take: Collection[str] | None = None,
) -> Merge:
    """All that hangs on `absorbed` hangs on `kept` from now on; the absorbed file is empty and leads to the kept one.

    `take` names the fields (of `CHOSEN`) whose value comes from the absorbed file; by default, those that the kept one
    leaves blank. Raises `DomainError` when either was reunited meanwhile, is archived, or both hold something that a
    person has once and that is still open.
    """
    if kept.pk == absorbed.pk:
        raise DomainError(_("C'est le même dossier : choisissez-en un autre."))
    files = _lock(kept.pk, absorbed.pk)
    kept, absorbed = files[kept.pk], files[absorbed.pk]
    _check_pair(kept, absorbed)
    had = {bearing.column: list(bearing.rows(kept.pk).values_list("pk", flat=True)) for bearing in moving()}
    values = _take_values(kept, absorbed, take)
    # First the mark: from here on nobody reaches the absorbed file any more.
    absorbed.merged_into = kept
    absorbed.save(update_fields=["merged_into", "updated_at"])
    moved = _move(absorbed.pk, kept.pk)
    DuplicatePair.objects.filter(first=min(files), second=max(files)).update(
        state=PairState.MERGED, decided_by=acting_user, decided_at=at, decided_why=""
    )
    return Merge.objects.create(
        operator_id=kept.operator_id,
        kept=kept,
        absorbed=absorbed,
        moved=moved,
        taken={"values": values, "had": {column: ids for column, ids in had.items() if ids}},
        at=at,
        by=acting_user,
    )


def _check_pair(kept: Person, absorbed: Person) -> None:
    if kept.operator_id != absorbed.operator_id:
        raise DomainError(_("Ces deux dossiers n'appartiennent pas à la même structure."))
    if kept.merged_into_id is not None or absorbed.merged_into_id is not None:
        raise DomainError(
            _("L'un de ces deux dossiers vient d'être réuni avec un autre : rouvrez-le pour voir où il en est.")
        )
    if any(one.archived_on or one.anonymised_on for one in (kept, absorbed)):
        raise DomainError(_("L'un de ces deux dossiers est archivé : il ne change plus."))
    if linked(kept.pk, absorbed.pk).exists():
        raise DomainError(
            _(
                "Un lien dit que ce sont deux personnes (couple, parent…) : terminez-le d'abord s'il a été noté par erreur."
            )
        )


def _take_values(kept: Person, absorbed: Person, take: Collection[str] | None) -> dict[str, list[Any]]:
    """Give the kept file what it takes from the other: each column with its former and its new value."""
    if take is None:
        take = [name for name in CHOSEN if _blank(getattr(kept, name)) and not _blank(getattr(absorbed, name))]
    taken = {}
    for name in CHOSEN:
        column = _field(Person, name).attname
        old, new = getattr(kept, column), getattr(absorbed, column)
        if name in take and old != new:
            setattr(kept, column, new)
            taken[column] = [_plain(old), _plain(new)]
    kept.save(update_fields=[*taken, "updated_at"])
    return taken


def _move(source: int, target: int) -> dict[str, list[int]]:
    """Rows of `source` become those of `target`, but for doubles of what a person has once; what moved, by column."""
    moved: dict[str, list[int]] = {}
    with _standing_aside():
        for bearing in moving():
            # The absorbed file itself names the kept one by now.
            rows = set(bearing.rows(source).values_list("pk", flat=True)) - _doubles(bearing, source, target)
            if rows:
                moved[bearing.column] = sorted(rows)
                _give(bearing, moved[bearing.column], target)
    return moved


def _give(bearing: Bearing, rows: Collection[int], person: int) -> None:
    bearing.model._base_manager.filter(pk__in=rows).update(**{bearing.field.attname: person})


def _doubles(bearing: Bearing, source: int, target: int) -> set[int]:
    """Rows of `source` that the database would refuse beside those of `target`; `DomainError` where one must be closed."""
    doubles: set[int] = set()
    for rule, others, condition in once_per_person(bearing):
        held = condition or Q()
        columns = [_field(bearing.model, name).attname for name in others]
        there = set(bearing.rows(target).filter(held).values_list(*columns)) if columns else set()
        for pk, *values in bearing.rows(source).filter(held).values_list("pk", *columns):
            taken = tuple(values) in there if columns else bearing.rows(target).filter(held).exists()
            if taken and None not in values:
                if rule in REFUSALS:
                    raise DomainError(str(REFUSALS[rule]))
                doubles.add(pk)
    if bearing.model is PersonLink:
        doubles |= _mirrored(bearing, source, target)
    return doubles


def _mirrored(bearing: Bearing, source: int, target: int) -> set[int]:
    """Links of `source` that would tie `target` to itself, or say again a link that it has the other way round."""
    towards = "other" if bearing.field.name == "person" else "person"
    known = set(PersonLink.objects.filter(person=target, until=None).values_list("other", "kind"))
    known |= set(PersonLink.objects.filter(other=target, until=None).values_list("person", "kind"))
    return {
        link.pk
        for link in bearing.rows(source)
        if getattr(link, f"{towards}_id") == target
        or (link.until is None and (getattr(link, f"{towards}_id"), link.kind) in known)
    }


@transaction.atomic
def undo_merge(*, acting_user: User, merge: Merge, at: datetime.datetime) -> Merge:
    """Part two files again: what moved goes back, with what was added to it since; values too, unless changed since.

    Raises `DomainError` when it was undone already, one file is no more, or something written since ties rows of both.
    """
    merge = Merge.objects.get(pk=merge.pk)
    # Reunited with a third file since, what moved is there by now.
    holder = Person.objects.values_list("merged_into", flat=True).get(pk=merge.kept_id) or merge.kept_id
    files = _lock(merge.kept_id, merge.absorbed_id, holder)
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    kept, absorbed = files[merge.kept_id], files[merge.absorbed_id]
    if merge.undone_at is not None:
        raise DomainError(_("Cette réunion est déjà défaite."))
    if (kept.merged_into_id or kept.pk) != holder:
        raise DomainError(_("Ces dossiers changent en ce moment même : réessayez dans un instant."))
    if any(one.archived_on or one.anonymised_on for one in files.values()):
        raise DomainError(_("L'un de ces dossiers est archivé ou anonymisé : cette réunion ne peut plus être défaite."))
    _give_back(merge, holders=[kept.pk, holder], had=merge.taken.get("had", {}))
    _restore_values(merge, kept)
    absorbed.merged_into = None
    absorbed.save(update_fields=["merged_into", "updated_at"])
    DuplicatePair.objects.filter(
        first=min(kept.pk, absorbed.pk), second=max(kept.pk, absorbed.pk), state=PairState.MERGED
    ).update(state=PairState.OPEN, decided_by=None, decided_at=None, decided_why="")
    merge.undone_at, merge.undone_by = at, acting_user
    merge.save(update_fields=["undone_at", "undone_by"])
    return merge


def _give_back(merge: Merge, *, holders: list[int], had: dict[str, list[int]]) -> None:
    going: dict[str, set[int]] = {}
    for bearing in moving():
        here = set(bearing.rows(*holders).values_list("pk", flat=True))
        going[bearing.column] = here & set(merge.moved.get(bearing.column, ()))
    own = {bearing.column: set(had.get(bearing.column, ())) for bearing in moving()}
    _follow(going, own, holders)
    with _standing_aside():
        for bearing in moving():
            rows = going[bearing.column]
            if rows:
                stay = set().union(*(_doubles_back(bearing, rows, merge.absorbed_id)))
                _give(bearing, rows - stay, merge.absorbed_id)


def _doubles_back(bearing: Bearing, rows: set[int], absorbed: int) -> Iterator[set[int]]:
    """Rows that the absorbed file cannot take back, since what stayed behind there is the same by now."""
    for _rule, others, condition in once_per_person(bearing):
        held = condition or Q()
        columns = [_field(bearing.model, name).attname for name in others]
        there = {tuple(values) for _pk, *values in bearing.rows(absorbed).filter(held).values_list("pk", *columns)}
        coming = bearing.model._base_manager.filter(held, pk__in=rows).order_by("pk").values_list("pk", *columns)
        yield {pk for pk, *values in coming if tuple(values) in there and None not in values}
    yield set()


def _follow(going: dict[str, set[int]], own: dict[str, set[int]], holders: list[int]) -> None:
    """Add to `going` what was written since the reunion on rows that go; `DomainError` where it also ties the kept file's.

    An answer to a referral that goes back goes with it, and its situation too.
    """
    by_model: dict[type[Model], list[Bearing]] = {}
    for bearing in moving():
        by_model.setdefault(bearing.model, []).append(bearing)
    ties: dict[Row, set[Row]] = {}
    for model in by_model:
        for here, there in _ties(model, by_model, holders):
            ties.setdefault(here, set()).add(there)
            ties.setdefault(there, set()).add(here)
    waiting = [(model, pk) for model, found in by_model.items() for one in found for pk in going[one.column]]
    seen = set(waiting)
    while waiting:
        for model, pk in ties.get(waiting.pop(), ()):
            if (model, pk) in seen:
                continue
            columns = [bearing.column for bearing in by_model[model]]
            if any(pk in own[column] for column in columns):
                raise DomainError(
                    _(
                        "Depuis la réunion, ces deux dossiers se sont mêlés (%(what)s) : ils ne peuvent plus être séparés."
                        " Ouvrez un nouveau dossier si ce sont deux personnes."
                    )
                    % {"what": by_model[model][0].words}
                )
            for bearing in by_model[model]:
                if bearing.rows(*holders).filter(pk=pk).exists():
                    going[bearing.column].add(pk)
            seen.add((model, pk))
            waiting.append((model, pk))


def _ties(model: type[Model], known: Collection[type[Model]], holders: list[int]) -> Iterator[tuple[Row, Row]]:
    """Which rows of the holders name which others, among what hangs on persons."""
    fields = [
        field
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model in known and field.related_model is not Person
    ]
    if not fields or model is Person:
        return
    names = [bearing.field.name for bearing in moving() if bearing.model is model]
    mine = Q()
    for name in names:
        mine |= Q(**{f"{name}__in": holders})
    for pk, *others in model._base_manager.filter(mine).values_list("pk", *(field.attname for field in fields)):
        for field, other in zip(fields, others, strict=True):
            if other is not None:
                yield (model, pk), (cast(type[Model], field.related_model), other)


def _restore_values(merge: Merge, kept: Person) -> None:
    restored = []
    for column, (old, new) in merge.taken.get("values", {}).items():
        if _plain(getattr(kept, column)) == new:
            setattr(kept, column, _field(Person, column.removesuffix("_id")).to_python(old))
            restored.append(column)
    kept.save(update_fields=[*restored, "updated_at"])


def gather_stragglers(*, at: datetime.datetime) -> int:
    """For the nightly job: what someone wrote on a file at the very instant when it was absorbed joins the kept one.

    How many reunions had such rows. Doubles, which stay behind, are left where they are.
    """
    found: set[int] = set()
    for bearing in moving():
        if bearing.model is not Person:
            late = bearing.model._base_manager.filter(**{f"{bearing.field.name}__merged_into__isnull": False})
            found |= set(late.order_by().values_list(bearing.field.attname, flat=True).distinct())
    gathered = 0
    for absorbed in sorted(found):
        gathered += _gather(absorbed)
    return gathered


@transaction.atomic
def _gather(absorbed: int) -> int:
    merge = Merge.objects.filter(absorbed=absorbed, undone_at__isnull=True).first()
    holder = Person.objects.values_list("merged_into", flat=True).get(pk=absorbed)
    if merge is None or holder is None:
        return 0
    _lock(absorbed, holder)
    try:
        with transaction.atomic():
            moved = _move(absorbed, holder)
    except DomainError:
        # Both have the same thing open: someone closes one of them, another night gathers it.
        return 0
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    for column, rows in moved.items():
        merge.moved[column] = sorted({*merge.moved.get(column, ()), *rows})
    merge.save(update_fields=["moved"])
    return 1 if moved else 0
