"""Parts and accessories: the stock of each place, what came in and went out."""

from typing import Any

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
from declic.core.pagination import keyset_page
from declic.core.views import submit
from declic.equipment import actions
from declic.equipment.access import visible_devices
from declic.equipment.enums import PartReason
from declic.equipment.forms.shelves import PartForm, PartMoveForm
from declic.equipment.models import Part, PartMovement
from declic.equipment.shelves import part_stock, parts_by_place
from declic.equipment.stock_access import access_part, sites_in_reach


@require_safe
def parts(request: HttpRequest) -> HttpResponseBase:
    """Every part with its stock by place; what is too low comes first."""
    scope = require(request.user, Permission.MANAGE_STOCK)
    rows = parts_by_place(scope.operators(Permission.MANAGE_STOCK))
    rows.sort(key=lambda part: not part.low)
    return render(request, "equipment/parts.html", {"rows": rows, "low": sum(part.low for part in rows)})


def part_create(request: HttpRequest) -> HttpResponseBase:
    """Begin to count a part."""
    operator = acting_operator(request, Permission.MANAGE_STOCK)
    user = user_of(request)
    return submit(
        request,
        PartForm(**posted(request)),
        lambda **typed: actions.create_part(acting_user=user, operator=operator, **typed),
        success=_("Pièce ajoutée. Prochain pas : dire combien il y en a."),
        to=lambda part: reverse("equipment:part_move", args=[part.pk]),
        template="equipment/part_form.html",
        context={"part": None},
    )


def part_edit(request: HttpRequest, part_id: int) -> HttpResponseBase:
    """Correct what a part is called, or its minimum."""
    user = user_of(request)
    found = access_part(part_id, user)
    initial = {"kind": found.kind, "name": found.name, "minimum": found.minimum or None}
    return submit(
        request,
        PartForm(**posted(request), initial=initial),
        lambda **typed: actions.edit_part(acting_user=user, part=found, **typed),
        success=_("Fiche de la pièce corrigée."),
        to=reverse("equipment:part", args=[found.pk]),
        template="equipment/part_form.html",
        context={"part": found},
    )


@require_safe
def part(request: HttpRequest, part_id: int) -> HttpResponseBase:
    """One part: where it lies, and every movement, the latest first."""
    found = access_part(part_id, user_of(request))
    rows = found.movements.select_related("site", "device", "recorded_by")
    page = keyset_page(rows, request.GET, order=(("on", True), ("pk", True)), size=50)
    (told,) = [one for one in parts_by_place([found.operator_id]) if one.pk == found.pk] or [None]
    return render(request, "equipment/part.html", {"part": found, "told": told, "page": page})


def part_move(request: HttpRequest, part_id: int) -> HttpResponseBase:
    """Something happens to the stock of a part."""
    user = user_of(request)
    found = access_part(part_id, user)
    sites = sites_in_reach(user).filter(operator=found.operator_id)
    devices = visible_devices(user, Permission.MANAGE_STOCK).filter(operator=found.operator_id)
    form = PartMoveForm(**posted(request), initial={"on": today()}, sites=sites, devices=devices)
    return submit(
        request,
        form,
        lambda **typed: _move(user, found, **typed),
        success=lambda _moved: (
            _("Noté. Il y a maintenant %(held)s « %(part)s » à cet endroit.")
            % {"held": part_stock(found, form.cleaned_data["site"]), "part": found.name}
        ),
        to=reverse("equipment:part", args=[found.pk]),
        template="equipment/part_move.html",
        context={"part": found},
    )


def _move(user: Any, found: Part, what: str, **typed: Any) -> PartMovement | None:
    quantity, device, destination = typed.pop("quantity"), typed.pop("device"), typed.pop("destination")
    told = {"acting_user": user, "part": found, **typed}
    if what == "counted":
        return actions.count_part(**told, counted=quantity)
    if what == "moved":
        return actions.carry_part(**told, destination=destination, quantity=quantity)
    if what in ("salvaged", "used"):
        told.pop("note")
        action = actions.salvage_part if what == "salvaged" else actions.use_part
        return action(**told, device=device, quantity=quantity)
    sign = 1 if what == "bought" else -1
    return actions.move_part(**told, quantity=sign * quantity, reason=PartReason(what), device=device)
