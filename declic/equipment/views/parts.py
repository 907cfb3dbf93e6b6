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
from declic.core.views import Done, post_action, submit
from declic.equipment import actions
from declic.equipment.access import visible_devices
from declic.equipment.enums import PartReason
from declic.equipment.forms.shelves import PartForm, PartMoveForm
from declic.equipment.models import Part, PartMovement
from declic.equipment.shelves import part_stock, parts_by_place
from declic.equipment.stock_access import access_part, sites_in_reach, visible_parts
from declic.organisations.models import Site

_ENDED_SHOWN = 200


@require_safe
def parts(request: HttpRequest) -> HttpResponseBase:
    """Every part with its stock by place; what is too low comes first, what is no longer used apart."""
    scope = require(request.user, Permission.MANAGE_STOCK)
    rows = parts_by_place(scope.operators(Permission.MANAGE_STOCK))
    rows.sort(key=lambda part: not part.low)
    ended = visible_parts(user_of(request)).filter(ended_on__isnull=False).order_by("name", "pk")
    context = {"rows": rows, "low": sum(part.low for part in rows), "ended": list(ended[:_ENDED_SHOWN])}
    return render(request, "equipment/parts.html", context)


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


@post_action
def part_end(request: HttpRequest, part_id: int) -> Done:
    """The part is no longer used."""
    user = user_of(request)
    found = actions.end_part(acting_user=user, part=access_part(part_id, user), on=today())
    return Done(
        _("« %(part)s » n'est plus comptée. Pour y revenir : « Plus utilisées », en bas de cette page.")
        % {"part": found.name},
        reverse("equipment:parts"),
    )


@post_action
def part_resume(request: HttpRequest, part_id: int) -> Done:
    """The part is used again."""
    user = user_of(request)
    found = actions.resume_part(acting_user=user, part=access_part(part_id, user))
    return Done(
        _("« %(part)s » se compte de nouveau. Prochain pas : dire combien il y en a.") % {"part": found.name},
        reverse("equipment:part", args=[found.pk]),
    )


def part_move(request: HttpRequest, part_id: int) -> HttpResponseBase:
    """Something happens to the stock of a part."""
    user = user_of(request)
    found = access_part(part_id, user)
    sites = sites_in_reach(user).filter(operator=found.operator_id)
    devices = visible_devices(user, Permission.MANAGE_STOCK).filter(operator=found.operator_id)
    initial = {"on": today(), "site": _usual_place(found, list(sites[:2]))}
    form = PartMoveForm(**posted(request), initial=initial, sites=sites, devices=devices)
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


def _usual_place(found: Part, sites: list[Site]) -> Site | None:
    """The place that a movement is most likely of: where one lay last, or the only place there is."""
    last = found.movements.select_related("site").first()
    if last is not None:
        return last.site
    return sites[0] if len(sites) == 1 else None


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
