"""Pages where an operator keeps its places and its partners."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.access import access_partnership, access_site, acting_operator
from declic.accounts.enums import Permission
from declic.core.dates import format_day, today
from declic.core.forms import posted
from declic.core.views import submit
from declic.organisations import actions
from declic.organisations.forms import ClosePartnershipForm, EditSiteForm, PartnerForm, SiteForm
from declic.organisations.models import Partnership, Site

_SITE_FIELDS = tuple(EditSiteForm.base_fields)


def sites(request: HttpRequest) -> HttpResponse:
    """The operator's places, open ones first."""
    operator = acting_operator(request, Permission.MANAGE_SITES)
    places = list(Site.objects.filter(operator=operator).order_by("name", "pk"))
    context = {
        "operator": operator,
        "open_sites": [site for site in places if site.closed_on is None],
        "closed_sites": [site for site in places if site.closed_on is not None],
    }
    return render(request, "organisations/sites.html", context)


def site_create(request: HttpRequest) -> HttpResponseBase:
    """Open a place."""
    operator = acting_operator(request, Permission.MANAGE_SITES)
    return submit(
        request,
        SiteForm(**posted(request)),
        lambda **typed: actions.create_site(acting_user=request.user, operator=operator, **typed),
        success=lambda site: _("« %(site)s » est ajouté. Ensuite : y inviter l’équipe.") % {"site": site},
        to=reverse("organisations:sites"),
        template="organisations/site.html",
        context={"site": None},
    )


def site_edit(request: HttpRequest, site_id: int) -> HttpResponseBase:
    """Change what a place says of itself, or close it."""
    site = access_site(site_id, request.user)
    return submit(
        request,
        EditSiteForm(**posted(request), initial={name: getattr(site, name) for name in _SITE_FIELDS}),
        lambda **typed: actions.update_site(acting_user=request.user, site=site, **typed),
        success=lambda changed: _("« %(site)s » est à jour.") % {"site": changed},
        to=reverse("organisations:sites"),
        template="organisations/site.html",
        context={"site": site},
    )


def partners(request: HttpRequest) -> HttpResponse:
    """Who works with the operator, and who did."""
    operator = acting_operator(request, Permission.MANAGE_SITES)
    found = list(
        Partnership.objects.filter(operator=operator).select_related("partner").order_by("partner__name", "pk")
    )
    day = today()
    context: dict[str, Any] = {
        "operator": operator,
        "current": [one for one in found if one.until is None or one.until >= day],
        "past": [one for one in found if one.until is not None and one.until < day],
    }
    return render(request, "organisations/partners.html", context)


def partner_add(request: HttpRequest) -> HttpResponseBase:
    """Begin to work with a structure."""
    operator = acting_operator(request, Permission.MANAGE_SITES)
    return submit(
        request,
        PartnerForm(**posted(request), initial={"since": today()}),
        lambda **typed: actions.add_partner(acting_user=request.user, operator=operator, **typed),
        success=lambda opened: (
            _("%(partner)s est parmi vos partenaires. Ensuite : inviter ses professionnels.")
            % {"partner": opened.partner}
        ),
        to=reverse("organisations:partners"),
        template="organisations/partner.html",
        context={"operator": operator},
    )


def partner_close(request: HttpRequest, partnership_id: int) -> HttpResponseBase:
    """End a partnership: the partner's accounts reach nothing more here."""
    partnership = access_partnership(partnership_id, request.user)
    return submit(
        request,
        ClosePartnershipForm(**posted(request), initial={"until": today()}),
        lambda *, until: actions.close_partnership(acting_user=request.user, partnership=partnership, until=until),
        success=lambda closed: (
            _("Le partenariat avec %(partner)s s’arrête le %(day)s.")
            % {"partner": closed.partner, "day": format_day(closed.until)}
        ),
        to=reverse("organisations:partners"),
        template="organisations/partner_close.html",
        context={"partnership": partnership},
    )
