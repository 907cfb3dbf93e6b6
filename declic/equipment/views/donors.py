"""What donors are told of the machines that they gave."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import today
from declic.core.pagination import keyset_page
from declic.core.paper import as_pdf
from declic.equipment.access import access_donor, visible_of
from declic.equipment.donor_report import TOO_OLD_YEARS, DonorReport, donor_report, donors_with_counts
from declic.equipment.forms.collecting import PeriodForm
from declic.equipment.models import Lot

P = Permission.MANAGE_STOCK
_SHOWN = 50


@require_safe
def donors(request: HttpRequest) -> HttpResponseBase:
    """Who gives machines, each with its report."""
    scope = require(request.user, P)
    rows = donors_with_counts(scope.operators(P))
    page = keyset_page(rows, request.GET, order=(("name", False),), size=50)
    return render(request, "equipment/donors.html", {"page": page})


def _report(request: HttpRequest, donor_id: int) -> tuple[DonorReport, PeriodForm]:
    user = user_of(request)
    donor, operator = access_donor(donor_id, user)
    form = PeriodForm(request.GET or None)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    number = request.GET.get("lot", "")
    lot = None
    if number.isascii() and number.isdigit() and len(number) < 16:
        lot = visible_of(Lot, user).filter(pk=int(number), donor=donor, operator=operator).first()
    found = donor_report(operator, donor, since=asked.get("du"), until=asked.get("au"), lot=lot)
    return found, form


def _context(report: DonorReport) -> dict[str, Any]:
    return {
        "report": report,
        "rate": None if report.rate is None else round(report.rate * 100),
        "tonnes": f"{report.tonnes:.1f}".replace(".", ","),
        "too_old_years": TOO_OLD_YEARS,
        "today": today(),
        "rows": report.rows[:_SHOWN],
        "more": max(len(report.rows) - _SHOWN, 0),
    }


@require_safe
def donor(request: HttpRequest, donor_id: int) -> HttpResponseBase:
    """The report of one donor, over a period or for one lot."""
    report, form = _report(request, donor_id)
    query = request.GET.urlencode()
    context = {**_context(report), "filters": form, "query": f"?{query}" if query else ""}
    return render(request, "equipment/donor.html", context)


@require_safe
def donor_pdf(request: HttpRequest, donor_id: int) -> HttpResponseBase:
    """The same as a paper to send."""
    report, _form = _report(request, donor_id)
    context = {**_context(report), "rows": report.rows, "more": 0}
    name = f"bilan-{slugify(report.donor.name)[:60]}-{today():%Y-%m-%d}.pdf"
    return HttpResponse(
        as_pdf(render_to_string("equipment/donor_paper.html", context)),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"},
    )
