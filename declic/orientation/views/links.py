"""Links for prescribers without an account, kept by the team: open, copy, send, close."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from declic.accounts.access import acting_operator, require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import add_months, format_day, now, today
from declic.core.forms import posted
from declic.core.pagination import keyset_page
from declic.core.views import Done, post_action, submit
from declic.orientation import actions
from declic.orientation.asking_forms import PrescriberLinkForm
from declic.orientation.doors import access_prescriber_link, address_of, visible_links
from declic.orientation.queries import editions_to_refer_to, prescribers_for


@require_safe
def links(request: HttpRequest) -> HttpResponse:
    """The links of the operator, the newest first, with their address and what they brought."""
    require(request.user, Permission.ANSWER_REFERRALS)
    page = keyset_page(
        visible_links(user_of(request)).select_related("prescriber", "edition__programme", "operator"),
        request.GET,
        order=(("created_at", True), ("pk", True)),
        size=20,
    )
    for link in page.rows:
        link.address = address_of(link)
        link.is_open = link.revoked_on is None and link.expires_on >= today()
    return render(request, "orientation/links.html", {"page": page})


def link_create(request: HttpRequest) -> HttpResponseBase:
    """Open a link for a partner that refers people."""
    user = user_of(request)
    operator = acting_operator(request, Permission.ANSWER_REFERRALS)
    prescribers = list(prescribers_for(operator, today()))
    editions = [one for one in editions_to_refer_to(user, today()) if one.operator_id == operator.pk]
    return submit(
        request,
        PrescriberLinkForm(
            **posted(request),
            prescribers=prescribers,
            editions=editions,
            initial={"expires_on": add_months(today(), 12)},
        ),
        lambda **typed: actions.open_prescriber_link(
            acting_user=user, operator=operator, on=today(), at=now(), **typed
        ),
        success=lambda link: (
            _("Le lien de %(who)s est prêt, jusqu’au %(day)s. Ensuite : le copier ou l’envoyer.")
            % {"who": link.referent_name or link.prescriber.name, "day": format_day(link.expires_on)}
        ),
        to=reverse("orientation:links"),
        template="orientation/link_create.html",
        context={"prescribers": prescribers},
    )


@post_action
def link_send(request: HttpRequest, link_id: int) -> Done:
    """Send the link to its professional."""
    link = access_prescriber_link(link_id, user_of(request))
    actions.send_prescriber_link(acting_user=user_of(request), link=link, at=now())
    return Done(
        _("Le lien part par courriel à %(address)s.") % {"address": link.referent_email},
        to=reverse("orientation:links"),
    )


@post_action
def link_close(request: HttpRequest, link_id: int) -> Done:
    """Close the link."""
    link = access_prescriber_link(link_id, user_of(request))
    actions.close_prescriber_link(acting_user=user_of(request), link=link, on=today())
    return Done(_("Le lien est fermé. Les demandes déjà reçues gardent leur suite."), to=reverse("orientation:links"))
