"""The arithmetic of published figures: what is computed here, never copied."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declic.programmes.figures import contradiction


@dataclass
class Figure:
    value: Any
    printed: Any = None
    arithmetic: Any = None
    unit: str = ""


def said(*args: Any, **kwargs: Any) -> str | None:
    sentence = contradiction(Figure(*args, **kwargs))
    return sentence and sentence.replace("\u00a0", " ").replace("\u202f", " ")


def test_a_ratio_that_gives_another_rate_is_told() -> None:
    assert said(80.0, 90, {"ratio": [32, 40], "equals_pct": 80}, "%") == "32 sur 40 font 80 %, et non 90 %"


def test_a_sum_that_misses_some_people_says_how_many() -> None:
    arithmetic = {"sum": [32, 15], "gap": "personnes n'ont pas de statut noté"}
    assert said(51, None, arithmetic) == "32 + 15 font 47, et non 51 : 4 personnes n'ont pas de statut noté"


def test_a_product_in_euros_says_its_gap() -> None:
    arithmetic = {"times": [3, 86650]}
    assert said(259050, None, arithmetic, "€") == "3 × 86 650 € font 259 950 €, et non 259 050 € : 900 € d'écart"


def test_a_rounded_or_cut_figure_contradicts_nothing() -> None:
    assert said(59.375, 59.37, {"ratio": [19, 32]}, "%") is None
    assert said(59.375, 59.38, {"ratio": [19, 32]}, "%") is None
    assert said(59.375, 59, {"ratio": [19, 32]}, "%") is None
    assert said(59.375, 61, {"ratio": [19, 32]}, "%") is not None


def test_without_arithmetic_or_with_a_list_nothing_is_said() -> None:
    assert said(12) is None
    assert said([12, 20], None, {"sum": [12, 20]}) is None


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 10**6))
def test_a_sum_contradicts_exactly_when_it_is_wrong(first: int, second: int, claimed: int) -> None:
    assert (said(claimed, None, {"sum": [first, second]}) is None) == (first + second == claimed)


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=4))
def test_a_right_product_contradicts_nothing(factors: list[int]) -> None:
    product = 1
    for factor in factors:
        product *= factor
    assert said(product, None, {"times": factors}, "€") is None
    with pytest.raises(ValueError):
        contradiction(Figure(product, None, {"times": factors, "equals": product + 1}))
