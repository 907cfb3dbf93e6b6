"""What editions will need, by category, beside what is ready; and who is served next in an edition."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from declic.accounts.access import acting_operator, require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import today
from declic.core.forms import posted
from declic.core.views import Done, post_action, submit
from declic.equipment import actions
from declic.equipment.enums import AllocationState
from declic.equipment.forms.allocations import offer_words
from declic.equipment.forms.shelves import ReservationChangeForm, ReservationForm
from declic.equipment.models import Allocation, CategoryReservation
from declic.equipment.priority import offers_with_order, order_words, ranks_of, ready_for
from declic.equipment.shelves import needs
from declic.equipment.stock_access import access_reservation, sites_in_reach
from declic.orientation.access import visible_enrolments
from declic.programmes.access import access_edition, visible_editions

_MOST_SHOWN = 100


@require_safe
def reservations(request: HttpRequest) -> HttpResponseBase:
    """Needs, the soonest first: allocated already, covered by the shelf, lacking."""
    scope = require(request.user, Permission.MANAGE_STOCK)
    rows = needs(scope.operators(Permission.MANAGE_STOCK))
    context = {"rows": rows, "short": sum(need.short for need in rows), "today": today()}
    return render(request, "equipment/reservations.html", context)


def reservation_create(request: HttpRequest) -> HttpResponseBase:
    """Say what an edition will need."""
    operator = acting_operator(request, Permission.MANAGE_STOCK)
    user = user_of(request)
    editions = (
        visible_editions(user, Permission.MANAGE_STOCK)
        .filter(operator=operator, ends_on__gte=today())
        .select_related("programme")
        .order_by("-starts_on", "pk")
    )
    return submit(
        request,
        ReservationForm(
            **posted(request),
            initial={"edition": request.GET.get("edition", "")},
            editions=editions,
            sites=sites_in_reach(user).filter(operator=operator),
        ),
        lambda **typed: actions.reserve_category(acting_user=user, on=today(), **typed),
        success=_reserved_said,
        to=reverse("equipment:reservations"),
        template="equipment/reservation_form.html",
        context={"reservation": None},
    )


def _reserved_said(made: CategoryReservation) -> str:
    need = next((need for need in needs([made.operator_id]) if need.reservation.pk == made.pk), None)
    if need is None or need.short <= 0:
        return _("Besoin noté. Les machines prêtes y suffisent.")
    return _("Besoin noté. Attention : il manque encore %(short)s machine(s) prête(s), les autres besoins comptés.") % {
        "short": need.short
    }


def reservation_edit(request: HttpRequest, reservation_id: int) -> HttpResponseBase:
    """Change how many are needed, or when."""
    user = user_of(request)
    found = access_reservation(reservation_id, user)
    initial = {"count": found.count, "needed_on": found.needed_on, "note": found.note}
    return submit(
        request,
        ReservationChangeForm(**posted(request), initial=initial),
        lambda **typed: actions.change_reservation(acting_user=user, reservation=found, **typed),
        success=_reserved_said,
        to=reverse("equipment:reservations"),
        template="equipment/reservation_form.html",
        context={"reservation": found},
    )


@post_action
def reservation_lift(request: HttpRequest, reservation_id: int) -> Done:
    """The edition needs these machines no more."""
    user = user_of(request)
    actions.lift_reservation(acting_user=user, reservation=access_reservation(reservation_id, user), on=today())
    return Done(_("Besoin annulé : ces machines sont pour les autres."), reverse("equipment:reservations"))


@require_safe
def serve_next(request: HttpRequest, edition_id: int) -> HttpResponseBase:
    """Who waits for a machine in an edition, in the order of its terms, with the reasons of each rank."""
    user = user_of(request)
    edition = access_edition(edition_id, user, Permission.HAND_OVER)
    offers = [(entry, kind) for entry in offers_with_order(edition) for kind in entry.kinds]
    asked = request.GET.get("offre", "")
    entry, kind = next(
        ((entry, kind) for entry, kind in offers if f"{entry.mode}:{kind}" == asked),
        offers[0] if offers else (None, ""),
    )
    context = {
        "edition": edition,
        "tabs": [(f"{one.mode}:{name}", offer_words(one, name), (one, name) == (entry, kind)) for one, name in offers],
        "rows": [],
        "order": [],
        "ready": 0,
        "total": 0,
        "others": 0,
    }
    if entry is not None:
        ranks, enrolments = ranks_of(edition, entry, kind, on=today())
        mine = set(
            visible_enrolments(user, Permission.HAND_OVER)
            .filter(pk__in=[rank.waiting.enrolment_id for rank in ranks[: _MOST_SHOWN * 5]])
            .values_list("pk", flat=True)
        )
        drafts = dict(
            Allocation.objects.filter(
                enrolment__in=mine, mode=entry.mode, device_kind=kind, state=AllocationState.DRAFT
            ).values_list("enrolment", "pk")
        )
        shown = [rank for rank in ranks if rank.waiting.enrolment_id in mine][:_MOST_SHOWN]
        context |= {
            "rows": [
                (rank, enrolments[rank.waiting.enrolment_id], drafts.get(rank.waiting.enrolment_id)) for rank in shown
            ],
            "order": order_words(entry.priority),
            "ready": ready_for(edition, kind),
            "total": len(ranks),
            "others": len(ranks) - len(shown),
        }
    return render(request, "equipment/serve_next.html", context)
