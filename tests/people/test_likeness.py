"""How much two descriptions look like one person's: what each thing is worth, and how often the score is right."""

import dataclasses
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declic.core.dates import parse_french_date
from declic.people.enums import PairReason
from declic.people.likeness import AT_ENTRY, IN_THE_QUEUE, Description, date_slips, likeness
from tests.people.pairs import DISTINCT, SAME


def read(line: str) -> Description:
    """A description of `tests/people/pairs.py`."""
    name, birth, phone, email, postal_code, address, gender, birth_name = (line.split("|") + [""] * 8)[:8]
    first, last = (part.replace("_", " ") for part in name.split(" ", 1))
    return Description(
        first_name=first,
        last_name=last,
        birth_name=birth_name,
        birth_date=parse_french_date(birth) if birth else None,
        phones=(phone,) if phone else (),
        email=email,
        address=address,
        postal_code=postal_code,
        gender=gender,
    )


def score(pair: tuple[str, str]) -> int:
    return likeness(read(pair[0]), read(pair[1])).score


def test_there_are_enough_pairs_to_judge_by() -> None:
    assert len(SAME) >= 40
    assert len(DISTINCT) >= 30


@pytest.mark.parametrize(("threshold", "precision", "recall"), [(AT_ENTRY, 0.93, 0.97), (IN_THE_QUEUE, 0.95, 0.95)])
def test_the_score_tells_one_person_written_twice_from_two(threshold: int, precision: float, recall: float) -> None:
    found = [pair for pair in SAME if score(pair) >= threshold]
    wrong = [pair for pair in DISTINCT if score(pair) >= threshold]
    missed = [pair for pair in SAME if pair not in found]
    assert len(found) / len(SAME) >= recall, missed
    assert len(found) / (len(found) + len(wrong)) >= precision, wrong


def test_the_phone_of_a_couple_is_no_proof() -> None:
    one = read("Marc Duval|11/01/1970|+33612000013")
    other = read("Anne Duval|23/05/1972|+33612000013")
    assert likeness(one, other).score < AT_ENTRY
    tied = dataclasses.replace(one, pk=1), dataclasses.replace(other, pk=2, family={1})
    assert PairReason.SAME_PHONE in likeness(one, other).reasons
    assert PairReason.SAME_PHONE not in likeness(*tied).reasons
    assert likeness(*tied).score <= likeness(one, other).score


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("Li Wang|18/06/1990", "Wang Li|18/06/1990", PairReason.SWAPPED_NAMES),
        ("Nadia Cherif|28/02/1987|||||feminin|Benali", "Nadia Benali|28/02/1987", PairReason.BIRTH_NAME),
        ("Philippe Renaud|27/05/1959", "Filip Renault|27/05/1959", PairReason.SOUNDS_ALIKE),
        ("Sandrine Garnier|02/12/1979", "Sandrine Granier|02/12/1979", PairReason.CLOSE_NAME),
        ("Élodie Lefèvre|12/03/1980", "elodie lefevre|03/12/1980", PairReason.CLOSE_BIRTH_DATE),
        ("Élodie Lefèvre|12/03/1980", "elodie lefevre|12/03/1980", PairReason.SAME_BIRTH_DATE),
        ("Élodie Lefèvre|||e@exemple.fr", "elodie lefevre|||E@exemple.fr", PairReason.SAME_EMAIL),
        ("Élodie Lefèvre||||31000|1 rue X", "elodie lefevre||||31000|1, RUE X", PairReason.SAME_ADDRESS),
    ],
)
def test_each_reason_is_told(one: str, other: str, reason: str) -> None:
    assert reason in likeness(read(one), read(other)).reasons


NAMES = st.sampled_from(
    ["Awa", "Aoua", "Jean-Pierre", "Jean", "Mohamed", "Mohammed", "Diarra", "Diara", "Martin", "Li", "", "’"]
)
DESCRIPTIONS = st.builds(
    Description,
    first_name=NAMES,
    last_name=NAMES,
    birth_name=NAMES,
    birth_date=st.none()
    | st.sampled_from([datetime.date(1980, 3, 12), datetime.date(1980, 12, 3), datetime.date(1999, 1, 1)]),
    phones=st.sets(st.sampled_from(["+33612000001", "+33612000002"])),
    email=st.sampled_from(["", "a@exemple.fr", "b@exemple.fr"]),
    address=st.sampled_from(["", "1 rue X", "2 rue Y"]),
    postal_code=st.sampled_from(["", "31000", "75001"]),
    gender=st.sampled_from(["", "feminin", "masculin"]),
)


@given(DESCRIPTIONS, DESCRIPTIONS)
def test_it_does_not_matter_who_is_asked_about_first(one: Description, other: Description) -> None:
    here, there = likeness(one, other), likeness(other, one)
    assert here.score == there.score
    assert set(here.reasons) == set(there.reasons)
    assert 0 <= here.score <= 100


ALONE = [
    ("birth_date",),
    ("phones",),
    ("email",),
    ("address", "postal_code"),
    ("gender",),
    ("first_name", "last_name", "birth_name"),
]


@given(DESCRIPTIONS, DESCRIPTIONS, st.sampled_from(ALONE))
def test_what_is_made_the_same_never_makes_two_less_alike(
    one: Description, other: Description, fields: tuple[str, ...]
) -> None:
    values = {name: getattr(one, name) for name in fields}
    if not all(values[name] for name in fields if name != "birth_name"):
        return
    assert likeness(one, dataclasses.replace(other, **values)).score >= likeness(one, other).score


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2030, 1, 1)))
def test_a_slip_in_a_date_can_be_made_the_other_way(day: datetime.date) -> None:
    assert day not in date_slips(day)
    assert all(day in date_slips(slip) for slip in date_slips(day))
