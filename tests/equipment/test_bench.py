"""The bench: locks, drives, proofs of this machine and of this life, tests by kind (rule 22), whatever the path."""

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from declic.core.errors import DomainError
from declic.equipment.actions import (
    add_drive,
    certify_by_hand,
    certify_from_reading,
    clear_lock,
    correct_device,
    find_again,
    grade_device,
    install_system,
    keep_for_parts,
    make_ready,
    receive_return,
    record_erasure,
    record_failure,
    record_test,
    remove_drive,
    report_lock,
    triage,
)
from declic.equipment.checklists import CHECKLISTS, VERSION, checks_of
from declic.equipment.enums import DeviceKind, DeviceState
from declic.equipment.models import Device, DeviceLock, DeviceTest, Drive, Erasure
from declic.equipment.proofs import drive_sheet, fully_erased
from tests.equipment.benches import ERASED, a_reading, sorted_out
from tests.equipment.stories import lent, ready, received
from tests.factories import DAY, a_user, an_operator, at

pytestmark = pytest.mark.django_db
LATER = DAY + datetime.timedelta(days=60)


@pytest.fixture
def operator():
    return an_operator()


@pytest.fixture
def user(operator):
    return a_user(operator)


def _state(device: Device) -> str:
    device.refresh_from_db()
    return device.state


def _refused(match: str, call: Any, *args: Any, **named: Any) -> None:
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        call(*args, **named)


def _sheet_of(device: Device, **changes: Any) -> dict[str, Any]:
    kept = {name: getattr(device, name) for name in ("brand", "model", "drives", "site", "refurbisher", "note")}
    return {**kept, **changes}


# ------------------------------------------------------------------------------------------------------------------ locks


def test_a_locked_machine_waits_until_each_lock_is_lifted_and_says_how(operator, user):
    (device,) = received(operator, by=user)
    first = report_lock(acting_user=user, device=device, kind="bios_password", on=DAY)
    second = report_lock(acting_user=user, device=device, kind="mdm", on=DAY)
    with pytest.raises(DomainError, match="déjà noté"):
        report_lock(acting_user=user, device=device, kind="mdm", on=DAY)
    with pytest.raises(DomainError, match="encore un verrou"):
        triage(acting_user=user, device=device)
    with pytest.raises(DomainError, match="comment"):
        clear_lock(acting_user=user, lock=first, how=" ", on=DAY)
    clear_lock(acting_user=user, lock=first, how="mot de passe donné par la mairie", on=DAY)
    assert _state(device) == DeviceState.QUARANTINED
    clear_lock(acting_user=user, lock=second, how="retirée de leur parc", on=DAY)
    assert _state(device) == DeviceState.TRIAGED
    with pytest.raises(DomainError, match="déjà levé"):
        clear_lock(acting_user=user, lock=second, how="encore", on=DAY)


def test_no_path_takes_a_locked_machine_out_of_quarantine(operator, user):
    (device,) = received(operator, by=user)
    report_lock(acting_user=user, device=device, kind="icloud", on=DAY)
    _refused("still locked", Device.objects.filter(pk=device.pk).update, state="triaged")
    device.state = "triaged"
    _refused("still locked", Device.objects.bulk_update, [device], ["state"])
    device.refresh_from_db()
    keep_for_parts(acting_user=user, device=device, reason="compte iCloud jamais levé")
    assert _state(device) == DeviceState.PARTS


@pytest.mark.parametrize("kind", ["frp", "mdm"])
def test_a_lock_found_on_the_shelf_asks_for_the_proofs_again(operator, user, kind):
    (device,) = ready(operator, by=user)
    clear_lock(
        acting_user=user, lock=report_lock(acting_user=user, device=device, kind=kind, on=DAY), how="levé", on=DAY
    )
    assert _state(device) == DeviceState.TRIAGED
    assert (device.cycle, drive_sheet(device).missing, device.grade) == (2, 1, "")


def test_a_lock_found_after_the_erasure_keeps_the_erasure(operator, user):
    device = sorted_out(operator, by=user)
    record_erasure(acting_user=user, device=device, drive_serial="S1", **ERASED)
    lock = report_lock(acting_user=user, device=device, kind="bios_password", on=DAY)
    clear_lock(acting_user=user, lock=lock, how="pile retirée", on=DAY)
    assert _state(device) == DeviceState.WIPED


# ----------------------------------------------------------------------------------------------------------------- proofs


def test_a_file_that_proves_it_all_certifies_in_one_click_and_once(operator, user):
    device = sorted_out(operator, by=user, drives=("S1", "S2"))
    one, two = a_reading(device, by=user), a_reading(device, "s2", by=user)
    erasure = certify_from_reading(acting_user=user, reading=one, on=DAY)
    assert (erasure.certified, erasure.review_reason, _state(device)) == (True, "", DeviceState.WIPING)
    with pytest.raises(DomainError, match="déjà servi"):
        certify_from_reading(acting_user=user, reading=one, on=DAY)
    certify_from_reading(acting_user=user, reading=two, on=DAY)
    assert _state(device) == DeviceState.WIPED


def test_a_file_names_no_drive_by_itself(operator, user):
    device = sorted_out(operator, by=user, drives=())
    reading = a_reading(device, "AILLEURS", by=user)
    with pytest.raises(DomainError, match="n'est pas noté"):
        certify_from_reading(acting_user=user, reading=reading, on=DAY)
    add_drive(acting_user=user, device=device, serial="AILLEURS")
    assert certify_from_reading(acting_user=user, reading=reading, on=DAY).certified


def test_the_file_of_another_machine_certifies_nothing(operator, user):
    device = sorted_out(operator, by=user)
    other = a_reading(sorted_out(operator, by=user), by=user)
    alone = a_reading(None, by=user, operator=operator)
    with pytest.raises(DomainError, match="aucune machine"):
        certify_from_reading(acting_user=user, reading=alone, on=DAY)
    for reading in (other, alone):
        for reason in ("", "je l'ai vu"):
            _refused("another machine or life", _certified, device, reading, user, review_reason=reason)


def _certified(device: Device, reading: Any, user: Any, **more: Any) -> Erasure:
    """What a path around the actions would write."""
    said = {"drive_serial": "S1", "method": "nwipe", "verification": "oui", "on": DAY, "done_by": user, **more}
    return Erasure.objects.create(
        operator=device.operator, device=device, cycle=said.pop("cycle", device.cycle), reading=reading, certified=True,
        **said,
    )  # fmt: skip


def test_what_was_proved_in_a_former_life_proves_nothing_after_a_return(operator, user):
    device = sorted_out(operator, by=user)
    unused = a_reading(device, by=user)
    certify_from_reading(acting_user=user, reading=a_reading(device, by=user), on=DAY)
    record_test(acting_user=user, device=device, on=DAY, checks={"screen": True})
    install_system(acting_user=user, device=device, system="Linux")
    make_ready(acting_user=user, device=device, condition="good")
    Device.objects.filter(pk=device.pk).update(state="lost")
    find_again(acting_user=user, device=device)
    triage(acting_user=user, device=device)
    assert _state(device) == DeviceState.TRIAGED
    assert (drive_sheet(device).missing, len(drive_sheet(device).former)) == (1, 1)
    with pytest.raises(DomainError, match="vie précédente"):
        certify_from_reading(acting_user=user, reading=unused, on=LATER)
    with pytest.raises(DomainError, match="vie précédente"):
        certify_by_hand(
            acting_user=user, device=device, reading=unused, drive_serial="S1", method="a", verification="b", errors=0,
            reason="c", on=LATER,
        )  # fmt: skip
    _refused("another machine or life", _certified, device, unused, user)
    _refused("in another life", _certified, device, None, user, cycle=1, review_reason="vu")
    _refused("in another life", _certified, device, None, user, cycle=3, review_reason="d'avance")
    for state in ("wiped", "tested", "installed"):
        Device.objects.filter(pk=device.pk).update(state=state)
    _refused("without certified erasure", Device.objects.filter(pk=device.pk).update, state="ready")


def test_a_file_keeps_the_life_in_which_it_came(operator, user):
    reading = a_reading(sorted_out(operator, by=user), by=user)
    with pytest.raises(Exception, match="evidence_bytes_stay"), transaction.atomic():
        type(reading.evidence).objects.filter(pk=reading.evidence_id).update(cycle=2)


def test_an_old_file_that_comes_late_certifies_nothing():
    loan = lent()
    user = a_user(loan.operator)
    device = loan.device
    receive_return(acting_user=user, allocation=loan, at=at(LATER), condition="good", means="cash")
    triage(acting_user=user, device=device)
    device.refresh_from_db()
    serial = device.known_drives.get().serial
    old = a_reading(device, serial, by=user, ended_at=at(LATER - datetime.timedelta(days=1)))
    with pytest.raises(DomainError, match="dernier retour"):
        certify_from_reading(acting_user=user, reading=old, on=LATER)
    _refused("no evidence and no reason", _certified, device, old, user, drive_serial=serial)
    new = a_reading(device, serial, by=user, ended_at=at(LATER + datetime.timedelta(days=1)))
    assert certify_from_reading(acting_user=user, reading=new, on=LATER + datetime.timedelta(days=1)).certified


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"ended_at": None}, "date de l'effacement manque"),
        ({"ended_at": at(DAY + datetime.timedelta(days=2))}, "futur"),
        ({"ended_at": at(DAY - datetime.timedelta(days=9))}, "avant l'arrivée"),
        ({"verdict": "review", "reasons": ["hidden_unknown"]}, "zones cachées"),
        ({"erased_bytes": 1}, "échoué"),
        ({"verification": ""}, "relu"),
    ],
)
def test_a_file_that_leaves_a_doubt_asks_for_a_person_who_says_why(operator, user, told, words):
    device = sorted_out(operator, by=user)
    reading = a_reading(device, by=user, **told)
    with pytest.raises(DomainError, match=words):
        certify_from_reading(acting_user=user, reading=reading, on=DAY)
    assert _state(device) == DeviceState.TRIAGED
    by_hand = {"drive_serial": "S1", "method": "nwipe", "verification": "secteurs relus", "errors": 0, "on": DAY}
    with pytest.raises(DomainError, match="pourquoi"):
        certify_by_hand(acting_user=user, device=device, reading=reading, reason="", **by_hand)
    erasure = certify_by_hand(acting_user=user, device=device, reading=reading, reason="horloge fausse", **by_hand)
    assert (erasure.certified, erasure.review_reason, erasure.reading) == (True, "horloge fausse", reading)


def test_a_failed_erasure_is_kept_and_never_certified(operator, user):
    device = sorted_out(operator, by=user)
    reading = a_reading(device, by=user, verdict="failed", errors=12, reasons=["errors"])
    with pytest.raises(DomainError, match="échoué"):
        certify_from_reading(acting_user=user, reading=reading, on=DAY)
    with pytest.raises(DomainError, match="échoué"):
        certify_by_hand(
            acting_user=user, device=device, reading=reading, drive_serial="S1", method="a", verification="b", errors=0,
            reason="c", on=DAY,
        )  # fmt: skip
    _refused("another machine or life", _certified, device, reading, user, review_reason="si, si")
    kept = record_failure(acting_user=user, reading=reading, on=DAY)
    assert (kept.certified, kept.errors, _state(device)) == (False, 12, DeviceState.WIPING)


def test_a_failed_try_sent_twice_is_kept_once(operator, user):
    device = sorted_out(operator, by=user)
    failed = {**ERASED, "errors": 3}
    record_erasure(acting_user=user, device=device, drive_serial="S1", **failed)
    with pytest.raises(DomainError, match="déjà noté"):
        record_erasure(acting_user=user, device=device, drive_serial="s1", **failed)


# ------------------------------------------------------------------------------------------------------------------ ready


def _walk(device: Device) -> None:
    """Push a machine along its states without any proof, as a script would."""
    for state in ("triaged", "wiped", "tested", "installed"):
        if Device.objects.get(pk=device.pk).state != state:
            Device.objects.filter(pk=device.pk).update(state=state)


def _raw_ready(device: Device) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE equipment_device SET state = 'ready' WHERE id = %s", [device.pk])


def _saved_ready(device: Device) -> None:
    machine = Device.objects.get(pk=device.pk)
    machine.state = "ready"
    machine.save()


def _bulk_ready(device: Device) -> None:
    machine = Device.objects.get(pk=device.pk)
    machine.state = "ready"
    Device.objects.bulk_update([machine], ["state"])


def _born_ready(device: Device) -> None:
    Device.objects.bulk_create([Device(operator=device.operator, tag="NEUF-1", kind="laptop", state="ready")])


@pytest.mark.parametrize("path", [_raw_ready, _saved_ready, _bulk_ready, _born_ready])
def test_no_path_makes_a_machine_ready_without_its_proofs(operator, user, path):
    (device,) = received(operator, by=user)
    _walk(device)
    _refused("without certified erasure", path, device)


def test_each_proof_is_asked_for(operator, user):
    device = sorted_out(operator, by=user, drives=("S1", "S2"))
    _walk(device)
    _certified(device, None, user, review_reason="vu")
    _refused("drive without certified erasure", _raw_ready, device)
    _certified(device, None, user, review_reason="vu", drive_serial="S3")
    _refused("known drive without certified erasure", _raw_ready, device)
    _certified(device, None, user, review_reason="vu", drive_serial="s2")
    _refused("no passed test", _raw_ready, device)
    test = {"operator": operator, "device": device, "on": DAY, "checks": {}, "done_by": user}
    DeviceTest.objects.create(**test, cycle=device.cycle, passed=False)
    DeviceTest.objects.create(**test, cycle=device.cycle + 1, passed=True)
    _refused("no passed test", _raw_ready, device)
    DeviceTest.objects.create(**test, cycle=device.cycle, passed=True)
    lock = DeviceLock.objects.create(operator=operator, device=device, kind="mdm", found_on=DAY, found_by=user)
    _refused("still locked", _raw_ready, device)
    DeviceLock.objects.filter(pk=lock.pk).update(cleared_on=DAY, cleared_by=user, cleared_how="levé")
    _raw_ready(device)
    assert _state(device) == DeviceState.READY


def test_the_erasure_of_a_drive_that_left_counts_for_no_other(operator, user):
    device = sorted_out(operator, by=user, drives=("S1",))
    correct_device(acting_user=user, device=device, **_sheet_of(device, drives=2))
    record_erasure(acting_user=user, device=device, drive_serial="S1", **ERASED)
    remove_drive(acting_user=user, drive=device.known_drives.get(), reason="détruit", on=DAY)
    assert _state(device) == DeviceState.WIPING
    assert (device.drives, drive_sheet(device).missing) == (1, 1)
    assert not fully_erased(Device.objects.filter(pk=device.pk)).exists()
    for state in ("wiped", "tested", "installed"):
        Device.objects.filter(pk=device.pk).update(state=state)
    _refused("without certified erasure", _raw_ready, device)


# ----------------------------------------------------------------------------------------------------------------- drives


def test_the_count_of_drives_follows_what_is_found(operator, user):
    device = sorted_out(operator, by=user, drives=("S1",))
    record_erasure(acting_user=user, device=device, drive_serial="S1", **ERASED)
    assert _state(device) == DeviceState.WIPED
    correct_device(acting_user=user, device=device, **_sheet_of(device, drives=2))
    assert _state(device) == DeviceState.WIPING
    correct_device(acting_user=user, device=device, **_sheet_of(device, drives=1))
    assert _state(device) == DeviceState.WIPED
    with pytest.raises(DomainError, match="lequel a été retiré"):
        correct_device(acting_user=user, device=device, **_sheet_of(device, drives=0))
    (shelved,) = ready(operator, by=user)
    with pytest.raises(DomainError, match="remettez d'abord"):
        correct_device(acting_user=user, device=shelved, **_sheet_of(shelved, drives=2))


def test_a_drive_found_after_the_tests_is_erased_and_the_tests_are_made_again(operator, user):
    device = sorted_out(operator, by=user)
    record_erasure(acting_user=user, device=device, drive_serial="S1", **ERASED)
    record_test(acting_user=user, device=device, on=DAY, checks={"screen": True})
    drive = add_drive(acting_user=user, device=device, serial="S2", size_gb=500, technology="hdd")
    assert _state(device) == DeviceState.WIPING
    with pytest.raises(DomainError, match="déjà noté"):
        add_drive(acting_user=user, device=device, serial=" s2 ")
    record_erasure(acting_user=user, device=device, drive_serial="S2", **ERASED)
    assert _state(device) == DeviceState.WIPED
    record_test(acting_user=user, device=device, on=DAY, checks={"screen": True})
    assert _state(device) == DeviceState.TESTED
    remove_drive(acting_user=user, drive=drive, reason="monté ailleurs", on=DAY)
    assert (_state(device), device.drives) == (DeviceState.TESTED, 1)
    with pytest.raises(DomainError, match="déjà noté comme retiré"):
        remove_drive(acting_user=user, drive=drive, reason="encore", on=DAY)


def test_a_machine_without_drive_has_nothing_to_erase(operator, user):
    (device,) = received(operator, by=user)
    correct_device(acting_user=user, device=device, **_sheet_of(device, drives=0))
    assert triage(acting_user=user, device=device).state == DeviceState.WIPED


def test_an_erasure_by_hand_names_a_drive_of_the_machine(operator, user):
    device = sorted_out(operator, by=user, drives=())
    record_erasure(acting_user=user, device=device, drive_serial="lu-1", **{**ERASED, "errors": 2})
    assert device.known_drives.get().serial == "lu-1"
    with pytest.raises(DomainError, match="n'est pas de la machine"):
        record_erasure(acting_user=user, device=device, drive_serial="autre", **ERASED)
    record_erasure(acting_user=user, device=device, drive_serial="LU-1", **ERASED)
    assert _state(device) == DeviceState.WIPED


def test_the_rule_read_one_by_one_and_for_many_is_the_same(operator, user):
    machines = [sorted_out(operator, by=user, drives=drives) for drives in ((), ("A",), ("A", "B"), ("A", "B"))]
    for machine, done in zip(machines, ((), ("a",), ("A",), ("A", "b")), strict=True):
        for serial in done:
            record_erasure(acting_user=user, device=machine, drive_serial=serial, **ERASED)
    remove_drive(acting_user=user, drive=Drive.objects.get(device=machines[2], serial="B"), reason="détruit", on=DAY)
    for machine in machines:
        machine.refresh_from_db()
    one_by_one = [machine.pk for machine in machines if drive_sheet(machine).missing == 0]
    assert one_by_one == list(fully_erased(Device.objects.order_by("pk")).values_list("pk", flat=True))
    assert one_by_one == [machine.pk for machine in machines[1:]]


# ------------------------------------------------------------------------------------------------------------------ tests


@pytest.mark.parametrize("kind", list(DeviceKind))
def test_each_kind_has_its_list_and_every_check_is_answered(operator, user, kind):
    device = sorted_out(operator, by=user, kind=kind)
    record_erasure(acting_user=user, device=device, drive_serial="S1", **ERASED)
    checks = checks_of(kind)
    assert all(check.label and check.advice for check in checks)
    fine: dict[str, bool | None] = {check.code: None if check.may_lack else True for check in checks}
    said = {"acting_user": user, "device": device, "on": DAY, "checklist": VERSION}
    with pytest.raises(DomainError, match="chaque essai"):
        record_test(**said, checks={**fine, "inconnu": True})
    with pytest.raises(DomainError, match="chaque essai"):
        record_test(**said, checks={code: works for code, works in fine.items() if code != "power"})
    with pytest.raises(DomainError, match="chaque machine"):
        record_test(**said, checks={**fine, "power": None})
    assert not record_test(**said, checks={**fine, "power": False}).passed
    with pytest.raises(DomainError, match="déjà notés"):
        record_test(**said, checks={**fine, "power": False})
    assert _state(device) == DeviceState.WIPED
    assert record_test(**said, checks=fine).checklist == VERSION
    assert _state(device) == DeviceState.TESTED


def test_a_test_that_fails_later_stops_the_machine(operator, user):
    device = sorted_out(operator, by=user)
    record_erasure(acting_user=user, device=device, drive_serial="S1", **ERASED)
    record_test(acting_user=user, device=device, on=DAY, checks={"screen": True})
    record_test(acting_user=user, device=device, on=DAY, checks={"screen": False})
    with pytest.raises(DomainError, match="derniers essais"):
        install_system(acting_user=user, device=device, system="Linux")


def test_a_list_of_checks_keeps_its_codes():
    for lists in CHECKLISTS.values():
        for checks in lists.values():
            codes = [check.code for check in checks]
            assert len(codes) == len(set(codes)), codes


# ------------------------------------------------------------------------------------------------------------------ sheet


def test_what_a_person_types_is_remembered_as_typed(operator, user):
    (device,) = received(operator, by=user)
    facts = {"memory_mb": 8192, "processor": "Intel Core i5-8250U"}
    correct_device(acting_user=user, device=device, **_sheet_of(device, brand="Dell"), facts=facts)
    device.refresh_from_db()
    assert device.typed == ["brand", "memory_mb", "processor"]
    correct_device(acting_user=user, device=device, **_sheet_of(device), facts={"memory_mb": 8192})
    device.refresh_from_db()
    assert device.typed == ["brand", "memory_mb", "processor"]


def test_numbers_of_the_maker_are_checked_kept_and_taken_back(operator, user):
    (device,) = received(operator, by=user, kind="smartphone")
    numbers = {"serial": "System Serial Number", "imei": "49-015420-323751-8", "mac": "3c52.821a.0b7f"}
    correct_device(acting_user=user, device=device, **_sheet_of(device), **numbers)
    kept = {number.kind: number for number in device.identifiers.all()}
    assert {kind: number.value for kind, number in kept.items()} == {
        "imei": "490154203237518", "mac": "3C:52:82:1A:0B:7F",
    }  # fmt: skip
    for wrong in ({"imei": "490154203237519"}, {"mac": "00:00:00:00:00:00"}):
        with pytest.raises(DomainError, match=r"IMEI|MAC"):
            correct_device(acting_user=user, device=device, **_sheet_of(device), **wrong)
    correct_device(acting_user=user, device=device, **_sheet_of(device), forget=[kept["mac"].pk])
    assert [number.kind for number in device.identifiers.all()] == ["imei"]


def test_a_graded_machine_goes_on_the_shelf_with_its_grade_and_the_version_of_the_rules(operator, user):
    device = sorted_out(operator, by=user)
    record_erasure(acting_user=user, device=device, drive_serial="S1", **ERASED)
    record_test(acting_user=user, device=device, on=DAY, checks={"screen": True})
    with pytest.raises(DomainError, match="une fois son système"):
        grade_device(acting_user=user, device=device, condition="good", on=DAY)
    install_system(acting_user=user, device=device, system="Linux Mint 22")
    with pytest.raises(DomainError, match="comment la machine se présente"):
        make_ready(acting_user=user, device=device)
    graded = grade_device(acting_user=user, device=device, condition="worn", on=DAY, facts={"memory_mb": 8192})
    assert (graded.grade, graded.grade_rules, graded.typed) == ("B", "2026-1", ["memory_mb"])
    assert make_ready(acting_user=user, device=device).grade == "B"
