"""Machines carried between places: choose and send, print the list, receive, look for what is missing."""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from declic.accounts.access import acting_operator, require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import now, today
from declic.core.forms import posted
from declic.core.pagination import keyset_page
from declic.core.views import Done, post_action, submit
from declic.equipment import actions
from declic.equipment.access import access_device, visible_devices
from declic.equipment.actions.journeys import MOST_TOGETHER, TRAVELLING_STATES
from declic.equipment.enums import ClaimKind, JourneyState
from declic.equipment.forms.shelves import DevicesForm, JourneyForm, OriginForm, ReasonForm
from declic.equipment.models import Claim, Device, Journey, JourneyLine
from declic.equipment.stock_access import access_journey, sites_in_reach, visible_journeys
from declic.organisations.models import Site


@require_safe
def journeys(request: HttpRequest) -> HttpResponseBase:
    """Journeys, the latest first: how many machines, how many still on the way."""
    require(request.user, Permission.MANAGE_STOCK)
    rows = (
        visible_journeys(user_of(request))
        .select_related("origin", "destination", "sent_by")
        .annotate(
            machines=Count("lines"),
            left=Count("lines", filter=Q(lines__received_at__isnull=True, lines__claim__released_at__isnull=True)),
        )
    )
    page = keyset_page(rows, request.GET, order=(("sent_at", True), ("pk", True)), size=30)
    return render(request, "equipment/journeys.html", {"page": page, "today": today()})


def journey_create(request: HttpRequest) -> HttpResponseBase:
    """Choose the machines by scanning or by ticking, and send them."""
    operator = acting_operator(request, Permission.MANAGE_STOCK)
    user = user_of(request)
    origins = sites_in_reach(user).filter(operator=operator)
    destinations = Site.objects.filter(operator=operator, closed_on__isnull=True).order_by("name", "pk")
    places = list(origins[:2])
    only = places[0] if len(places) == 1 else None
    start = OriginForm(request.GET or None, sites=origins, initial={"de": only})
    origin = start.cleaned_data["de"] if start.is_bound and start.is_valid() else only
    chosen = request.POST.get("origin", "") if request.method == "POST" else str(origin.pk if origin else "")
    devices = visible_devices(user, Permission.MANAGE_STOCK).filter(operator=operator)
    form = JourneyForm(
        **posted(request),
        initial={"origin": origin},
        devices=devices,
        ticks=_could_leave(devices, int(chosen)) if chosen.isdecimal() and len(chosen) < 18 else [],
        origins=origins,
        destinations=destinations,
    )
    return submit(
        request,
        form,
        lambda **typed: actions.send_devices(acting_user=user, operator=operator, at=now(), **typed),
        success=_("Les machines sont en route. Prochain pas : les recevoir à l'arrivée."),
        to=lambda sent: reverse("equipment:journey", args=[sent.pk]),
        template="equipment/journey_create.html",
        context={"start": start, "origin": origin},
    )


def _could_leave(devices: QuerySet[Device], site: int) -> list[Device]:
    travelling = Claim.objects.filter(device=OuterRef("pk"), kind=ClaimKind.TRANSIT, released_at__isnull=True)
    here = devices.filter(site=site, state__in=TRAVELLING_STATES).exclude(Exists(travelling))
    return list(here.order_by("tag", "pk")[:MOST_TOGETHER])


def _lines(journey: Journey) -> list[JourneyLine]:
    return list(journey.lines.select_related("device", "claim", "received_by").order_by("device__tag", "pk"))


def journey(request: HttpRequest, journey_id: int) -> HttpResponseBase:
    """One journey: what is still on the way, what has arrived; receiving is scanning or ticking."""
    user = user_of(request)
    found = access_journey(journey_id, user)
    lines = _lines(found)
    waiting = [line for line in lines if line.received_at is None and line.claim.released_at is None]
    on_the_way = Device.objects.filter(pk__in=[line.device_id for line in lines])
    form = DevicesForm(**posted(request), devices=on_the_way, ticks=[line.device for line in waiting])
    context = {
        "journey": found,
        "waiting": waiting,
        "missing": [line for line in waiting if line.missing],
        "arrived": [line for line in lines if line.received_at is not None],
        "lost": [line for line in lines if line.missing and line.claim.released_at is not None],
        "total": len(lines),
        "is_sent": found.state == JourneyState.SENT,
        "can_cancel": found.state == JourneyState.SENT and len(waiting) == len(lines),
        "today": today(),
    }
    return submit(
        request,
        form,
        lambda devices: actions.receive_journey(acting_user=user, journey=found, devices=devices, at=now()),
        success=_received_said,
        to=reverse("equipment:journey", args=[found.pk]),
        template="equipment/journey.html",
        context=context,
    )


def _received_said(lines: list[JourneyLine]) -> str:
    if not lines:
        return _("Ces machines étaient déjà reçues : rien n'a été fait deux fois.")
    said = ngettext("%(count)s machine reçue.", "%(count)s machines reçues.", len(lines))
    return said % {"count": len(lines)}


@require_safe
def journey_list(request: HttpRequest, journey_id: int) -> HttpResponseBase:
    """The list that travels with the machines, to tick on arrival."""
    found = access_journey(journey_id, user_of(request))
    return render(request, "equipment/journey_list.html", {"journey": found, "lines": _lines(found)})


@post_action
def journey_missing(request: HttpRequest, journey_id: int) -> Done:
    """Nothing more came out of the van."""
    user = user_of(request)
    missing = actions.say_missing(acting_user=user, journey=access_journey(journey_id, user), at=now())
    tags = ", ".join(line.device.tag for line in missing[:20])
    return Done(
        _("Il manque %(tags)s : ces machines restent en route jusqu'à ce qu'on les trouve.") % {"tags": tags},
        reverse("equipment:journey", args=[journey_id]),
    )


@post_action
def journey_cancel(request: HttpRequest, journey_id: int) -> Done:
    """The van did not leave."""
    user = user_of(request)
    actions.cancel_journey(acting_user=user, journey=access_journey(journey_id, user), at=now())
    return Done(_("Transport annulé : les machines sont là où elles étaient."), reverse("equipment:journeys"))


def journey_lost(request: HttpRequest, journey_id: int, device_id: int) -> HttpResponseBase:
    """A missing machine is given up."""
    user = user_of(request)
    found = access_journey(journey_id, user)
    device = access_device(device_id, user, Permission.MANAGE_STOCK)
    return submit(
        request,
        ReasonForm(**posted(request)),
        lambda reason: actions.lose_on_the_way(acting_user=user, journey=found, device=device, at=now(), reason=reason),
        success=_("La machine %(tag)s est déclarée perdue.") % {"tag": device.tag},
        to=reverse("equipment:journey", args=[found.pk]),
        template="equipment/journey_lost.html",
        context={"journey": found, "device": device},
    )
