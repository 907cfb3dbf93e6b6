"""Every write about a list: received, mapped, corrected, imported, taken back; the workers' half is in `working.py`."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.organisations.models import Site
from declic.orientation.enums import IMPORT_TRANSITIONS, ImportState, RowVerdict
from declic.orientation.models import SpottingImport, SpottingRow
from declic.orientation.spotting import tasks, working
from declic.orientation.spotting.columns import FIELDS, NIR, SENSITIVE, holds_nir
from declic.orientation.spotting.judging import ASIDE, DISTINCT, OTHERS, SAME, Line, corrections, judge
from declic.orientation.spotting.listfile import Kept, cleaned
from declic.people.actions import hold_register
from declic.people.bulk import acted_on
from declic.programmes.models import Edition

_TWICE = datetime.timedelta(minutes=2)
_STALLED = datetime.timedelta(seconds=60)
_STEPS = {
    ImportState.CHECKING: tasks.check_import,
    ImportState.IMPORTING: tasks.import_rows,
    ImportState.UNDOING: tasks.undo_import,
}


def receive_list(
    *,
    acting_user: User,
    edition: Edition,
    site: Site | None,
    source: str,
    upload: UploadedFile,
    at: datetime.datetime,
    sheet: str = "",
) -> SpottingImport:
    """Keep a list to check; read whole first, so that one that cannot be read writes nothing (`DomainError`).

    The same list sent twice within two minutes is received once. Cells that read as social security numbers and the
    columns of health and the like are dropped before anything is stored.
    """
    if edition.ends_on < at.date():
        raise DomainError(
            _("Cette édition est terminée : choisissez celle qui accueillera les personnes."), field="edition"
        )
    try:
        with cleaned(upload, sheet=sheet) as kept:
            return _receive(acting_user, edition, site, source, upload, kept, at)
    except DomainError as error:
        raise DomainError(error.message, field=error.field or "file") from None


@transaction.atomic
def _receive(
    acting_user: User,
    edition: Edition,
    site: Site | None,
    source: str,
    upload: UploadedFile,
    kept: Kept,
    at: datetime.datetime,
) -> SpottingImport:
    hold_register(edition.operator_id)
    given: dict[str, Any] = {
        "operator_id": edition.operator_id,
        "edition": edition,
        "site": site,
        "source": source,
        "filename": _nameable(upload.name or "")[-200:],
        "size": upload.size or 0,
        "sheet": _nameable(kept.sheet)[:100],
        "created_by": acting_user,
        "state": ImportState.UPLOADED,
    }
    same = SpottingImport.objects.filter(**given, total=kept.rows, created_at__gt=at - _TWICE).first()
    if same is not None:
        return same
    batch = SpottingImport(**given, titles=kept.titles, mapping=kept.mapping, total=kept.rows, created_at=at)
    with kept.path.open("rb") as file:
        batch.file.save("liste.jsonl.gz", File(file), save=False)
    try:
        batch.save()
    except BaseException:
        batch.file.delete(save=False)
        raise
    return batch


def _nameable(name: str) -> str:
    """The name of a file or of its sheet, but for one that is somebody's social security number."""
    return _("liste") if holds_nir(name) else name


@transaction.atomic
def map_columns(
    *, acting_user: User, batch: SpottingImport, columns: Mapping[str, str], at: datetime.datetime
) -> SpottingImport:
    """Say what each column is (rank → field, empty for one left out) and have the list checked.

    Columns that may not be kept stay so. Raises `DomainError` when names have no column, or two columns one field.
    """
    batch = _locked(batch)
    if batch.state not in (ImportState.UPLOADED, ImportState.CHECKED):
        raise DomainError(_stage(batch))
    forbidden = {rank: meaning for rank, meaning in batch.mapping.items() if meaning in (NIR, SENSITIVE)}
    chosen = {rank: name for rank, name in columns.items() if name in FIELDS and rank not in forbidden}
    names = list(chosen.values())
    for name in dict.fromkeys(names):
        if name != "phone" and names.count(name) > 1:
            raise DomainError(
                _("Deux colonnes sont données pour « %(field)s » : gardez-en une seule.") % {"field": FIELDS[name]}
            )
    if "full_name" not in names and not {"first_name", "last_name"} <= set(names):
        raise DomainError(_("Dites quelle colonne donne le nom et laquelle donne le prénom."))
    batch.mapping = {**chosen, **forbidden}
    return _begin(batch, ImportState.CHECKING, at)


def _begin(
    batch: SpottingImport, state: ImportState, at: datetime.datetime, total: int | None = None
) -> SpottingImport:
    """Start a step from its first line and hand it to the worker once the transaction is kept."""
    batch.state, batch.position, batch.done, batch.worked_at, batch.error = state, 0, 0, at, ""
    if total is not None:
        batch.total = total
    batch.save()
    pk = batch.pk
    transaction.on_commit(lambda: _STEPS[state].enqueue(pk))
    return batch


def _locked(batch: SpottingImport) -> SpottingImport:
    return SpottingImport.objects.select_for_update().select_related(None).get(pk=batch.pk)


def _stage(batch: SpottingImport) -> str:
    """Why the list takes no change now."""
    return {
        ImportState.CHECKING: _("La vérification est en cours : attendez qu’elle soit finie."),
        ImportState.IMPORTING: _("L’import est en cours : attendez qu’il soit fini."),
        ImportState.UNDOING: _("L’annulation est en cours."),
        ImportState.IMPORTED: _("Cette liste est déjà importée."),
        ImportState.UNDONE: _("Cette liste a été annulée : envoyez de nouveau le fichier."),
        ImportState.UPLOADED: _("Dites d’abord ce que sont les colonnes."),
    }.get(ImportState(batch.state), _("Cette liste ne peut plus être modifiée."))


# --------------------------------------------------------------------------------------------------------- one line


def _row_to_change(row: SpottingRow) -> tuple[SpottingImport, SpottingRow]:
    batch = _locked(row.batch)
    if batch.state != ImportState.CHECKED:
        raise DomainError(_stage(batch))
    return batch, SpottingRow.objects.select_for_update().get(pk=row.pk)


@transaction.atomic
def correct_row(*, acting_user: User, row: SpottingRow, typed: Mapping[str, str], on: datetime.date) -> SpottingRow:
    """Correct what a line says; it is checked again at once, and the lines that are its twins with it."""
    batch, row = _row_to_change(row)
    before = corrections(row.fixes)
    changed = {name: text for name, text in typed.items() if name in before or text != str(row.values.get(name, ""))}
    if {"first_name", "last_name"} & set(changed):
        # Once the names are told apart by hand, the column that held both says nothing more.
        changed["full_name"] = ""
    # What was decided stood on what the line said.
    decisions = {} if changed else {name: value for name, value in row.fixes.items() if name not in before}
    row.fixes = {**before, **changed, **decisions}
    return _judge_again(batch, row, acting_user, on)


@transaction.atomic
def set_aside(*, acting_user: User, row: SpottingRow, aside: bool, on: datetime.date) -> SpottingRow:
    """Leave a line out of the import, or take it back."""
    batch, row = _row_to_change(row)
    row.fixes = {
        **{name: value for name, value in row.fixes.items() if name != ASIDE},
        **({ASIDE: True} if aside else {}),
    }
    return _judge_again(batch, row, acting_user, on)


@transaction.atomic
def settle_row(
    *, acting_user: User, row: SpottingRow, same: bool, person_id: int | None, on: datetime.date
) -> SpottingRow:
    """Say whether the file shown beside a line is that person's (`same`), or someone else's.

    `person_id` is the file that was shown; without one, the line is said to be no twin of an earlier one. Raises
    `DomainError` when another file is shown by now.
    """
    batch, row = _row_to_change(row)
    if person_id is None and not same:
        row.fixes = {**row.fixes, DISTINCT: True}
    elif person_id is None or row.person_id != person_id:
        raise DomainError(_("Cette ligne a changé entre-temps : relisez-la, puis choisissez de nouveau."))
    elif same:
        row.fixes = {**row.fixes, SAME: person_id}
    else:
        others = [other for other in row.fixes.get(OTHERS, []) if other != person_id]
        row.fixes = {name: value for name, value in row.fixes.items() if name != SAME} | {OTHERS: [*others, person_id]}
    return _judge_again(batch, row, acting_user, on)


def _judge_again(batch: SpottingImport, row: SpottingRow, user: User, on: datetime.date) -> SpottingRow:
    former = row.key
    line = Line(row.number, row.values, row.fixes)
    line.read(on=on, name_first=working.name_first(batch))
    judge(batch, [line], user=user)
    working.put(row, line)
    row.save()
    # A line no longer hides those that told of the same person, or begins to.
    keys = {key for key in (former, row.key) if key}
    twins = list(SpottingRow.objects.filter(batch=batch, key__in=keys).exclude(pk=row.pk).order_by("number")[:50])
    lines = [Line(twin.number, twin.values, twin.fixes) for twin in twins]
    for one in lines:
        one.read(on=on, name_first=working.name_first(batch))
    for twin, one in zip(twins, lines, strict=True):
        judge(batch, [one], user=user)
        working.put(twin, one)
        twin.save()
    row.refresh_from_db()
    return row


# --------------------------------------------------------------------------------------------------- the whole list


@transaction.atomic
def start_import(*, acting_user: User, batch: SpottingImport, at: datetime.datetime) -> SpottingImport:
    """Open the files and note those spotted, in the background; lines refused, doubtful or left aside stay out."""
    batch = _locked(batch)
    if batch.state != ImportState.CHECKED:
        raise DomainError(_stage(batch))
    ready = SpottingRow.objects.filter(batch=batch, verdict__in=working.TO_IMPORT).count()
    if not ready:
        raise DomainError(_("Aucune ligne n’est prête : corrigez-en au moins une, puis importez."))
    return _begin(batch, ImportState.IMPORTING, at, total=ready)


@transaction.atomic
def start_undo(*, acting_user: User, batch: SpottingImport, at: datetime.datetime) -> SpottingImport:
    """Take back a whole list: what it opened is erased, files known before are left as they were.

    A list not imported yet goes at once. Raises `DomainError` naming those for whom something was done since.
    """
    batch = _locked(batch)
    batch.undone_by = acting_user
    if batch.state in (ImportState.UPLOADED, ImportState.CHECKED, ImportState.FAILED):
        return working.forget(batch, at)
    if batch.state == ImportState.UNDONE:
        raise DomainError(_("Cette liste est déjà annulée."))
    IMPORT_TRANSITIONS.require(batch.state, ImportState.UNDOING, _stage(batch))
    refuse_if_acted_on(batch)
    return _begin(batch, ImportState.UNDOING, at)


def refuse_if_acted_on(batch: SpottingImport) -> None:
    """Raises `DomainError` with the number and first names of those for whom something was done since the import."""
    names = list(working.acted_since(batch, acted_on))
    if not names:
        return
    shown = ", ".join(names[:5]) + ("…" if len(names) > 5 else "")
    raise DomainError(
        ngettext(
            "Cette liste ne peut plus être annulée : depuis l’import, %(n)d personne a été appelée, orientée ou modifiée"
            " (%(names)s).",
            "Cette liste ne peut plus être annulée : depuis l’import, %(n)d personnes ont été appelées, orientées ou"
            " modifiées (%(names)s).",
            len(names),
        )
        % {"n": len(names), "names": shown}
    )


@transaction.atomic
def resume(*, acting_user: User, batch: SpottingImport, at: datetime.datetime) -> SpottingImport:
    """Hand a step that stopped half-way to the worker again; it goes on after the last line handled."""
    batch = _locked(batch)
    step = _STEPS.get(ImportState(batch.state))
    if step is None:
        raise DomainError(_("Rien n’est arrêté : la page est à jour."))
    if not is_stalled(batch, at):
        raise DomainError(_("Le travail avance : laissez cette page ouverte ou revenez plus tard."))
    batch.worked_at = at
    batch.save(update_fields=["worked_at"])
    pk = batch.pk
    transaction.on_commit(lambda: step.enqueue(pk))
    return batch


def is_stalled(batch: SpottingImport, at: datetime.datetime) -> bool:
    """Whether a step has not moved for a minute: its worker was stopped, or is busy elsewhere."""
    return batch.state in _STEPS and (batch.worked_at is None or at - batch.worked_at > _STALLED)


def resume_imports(*, on: datetime.date, at: datetime.datetime) -> int:
    """For the night: hand every step that stopped to the worker again; how many."""
    stopped = SpottingImport.objects.filter(state__in=_STEPS).order_by("pk")
    waiting = [batch for batch in stopped if is_stalled(batch, at)]
    for batch in waiting:
        resume(acting_user=batch.created_by, batch=batch, at=at)
    return len(waiting)


GIVEN_UP_AFTER = datetime.timedelta(days=30)


def forget_old_lists(*, on: datetime.date, at: datetime.datetime) -> int:
    """For the night: after 30 days, lists never imported go whole, and of the others the lines left out; how many."""
    before = at - GIVEN_UP_AFTER
    count = 0
    never = SpottingImport.objects.filter(
        state__in=(ImportState.UPLOADED, ImportState.CHECKED, ImportState.FAILED), created_at__lt=before
    )
    for batch in never.order_by("pk"):
        with transaction.atomic():
            batch = _locked(batch)
            if batch.state in (ImportState.UPLOADED, ImportState.CHECKED, ImportState.FAILED):
                working.forget(batch, at)
                count += 1
    left = SpottingRow.objects.filter(batch__state=ImportState.IMPORTED, batch__imported_at__lt=before).exclude(
        verdict__in=working.TO_IMPORT
    )
    count += left._raw_delete(left.db)
    return count


__all__ = [
    "RowVerdict",
    "correct_row",
    "forget_old_lists",
    "is_stalled",
    "map_columns",
    "receive_list",
    "resume",
    "resume_imports",
    "set_aside",
    "settle_row",
    "start_import",
    "start_undo",
]
