"""From the donation to the shelf: nothing is ready without its proofs (rule 22)."""

import pytest
from django.db import IntegrityError, transaction

from declic.core.errors import DomainError
from declic.equipment.actions import (
    correct_device,
    finish_repair,
    make_ready,
    quarantine,
    record_erasure,
    record_test,
    scrap,
    send_to_repair,
    triage,
)
from declic.equipment.enums import DeviceState
from declic.equipment.models import Device
from tests.equipment.stories import lent, ready, received, refurbish, tags
from tests.factories import DAY, a_site, a_user, an_operator, at

pytestmark = pytest.mark.django_db
ERASED = {"method": "nwipe", "verification": "relecture", "errors": 0, "on": DAY, "reason": "relu à l'atelier"}


def test_tags_follow_each_other_from_lot_to_lot():
    operator = an_operator()
    assert tags(received(operator, count=2)) == ["PC-0001", "PC-0002"]
    assert tags(received(operator)) == ["PC-0003"]
    assert tags(received(operator, kind="tablet", tag_prefix="tab")) == ["TAB-0001"]
    assert tags(received(an_operator())) == ["PC-0001"]


def test_a_lot_of_no_machine_is_refused():
    with pytest.raises(DomainError, match="de 1 à"):
        received(an_operator(), count=0)


def test_a_machine_with_two_drives_waits_for_both_erasures():
    operator = an_operator()
    user = a_user(operator)
    (device,) = received(operator, by=user)
    correct_device(
        acting_user=user, device=device, brand="Dell", model="E5470", drives=2, site=a_site(operator),
        refurbisher=None, note="", serial="To Be Filled By O.E.M.",
    )  # fmt: skip
    assert not device.identifiers.exists()
    triage(acting_user=user, device=device)
    record_erasure(acting_user=user, device=device, drive_serial="A", **ERASED)
    device.refresh_from_db()
    assert device.state == DeviceState.WIPING
    with pytest.raises(DomainError, match="déjà certifié"):
        record_erasure(acting_user=user, device=device, drive_serial="A", **ERASED)
    record_erasure(acting_user=user, device=device, drive_serial="B", **ERASED)
    device.refresh_from_db()
    assert device.state == DeviceState.WIPED


def test_an_erasure_with_errors_is_kept_and_certifies_nothing():
    operator = an_operator()
    user = a_user(operator)
    (device,) = received(operator, by=user)
    triage(acting_user=user, device=device)
    erasure = record_erasure(acting_user=user, device=device, drive_serial="A", **{**ERASED, "errors": 3})
    device.refresh_from_db()
    assert (erasure.certified, device.state) == (False, DeviceState.WIPING)


def test_a_failed_test_keeps_the_machine_on_the_bench():
    operator = an_operator()
    user = a_user(operator)
    (device,) = received(operator, by=user)
    triage(acting_user=user, device=device)
    record_erasure(acting_user=user, device=device, drive_serial="A", **ERASED)
    test = record_test(acting_user=user, device=device, on=DAY, checks={"screen": True, "battery": False})
    device.refresh_from_db()
    assert (test.passed, device.state) == (False, DeviceState.WIPED)
    with pytest.raises(DomainError, match="essais"):
        make_ready(acting_user=user, device=device, condition="good")


def test_a_machine_is_not_ready_without_its_erasure():
    operator = an_operator()
    (device,) = received(operator)
    with pytest.raises(DomainError, match="effacement certifié"):
        make_ready(acting_user=a_user(operator), device=device, condition="good")
    with pytest.raises(Exception, match="transition"), transaction.atomic():
        Device.objects.filter(pk=device.pk).update(state="ready")


def test_the_database_refuses_a_ready_machine_without_proof():
    operator = an_operator()
    with pytest.raises(IntegrityError, match="without certified erasure"), transaction.atomic():
        Device.objects.create(operator=operator, tag="X-1", kind="laptop", state="ready")


def test_a_repair_asks_for_the_proofs_again():
    operator = an_operator()
    user = a_user(operator)
    (device,) = ready(operator, by=user)
    send_to_repair(acting_user=user, device=device, at=at(DAY), note="charnière")
    with pytest.raises(DomainError, match="Terminez d'abord la réparation"):
        triage(acting_user=user, device=device)
    finish_repair(acting_user=user, device=device, at=at(DAY, 15))
    assert refurbish(device, by=user).cycle == 2


def test_a_machine_in_someones_hands_is_neither_repaired_nor_scrapped():
    loan = lent()
    user = a_user(loan.operator)
    with pytest.raises(DomainError, match="attribuée"):
        send_to_repair(acting_user=user, device=loan.device, at=at(DAY, 15))
    with pytest.raises(DomainError, match="attribuée"):
        scrap(acting_user=user, device=loan.device, reason="vieux")


def test_setting_aside_says_why():
    operator = an_operator()
    user = a_user(operator)
    (device,) = received(operator, by=user)
    with pytest.raises(DomainError, match="pourquoi"):
        quarantine(acting_user=user, device=device, reason=" ")
    assert quarantine(acting_user=user, device=device, reason="mot de passe BIOS").note == "mot de passe BIOS"
