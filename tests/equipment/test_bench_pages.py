"""The pages of the bench: the queue, the scan box, one machine step by step, the certificates."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from declic.accounts.enums import Role
from declic.core.dates import today
from declic.equipment.actions import (
    certify_from_reading,
    record_erasure,
    report_lock,
    send_to_repair,
    triage,
)
from declic.equipment.certificates import certificate_html, certified_machines
from declic.equipment.enums import DeviceState
from declic.equipment.models import Device, DeviceIdentifier, Erasure
from tests.equipment.benches import ERASED, a_reading, sorted_out
from tests.equipment.stories import lent, ready, received, refurbish
from tests.factories import DAY, a_user, an_operator, at, signed_in

pytestmark = pytest.mark.django_db
BENCH = "equipment:bench"


@pytest.fixture
def operator():
    return an_operator()


@pytest.fixture
def user(operator):
    return a_user(operator, Role.REFURBISHER, name="Karim Haddad")


def _page(device: Device) -> str:
    return reverse("equipment:device", args=[device.pk])


def _text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode().replace("\u00a0", " ").replace("\u202f", " "))


def test_the_bench_tells_what_waits_at_each_step_the_longest_left_first(operator, user):
    client = signed_in(user)
    first, second = received(operator, by=user, count=2)
    (locked,) = received(operator, by=user)
    report_lock(acting_user=user, device=locked, kind="mdm", on=DAY)
    Device.objects.filter(pk=first.pk).update(updated_at=at(DAY, 12))
    Device.objects.filter(pk=second.pk).update(updated_at=at(DAY, 10))
    ready(operator, by=user)
    everything = _text(client.get(reverse(BENCH)))
    assert "PC-0004" not in everything
    assert everything.index("PC-0002") < everything.index("PC-0001") < everything.index("PC-0003")
    to_sort = _text(client.get(reverse(BENCH), {"etape": "trier"}))
    assert "PC-0003" not in to_sort
    assert re.search(r'À trier <span class="count">2</span>', to_sort)
    assert "Rien n’attend" in _text(client.get(reverse(BENCH), {"etape": "reparation"}))


def test_a_scanned_label_or_number_opens_its_machine_and_no_other(operator, user):
    client = signed_in(user)
    (device,) = received(operator, by=user)
    (foreign,) = received(an_operator(), tag_prefix="XX")
    DeviceIdentifier.objects.create(operator=operator, device=device, kind="serial", value="5CG8320XYZ")
    for scanned in ("pc-0001", " PC-0001 ", "https://ailleurs.exemple/e/PC-0001", "5cg8320xyz"):
        assert client.get(reverse(BENCH), {"etiquette": scanned})["Location"] == _page(device)
    for scanned in (foreign.tag, "PC-9999", "é" * 500, "../"):
        answer = client.get(reverse(BENCH), {"etiquette": scanned})
        assert answer.status_code == 200
        assert "Aucune machine de votre établi" in _text(answer)


def test_the_bench_costs_the_same_whatever_its_length(operator, user, django_assert_num_queries):
    client = signed_in(user)
    received(operator, by=user, count=2)
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(BENCH))
    received(operator, by=user, count=40)
    with django_assert_num_queries(len(few)):
        client.get(reverse(BENCH))
    assert len(few) <= 9


def test_the_page_of_a_machine_costs_the_same_whatever_it_has_been_through(operator, user, django_assert_num_queries):
    client = signed_in(user)
    plain = sorted_out(operator, by=user)
    a_reading(plain, by=user)
    with CaptureQueriesContext(connection) as few:
        client.get(_page(plain))
    full = sorted_out(operator, by=user, drives=("A", "B", "C", "D"))
    for serial in "ABCD":
        a_reading(full, serial, by=user)
        a_reading(full, serial, by=user, verdict="review", reasons=["errors_unknown"])
        record_erasure(acting_user=user, device=full, drive_serial=serial, **{**ERASED, "errors": 2})
    a_reading(full, "AILLEURS", by=user)
    with django_assert_num_queries(len(few)):
        client.get(_page(full))
    assert len(few) <= 24


def test_a_machine_is_led_step_by_step_with_its_file(operator, user):
    client = signed_in(user)
    (device,) = received(operator, by=user)
    page = _page(device)
    day = f"{today():%d/%m/%Y}"
    assert "Sans verrou" in _text(client.get(page))
    client.post(reverse("equipment:device_lock", args=[device.pk]), {"kind": "mdm", "on": day})
    assert "Faire lever chaque verrou" in _text(client.get(page))
    lock = device.locks.get()
    client.post(reverse("equipment:lock_clear", args=[device.pk, lock.pk]), {"how": "retiré du parc", "on": day})
    added = client.post(reverse("equipment:drive_add", args=[device.pk]), {"serial": "S1", "size_gb": "256"})
    assert added.status_code == 303
    now = datetime.datetime.combine(today(), datetime.time(1), tzinfo=datetime.UTC)
    doubtful = a_reading(device, by=user, verdict="review", reasons=["errors_unknown"], errors=None, ended_at=now)
    shown = _text(client.get(page))
    assert "le nombre d'erreurs manque" in shown.replace("&#x27;", "'")
    assert "Certifier cet effacement" not in shown
    reading = a_reading(device, by=user, ended_at=now)
    assert "Certifier cet effacement" in _text(client.get(page))
    certify = reverse("equipment:reading_certify", args=[device.pk, reading.pk])
    assert "Prochain pas : les essais" in _text(client.post(certify, follow=True))
    assert "déjà servi" in _text(client.post(certify, follow=True))
    review = reverse("equipment:reading_review", args=[device.pk, doubtful.pk])
    typed = {"drive_serial": "S1", "method": "m", "verification": "v", "reason": "r", "on": day}
    assert client.post(review, typed).status_code == 422
    missed = {"step": "test", "rest": "ok", "camera": "ko", "on": day}
    assert client.post(page, missed).status_code == 303
    told = _text(client.get(page))
    assert "Joignez une caméra USB" in told
    client.post(page, {**missed, "camera": "na"})
    client.post(page, {"step": "install", "system": "Linux Mint 22"})
    client.post(page, {"step": "grade", "condition": "good", "memory_gb": "4"})
    graded = _text(client.get(page))
    assert "B · bureautique et internet" in graded
    assert "règles 2026-1" in graded
    client.post(page, {"step": "ready"})
    device.refresh_from_db()
    assert (device.state, device.grade, device.typed) == (DeviceState.READY, "B", ["memory_mb"])
    assert "4 Go" in _text(client.get(page))


def test_an_answer_left_open_is_asked_for(operator, user):
    device = sorted_out(operator, by=user)
    record_erasure(acting_user=user, device=device, drive_serial="S1", **ERASED)
    answer = signed_in(user).post(_page(device), {"step": "test", "power": "ok", "on": "04/03/2024"})
    assert answer.status_code == 422
    assert not device.tests.exists()


def test_a_proof_or_a_drive_is_reached_through_its_own_machine_only(operator, user):
    client = signed_in(user)
    device, other = sorted_out(operator, by=user), sorted_out(operator, by=user)
    reading, drive = a_reading(other, by=user), other.known_drives.get()
    assert client.post(reverse("equipment:reading_certify", args=[device.pk, reading.pk])).status_code == 404
    assert client.get(reverse("equipment:reading_review", args=[device.pk, reading.pk])).status_code == 404
    assert client.get(reverse("equipment:drive_remove", args=[device.pk, drive.pk])).status_code == 404


def test_an_adviser_reads_the_machine_without_the_bench(operator):
    loan = lent()
    page = _text(signed_in(a_user(loan.operator, Role.ADVISER)).get(_page(loan.device)))
    assert "Disques et effacement" in page
    assert "Étapes de la machine" not in page
    assert "Ajouter un disque" not in page


# ----------------------------------------------------------------------------------------------------------- certificates


def _certificate(devices: list[Device], **more) -> str:
    machines = certified_machines(devices, every_life=more.pop("every_life", True))
    return certificate_html(machines, operator=devices[0].operator, on=DAY, **more).replace("\u00a0", " ")


def test_a_certificate_tells_each_drive_its_proof_and_who_answers_for_it(operator, user):
    device = sorted_out(operator, by=user, drives=("S1", "S2"), brand="HP")
    reading = a_reading(device, by=user, model="Samsung PM981")
    certify_from_reading(acting_user=user, reading=reading, on=DAY)
    record_erasure(acting_user=user, device=device, drive_serial="S2", **{**ERASED, "errors": 7, "method": "ratée"})
    assert certified_machines([device], every_life=True) == []
    record_erasure(acting_user=user, device=device, drive_serial="S2", **ERASED)
    page = _certificate([device])
    assert page.replace(" ", "").count(reading.evidence.sha256) == 1
    for words in (operator.name, "PC-0001", "S1", "Samsung PM981", "256 Go", "PRNG Stream", "Karim Haddad", "vie 1",
                  "Validé à la main", "relu à l&#x27;atelier"):  # fmt: skip
        assert words in page, words
    assert "ratée" not in page


def test_a_certificate_never_speaks_for_a_life_that_is_not_proved(operator, user):
    (device,) = ready(operator, by=user)
    send_to_repair(acting_user=user, device=device, at=at(DAY), note="écran")
    device.refresh_from_db()
    assert [machine.life for machine in certified_machines([device], every_life=True)] == [1]
    Device.objects.filter(pk=device.pk).update(state="triaged")
    refurbish(device, by=user)
    device.refresh_from_db()
    assert [machine.life for machine in certified_machines([device], every_life=True)] == [1, 2]
    assert [machine.life for machine in certified_machines([device], every_life=False)] == [1]


def test_the_certificate_of_a_lot_counts_what_it_leaves_out(operator, user, django_assert_num_queries):
    client = signed_in(user)
    devices = received(operator, by=user, count=3)
    address = reverse("equipment:lot_certificate_pdf", args=[devices[0].lot_id])
    assert client.get(address).status_code == 302
    triage(acting_user=user, device=devices[0])
    record_erasure(acting_user=user, device=devices[0], drive_serial="S1", **ERASED)
    refurbish(devices[1], by=user)
    fresh = list(Device.objects.filter(lot=devices[0].lot).select_related("operator").order_by("pk"))
    with django_assert_num_queries(4):
        found = certified_machines(fresh, every_life=False)
    assert [machine.device.tag for machine in found] == ["PC-0001", "PC-0002"]
    page = certificate_html(found, operator=operator, on=DAY, lot=devices[0].lot, uncertified=1)
    assert "1 machine de ce lot n’est pas dans ce certificat" in page.replace("\u00a0", " ")
    answer = client.get(address)
    assert (answer["Content-Type"], answer.content[:4]) == ("application/pdf", b"%PDF")


def test_no_certificate_for_a_machine_whose_drive_waits(operator, user):
    device = sorted_out(operator, by=user)
    answer = signed_in(user).get(reverse("equipment:device_certificate_pdf", args=[device.pk]), follow=True)
    assert "n'a pas de certificat" in _text(answer).replace("&#x27;", "'")
    assert not Erasure.objects.exists()
