"""The day of a ceremony: a page that goes on without connection, what it asks and what it sends (ADR 018)."""

import hashlib
from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import now, today
from declic.core.errors import DomainError
from declic.core.forms import posted
from declic.core.views import UNPROCESSABLE, Done, post_action, submit
from declic.equipment import actions
from declic.equipment.access import access_ceremony, visible_devices, visible_places
from declic.equipment.ceremony_day import expected_on, state_of_day
from declic.equipment.enums import AllocationState, CeremonyState, SyncOutcome
from declic.equipment.forms.ceremonies import NextMachineForm, SyncForm
from declic.equipment.models import Agreement
from declic.equipment.papers import sheet_to_sign, sheets_as_pdf, signed_sheet
from declic.equipment.queries import ready_devices
from declic.equipment.views.allocations import handed_over_said
from declic.equipment.views.ceremonies import places_of
from declic.people.actions import log_accesses
from declic.people.models import AccessLog

_SHELL_FILES = (
    "declic/declic.css",
    "declic/declic.js",
    "declic/sign.js",
    "declic/scan.js",
    "declic/ceremony.js",
    "declic/mark.svg",
    "declic/fonts/AtkinsonHyperlegible-Regular.ttf",
    "declic/fonts/AtkinsonHyperlegible-Bold.ttf",
)


@require_safe
def ceremony_day(request: HttpRequest, ceremony_id: int) -> HttpResponseBase:
    """The empty page of the day: it names nobody, so that a device may keep it; what it shows comes from `ceremony_state`."""
    found = access_ceremony(ceremony_id, user_of(request))
    return render(request, "equipment/ceremony_day.html", {"ceremony_id": found.pk})


@never_cache
@require_safe
def ceremony_state(request: HttpRequest, ceremony_id: int) -> HttpResponseBase:
    """The list of the day for the page; with `?complet=1` what a device needs to go on alone, written down as a copy taken."""
    user = user_of(request)
    found = access_ceremony(ceremony_id, user)
    places = places_of(found, request)
    whole = request.GET.get("complet") == "1"
    if whole:
        log_accesses(
            acting_user=user,
            operator_id=found.operator_id,
            people=[place.allocation.person_id for place in places],
            act=AccessLog.Act.EXPORT,
            at=now(),
        )
    return JsonResponse({**state_of_day(found, places, today(), whole=whole), "csrf": get_token(request)})


@require_POST
def ceremony_sync(request: HttpRequest, ceremony_id: int) -> HttpResponseBase:
    """One handover that a device did: 200 with what became of it, the same for the same key; 422 for what nobody can read."""
    user = user_of(request)
    found = access_ceremony(ceremony_id, user)
    form = SyncForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"message": form.first_error()}, status=UNPROCESSABLE)
    sent = form.cleaned_data
    places = visible_places(found, user).select_related("ceremony", "operator", "allocation__person")
    place = places.filter(pk=sent.pop("place")).first()
    if place is None:
        words = _("Cette personne n'est plus attendue à cette remise : ouvrez sa fiche, puis remettez-lui sa machine.")
        return JsonResponse({"message": words}, status=UNPROCESSABLE)
    try:
        sync = actions.sync_handover(acting_user=user, place=place, received_at=now(), **sent)
    except DomainError as refusal:
        return JsonResponse({"message": refusal.message}, status=UNPROCESSABLE)
    if sync.outcome == SyncOutcome.DONE:
        place.allocation.refresh_from_db()
        return JsonResponse({"outcome": sync.outcome, "message": handed_over_said(place.allocation)})
    return JsonResponse({"outcome": sync.outcome, "message": sync.message})


@login_not_required
@require_safe
def ceremony_worker(request: HttpRequest) -> HttpResponseBase:
    """The script that keeps the page of the day for when the connection drops; it knows addresses and nobody."""
    files = [static(name) for name in _SHELL_FILES]
    version = hashlib.sha256(" ".join(files).encode()).hexdigest()[:12]
    script = render_to_string("equipment/ceremony_worker.js", {"files": files, "version": version})
    return HttpResponse(script, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@require_safe
def ceremony_agreements_pdf(request: HttpRequest, ceremony_id: int) -> HttpResponseBase:
    """All the agreements of the day in one PDF: signed ones as they were signed, the others to sign."""
    user = user_of(request)
    found = access_ceremony(ceremony_id, user)
    places = places_of(found, request)
    signed = {
        agreement.allocation_id: agreement
        for agreement in Agreement.objects.filter(
            allocation__in=[place.allocation_id for place in places]
        ).select_related("witnessed_by", "drawing", "allocation__person", "allocation__operator")
    }
    on = expected_on(found, today())
    sheets = []
    for place in places:
        agreement = signed.get(place.allocation_id)
        sheet = signed_sheet(agreement) if agreement is not None else sheet_to_sign(place.allocation, on=on)
        if sheet is not None:
            sheets.append(sheet)
    if not sheets:
        raise Http404
    log_accesses(
        acting_user=user,
        operator_id=found.operator_id,
        people=[sheet.allocation.person_id for sheet in sheets],
        act=AccessLog.Act.PRINT,
        at=now(),
    )
    name = content_disposition_header(False, f"conventions-{slugify(found.name) or found.pk}.pdf")
    headers = {"Content-Disposition": name or "inline", "Cache-Control": "private, no-store"}
    return HttpResponse(sheets_as_pdf(sheets), content_type="application/pdf", headers=headers, status=HTTPStatus.OK)


def ceremony_machines(request: HttpRequest, ceremony_id: int) -> HttpResponseBase:
    """Machines for those who have none: one scan after the other, in the order of the list, or all at once."""
    user = user_of(request)
    found = access_ceremony(ceremony_id, user)
    places = places_of(found, request)
    waiting = [place.allocation for place in places if place.allocation.state == AllocationState.DRAFT]
    devices = visible_devices(user).filter(operator=found.operator_id)
    kinds = {allocation.device_kind for allocation in waiting}
    return submit(
        request,
        NextMachineForm(**posted(request), devices=devices),
        lambda device: actions.assign_next(acting_user=user, ceremony=found, device=device, at=now()),
        success=lambda given: (
            _("%(tag)s est pour %(person)s. Scannez la machine suivante.")
            % {"tag": given.device, "person": given.person}
        ),
        to=reverse("equipment:ceremony_machines", args=[found.pk]),
        template="equipment/ceremony_machines.html",
        context={
            "ceremony": found,
            "is_prepared": found.state == CeremonyState.PREPARED,
            "waiting": waiting,
            "given": [place.allocation for place in places if place.allocation.state == AllocationState.RESERVED],
            "suggested": list(ready_devices(devices, kinds)[:100]),
            "ready_count": ready_devices(devices, kinds).count(),
        },
    )


@post_action
def ceremony_assign(request: HttpRequest, ceremony_id: int) -> Done:
    """Give the ready machines to those who have none."""
    found = access_ceremony(ceremony_id, user_of(request), Permission.HAND_OVER)
    given = actions.assign_ready_machines(acting_user=user_of(request), ceremony=found, at=now())
    words = ngettext("%(count)d machine mise de côté.", "%(count)d machines mises de côté.", given) % {"count": given}
    return Done(words, reverse("equipment:ceremony", args=[found.pk]))
