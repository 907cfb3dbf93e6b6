"""Names as letters and as sounds: how two spellings of one name are compared, in Python and, by the same rules, in SQL.

The sound is a rough French one, wide enough for names written down by ear from other languages: it proposes, it never
proves. `PHONETIC_RULES` are written for both Python's and PostgreSQL's regular expressions.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

_LIGATURES = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "ð": "d", "þ": "th"}
)

PHONETIC_RULES: tuple[tuple[str, str], ...] = (
    # One letter for what is said as one: Philippe, Cheikh and Sheikh, Kadidja and Khadija, Jacques.
    (r"ph", "f"),
    (r"sch|sh|ch", "x"),
    (r"(dj|dg)", "j"),
    (r"h", ""),
    (r"qu|q|ck|c(?![eiy])", "k"),
    (r"c", "s"),
    (r"gu(?=[eiy])", "g"),
    (r"ou|oo|w", "u"),
    (r"y", "i"),
    # Doubled letters are said once: Mohammed, Philippe.
    (r"(.)\1+", r"\1"),
    # Thibault, Renaud and Reno; Aïcha and Aysha.
    (r"eau(?=l?[tdxs]*$)|aul(?=[td])|au", "o"),
    (r"ai|ei|eu", "e"),
    # Nasal vowels, before a consonant or at the end: Laurent and Lorand, Martin and Marten.
    (r"[ei]+[nm](?=[^aeiou]|$)", "in"),
    (r"a[nm](?=[^aeiou]|$)", "an"),
    # What is written and not said: Dupont and Dupond, Bernard, Marie and Mari, Traoré and Traore.
    (r"(?<=[nrlo])[td]+[sxz]*$", ""),
    (r"(?<=..)[sxz]+$", ""),
    (r"(?<=..)e$", ""),
    (r"z", "s"),
)
"""From folded letters to a sound, in this order."""

_COMPILED = tuple((re.compile(pattern), spoken) for pattern, spoken in PHONETIC_RULES)
_VOWELS_INSIDE = re.compile(r"(?<=.)[aeiou]")
LONGEST_WORD = 40
"""Letters of a word that are looked at; no name has more."""


def fold(text: str) -> str:
    """Lower case, without accents nor punctuation, single spaces: how two spellings of a name are compared."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    letters = "".join(letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter))
    return " ".join(letters.split())


@lru_cache(maxsize=8192)
def sound(word: str) -> str:
    """How a folded word is said, roughly: "philippe" and "filip" both give "filip"."""
    for pattern, spoken in _COMPILED:
        word = pattern.sub(spoken, word)
    return word


@lru_cache(maxsize=8192)
def skeleton(word: str) -> str:
    """The sound without the vowels after its first letter: what spellings of one name keep, "mmd" for Mohamed."""
    return _VOWELS_INSIDE.sub("", sound(word))


def distance(one: str, other: str, most: int = 3) -> int:
    """How many slips of the keyboard part two words: a letter more, less or other, two neighbours exchanged.

    Counts no further than `most` + 1.
    """
    if one == other:
        return 0
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, facing in enumerate(other, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != facing))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == facing:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return min(last[-1], most + 1)


def slips_forgiven(word: str) -> int:
    """How many slips a word of that length bears before it is another name: none in Ali, one in Aminata, two in Fatoumata."""
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2


def alike_by_sound(one: str, other: str) -> bool:
    """Whether two folded words may be one name heard and written down twice."""
    if min(len(one), len(other)) < 3 or skeleton(one) != skeleton(other):
        return False
    heard, said = sound(one), sound(other)
    return distance(heard, said) <= (1 if min(len(heard), len(said)) < 5 else 2)


def closeness(typed: str, word: str) -> float:
    """How near a folded word comes to a typed one, between 0 (another word) and 3 (the same).

    The beginning of the word is worth 2, a slip 1.5, the same sound 1.4, two slips in a long word 1.
    """
    if typed == word:
        return 3.0
    if word.startswith(typed):
        return 2.0
    slips = distance(typed, word, 2)
    if slips == 1 and len(typed) > 3:
        return 1.5
    if alike_by_sound(typed, word):
        return 1.4
    if slips == 2 and min(len(typed), len(word)) > 6:
        return 1.0
    # A beginning typed with a slip: "eldoi" for Élodie.
    begun = word[: len(typed)]
    if len(typed) > 4 and len(word) > len(typed) and distance(typed, begun, 1) == 1:
        return 0.9
    return 0.0


def joined_pairs(words: list[str]) -> list[str]:
    """Neighbouring words written as one: "da silva" for Dasilva, "n guessan" for Nguessan."""
    return [one + other for one, other in pairwise(words)]
