"""The door of prescribers without an account: a signed link, one page to fill, one page that says what comes next."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from declic.core.dates import now, today
from declic.core.errors import DomainError
from declic.core.forms import posted
from declic.core.middleware import BUSY
from declic.core.rates import too_often
from declic.core.views import SeeOther, add_domain_error
from declic.orientation import actions
from declic.orientation.asking_forms import LinkReferralForm
from declic.orientation.doors import editions_behind, open_link
from declic.orientation.enums import ReferralChannel
from declic.orientation.following import answer_days
from declic.orientation.models import PrescriberLink, Referral
from declic.orientation.queries import entry_terms

HOUR = 3600
MOST_BY_LINK, MOST_BY_ADDRESS, MOST_WRONG = 200, 400, 60
"""Requests sent in an hour through one link, and from one address; wrong addresses tried in an hour by one visitor."""
_TRIES = 5
_sent_signer = signing.TimestampSigner(salt="declic.orientation.sent", sep=".")
_SENT_SHOWN_FOR = 2 * HOUR


def visitor(request: HttpRequest) -> str:
    """The visitor's network address, as the sign-in pages count it (proxies trusted as configured)."""
    try:
        return str(get_adapter(request).get_client_ip(request))
    except PermissionDenied:
        return "?"


def closed(request: HttpRequest) -> HttpResponse:
    """The one answer to links that do not open: why is nobody's business, what to do is said."""
    often = too_often("wrong-door", visitor(request), most=MOST_WRONG, seconds=HOUR)
    return render(request, "orientation/door_closed.html", status=429 if often else 404)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def refer(request: HttpRequest, key: str) -> HttpResponseBase:
    """Refer someone through a link: who asks, who is referred, what for."""
    link = open_link(key, today())
    if link is None:
        return closed(request)
    editions = list(editions_behind(link, today()))
    if not editions:
        return render(request, "orientation/door_no_edition.html", {"link": link})
    initial: dict[str, Any] = {"referent_name": link.referent_name, "referent_email": link.referent_email}
    if (chosen := request.GET.get("edition", "")) and any(str(one.pk) == chosen for one in editions):
        initial["edition"] = chosen
    form = LinkReferralForm(
        **posted(request), editions=editions, entries=entry_terms(editions), initial=initial, auto_id="id_%s"
    )
    page = {"link": link, "form": form, "editions": editions, "days": _days(form)}
    if request.method != "POST":
        return render(request, "orientation/door.html", page)
    if _too_many(request, link):
        form.is_valid()
        form.add_error(None, _("Beaucoup de demandes viennent d’arriver par ce lien : réessayez dans une heure."))
        return render(request, "orientation/door.html", page, status=429)
    if not form.is_valid():
        return render(request, "orientation/door.html", page, status=422)
    try:
        referral = _send(link, form.cleaned_data)
    except DomainError as error:
        add_domain_error(form, error)
        return render(request, "orientation/door.html", page, status=422)
    return SeeOther(reverse("referring:sent", args=[key, sign_sent(referral)]))


def sign_sent(referral: Referral) -> str:
    """The signed part of the address of the page that follows."""
    return _sent_signer.sign(str(referral.pk))


def _days(form: LinkReferralForm) -> int:
    """The longest of the delays promised by the editions offered."""
    return max(entry.answer_days for entry in form.entries.values())


def _too_many(request: HttpRequest, link: PrescriberLink) -> bool:
    by_link = too_often("door-link", str(link.key), most=MOST_BY_LINK, seconds=HOUR)
    by_address = too_often("door-visitor", visitor(request), most=MOST_BY_ADDRESS, seconds=HOUR)
    return by_link or by_address


def _send(link: PrescriberLink, typed: dict[str, Any]) -> Referral:
    """Send, again if others hold the register for too long: the token makes a repeated request one referral."""
    for last in range(_TRIES):
        try:
            return actions.refer_new_person(
                acting_user=link.created_by,
                on=today(),
                at=now(),
                channel=ReferralChannel.LINK,
                prescriber=link.prescriber,
                link=link,
                **typed,
            )
        except OperationalError as error:
            if last == _TRIES - 1 or not isinstance(error.__cause__, BUSY):
                raise
    raise AssertionError("unreachable")


@login_not_required
@never_cache
@require_safe
def sent(request: HttpRequest, key: str, signed: str) -> HttpResponse:
    """What comes next, with the number of the request; shown for two hours to whoever has just sent it."""
    link = open_link(key, today())
    try:
        number = int(_sent_signer.unsign(signed, max_age=_SENT_SHOWN_FOR))
    except (signing.BadSignature, ValueError):
        return closed(request)
    referral = None
    if link is not None:
        referral = (
            Referral.objects.filter(pk=number, link=link).select_related("edition__programme", "operator").first()
        )
    if referral is None:
        return closed(request)
    return render(
        request,
        "orientation/door_sent.html",
        {"link": link, "key": key, "referral": referral, "days": answer_days(referral)},
    )
