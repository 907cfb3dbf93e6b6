"""What a machine is, and what takes it off the usual way: correct its sheet, set aside, repair, find again."""

import datetime
import re

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.equipment.actions import claims
from declic.equipment.actions.bench import note_facts
from declic.equipment.actions.erasing import OPEN_STATES, settle
from declic.equipment.actions.locks import lock_device
from declic.equipment.actions.moves import move, require
from declic.equipment.enums import ClaimKind, DeviceState, IdentifierKind
from declic.equipment.models import Claim, Device, DeviceIdentifier, Drive
from declic.organisations.models import Organisation, Site

# What makers leave in a serial number when they did not write one.
_PLACEHOLDERS = {
    "to be filled by o.e.m.", "system serial number", "default string", "not specified", "none", "n/a", "invalid",
    "123456789", "0123456789",
}  # fmt: skip


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
    imei: str = "",
    mac: str = "",
    forget: list[int] | None = None,
    facts: dict[str, str | int | None] | None = None,
) -> Device:
    """Write down what the machine is: maker, model, number of drives, place, and `facts` of its inside (`TYPED_FACTS`).

    A serial, an IMEI, a MAC address are added to those known; `forget` names by their keys those that are not its own.
    More drives than are erased send it back to be erased; fewer than are known is refused: say first which one left.
    """
    device = lock_device(device)
    if site is not None and site.operator_id != device.operator_id:
        raise DomainError(_("Ce lieu n'est pas à vous : choisissez-en un de votre structure."), field="site")
    if drives != device.drives:
        _require_countable(device, drives)
    for name, words in (("brand", brand), ("model", model)):
        if words != getattr(device, name):
            device.typed = sorted({*device.typed, name})
    note_facts(device, facts or {})
    device.brand, device.model, device.drives = brand, model, drives
    device.site, device.refurbisher, device.note = site, refurbisher, note
    device.save()
    _number(device, IdentifierKind.SERIAL, _checked_serial(serial))
    _number(device, IdentifierKind.IMEI, _checked_imei(imei))
    _number(device, IdentifierKind.MAC, _checked_mac(mac))
    if forget:
        DeviceIdentifier.objects.filter(device=device, pk__in=forget).delete()
    return settle(device)


def _require_countable(device: Device, drives: int) -> None:
    known = Drive.objects.filter(device=device, removed_on__isnull=True).count()
    if device.state not in OPEN_STATES:
        raise DomainError(
            _("Le nombre de disques se corrige avant l'effacement : remettez d'abord la machine au tri."),
            field="drives",
        )
    if drives < known:
        raise DomainError(
            _("Cette machine a %(count)s disques notés : dites d'abord, sur sa page, lequel a été retiré.")
            % {"count": known},
            field="drives",
        )


def _checked_serial(text: str) -> str:
    number = text.strip()
    return "" if number.casefold() in _PLACEHOLDERS or len(set(number) - {"-", " "}) < 2 else number


def _checked_imei(text: str) -> str:
    number = re.sub(r"[ ./-]", "", text)
    if not number:
        return ""
    digits = [int(digit) for digit in number] if re.fullmatch(r"[0-9]{15}", number) else []
    # The last digit of an IMEI checks the others (Luhn).
    total = sum(digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(digits))
    if not digits or total % 10:
        raise DomainError(_("Un IMEI a 15 chiffres, dont le dernier vérifie les autres : relisez-le."), field="imei")
    return number


def _checked_mac(text: str) -> str:
    plain = re.sub(r"[ .:-]", "", text).upper()
    if not plain:
        return ""
    if not re.fullmatch(r"[0-9A-F]{12}", plain) or len(set(plain)) < 2:
        raise DomainError(_("Une adresse MAC s'écrit ainsi : 3C:52:82:1A:0B:7F."), field="mac")
    return ":".join(plain[place : place + 2] for place in range(0, 12, 2))


def _number(device: Device, kind: IdentifierKind, value: str) -> None:
    if value:
        DeviceIdentifier.objects.get_or_create(operator=device.operator, device=device, kind=kind, value=value)


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
    return move(device, state)


@transaction.atomic
def send_to_repair(*, acting_user: User, device: Device, at: datetime.datetime, note: str = "") -> Device:
    """Send a machine that nobody holds to repair; it will be erased and tested again after."""
    device = lock_device(device)
    require(device, DeviceState.REPAIR)
    if note.strip():
        device.note = note.strip()[:300]
    return open_repair(device, at)


def open_repair(device: Device, at: datetime.datetime) -> Device:
    """The repair of a machine that is locked and held by nobody: a claim, and proofs asked for again after it."""
    claims.take(device=device, kind=ClaimKind.REPAIR, at=at)
    device.cycle += 1
    return move(device, DeviceState.REPAIR)


@transaction.atomic
def finish_repair(*, acting_user: User, device: Device, at: datetime.datetime) -> Device:
    """Take the machine back from repair, to be sorted, erased and tested."""
    device = lock_device(device)
    if device.state != DeviceState.REPAIR:
        raise DomainError(_("La machine %(tag)s n'est pas en réparation.") % {"tag": device.tag})
    for claim in Claim.objects.filter(device=device, kind=ClaimKind.REPAIR, released_at__isnull=True):
        claims.release(claim, at)
    return settle(move(device, DeviceState.TRIAGED))


@transaction.atomic
def find_again(*, acting_user: User, device: Device) -> Device:
    """A lost machine is found: it comes back as if returned, to be erased and tested."""
    device = lock_device(device)
    if device.state != DeviceState.LOST:
        raise DomainError(_("La machine %(tag)s n'est pas perdue.") % {"tag": device.tag})
    device.cycle += 1
    return move(device, DeviceState.RETURNED)
