"""Files of inventory and erasure: kept once, tied by a person, taken over only where nobody wrote, told field by field."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from declic.accounts.enums import Role
from declic.core.errors import DomainError
from declic.equipment.actions import (
    apply_evidence,
    attach_evidence,
    certify_from_reading,
    correct_device,
    create_from_evidence,
    receive_evidence,
    receive_lot,
    triage,
)
from declic.equipment.enums import DeviceState, ReadingVerdict
from declic.equipment.inventory import Likeness, differences, is_strong, likely_same, to_fill, verdict_for
from declic.equipment.models import Device, Evidence, Lot
from tests.equipment.reading.files import EREUSE_SECOND, GLPI, LSHW, OWN, SMARTCTL, as_json, nwipe
from tests.equipment.stories import ready, received
from tests.factories import DAY, a_user, an_operator, at, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench():
    """A coordinator and a machine that has just come in."""

    class Bench:
        operator = an_operator()
        user = a_user(operator)
        (device,) = received(operator, by=user)

    return Bench()


def _kept(bench: Any, content: bytes = OWN["lshw"], **where: Any) -> Evidence:
    where.setdefault("filename", "machine.json")
    return receive_evidence(acting_user=bench.user, operator=bench.operator, content=content, at=at(DAY), **where)


def _applied(bench: Any, evidence: Evidence, *fields: str) -> Device:
    wanted = fields or to_fill(bench.device, evidence)
    return apply_evidence(acting_user=bench.user, evidence=evidence, fields=list(wanted), at=at(DAY))


def test_a_file_is_kept_byte_for_byte_and_once(bench):
    first = _kept(bench, device=bench.device)
    again = _kept(bench, filename="autre nom.json")
    assert again == first
    assert Evidence.objects.count() == 1
    first.refresh_from_db()
    assert bytes(first.raw) == OWN["lshw"]
    assert (first.device, first.cycle, first.size) == (bench.device, 1, len(OWN["lshw"]))
    with pytest.raises(ProgrammingError), transaction.atomic():
        Evidence.objects.filter(pk=first.pk).update(raw=b"autre chose")


def test_what_cannot_be_read_is_not_kept(bench):
    with pytest.raises(DomainError, match="coupé") as refused:
        _kept(bench, OWN["lshw"][:500])
    assert refused.value.field == "uploads"
    assert not Evidence.objects.exists()


def test_nothing_of_who_used_the_machine_is_told_by_what_was_read(bench):
    evidence = _kept(bench, OWN["glpi"], filename="C:\\Users\\josiane.martin\\inventaire.json")
    told = json.dumps(evidence.found) + evidence.filename
    assert "martin" not in told.casefold()
    assert b"josiane" in bytes(Evidence.objects.get(pk=evidence.pk).raw)


def test_a_blank_machine_is_filled_from_its_file(bench):
    evidence = _kept(bench, device=bench.device)
    device = _applied(bench, evidence)
    assert (device.brand, device.model, device.memory_mb, device.storage_gb) == ("HP", "EliteBook 840 G3", 8192, 256)
    assert [(drive.serial, drive.size_bytes) for drive in device.known_drives.all()] == [
        ("S2YJNXAH105219", 256060514304)
    ]
    assert set(device.identifiers.values_list("kind", "value")) == {
        ("serial", "5CG7012ABC"),
        ("uuid", "a7f3c2d0-11e6-4b5a-9c21-3c52820f7e11"),
        ("mac", "3C:52:82:0F:7E:11"),
    }
    # The year of a firmware is a guess: someone ticks it.
    assert device.made_in is None
    assert _applied(bench, evidence, "made_in").made_in == 2016
    assert _applied(bench, evidence, "identifiers", "drives").identifiers.count() == 3


def test_what_a_person_wrote_stays_until_a_person_ticks_it(bench):
    correct_device(
        acting_user=bench.user, device=bench.device, brand="Hewlett Packard", model="840", drives=1, site=None,
        refurbisher=None, note="",
    )  # fmt: skip
    evidence = _kept(bench, device=bench.device)
    bench.device.refresh_from_db()
    told = {one.name: one for one in differences(bench.device, evidence)}
    assert (told["brand"].typed, told["brand"].ticked, told["brand"].held) == (True, False, "Hewlett Packard")
    device = _applied(bench, evidence)
    assert (device.brand, device.model, device.processor) == ("Hewlett Packard", "840", "Intel Core i5-6300U @ 2.40GHz")
    device = _applied(bench, evidence, "brand")
    assert (device.brand, device.typed) == ("HP", ["model"])


def test_a_later_file_overwrites_nothing_that_is_known(bench):
    _applied(bench, _kept(bench, device=bench.device))
    changed = json.loads(as_json(LSHW))
    changed["product"], changed["children"][0]["children"][1]["size"] = "EliteBook 850 G3", 17179869184
    evidence = _kept(bench, as_json(changed), device=bench.device)
    bench.device.refresh_from_db()
    assert to_fill(bench.device, evidence) == []
    assert {one.name for one in differences(bench.device, evidence) if not one.same} == {
        "model",
        "memory_mb",
        "made_in",
    }


def test_a_file_that_sees_fewer_drives_takes_none_away(bench):
    _applied(bench, _kept(bench, device=bench.device))
    bench.device.refresh_from_db()
    other = as_json({**LSHW, "children": []})
    evidence = _kept(bench, other, device=bench.device)
    device = _applied(bench, evidence, "drives", "memory_mb")
    assert device.known_drives.filter(removed_on__isnull=True).count() == device.drives == 1


def test_the_drives_of_a_machine_on_the_shelf_are_not_changed_by_a_file():
    operator = an_operator()
    user = a_user(operator)
    (device,) = ready(operator, by=user)
    evidence = receive_evidence(
        acting_user=user, operator=operator, content=OWN["lshw"], filename="", at=at(DAY), device=device
    )
    with pytest.raises(DomainError, match="établi"):
        apply_evidence(acting_user=user, evidence=evidence, fields=["drives"], at=at(DAY))
    apply_evidence(acting_user=user, evidence=evidence, fields=["memory_mb"], at=at(DAY))
    device.refresh_from_db()
    assert (device.state, device.memory_mb) == (DeviceState.READY, 8192)


def test_a_serial_alone_is_no_identity(bench):
    _applied(bench, _kept(bench, device=bench.device))
    (other,) = received(bench.operator, by=bench.user)
    twin = as_json({**LSHW, "product": "ProBook 430", "configuration": {}, "children": []})
    ((found, why),) = likely_same(bench.operator, _kept(bench, twin))
    assert (found, why, is_strong(why)) == (bench.device, [Likeness.SERIAL], False)
    dmi = _kept(bench, OWN["dmidecode"])
    ((found, why),) = likely_same(bench.operator, dmi)
    assert found == bench.device
    assert {Likeness.UUID, Likeness.SERIAL_AND_MODEL} <= set(why)
    assert likely_same(bench.operator, _kept(bench, OWN["glpi"])) == []
    assert likely_same(an_operator(), dmi) == []
    assert other.identifiers.count() == 0


def test_a_uuid_is_the_same_in_both_orders_of_its_bytes(bench):
    _applied(bench, _kept(bench, device=bench.device))
    turned = json.loads(as_json(LSHW))
    turned["configuration"]["uuid"], turned["serial"] = "d0c2f3a7-e611-5a4b-9c21-3c52820f7e11", ""
    turned["children"][0]["children"][3]["serial"] = ""
    ((found, why),) = likely_same(bench.operator, _kept(bench, as_json(turned)))
    assert (found, Likeness.UUID in why) == (bench.device, True)


def test_a_file_of_a_drive_is_known_by_that_drive(bench):
    _applied(bench, _kept(bench, device=bench.device))
    ((found, why),) = likely_same(bench.operator, _kept(bench, OWN["smartctl"]))
    assert (found, why) == (bench.device, [Likeness.DRIVE_ONLY])


def test_a_file_goes_to_one_machine_and_stays_there(bench):
    evidence = _kept(bench, device=bench.device)
    (other,) = received(bench.operator, by=bench.user)
    assert attach_evidence(acting_user=bench.user, evidence=evidence, device=bench.device, at=at(DAY)) == evidence
    with pytest.raises(DomainError, match=bench.device.tag):
        attach_evidence(acting_user=bench.user, evidence=evidence, device=other, at=at(DAY))
    (foreign,) = received(an_operator())
    with pytest.raises(DomainError):
        attach_evidence(acting_user=bench.user, evidence=_kept(bench, OWN["glpi"]), device=foreign, at=at(DAY))


def test_the_verdict_is_written_at_receipt_and_again_against_the_drives_of_the_machine(bench):
    evidence = _kept(bench, OWN["nwipe"], filename="nwipe.log", device=bench.device)
    (reading,) = evidence.readings.all()
    assert (reading.verdict, reading.reasons, reading.errors) == (ReadingVerdict.CERTIFIED, [], 0)
    assert verdict_for(reading, bench.device).reasons == ("unknown_drive",)
    _applied(bench, _kept(bench, device=bench.device), "drives")
    assert verdict_for(reading, bench.device).certified
    failed = _kept(bench, OWN["nwipe failed"], filename="nwipe.log").readings.get()
    assert failed.verdict == ReadingVerdict.FAILED
    assert verdict_for(failed, bench.device).verdict == ReadingVerdict.FAILED


def test_a_whole_proof_certifies_the_drive_that_an_inventory_named(bench):
    _applied(bench, _kept(bench, device=bench.device))
    evidence = _kept(bench, OWN["nwipe"], filename="nwipe.log", device=bench.device)
    triage(acting_user=bench.user, device=bench.device)
    erasure = certify_from_reading(acting_user=bench.user, reading=evidence.readings.get(), on=DAY)
    bench.device.refresh_from_db()
    assert (erasure.certified, bench.device.state) == (True, DeviceState.WIPED)


def test_a_machine_that_nobody_knew_is_made_from_its_file(bench):
    evidence = _kept(bench, OWN["glpi"], lot=bench.device.lot)
    device = create_from_evidence(acting_user=bench.user, evidence=evidence, lot=bench.device.lot, at=at(DAY))
    assert (device.kind, device.model, device.lot, device.battery_health) == (
        "laptop",
        "ThinkPad T470",
        bench.device.lot,
        81,
    )
    with pytest.raises(DomainError, match=device.tag):
        create_from_evidence(acting_user=bench.user, evidence=evidence, lot=bench.device.lot, at=at(DAY))


# ------------------------------------------------------------------------------------------------------------------ pages
def _send(client: Any, address: str, **contents: bytes) -> Any:
    files = [SimpleUploadedFile(name.replace("__", "."), content) for name, content in contents.items()]
    return client.post(address, {"uploads": files}, follow=True)


def test_several_files_are_sent_for_a_machine_and_each_is_told_on_its_own(bench):
    client = signed_in(bench.user)
    address = reverse("equipment:device_files", args=[bench.device.pk])
    page = _send(
        client, address, inventaire__json=OWN["lshw"], nwipe__log=OWN["nwipe"], photo__jpg=b"\xff\xd8\xff rien"
    )
    text = page.content.decode()
    assert bench.device.evidence.count() == 2
    assert "photo.jpg" in text
    assert "2\u202ffichiers gardés" in text or "2 fichiers gardés" in text
    page = _send(client, address, encore__json=OWN["lshw"])
    assert "déjà été reçu" in page.content.decode()
    assert Evidence.objects.count() == 2


def test_a_file_that_names_another_machine_is_not_tied_without_a_question(bench):
    _applied(bench, _kept(bench, device=bench.device))
    client = signed_in(bench.user)
    page = _send(client, reverse("equipment:device_files", args=[bench.device.pk]), autre__json=OWN["glpi"])
    stranger = Evidence.objects.get(format="glpi")
    assert stranger.device is None
    assert page.redirect_chain[-1][0].startswith(reverse("equipment:evidence_attach", args=[stranger.pk]))
    assert "autre machine" in page.content.decode()
    client.post(page.redirect_chain[-1][0], {"machine": str(bench.device.pk)})
    stranger.refresh_from_db()
    assert stranger.device == bench.device


def test_the_page_of_a_file_shows_the_difference_and_takes_what_is_ticked(bench):
    evidence = _kept(bench, device=bench.device)
    client = signed_in(bench.user)
    address = reverse("equipment:evidence", args=[evidence.pk])
    page = client.get(address).content.decode()
    assert "EliteBook 840 G3" in page
    assert evidence.sha256[:8] in page
    client.post(address, {"fields_taken": ["memory_mb", "processor"]})
    bench.device.refresh_from_db()
    assert (bench.device.memory_mb, bench.device.brand) == (8192, "")
    assert client.post(address, {"fields_taken": ["drives", "note"]}).status_code == 422


def test_the_file_is_handed_over_as_it_came_and_only_to_who_manages_the_stock(bench):
    evidence = _kept(bench, OWN["glpi"], filename="Poste accueil.json", device=bench.device)
    address = reverse("equipment:evidence_raw", args=[evidence.pk])
    answer = signed_in(bench.user).get(address)
    assert answer.content == OWN["glpi"]
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith(
        f'attachment; filename="poste-accueil-{evidence.sha256[:12]}.json"'
    )
    assert signed_in(a_user(bench.operator, Role.ADVISER)).get(address).status_code == 404
    assert signed_in(a_user(an_operator())).get(address).status_code == 404


def _lot_of(bench: Any, count: int) -> Lot:
    return receive_lot(
        acting_user=bench.user, operator=bench.operator, label="Mairie", on=DAY, count=count, kind="laptop"
    )


def _laptop(number: int) -> bytes:
    machine = json.loads(as_json(LSHW))
    machine["serial"], machine["configuration"]["uuid"] = (
        f"5CG70129{number:02d}",
        f"a7f3c2d0-11e6-4b5a-9c21-3c52820f7f{number:02d}",
    )
    machine["children"][0]["children"][3]["serial"] = f"3C:52:82:0F:80:{number:02d}"
    machine["children"][0]["children"][-1]["children"][0]["serial"] = f"S2YJNXAH1053{number:02d}"
    return as_json(machine)


def test_fifty_files_of_a_lot_are_placed_by_one_confirmation(bench):
    _applied(bench, _kept(bench, device=bench.device))
    lot = _lot_of(bench, 48)
    client = signed_in(bench.user)
    address = reverse("equipment:lot_files", args=[lot.pk])
    files = {f"m{number}__json": _laptop(number) for number in range(49)}
    page = _send(client, address, **files, connue__txt=OWN["dmidecode"], cassee__json=OWN["glpi"][:300])
    text = page.content.decode()
    assert "cassee.json" in text
    assert page.context["counts"] == {"known": 1, "new": 49, "together": 0, "later": 0}
    typed = {f"place-{row['file'].pk}": row["chosen"] for row in page.context["rows"]}
    confirm = reverse("equipment:lot_files_place", args=[lot.pk])
    client.post(confirm, typed)
    assert lot.devices.count() == 49
    assert lot.devices.filter(memory_mb=8192, identifiers__kind="serial").distinct().count() == 49
    assert bench.device.evidence.count() == 2
    client.post(confirm, typed)
    assert lot.devices.count() == 49
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).context["rows"] == []
    assert len(queries) < 40


def test_two_files_of_one_new_machine_make_one_machine(bench):
    lot = _lot_of(bench, 1)
    client = signed_in(bench.user)
    log = nwipe(serial="S2YJNXAH105307").replace("5CG7012ABC", "5CG7012907").replace("0f7e11", "0f7f07")
    page = _send(client, reverse("equipment:lot_files", args=[lot.pk]), a__json=_laptop(7), b__log=log.encode())
    assert page.context["counts"] == {"known": 0, "new": 1, "together": 1, "later": 0}
    typed = {f"place-{row['file'].pk}": row["chosen"] for row in page.context["rows"]}
    client.post(reverse("equipment:lot_files_place", args=[lot.pk]), typed)
    (device,) = lot.devices.all()
    assert device.evidence.count() == 2
    assert verdict_for(device.evidence.get(format="nwipe").readings.get(), device).certified


def test_a_label_in_the_name_of_a_file_is_proposed_and_a_lone_log_makes_no_machine(bench):
    lot = _lot_of(bench, 2)
    second = lot.devices.order_by("tag")[1]
    client = signed_in(bench.user)
    log = "\n".join(line for line in nwipe(serial="Z1D5TWXA").splitlines() if "system-" not in line)
    files = {f"{second.tag}-lshw__json": as_json(EREUSE_SECOND), "seul__log": log.encode()}
    page = _send(client, reverse("equipment:lot_files", args=[lot.pk]), **files)
    chosen = {row["file"].filename: row["chosen"] for row in page.context["rows"]}
    assert chosen == {f"{second.tag}-lshw.json": str(second.pk), "seul.log": "later"}


def test_the_table_of_a_lot_costs_the_same_for_one_file_as_for_many(bench):
    lot = _lot_of(bench, 3)
    client = signed_in(bench.user)
    address = reverse("equipment:lot_files", args=[lot.pk])
    counts = []
    for number in (1, 8):
        for one in range(number):
            _kept(bench, _laptop(one + number), lot=lot, filename=f"{one}.json")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    _kept(bench, as_json(SMARTCTL), device=bench.device)
    _kept(bench, as_json({**GLPI, "deviceid": "x"}), lot=lot)
    assert client.get(reverse("equipment:files")).status_code == 200
