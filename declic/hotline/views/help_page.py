"""The page of a machine, for whoever holds it and has no account: ask for help, and read where one's requests stand."""

from typing import Any

import segno
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import now, today
from declic.core.errors import DomainError
from declic.core.forms import posted
from declic.core.rates import too_often
from declic.core.views import submit
from declic.equipment.access import access_allocation
from declic.hotline import actions, help_link
from declic.hotline.forms import HelpForm
from declic.hotline.models import Ticket, TicketChannel
from declic.orientation.views.door import visitor

DAY = 24 * 3600
MOST_BY_MACHINE, MOST_BY_VISITOR, MOST_WRONG = 6, 30, 30
"""Requests in a day for one machine, from one visitor's address; and links that do not open, from one address."""


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, signed: str) -> HttpResponseBase:
    """Say what happens to one's machine; nothing here tells whose it is."""
    allocation = help_link.follow(signed)
    if allocation is None:
        often = too_often("help-wrong", visitor(request), most=MOST_WRONG, seconds=DAY)
        return render(request, "hotline/help_closed.html", status=429 if often else 404)

    def send(**typed: Any) -> Ticket:
        if too_often("help-visitor", visitor(request), most=MOST_BY_VISITOR, seconds=DAY) or too_often(
            "help-machine", str(allocation.pk), most=MOST_BY_MACHINE, seconds=DAY
        ):
            raise DomainError(
                _(
                    "Vous avez déjà envoyé plusieurs demandes aujourd'hui : nous les avons bien reçues. Nous vous appelons."
                )
            )
        return actions.ask_help(allocation=allocation, at=now(), **typed)

    asked = Ticket.objects.filter(allocation=allocation, channel=TicketChannel.PERSON)
    return submit(
        request,
        HelpForm(**posted(request)),
        send,
        success=lambda ticket: (
            _("C'est noté, sous le numéro %(number)s. Nous vous appelons bientôt.") % {"number": ticket.pk}
        ),
        to=reverse("hotline:help", args=[signed]),
        template="hotline/help.html",
        context={
            "machine": allocation.device,
            "operator": allocation.operator,
            "tickets": list(asked.order_by("-opened_at", "-pk")[:3]),
            "today": today(),
        },
    )


@require_safe
def label(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """A label to stick on the machine: its QR code opens the page of help."""
    allocation = access_allocation(allocation_id, user_of(request), Permission.HAND_OVER)
    link = help_link.make_link(allocation)
    drawn = segno.make(link, error="m").svg_inline(border=2, scale=5, omitsize=True)
    return render(
        request,
        "hotline/help_label.html",
        # Drawn by us from an address of ours.
        {"allocation": allocation, "machine": allocation.device, "qr": mark_safe(drawn), "link": link},  # noqa: S308
    )
