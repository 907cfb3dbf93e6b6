"""Finding people among two million by what one remembers of them (docs/adr/011-finding-people.md).

Row-level security lets an index serve only conditions that cannot leak, and likeness might. So slips are forgiven in the
vocabulary of names, which stands outside the wall; persons are then read by equality of words, through an index.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import connection
from django.db.models import BigIntegerField, F, Func, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

from declic.accounts.wall import entered
from declic.core.dates import parse_french_date
from declic.core.forms import PhoneField
from declic.organisations.enums import OrganisationKind
from declic.organisations.models import Organisation
from declic.people.models import Person, PersonPhone
from declic.people.names import LONGEST_WORD, closeness, fold, joined_pairs
from declic.people.word_models import PersonWord

MOST_FOUND = 200
"""The best answers that a search gives: past these, one more word finds better."""

_MAX_WORDS = 6
_PLENTY = 60
"""People who bear the words as typed: with so many, nobody needs look-alikes."""

_NEAR_WORDS = 40
_MOST_BEARERS = 100_000
"""Words near a typed one are added, the nearest first, until so many people of the country bear them: bounds the time."""

_FEW = 500

_DATE = re.compile(r"(?<!\d)(\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4}|\d{4}-\d{2}-\d{2})(?!\d)")
_CASE_NUMBER = re.compile(r"(?<![\w])[dD][- ]?(\d{1,9})(?!\w)")
_PHONE = re.compile(r"(?<!\w)(\+?\d(?:[ .\-/()]*\d){7,14})(?!\w)")
_SHORT_NUMBER = re.compile(r"(?<!\w)(\d{1,7})(?!\w)")
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9.\-]{1,100}")

# Of the vocabulary, what comes near each of some words: those that it begins, those a slip away, those said alike.
_NEAR = """
    SELECT t.n, v.word, v.bearers
      FROM unnest(%(words)s::text[]) WITH ORDINALITY AS t(word, n)
     CROSS JOIN LATERAL (
        (SELECT word, bearers FROM people_nameword
          WHERE word >= t.word AND word < t.word || chr(1114111) ORDER BY bearers DESC, word LIMIT 60)
        UNION
        (SELECT word, bearers FROM people_nameword WHERE keys && people_name_keys(t.word) LIMIT 400)
     ) v
"""
# For words that nothing comes near to: the likest by their letters.
_LIKE = """
    SELECT t.n, v.word, v.bearers
      FROM unnest(%(words)s::text[]) WITH ORDINALITY AS t(word, n)
     CROSS JOIN LATERAL (
        SELECT word, bearers FROM people_nameword WHERE word %% t.word ORDER BY similarity(word, t.word) DESC LIMIT 20
     ) v
"""
_LIKE_ENOUGH = 0.8
"""Worth of a word that is only like the typed one; under all others."""


def search_people(people: QuerySet[Person], text: str) -> QuerySet[Person]:
    """Those of `people` whom `text` may mean, the likeliest first, `MOST_FOUND` at most: slice the result.

    Understands a name (any order, accents and slips forgiven, birth name too, beginnings), a phone in any form, an email,
    a birth date and a case number, alone or together. Empty text leaves `people` as they are; text without a letter or a
    digit finds nobody. Costs one to three short queries at once, the time of which does not grow with frequent names.
    """
    if not text.strip():
        return people
    rest, where = _identifiers(text[:200])
    words = [word[:LONGEST_WORD] for word in dict.fromkeys(fold(rest).split())][:_MAX_WORDS]
    if not words:
        return people.filter(where).order_by("sort_key", "pk") if where else people.none()
    if where:
        return _named_among(people.filter(where), words)
    operators = operators_entered()
    try:
        # Of several words, those near are counted up at once: joined, they would be read person by person.
        found = _bearers_of(people, words[0], operators) if len(words) == 1 else []
        if len(found) < _PLENTY:
            found = _near_bearers(people, words, operators)
    except EmptyResultSet:
        # `people` is nobody.
        return people.none()
    return in_order(people, found)


def operators_entered() -> list[int]:
    """The operators of the request under way; outside any request, all of them."""
    here = entered()
    if here is not None:
        return sorted(here)
    everyone = Organisation.objects.filter(kinds__contains=[OrganisationKind.OPERATOR]).order_by("pk")
    return list(everyone.values_list("pk", flat=True))


def in_order(people: QuerySet[Person], found: Sequence[int]) -> QuerySet[Person]:
    """Those of `people` whose ids are in `found`, in the order of `found`."""
    if not found:
        return people.none()
    ids = Value(list(found), output_field=ArrayField(BigIntegerField()))
    rank = Func(ids, F("pk"), function="array_position", output_field=BigIntegerField())
    return people.filter(pk__in=found).order_by(rank)


def holders(numbers: Iterable[str]) -> QuerySet[PersonPhone, Any]:
    """The persons (ids) who hold one of these telephones, in E.164."""
    # The index begins with the operator: naming the few operators lets it serve.
    return (
        PersonPhone.objects.filter(operator__in=operators_entered(), number__in=list(numbers))
        .order_by()
        .values("person")
    )


def mailed_at(email: str) -> QuerySet[PersonWord, Any]:
    """The persons (ids) who have this email."""
    return (
        PersonWord.objects.filter(operator__in=operators_entered(), word=f"@{email.lower()}")
        .order_by()
        .values("person")
    )


def near_words(words: Sequence[str]) -> dict[str, dict[str, float]]:
    """For each folded word, those of the vocabulary that it may stand for, with their closeness (3 for itself).

    A word that nothing comes near to is compared by its letters in a second query.
    """
    near: dict[str, dict[str, float]] = {word: {word: 3.0} for word in words}
    found = _vocabulary(_NEAR, words)
    for word in words:
        scored = [(closeness(word, other), other, bearers) for other, bearers in found.get(word, {}).items()]
        _add_nearest(near[word], scored)
    alone = [word for word in words if len(near[word]) == 1 and word not in found.get(word, ()) and len(word) > 3]
    if alone:
        for word, like in _vocabulary(_LIKE, alone).items():
            _add_nearest(near[word], [(_LIKE_ENOUGH, other, bearers) for other, bearers in like.items()])
    return near


def _vocabulary(sql: str, words: Sequence[str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, {"words": list(words)})
        for n, word, bearers in cursor.fetchall():
            found.setdefault(words[n - 1], {})[word] = bearers
    return found


def _add_nearest(near: dict[str, float], scored: Iterable[tuple[float, str, int]]) -> None:
    best = sorted((one for one in scored if one[0] > 0), key=lambda one: (-one[0], -one[2], one[1]))[:_NEAR_WORDS]
    borne = 0
    for worth, word, bearers in best:
        borne += bearers
        if borne > _MOST_BEARERS and len(near) > 1:
            break
        near[word] = worth


def _bearers_of(people: QuerySet[Person], word: str, operators: Sequence[int]) -> list[int]:
    """Ids of those who bear the word as typed, by name. Read in the order of the index: a frequent name costs no more."""
    seen, seen_params = _seen(people, "w.person_id")
    with connection.cursor() as cursor:
        cursor.execute(
            # Made of this module's own text.
            f"SELECT w.person_id FROM people_personword w CROSS JOIN LATERAL ({seen}) seen"  # noqa: S608
            f" WHERE {_among('w.operator_id', operators)} AND w.word = %s"
            f" ORDER BY w.sort_key, w.person_id LIMIT {MOST_FOUND}",
            [*seen_params, word],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _near_bearers(people: QuerySet[Person], words: Sequence[str], operators: Sequence[int]) -> list[int]:
    """Ids of those who bear, for each word, it or a near one: the closest first, then by name."""
    pairs = joined_pairs(list(words))
    near = near_words([*words, *(pair for pair in pairs if pair not in words)])
    rows: list[tuple[int, str, float]] = []
    for n, word in enumerate(words):
        meant = dict(near[word])
        # Two words typed for a name that is written as one: it stands for both.
        for pair in pairs[max(n - 1, 0) : n + 1]:
            for other, worth in near[pair].items():
                if worth >= 1.4 and worth != 2.0:
                    meant[other] = max(meant.get(other, 0.0), worth)
        rows += [(n, other, worth) for other, worth in meant.items()]
    # NULL, and left out, for whoever bears nothing near one of the words.
    closest = " + ".join(f"max(m.worth) FILTER (WHERE m.n = {n})" for n in range(len(words)))
    seen, seen_params = _seen(people, "ranked.person_id")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH meant AS (SELECT * FROM unnest(%s::int[], %s::text[], %s::float8[]) AS m(n, word, worth)),
            hits AS (
                SELECT w.person_id, w.sort_key, {closest} AS worth
                  FROM meant m JOIN people_personword w ON w.word = m.word AND {_among("w.operator_id", operators)}
                 GROUP BY w.person_id, w.sort_key
            ),
            ranked AS (SELECT * FROM hits WHERE worth IS NOT NULL ORDER BY worth DESC, sort_key, person_id)
            SELECT ranked.person_id FROM ranked CROSS JOIN LATERAL ({seen}) seen
             ORDER BY ranked.worth DESC, ranked.sort_key, ranked.person_id LIMIT {MOST_FOUND}""",  # noqa: S608 - this module's own text
            [
                [n for n, _word, _worth in rows],
                [word for _n, word, _worth in rows],
                [worth for _n, _word, worth in rows],
                *seen_params,
            ],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _among(column: str, operators: Sequence[int]) -> str:
    """The rows of these operators; of one, by equality, so that the index goes on in its own order."""
    if len(operators) == 1:
        return f"{column} = {operators[0]:d}"
    return f"{column} = ANY('{{{','.join(f'{pk:d}' for pk in operators)}}}'::bigint[])"


def _seen(people: QuerySet[Person], outer: str) -> tuple[str, tuple[Any, ...]]:
    """A sub-select that gives a row when the person `outer` is one of `people`; asked for each candidate in turn."""
    # A column of the query around, named in this module.
    one = people.filter(pk=RawSQL(outer, ())).order_by().values("pk")  # noqa: S611
    sql, params = one.query.sql_with_params()
    # Never made one with the query around it: reading all that a user may see would take longer than the search.
    return f"{sql} OFFSET 0", params


def _named_among(people: QuerySet[Person], words: Sequence[str]) -> QuerySet[Person]:
    """Of few people (a birth date, a phone), those whose names come near each word, the closest first."""
    ranked = []
    few = people.order_by("sort_key", "pk").values_list("pk", "first_name", "last_name", "birth_name", "called")[:_FEW]
    for place, (pk, *names) in enumerate(few):
        borne = {word for name in names for word in (*fold(name).split(), fold(name).replace(" ", ""))}
        worths = [max((closeness(word, other) for other in borne), default=0.0) for word in words]
        if all(worths):
            ranked.append((-sum(worths), place, pk))
    return in_order(people, [pk for _worth, _place, pk in sorted(ranked)][:MOST_FOUND])


def _identifiers(text: str) -> tuple[str, Q]:
    """The emails, dates, phones and case numbers of `text` as one condition, and the text that is left."""
    where = Q()
    for match in _EMAIL.finditer(text):
        where &= Q(pk__in=mailed_at(match[0]))
    text = _EMAIL.sub(" ", text)
    for match in _DATE.finditer(text):
        try:
            where &= Q(birth_date=parse_french_date(match[0]))
        except ValueError:
            where &= Q(pk__in=[])
    text = _DATE.sub(" ", text)
    for match in _CASE_NUMBER.finditer(text):
        where &= _numbered(match[1])
    text = _CASE_NUMBER.sub(" ", text)
    for match in _PHONE.finditer(text):
        where &= _reached_at(match[0])
    text = _PHONE.sub(" ", text)
    for match in _SHORT_NUMBER.finditer(text):
        where &= _numbered(match[1])
    return _SHORT_NUMBER.sub(" ", text), where


def _numbered(digits: str) -> Q:
    """The file of this number, or the one that it was reunited with: papers go on bearing the old number."""
    files = Person.objects.filter(operator__in=operators_entered(), case_number=f"D-{int(digits):05d}").order_by()
    return Q(pk__in=[into or pk for pk, into in files.values_list("pk", "merged_into")])


def _reached_at(typed: str) -> Q:
    try:
        number = PhoneField().clean(typed)
    except ValidationError:
        return Q(pk__in=[])
    return Q(pk__in=holders([number]))
