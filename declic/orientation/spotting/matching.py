"""Whom a line may mean among the people whom the one who imports may see: found for many lines at once."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from declic.orientation.spotting.reading import Said
from declic.people.models import Person
from declic.people.queries import fold as _fold_once

# The same names come back all along a list, and are compared several times.
fold = lru_cache(maxsize=20_000)(_fold_once)

NEAR = 0.72
"""Above, two first names or two last names may be one, typed otherwise."""

# Names are compared by trigrams first, where the database holds them: what is less alike is never worth reading.
_LIKE = 0.25
_SQL = """
    SELECT w.line, p.id
      FROM unnest(%(lines)s::int[], %(days)s::date[], %(names)s::text[]) AS w(line, day, name)
      JOIN people_person p ON p.operator_id = %(operator)s AND p.birth_date = w.day
     WHERE similarity(p.search_key, w.name) >= %(like)s
    UNION
    SELECT w.line, p.id
      FROM unnest(%(key_lines)s::int[], %(keys)s::text[]) AS w(line, key)
      JOIN people_person p ON p.operator_id = %(operator)s AND p.sort_key = w.key
    UNION
    SELECT w.line, h.person_id
      FROM unnest(%(phone_lines)s::int[], %(phones)s::text[]) AS w(line, number)
      JOIN people_personphone h ON h.operator_id = %(operator)s AND h.number = w.number
"""


class Known(NamedTuple):
    """What is compared of a file."""

    pk: int
    first_name: str
    last_name: str
    birth_name: str
    birth_date: datetime.date | None


@dataclass(frozen=True)
class Match:
    """A file that a line means (`sure`) or may mean, and why: birth, name or phone."""

    person: int
    sure: bool
    why: str


def find_matches(people: QuerySet[Person], operator_id: int, lines: Mapping[int, Said]) -> dict[int, list[Match]]:
    """For each line, the files that it means or may mean, the likeliest first. Two queries, however many lines.

    `people` are those whom the user may see: nobody else is found, nor counted (rule 19). A telephone alone proves
    nothing: couples share one.
    """
    if not lines:
        return {}
    pairs = _candidates(operator_id, lines)
    known = _visible(people, {person for _line, person in pairs})
    holders = _holders(known, lines, pairs)
    found: dict[int, list[Match]] = defaultdict(list)
    for line, person in pairs:
        if person in known and (match := _compare(lines[line], known[person], (line, person) in holders)):
            found[line].append(match)
    strength = {"birth": 0, "near": 1, "name": 2, "phone": 3}
    for matches in found.values():
        matches.sort(key=lambda match: (not match.sure, strength[match.why], match.person))
    return dict(found)


def _candidates(operator_id: int, lines: Mapping[int, Said]) -> list[tuple[int, int]]:
    dated = [(line, said.birth_date, _searched(said)) for line, said in lines.items() if said.birth_date]
    keys = [(line, key) for line, said in lines.items() for key in _sort_keys(said)]
    phones = [(line, number) for line, said in lines.items() for number in said.phones]
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL,
            {
                "operator": operator_id,
                "like": _LIKE,
                "lines": [line for line, _day, _name in dated],
                "days": [day for _line, day, _name in dated],
                "names": [name for _line, _day, name in dated],
                "key_lines": [line for line, _key in keys],
                "keys": [key for _line, key in keys],
                "phone_lines": [line for line, _number in phones],
                "phones": [number for _line, number in phones],
            },
        )
        return cursor.fetchall()


def _searched(said: Said) -> str:
    return fold(f"{said.first_name} {said.last_name} {said.birth_name}")


def _sort_keys(said: Said) -> set[str]:
    """The names as the database sorts them, in both orders and with the hyphens that people add or forget."""
    first, last = _light(said.first_name), _light(said.last_name)
    keys = {f"{last} {first}", f"{first} {last}"}
    keys |= {f"{last.replace('-', ' ')} {first.replace('-', ' ')}", f"{last} {first.replace(' ', '-')}"}
    if said.birth_name:
        keys.add(f"{_light(said.birth_name)} {first}")
    return keys


def _light(name: str) -> str:
    """As `f_unaccent` and `lower` leave a name: punctuation stays."""
    return "".join(fold(letter) or letter for letter in name.lower()) if not name.isascii() else name.lower()


def _visible(people: QuerySet[Person], ids: Iterable[int]) -> dict[int, Known]:
    wanted = list(ids)
    if not wanted:
        return {}
    rows = (
        people.filter(pk__in=wanted).order_by().values_list("pk", "first_name", "last_name", "birth_name", "birth_date")
    )
    return {row[0]: Known(*row) for row in rows}


def _holders(
    known: Mapping[int, Known], lines: Mapping[int, Said], pairs: Sequence[tuple[int, int]]
) -> set[tuple[int, int]]:
    """Which pairs share a telephone."""
    from declic.people.models import PersonPhone

    numbers = {number for said in lines.values() for number in said.phones}
    if not numbers or not known:
        return set()
    held = defaultdict(set)
    for person, number in (
        PersonPhone.objects.filter(person__in=list(known), number__in=list(numbers))
        .order_by()
        .values_list("person_id", "number")
    ):
        held[person].add(number)
    return {(line, person) for line, person in pairs if held.get(person, set()) & set(lines[line].phones)}


def _compare(said: Said, person: Known, shares_phone: bool) -> Match | None:
    same_name = _same_names(said, person)
    same_day = said.birth_date is not None and said.birth_date == person.birth_date
    other_day = said.birth_date is not None and person.birth_date is not None and not same_day
    if other_day:
        return None
    if same_name:
        return Match(person.pk, same_day, "birth" if same_day else "name")
    if (same_day or shares_phone) and _near_names(said, person):
        return Match(person.pk, False, "near" if same_day else "phone")
    return None


def _same_names(said: Said, person: Known) -> bool:
    """The same words whatever their order, accents and hyphens, under the name of use or of birth."""
    mine = _names(said.first_name, said.last_name, said.birth_name)
    return bool(mine & _names(person.first_name, person.last_name, person.birth_name))


def _names(first: str, last: str, birth: str) -> set[str]:
    found = {_joined(first, last), _joined(last, first)}
    if birth:
        found |= {_joined(first, birth), _joined(birth, first)}
    return found


def _joined(first: str, last: str) -> str:
    return f"{fold(first).replace(' ', '')} {fold(last).replace(' ', '')}"


def _near_names(said: Said, person: Known) -> bool:
    mine = (fold(said.first_name), fold(said.last_name), fold(said.birth_name))
    theirs = (fold(person.first_name), fold(person.last_name), fold(person.birth_name))
    lasts = [name for name in theirs[1:] if name]
    return any(
        _like(first, theirs[0]) and any(_like(last, other) for other in lasts)
        for first, last in ((mine[0], mine[1]), (mine[1], mine[0]), *([(mine[0], mine[2])] if mine[2] else []))
    )


def _like(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other).ratio() >= NEAR


def already_there(edition_id: int, people: Iterable[int]) -> dict[int, str]:
    """Of these people (ids), what already ties each to the edition: spotted, referred or enrolled. Three queries."""
    from declic.orientation.enums import OPEN_STATES
    from declic.orientation.models import Enrolment, Referral, Spotted

    wanted = list(people)
    if not wanted:
        return {}
    here: dict[str, Any] = {"edition": edition_id, "person__in": wanted}
    tied = dict.fromkeys(Spotted.objects.filter(**here).values_list("person_id", flat=True), "spotted")
    tied |= dict.fromkeys(
        Referral.objects.filter(**here, state__in=OPEN_STATES).values_list("person_id", flat=True), "referred"
    )
    tied |= dict.fromkeys(Enrolment.objects.filter(**here).values_list("person_id", flat=True), "enrolled")
    return tied
