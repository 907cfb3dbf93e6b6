"""Pages of programmes and editions: the list, a programme, an edition, and the file that brings or takes a whole one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.accounts.access import acting_operator, require
from declic.accounts.enums import Permission
from declic.accounts.scope import scope_of
from declic.core.dates import today
from declic.core.forms import posted
from declic.core.pagination import keyset_page
from declic.core.views import UNPROCESSABLE, SeeOther, submit
from declic.programmes import actions, queries
from declic.programmes.access import access_edition, access_programme, visible_programmes
from declic.programmes.documents import MOST_CHARACTERS, export_programme, text_of_file
from declic.programmes.figures import amount, contradiction
from declic.programmes.forms import EditionForm, ImportForm, ProgrammeEditForm, ProgrammeForm, edition_initial
from declic.programmes.indicators import unit_of
from declic.programmes.models import Edition, PublishedFigure
from declic.programmes.parts import PARTS
from declic.programmes.problems import Problem, ProgrammeFileError
from declic.programmes.schema import Terms


def programme_list(request: HttpRequest) -> HttpResponse:
    """The programmes, in the order of their names."""
    scope = require(request.user, Permission.SEE_PROGRAMMES)
    programmes = queries.programmes_in_list(visible_programmes(request.user))  # type: ignore[arg-type]
    page = keyset_page(programmes, request.GET, order=(("name", False),), size=50)
    return render(
        request,
        "programmes/list.html",
        {
            "page": page,
            "today": today(),
            "can_write": scope.can(Permission.MANAGE_PROGRAMMES),
            "several": len(scope.operators(Permission.SEE_PROGRAMMES)) > 1,
        },
    )


def detail(request: HttpRequest, programme_id: int) -> HttpResponse:
    """A programme: its words, its editions, its published figures."""
    programme = access_programme(programme_id, request.user)  # type: ignore[arg-type]
    figures = list(programme.published.select_related("edition"))
    return render(
        request,
        "programmes/detail.html",
        {
            "programme": programme,
            "editions": [(row, queries.state_on(row, today())) for row in queries.editions_in_list(programme)],
            "figures": [(figure, _shown(figure), contradiction(figure)) for figure in figures],
            "can_write": _may_write(request, programme.operator_id),
        },
    )


def create(request: HttpRequest) -> HttpResponseBase:
    """Begin a programme with its name and its words."""
    operator = acting_operator(request, Permission.MANAGE_PROGRAMMES)
    return submit(
        request,
        ProgrammeForm(**posted(request)),
        lambda **typed: actions.create_programme(acting_user=request.user, operator=operator, **typed),  # type: ignore[arg-type]
        success=lambda programme: (
            _("« %(name)s » est créé. Prochain pas : ouvrir sa première édition.") % {"name": programme.name}
        ),
        to=lambda programme: reverse("programmes:edition_create", args=[programme.pk]),
        template="programmes/create.html",
    )


def edit(request: HttpRequest, programme_id: int) -> HttpResponseBase:
    """Correct the words of a programme, or say that it is over."""
    programme = access_programme(programme_id, request.user, Permission.MANAGE_PROGRAMMES)  # type: ignore[arg-type]
    initial = {name: getattr(programme, name) for name in ("name", "summary", "audience", "archived_on")}
    return submit(
        request,
        ProgrammeEditForm(**posted(request), initial=initial),
        lambda **typed: actions.update_programme(acting_user=request.user, programme=programme, **typed),  # type: ignore[arg-type]
        success=_("La présentation du dispositif est enregistrée."),
        to=reverse("programmes:detail", args=[programme.pk]),
        template="programmes/edit.html",
        context={"programme": programme},
    )


def edition_create(request: HttpRequest, programme_id: int) -> HttpResponseBase:
    """Open an edition; it can take over the terms of the one before."""
    programme = access_programme(programme_id, request.user, Permission.MANAGE_PROGRAMMES)  # type: ignore[arg-type]
    previous = programme.editions.order_by("-starts_on", "-pk").first()

    def run(**typed: object) -> Edition:
        terms = queries.current_terms(previous).terms if previous else None
        return actions.create_edition(
            acting_user=request.user,  # type: ignore[arg-type]
            programme=programme,
            terms=terms,
            **typed,  # type: ignore[arg-type]
        )

    return submit(
        request,
        EditionForm(**posted(request)),
        run,
        success=lambda edition: (
            _("L'édition « %(name)s » est ouverte. Prochain pas : dire qui peut entrer.") % {"name": edition.name}
        ),
        to=lambda edition: reverse("programmes:edition", args=[edition.pk]),
        template="programmes/edition_form.html",
        context={"programme": programme, "edition": None, "previous": previous},
    )


def edition(request: HttpRequest, edition_id: int) -> HttpResponse:
    """An edition told in sentences: who may enter, what people receive, aims, means, money, versions."""
    shown = access_edition(edition_id, request.user)  # type: ignore[arg-type]
    versions = list(queries.versions_with_entries(shown))
    terms = versions[0].terms
    objectives = [(row, unit_of(row.indicator)) for row in shown.objectives.all()]
    return render(
        request,
        "programmes/edition.html",
        {
            "edition": shown,
            "version": versions[0],
            "versions": versions,
            "parts": [(part, part.sentences(terms)) for part in PARTS.values()],
            "objectives": objectives,
            "means": shown.means.all(),
            "budget": queries.budget_by_year(shown),
            "entries": queries.entries_of(shown),
            "is_bare": versions[0].terms == Terms(),
            "state": queries.state_on(shown, today()),
            "can_write": _may_write(request, shown.operator_id),
        },
    )


def edition_edit(request: HttpRequest, edition_id: int) -> HttpResponseBase:
    """Correct the name, dates and places of an edition."""
    edited = access_edition(edition_id, request.user, Permission.MANAGE_PROGRAMMES)  # type: ignore[arg-type]
    return submit(
        request,
        EditionForm(**posted(request), initial=edition_initial(edited)),
        lambda **typed: actions.update_edition(acting_user=request.user, edition=edited, **typed),  # type: ignore[arg-type]
        success=_("Les dates et les places sont enregistrées."),
        to=reverse("programmes:edition", args=[edited.pk]),
        template="programmes/edition_form.html",
        context={"programme": edited.programme, "edition": edited, "previous": None},
    )


def export(request: HttpRequest, programme_id: int) -> HttpResponse:
    """The whole programme as a TOML file."""
    programme = access_programme(programme_id, request.user)  # type: ignore[arg-type]
    return HttpResponse(
        export_programme(programme),
        content_type="application/toml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{programme.slug}.toml"'},
    )


def import_file(request: HttpRequest) -> HttpResponseBase:
    """Bring a whole programme from a file or a pasted text; a wrong one shows every error at once, in a table."""
    operator = acting_operator(request, Permission.MANAGE_PROGRAMMES)
    form = ImportForm(**posted(request))
    problems: list[Problem] = []
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        try:
            if form.cleaned_data["file"]:
                text = text_of_file(form.cleaned_data["file"].read(MOST_CHARACTERS * 4 + 1))
            programme = actions.import_programme(acting_user=request.user, operator=operator, text=text)  # type: ignore[arg-type]
        except ProgrammeFileError as error:
            # The text of the file is shown to be mended on the spot.
            form, problems = ImportForm(data={"text": text}), error.errors
        else:
            count = programme.editions.count()
            said = ngettext(
                "« %(name)s » est importé, avec %(count)s édition.",
                "« %(name)s » est importé, avec %(count)s éditions.",
                count,
            )
            messages.success(request, said % {"name": programme.name, "count": count})
            return SeeOther(reverse("programmes:detail", args=[programme.pk]))
    wrong = bool(problems) or bool(form.errors)
    context = {"form": form, "problems": problems}
    return render(request, "programmes/import.html", context, status=UNPROCESSABLE if wrong else 200)


def _shown(figure: PublishedFigure) -> str:
    """A published figure as its source prints it; a list in order of date."""
    printed = figure.value if figure.printed is None else figure.printed
    values = printed if isinstance(printed, list) else [printed]
    unit = figure.unit if figure.unit in ("€", "%") else ""
    return " ; ".join(amount(value, unit) for value in values)


def _may_write(request: HttpRequest, operator_id: int) -> bool:
    return scope_of(request.user).can(Permission.MANAGE_PROGRAMMES, operator_id)
