"""Pages of the drop-in: the day's visits, and a fast form."""

import datetime
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.access import acting_operator, require
from declic.accounts.enums import Permission, Role
from declic.accounts.http import user_of
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.core.dates import today
from declic.core.forms import posted
from declic.core.pagination import keyset_page
from declic.core.views import submit
from declic.organisations.models import Site
from declic.people.access import access_person, visible_people
from declic.people.queries import search_people
from declic.programmes.models import Edition
from declic.training import actions
from declic.training.access import visible_visits
from declic.training.forms import DayForm, VisitForm
from declic.training.models import Visit
from declic.training.queries import count_visits

PEOPLE_SHOWN = 8


def _only_today(user: User) -> bool:
    """Whether the user welcomes as a volunteer alone: then the day's visits are all there is (rule 18)."""
    return {reach.role for reach in scope_of(user).having(Permission.WELCOME)} == {Role.VOLUNTEER}


def visit_list(request: HttpRequest) -> HttpResponseBase:
    """The visits of a day, with their counts."""
    user = user_of(request)
    require(user, Permission.WELCOME)
    days = DayForm(request.GET)
    asked = days.cleaned_data.get("jour") if days.is_valid() else None
    only_today = _only_today(user)
    day = today() if only_today or asked is None else asked
    visits = visible_visits(user, on=today()).filter(on=day)
    page = {
        "day": day,
        "is_today": day == today(),
        "only_today": only_today,
        "before": day - datetime.timedelta(days=1),
        "after": day + datetime.timedelta(days=1),
        "counts": count_visits(visits),
        "files": scope_of(user).can(Permission.SEE_PEOPLE),
        "page": keyset_page(
            visits.select_related("person", "helper", "site", "edition__programme"),
            request.GET,
            order=(("pk", True),),
            size=50,
        ),
    }
    return render(request, "training/visits.html", page)


def visit_create(request: HttpRequest) -> HttpResponseBase:
    """Note one visit, anonymous or of a person found by her name."""
    user = user_of(request)
    operator = acting_operator(request, Permission.WELCOME)
    wanted = request.GET.get("person", "")
    person = access_person(int(wanted), user) if wanted.isdecimal() and len(wanted) < 19 else None
    if person is not None and person.operator_id != operator.pk:
        if not scope_of(user).can(Permission.WELCOME, person.operator_id):
            raise Http404
        operator = person.operator
    words = request.GET.get("q", "").strip()
    people = search_people(visible_people(user), words)[:PEOPLE_SHOWN] if words and person is None else []
    day = today()
    sites = Site.objects.filter(operator=operator, closed_on__isnull=True)
    editions = Edition.objects.filter(
        operator=operator, starts_on__lte=day, ends_on__gte=day, programme__archived_on__isnull=True
    ).select_related("programme")
    with_drop_in = editions.filter(versions__body__drop_in=True).order_by("starts_on", "pk").first()
    own_sites = [reach.site_id for reach in scope_of(user).having(Permission.WELCOME) if reach.site_id]
    form = VisitForm(
        **posted(request),
        editions=editions,
        sites=sites,
        today=day,
        only_today=_only_today(user),
        initial={
            "minutes": 15,
            "equipment_used": "ordinateur",
            "on": day,
            "site": own_sites[0] if own_sites else None,
            "edition": with_drop_in,
        },
    )

    def said(visit: Visit) -> str:
        if visit.on != today():
            return _("Visite notée.")
        count = visible_visits(user, on=today()).filter(on=visit.on).count()
        return _("Visite notée. C’est la n° %(count)s d’aujourd’hui.") % {"count": count}

    return submit(
        request,
        form,
        lambda **typed: actions.record_visit(acting_user=user, operator=operator, helper=user, person=person, **typed),
        success=said,
        to=lambda visit: (
            reverse("training:visits")
            + ("" if visit.on == today() else "?" + urlencode({"jour": f"{visit.on:%d/%m/%Y}"}))
        ),
        template="training/visit_form.html",
        context={
            "person": person,
            "q": words,
            "people": people,
            "may_search": scope_of(user).can(Permission.SEE_PEOPLE),
        },
    )
