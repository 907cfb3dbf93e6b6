"""Answer times and exceptions, per edition and per team, each figure opening the records behind it."""

import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import add_months, today
from declic.core.pagination import keyset_page
from declic.orientation.answer_times import (
    Span,
    answer_times,
    exceptions_behind,
    exceptions_by_rule,
    figures_on,
    records_behind,
)
from declic.orientation.forms import PeriodForm, edition_label
from declic.programmes.access import visible_editions

USUAL_MONTHS = 12
NO_TEAM = "sans"
FIGURES = {
    "sent": gettext_lazy("Envoyées"),
    "answered": gettext_lazy("Répondues"),
    "late_answers": gettext_lazy("Répondues en retard"),
    "open": gettext_lazy("Sans réponse à ce jour"),
    "late": gettext_lazy("Sans réponse, en retard"),
    "closed": gettext_lazy("Closes sans réponse"),
    "withdrawn": gettext_lazy("Retirées avant réponse"),
}


@dataclass(frozen=True)
class Period:
    """What the filter asks for: the form to show, and the span it means."""

    form: PeriodForm
    span: Span

    def query(self, **more: Any) -> str:
        """The address's end that keeps this filter."""
        asked = {"du": f"{self.span.since:%d/%m/%Y}", "au": f"{self.span.until:%d/%m/%Y}", "edition": self.span.edition}
        return "?" + urlencode({key: value for key, value in {**asked, **more}.items() if value not in (None, "")})


def _period(request: HttpRequest) -> Period:
    editions = visible_editions(user_of(request), Permission.SEE_ANSWER_TIMES).select_related("programme")
    usual = {"du": add_months(today(), -USUAL_MONTHS), "au": today()}
    form = PeriodForm(
        {**{key: f"{day:%d/%m/%Y}" for key, day in usual.items()}, **request.GET.dict()},
        editions=[(one.pk, edition_label(one)) for one in editions.order_by("-starts_on", "pk")],
    )
    form.is_valid()
    typed = form.cleaned_data
    edition = typed.get("edition")
    since: datetime.date = typed.get("du") or usual["du"]
    until: datetime.date = typed.get("au") or max(usual["au"], since)
    return Period(form, Span(since, until, int(edition) if edition else None))


def times(request: HttpRequest) -> HttpResponse:
    """How long prescribers wait, and who entered by exception."""
    require(request.user, Permission.SEE_ANSWER_TIMES)
    user, period = user_of(request), _period(request)
    found = answer_times(user, today(), period.span)
    for row in found["editions"]:
        row["cells"] = _cells(row, period, edition=row["edition"])
        row["title"] = f"{row['programme']} · {row['name']}"
    for row in found["teams"]:
        row["cells"] = _cells(row, period, equipe=row["team"] or NO_TEAM)
        row["title"] = row["name"] or _("Sans lieu")
    rules = exceptions_by_rule(user, period.span)
    for rule in rules:
        query = period.query(edition=rule["edition"], regle=rule["code"], lu=rule["outcome"])
        rule["href"] = reverse("orientation:exceptions") + query  # type: ignore[index]
    context = {
        "tables": [
            (_("Par édition"), _("Édition"), found["editions"]),
            (_("Par équipe qui répond"), _("Équipe"), found["teams"]),
        ],
        "rules": rules,
        "filters": period.form,
        "span": period.span,
        "today": today(),
    }
    return render(request, "orientation/times.html", context)


def _cells(row: dict[str, Any], period: Period, **which: Any) -> list[tuple[dict[str, Any], dict[str, Any] | None]]:
    """One cell a figure and the part of it that is late: numbers, and addresses of the requests behind (none for none)."""
    address = reverse("orientation:times_records")
    told = {
        name: {
            "label": label,
            "count": row[name],
            "href": address + period.query(quoi=name, **which) if row[name] else "",
        }
        for name, label in FIGURES.items()
    }
    late = {"answered": "late_answers", "open": "late"}
    return [
        (cell, told[late[name]] if name in late else None) for name, cell in told.items() if name not in late.values()
    ]


def times_records(request: HttpRequest) -> HttpResponse:
    """The requests behind one figure of the answer times."""
    require(request.user, Permission.SEE_ANSWER_TIMES)
    user, period = user_of(request), _period(request)
    figure, team = request.GET.get("quoi", "sent"), request.GET.get("equipe", "")
    if figure not in figures_on(today()) or (team and team != NO_TEAM and not _is_number(team)):
        raise Http404
    records = records_behind(
        user,
        today(),
        period.span,
        figure,
        int(team) if team and team != NO_TEAM else None,
        of_no_team=team == NO_TEAM,
    ).select_related("person", "edition__programme", "prescriber", "site", "person__site")
    page = keyset_page(records, request.GET, order=(("sent_on", False), ("pk", False)))
    context = {
        "page": page,
        "title": FIGURES[figure],
        "span": period.span,
        "back": reverse("orientation:times") + period.query(),
    }
    return render(request, "orientation/times_records.html", context)


def exceptions(request: HttpRequest) -> HttpResponse:
    """The entries behind one count of exceptions, each with the rule read and the reason written."""
    require(request.user, Permission.SEE_ANSWER_TIMES)
    user, period = user_of(request), _period(request)
    code, outcome = request.GET.get("regle", "")[:200], request.GET.get("lu", "")[:20]
    if "\x00" in code + outcome:
        raise Http404
    entries = exceptions_behind(user, period.span, code, outcome).select_related("person", "edition__programme", "site")
    page = keyset_page(entries, request.GET, order=(("starts_on", True), ("pk", True)))
    for entry in page.rows:
        entry.rules = [rule for rule in entry.eligibility if (rule["code"], rule["outcome"]) == (code, outcome)]
    context = {"page": page, "span": period.span, "back": reverse("orientation:times") + period.query() + "#exceptions"}
    return render(request, "orientation/exceptions.html", context)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
