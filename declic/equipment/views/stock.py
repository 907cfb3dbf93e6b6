"""The shelf: list of machines."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.pagination import keyset_page
from declic.equipment.access import visible_devices
from declic.equipment.forms.stock import (
    StockFilters,
)
from declic.equipment.queries import with_holder_word
from declic.equipment.words import search_devices
from declic.organisations.models import Site


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
        devices = search_devices(devices, text, operators=operators)
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
    }
    return render(request, "equipment/stock.html", context)
