"""Pages of lists: send one, say what its columns are, read what would be done, correct, import, take back."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.scope import scope_of
from declic.core.dates import now, today
from declic.core.forms import posted
from declic.core.pagination import keyset_page
from declic.core.views import Done, SeeOther, post_action, submit
from declic.orientation.enums import ImportState, RowVerdict
from declic.orientation.models import SpottingImport, SpottingRow
from declic.orientation.spotting import actions
from declic.orientation.spotting.access import access_import, access_row, visible_imports, visible_spotted
from declic.orientation.spotting.columns import NIR, SENSITIVE
from declic.orientation.spotting.forms import ColumnsForm, RowForm, UploadForm
from declic.orientation.spotting.listfile import examples
from declic.orientation.spotting.queries import editions_to_spot_for, seen_of, spotting_editions
from declic.orientation.spotting.reading import shown
from declic.orientation.spotting.working import TO_IMPORT, verdict_counts

VIEWS: dict[str, tuple[Any, Q]] = {
    "a-verifier": (gettext_lazy("À vérifier"), Q(verdict=RowVerdict.PENDING)),
    "refusees": (gettext_lazy("Refusées"), Q(verdict=RowVerdict.REFUSE)),
    "nouvelles": (gettext_lazy("Nouveaux dossiers"), Q(verdict=RowVerdict.CREATE)),
    "connues": (gettext_lazy("Déjà connues"), Q(verdict=RowVerdict.MATCH)),
    "remarques": (gettext_lazy("Avec une remarque"), Q(verdict__in=TO_IMPORT) & ~Q(problems=[])),
    "ecartees": (gettext_lazy("Laissées de côté"), Q(verdict=RowVerdict.SKIP)),
}
"""How the lines of a list are sorted: the name in the address, what is written, the condition."""

_WORKING = (ImportState.CHECKING, ImportState.IMPORTING, ImportState.UNDOING)
_ROWS = 25
_SHOWN = ("last_name", "first_name", "birth_date", "phone")


def _at(batch: SpottingImport) -> str:
    return reverse("orientation:spotting_import", args=[batch.pk])


def home(request: HttpRequest) -> HttpResponse:
    """Editions with whom to call and how far their funnel is; lists received."""
    user = user_of(request)
    scope = require(user, Permission.IMPORT_PEOPLE, Permission.ANSWER_REFERRALS)
    day = today()
    editions: list[Any] = list(spotting_editions(user, day)[:20])
    spotted = visible_spotted(user).filter(edition__in=[edition.pk for edition in editions])
    due = Q(call_on__lte=day, declined_on__isnull=True)
    counts = {
        row["edition"]: row
        for row in spotted.order_by().values("edition").annotate(n=Count("pk"), due=Count("pk", filter=due))
    }
    for edition in editions:
        found = counts.get(edition.pk, {"n": 0, "due": 0})
        edition.spotted_count, edition.due_count = found["n"], found["due"]
    lists = visible_imports(user).select_related("edition__programme", "created_by")
    page = keyset_page(lists, request.GET, order=(("created_at", True), ("pk", True)), size=20)
    context = {"editions": editions, "page": page, "may_import": scope.can(Permission.IMPORT_PEOPLE)}
    return render(request, "orientation/spotting/home.html", context)


def upload(request: HttpRequest) -> HttpResponseBase:
    """Send a list; it is read whole before anything is kept."""
    require(request.user, Permission.IMPORT_PEOPLE)
    user = user_of(request)
    editions = list(editions_to_spot_for(user, today()))
    sites: dict[int, int | None] = {}
    for reach in scope_of(user).having(Permission.IMPORT_PEOPLE):
        sites[reach.operator_id] = None if None in (reach.site_id, sites.get(reach.operator_id, 0)) else reach.site_id
    chosen = request.GET.get("edition", "")
    initial = {"edition": chosen} if any(str(one.pk) == chosen for one in editions) else {}

    def receive(*, file: Any, **typed: Any) -> SpottingImport:
        return actions.receive_list(acting_user=user, upload=file, at=now(), **typed)

    return submit(
        request,
        UploadForm(**posted(request), editions=editions, user=user, sites=sites, initial=initial),
        receive,
        success=lambda batch: (
            ngettext(
                "%(n)d ligne lue. Vérifiez ce que sont les colonnes.",
                "%(n)d lignes lues. Vérifiez ce que sont les colonnes.",
                batch.total,
            )
            % {"n": batch.total}
        ),
        to=lambda batch: reverse("orientation:spotting_columns", args=[batch.pk]),
        template="orientation/spotting/upload.html",
        context={"editions": editions},
    )


def columns(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """Title, first examples and meaning of each column."""
    user = user_of(request)
    batch = access_import(import_id, user)
    if batch.state not in (ImportState.UPLOADED, ImportState.CHECKED):
        if request.method == "POST":
            messages.info(request, _("Cette liste a avancé entre-temps : voici où elle en est."))
        return SeeOther(_at(batch))
    with batch.file.open("rb") as file:
        found = examples(file, len(batch.titles))
    form = ColumnsForm(**posted(request), titles=batch.titles, mapping=batch.mapping, examples=found)
    meanings = set(batch.mapping.values())
    return submit(
        request,
        form,
        lambda *, columns: actions.map_columns(acting_user=user, batch=batch, columns=columns, at=now()),
        success=_("La vérification commence. Rien n’est écrit dans les dossiers pour l’instant."),
        to=_at(batch),
        template="orientation/spotting/columns.html",
        context={"batch": batch, "has_nir": NIR in meanings, "has_sensitive": SENSITIVE in meanings},
    )


def review(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """What would be done with each line, and why; progress while a step is under way; what was done afterwards."""
    user = user_of(request)
    batch = access_import(import_id, user)
    if batch.state == ImportState.UPLOADED:
        return SeeOther(reverse("orientation:spotting_columns", args=[batch.pk]))
    if batch.state in _WORKING:
        context = {"batch": batch, "stalled": actions.is_stalled(batch, now())}
        return render(request, "orientation/spotting/progress.html", context)
    counts = verdict_counts(batch)
    numbers = {
        "a-verifier": counts.get(RowVerdict.PENDING, 0),
        "refusees": counts.get(RowVerdict.REFUSE, 0),
        "nouvelles": counts.get(RowVerdict.CREATE, 0),
        "connues": counts.get(RowVerdict.MATCH, 0),
        "remarques": counts["remarks"],
        "ecartees": counts.get(RowVerdict.SKIP, 0),
    }
    view = request.GET.get("vue", "")
    if view not in VIEWS:
        view = next((code for code, number in numbers.items() if number), "nouvelles")
    rows = SpottingRow.objects.filter(VIEWS[view][1], batch=batch).select_related("person")
    page = keyset_page(rows, request.GET, order=(("number", False),), size=_ROWS)
    seen = seen_of(user, [row.person_id for row in page.rows if row.person_id])
    checked = batch.state == ImportState.CHECKED
    for row in page.rows:
        _dress(row, row.person_id in seen, with_form=checked and view == "refusees")
    context = {
        "batch": batch,
        "page": page,
        "view": view,
        "tabs": [
            (code, label, numbers[code]) for code, (label, _where) in VIEWS.items() if numbers[code] or code == view
        ],
        "ready": numbers["nouvelles"] + numbers["connues"],
        "unsettled": numbers["a-verifier"] + numbers["refusees"],
        "numbers": numbers,
        "checked": checked,
        "here": f"{_at(batch)}?vue={view}",
    }
    return render(request, "orientation/spotting/review.html", context)


def _dress(row: SpottingRow, may_open: bool, *, with_form: bool) -> None:
    """What the page shows of a line."""
    row.shown = {**dict.fromkeys(_SHOWN, ""), **shown(row.values)}  # type: ignore[attr-defined]
    row.known = row.person if may_open else None  # type: ignore[attr-defined]
    row.is_twin = row.verdict == RowVerdict.SKIP and row.person_id is None and "aside" not in row.fixes  # type: ignore[attr-defined]
    row.is_aside = "aside" in row.fixes  # type: ignore[attr-defined]
    if with_form:
        row.form = RowForm(initial=row.shown, auto_id=f"ligne-{row.number}-%s")  # type: ignore[attr-defined]


def row(request: HttpRequest, row_id: int) -> HttpResponseBase:
    """Correct what a line says; it is checked again at once."""
    user = user_of(request)
    line = access_row(row_id, user)
    if line.batch.state != ImportState.CHECKED and request.method != "POST":
        return SeeOther(_at(line.batch))
    before = _view_of(line)
    _dress(line, bool(line.person_id and seen_of(user, [line.person_id])), with_form=False)
    return submit(
        request,
        RowForm(**posted(request), initial=shown(line.values)),
        lambda *, typed: actions.correct_row(acting_user=user, row=line, typed=typed, on=today()),
        success=_said_of,
        to=f"{_at(line.batch)}?vue={before}",
        template="orientation/spotting/row.html",
        context={"row": line, "batch": line.batch, "view": before},
    )


def _view_of(line: SpottingRow) -> str:
    return {
        RowVerdict.PENDING: "a-verifier",
        RowVerdict.REFUSE: "refusees",
        RowVerdict.CREATE: "nouvelles",
        RowVerdict.MATCH: "connues",
    }.get(RowVerdict(line.verdict), "ecartees")


def _said_of(line: SpottingRow) -> str:
    words = {
        RowVerdict.CREATE: _("Ligne %(n)d : un nouveau dossier sera ouvert."),
        RowVerdict.MATCH: _("Ligne %(n)d : le dossier connu sera repris."),
        RowVerdict.REFUSE: _("Ligne %(n)d : encore refusée, lisez pourquoi."),
        RowVerdict.PENDING: _("Ligne %(n)d : un dossier lui ressemble, dites si c’est la même personne."),
        RowVerdict.SKIP: _("Ligne %(n)d : laissée de côté."),
    }
    return words[RowVerdict(line.verdict)] % {"n": line.number}


@post_action
def row_aside(request: HttpRequest, row_id: int) -> Done:
    """Leave a line out, or take it back."""
    line = access_row(row_id, user_of(request))
    aside = request.POST.get("reprendre") != "oui"
    line = actions.set_aside(acting_user=user_of(request), row=line, aside=aside, on=today())
    return Done(_said_of(line), None if request.POST.get("next") else _at(line.batch))


@post_action
def row_settle(request: HttpRequest, row_id: int) -> Done:
    """It is the person of the file shown, or someone else."""
    line = access_row(row_id, user_of(request))
    answer = request.POST.get("reponse", "")
    person = request.POST.get("personne", "")
    if answer not in ("meme", "autre"):
        return Done(_("Choisissez : la même personne, ou une autre."), _at(line.batch))
    line = actions.settle_row(
        acting_user=user_of(request),
        row=line,
        same=answer == "meme",
        person_id=int(person) if person.isascii() and person.isdecimal() and len(person) < 19 else None,
        on=today(),
    )
    return Done(_said_of(line), None if request.POST.get("next") else _at(line.batch))


@post_action
def run(request: HttpRequest, import_id: int) -> Done:
    """Import what is ready."""
    batch = actions.start_import(
        acting_user=user_of(request), batch=access_import(import_id, user_of(request)), at=now()
    )
    return Done(_("L’import a commencé."), _at(batch))


@post_action
def go_on(request: HttpRequest, import_id: int) -> Done:
    """Start again a step that stopped."""
    batch = actions.resume(acting_user=user_of(request), batch=access_import(import_id, user_of(request)), at=now())
    return Done(_("Le travail reprend là où il s’était arrêté."), _at(batch))


@post_action
def undo(request: HttpRequest, import_id: int) -> Done:
    """Take back the whole list."""
    batch = actions.start_undo(acting_user=user_of(request), batch=access_import(import_id, user_of(request)), at=now())
    if batch.state == ImportState.UNDONE:
        return Done(_("La liste est abandonnée : il n’en reste rien."), reverse("orientation:spotting"))
    return Done(_("L’annulation a commencé."), _at(batch))
