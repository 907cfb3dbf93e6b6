"""How long files are kept: what would happen on a day, the files in the archive, the durations themselves."""

import csv
import io
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.access import acting_operator
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import format_short, now, today
from declic.core.forms import posted
from declic.core.pagination import keyset_page
from declic.core.views import submit
from declic.people import rights_actions
from declic.people.access import visible_people
from declic.people.actions import log_accesses
from declic.people.models import AccessLog, RetentionPolicy, RetentionRun
from declic.people.retention import Act, Planned, plan, policy_of
from declic.people.rights_forms import PlanForm, PolicyForm

SHOWN = 50
"""Files listed on the page; the list for a spreadsheet has them all."""


def retention(request: HttpRequest) -> HttpResponse:
    """What the night of a day would do, file by file: nothing is done by looking."""
    operator = acting_operator(request, Permission.MANAGE_RIGHTS)
    user = user_of(request)
    form = PlanForm(request.GET or None)
    on = (form.is_valid() and form.cleaned_data["jour"]) or today()
    planned = _seen(request, plan(operator.pk, on))
    files = visible_people(user, Permission.MANAGE_RIGHTS).in_bulk([one.person_id for one in planned[:SHOWN]])
    rows = [(one, files[one.person_id]) for one in planned[:SHOWN] if one.person_id in files]
    log_accesses(
        acting_user=user, operator_id=operator.pk, people=[one.person_id for one, _file in rows],
        act=AccessLog.Act.VIEW, at=now(),
    )  # fmt: skip
    context = {
        "form": form,
        "on": on,
        "rows": rows,
        "count": len(planned),
        "more": max(len(planned) - SHOWN, 0),
        "counts": [(Planned(0, "", "archive", act, on, on).act_words, _count(planned, act)) for act in Act],
        "policy": policy_of(operator.pk),
        "runs": RetentionRun.objects.filter(operator=operator)[:5],
    }
    return render(request, "people/retention.html", context)


def _count(planned: list[Planned], act: Act) -> int:
    return sum(one.act == act for one in planned)


def _seen(request: HttpRequest, planned: list[Planned]) -> list[Planned]:
    """Only the files that the user reaches: a coordinator of one place sees that place's."""
    ids = [one.person_id for one in planned]
    seen = set(
        visible_people(user_of(request), Permission.MANAGE_RIGHTS)
        .filter(pk__in=ids)
        .order_by()
        .values_list("pk", flat=True)
    )
    return [one for one in planned if one.person_id in seen]


def retention_csv(request: HttpRequest) -> HttpResponse:
    """The whole plan for a spreadsheet: case numbers, no name."""
    operator = acting_operator(request, Permission.MANAGE_RIGHTS)
    form = PlanForm(request.GET or None)
    on = (form.is_valid() and form.cleaned_data["jour"]) or today()
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(
        [_("dossier"), _("étape"), _("ce qui se passe"), _("depuis le"), _("échéance"), _("gardé parce que")]
    )
    for one in _seen(request, plan(operator.pk, on)):
        writer.writerow(
            [
                one.case_number, one.step_words, one.act_words, format_short(one.since), format_short(one.due_on),
                # A reason is typed by someone: a spreadsheet must not run it.
                " | ".join(f"'{why}" if why.startswith(("=", "+", "-", "@")) else why for why in one.why),
            ]
        )  # fmt: skip
    return HttpResponse(
        "\ufeff" + out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="conservation-{on:%Y-%m-%d}.csv"'},
    )


def archived(request: HttpRequest) -> HttpResponse:
    """The files in the archive, the latest first: opened again from here when someone comes back."""
    operator = acting_operator(request, Permission.MANAGE_RIGHTS)
    user = user_of(request)
    files = visible_people(user, Permission.MANAGE_RIGHTS).filter(operator=operator, archived_on__isnull=False)
    page = keyset_page(files, request.GET, order=(("archived_on", True), ("sort_key", False)), size=50)
    log_accesses(
        acting_user=user, operator_id=operator.pk, people=[file.pk for file in page.rows], act=AccessLog.Act.VIEW,
        at=now(),
    )  # fmt: skip
    return render(request, "people/archived.html", {"page": page})


def retention_policy(request: HttpRequest) -> HttpResponseBase:
    """The durations of the operator."""
    operator = acting_operator(request, Permission.MANAGE_RIGHTS, whole=True)
    policy = policy_of(operator.pk)

    def choose(**durations: Any) -> RetentionPolicy:
        return rights_actions.set_policy(acting_user=user_of(request), operator=operator, **durations)

    names = ("contact_months", "archive_months", "notice_days", "log_months")
    return submit(
        request,
        PolicyForm(**posted(request), initial={name: getattr(policy, name) for name in names}),
        choose,
        success=_("Les durées sont enregistrées. Elles comptent dès la nuit prochaine."),
        to=reverse("people:retention"),
        template="people/retention_policy.html",
    )
