"""Labels printed ahead, their sheets, their codes, and machines that enter by a scan."""

import re
import threading
import zlib

import pytest
import segno
from django.db import IntegrityError, connection, transaction
from django.test import override_settings
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from declic.core.errors import DomainError
from declic.equipment.actions import (
    add_by_count,
    correct_device,
    enter_by_label,
    open_lot,
    triage,
    undo_label,
)
from declic.equipment.forms.shared import TagField
from declic.equipment.models import Device, LabelRun
from declic.equipment.sheets import SHEETS, labels_pdf
from declic.equipment.tags import parse_tag, split_tag, tag_address, tag_of
from tests.equipment.collecting import a_run
from tests.equipment.stories import received, tags
from tests.factories import DAY, a_user, an_operator, at, signed_in

pytestmark = pytest.mark.django_db


def a_lot(operator, user, count=10):
    return open_lot(acting_user=user, operator=operator, label=f"Lot de {count}", on=DAY, count=count)


def _delete_at_once(device):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DELETE FROM equipment_device WHERE id = %s", [device.pk])


def scanned(lot, tag, user, **fields):
    return enter_by_label(acting_user=user, lot=lot, tag=tag, kind="laptop", at=at(DAY), **fields)


@given(st.from_regex(r"[A-Z]{1,6}", fullmatch=True), st.integers(1, 999_999_999))
@settings(max_examples=15, deadline=None)
def test_a_code_always_leads_back_to_its_tag(prefix, number):
    tag = tag_of(prefix, number)
    assert split_tag(tag) == (prefix, number)
    assert parse_tag(tag_address(tag)) == tag
    assert parse_tag(f" {tag.lower()} ") == tag
    with override_settings(PUBLIC_URL="https://autre.exemple.fr/"):
        assert parse_tag(tag_address(tag)) == tag


@given(st.text(max_size=80))
@settings(max_examples=40, deadline=None)
def test_whatever_is_scanned_is_a_tag_or_nothing(text):
    tag = parse_tag(text)
    assert tag == "" or (len(tag) <= 20 and parse_tag(tag) == tag)


@pytest.mark.parametrize("text", ["", "https://exemple.fr/", "http://[::1", "PC 0042 !", "é", "/e/", "A" * 21])
def test_what_is_no_label_is_told_apart(text):
    assert parse_tag(text) == ""


def test_a_scanned_address_fills_the_box_of_a_machine():
    operator = an_operator()
    (device,) = received(operator)
    field = TagField(devices=Device.objects.filter(operator=operator))
    assert field.clean(tag_address(device.tag)) == field.clean(device.tag.lower()) == device


def test_lots_step_over_labels_printed_ahead():
    operator = an_operator()
    user = a_user(operator)
    assert tags(received(operator, by=user, count=2)) == ["PC-0001", "PC-0002"]
    run = a_run(operator, by=user, count=24)
    assert (run.first, run.count) == (3, 24)
    assert tags(received(operator, by=user)) == ["PC-0027"]
    assert a_run(operator, by=user).first == 28
    assert a_run(operator, by=user, tag_prefix="tab").first == 1


def test_a_label_becomes_a_machine_once():
    operator = an_operator()
    user = a_user(operator)
    run = a_run(operator, by=user, count=3)
    lot, other = a_lot(operator, user), a_lot(operator, user, 5)
    device = scanned(lot, tag_address("PC-0002"), user, brand="Dell", model="E5470")
    assert (device.tag, device.lot, device.typed) == ("PC-0002", lot, ["brand", "model"])
    with pytest.raises(DomainError, match="déjà entrée dans ce lot"):
        scanned(lot, "pc-0002", user)
    with pytest.raises(DomainError, match="Lot de 10"):
        scanned(other, "PC-0002", user)
    for unknown in ("PC-0004", "TAB-0001", "PC-2", f"PC-{run.first + 5000:04d}"):
        with pytest.raises(DomainError, match="ne vient pas de vos planches"):
            scanned(lot, unknown, user)
    with pytest.raises(DomainError, match="n'est pas une étiquette"):
        scanned(lot, "https://exemple.fr/", user)
    assert lot.devices.count() == 1


def test_a_label_of_another_operator_is_not_ours():
    operator, elsewhere = an_operator(), an_operator()
    a_run(elsewhere, by=a_user(elsewhere))
    user = a_user(operator)
    with pytest.raises(DomainError, match="ne vient pas"):
        scanned(a_lot(operator, user), "PC-0001", user)


def test_a_scan_is_undone_while_nothing_is_known_of_the_machine():
    operator = an_operator()
    user = a_user(operator)
    a_run(operator, by=user)
    lot = a_lot(operator, user)
    device = scanned(lot, "PC-0001", user)
    assert undo_label(acting_user=user, device=device, at=device.created_at) == "PC-0001"
    assert scanned(lot, "PC-0001", user).pk != device.pk


def test_a_machine_that_has_begun_its_life_is_not_taken_back():
    operator = an_operator()
    user = a_user(operator)
    known, sorted_out = received(operator, by=user, count=2)
    correct_device(
        acting_user=user, device=known, brand="", model="", drives=1, site=None, refurbisher=None, note="", serial="5CG12345"
    )  # fmt: skip
    with pytest.raises(DomainError, match="déjà des choses"):
        undo_label(acting_user=user, device=known, at=known.created_at)
    triage(acting_user=user, device=sorted_out)
    with pytest.raises(DomainError, match="pour de bon"):
        undo_label(acting_user=user, device=sorted_out, at=sorted_out.created_at)
    with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
        Device.objects.filter(pk=sorted_out.pk).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        _delete_at_once(known)


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_label_falls_on_its_sheet(sheet):
    form = SHEETS[sheet]
    assert form.left + (form.columns - 1) * form.pitch_x + form.width <= 210.01
    assert form.top + (form.rows - 1) * form.pitch_y + form.height <= 297.01
    wanted = [tag_of("PC", number) for number in range(1, form.labels + 2)]
    pdf = labels_pdf(wanted, sheet=sheet, owner="Régie (quartier)", skip=0)
    assert pdf.startswith(b"%PDF-1.4")
    assert pdf.count(b"/Type /Page ") == 2
    drawings = [zlib.decompress(part.partition(b"endstream")[0].rstrip(b"\n")) for part in pdf.split(b"stream\n")[1::2]]
    assert [drawing.count(b"(PC-") for drawing in drawings] == [form.labels, 1]
    assert "Régie \\(quartier\\)".encode("cp1252") in drawings[0]


def test_the_squares_drawn_are_those_of_the_code():
    pdf = labels_pdf(["PC-0042"], sheet="24", owner="")
    drawing = zlib.decompress(pdf.split(b"stream\n")[1].partition(b"\nendstream")[0]).decode("cp1252")
    boxes = [[float(one) for one in found] for found in re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re", drawing)]
    matrix = [list(row) for row in segno.make_qr(tag_address("PC-0042"), error="m", mask=2).matrix_iter(border=0)]
    size, left = len(matrix), min(x for x, *_rest in boxes)
    highest = max(y for _x, y, *_rest in boxes)
    unit = (max(x + width for x, _y, width, _h in boxes) - left) / size
    drawn = [[0] * size for _row in matrix]
    for x, y, width, _height in boxes:
        row, first = round((highest - y) / unit), round((x - left) / unit)
        for place in range(first, first + round(width / unit)):
            drawn[row][place] = 1
    assert drawn == [[int(dark) for dark in row] for row in matrix]


def test_a_sheet_already_begun_is_finished():
    pdf = labels_pdf(["PC-0001", "PC-0002"], sheet="24", owner="", skip=23)
    assert pdf.count(b"/Type /Page ") == 2
    assert labels_pdf([], sheet="none of ours", owner="").count(b"/Type /Page ") == 1


def test_the_code_is_small_enough_for_the_smallest_label():
    with override_settings(PUBLIC_URL="https://declic.une-structure-au-nom-bien-long.exemple.fr"):
        code = segno.make_qr(tag_address("ABCDEF-123456"), error="m")
    # Half a millimetre a module on a label of 21 mm.
    assert code.version <= 6


def test_the_sheets_and_the_door_open_in_the_pages():
    operator = an_operator()
    user = a_user(operator)
    client = signed_in(user)
    asked = {"sheet": "65", "sheets": "2", "tag_prefix": "PC", "form_token": "7c2a5c1e-2f1c-4b3a-9a53-7b9d64a7f0aa"}
    assert [client.post(reverse("equipment:labels"), asked).status_code for _time in range(2)] == [303, 303]
    run = LabelRun.objects.get(operator=operator)
    assert run.count == 130
    (device,) = received(operator, by=user)
    assert device.tag == "PC-0131"
    addresses = [
        reverse("equipment:labels_run_pdf", args=[run.pk]) + "?planche=65&depart=12",
        reverse("equipment:lot_labels_pdf", args=[device.lot_id]) + "?planche=99&depart=-1",
        reverse("equipment:selection_pdf") + "?tags=PC-0130:PC-0131 ZZ-1",
    ]
    for address in addresses:
        assert client.get(address).content.startswith(b"%PDF")
    door = client.get(reverse("equipment:by_tag", args=["pc-0131"]))
    assert door.url == reverse("equipment:device", args=[device.pk])
    assert client.get(reverse("equipment:by_tag", args=["PC-9999"])).status_code == 404
    stranger = signed_in(a_user(an_operator()))
    assert stranger.get(reverse("equipment:by_tag", args=["PC-0131"])).status_code == 404


def test_scanning_goes_on_with_the_same_kind_and_answers_at_once():
    operator = an_operator()
    user = a_user(operator)
    client = signed_in(user)
    a_run(operator, by=user)
    lot = a_lot(operator, user)
    page = reverse("equipment:lot_scan", args=[lot.pk])
    sent = client.post(page, {"tag": "PC-0001", "kind": "tablet", "brand": "Samsung"})
    assert sent.status_code == 303
    assert "kind=tablet&brand=Samsung" in sent.url
    assert 'value="Samsung"' in client.get(sent.url).content.decode()
    again = client.post(page, {"tag": "PC-0001", "kind": "tablet"}, headers={"X-Requested-With": "scan"}).json()
    assert again == {"ok": False, "sentence": "PC-0001 est déjà entrée dans ce lot : passez à la suivante."}
    more = client.post(page, {"tag": "PC-0002", "kind": "tablet"}, headers={"X-Requested-With": "scan"}).json()
    assert (more["ok"], more["entered"]) == (True, 2)
    assert client.post(more["undo"]).url == page
    assert tags(lot.devices.all()) == ["PC-0001"]


@pytest.mark.django_db(transaction=True)
def test_printing_counting_and_scanning_at_once_never_give_one_tag_twice():
    operator = an_operator()
    user = a_user(operator)
    run = a_run(operator, by=user, count=8)
    lot = a_lot(operator, user, 100)
    wrong: list[BaseException] = []
    start = threading.Barrier(6)

    def work(number: int) -> None:
        try:
            start.wait()
            for turn in range(3):
                if number % 3 == 0:
                    a_run(operator, by=user, count=5)
                elif number % 3 == 1:
                    add_by_count(acting_user=user, lot=lot, count=4, kind="laptop")
                else:
                    # Two hands scan the same labels: one of them is told.
                    try:
                        scanned(lot, tag_of("PC", run.first + turn), user)
                    except DomainError as told:
                        if "déjà entrée" not in told.message:
                            raise
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    worn = set(Device.objects.filter(operator=operator).values_list("tag", flat=True))
    assert len(worn) == 2 * 3 * 4 + 3
    printed: list[str] = []
    for one in LabelRun.objects.filter(operator=operator):
        printed += [tag_of(one.prefix, number) for number in range(one.first, one.first + one.count)]
    assert len(printed) == len(set(printed)) == 8 + 2 * 3 * 5
    assert worn & set(printed) == {tag_of("PC", run.first + turn) for turn in range(3)}


def test_labels_are_asked_for_within_reason():
    operator = an_operator()
    user = a_user(operator)
    for count, prefix in ((0, "PC"), (1001, "PC"), (5, "P1"), (5, "")):
        with pytest.raises(DomainError):
            a_run(operator, by=user, count=count, tag_prefix=prefix)
