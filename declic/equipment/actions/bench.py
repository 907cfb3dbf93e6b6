"""The way of a machine over the bench: sort, lift its locks, test, install, grade, make ready (rule 22)."""

import datetime
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.equipment.actions.erasing import settle
from declic.equipment.actions.locks import lock_device
from declic.equipment.actions.moves import move
from declic.equipment.checklists import CHECKLISTS, checks_of
from declic.equipment.enums import Condition, DeviceState, LockKind
from declic.equipment.grades import facts_of, grade_of
from declic.equipment.models import Device, DeviceLock, DeviceTest
from declic.equipment.proofs import drive_sheet

# What a person may type of a machine's inside; the names go into `Device.typed`, which no file overwrites.
TYPED_FACTS = ("processor", "memory_mb", "storage_gb", "battery_health", "made_in")


@transaction.atomic
def triage(*, acting_user: User, device: Device) -> Device:
    """Say that the machine is worth refurbishing; from the shelf, it goes back to be erased and tested again."""
    device = lock_device(device)
    if device.state == DeviceState.REPAIR:
        raise DomainError(_("Terminez d'abord la réparation de la machine %(tag)s.") % {"tag": device.tag})
    if DeviceLock.objects.filter(device=device, cleared_on__isnull=True).exists():
        raise DomainError(
            _("La machine %(tag)s a encore un verrou : levez-le d'abord, en disant comment.") % {"tag": device.tag}
        )
    if device.state == DeviceState.READY:
        device.cycle += 1
    return settle(move(device, DeviceState.TRIAGED))


@transaction.atomic
def report_lock(
    *, acting_user: User, device: Device, kind: LockKind | str, on: datetime.date, note: str = ""
) -> DeviceLock:
    """A lock was found: the machine waits in quarantine until it is lifted; from the shelf, its proofs are asked again."""
    device = lock_device(device)
    if device.state == DeviceState.REPAIR:
        raise DomainError(_("Terminez d'abord la réparation de la machine %(tag)s.") % {"tag": device.tag})
    if DeviceLock.objects.filter(device=device, kind=kind, cleared_on__isnull=True).exists():
        raise DomainError(_("Ce verrou est déjà noté : la machine attend qu'il soit levé."), field="kind")
    if device.state == DeviceState.READY:
        device.cycle += 1
    if device.state != DeviceState.QUARANTINED:
        move(device, DeviceState.QUARANTINED)
    return DeviceLock.objects.create(
        operator=device.operator,
        device=device,
        kind=kind,
        note=note.strip()[:300],
        found_on=on,
        found_by=acting_user,
    )


@transaction.atomic
def clear_lock(*, acting_user: User, lock: DeviceLock, how: str, on: datetime.date) -> DeviceLock:
    """A lock is lifted, and how; with the last one, the machine is sorted and goes on."""
    device = lock_device(lock.device_id)
    lock = DeviceLock.objects.select_for_update(no_key=True, of=("self",)).get(pk=lock.pk)
    if lock.cleared_on is not None:
        raise DomainError(_("Ce verrou est déjà levé."))
    if not how.strip():
        raise DomainError(_("Dites comment le verrou a été levé, par exemple : le donateur l'a retiré."), field="how")
    if on < lock.found_on:
        raise DomainError(_("Un verrou ne se lève pas avant d'avoir été trouvé : vérifiez la date."), field="on")
    lock.cleared_on, lock.cleared_by, lock.cleared_how = on, acting_user, how.strip()[:300]
    lock.save()
    last = not DeviceLock.objects.filter(device=device, cleared_on__isnull=True).exists()
    if last and device.state == DeviceState.QUARANTINED:
        settle(move(device, DeviceState.TRIAGED))
    return lock


@transaction.atomic
def quarantine(*, acting_user: User, device: Device, reason: str) -> Device:
    """Set a machine aside until a question about it is answered; a lock has its own way, `report_lock`."""
    device = lock_device(device)
    if not reason.strip():
        raise DomainError(_("Dites pourquoi, en quelques mots."), field="reason")
    if device.state == DeviceState.REPAIR:
        raise DomainError(_("Terminez d'abord la réparation de la machine %(tag)s.") % {"tag": device.tag})
    if device.state == DeviceState.READY:
        device.cycle += 1
    device.note = reason.strip()[:300]
    return move(device, DeviceState.QUARANTINED)


@transaction.atomic
def record_test(
    *,
    acting_user: User,
    device: Device,
    on: datetime.date,
    checks: Mapping[str, bool | None],
    checklist: str = "",
    note: str = "",
) -> DeviceTest:
    """Record the checks made on the machine; it goes on only when none fails.

    A check is true, false, or None when it does not apply. With the version of a `checklist`, each of its checks is
    answered, and no other.
    """
    device = lock_device(device)
    if device.state not in (DeviceState.WIPED, DeviceState.TESTED):
        raise DomainError(_("La machine %(tag)s se teste une fois effacée.") % {"tag": device.tag})
    if not any(works is not None for works in checks.values()):
        raise DomainError(_("Cochez au moins un essai."), field="checks")
    if checklist:
        _require_whole(device, checks, checklist)
    passed = all(works is not False for works in checks.values())
    last = DeviceTest.objects.filter(device=device, cycle=device.cycle).order_by("-pk").first()
    goes_on = passed and device.state == DeviceState.WIPED
    if last and not goes_on and (last.on, last.checks, last.note) == (on, dict(checks), note.strip()[:300]):
        raise DomainError(_("Ces essais sont déjà notés."))
    test = DeviceTest.objects.create(
        operator=device.operator,
        device=device,
        cycle=device.cycle,
        on=on,
        checks=dict(checks),
        checklist=checklist,
        note=note.strip()[:300],
        passed=passed,
        done_by=acting_user,
    )
    if goes_on:
        move(device, DeviceState.TESTED)
    return test


def _require_whole(device: Device, checks: Mapping[str, bool | None], checklist: str) -> None:
    if checklist not in CHECKLISTS:
        raise DomainError(_("Cette liste d'essais n'existe plus : rechargez la page."), field="checks")
    wanted = {check.code: check for check in checks_of(device.kind, checklist)}
    if set(wanted) != set(checks):
        raise DomainError(_("Répondez à chaque essai de la liste."), field="checks")
    for code, check in wanted.items():
        if checks[code] is None and not check.may_lack:
            raise DomainError(_("« %(check)s » s'essaie sur chaque machine.") % {"check": check.label}, field=code)


@transaction.atomic
def install_system(*, acting_user: User, device: Device, system: str) -> Device:
    """Record the system installed on a machine whose tests are passed."""
    device = lock_device(device)
    if not system.strip():
        raise DomainError(_("Écrivez le système installé, par exemple Linux Mint 21."), field="system")
    last = DeviceTest.objects.filter(device=device, cycle=device.cycle).order_by("-pk").first()
    if device.state == DeviceState.TESTED and (last is None or not last.passed):
        raise DomainError(
            _("Les derniers essais de la machine %(tag)s sont ratés : reprenez-les.") % {"tag": device.tag}
        )
    device.system = system.strip()
    return move(device, DeviceState.INSTALLED)


@transaction.atomic
def grade_device(
    *,
    acting_user: User,
    device: Device,
    condition: Condition | str,
    on: datetime.date,
    facts: Mapping[str, str | int | None] | None = None,
) -> Device:
    """Note how the machine looks, and what was missing of its inside (`TYPED_FACTS`); its grade follows by the rules."""
    device = lock_device(device)
    if device.state != DeviceState.INSTALLED:
        raise DomainError(_("La machine %(tag)s se classe une fois son système installé.") % {"tag": device.tag})
    note_facts(device, facts or {})
    device.condition = condition
    _grade(device, on)
    device.save()
    return device


def note_facts(device: Device, facts: Mapping[str, str | int | None]) -> None:
    """Write on a locked machine what a person typed, and remember that a person did; the caller saves."""
    for name, value in facts.items():
        if name in TYPED_FACTS and value != getattr(device, name):
            setattr(device, name, value)
            device.typed = sorted({*device.typed, name})


def _grade(device: Device, on: datetime.date) -> None:
    graded = grade_of(facts_of(device), on=on)
    device.grade, device.grade_rules = graded.grade or "", graded.version


@transaction.atomic
def make_ready(
    *, acting_user: User, device: Device, condition: Condition | str = "", on: datetime.date | None = None
) -> Device:
    """Put the machine on the shelf: refused unless each drive is certified erased and the tests are passed (rule 22).

    A `condition` given here grades the machine on the day `on`, when there is one; else it was graded before.
    """
    device = lock_device(device)
    missing = drive_sheet(device).missing
    if missing:
        raise DomainError(
            _("Il manque l'effacement certifié de %(count)s disque(s) : la machine %(tag)s n'est pas prête.")
            % {"count": missing, "tag": device.tag}
        )
    if not DeviceTest.objects.filter(device=device, cycle=device.cycle, passed=True).exists():
        raise DomainError(_("Les essais de la machine %(tag)s ne sont pas réussis.") % {"tag": device.tag})
    if condition:
        device.condition = condition
        if on is not None:
            _grade(device, on)
    if not device.condition or (not condition and not device.grade_rules):
        raise DomainError(_("Dites d'abord comment la machine se présente."), field="condition")
    return move(device, DeviceState.READY)
