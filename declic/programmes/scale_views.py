"""Pages of scales: the list, one scale with its amounts by date and household, and a new amount."""

import datetime

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBase
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
from declic.programmes import actions
from declic.programmes.access import access_scale, visible_scales
from declic.programmes.forms import AmountForm, ScaleForm
from declic.programmes.models import Scale, ScaleAmount
from declic.programmes.scales import amounts_in_order, is_on


def scale_list(request: HttpRequest) -> HttpResponse:
    """The scales of the operator, by name."""
    require(request.user, Permission.MANAGE_PROGRAMMES)
    scales = visible_scales(user_of(request)).annotate(count=Count("amounts"))
    page = keyset_page(scales, request.GET, order=(("label", False),))
    return render(request, "programmes/scales.html", {"page": page})


def scale_create(request: HttpRequest) -> HttpResponseBase:
    """Open a scale; its amounts come next."""
    operator = acting_operator(request, Permission.MANAGE_PROGRAMMES)
    return submit(
        request,
        ScaleForm(**posted(request)),
        lambda **typed: actions.create_scale(acting_user=user_of(request), operator=operator, **typed),
        success=lambda scale: _("« %(label)s » est créé. Prochain pas : écrire ses montants.") % {"label": scale.label},
        to=lambda scale: reverse("programmes:scale", args=[scale.pk]),
        template="programmes/scale_form.html",
        context={"scale": None},
    )


def scale_edit(request: HttpRequest, scale_id: int) -> HttpResponseBase:
    """Correct the name of a scale, or where its amounts come from."""
    scale = access_scale(scale_id, user_of(request))
    return submit(
        request,
        ScaleForm(**posted(request), initial={"label": scale.label, "source": scale.source}),
        lambda **typed: actions.update_scale(acting_user=user_of(request), scale=scale, **typed),
        success=_("Le barème est enregistré."),
        to=reverse("programmes:scale", args=[scale.pk]),
        template="programmes/scale_form.html",
        context={"scale": scale},
    )


def scale(request: HttpRequest, scale_id: int) -> HttpResponseBase:
    """One scale: what it is worth today, what it was worth, and a new amount that closes the former one."""
    shown: Scale = access_scale(scale_id, user_of(request))
    amounts = amounts_in_order(shown)
    rows = [{"amount": one, "now": is_on(one, today()), "last": _last_day(one)} for one in amounts]
    return submit(
        request,
        AmountForm(**posted(request)),
        lambda **typed: actions.set_amount(acting_user=user_of(request), scale=shown, **typed),
        success=lambda amount: (
            _("Le nouveau montant vaut à partir du %(day)s ; celui d'avant s'arrête la veille.")
            % {"day": f"{amount.valid.lower:%d/%m/%Y}"}
        ),
        to=reverse("programmes:scale", args=[shown.pk]),
        template="programmes/scale.html",
        context={"scale": shown, "rows": rows},
    )


def _last_day(amount: ScaleAmount) -> datetime.date | None:
    upper: datetime.date | None = amount.valid.upper
    return upper - datetime.timedelta(days=1) if upper else None
