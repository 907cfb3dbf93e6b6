"""Finding a machine among many, behind the wall: words follow what is written, and an index serves them."""

import json

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from declic.accounts import wall
from declic.equipment.models import Device, DeviceIdentifier, DeviceWord
from declic.equipment.words import search_devices, write_all_words
from declic.organisations.models import Organisation
from tests.equipment.stories import received, tags
from tests.factories import an_operator

pytestmark = pytest.mark.django_db


def found(operator: Organisation, text: str) -> list[str]:
    return tags(search_devices(Device.objects.filter(operator=operator), text).order_by("tag"))


def a_shelf() -> Organisation:
    operator = an_operator()
    machines = received(operator, count=45, brand="Lenovo", model="ThinkPad X1-Carbon")
    DeviceIdentifier.objects.create(operator=operator, device=machines[0], kind="serial", value="5CD-71 2ABÉ")
    DeviceIdentifier.objects.create(operator=operator, device=machines[1], kind="mac", value="A4:5E:60:C2:11:0F")
    received(operator, brand="Société Écran", model="Ventôse 42", tag_prefix="TAB")
    return operator


def test_a_machine_is_found_by_its_label_its_model_or_one_of_its_numbers() -> None:
    operator = a_shelf()
    assert found(operator, "pc-0042") == found(operator, "PC0042") == found(operator, "pc42") == ["PC-0042"]
    assert found(operator, "PC 42") == found(operator, "0042") == ["PC-0042"]
    assert found(operator, "42") == ["PC-0042", "TAB-0001"]
    assert found(operator, "5cd-712abe") == found(operator, "5cd71") == ["PC-0001"]
    assert found(operator, "a45e60c2110f") == found(operator, "A4:5E:60") == ["PC-0002"]
    assert len(found(operator, "carbon think")) == len(found(operator, "x1-carb")) == 45
    assert found(operator, "ecran ventose") == found(operator, "ÉCRAN") == ["TAB-0001"]
    assert found(operator, "hinkpad") == found(operator, "lenovo ventose") == found(operator, "%_'\\") == []
    assert len(found(operator, "  ")) == 46
    assert found(an_operator(), "lenovo") == []


def test_the_words_follow_the_machine_whatever_the_path() -> None:
    operator = an_operator()
    (machine,) = received(operator, brand="Dell", model="Latitude 5490")
    number = DeviceIdentifier.objects.create(operator=operator, device=machine, kind="serial", value="ABC123")
    Device.objects.filter(pk=machine.pk).update(brand="HP")
    assert found(operator, "hp 5490 abc") == [machine.tag]
    assert found(operator, "dell") == []
    everything = set(DeviceWord.objects.values_list("device", "word"))
    write_all_words()
    assert set(DeviceWord.objects.values_list("device", "word")) == everything
    number.delete()
    assert found(operator, "abc") == []


@given(text=st.text(max_size=60))
@examples(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_is_typed_gets_an_answer(text: str) -> None:
    list(search_devices(Device.objects.all(), text.replace("\x00", ""))[:1])


@pytest.mark.parametrize("text", ["pc-1742", "sn1742", "dell 1742"])
def test_behind_the_wall_no_search_reads_every_machine(text: str) -> None:
    operator = an_operator()
    Device.objects.bulk_create(
        Device(operator=operator, tag=f"PC-{n:04d}", kind="laptop", brand="Dell" if n % 2 else "HP", model=f"M{n % 40}")
        for n in range(1, 2501)
    )
    DeviceIdentifier.objects.bulk_create(
        DeviceIdentifier(operator=operator, device=device, kind="serial", value=f"SN{device.tag[3:]}")
        for device in Device.objects.filter(operator=operator)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE equipment_device, equipment_deviceword")
    wanted = search_devices(Device.objects.filter(operator=operator), text).order_by("tag", "pk")[:51]
    with wall.inside([operator.pk]):
        assert [device.tag for device in wanted] == (["PC-1742"] if not text.startswith("dell") else [])
        plan = json.loads(wanted.explain(format="json"))
    assert "Seq Scan" not in json.dumps(plan), json.dumps(plan, indent=1)
    assert "device_by_word" in json.dumps(plan)
