"""Names as letters and sounds: the same in Python and in the database, and what is taken for one name."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from bench.words import FIRST_NAMES, LAST_NAMES
from declic.people.names import alike_by_sound, closeness, distance, fold, skeleton, sound

LETTERS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=14)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mohamed", "mohammed"), ("mohamed", "muhamad"), ("aicha", "aysha"), ("khadija", "kadidja"), ("cheikh", "sheikh"),
        ("philippe", "filip"), ("dupont", "dupond"), ("renaud", "renault"), ("thibault", "thibaud"), ("laurent", "lorand"),
        ("catherine", "katherine"), ("gauthier", "gautier"), ("youssef", "yusuf"), ("ouattara", "wattara"), ("leroy", "leroi"),
    ],
)  # fmt: skip
def test_names_heard_alike_are_alike(one: str, other: str) -> None:
    assert alike_by_sound(one, other)
    assert alike_by_sound(other, one)
    assert closeness(one, other) > 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("martin", "bertin"),
        ("hassan", "hussein"),
        ("diallo", "diarra"),
        ("moreau", "marion"),
        ("ali", "eli"),
        ("li", "lo"),
    ],
)
def test_other_names_are_not(one: str, other: str) -> None:
    assert not alike_by_sound(one, other)


@pytest.mark.django_db
def test_the_database_hears_every_common_name_as_we_do() -> None:
    words = sorted(
        {word for names in (*FIRST_NAMES.values(), LAST_NAMES) for name in names for word in fold(name).split()}
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT people_sound(w) FROM unnest(%s::text[]) WITH ORDINALITY AS t(w, n) ORDER BY n", [words])
        assert [heard for (heard,) in cursor.fetchall()] == [sound(word) for word in words]


@pytest.mark.django_db
@examples(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LETTERS)
def test_the_database_hears_any_word_as_we_do(word: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT people_sound(%s), people_name_keys(%s)", [word, word])
        heard, keys = cursor.fetchone()
    assert heard == sound(word)
    assert word in keys
    if len(word) > 2:
        assert f"~{skeleton(word)}" in keys


@pytest.mark.django_db
@examples(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text("azéèêëàâäîïôöùûüçñøåœæßšžčćłđğışżźąęőűťďň AZÉÈÊËÀÂÎÏÔÙÛÇÑØÅŒÆŠŽŁĐ-'’.,/", max_size=20))
def test_the_database_folds_latin_names_as_we_do(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT people_words_of('', '', '', %s, '')", [name])
        assert {word for (word,) in cursor.fetchall()} == set(fold(name).split())


@given(LETTERS, LETTERS)
def test_slips_count_the_same_both_ways(one: str, other: str) -> None:
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)


@given(LETTERS, st.integers(0, 12))
def test_two_neighbours_exchanged_are_one_slip(word: str, place: int) -> None:
    swapped = word[:place] + word[place : place + 2][::-1] + word[place + 2 :]
    assert distance(word, swapped) <= 1
