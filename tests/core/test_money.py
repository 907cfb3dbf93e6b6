"""Amounts: typed in many ways, kept in cents, shown in one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declic.core.money import format_euros, format_euros_short, parse_euros


def test_an_amount_is_written_with_spaces_that_never_break() -> None:
    assert format_euros(185000) == "1\u202f850,00\u00a0€"


def test_a_negative_amount_has_a_true_minus_sign() -> None:
    assert format_euros(-5005) == "\u221250,05\u00a0€"


def test_a_whole_amount_may_lose_its_decimals_and_another_may_not() -> None:
    assert (format_euros_short(5000), format_euros_short(5050)) == ("50\u00a0€", "50,50\u00a0€")


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("50", 5000),
        ("50,00 €", 5000),
        ("50.5", 5050),
        ("1 850,5", 185050),
        ("1850", 185000),
        ("1\u202f850,00\u00a0€", 185000),
        (" 0,09 euros ", 9),
        ("-3", -300),
    ],
)
def test_an_amount_is_understood_however_it_is_typed(typed: str, cents: int) -> None:
    assert parse_euros(typed) == cents


@pytest.mark.parametrize("typed", ["", "dix", "5,000", "1 8 50", "50 $", "1e3", "٥٠€x", "--5", "9" * 40])
def test_what_is_not_an_amount_is_refused_in_french(typed: str) -> None:
    with pytest.raises(ValueError, match=r"[Mm]ontant"):
        parse_euros(typed)


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_an_amount_shown_and_typed_again_is_the_same(cents: int) -> None:
    assert parse_euros(format_euros(cents)) == cents
