"""A name comes into a sentence as one would say it."""

import pytest

from declic.core.french import of


@pytest.mark.parametrize(
    ("name", "said"),
    [("Karima", "de Karima"), ("Adama", "d’Adama"), ("Élodie", "d’Élodie"), ("Hawa", "de Hawa"), ("", "de ")],
)
def test_a_vowel_takes_an_apostrophe(name: str, said: str) -> None:
    assert of(name) == said
