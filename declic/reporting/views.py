"""Pages of reports: the list, a report on a day, the records behind one of its figures, PDF and CSV."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.core.dates import now, parse_french_date, today
from declic.core.pagination import keyset_page
from declic.people.models import AccessLog
from declic.programmes.models import Edition
from declic.reporting import access, actions, published, words
from declic.reporting.exports import objectives_csv, report_pdf
from declic.reporting.facts import page_of_records
from declic.reporting.forms import DayForm
from declic.reporting.indicators import INDICATORS, figures_in, span_of
from declic.reporting.records import describe
from declic.reporting.reports import Report, build_report, last_day

PARTS = ("counted", "others", "unknown")


@dataclass(frozen=True)
class Scene:
    """What a report page is about, once access is granted: its editions, its day, and its addresses."""

    editions: list[Edition]
    only: Edition | None
    siblings: list[Edition]
    audience: access.Audience
    at: datetime.date
    form: DayForm

    @property
    def operator_id(self) -> int:
        return self.editions[0].operator_id

    def url(self, name: str, *args: Any) -> str:
        """The address of a page of this scene, on its day."""
        kind, pk = ("", self.only.pk) if self.only else ("programme_", self.editions[0].programme_id)
        names = {"report": "edition" if self.only else "programme"}
        return f"{reverse(f'reporting:{names.get(name, kind + name)}', args=[pk, *args])}?au={self.at:%d/%m/%Y}"


def _chosen_day(request: HttpRequest, editions: list[Edition]) -> tuple[datetime.date, DayForm]:
    usual = last_day(editions, today())
    typed = request.GET.get("au", "")
    try:
        day = parse_french_date(typed) if typed else usual
        return day, DayForm(initial={"au": day})
    except ValueError:
        form = DayForm(data={"au": typed})
        form.is_valid()
        return usual, form


def _edition_scene(request: HttpRequest, edition_id: int) -> Scene:
    user: Any = request.user
    edition = access.access_edition(edition_id, user)
    at, form = _chosen_day(request, [edition])
    audience = access.audience_for(user, edition.operator_id)
    return Scene([edition], edition, access.sibling_editions(edition, user), audience, at, form)


def _programme_scene(request: HttpRequest, programme_id: int) -> Scene:
    user: Any = request.user
    editions = access.access_programme_editions(programme_id, user)
    at, form = _chosen_day(request, editions)
    return Scene(editions, None, editions, access.audience_for(user, editions[0].operator_id), at, form)


def _report(scene: Scene) -> Report:
    return build_report(
        scene.editions,
        scene.at,
        scene.audience,
        only=scene.only,
        figures=published.published_in(scene.siblings, only=scene.only),
        programme_editions=scene.siblings,
    )


def report_list(request: HttpRequest) -> HttpResponse:
    """The editions whose report one may read, the latest first."""
    require(request.user, Permission.SEE_REPORTS)
    user: Any = request.user
    editions = access.visible_editions(user).select_related("programme", "operator")
    page = keyset_page(editions, request.GET, order=(("starts_on", True),), size=50)
    return render(request, "reporting/list.html", {"page": page, "today": today()})


def edition_report(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The report of one edition."""
    return _show(request, _edition_scene(request, edition_id))


def programme_report(request: HttpRequest, programme_id: int) -> HttpResponse:
    """The report of a programme over the editions that one may read."""
    return _show(request, _programme_scene(request, programme_id))


def _context(scene: Scene, *, printed: bool) -> dict[str, Any]:
    return {
        "scene": scene,
        "report": _report(scene),
        "form": scene.form,
        "links": not printed and scene.audience.opens_records,
        "printed": printed,
        "today": today(),
        "small": words.small(),
        "report_url": scene.url("report"),
        "pdf_url": scene.url("pdf"),
        "csv_url": scene.url("csv"),
        # Every figure of the page opens at the same kind of address: its name takes the place of `nom`.
        "figure_url": scene.url("figure", "nom"),
    }


def _show(request: HttpRequest, scene: Scene) -> HttpResponse:
    return render(request, "reporting/report.html", _context(scene, printed=False))


def edition_pdf(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The report of an edition to print or send."""
    return _pdf(_edition_scene(request, edition_id))


def programme_pdf(request: HttpRequest, programme_id: int) -> HttpResponse:
    """The report of a programme to print or send."""
    return _pdf(_programme_scene(request, programme_id))


def _file_name(scene: Scene, extension: str) -> str:
    about = scene.only or scene.editions[0].programme
    return f"bilan-{slugify(str(about))[:80]}-{scene.at:%Y-%m-%d}.{extension}"


def _attachment(content: bytes | str, mime: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=mime, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _pdf(scene: Scene) -> HttpResponse:
    return _attachment(report_pdf(_context(scene, printed=True)), "application/pdf", _file_name(scene, "pdf"))


def edition_csv(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The objectives of an edition for a spreadsheet."""
    return _csv(_edition_scene(request, edition_id))


def programme_csv(request: HttpRequest, programme_id: int) -> HttpResponse:
    """The objectives of a programme for a spreadsheet."""
    return _csv(_programme_scene(request, programme_id))


def _csv(scene: Scene) -> HttpResponse:
    return _attachment(objectives_csv(_report(scene)), "text/csv; charset=utf-8", _file_name(scene, "csv"))


def edition_figure(request: HttpRequest, edition_id: int, name: str) -> HttpResponse:
    """The records behind a figure of an edition."""
    return _figure(request, _edition_scene(request, edition_id), name)


def programme_figure(request: HttpRequest, programme_id: int, name: str) -> HttpResponse:
    """The records behind a figure of a programme."""
    return _figure(request, _programme_scene(request, programme_id), name)


_KEYS = signing.Signer(salt="declic.reporting.records")


def _figure(request: HttpRequest, scene: Scene, name: str) -> HttpResponse:
    if name not in INDICATORS or not scene.audience.opens_records:
        raise Http404
    indicator, span = INDICATORS[name], span_of(scene.editions, scene.at)
    part = request.GET.get("partie", "counted")
    part = part if part in PARTS else "counted"
    figure = figures_in([(name, span)])[name, span]
    page = page_of_records(indicator.relation, indicator.where(part), span, after=_read_key(request.GET.get("suite")))
    records = describe(indicator.relation, page)
    actions.log_records_opened(
        acting_user=request.user,  # type: ignore[arg-type]
        operator_id=scene.operator_id,
        people=page.people,
        act=AccessLog.Act.VIEW,
        at=now(),
    )
    here = scene.url("figure", name)
    context = {
        "scene": scene,
        "indicator": indicator,
        "text": words.figure_text(figure),
        "unit": words.unit_words(figure),
        "basis": words.basis(figure),
        "figure": figure,
        "part": part,
        "here": here,
        "records": records,
        "has_details": any(record.detail for record in records),
        "report_url": scene.url("report"),
        "has_others": indicator.counted != "true" and (indicator.is_share or indicator.known != "true"),
        "next_url": f"{here}&partie={part}&suite={_write_key(page.next_key)}" if page.next_key else "",
        "is_first": not request.GET.get("suite"),
    }
    return render(request, "reporting/figure.html", context)


def _write_key(key: tuple[datetime.date, int]) -> str:
    return _KEYS.sign(f"{key[0]:%Y-%m-%d}.{key[1]}")


def _read_key(text: str | None) -> tuple[datetime.date, int] | None:
    try:
        day, _dot, pk = _KEYS.unsign(text or "").partition(".")
        return datetime.date.fromisoformat(day), int(pk)
    except (signing.BadSignature, ValueError):
        return None
