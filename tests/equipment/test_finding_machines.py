"""Finding a machine among many, behind the wall: words follow what is written, and an index serves them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
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
    return tags(search_devices(Device.objects.filter(operator=operator), text, operators=[operator.pk]).order_by("tag"))


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
    assert len(found(operator, "thinkpadx1")) == len(found(operator, "lenovothinkpad")) == 45
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


@pytest.mark.parametrize("few", [0, 1, 45, 2000])
def test_several_words_find_the_same_whether_few_or_many_machines_bear_them(
    few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("declic.equipment.words._FEW", few)
    operator = a_shelf()
    assert len(found(operator, "lenovo thinkpad")) == 45
    assert found(operator, "lenovo think 42") == ["PC-0042"]
    assert found(operator, "thinkpad ventose") == []
    assert found(an_operator(), "lenovo thinkpad") == []


@given(text=st.text(max_size=60))
@examples(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_is_typed_gets_an_answer(text: str) -> None:
    list(search_devices(Device.objects.all(), text.replace("\x00", ""), operators=[1])[:1])


def test_behind_the_wall_no_search_reads_every_machine() -> None:
    operator = an_operator()
    Device.objects.bulk_create(
        Device(
            operator=operator, tag=f"PC-{n:04d}", kind="laptop", brand="Dell" if n % 40 else "HP", model=f"M{n % 40}"
        )
        for n in range(1, 2501)
    )
    DeviceIdentifier.objects.bulk_create(
        DeviceIdentifier(operator=operator, device=device, kind="serial", value=f"SN{device.tag[3:]}")
        for device in Device.objects.filter(operator=operator)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE equipment_device, equipment_deviceword")
    for text, wanted in {
        "pc-1742": ["PC-1742"], "sn1742": ["PC-1742"], "hp 1760": ["PC-1760"], "hp 1742": [],
    }.items():  # fmt: skip
        with wall.inside([operator.pk]), CaptureQueriesContext(connection) as asked:
            machines = search_devices(Device.objects.filter(operator=operator), text, operators=[operator.pk])
            assert [machine.tag for machine in machines.order_by("tag", "pk")[:51]] == wanted
        with wall.inside([operator.pk]), connection.cursor() as cursor:
            plans = ""
            for query in asked.captured_queries:
                if "equipment_device" in query["sql"]:
                    cursor.execute(f"EXPLAIN {query['sql']}")
                    plans += "\n".join(line for (line,) in cursor.fetchall())
        assert "Seq Scan on equipment_device" not in plans, plans
        assert "device_by_word" in plans, plans
