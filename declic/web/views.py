"""The two pages everybody starts from, today and the person's file, and the search that leads there."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.scope import scope_of
from declic.core.dates import format_long, today
from declic.equipment.access import visible_devices
from declic.equipment.words import search_devices
from declic.people.access import access_person, is_guest, kept_instead_of, visible_people
from declic.people.around import surroundings
from declic.people.queries import search_people
from declic.web.file import summary_of
from declic.web.journey import next_steps, stands
from declic.web.story import story
from declic.web.today import today_of

FOUND, MACHINES_FOUND = 20, 10
"""People and machines shown for one search; more means: type more."""


@require_safe
def today_page(request: HttpRequest) -> HttpResponse:
    """What is late, what waits, what comes: by role."""
    on = today()
    user = user_of(request)
    page = today_of(user, on=on)
    lede = _("%(day)s.")
    if page.count:
        lede = _("%(day)s. Ce qui est en retard d'abord, puis ce qui vient.")
        greeting = ngettext("Bonjour. Une chose vous attend.", "Bonjour. %(n)d choses vous attendent.", page.count)
    else:
        greeting = _("Bonjour. Rien ne vous attend.")
    context = {
        "today": page,
        "greeting": greeting % {"n": page.count},
        "own_title": _("Vos orientations") if scope_of(user).can(Permission.REFER) else _("Vos bilans"),
        "lede": lede % {"day": format_long(on).capitalize()},
    }
    return render(request, "web/today.html", context)


@require_safe
def file_page(request: HttpRequest, person_id: int) -> HttpResponse:
    """The person's file on one page; opening it is logged."""
    user = user_of(request)
    try:
        person = access_person(person_id, user)
    except Http404:
        if (kept := kept_instead_of(person_id, user)) is None:
            raise
        return HttpResponseRedirect(reverse("web:file", args=[kept]))
    on = today()
    scope = scope_of(user)
    all_stands = stands(person, on=on)
    steps = next_steps(person, all_stands, scope, on=on)
    months, more = story(person)
    guest = is_guest(user, person)
    context = {
        "person": person,
        "summary": summary_of(person, all_stands, scope, on=on),
        "around": surroundings(user, person, on=on),
        "may": {
            "edit": scope.can(Permission.EDIT_PEOPLE, person.operator_id),
            "merge": not guest and scope.can(Permission.MERGE_PEOPLE, person.operator_id),
            "share": not guest and scope.can(Permission.SHARE_FILES, person.operator_id),
        },
        "step": steps[0] if steps else None,
        "other_steps": steps[1:],
        "months": months,
        "more": more,
        "on": on,
    }
    return render(request, "web/file.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """One box for people and machines; a single exact machine or a single person opens at once."""
    user = user_of(request)
    scope = require(user, Permission.SEE_PEOPLE, Permission.SEE_STOCK)
    text = request.GET.get("q", "").strip()[:100]
    people = list(search_people(visible_people(user), text)[: FOUND + 1]) if text else []
    operators = scope.operators(Permission.SEE_STOCK)
    devices = []
    if text and operators:
        found = search_devices(visible_devices(user), text, operators=operators)
        devices = list(found.select_related("site").order_by("tag", "pk")[:MACHINES_FOUND])
    if len(devices) == 1 and not people:
        return HttpResponseRedirect(reverse("equipment:device", args=[devices[0].pk]))
    context = {"text": text, "people": people[:FOUND], "more": len(people) > FOUND, "devices": devices}
    return render(request, "web/search.html", context)
