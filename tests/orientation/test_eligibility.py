"""Each entry rule read as met, not met or unknown; what nobody knows never becomes a yes or a no."""

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declic.orientation.eligibility import RuleResult, all_met, evaluate
from declic.people.models import Person
from declic.programmes.scales import ScaleOn
from declic.programmes.schema import Terms

ON = datetime.date(2024, 3, 4)


def read(rule: Any, *, birth: datetime.date | None = None, kind: str = "", **facts: Any) -> RuleResult:
    terms = Terms.model_validate({"entry": {"rules": [rule]}})
    (result,) = evaluate(
        terms,
        person=Person(birth_date=birth),
        facts=facts,
        prescriber_kind=kind,
        has_prescriber=bool(kind),
        social_evaluation="",
        on=ON,
    )
    return result


AGE = {"fact": "age", "min": 18, "max": 25}
BENEFITS = {"fact": "benefits", "any_of": ["RSA", "ASS"]}
LABOUR = {"fact": "labour_status", "any_of": ["chomeur", "chomeur_longue_duree"]}
COMMUNE = {"fact": "commune", "any_of": ["31555", "2A004"]}
ZONE = {"fact": "priority_zone"}
INCOME = {"fact": "income", "max_eur": "900"}
LEFT = {"fact": "income_after_charges", "max_eur": "300"}
EQUIPMENT = {"fact": "equipment_at_home", "none_of": ["ordinateur", "tablette"]}


@pytest.mark.parametrize(
    ("birth", "outcome"),
    [
        (datetime.date(2006, 3, 4), "met"),
        (datetime.date(2006, 3, 5), "unmet"),
        (datetime.date(1998, 3, 5), "met"),
        (datetime.date(1998, 3, 4), "unmet"),
        (None, "unknown"),
    ],
)
def test_age_is_read_on_the_day_of_entry(birth: datetime.date | None, outcome: str) -> None:
    assert read(AGE, birth=birth).outcome == outcome


@pytest.mark.parametrize(
    ("rule", "facts", "outcome"),
    [
        (BENEFITS, {"benefits": ["RSA", "AAH"]}, "met"),
        (BENEFITS, {"benefits": ["AAH"]}, "unmet"),
        (BENEFITS, {"benefits": []}, "unmet"),
        (BENEFITS, {"benefits": None}, "unknown"),
        (LABOUR, {"labour_status": "chomeur"}, "met"),
        (LABOUR, {"labour_status": "en_emploi"}, "unmet"),
        (LABOUR, {"labour_status": ""}, "unknown"),
        (LABOUR, {}, "unknown"),
        (COMMUNE, {"commune_code": "2A004"}, "met"),
        (COMMUNE, {"commune_code": "31069"}, "unmet"),
        (COMMUNE, {"commune_code": None}, "unknown"),
        (ZONE, {"in_priority_zone": True}, "met"),
        (ZONE, {"in_priority_zone": False}, "unmet"),
        (ZONE, {"in_priority_zone": None}, "unknown"),
        (INCOME, {"income": 90_000}, "met"),
        (INCOME, {"income": 90_001}, "unmet"),
        (INCOME, {"income": 0}, "met"),
        (INCOME, {}, "unknown"),
        (LEFT, {"income": 100_000, "charges": 70_000}, "met"),
        (LEFT, {"income": 100_000, "charges": 69_999}, "unmet"),
        (LEFT, {"income": 100_000}, "unknown"),
        (LEFT, {"charges": 100_000}, "unknown"),
        (EQUIPMENT, {"equipment": ["telephone"]}, "met"),
        (EQUIPMENT, {"equipment": []}, "met"),
        (EQUIPMENT, {"equipment": ["tablette"]}, "unmet"),
        (EQUIPMENT, {}, "unknown"),
    ],
)
def test_each_rule_says_what_it_used(rule: Any, facts: dict[str, Any], outcome: str) -> None:
    result = read(rule, **facts)
    assert result.outcome == outcome
    assert result.label
    assert result.fact


def test_the_kind_of_prescriber_is_a_rule() -> None:
    rule = {"fact": "prescriber_kind", "any_of": ["PLIE"]}
    assert read(rule, kind="PLIE").outcome == "met"
    assert read(rule, kind="CCAS").outcome == "unmet"
    assert read(rule).outcome == "unmet"


def test_alternatives_are_met_by_any_and_unknown_while_one_may_be() -> None:
    assert read([ZONE, BENEFITS], in_priority_zone=False, benefits=["RSA"]).outcome == "met"
    assert read([ZONE, BENEFITS], in_priority_zone=None, benefits=[]).outcome == "unknown"
    assert read([ZONE, BENEFITS], in_priority_zone=False, benefits=[]).outcome == "unmet"


_FACT_OF = {
    "benefits": (BENEFITS, st.lists(st.sampled_from(["RSA", "ASS", "AAH"]), unique=True)),
    "labour_status": (LABOUR, st.sampled_from(["chomeur", "en_emploi", "inactif"])),
    "commune_code": (COMMUNE, st.sampled_from(["31555", "31069"])),
    "in_priority_zone": (ZONE, st.booleans()),
    "income": (INCOME, st.integers(0, 500_000)),
    "equipment": (EQUIPMENT, st.lists(st.sampled_from(["ordinateur", "telephone"]), unique=True)),
}


@given(st.data())
def test_unknown_is_never_a_yes_nor_a_no(data: st.DataObject) -> None:
    """Whatever is known of the rest, a rule is unknown exactly when its own fact is."""
    facts = {name: data.draw(st.none() | values, label=name) for name, (_rule, values) in _FACT_OF.items()}
    birth = data.draw(st.none() | st.dates(datetime.date(1930, 1, 1), ON), label="birth")
    terms = Terms.model_validate({"entry": {"rules": [rule for rule, _values in _FACT_OF.values()] + [AGE]}})
    results = evaluate(
        terms,
        person=Person(birth_date=birth),
        facts=facts,
        prescriber_kind="",
        has_prescriber=False,
        social_evaluation="",
        on=ON,
    )
    for value, result in zip([*facts.values(), birth], results, strict=True):
        assert (result.outcome == "unknown") == (value is None)
    if None in facts.values() or birth is None:
        assert not all_met(results)


def test_a_required_prescriber_and_evaluation_are_rules_too() -> None:
    terms = Terms.model_validate({"entry": {"prescriber_required": True, "social_evaluation_required": True}})

    def outcomes(has_prescriber: bool, evaluation: str) -> list[str]:
        return [
            result.outcome
            for result in evaluate(
                terms,
                person=Person(),
                facts={},
                prescriber_kind="",
                has_prescriber=has_prescriber,
                social_evaluation=evaluation,
                on=ON,
            )
        ]

    assert outcomes(True, "Vit seule.") == ["met", "met"]
    assert outcomes(False, "  ") == ["unmet", "unmet"]


def test_no_rule_lets_everyone_in() -> None:
    assert all_met([])


# -------------------------------------------------------------------------------------------------------- dated scales

CEILING = {"fact": "income", "scale": "plafond"}


def on_scale(amounts: dict[int | None, int] | None, rule: Any = CEILING, **known: Any) -> RuleResult:
    """One rule read against a scale worth `amounts` on that day (None: the operator has no such scale)."""
    scales = {} if amounts is None else {"plafond": ScaleOn("plafond", "Plafond santé", amounts)}
    (result,) = evaluate(
        Terms.model_validate({"entry": {"rules": [rule]}}),
        person=Person(),
        facts={name: value for name, value in known.items() if name != "persons"},
        prescriber_kind="",
        has_prescriber=False,
        social_evaluation="",
        on=ON,
        persons=known.get("persons"),
        scales=scales,
    )
    return result


@pytest.mark.parametrize(
    ("amounts", "known", "outcome"),
    [
        ({None: 90_000}, {"income": 90_000}, "met"),
        ({None: 90_000}, {"income": 90_001}, "unmet"),
        ({None: 90_000}, {}, "unknown"),
        ({None: 90_000}, {"income": 90_000, "persons": 5}, "met"),
        ({1: 90_000, 2: 120_000}, {"income": 100_000, "persons": 2}, "met"),
        ({1: 90_000, 2: 120_000}, {"income": 100_000, "persons": 1}, "unmet"),
        ({1: 90_000, 2: 120_000}, {"income": 100_000, "household": "seul"}, "unmet"),
        ({1: 90_000, 2: 120_000}, {"income": 100_000, "household": "couple"}, "met"),
        ({1: 90_000, 2: 120_000}, {"income": 500_000, "household": "seul_avec_enfants"}, "unknown"),
        ({1: 90_000, 2: 120_000}, {"income": 500_000}, "unknown"),
        ({1: 90_000, 2: 120_000}, {"income": 500_000, "persons": 3}, "unknown"),
        ({1: 90_000, None: 120_000}, {"income": 100_000, "persons": 3}, "met"),
        ({1: 90_000, 2: 120_000}, {"persons": 1}, "unknown"),
        ({}, {"income": 1}, "unknown"),
        (None, {"income": 1}, "unknown"),
    ],
)
def test_a_ceiling_is_read_on_the_scale(
    amounts: dict[int | None, int] | None, known: dict[str, Any], outcome: str
) -> None:
    result = on_scale(amounts, **known)
    assert result.outcome == outcome
    assert result.label
    assert result.fact


def test_what_a_scale_does_not_tell_is_said() -> None:
    assert "pas de montant au 4 mars 2024" in on_scale({}, income=1).fact
    assert "n'existe pas encore" in on_scale(None, income=1).fact
    assert "nombre de personnes au foyer non renseigné" in on_scale({1: 1, 2: 2}, income=1).fact
    assert "ne dit rien pour un foyer de 3" in on_scale({1: 1}, income=1, persons=3).fact


def test_what_is_left_after_charges_is_read_on_the_scale_too() -> None:
    left = {"fact": "income_after_charges", "scale": "plafond"}
    assert on_scale({None: 30_000}, left, income=100_000, charges=70_000).outcome == "met"
    assert on_scale({None: 30_000}, left, income=100_000, charges=69_999).outcome == "unmet"
    assert on_scale({None: 30_000}, left, income=100_000).outcome == "unknown"


@given(
    amounts=st.dictionaries(st.none() | st.integers(1, 4), st.integers(0, 200_000), max_size=4),
    income=st.none() | st.integers(0, 300_000),
    persons=st.none() | st.integers(1, 6),
)
def test_a_scale_never_turns_what_is_unknown_into_a_no(
    amounts: dict[int | None, int], income: int | None, persons: int | None
) -> None:
    result = on_scale(amounts, income=income, persons=persons)
    sized = any(size is not None for size in amounts)
    ceiling = amounts.get(persons, amounts.get(None)) if persons is not None or not sized else None
    if income is None or ceiling is None:
        assert result.outcome == "unknown"
    else:
        assert result.outcome == ("met" if income <= ceiling else "unmet")
