"""From the lot to the shelf: sort, erase, test, install, make ready (rule 22), and set aside."""

import datetime
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.equipment.actions import claims
from declic.equipment.actions.locks import lock_device
from declic.equipment.enums import DEVICE_TRANSITIONS, ClaimKind, Condition, DeviceState, IdentifierKind
from declic.equipment.models import Claim, Device, DeviceIdentifier, DeviceTest, Erasure
from declic.organisations.models import Organisation, Site

# What makers leave in a serial number when they did not write one.
_PLACEHOLDERS = {"to be filled by o.e.m.", "system serial number", "default string", "not specified", "none", "n/a"}


@transaction.atomic
def correct_device(
    *,
    acting_user: User,
    device: Device,
    brand: str,
    model: str,
    drives: int,
    site: Site | None,
    refurbisher: Organisation | None,
    note: str,
    serial: str = "",
) -> Device:
    """Write down what the machine is: maker, model, number of drives, place; a serial is added to those known."""
    device = lock_device(device)
    if site is not None and site.operator_id != device.operator_id:
        raise DomainError(_("Ce lieu n'est pas à vous : choisissez-en un de votre structure."), field="site")
    early = (
        DeviceState.RECEIVED,
        DeviceState.TRIAGED,
        DeviceState.WIPING,
        DeviceState.RETURNED,
        DeviceState.QUARANTINED,
    )
    if drives != device.drives and device.state not in early:
        raise DomainError(
            _("Le nombre de disques se corrige avant l'effacement : remettez d'abord la machine au tri."),
            field="drives",
        )
    device.brand, device.model, device.drives = brand, model, drives
    device.site, device.refurbisher, device.note = site, refurbisher, note
    device.save()
    number = serial.strip()
    if number and number.casefold() not in _PLACEHOLDERS and set(number) != {"0"}:
        DeviceIdentifier.objects.get_or_create(
            operator=device.operator, device=device, kind=IdentifierKind.SERIAL, value=number
        )
    return device


@transaction.atomic
def triage(*, acting_user: User, device: Device) -> Device:
    """Say that the machine is worth refurbishing; from the shelf, it goes back to be erased and tested again."""
    device = lock_device(device)
    if device.state == DeviceState.REPAIR:
        raise DomainError(_("Terminez d'abord la réparation de la machine %(tag)s.") % {"tag": device.tag})
    if device.state == DeviceState.READY:
        device.cycle += 1
    return _move(device, DeviceState.TRIAGED)


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
    if device.state not in (DeviceState.TRIAGED, DeviceState.WIPING):
        raise DomainError(_("La machine %(tag)s n'est pas à effacer : triez-la d'abord.") % {"tag": device.tag})
    serial = drive_serial.strip()
    if not serial:
        raise DomainError(_("Écrivez le numéro du disque effacé."), field="drive_serial")
    if errors < 0:
        raise DomainError(_("Le nombre d'erreurs ne peut pas être négatif."), field="errors")
    done = Erasure.objects.filter(device=device, cycle=device.cycle, certified=True)
    if done.filter(drive_serial=serial).exists():
        raise DomainError(_("L'effacement de ce disque est déjà certifié."), field="drive_serial")
    certified = errors == 0 and all(words.strip() for words in (method, verification, reason))
    erasure = Erasure.objects.create(
        operator=device.operator,
        device=device,
        cycle=device.cycle,
        drive_serial=serial,
        method=method.strip(),
        verification=verification.strip(),
        errors=errors,
        on=on,
        review_reason=reason.strip()[:300],
        done_by=acting_user,
        certified=certified,
    )
    if done.count() >= device.drives:
        _move(device, DeviceState.WIPED)
    elif device.state == DeviceState.TRIAGED:
        _move(device, DeviceState.WIPING)
    return erasure


@transaction.atomic
def record_test(*, acting_user: User, device: Device, on: datetime.date, checks: Mapping[str, bool]) -> DeviceTest:
    """Record the checks made on the machine; it goes on only when every one is passed."""
    device = lock_device(device)
    if device.state not in (DeviceState.WIPED, DeviceState.TESTED):
        raise DomainError(_("La machine %(tag)s se teste une fois effacée.") % {"tag": device.tag})
    if not checks:
        raise DomainError(_("Cochez au moins un essai."), field="checks")
    test = DeviceTest.objects.create(
        operator=device.operator,
        device=device,
        cycle=device.cycle,
        on=on,
        checks=dict(checks),
        passed=all(checks.values()),
        done_by=acting_user,
    )
    if test.passed and device.state == DeviceState.WIPED:
        _move(device, DeviceState.TESTED)
    return test


@transaction.atomic
def install_system(*, acting_user: User, device: Device, system: str) -> Device:
    """Record the system installed on a machine whose tests are passed."""
    device = lock_device(device)
    if not system.strip():
        raise DomainError(_("Écrivez le système installé, par exemple Linux Mint 21."), field="system")
    device.system = system.strip()
    return _move(device, DeviceState.INSTALLED)


@transaction.atomic
def make_ready(*, acting_user: User, device: Device, condition: Condition | str) -> Device:
    """Put the machine on the shelf: refused unless each drive is certified erased and the tests are passed (rule 22)."""
    device = lock_device(device)
    erased = Erasure.objects.filter(device=device, cycle=device.cycle, certified=True).count()
    if erased < device.drives:
        raise DomainError(
            _("Il manque l'effacement certifié de %(count)s disque(s) : la machine %(tag)s n'est pas prête.")
            % {"count": device.drives - erased, "tag": device.tag}
        )
    if not DeviceTest.objects.filter(device=device, cycle=device.cycle, passed=True).exists():
        raise DomainError(_("Les essais de la machine %(tag)s ne sont pas réussis.") % {"tag": device.tag})
    device.condition = condition
    return _move(device, DeviceState.READY)


@transaction.atomic
def quarantine(*, acting_user: User, device: Device, reason: str) -> Device:
    """Set aside a locked machine (BIOS password, management by its former owner, account lock)."""
    return _set_aside(device, DeviceState.QUARANTINED, reason)


@transaction.atomic
def scrap(*, acting_user: User, device: Device, reason: str) -> Device:
    """Send the machine to the waste register; it never comes back."""
    return _set_aside(device, DeviceState.SCRAPPED, reason)


@transaction.atomic
def keep_for_parts(*, acting_user: User, device: Device, reason: str) -> Device:
    """Keep the machine for its parts; it never comes back."""
    return _set_aside(device, DeviceState.PARTS, reason)


def _set_aside(device: Device, state: DeviceState, reason: str) -> Device:
    device = lock_device(device)
    if not reason.strip():
        raise DomainError(_("Dites pourquoi, en quelques mots."), field="reason")
    if device.state == DeviceState.REPAIR:
        raise DomainError(_("Terminez d'abord la réparation de la machine %(tag)s.") % {"tag": device.tag})
    device.note = reason.strip()[:300]
    return _move(device, state)


@transaction.atomic
def send_to_repair(*, acting_user: User, device: Device, at: datetime.datetime, note: str = "") -> Device:
    """Send a machine that nobody holds to repair; it will be erased and tested again after."""
    device = lock_device(device)
    _require(device, DeviceState.REPAIR)
    if note.strip():
        device.note = note.strip()[:300]
    return open_repair(device, at)


def open_repair(device: Device, at: datetime.datetime) -> Device:
    """The repair of a machine that is locked and held by nobody: a claim, and proofs asked for again after it."""
    claims.take(device=device, kind=ClaimKind.REPAIR, at=at)
    device.cycle += 1
    return _move(device, DeviceState.REPAIR)


@transaction.atomic
def finish_repair(*, acting_user: User, device: Device, at: datetime.datetime) -> Device:
    """Take the machine back from repair, to be sorted, erased and tested."""
    device = lock_device(device)
    if device.state != DeviceState.REPAIR:
        raise DomainError(_("La machine %(tag)s n'est pas en réparation.") % {"tag": device.tag})
    for claim in Claim.objects.filter(device=device, kind=ClaimKind.REPAIR, released_at__isnull=True):
        claims.release(claim, at)
    return _move(device, DeviceState.TRIAGED)


@transaction.atomic
def find_again(*, acting_user: User, device: Device) -> Device:
    """A lost machine is found: it comes back as if returned, to be erased and tested."""
    device = lock_device(device)
    if device.state != DeviceState.LOST:
        raise DomainError(_("La machine %(tag)s n'est pas perdue.") % {"tag": device.tag})
    device.cycle += 1
    return _move(device, DeviceState.RETURNED)


def _require(device: Device, state: DeviceState) -> None:
    if device.state in (DeviceState.RESERVED, DeviceState.ON_LOAN, DeviceState.TRANSFERRED):
        message = _("La machine %(tag)s est attribuée à quelqu'un : passez par son attribution.")
    else:
        message = _("La machine %(tag)s est maintenant dans l'état « %(state)s » : cette étape n'est pas possible.")
    DEVICE_TRANSITIONS.require(
        device.state, state, message % {"tag": device.tag, "state": DeviceState(device.state).label}
    )


def _move(device: Device, state: DeviceState) -> Device:
    """Carry a locked machine into `state`, or say why it cannot go there."""
    _require(device, state)
    device.state = state
    device.save()
    return device
