"""The drives of a machine and the proof that each is erased: by the file of a tool, or by a person who says why (rule 22)."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.equipment.actions.locks import lock_device
from declic.equipment.actions.moves import move
from declic.equipment.enums import DeviceState, ReadingVerdict
from declic.equipment.models import Device, Drive, Erasure, ErasureReading
from declic.equipment.proofs import is_erased, life_began, same_serial, verdict_now
from declic.equipment.reading import REASONS

_WIPING = (DeviceState.TRIAGED, DeviceState.WIPING)
_PAST_WIPING = (DeviceState.WIPED, DeviceState.TESTED, DeviceState.INSTALLED)
# Where a machine lies open on the bench.
OPEN_STATES = (
    DeviceState.RECEIVED, DeviceState.RETURNED, DeviceState.QUARANTINED, DeviceState.REPAIR, *_WIPING, *_PAST_WIPING,
)  # fmt: skip
_MOST_DRIVES = 24


@transaction.atomic
def add_drive(
    *,
    acting_user: User,
    device: Device,
    serial: str,
    model: str = "",
    size_gb: int | None = None,
    technology: str = "",
) -> Drive:
    """Write down a drive of the machine; one that comes after the erasure sends the machine back to be erased."""
    device = _open(device)
    serial = serial.strip()
    if not serial:
        raise DomainError(_("Écrivez le numéro de série du disque."), field="serial")
    known = _known(device)
    if any(same_serial(drive.serial, serial) for drive in known):
        raise DomainError(_("Ce disque est déjà noté sur la machine %(tag)s.") % {"tag": device.tag}, field="serial")
    if len(known) >= _MOST_DRIVES:
        raise DomainError(_("Une machine compte au plus %(most)s disques.") % {"most": _MOST_DRIVES}, field="serial")
    drive = Drive.objects.create(
        operator=device.operator,
        device=device,
        serial=serial,
        model=model.strip(),
        size_bytes=size_gb * 10**9 if size_gb else None,
        technology=technology,
    )
    device.drives = max(device.drives, len(known) + 1)
    device.grade = device.grade_rules = ""
    device.save()
    settle(device)
    return drive


@transaction.atomic
def remove_drive(*, acting_user: User, drive: Drive, reason: str, on: datetime.date) -> Drive:
    """Say that a drive left the machine and what became of it: what it holds goes with it."""
    device = _open(drive.device)
    drive = Drive.objects.select_for_update(no_key=True, of=("self",)).get(pk=drive.pk)
    if drive.removed_on is not None:
        raise DomainError(_("Ce disque est déjà noté comme retiré."))
    if not reason.strip():
        raise DomainError(_("Dites ce que le disque est devenu, par exemple : détruit à l'atelier."), field="reason")
    drive.removed_on, drive.removed_reason = on, reason.strip()[:200]
    drive.save()
    device.drives = max(len(_known(device)), device.drives - 1)
    device.grade = device.grade_rules = ""
    device.save()
    settle(device)
    return drive


@transaction.atomic
def certify_from_reading(*, acting_user: User, reading: ErasureReading, on: datetime.date) -> Erasure:
    """Certify the erasure that a file proves whole: of a drive of this machine, and made in its present life.

    Raises DomainError, with what the file leaves in doubt, otherwise.
    """
    device, reading = _lock_reading(reading)
    drive = _named(device, reading)
    verdict = verdict_now(reading, device, began=life_began(device), on=on)
    if verdict.verdict == ReadingVerdict.FAILED:
        raise DomainError(_("Ce fichier dit que l'effacement a échoué : recommencez-le."))
    if not verdict.certified or reading.verdict != ReadingVerdict.CERTIFIED:
        reasons = ", ".join(str(REASONS.get(code, code)) for code in verdict.reasons or reading.reasons)
        raise DomainError(
            _(
                "Ce fichier ne prouve pas tout : %(reasons)s. Effacez de nouveau, ou validez à la main en disant pourquoi."
            )
            % {"reasons": reasons or _("il reste à vérifier")}
        )
    return _record(acting_user, device, drive.serial, reading.method, reading.verification, 0, on, "", reading)


@transaction.atomic
def certify_by_hand(
    *,
    acting_user: User,
    device: Device,
    drive_serial: str,
    method: str,
    verification: str,
    errors: int,
    reason: str,
    on: datetime.date,
    reading: ErasureReading | None = None,
) -> Erasure:
    """A person answers for the erasure of a drive, and says why; `reading` is the file that did not prove it all."""
    if reading is None:
        device = lock_device(device)
    else:
        device, reading = _lock_reading(reading)
        if reading.verdict == ReadingVerdict.FAILED:
            raise DomainError(_("Ce fichier dit que l'effacement a échoué : recommencez-le."))
    if not reason.strip():
        raise DomainError(_("Dites pourquoi vous répondez de cet effacement."), field="reason")
    for field, words in (("method", method), ("verification", verification)):
        if not words.strip():
            raise DomainError(_("Sans méthode ni vérification, un effacement n'est pas certifié."), field=field)
    if errors:
        raise DomainError(
            _("Un effacement avec des erreurs n'est pas certifié : recommencez-le."), field="errors_count"
        )
    return _by_hand(acting_user, device, drive_serial, method, verification, 0, on, reason, reading)


@transaction.atomic
def record_failure(*, acting_user: User, reading: ErasureReading, on: datetime.date) -> Erasure:
    """Keep that an erasure failed, as its file says: the drive still waits for one that succeeds."""
    device, reading = _lock_reading(reading)
    if reading.verdict != ReadingVerdict.FAILED:
        raise DomainError(_("Ce fichier ne dit pas que l'effacement a échoué."))
    drive = _named(device, reading)
    return _record(
        acting_user, device, drive.serial, reading.method, reading.verification, reading.errors or 0, on, "", reading,
        certified=False,
    )  # fmt: skip


@transaction.atomic
def record_erasure(
    *,
    acting_user: User,
    device: Device,
    drive_serial: str,
    method: str,
    verification: str,
    errors: int,
    on: datetime.date,
    reason: str = "",
) -> Erasure:
    """Record by hand the erasure of one drive, without a file that proves it.

    Certified only with no error, a method, how it was verified, and the reason why a person answers for it.

    The machine is erased once every drive has its certified erasure in its present life (rule 22).
    """
    device = lock_device(device)
    return _by_hand(acting_user, device, drive_serial, method, verification, errors, on, reason, None)


def _by_hand(
    acting_user: User,
    device: Device,
    drive_serial: str,
    method: str,
    verification: str,
    errors: int,
    on: datetime.date,
    reason: str,
    reading: ErasureReading | None,
) -> Erasure:
    serial = drive_serial.strip()
    if not serial:
        raise DomainError(_("Écrivez le numéro du disque effacé."), field="drive_serial")
    if errors < 0:
        raise DomainError(_("Le nombre d'erreurs ne peut pas être négatif."), field="errors")
    _require_wiping(device)
    drive = _expected(device, serial, reading)
    return _record(
        acting_user,
        device,
        drive.serial,
        method.strip(),
        verification.strip(),
        errors,
        on,
        reason.strip()[:300],
        reading,
    )


def _record(
    acting_user: User,
    device: Device,
    serial: str,
    method: str,
    verification: str,
    errors: int,
    on: datetime.date,
    reason: str,
    reading: ErasureReading | None,
    *,
    certified: bool | None = None,
) -> Erasure:
    """The row, once the machine is locked and the drive is one of its own."""
    of_drive = Erasure.objects.filter(device=device, cycle=device.cycle, drive_serial__iexact=serial)
    if of_drive.filter(certified=True).exists():
        raise DomainError(_("L'effacement de ce disque est déjà certifié."), field="drive_serial")
    if certified is None:
        by_file = reading is not None and reading.verdict == ReadingVerdict.CERTIFIED
        certified = errors == 0 and bool(method and verification) and (by_file or bool(reason))
    said = {"method": method, "verification": verification, "errors": errors, "on": on, "review_reason": reason}
    if reading is None and not certified and of_drive.filter(**said).exists():
        raise DomainError(_("Cet essai d'effacement est déjà noté : recommencez, ou remplacez le disque."))
    erasure = Erasure.objects.create(
        operator=device.operator,
        device=device,
        cycle=device.cycle,
        drive_serial=serial,
        reading=reading,
        done_by=acting_user,
        certified=certified,
        **said,
    )
    settle(device, tried=True)
    return erasure


def settle(device: Device, *, tried: bool = False) -> Device:
    """Carry a locked machine where its drives say that it stands: erased, being erased, or to be erased again."""
    erased = is_erased(device)
    if device.state in _PAST_WIPING and not erased:
        move(device, DeviceState.TRIAGED)
    if device.state not in _WIPING:
        return device
    if erased:
        return move(device, DeviceState.WIPED)
    if device.state == DeviceState.TRIAGED and (tried or _begun(device)):
        return move(device, DeviceState.WIPING)
    return device


def _begun(device: Device) -> bool:
    return Erasure.objects.filter(device=device, cycle=device.cycle).exists()


def _open(device: Device) -> Device:
    device = lock_device(device)
    if device.state not in OPEN_STATES:
        raise DomainError(
            _("Les disques se changent à l'établi : remettez d'abord la machine %(tag)s au tri.") % {"tag": device.tag}
        )
    return device


def _require_wiping(device: Device) -> None:
    if device.state not in _WIPING:
        raise DomainError(_("La machine %(tag)s n'est pas à effacer : triez-la d'abord.") % {"tag": device.tag})


def _known(device: Device) -> list[Drive]:
    return list(Drive.objects.filter(device=device, removed_on__isnull=True).order_by("pk"))


def _expected(device: Device, serial: str, reading: ErasureReading | None) -> Drive:
    """The drive that bears this serial; the first time it is named, it takes a place that no other drive has."""
    known = _known(device)
    for drive in known:
        if same_serial(drive.serial, serial):
            return drive
    serial = serial.strip()
    if len(known) >= device.drives:
        raise DomainError(
            _("Le disque %(serial)s n'est pas de la machine %(tag)s : notez-le d'abord, ou vérifiez le fichier.")
            % {"serial": serial, "tag": device.tag},
            field="drive_serial",
        )
    return Drive.objects.create(
        operator=device.operator,
        device=device,
        serial=serial,
        model=reading.model if reading else "",
        size_bytes=reading.size_bytes if reading else None,
    )


def _named(device: Device, reading: ErasureReading) -> Drive:
    """The drive that a file tells of, which someone or an inventory has named before: a file alone names no drive."""
    for drive in _known(device):
        if reading.serial and same_serial(drive.serial, reading.serial):
            return drive
    if not reading.serial.strip():
        raise DomainError(_("Ce fichier ne dit pas de quel disque il parle : validez à la main, en disant pourquoi."))
    raise DomainError(
        _("Le disque %(serial)s n'est pas noté sur la machine %(tag)s : lisez son numéro, puis ajoutez-le.")
        % {"serial": reading.serial, "tag": device.tag}
    )


def _lock_reading(reading: ErasureReading) -> tuple[Device, ErasureReading]:
    """The machine of a reading, locked, and the reading as it is then: unused, and of the machine's present life."""
    reading = ErasureReading.objects.select_related("evidence").get(pk=reading.pk)
    if reading.evidence.device_id is None:
        raise DomainError(_("Ce fichier n'est rattaché à aucune machine : rattachez-le d'abord."))
    device = lock_device(reading.evidence.device_id)
    if Erasure.objects.filter(reading=reading).exists():
        raise DomainError(_("Ce fichier a déjà servi à noter un effacement."))
    if reading.evidence.cycle != device.cycle:
        raise DomainError(
            _("Ce fichier vient d'une vie précédente de la machine %(tag)s : elle est à effacer de nouveau.")
            % {"tag": device.tag}
        )
    _require_wiping(device)
    return device, reading
