"""The bench of the refurbisher: what waits at each step, then locks, drives, proofs and parts of one machine; certificates."""

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.models import User
from declic.core.dates import today
from declic.core.forms import posted
from declic.core.pagination import keyset_page
from declic.core.views import Done, post_action, submit
from declic.equipment import actions
from declic.equipment.access import access_device, visible_devices
from declic.equipment.certificates import certificate_pdf, certified_machines
from declic.equipment.enums import DeviceState, ReadingVerdict
from declic.equipment.forms.bench import (
    ClearLockForm,
    DriveForm,
    DriveGoneForm,
    LockForm,
    ReviewForm,
    UsePartForm,
)
from declic.equipment.models import Device, DeviceIdentifier, DeviceLock, Drive, ErasureReading, Lot, Part
from declic.equipment.proofs import life_began, verdict_now
from declic.equipment.steps import ON_BENCH, STAGES, stage_counts
from declic.equipment.tags import parse_tag
from declic.organisations.models import Site


@require_safe
def bench(request: HttpRequest) -> HttpResponseBase:
    """What waits at each step, the machine untouched for longest first; a scanned label opens its machine."""
    require(request.user, Permission.MANAGE_STOCK)
    devices = visible_devices(user_of(request), Permission.MANAGE_STOCK)
    scanned = request.GET.get("etiquette", "").replace("\x00", "").strip()[:300]
    if scanned:
        found = _scanned(devices, scanned)
        if found is not None:
            return redirect("equipment:device", found.pk)
    counts = stage_counts(devices)
    asked = request.GET.get("etape", "")
    current = next((stage for stage in STAGES if stage.slug == asked), None)
    waiting = devices.filter(state__in=current.states if current else ON_BENCH).select_related("site", "lot")
    page = keyset_page(waiting, request.GET, order=(("updated_at", False),), size=50)
    context = {
        "page": page,
        "stages": [(stage, counts[stage.slug]) for stage in STAGES],
        "current": current,
        "total": sum(counts.values()),
        "scanned": scanned,
        "today": today(),
    }
    return render(request, "equipment/bench.html", context)


def _scanned(devices: QuerySet[Device], text: str) -> Device | None:
    """The one machine that this label, or a maker's number, names."""
    tag = parse_tag(text)
    if tag and (device := devices.filter(tag=tag).order_by("pk").first()) is not None:
        return device
    numbered = DeviceIdentifier.objects.filter(Q(value=text[:80]) | Q(value=text[:80].upper())).values("device")
    several = list(devices.filter(pk__in=numbered).order_by("pk")[:2])
    return several[0] if len(several) == 1 else None


def _page(request: HttpRequest, machine: Device, title: str, **more: Any) -> dict[str, Any]:
    return {"device": machine, "title": title, "back": reverse("equipment:device", args=[machine.pk]), **more}


def device_lock(request: HttpRequest, device_id: int) -> HttpResponseBase:
    """A lock was found on a machine."""
    user = user_of(request)
    machine = access_device(device_id, user, Permission.MANAGE_STOCK)
    return submit(
        request,
        LockForm(**posted(request), initial={"on": today()}),
        lambda **typed: actions.report_lock(acting_user=user, device=machine, **typed),
        success=lambda lock: (
            _("Verrou noté : %(lock)s. La machine %(tag)s attend qu'il soit levé.") % {"lock": lock, "tag": machine.tag}
        ),
        to=reverse("equipment:device", args=[machine.pk]),
        template="equipment/device_form.html",
        context=_page(
            request, machine, _("Noter un verrou"), submit=_("Noter le verrou"),
            lede=_("La machine reste bloquée tant que le verrou n'est pas levé."),
        ),
    )  # fmt: skip


def lock_clear(request: HttpRequest, device_id: int, lock_id: int) -> HttpResponseBase:
    """A lock is lifted."""
    user = user_of(request)
    machine = access_device(device_id, user, Permission.MANAGE_STOCK)
    lock = get_object_or_404(DeviceLock, pk=lock_id, device=machine)
    return submit(
        request,
        ClearLockForm(**posted(request), initial={"on": today()}),
        lambda **typed: actions.clear_lock(acting_user=user, lock=lock, **typed),
        success=lambda _lock: _lock_said(machine),
        to=reverse("equipment:device", args=[machine.pk]),
        template="equipment/device_form.html",
        context=_page(request, machine, _("Lever le verrou : %(lock)s") % {"lock": lock}, submit=_("Il est levé")),
    )


def _lock_said(machine: Device) -> str:
    machine.refresh_from_db(fields=["state"])
    if machine.state == DeviceState.QUARANTINED:
        return _("Verrou levé. La machine %(tag)s en a encore un.") % {"tag": machine.tag}
    return _("Verrou levé. Prochain pas : effacer la machine %(tag)s.") % {"tag": machine.tag}


def drive_add(request: HttpRequest, device_id: int) -> HttpResponseBase:
    """A drive of the machine; a file that names an unknown one brings its serial along."""
    user = user_of(request)
    machine = access_device(device_id, user, Permission.MANAGE_STOCK)
    serial = request.GET.get("numero", "").replace("\x00", "").strip()[:80]
    model = request.GET.get("modele", "").replace("\x00", "").strip()[:120]
    return submit(
        request,
        DriveForm(**posted(request), initial={"serial": serial, "model": model}),
        lambda **typed: actions.add_drive(acting_user=user, device=machine, **typed),
        success=lambda drive: _("Disque %(drive)s noté. Il demande son effacement certifié.") % {"drive": drive},
        to=reverse("equipment:device", args=[machine.pk]) + "#disques",
        template="equipment/device_form.html",
        context=_page(
            request, machine, _("Ajouter un disque"), submit=_("Ajouter le disque"),
            lede=_("Lisez le numéro sur le disque lui-même ou dans le BIOS."),
        ),
    )  # fmt: skip


def drive_remove(request: HttpRequest, device_id: int, drive_id: int) -> HttpResponseBase:
    """A drive left the machine."""
    user = user_of(request)
    machine = access_device(device_id, user, Permission.MANAGE_STOCK)
    drive = get_object_or_404(Drive, pk=drive_id, device=machine)
    return submit(
        request,
        DriveGoneForm(**posted(request), initial={"on": today()}),
        lambda **typed: actions.remove_drive(acting_user=user, drive=drive, **typed),
        success=_("Disque %(drive)s retiré de la machine %(tag)s.") % {"drive": drive, "tag": machine.tag},
        to=reverse("equipment:device", args=[machine.pk]) + "#disques",
        template="equipment/device_form.html",
        context=_page(
            request, machine, _("Retirer le disque %(drive)s") % {"drive": drive}, submit=_("Il est retiré"),
            lede=_("Ce qu'il contient part avec lui : dites ce qu'il devient."),
        ),
    )  # fmt: skip


def _reading(machine: Device, reading_id: int) -> ErasureReading:
    return get_object_or_404(ErasureReading, pk=reading_id, evidence__device=machine)


@post_action
def reading_certify(request: HttpRequest, device_id: int, reading_id: int) -> Done:
    """Certify what a file proves, or keep that it tells of a failure: one click, the file decides."""
    user = user_of(request)
    machine = access_device(device_id, user, Permission.MANAGE_STOCK)
    reading = _reading(machine, reading_id)
    to = reverse("equipment:device", args=[machine.pk]) + "#disques"
    if reading.verdict == ReadingVerdict.FAILED:
        actions.record_failure(acting_user=user, reading=reading, on=today())
        return Done(_("Échec noté : effacez de nouveau ce disque, ou remplacez-le."), to)
    erasure = actions.certify_from_reading(acting_user=user, reading=reading, on=today())
    return Done(_erased_said(user, machine, erasure.drive_serial), to)


def reading_review(request: HttpRequest, device_id: int, reading_id: int) -> HttpResponseBase:
    """A person answers for what a file does not prove whole."""
    user = user_of(request)
    machine = access_device(device_id, user, Permission.MANAGE_STOCK)
    reading = _reading(machine, reading_id)
    initial = {
        "on": today(), "drive_serial": reading.serial, "method": reading.method, "verification": reading.verification,
    }  # fmt: skip
    return submit(
        request,
        ReviewForm(**posted(request), initial=initial),
        lambda **typed: actions.certify_by_hand(acting_user=user, device=machine, reading=reading, errors=0, **typed),
        success=lambda erasure: _erased_said(user, machine, erasure.drive_serial),
        to=reverse("equipment:device", args=[machine.pk]) + "#disques",
        template="equipment/reading_review.html",
        context=_page(
            request,
            machine,
            _("Valider à la main"),
            submit=_("J'en réponds"),
            reading=reading,
            reasons=verdict_now(reading, machine, began=life_began(machine), on=today()).reasons,
        ),
    )


def _erased_said(user: User, machine: Device, serial: str) -> str:
    machine.refresh_from_db(fields=["state"])
    if machine.state == DeviceState.WIPED:
        return _("Effacement certifié du disque %(serial)s. Prochain pas : les essais.") % {"serial": serial}
    return _("Effacement certifié du disque %(serial)s. Un autre disque attend le sien.") % {"serial": serial}


def device_part(request: HttpRequest, device_id: int) -> HttpResponseBase:
    """A part of the stock goes into the machine."""
    user = user_of(request)
    machine = access_device(device_id, user, Permission.MANAGE_STOCK)
    form = UsePartForm(
        **posted(request),
        initial={"on": today(), "site": machine.site},
        parts=Part.objects.filter(operator=machine.operator, ended_on__isnull=True).order_by("name", "pk"),
        sites=Site.objects.filter(operator=machine.operator, closed_on__isnull=True).order_by("name", "pk"),
    )
    return submit(
        request,
        form,
        lambda **typed: actions.use_part(acting_user=user, device=machine, **typed),
        success=lambda moved: (
            _("%(part)s montée sur la machine %(tag)s, retirée du stock.") % {"part": moved.part, "tag": machine.tag}
        ),
        to=reverse("equipment:device", args=[machine.pk]) + "#pieces",
        template="equipment/device_form.html",
        context=_page(
            request, machine, _("Monter une pièce"), submit=_("Retirer du stock"),
            lede=_("Un disque monté se note aussi parmi les disques de la machine."),
        ),
    )  # fmt: skip


@require_safe
def device_certificate_pdf(request: HttpRequest, device_id: int) -> HttpResponseBase:
    """The certificate of erasure of one machine; refused while a drive waits for its proof."""
    machine = access_device(device_id, user_of(request))
    machines = certified_machines([machine], every_life=True)
    if not machines:
        messages.error(
            request,
            _("La machine %(tag)s n'a pas de certificat : un disque attend encore son effacement certifié.")
            % {"tag": machine.tag},
        )
        return redirect("equipment:device", machine.pk)
    content = certificate_pdf(machines, operator=machine.operator, on=today())
    return _as_pdf(content, f"certificat-{machine.tag}.pdf")


@require_safe
def lot_certificate_pdf(request: HttpRequest, lot_id: int) -> HttpResponseBase:
    """The certificate of a lot, for its donor: the machines each of whose drives is certified, and how many are not."""
    user = user_of(request)
    devices = visible_devices(user).filter(lot=lot_id).select_related("operator", "lot__donor").order_by("tag", "pk")
    found = list(devices)
    lot = get_object_or_404(Lot.objects.select_related("donor", "operator"), pk=lot_id)
    if not found:
        raise Http404
    machines = certified_machines(found, every_life=False)
    if not machines:
        messages.error(request, _("Aucune machine du lot « %(lot)s » n'a encore d'effacement certifié.") % {"lot": lot})
        return redirect(f"{reverse('equipment:bench')}?etape=effacer")
    content = certificate_pdf(
        machines, operator=lot.operator, on=today(), lot=lot, uncertified=len(found) - len(machines)
    )
    return _as_pdf(content, f"certificat-lot-{lot.pk}.pdf")


def _as_pdf(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )
