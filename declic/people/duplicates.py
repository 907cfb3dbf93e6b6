"""Two files that may be one person's: looked for as a file is opened, and every night among the files that changed.

Candidates come by equality only (words near the names, birth date, telephone, email), so that indexes serve behind the
wall; `likeness` then judges each of them.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from declic.people.enums import PairReason, PairState
from declic.people.finding import near_words, operators_entered
from declic.people.likeness import AT_ENTRY, IN_THE_QUEUE, Description, Likeness, date_slips, likeness
from declic.people.models import Person, PersonLink, PersonPhone

MOST_SHOWN = 6
_NEAR_ENOUGH = 1.0
_BEGINNING = 2.0
_BATCH = 200
_MOST_PAIRS_EACH = 5

# For each line (someone described): who bears a first name and a last name near hers, unless born on quite another day;
# who was born on her day; who has her telephone or her email.
_CANDIDATES = """
    WITH meant AS (
        SELECT * FROM unnest(%(lines)s::int[], %(parts)s::text[], %(words)s::text[], %(worths)s::float8[])
            AS m(line, part, word, worth)
    ), named AS (
        SELECT m.line, m.part, m.worth, w.person_id
          FROM meant m
          JOIN people_personword w ON w.word = m.word AND w.operator_id = ANY(%(operators)s::bigint[])
    ), alike AS (
        SELECT line, person_id,
               max(worth) FILTER (WHERE part = 'first') + max(worth) FILTER (WHERE part = 'last') AS worth
          FROM named GROUP BY line, person_id
        HAVING count(*) FILTER (WHERE part = 'first') > 0 AND count(*) FILTER (WHERE part = 'last') > 0
    ), ranked AS (
        SELECT alike.line, alike.person_id,
               row_number() OVER (PARTITION BY alike.line ORDER BY alike.worth DESC, alike.person_id DESC) AS place
          FROM alike JOIN people_person p ON p.id = alike.person_id
         WHERE p.birth_date IS NULL
            OR NOT EXISTS (SELECT FROM unnest(%(dated)s::int[]) AS d(line) WHERE d.line = alike.line)
            OR EXISTS (SELECT FROM unnest(%(day_lines)s::int[], %(days)s::date[]) AS d(line, day)
                        WHERE d.line = alike.line AND d.day = p.birth_date)
    )
    SELECT line, person_id FROM ranked WHERE place <= 80
    UNION
    SELECT d.line, p.id FROM unnest(%(born_lines)s::int[], %(born)s::date[]) AS d(line, day)
     CROSS JOIN unnest(%(operators)s::bigint[]) AS o(pk)
     CROSS JOIN LATERAL (
        SELECT id FROM people_person WHERE operator_id = o.pk AND birth_date = d.day ORDER BY id DESC LIMIT 400
     ) p
    UNION
    SELECT h.line, n.person_id FROM unnest(%(phone_lines)s::int[], %(phones)s::text[]) AS h(line, number)
      JOIN people_personphone n ON n.number = h.number AND n.operator_id = ANY(%(operators)s::bigint[])
    UNION
    SELECT e.line, w.person_id FROM unnest(%(mail_lines)s::int[], %(mails)s::text[]) AS e(line, mail)
      JOIN people_personword w ON w.word = e.mail AND w.operator_id = ANY(%(operators)s::bigint[])
"""


def likely_same(
    people: QuerySet[Person],
    *,
    first_name: str,
    last_name: str,
    birth_date: datetime.date | None,
    phones: Sequence[str] = (),
    birth_name: str = "",
    email: str = "",
    postal_code: str = "",
    address: str = "",
    gender: str = "",
    person: Person | None = None,
) -> list[Person]:
    """Those of `people` who may be the person described, at most six, the likeliest first.

    Each has `.score` (0 to 100), `.reasons` (codes of `PairReason`), `.why` (the same in words) and `.likeness`: birth,
    name or phone. A shared phone alone is a hint and no proof: couples share one. With `person`, the file already open
    of the one described: neither herself nor those to whom a link ties her are shown. `people` must already be what the
    user may see. At most five queries.
    """
    described = Description(
        first_name=first_name,
        last_name=last_name,
        birth_name=birth_name,
        birth_date=birth_date,
        phones=tuple(phones),
        email=email,
        address=address,
        postal_code=postal_code,
        gender=gender,
        pk=person.pk if person is not None else None,
    )
    found = _candidates({0: described}, operators_entered()).get(0, set())
    tied = _families([described.pk])[described.pk] if described.pk is not None else set()
    found -= tied | ({described.pk} if described.pk is not None else set())
    if not found:
        return []
    files = list(people.filter(pk__in=found).order_by("sort_key", "pk"))
    numbers = _phones(one.pk for one in files) if phones else {}
    shown: list[Person] = []
    for one in files:
        seen = likeness(described, _describe(one, numbers.get(one.pk, ())))
        if seen.score >= AT_ENTRY or PairReason.SAME_PHONE in seen.reasons:
            _tell(one, seen)
            shown.append(one)
    return sorted(shown, key=lambda one: -one.score)[:MOST_SHOWN]  # type: ignore[attr-defined]


def find_duplicates(*, on: datetime.date, since: datetime.datetime | None = None) -> int:
    """For the nightly job: put pairs of likely same persons in the queue of each operator; how many are new.

    Looks at the files opened or changed at or after `since` (all of them without it) against all others. Pairs that
    someone has settled stay settled; open ones take their new score. Run twice, it finds nothing more. One transaction
    for each two hundred files, so that it may be stopped and run again.
    """
    changed = _within_reach(Person.objects.all())
    if since is not None:
        changed = changed.filter(Q(updated_at__gte=since) | Q(created_at__gte=since))
    new = 0
    for operator in changed.order_by("operator").values_list("operator", flat=True).distinct():
        last = 0
        while files := list(changed.filter(operator=operator, pk__gt=last).order_by("pk")[:_BATCH]):
            last = files[-1].pk
            new += _queue(operator, files, on=on)
    return new


def _within_reach(people: QuerySet[Person]) -> QuerySet[Person]:
    """Without the files that are no longer to be reunited with another."""
    return people.filter(merged_into__isnull=True, archived_on__isnull=True, anonymised_on__isnull=True)


@transaction.atomic
def _queue(operator: int, files: Sequence[Person], *, on: datetime.date) -> int:
    numbers = _phones(one.pk for one in files)
    described = {one.pk: _describe(one, numbers.get(one.pk, ())) for one in files}
    candidates = _candidates(described, [operator])
    others = {pk for found in candidates.values() for pk in found} - set(described)
    families = _families(described)
    known = dict(described)
    numbers = _phones(others)
    for one in _within_reach(Person.objects.filter(pk__in=others)).order_by():
        known[one.pk] = _describe(one, numbers.get(one.pk, ()))
    pairs: dict[tuple[int, int], Likeness] = {}
    for pk, found in candidates.items():
        judged = [
            (likeness(described[pk], known[other]), other)
            for other in found
            if other != pk and other in known and other not in families[pk]
        ]
        judged.sort(key=lambda each: (-each[0].score, each[1]))
        for seen, other in judged[:_MOST_PAIRS_EACH]:
            if seen.score >= IN_THE_QUEUE:
                pairs[min(pk, other), max(pk, other)] = seen
    return _write(operator, pairs, on=on)


def _write(operator: int, pairs: Mapping[tuple[int, int], Likeness], *, on: datetime.date) -> int:
    """Put the pairs in the queue or refresh those that stand there; how many are new."""
    new = 0
    with connection.cursor() as cursor:
        for (first, second), seen in sorted(pairs.items()):
            cursor.execute(
                "INSERT INTO people_duplicatepair"
                " (operator_id, first_id, second_id, score, reasons, state, found_on, decided_why)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, '')"
                " ON CONFLICT (first_id, second_id) DO UPDATE SET score = excluded.score, reasons = excluded.reasons"
                " WHERE people_duplicatepair.state = %s"
                " AND (people_duplicatepair.score, people_duplicatepair.reasons)"
                " IS DISTINCT FROM (excluded.score, excluded.reasons)"
                " RETURNING xmax = 0",
                [operator, first, second, seen.score, list(seen.reasons), PairState.OPEN, on, PairState.OPEN],
            )
            written = cursor.fetchone()
            new += bool(written and written[0])
    return new


def _candidates(lines: Mapping[int, Description], operators: Sequence[int]) -> dict[int, set[int]]:
    """Ids of the persons worth comparing with each of those described."""
    words = {line: _words(one) for line, one in lines.items()}
    near = near_words(sorted({word for parts in words.values() for names in parts.values() for word in names}))
    meant = {
        (line, part, other): worth
        for line, parts in words.items()
        for part, names in parts.items()
        for word in names
        for other, worth in near[word].items()
        # The beginning of a name is another name: Jean is not Jeanne.
        if worth >= _NEAR_ENOUGH and (worth != _BEGINNING or len(other) - len(word) < 2)
    }
    born = [(line, one.birth_date) for line, one in lines.items() if one.birth_date]
    days = [(line, day) for line, date in born for day in (date, *date_slips(date))]
    phones = [(line, number) for line, one in lines.items() for number in one.phones]
    mails = [(line, f"@{one.email.lower()}") for line, one in lines.items() if one.email]
    with connection.cursor() as cursor:
        cursor.execute(
            _CANDIDATES,
            {
                "operators": list(operators),
                "lines": [line for line, _part, _word in meant],
                "parts": [part for _line, part, _word in meant],
                "words": [word for _line, _part, word in meant],
                "worths": list(meant.values()),
                "dated": [line for line, _day in born],
                "day_lines": [line for line, _day in days],
                "days": [day for _line, day in days],
                "born_lines": [line for line, _day in born],
                "born": [day for _line, day in born],
                "phone_lines": [line for line, _number in phones],
                "phones": [number for _line, number in phones],
                "mail_lines": [line for line, _mail in mails],
                "mails": [mail for _line, mail in mails],
            },
        )
        found: dict[int, set[int]] = defaultdict(set)
        for line, person in cursor.fetchall():
            found[line].add(person)
    return dict(found)


def _words(one: Description) -> dict[str, set[str]]:
    """The words looked for: of the first name, and of the last names; either may stand in the other's place."""
    firsts = {*one.first.split(), one.first.replace(" ", "")} - {""}
    lasts = {word for name in one.lasts for word in (*name.split(), name.replace(" ", ""))}
    return {"first": firsts, "last": lasts}


def _describe(person: Person, phones: Iterable[str]) -> Description:
    return Description(
        first_name=person.first_name,
        last_name=person.last_name,
        birth_name=person.birth_name,
        birth_date=person.birth_date,
        phones=tuple(phones),
        email=person.email,
        address=person.address,
        postal_code=person.postal_code,
        gender=person.gender,
        pk=person.pk,
    )


def _phones(people: Iterable[int]) -> dict[int, set[str]]:
    held: dict[int, set[str]] = defaultdict(set)
    rows = PersonPhone.objects.filter(person__in=list(people)).order_by().values_list("person_id", "number")
    for person, number in rows:
        held[person].add(number)
    return held


def _families(people: Iterable[int | None]) -> dict[int | None, set[int]]:
    """To whom an open link ties each: it says that they are two persons."""
    wanted = [pk for pk in people if pk is not None]
    tied: dict[int | None, set[int]] = defaultdict(set)
    links = PersonLink.objects.filter(Q(person__in=wanted) | Q(other__in=wanted), until__isnull=True)
    for one, other in links.order_by().values_list("person_id", "other_id"):
        tied[one].add(other)
        tied[other].add(one)
    return tied


def _tell(person: Person, seen: Likeness) -> None:
    named = {PairReason.SAME_NAME, PairReason.SWAPPED_NAMES, PairReason.BIRTH_NAME, PairReason.CLOSE_NAME}
    named.add(PairReason.SOUNDS_ALIKE)
    reasons = [PairReason(code) for code in seen.reasons]
    if PairReason.SAME_BIRTH_DATE in reasons and named & set(reasons):
        short = "birth"
    elif named & set(reasons) and seen.score >= AT_ENTRY:
        short = "name"
    else:
        short = "phone"
    person.score, person.reasons, person.likeness = seen.score, seen.reasons, short  # type: ignore[attr-defined]
    person.why = ", ".join(str(reason.label) for reason in reasons)  # type: ignore[attr-defined]
