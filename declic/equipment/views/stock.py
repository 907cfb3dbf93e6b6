"""The shelf: list of machines, lots that come in."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.access import acting_operator, require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import today
from declic.core.forms import posted
from declic.core.pagination import keyset_page
from declic.core.views import submit
from declic.equipment import actions
from declic.equipment.access import visible_devices
from declic.equipment.forms.stock import (
    LotForm,
    StockFilters,
)
from declic.equipment.queries import with_holder_word
from declic.equipment.words import search_devices
from declic.organisations.enums import PartnershipKind
from declic.organisations.models import Organisation, Site


def stock(request: HttpRequest) -> HttpResponseBase:
    """Every machine one reaches: search, filters, pages."""
    scope = require(request.user, Permission.SEE_STOCK)
    user = user_of(request)
    operators = scope.operators(Permission.SEE_STOCK)
    sites = Site.objects.filter(operator__in=operators).order_by("name", "pk")
    filters = StockFilters(request.GET or None, sites=sites)
    devices = visible_devices(user).select_related("site")
    text = request.GET.get("q", "").strip()[:80]
    if text:
        devices = search_devices(devices, text)
    chosen = filters.cleaned_data if filters.is_bound and filters.is_valid() else {}
    for name in ("state", "kind", "site"):
        if chosen.get(name):
            devices = devices.filter(**{name: chosen[name]})
    page = keyset_page(with_holder_word(devices), request.GET, order=(("tag", False),), size=50)
    context = {
        "page": page,
        "filters": filters,
        "q": text,
        "filtered": bool(text or any(chosen.values())),
        "can_manage": scope.can(Permission.MANAGE_STOCK),
        "can_hand_over": scope.can(Permission.HAND_OVER),
    }
    return render(request, "equipment/stock.html", context)


def lot_create(request: HttpRequest) -> HttpResponseBase:
    """Take in a lot: its machines are created with their tags."""
    operator = acting_operator(request, Permission.MANAGE_STOCK)
    user = user_of(request)
    refurbishers = _partners(operator, PartnershipKind.REFURBISHER)
    form = LotForm(
        **posted(request),
        initial={"on": today(), "tag_prefix": "PC", "kind": "laptop"},
        sites=Site.objects.filter(operator=operator, closed_on__isnull=True),
        donors=_partners(operator, PartnershipKind.DONOR),
        refurbishers=refurbishers,
    )
    return submit(
        request,
        form,
        lambda **typed: actions.receive_lot(acting_user=user, operator=operator, once=True, **typed),
        success=lambda lot: (
            _("Lot « %(lot)s » reçu : %(count)s machines. Prochain pas : les trier.") % {"lot": lot, "count": lot.count}
        ),
        to=lambda lot: reverse("equipment:list") + "?state=received",
        template="equipment/lot.html",
    )


def _partners(operator: Organisation, kind: PartnershipKind) -> QuerySet[Organisation]:
    return Organisation.objects.filter(
        partnerships__operator=operator, partnerships__kind=kind, partnerships__until__isnull=True
    ).order_by("name", "pk")
