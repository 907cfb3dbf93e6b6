"""Files of inventory and erasure: kept byte for byte, tied to a machine by a person, taken over field by field."""

import datetime
import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.documents.antivirus import ScannerDownError, find_virus
from declic.equipment.actions.collecting import add_by_count
from declic.equipment.actions.erasing import OPEN_STATES, settle
from declic.equipment.actions.labels import enter_by_label
from declic.equipment.actions.locks import lock_device
from declic.equipment.enums import DeviceKind
from declic.equipment.inventory import (
    DRIVES,
    FACTS,
    FIELDS,
    IDENTIFIERS,
    blank_machines,
    new_identifiers,
    reading_of,
    to_fill,
)
from declic.equipment.models import Device, DeviceIdentifier, Drive, ErasureReading, Evidence, Lot
from declic.equipment.numbering import hold_tags
from declic.equipment.reading import Reading, UnreadableFileError, read_file
from declic.equipment.reading.judging import judge_all
from declic.equipment.reading.plain import words
from declic.organisations.models import Organisation

NEW, NEXT = "new", "next"
"""Where a file goes that is of no known machine: one with the next label, or the next one of the lot of which nothing is known."""

logger = logging.getLogger(__name__)


def receive_evidence(
    *,
    acting_user: User,
    operator: Organisation,
    content: bytes,
    filename: str,
    at: datetime.datetime,
    device: Device | None = None,
    lot: Lot | None = None,
) -> Evidence:
    """Keep a file as it came, with what was read in it and, for each drive erased, the verdict of the acceptance rule.

    The same bytes give the same row back, and double nothing. Raises DomainError (field "uploads") for a file that cannot
    be read, and for one in which the antivirus recognises something.
    """
    for one in (device, lot):
        if one is not None and one.operator_id != operator.pk:
            raise DomainError(_("Cette machine n'est pas à votre structure."))
    try:
        reading = read_file(content)
    except UnreadableFileError as error:
        raise DomainError(str(error), field="uploads") from None
    _require_clean(content)
    return _keep(acting_user, operator, content, filename, at, device, lot, reading)


def _require_clean(content: bytes) -> None:
    try:
        virus = find_virus(content)
    except ScannerDownError as down:
        logger.error("antivirus: %s", down)
        raise DomainError(
            _(
                "L'antivirus ne répond pas, et Déclic ne garde aucun fichier sans lui : réessayez dans quelques minutes."
            ),
            field="uploads",
        ) from None
    if virus is not None:
        logger.warning("antivirus: %s refused", virus)
        raise DomainError(
            _("L'antivirus a reconnu un programme malveillant dans ce fichier : il n'est pas gardé."), field="uploads"
        )


@transaction.atomic
def _keep(
    acting_user: User,
    operator: Organisation,
    content: bytes,
    filename: str,
    at: datetime.datetime,
    device: Device | None,
    lot: Lot | None,
    reading: Reading,
) -> Evidence:
    evidence, made = Evidence.objects.get_or_create(
        operator=operator,
        sha256=hashlib.sha256(content).hexdigest(),
        defaults={
            "lot": lot,
            "purpose": reading.purpose,
            "format": reading.format,
            # A path may hold someone's name; its end is enough to know the file again.
            "filename": words(filename.replace("\\", "/").rpartition("/")[2], 200),
            "raw": content,
            "size": len(content),
            "found": reading.found(),
            "received_at": at,
            "received_by": acting_user,
        },
    )
    if made:
        ErasureReading.objects.bulk_create(
            ErasureReading(
                operator=operator,
                evidence=evidence,
                serial=erasure.serial[:80],
                model=erasure.model[:120],
                size_bytes=erasure.size_bytes,
                erased_bytes=erasure.erased_bytes,
                method=erasure.method[:120],
                verification=str(erasure.verification)[:120],
                errors=min(erasure.errors, 2**31 - 1) if erasure.errors is not None else None,
                hidden_areas=erasure.hidden_areas,
                ended_at=erasure.ended_at,
                verdict=verdict.verdict,
                reasons=list(verdict.reasons),
            )
            for erasure, verdict in zip(reading.erasures, judge_all(reading.erasures), strict=True)
        )
    if device is not None and evidence.device_id is None:
        return attach_evidence(acting_user=acting_user, evidence=evidence, device=device, at=at)
    return evidence


@transaction.atomic
def attach_evidence(*, acting_user: User, evidence: Evidence, device: Device, at: datetime.datetime) -> Evidence:
    """Say which machine a file is about; it stays so: the database refuses to move it to another."""
    # The file before the machine, wherever both are locked.
    evidence = Evidence.objects.select_for_update(no_key=True, of=("self",)).defer("raw").get(pk=evidence.pk)
    device = lock_device(device)
    if evidence.operator_id != device.operator_id:
        raise DomainError(_("Cette machine n'est pas à votre structure."))
    if evidence.device_id == device.pk:
        return evidence
    if evidence.device_id is not None:
        raise DomainError(
            _("Ce fichier est déjà celui de la machine %(tag)s.") % {"tag": evidence.device}, field="device"
        )
    evidence.device, evidence.cycle = device, device.cycle
    evidence.save(update_fields=["device", "cycle"])
    return evidence


@transaction.atomic
def apply_evidence(*, acting_user: User, evidence: Evidence, fields: Sequence[str], at: datetime.datetime) -> Device:
    """Take over from a file the fields that a person ticked, and no other; numbers and drives are added, never removed.

    Raises DomainError for a file of no machine yet, and for drives once the machine has left the bench.
    """
    if evidence.device_id is None:
        raise DomainError(_("Dites d'abord de quelle machine parle ce fichier."))
    device = lock_device(evidence.device_id)
    reading = reading_of(evidence)
    wanted = [name for name in FIELDS if name in fields]
    for name in wanted:
        if name in FACTS and (said := getattr(reading, name)) not in ("", None):
            if getattr(device, name) != said:
                # Its grade was given to another machine than this one turns out to be.
                device.grade = device.grade_rules = ""
            setattr(device, name, said)
            device.typed = [one for one in device.typed if one != name]
    if IDENTIFIERS in wanted:
        _add_identifiers(device, reading)
    if DRIVES in wanted and reading.drives:
        _add_drives(device, reading)
    device.save()
    if DRIVES in wanted:
        settle(device)
    if wanted and evidence.applied_at is None:
        Evidence.objects.filter(pk=evidence.pk, applied_at__isnull=True).update(applied_at=at)
    return device


def _add_identifiers(device: Device, reading: Reading) -> None:
    known = {(one.kind, one.value.upper()) for one in DeviceIdentifier.objects.filter(device=device)}
    DeviceIdentifier.objects.bulk_create(
        (
            DeviceIdentifier(operator=device.operator, device=device, kind=one.kind, value=one.value)
            for one in new_identifiers(known, reading)
        ),
        ignore_conflicts=True,
    )


def _add_drives(device: Device, reading: Reading) -> None:
    """Add the drives that the file saw, complete those known, and count as many as the machine is now known to have."""
    if device.state not in OPEN_STATES:
        raise DomainError(
            _("Les disques se notent à l'établi : remettez d'abord la machine %(tag)s au tri.") % {"tag": device.tag},
            field="fields",
        )
    known = {one.serial.upper(): one for one in Drive.objects.filter(device=device, removed_on__isnull=True)}
    for told in reading.drives:
        if not told.serial:
            continue
        drive = known.get(told.serial.upper())
        if drive is None:
            known[told.serial.upper()] = Drive.objects.create(
                operator=device.operator,
                device=device,
                serial=told.serial,
                model=told.model,
                size_bytes=told.size_bytes,
                technology=told.technology,
                smart=told.smart,
            )
            continue
        drive.model = drive.model or told.model
        drive.size_bytes = drive.size_bytes or told.size_bytes
        drive.technology = drive.technology or told.technology
        drive.smart = told.smart or drive.smart
        drive.save()
    # A file that sees fewer drives than were noted takes none away: someone says what became of them.
    told_all = len(reading.drives) if reading.drives_known else 0
    device.drives = max(len(known), told_all) if reading.drives_known else max(device.drives, len(known))


@transaction.atomic
def create_from_evidence(
    *,
    acting_user: User,
    evidence: Evidence,
    lot: Lot,
    at: datetime.datetime,
    tag: str = "",
    kind: DeviceKind | str = "",
) -> Device:
    """A machine of a lot that nobody knew yet, made from its file: under a label printed ahead, or with the next tag."""
    hold_tags(lot.operator_id)
    evidence = Evidence.objects.select_for_update(no_key=True, of=("self",)).defer("raw").get(pk=evidence.pk)
    if evidence.device_id is not None:
        raise DomainError(_("Ce fichier est déjà celui de la machine %(tag)s.") % {"tag": evidence.device})
    reading = reading_of(evidence)
    shape = kind or reading.kind or _usual_kind(lot)
    if tag.strip():
        device = enter_by_label(acting_user=acting_user, lot=lot, tag=tag, kind=shape, at=at)
    else:
        (device,) = add_by_count(acting_user=acting_user, lot=lot, count=1, kind=shape)
    return _fill(acting_user, evidence, device, at)


def _usual_kind(lot: Lot) -> str:
    return lot.devices.order_by("pk").values_list("kind", flat=True).first() or str(DeviceKind.LAPTOP)


def _fill(acting_user: User, evidence: Evidence, device: Device, at: datetime.datetime) -> Device:
    """Attach, and fill only what is empty; what needs a person waits on the page of the file."""
    evidence = attach_evidence(acting_user=acting_user, evidence=evidence, device=device, at=at)
    fields = to_fill(device, evidence)
    if device.state not in OPEN_STATES:
        fields = [name for name in fields if name != DRIVES]
    return apply_evidence(acting_user=acting_user, evidence=evidence, fields=fields, at=at)


@transaction.atomic
def place_evidence(
    *,
    acting_user: User,
    lot: Lot,
    choices: Mapping[int, Device | str],
    at: datetime.datetime,
    together: Mapping[int, int] | None = None,
) -> list[Device]:
    """Put the files of a lot on their machines at once: known ones, new ones (`NEW`), the next blank ones (`NEXT`).

    `together` names, for a file, the one before it that is about the same machine. A file placed meanwhile is left where
    it is, so that the same confirmation sent twice makes no machine twice.
    """
    hold_tags(lot.operator_id)
    waiting = {
        one.pk: one
        for one in Evidence.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk__in=[*choices, *(together or {})], lot=lot, device__isnull=True)
        .defer("raw")
        .order_by("pk")
    }
    blanks = iter(list(blank_machines(lot)))
    placed: dict[int, Device] = {}
    for key, evidence in waiting.items():
        choice = choices.get(key)
        if isinstance(choice, Device):
            placed[key] = _fill(acting_user, evidence, choice, at)
        elif choice == NEXT and (blank := next(blanks, None)) is not None:
            placed[key] = _fill(acting_user, evidence, blank, at)
        elif choice in (NEW, NEXT):
            placed[key] = create_from_evidence(acting_user=acting_user, evidence=evidence, lot=lot, at=at)
    for key, leader in (together or {}).items():
        if key in waiting and key not in placed and leader in placed:
            placed[key] = _fill(acting_user, waiting[key], placed[leader], at)
    return _each_once(placed.values())


def _each_once(devices: Iterable[Device]) -> list[Device]:
    return list({device.pk: device for device in devices}.values())
