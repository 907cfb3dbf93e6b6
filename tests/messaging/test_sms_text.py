"""Numbers that receive an SMS, and in how many parts a text leaves."""

import math
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declic.core.errors import DomainError
from declic.messaging.sms import (
    _GSM7,
    _GSM7_TWICE,
    MAX_PARTS,
    count_parts,
    first_mobile,
    is_gsm7,
    mobile_number,
    plain,
    sms_text,
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("+33 7 57 12 34 56", "+33757123456"),
        ("0033612345678", "+33612345678"),
        ("+262 692 12 34 56", "+262692123456"),
        ("+590690123456", "+590690123456"),
    ],
)
def test_a_mobile_of_france_and_its_overseas_departments_receives_an_sms(typed: str, kept: str) -> None:
    assert mobile_number(typed) == kept


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("05 61 23 45 67", "téléphone fixe"),
        ("01 42 34 56 78", "téléphone fixe"),
        ("09 70 12 34 56", "téléphone fixe"),
        ("08 99 70 12 34", "numéro spécial"),
        ("08 00 12 34 56", "numéro spécial"),
        ("+44 7911 123456", "étranger"),
        ("+212 612 345678", "étranger"),
        ("+32 470 12 34 56", "étranger"),
        ("3615", "complet"),
        ("112", "complet"),
        ("06 12 34", "complet"),
        ("", "complet"),
        ("bonjour", "complet"),
    ],
)
def test_no_sms_to_a_landline_nor_to_a_premium_or_foreign_number(typed: str, why: str) -> None:
    with pytest.raises(DomainError, match=why):
        mobile_number(typed)


def test_the_first_mobile_among_the_phones_is_chosen() -> None:
    assert first_mobile(["05 61 23 45 67", "faux", "06 12 34 56 78", "07 57 12 34 56"]) == "+33612345678"
    assert first_mobile(["05 61 23 45 67"]) == first_mobile([]) == ""


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        # A pair is not cut: 152 letters then a euro leave one place empty.
        ("a" * 152 + "€" + "a" * 151, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
    ],
)
def test_parts_are_counted_as_the_network_counts_them(text: str, parts: int) -> None:
    assert count_parts(text) == parts


narrow = st.text(alphabet=sorted(_GSM7), max_size=800)
anything = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=400)


@given(narrow)
def test_a_plain_text_fills_160_then_153_a_part(text: str) -> None:
    assert count_parts(text) == (math.ceil(len(text) / 153) if len(text) > 160 else min(len(text), 1))


@given(anything)
def test_any_text_fits_in_its_parts_and_in_no_fewer_than_its_size_needs(text: str) -> None:
    if is_gsm7(text):
        size, alone, joined = sum(2 if letter in _GSM7_TWICE else 1 for letter in text), 160, 153
    else:
        size, alone, joined = len(text.encode("utf-16-le")) // 2, 70, 67
    parts = count_parts(text)
    assert parts == (0 if size == 0 else 1) if size <= alone else parts * joined >= size > (parts - 1) * (joined - 1)


@given(anything, anything)
def test_a_longer_text_never_takes_fewer_parts(text: str, more: str) -> None:
    assert count_parts(text + more) >= count_parts(text)


@given(anything)
def test_making_plain_never_costs_more_and_changes_nothing_twice(text: str) -> None:
    made = plain(text)
    assert plain(made) == made
    if is_gsm7(made) and len(made) <= len(text):
        assert count_parts(made) <= count_parts(text)


@given(st.text(alphabet=string.ascii_letters + " àéèùçâêîôûëïüœŒÇ’«»…–\u00a0\u202f", min_size=1, max_size=300))
def test_french_always_leaves_in_the_cheap_alphabet(text: str) -> None:
    assert is_gsm7(plain(text))


def test_a_french_sentence_keeps_its_words() -> None:
    assert plain("L’œuvre de François : “prête” à 10 h… là-bas") == 'L\'oeuvre de Francois : "prete" à 10 h... là-bas'
    assert plain("مرحبا François") == "مرحبا François", "the wide coding carries it anyway"


def test_a_text_too_long_or_empty_is_refused() -> None:
    assert count_parts(sms_text("a" * 459)) == MAX_PARTS
    with pytest.raises(DomainError, match="4 SMS"):
        sms_text("a" * 460)
    with pytest.raises(DomainError, match="vide"):
        sms_text(" \n ")
