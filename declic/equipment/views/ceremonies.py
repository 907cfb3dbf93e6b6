"""Days of handovers: prepare who comes, serve one person after the other, print the list."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import now, today
from declic.core.forms import posted
from declic.core.pagination import keyset_page
from declic.core.views import Done, post_action, submit
from declic.equipment import actions
from declic.equipment.access import access_ceremony, visible_allocations, visible_ceremonies, visible_places
from declic.equipment.ceremony_day import amount_of, common_obstacles, expected_on, obstacles, syncs_to_take_up
from declic.equipment.enums import AllocationState, CeremonyState
from declic.equipment.forms.ceremonies import CeremonyForm, InviteForm
from declic.equipment.models import Ceremony, CeremonyPlace
from declic.equipment.queries import NOT_HANDED_OVER, ceremonies_with_counts, could_receive, offers
from declic.equipment.views.allocations import handed_over_said
from declic.ledger.enums import Means
from declic.orientation.access import visible_enrolments
from declic.people.actions import log_accesses
from declic.people.models import AccessLog
from declic.programmes.access import visible_editions

_MOST_INVITED = 200


def ceremonies(request: HttpRequest) -> HttpResponseBase:
    """The days of handovers, the latest first."""
    require(request.user, Permission.HAND_OVER)
    rows = visible_ceremonies(user_of(request)).select_related("edition__programme")
    page = keyset_page(ceremonies_with_counts(rows), request.GET, order=(("on", True), ("pk", True)), size=30)
    return render(request, "equipment/ceremonies.html", {"page": page, "today": today()})


def ceremony_create(request: HttpRequest) -> HttpResponseBase:
    """Plan a day of handovers."""
    require(request.user, Permission.HAND_OVER)
    user = user_of(request)
    editions = visible_editions(user, Permission.HAND_OVER).select_related("programme").order_by("-starts_on", "pk")
    initial = {"on": today(), "edition": request.GET.get("edition", "")}
    return submit(
        request,
        CeremonyForm(**posted(request), initial=initial, editions=editions),
        lambda **typed: actions.prepare_ceremony(acting_user=user, allocations=[], **typed),
        success=_("Remise préparée. Prochain pas : inscrire les personnes attendues."),
        to=lambda made: reverse("equipment:ceremony_invite", args=[made.pk]),
        template="equipment/ceremony_create.html",
    )


def places_of(ceremony: Ceremony, request: HttpRequest) -> list[CeremonyPlace]:
    """Those expected whom the user may serve, in the order of the list."""
    return list(
        visible_places(ceremony, user_of(request))
        .exclude(allocation__state=AllocationState.CANCELLED)
        .select_related(
            "allocation__person",
            "allocation__operator",
            "allocation__device",
            "allocation__enrolment__terms",
            "allocation__edition__programme",
        )
        .order_by("allocation__person__last_name", "allocation__person__first_name", "pk")
    )


def ceremony(request: HttpRequest, ceremony_id: int) -> HttpResponseBase:
    """The page of the day: who waits, who is served, a button per person."""
    found = access_ceremony(ceremony_id, user_of(request))
    places = places_of(found, request)
    waiting = [place for place in places if place.allocation.state in NOT_HANDED_OVER]
    served = [place for place in places if place.allocation.state not in NOT_HANDED_OVER]
    on = expected_on(found, today())
    stopped = obstacles(waiting, on) if found.state == CeremonyState.PREPARED else {}
    context = {
        "ceremony": found,
        "waiting": [(place, stopped.get(place.pk, ""), amount_of(place.allocation)) for place in waiting],
        "stopped": len(stopped),
        "common": common_obstacles(found, waiting, on) if waiting and found.state == CeremonyState.PREPARED else [],
        "without_machine": any(place.allocation.device_id is None for place in waiting),
        "refused": syncs_to_take_up(found, waiting),
        "served": served,
        "expected": len(places),
        "served_count": len(served),
        "is_prepared": found.state == CeremonyState.PREPARED,
        "today": today(),
    }
    return render(request, "equipment/ceremony.html", context)


def ceremony_list(request: HttpRequest, ceremony_id: int) -> HttpResponseBase:
    """The list to print and to sign."""
    found = access_ceremony(ceremony_id, user_of(request))
    places = places_of(found, request)
    log_accesses(
        acting_user=user_of(request),
        operator_id=found.operator_id,
        people=[place.allocation.person_id for place in places],
        act=AccessLog.Act.PRINT,
        at=now(),
    )
    return render(request, "equipment/ceremony_list.html", {"ceremony": found, "places": places})


def ceremony_invite(request: HttpRequest, ceremony_id: int) -> HttpResponseBase:
    """Say who is expected; ready machines are set aside at once."""
    user = user_of(request)
    found = access_ceremony(ceremony_id, user)
    planned = list(
        visible_allocations(user, Permission.HAND_OVER)
        .filter(edition=found.edition, state__in=NOT_HANDED_OVER)
        .exclude(ceremony_place__ceremony__state=CeremonyState.PREPARED)
        .select_related("person", "device")
        .order_by("person__last_name", "person__first_name", "pk")[:_MOST_INVITED]
    )
    reached = visible_enrolments(user, Permission.HAND_OVER).values("pk")
    people = list(could_receive(found.edition).filter(pk__in=reached)[:_MOST_INVITED])
    entries = offers(found.edition, people[0]) if people else []
    form = InviteForm(**posted(request), planned=planned, people=people if entries else [], entries=entries)
    return submit(
        request,
        form,
        lambda **typed: actions.invite_to_ceremony(acting_user=user, ceremony=found, at=now(), **typed),
        success=_("Personnes inscrites. Les machines prêtes leur sont réservées."),
        to=reverse("equipment:ceremony", args=[found.pk]),
        template="equipment/ceremony_invite.html",
        context={"ceremony": found, "anyone": bool(planned or people)},
    )


@post_action
def ceremony_hand_over(request: HttpRequest, ceremony_id: int, place_id: int) -> Done:
    """Serve one person: everything is written for that person, or nothing."""
    user = user_of(request)
    found = access_ceremony(ceremony_id, user)
    place = get_object_or_404(visible_places(found, user).select_related("allocation__person"), pk=place_id)
    person = place.allocation.person
    means = request.POST.get("means", Means.CASH)
    served = actions.hand_over(
        acting_user=user,
        allocation=place.allocation,
        at=now(),
        means=means if means in Means.values else Means.CASH,
        signed_by=f"{person.first_name} {person.last_name}",
    )
    return Done(handed_over_said(served), reverse("equipment:ceremony", args=[found.pk]))


@post_action
def ceremony_hold(request: HttpRequest, ceremony_id: int) -> Done:
    """The day is over."""
    found = access_ceremony(ceremony_id, user_of(request))
    actions.hold_ceremony(acting_user=user_of(request), ceremony=found)
    return Done(
        _("La remise est close. Les personnes absentes gardent leur machine réservée."),
        reverse("equipment:ceremony", args=[found.pk]),
    )
