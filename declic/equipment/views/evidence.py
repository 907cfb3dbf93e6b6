"""Files of inventory and erasure: sent for a machine or for a whole lot, compared, taken over, handed over as they came."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.models import User
from declic.core.dates import now
from declic.core.errors import DomainError
from declic.core.forms import posted
from declic.core.pagination import keyset_page
from declic.core.uploads import TooLargeFile, too_large
from declic.core.views import UNPROCESSABLE, Done, SeeOther, post_action, submit
from declic.equipment import actions
from declic.equipment.access import access_device, access_evidence, access_lot, visible_devices, visible_evidence
from declic.equipment.actions.evidence import NEW, NEXT
from declic.equipment.enums import ReadingVerdict
from declic.equipment.forms.evidence import LATER, WITH, ApplyForm, FilesForm, MachineForm, PlacesForm
from declic.equipment.inventory import (
    Likely,
    Likeness,
    blank_machines,
    contradicts,
    differences,
    facts_said,
    is_strong,
    likely_same_each,
    reading_of,
    same_in_batch,
    shown,
    verdict_for,
    waiting_files,
)
from declic.equipment.models import Device, Evidence, Lot
from declic.equipment.reading import REASONS
from declic.equipment.reading.plain import MAX_BYTES
from declic.organisations.models import Organisation

MANAGE = Permission.MANAGE_STOCK
_MOST_AT_ONCE = 100
_MOST_BLANKS = 60


# ------------------------------------------------------------------------------------------------------------- receiving
def _received(
    user: User,
    files: Iterable["UploadedFile[Any]"],
    *,
    operator: Organisation,
    lot: Lot | None = None,
) -> tuple[list[Evidence], list[Evidence], list[tuple[str, str]]]:
    """(kept now, already there, refused with why): each file on its own, so that one that is broken stops no other."""
    at = now()
    kept: list[Evidence] = []
    known: list[Evidence] = []
    refused: list[tuple[str, str]] = []
    for upload in files:
        name = upload.name or ""
        try:
            if isinstance(upload, TooLargeFile) or (upload.size or 0) > MAX_BYTES:
                raise DomainError(too_large(name, MAX_BYTES))
            evidence = actions.receive_evidence(
                acting_user=user, operator=operator, content=upload.read(), filename=name, at=at, lot=lot
            )
        except DomainError as error:
            refused.append((name[:120], error.message))
            continue
        (kept if evidence.received_at == at else known).append(evidence)
    return kept, known, refused


def device_files(request: HttpRequest, device_id: int) -> HttpResponseBase:
    """The files of one machine, and the box that sends more."""
    user = user_of(request)
    machine = access_device(device_id, user, MANAGE)
    form = FilesForm(**posted(request))
    if request.method == "POST" and form.is_valid():
        return _take_for(request, user, machine, form.cleaned_data["uploads"])
    files = machine.evidence.defer("raw").select_related("received_by").prefetch_related("readings")[:100]
    context = {"device": machine, "form": form, "files": list(files)}
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "equipment/device_files.html", context, status=status)


def _take_for(request: HttpRequest, user: User, machine: Device, files: list["UploadedFile[Any]"]) -> HttpResponseBase:
    kept, known, refused = _received(user, files, operator=machine.operator)
    attached, strange = [], []
    for evidence in [*kept, *known]:
        if evidence.device_id is None and not contradicts(machine, evidence):
            evidence = actions.attach_evidence(acting_user=user, evidence=evidence, device=machine, at=now())
            attached.append(evidence)
        elif evidence.device_id != machine.pk:
            strange.append(evidence)
    _say_refused(request, refused)
    for evidence in known:
        if evidence not in attached:
            messages.info(request, _already(evidence))
    for evidence in strange:
        if evidence.device_id is None:
            messages.warning(
                request,
                _("« %(name)s » parle d'une autre machine que %(tag)s : dites de laquelle.")
                % {"name": evidence, "tag": machine},
            )
    if len(files) == 1 and (attached or strange or known):
        (evidence,) = [*kept, *known]
        if evidence.device_id is None:
            return SeeOther(reverse("equipment:evidence_attach", args=[evidence.pk]) + f"?machine={machine.pk}")
        if evidence.device_id == machine.pk:
            if attached:
                messages.success(request, _("Fichier gardé. Voyez ce qu'il dit, et cochez ce que vous reprenez."))
            return SeeOther(reverse("equipment:evidence", args=[evidence.pk]))
    elif attached:
        messages.success(
            request,
            ngettext(
                "%(count)s fichier gardé pour %(tag)s : ouvrez-le pour comparer.",
                "%(count)s fichiers gardés pour %(tag)s : ouvrez-les pour comparer.",
                len(attached),
            )
            % {"count": len(attached), "tag": machine},
        )
    return SeeOther(reverse("equipment:device_files", args=[machine.pk]))


def _already(evidence: Evidence) -> str:
    where = _(" pour la machine %(tag)s") % {"tag": evidence.device} if evidence.device_id else ""
    return _("« %(name)s » a déjà été reçu%(where)s : rien n'est compté deux fois.") % {
        "name": evidence.filename or evidence,
        "where": where,
    }


def _say_refused(request: HttpRequest, refused: list[tuple[str, str]]) -> None:
    for name, why in refused[:5]:
        messages.error(request, _("« %(name)s » : %(why)s") % {"name": name, "why": why})
    if len(refused) > 5:
        messages.error(request, _("Et %(count)s autres fichiers n'ont pas pu être lus.") % {"count": len(refused) - 5})


# ---------------------------------------------------------------------------------------------------------------- one file
def evidence(request: HttpRequest, evidence_id: int) -> HttpResponseBase:
    """One file: what it says beside what is written of the machine, and the verdict on each drive erased."""
    user = user_of(request)
    file = access_evidence(evidence_id, user)
    device = access_device(file.device_id, user, MANAGE) if file.device_id else None
    found = []
    if device is not None:
        prefetch_related_objects([device], "identifiers", "known_drives")
        found = differences(device, file)
    form = ApplyForm(**posted(request), found=found)
    context = {
        "file": file,
        "device": device,
        "found": found,
        "ticked": form.ticked(),
        "differs": [one for one in found if not one.same],
        "said": facts_said(file) if device is None else [],
        "readings": _readings(file, device),
    }
    return submit(
        request,
        form,
        lambda fields_taken: actions.apply_evidence(acting_user=user, evidence=file, fields=fields_taken, at=now()),
        success=lambda machine: _("Fiche de la machine %(tag)s complétée depuis le fichier.") % {"tag": machine},
        to=lambda machine: reverse("equipment:device", args=[machine.pk]),
        template="equipment/evidence.html",
        context=context,
    )


def _readings(file: Evidence, device: Device | None) -> list[dict[str, Any]]:
    told = []
    for reading in file.readings.all():
        verdict = verdict_for(reading, device) if device is not None else None
        codes = verdict.reasons if verdict else tuple(reading.reasons)
        told.append(
            {
                "reading": reading,
                "verdict": ReadingVerdict(verdict.verdict if verdict else reading.verdict),
                "reasons": [REASONS.get(code, code) for code in codes],
            }
        )
    return told


def evidence_attach(request: HttpRequest, evidence_id: int) -> HttpResponseBase:
    """Say of which machine a file is: one person confirms what is only likely."""
    user = user_of(request)
    file = access_evidence(evidence_id, user)
    devices = visible_devices(user, MANAGE).filter(operator=file.operator_id)
    likely = likely_same_each(file.operator_id, {file.pk: file}, devices)[file.pk]
    asked = request.GET.get("machine", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 10 and int(asked) not in {one.pk for one, _why in likely}:
        likely += [(one, []) for one in devices.filter(pk=int(asked))]
    if request.method == "POST":
        # What the first page offered is offered again, whatever its address was.
        sent = request.POST.get("machine", "")
        if sent.isascii() and sent.isdigit() and len(sent) < 10 and int(sent) not in {one.pk for one, _why in likely}:
            likely += [(one, []) for one in devices.filter(pk=int(sent))]
    choices = [(str(one.pk), _likely_words(one, why)) for one, why in likely[:8]]
    first = choices[0][0] if likely and is_strong(likely[0][1]) else None
    form = MachineForm(
        **posted(request),
        initial={"machine": first},
        likely=choices,
        devices=devices,
        may_create=file.lot_id is not None,
    )

    def attach(machine: str, tag: Device | None, label: str) -> Device:
        tag = tag if machine == "tag" else None
        if machine == NEW and file.lot is not None:
            return actions.create_from_evidence(acting_user=user, evidence=file, lot=file.lot, at=now(), tag=label)
        device = tag or next(one for one, _why in likely if str(one.pk) == machine)
        actions.attach_evidence(acting_user=user, evidence=file, device=device, at=now())
        return device

    return submit(
        request,
        form,
        attach,
        success=lambda device: (
            _("Ce fichier est celui de la machine %(tag)s. Voyez ce qu'il change.") % {"tag": device}
        ),
        to=reverse("equipment:evidence", args=[file.pk]),
        template="equipment/evidence_attach.html",
        context={"file": file, "said": facts_said(file), "likely": bool(likely)},
    )


def _likely_words(device: Device, why: Iterable[Likeness]) -> str:
    about = " ".join(one for one in (device.brand, device.model) if one)
    reasons = ", ".join(str(one.label) for one in why)
    return " · ".join(one for one in (device.tag, about, reasons) if one)


@require_safe
def evidence_raw(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """The file byte for byte, to be saved: only for who manages the stock, since a tool may have written names in it."""
    file = access_evidence(evidence_id, user_of(request))
    stem, _dot, ending = file.filename.rpartition(".")
    ending = slugify(ending)[:8] if stem else ""
    name = f"{slugify(stem or file.filename)[:80] or file.format}-{file.sha256[:12]}.{ending or 'txt'}"
    return HttpResponse(
        bytes(file.raw),
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": content_disposition_header(True, name) or "attachment",
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
            "Repr-Digest": f"sha-256={file.sha256}",
        },
    )


@require_safe
def files(request: HttpRequest) -> HttpResponseBase:
    """The files that are of no machine yet."""
    require(request.user, MANAGE)
    waiting = visible_evidence(user_of(request)).filter(device__isnull=True).select_related("lot", "received_by")
    page = keyset_page(waiting, request.GET, order=(("received_at", True),), size=50)
    return render(request, "equipment/files.html", {"page": page})


# --------------------------------------------------------------------------------------------------------------- whole lot
def lot_files(request: HttpRequest, lot_id: int) -> HttpResponseBase:
    """Drop the files of a whole lot: which machine each is about, which are new, which cannot be read."""
    user = user_of(request)
    lot = access_lot(lot_id, user)
    form = FilesForm(**posted(request))
    if request.method == "POST" and form.is_valid():
        kept, known, refused = _received(user, form.cleaned_data["uploads"], operator=lot.operator, lot=lot)
        request.session[_refused_key(lot)] = refused[:_MOST_AT_ONCE]
        for one in known[:5]:
            messages.info(request, _already(one))
        if kept:
            messages.success(
                request,
                ngettext(
                    "%(count)s fichier lu. Vérifiez la machine proposée, puis confirmez.",
                    "%(count)s fichiers lus. Vérifiez les machines proposées, puis confirmez.",
                    len(kept),
                )
                % {"count": len(kept)},
            )
        return SeeOther(reverse("equipment:lot_files", args=[lot.pk]))
    waiting = list(waiting_files(lot)[:_MOST_AT_ONCE])
    rows = _proposals(user, lot, waiting)
    context = {
        "lot": lot,
        "form": form,
        "rows": rows,
        "refused": request.session.get(_refused_key(lot), []),
        "blanks": blank_machines(lot).count(),
        "counts": {
            kind: sum(1 for row in rows if row["kind"] == kind) for kind in ("known", "new", "together", "later")
        },
    }
    return render(request, "equipment/lot_files.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _refused_key(lot: Lot) -> str:
    return f"unread-{lot.pk}"


def _proposals(user: User, lot: Lot, waiting: list[Evidence]) -> list[dict[str, Any]]:
    """For each file: what it says, the choices, and the one that is made unless someone says otherwise."""
    devices = visible_devices(user, MANAGE).filter(operator=lot.operator_id)
    likely = likely_same_each(lot.operator_id, {one.pk: one for one in waiting}, devices)
    leaders = same_in_batch(waiting)
    blanks = list(blank_machines(lot)[:_MOST_BLANKS])
    left, rows = len(blanks), []
    names = {one.pk: one.filename or one.sha256[:12] for one in waiting}
    for one in waiting:
        reading = reading_of(one)
        choices = [(str(device.pk), _likely_words(device, why)) for device, why in likely[one.pk][:5]]
        chosen, kind = _default(
            one, likely[one.pk], leaders, blanks_left=left, tells=bool(reading.identifiers or reading.model)
        )
        if one.pk in leaders:
            choices.append((f"{WITH}-{leaders[one.pk]}", _("comme %(name)s") % {"name": names[leaders[one.pk]]}))
        left -= chosen == NEXT
        named = {value for value, _words in choices}
        if blanks:
            choices.append((NEXT, _("la prochaine machine du lot sans fichier")))
        choices.append((NEW, _("une nouvelle machine, avec la prochaine étiquette")))
        choices += [(str(device.pk), device.tag) for device in blanks if str(device.pk) not in named]
        choices.append((LATER, _("plus tard")))
        rows.append({"file": one, "choices": choices, "chosen": chosen, "kind": kind, "summary": _summary(one)})
    return rows


def _default(
    one: Evidence, likely: Likely, leaders: Mapping[int, int], *, blanks_left: int, tells: bool
) -> tuple[str, str]:
    if likely and is_strong(likely[0][1]):
        return str(likely[0][0].pk), "known"
    if one.pk in leaders:
        return f"{WITH}-{leaders[one.pk]}", "together"
    # A log that names a drive and no machine makes no machine.
    if not tells or likely:
        return LATER, "later"
    return (NEXT if blanks_left > 0 else NEW), "new"


def _summary(one: Evidence) -> str:
    reading = reading_of(one)
    serial = next(iter(reading.of_kind("serial")), "")
    memory = shown("memory_mb", reading.memory_mb)
    told = [f"{reading.brand} {reading.model}".strip(), serial, memory, shown("storage_gb", reading.storage_gb)]
    drives = [drive.serial for drive in reading.drives] or [erased.serial for erased in one.readings.all()]
    words = [part for part in told if part] or [serial for serial in drives if serial]
    return " · ".join(words[:4])


@post_action
def lot_files_place(request: HttpRequest, lot_id: int) -> Done:
    """One confirmation puts every file on its machine."""
    user = user_of(request)
    lot = access_lot(lot_id, user)
    back = reverse("equipment:lot_files", args=[lot.pk])
    waiting = list(waiting_files(lot)[:_MOST_AT_ONCE])
    rows = _proposals(user, lot, waiting)
    form = PlacesForm(**posted(request), waiting=waiting, choices={row["file"].pk: row["choices"] for row in rows})
    if not form.is_valid():
        raise DomainError(str(next(iter(form.errors.values()))[0]))
    chosen = form.places()
    wanted = [int(value) for value in chosen.values() if value.isdigit()]
    devices = visible_devices(user, MANAGE).filter(operator=lot.operator_id).in_bulk(wanted)
    placed = actions.place_evidence(
        acting_user=user,
        lot=lot,
        choices={
            key: devices[int(value)] if value.isdigit() else value
            for key, value in chosen.items()
            if not value.startswith(WITH) and (not value.isdigit() or int(value) in devices)
        },
        together={
            key: int(value.removeprefix(f"{WITH}-")) for key, value in chosen.items() if value.startswith(f"{WITH}-")
        },
        at=now(),
    )
    request.session.pop(_refused_key(lot), None)
    if not placed:
        return Done(_("Aucun fichier n'a changé de place."), back)
    return Done(
        ngettext(
            "%(count)s machine complétée depuis ses fichiers : %(tags)s.",
            "%(count)s machines complétées depuis leurs fichiers : %(tags)s.",
            len(placed),
        )
        % {"count": len(placed), "tags": ", ".join(str(one) for one in placed[:8]) + ("…" if len(placed) > 8 else "")},
        back,
    )
