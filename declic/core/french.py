"""Small rules of French that a sentence needs when a name comes into it."""

import unicodedata

_VOWELS = frozenset("aeiouy")


def of(name: object) -> str:
    """`de Karima`, `d’Adama`, `d’Élodie`: before an H both are heard, so it keeps `de`."""
    words = str(name)
    first = unicodedata.normalize("NFD", words[:1]).lower()[:1]
    return f"d’{words}" if first in _VOWELS else f"de {words}"
