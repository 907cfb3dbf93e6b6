"""Dates: whole months, ages, and what people type."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declic.core.dates import add_months, age_on, format_long, format_short, format_since, parse_french_date

DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31))


def test_a_month_after_the_last_of_january_is_the_last_of_february() -> None:
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2022, 1, 31), 1) == date(2022, 2, 28)


def test_months_cross_the_year_both_ways() -> None:
    assert add_months(date(2022, 11, 30), 3) == date(2023, 2, 28)
    assert add_months(date(2022, 1, 15), -13) == date(2020, 12, 15)


def test_someone_is_a_year_older_on_the_birthday_and_not_the_day_before() -> None:
    assert age_on(date(1980, 3, 12), date(2026, 3, 11)) == 45
    assert age_on(date(1980, 3, 12), date(2026, 3, 12)) == 46


@pytest.mark.parametrize(
    "typed",
    ["3/4/2022", "03-04-2022", "03.04.2022", "03 04 2022", "03042022", "2022-04-03", "3 avril 2022", " 3  Avril 2022 "],
)
def test_a_date_is_understood_however_it_is_typed(typed: str) -> None:
    assert parse_french_date(typed) == date(2022, 4, 3)


def test_months_are_understood_with_or_without_accents_and_with_the_day_of_the_week() -> None:
    assert parse_french_date("1er février 2022") == parse_french_date("mardi 1 fevrier 2022") == date(2022, 2, 1)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("demain", "Écrivez la date ainsi : 12/03/2022."),
        ("3/4/22", "Écrivez la date ainsi : 12/03/2022."),
        ("31/02/2022", "Cette date n’existe pas. Vérifiez le jour et le mois."),
        ("04/13/2022", "Cette date n’existe pas. Vérifiez le jour et le mois."),
        ("12/03/0202", "Vérifiez l’année : écrivez-la avec quatre chiffres, par exemple 2022."),
    ],
)
def test_a_wrong_date_is_refused_with_what_to_do(typed: str, sentence: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse_french_date(typed)
    assert str(refusal.value) == sentence


@given(DAYS)
def test_a_date_shown_in_either_form_is_read_back_the_same(day: date) -> None:
    assert parse_french_date(format_short(day)) == parse_french_date(format_long(day)) == day


def test_the_first_of_a_month_is_written_as_people_say_it() -> None:
    assert format_long(date(2026, 1, 1)) == "jeudi 1er janvier 2026"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 3, 12), "aujourd’hui"),
        (date(2026, 3, 11), "hier"),
        (date(2026, 3, 13), "demain"),
        (date(2026, 3, 9), "il y a 3 jours"),
        (date(2026, 4, 2), "dans 3 semaines"),
        (date(2025, 12, 12), "il y a 3 mois"),
        (date(2023, 3, 12), "il y a 3 ans"),
    ],
)
def test_a_distance_is_said_in_words(day: date, words: str) -> None:
    assert format_since(day, date(2026, 3, 12)) == words
