"""The grade: the worst fact decides, what nobody knows is no praise, and "comme neuf" is never written."""

import datetime
import re
from dataclasses import replace
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

import declic
from declic.core.errors import DomainError
from declic.equipment.enums import Condition, DeviceKind, DriveTechnology, Grade
from declic.equipment.grades import RULES, VERSION, Facts, grade_of, processor_year

DAY = datetime.date(2026, 3, 2)
GOOD = Facts(
    kind="laptop", memory_mb=8192, storage_gb=256, technology="ssd", processor="Intel(R) Core(TM) i5-8250U CPU",
    made_in=2020, battery_health=85, condition="good",
)  # fmt: skip
FACTS = st.builds(
    Facts,
    kind=st.sampled_from(DeviceKind.values),
    memory_mb=st.none() | st.integers(0, 70_000),
    storage_gb=st.none() | st.integers(0, 4_000),
    technology=st.sampled_from(["", *DriveTechnology.values]),
    processor=st.sampled_from(["", "Intel Celeron N4020", "Intel Atom x5", "AMD Ryzen 5 3500U", "?" * 120]),
    made_in=st.none() | st.integers(1990, 2026),
    battery_health=st.none() | st.integers(0, 100),
    condition=st.sampled_from(["", *Condition.values]),
)
ORDER = list(Grade)


@pytest.mark.parametrize(
    ("changes", "grade"),
    [
        ({}, "A"),
        ({"memory_mb": 7_900}, "A"),
        ({"memory_mb": 4_096}, "B"),
        ({"memory_mb": 2_048}, "C"),
        ({"memory_mb": 1_024}, "D"),
        ({"technology": "hdd"}, "C"),
        ({"technology": "emmc"}, "B"),
        ({"storage_gb": 32}, "C"),
        ({"made_in": 2012}, "D"),
        ({"made_in": 2017}, "B"),
        ({"made_in": None}, "B"),
        ({"battery_health": 10}, "C"),
        ({"kind": "tablet", "battery_health": 10}, "D"),
        ({"kind": "desktop", "battery_health": None}, "A"),
        ({"kind": "smartphone", "memory_mb": 4_096, "technology": ""}, "A"),
        ({"condition": "damaged"}, "C"),
        ({"condition": "worn"}, "B"),
        ({"processor": "Intel(R) Celeron(R) N4020"}, "B"),
        ({"processor": "Intel(R) Core(TM)2 Duo CPU P8600"}, "D"),
        ({"memory_mb": None}, None),
    ],
)
def test_the_worst_fact_decides(changes, grade):
    assert grade_of(replace(GOOD, **changes), on=DAY).grade == grade


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("Intel(R) Core(TM) i5-6300U CPU @ 2.40GHz", 2015), ("Intel(R) Core(TM) i5 CPU M 520", None),
        ("Intel Core i5-520M", 2010), ("11th Gen Intel(R) Core(TM) i7-1165G7", 2020), ("i5-1035G1", 2019),
        ("13th Gen Intel(R) Core(TM) i5-1345U", 2023), ("Intel Core i7-14700", 2024), ("AMD Ryzen 5 PRO 3500U", 2019),
        ("Apple M1", 2020), ("Intel(R) Core(TM)2 Duo CPU E8400", 2008), ("", None), ("i5-", None),
    ],
)  # fmt: skip
def test_the_year_of_a_processor_is_read_in_its_name(name, year):
    assert processor_year(name) == year


@settings(max_examples=150, deadline=None)
@given(facts=FACTS, memory=st.integers(0, 70_000), storage=st.integers(0, 4_000), battery=st.integers(0, 100))
def test_more_is_never_worse(facts, memory, storage, battery):
    graded = grade_of(facts, on=DAY)
    assert (graded.grade is None) == (facts.memory_mb is None)
    assert all(reason.words for reason in graded.reasons)
    if graded.grade is None:
        return
    assert graded.grade == max((reason.grade for reason in graded.reasons), key=ORDER.index)
    if any(not reason.known for reason in graded.reasons):
        assert graded.grade != Grade.A
    more = replace(
        facts,
        memory_mb=max(facts.memory_mb, memory),
        storage_gb=None if facts.storage_gb is None else max(facts.storage_gb, storage),
        battery_health=None if facts.battery_health is None else max(facts.battery_health, battery),
    )
    better = grade_of(more, on=DAY).grade
    assert better is not None
    assert ORDER.index(better) <= ORDER.index(graded.grade)
    older = grade_of(facts, on=DAY.replace(year=2030)).grade
    assert older is not None
    assert ORDER.index(older) >= ORDER.index(graded.grade)


def test_a_grade_tells_the_version_of_its_rules():
    assert grade_of(GOOD, on=DAY).version == VERSION
    assert VERSION in RULES
    with pytest.raises(DomainError, match="n'existent pas"):
        grade_of(GOOD, on=DAY, version="1999-1")


def test_as_new_is_never_printed():
    """Décret 2022-190: a used machine is not said to be "comme neuf"."""
    root = Path(declic.__file__).parent
    said = [*Condition.labels, *Grade.labels]
    said += [path.read_text() for path in root.rglob("*.html")]
    said += re.findall(r'_\(\s*"([^"]*)"', "".join(path.read_text() for path in root.rglob("*.py")))
    assert not [text[:80] for text in map(str, said) if re.search(r"comme\s+neu[fv]", text, re.IGNORECASE)]
