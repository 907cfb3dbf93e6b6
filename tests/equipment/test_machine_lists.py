"""Lists of machines: columns guessed, each line judged before anything is written, all or nothing, hostile files refused."""

import random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from declic.core.errors import DomainError
from declic.equipment.actions import import_machines, open_lot
from declic.equipment.enums import DeviceKind
from declic.equipment.machine_lists import Verdict, judge, read_list, real_number, recognise, unpack
from declic.equipment.models import Device, DeviceIdentifier
from tests.equipment.collecting import a_collection, a_list, a_promise, a_run, collected
from tests.factories import DAY, a_partner, a_user, an_operator, signed_in

pytestmark = pytest.mark.django_db

TEXT = """Type;Marque;Modèle;N° de série;RAM;Disque dur;Année;VNC;Utilisateur
PC portable;Dell;Latitude E5470;5CG7123;8 Go;256 Go SSD;2016;120,50 €;Mme Untel
Unité centrale;HP;EliteDesk 800;CZC5099;4096;1 To;2015;;
Tablette;Samsung;Galaxy Tab A;R52K1;;;;;
Écran;HP;E222;CN4444;;;;;
;;Latitude E5470;5CG7123;;;;;
PC portable;Dell;Latitude 7490;To Be Filled By O.E.M.;16 Go;512 Go;mars 2018;;
Total;;;;;;;;
"""


@pytest.fixture
def lot():
    operator = an_operator()
    return open_lot(acting_user=a_user(operator), operator=operator, label="Mairie", on=DAY, count=6)


def judged(lot, text=TEXT, **changes):
    found = read_list(a_list(text))
    return judge(found, {**found.mapping, **changes}, lot=lot, kind="laptop")


def entered(lot, text=TEXT, **fields):
    found = read_list(a_list(text))
    return import_machines(
        acting_user=a_user(lot.operator), lot=lot, found=found, mapping=found.mapping, kind="laptop", **fields
    )


def test_columns_are_known_by_their_titles():
    titles = [
        "Type",
        "Marque",
        "Modèle",
        "N° de série",
        "RAM",
        "Disque dur",
        "Année",
        "VNC",
        "Utilisateur",
        "Nom",
        "IMEI 1",
    ]
    assert recognise(titles) == {
        0: "kind", 1: "brand", 2: "model", 3: "serial", 4: "memory_mb", 5: "storage_gb", 6: "made_in", 7: "unit_value",
        10: "imei",
    }  # fmt: skip


def test_each_line_says_what_it_becomes(lot):
    lines = judged(lot)
    assert [line.verdict for line in lines] == [
        Verdict.NEW, Verdict.NEW, Verdict.NEW, Verdict.REFUSED, Verdict.REFUSED, Verdict.NEW, Verdict.REFUSED,
    ]  # fmt: skip
    assert lines[0].fields == {
        "kind": DeviceKind.LAPTOP, "brand": "Dell", "model": "Latitude E5470", "memory_mb": 8192, "storage_gb": 256,
        "made_in": 2016, "unit_value": 120_50,
    }  # fmt: skip
    assert lines[1].fields["kind"] == DeviceKind.DESKTOP
    assert (lines[1].fields["memory_mb"], lines[1].fields["storage_gb"]) == (4096, 1000)
    assert "ni un ordinateur" in lines[3].reason
    assert "ligne 2" in lines[4].reason
    assert lines[5].numbers == {}
    assert not Device.objects.filter(lot=lot).exists()


def test_a_list_enters_whole_and_a_second_time_touches_nothing(lot):
    done = entered(lot, known=0)
    assert (done.entered, done.known, done.refused) == (4, 0, 3)
    assert list(lot.devices.order_by("tag").values_list("tag", flat=True)) == [f"PC-000{n}" for n in range(1, 5)]
    device = Device.objects.get(lot=lot, tag="PC-0001")
    assert (device.brand, device.unit_value, device.typed) == ("Dell", 120_50, [])
    assert DeviceIdentifier.objects.get(device=device).value == "5CG7123"
    with pytest.raises(DomainError, match="viennent d'être ajoutées"):
        entered(lot, known=0)
    again = judged(lot)
    assert [line.verdict for line in again][:3] == [Verdict.KNOWN] * 3
    assert "PC-0001" in again[0].reason


def test_a_list_of_known_machines_only_says_so(lot):
    text = "Modèle;Série\nE5470;5CG7123\n"
    entered(lot, text)
    with pytest.raises(DomainError, match="Aucune ligne"):
        entered(lot, text)


def test_one_serial_number_on_two_models_is_two_machines(lot):
    entered(lot, "Modèle;Série\nE5470;AB12345\n")
    (line,) = judged(lot, "Modèle;Série\nThinkPad T480;AB12345\n")
    assert line.verdict == Verdict.NEW
    assert "autre modèle" in line.reason


def test_the_same_number_at_another_operator_is_nothing_of_ours(lot):
    elsewhere = an_operator()
    other = open_lot(acting_user=a_user(elsewhere), operator=elsewhere, label="Lot", on=DAY, count=1)
    entered(other, "Modèle;Série\nE5470;AB12345\n")
    (line,) = judged(lot, "Modèle;Série\nE5470;AB12345\n")
    assert line.verdict == Verdict.NEW


def test_labels_already_stuck_are_read_in_the_list(lot):
    a_run(lot.operator, by=a_user(lot.operator), count=3)
    text = "Modèle;Étiquette\nE5470;PC-0002\nE5470;PC-0002\nE5470;PC-0009\nE5470;\n"
    assert [line.verdict for line in judged(lot, text)] == [
        Verdict.NEW, Verdict.REFUSED, Verdict.REFUSED, Verdict.NEW,
    ]  # fmt: skip
    entered(lot, text)
    assert sorted(lot.devices.values_list("tag", flat=True)) == ["PC-0002", "PC-0004"]


def test_a_public_body_gives_no_line_above_the_ceiling():
    operator = an_operator()
    user = a_user(operator)
    promise = a_promise(
        operator, a_partner(operator, "donor"), by=user, public_body=True, lines={"laptop": (2, 100_00)}
    )
    collection = collected(a_collection(promise, by=user), by=user, count=2)
    lot = open_lot(acting_user=user, operator=operator, label="Mairie", on=DAY, count=2, collection=collection)
    lines = judged(lot, "Modèle;Série;Valeur\nE5470;AB12345;300\nE5470;AB12346;300,01\n")
    assert [line.verdict for line in lines] == [Verdict.NEW, Verdict.REFUSED]


@pytest.mark.parametrize("text", ["", "N/A", "0000000", "to be filled by O.E.M.", "xxxx", "12", "Default string"])
def test_what_makers_leave_blank_is_no_number(text):
    assert real_number(text) == ""


def test_a_packed_list_comes_back_as_it_left_and_a_forged_one_does_not():
    found = read_list(a_list(TEXT))
    back = unpack(found.pack())
    assert (back.name, back.titles, back.rows) == (found.name, found.titles, found.rows)
    for forged in ("", "a\x00b", found.pack()[:-3], "x" * 5000):
        with pytest.raises(DomainError, match="de nouveau"):
            unpack(forged)


def test_files_that_are_no_list_are_refused_with_a_sentence():
    good = TEXT.encode()
    chance = random.Random(4)
    for content in (b"", b"%PDF-1.4", b"PK\x03\x04" + b"\x00" * 50, b"\x00" * 2000, b"<html>", b"a\n", b"\xff\xfe;"):
        with pytest.raises(DomainError):
            read_list(SimpleUploadedFile("liste.xlsx", content))
    operator = an_operator()
    lot = open_lot(acting_user=a_user(operator), operator=operator, label="Lot", on=DAY, count=1)
    for _turn in range(150):
        mutated = bytearray(good)
        for _change in range(chance.randrange(1, 12)):
            place = chance.randrange(len(mutated))
            mutated[place : place + chance.randrange(0, 4)] = bytes(
                chance.randrange(256) for _byte in range(chance.randrange(0, 4))
            )
        try:
            found = read_list(SimpleUploadedFile("liste.csv", bytes(mutated)))
        except DomainError:
            continue
        judge(found, found.mapping, lot=lot, kind="laptop")


def test_a_list_of_more_than_a_thousand_lines_is_cut_first():
    text = "Modèle;Série\n" + "".join(f"E5470;AB{number:06d}\n" for number in range(1002))
    with pytest.raises(DomainError, match="Coupez-la"):
        read_list(a_list(text))


def test_the_pages_show_each_line_then_import(lot):
    client = signed_in(a_user(lot.operator))
    page = reverse("equipment:lot_list", args=[lot.pk])
    shown = client.post(page, {"file": a_list(TEXT), "kind": "laptop", "tag_prefix": "PC"})
    assert shown.status_code == 200
    text = shown.content.decode()
    assert "ni un ordinateur" in text
    assert "Mme Untel" not in text
    form = shown.context["form"]
    typed = {name: value for name, value in form.data.items() if value not in (None, "")}
    assert client.post(page, typed).status_code == 200
    doubled = client.post(page, {**typed, "column_0": "model", "import": "oui"})
    assert doubled.status_code == 422
    assert lot.devices.count() == 0
    done = client.post(page, {**typed, "import": "oui"})
    assert done.status_code == 303
    assert lot.devices.count() == 4
    assert client.post(page, {**typed, "import": "oui"}).status_code in (200, 422)
    assert lot.devices.count() == 4
    assert client.post(page, {**typed, "packed": "a\x00b"}).status_code == 422
    assert client.post(page, {"file": SimpleUploadedFile("x.pdf", b"%PDF-1.4"), "kind": "laptop"}).status_code == 422
