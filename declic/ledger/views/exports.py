"""Files for the accountant and for the funders."""

import datetime

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.access import acting_operator
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.scope import scope_of
from declic.core.errors import DomainError
from declic.core.forms import posted
from declic.core.views import submit
from declic.ledger.access import keeps_whole, reached
from declic.ledger.exports import as_csv, fec, fec_name, grant_rows
from declic.ledger.forms.books import SiretForm
from declic.ledger.models import ClosedMonth, Entry, Grant
from declic.ledger.sheets import MIMES, write_ods, write_xlsx
from declic.organisations.actions import write_siret

P = Permission


def exports(request: HttpRequest) -> HttpResponseBase:
    """The years that have entries, each as the file that accountants read; and the grants."""
    operator = acting_operator(request, P.SEE_BOOKS)
    whole = keeps_whole(user_of(request), P.SEE_BOOKS, operator.pk)
    written = [day.year for day in Entry.objects.filter(operator=operator).order_by().dates("on", "year")]
    closed: dict[int, int] = {}
    for month in ClosedMonth.objects.filter(operator=operator).values_list("month", flat=True):
        closed[month.year] = closed.get(month.year, 0) + 1
    context = {
        "operator": operator,
        "years": [(year, closed.get(year, 0)) for year in reversed(written)],
        "grants": list(Grant.objects.filter(operator=operator, entry__reversed_by__isnull=True)[:100]),
        "formats": ("csv", "xlsx", "ods") if whole else (),
        "whole": whole,
        "can_write": keeps_whole(user_of(request), P.MANAGE_SITES, operator.pk),
    }
    return render(request, "ledger/exports.html", context)


def siret(request: HttpRequest) -> HttpResponseBase:
    """Write the structure's SIRET, which the name of the accountant's file asks for."""
    operator = acting_operator(request, P.MANAGE_SITES, whole=True)
    if not scope_of(user_of(request)).can(P.SEE_BOOKS, operator.pk):
        raise Http404
    return submit(
        request,
        SiretForm(**posted(request), initial={"siret": operator.siret}),
        lambda **typed: write_siret(acting_user=user_of(request), operator=operator, **typed),
        success=_("Le SIRET est enregistré : le fichier du comptable se télécharge."),
        to=reverse("ledger:exports"),
        template="ledger/entry_form.html",
        context={
            "title": _("SIRET de la structure"),
            "lede": _("Il donne son nom au fichier du comptable, et figure sur les reçus."),
            "back": reverse("ledger:exports"),
            "above": _("Fichiers"),
            "missing": "",
        },
    )


def fec_file(request: HttpRequest) -> HttpResponseBase:
    """The FEC of a calendar year (`?annee=2024`): the whole structure's, so nobody limited to a place takes it."""
    operator = acting_operator(request, P.SEE_BOOKS, whole=True)
    asked = request.GET.get("annee", "")
    if not (len(asked) == 4 and asked.isascii() and asked.isdigit() and 1900 <= int(asked) <= 2199):
        return redirect("ledger:exports")
    year = int(asked)
    first, last = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    try:
        name = fec_name(operator, last)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("ledger:exports")
    response = StreamingHttpResponse(fec(operator, first, last), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def grant_file(request: HttpRequest, grant_id: int, extension: str) -> HttpResponseBase:
    """What a grant paid, for its funder: CSV, XLSX or ODS."""
    grant = reached(Grant, grant_id, user_of(request), P.SEE_BOOKS, whole=True)
    name = f"subvention-{grant.pk}.{extension}"
    if extension == "csv":
        response: HttpResponseBase = StreamingHttpResponse(as_csv(grant_rows(grant)), content_type=MIMES["csv"])
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    if extension not in MIMES:
        raise Http404
    write = write_xlsx if extension == "xlsx" else write_ods
    return FileResponse(write(grant_rows(grant)), as_attachment=True, filename=name, content_type=MIMES[extension])
