"""Two million people over twelve operators: what finding someone, a file about to be opened twice and the funnel cost.

Persons are made inside PostgreSQL, names as unequally spread as they are: few borne by very many, very many by few.
"""

import datetime
import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db import connection, transaction
from django.urls import reverse

from bench.measure import Page, Visitor, _slip
from bench.sizes import Size
from bench.tables import Table, bare, set_sequences
from bench.words import FIRST_NAMES, LAST_NAMES
from bench.world import Ground, _operator
from declic.organisations.actions import create_organisation, create_site
from declic.orientation.models import Enrolment, Referral, Spotted
from declic.people.models import CaseNumber, Person, Snapshot
from declic.people.names import fold
from declic.people.words import write_all_words
from declic.programmes.models import TermsVersion

SEARCH_MS, ENTRY_MS, FUNNEL_MS = 50, 100, 200
RARE_LAST, RARE_FIRST = 120_000, 4_000
"""Names that few people bear, made of syllables: as many as a country has."""

_SYLLABLES = [
    "ba",
    "be",
    "bo",
    "bra",
    "che",
    "cha",
    "co",
    "dou",
    "du",
    "el",
    "fa",
    "fe",
    "ga",
    "gue",
    "ha",
    "ka",
    "ke",
    "la",
    "le",
    "li",
    "lo",
    "ma",
    "me",
    "mi",
    "mou",
    "na",
    "ne",
    "no",
    "pa",
    "pe",
    "pi",
    "ra",
    "re",
    "ri",
    "ro",
    "sa",
    "sou",
    "ta",
    "te",
    "ti",
    "tou",
    "va",
    "vi",
    "ya",
    "za",
    "ar",
    "an",
    "in",
    "on",
    "er",
    "et",
    "ez",
    "ier",
    "eau",
    "el",
    "ac",
    "al",
    "il",
    "is",
    "os",
    "ot",
    "aux",
    "ard",
    "and",
    "ens",
]
# Every statement draws again from the same seed: the same rows on the same day.
_PEOPLE = """
    INSERT INTO people_person (operator_id, case_number, first_name, last_name, birth_name, called, birth_date, gender,
        email, contact_preference, preferred_language, languages, address, postal_code, city, site_id, informed_on,
        created_at, updated_at)
    SELECT %(operator)s, 'D-' || lpad(d.n::text, greatest(5, length(d.n::text)), '0'), f.name, l.name,
        CASE WHEN d.b < 0.15 THEN b.name ELSE '' END, '',
        CASE WHEN d.known < 0.02 THEN NULL WHEN d.known < 0.05 THEN make_date(1935 + (d.day / 365)::int, 1, 1)
             ELSE date '1935-01-01' + d.day END,
        f.gender, CASE WHEN d.mail < 0.4 THEN 'personne' || d.n || '@exemple.fr' ELSE '' END, 'phone', '', 'français',
        (1 + (d.day %% 90)) || ' rue des Lilas', lpad((1000 + (d.place * 94000)::int)::text, 5, '0'), 'Ville',
        (%(sites)s::bigint[])[1 + (d.place * 5)::int], %(on)s, %(at)s, %(at)s
    FROM (
        SELECT n, random() AS b, random() AS known, (random() * 26000)::int AS day, random() AS mail, random() AS place,
            CASE WHEN random() < 0.8 THEN 1 + (power(random(), 1.5) * %(firsts)s)::int %% %(firsts)s
                 ELSE %(firsts)s + 1 + (power(random(), 2) * %(rare_firsts)s)::int %% %(rare_firsts)s END AS f,
            CASE WHEN random() < 0.5 THEN 1 + (power(random(), 1.6) * %(lasts)s)::int %% %(lasts)s
                 ELSE %(lasts)s + 1 + (power(random(), 2) * %(rare_lasts)s)::int %% %(rare_lasts)s END AS l,
            1 + (random() * %(lasts)s)::int %% %(lasts)s AS maiden
        FROM generate_series(1, %(count)s) AS n OFFSET 0
    ) d
    JOIN bench_first f ON f.n = d.f JOIN bench_last l ON l.n = d.l JOIN bench_last b ON b.n = d.maiden"""
# Numbers at random, as many as people have: nothing is sent, and the database is thrown away.
_PHONES = """
    INSERT INTO people_personphone (operator_id, person_id, number, note)
    SELECT operator_id, id, '+336' || lpad((random() * 99999999)::int::text, 8, '0'), '' FROM people_person
    WHERE random() < 0.94"""
_COUPLES = """
    INSERT INTO people_personphone (operator_id, person_id, number, note)
    SELECT h.operator_id, h.person_id + 1, h.number, '' FROM people_personphone h
    JOIN people_person p ON p.id = h.person_id + 1 AND p.operator_id = h.operator_id WHERE h.person_id %% 16 = 0"""


def fill_nation(size: Size, *, on: datetime.date, seed: int = 2026) -> list[Ground]:
    """Fill an empty, migrated database; the operators that have editions: the measured one."""
    # Yesterday, so that the night finds only what it is told has changed.
    at = datetime.datetime(on.year, on.month, on.day, 9, tzinfo=datetime.UTC) - datetime.timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET maintenance_work_mem = '512MB'")
    with transaction.atomic():
        # A few editions and colleagues are enough: what is measured reads people.
        ground = _operator(1, {"people": 1_000, "activities": 0, "devices": 0}, on=on)
        operators = [(ground.operator.pk, [site.pk for site in ground.sites])]
        for number in range(2, len(size.shares) + 1):
            other = create_organisation(acting_user=None, name=f"Opérateur {number}", kinds=["operator"])
            operators.append((other.pk, [create_site(acting_user=None, operator=other, name=f"Lieu {number}").pk]))
        tables = ["people_person", "people_personphone", "people_personword", "people_nameword", "people_casenumber"]
        rows = ["people_snapshot", "orientation_spotted", "orientation_referral", "orientation_enrolment"]
        with bare([*tables, *rows]), without_indexes([*tables[:4], *rows]):
            _names(random.Random(seed))
            with connection.cursor() as cursor:
                cursor.execute("SELECT setseed(0.2026)")
                for (operator, sites), share in zip(operators, size.shares, strict=True):
                    count = round(size.people * share)
                    six = (sites * 6)[:6]
                    drawn: dict[str, Any] = {"operator": operator, "sites": six, "count": count, "on": on, "at": at}
                    cursor.execute(_PEOPLE, drawn | _COUNTS)
                    CaseNumber.objects.create(operator_id=operator, last=count)
                cursor.execute(_PHONES.replace("%%", "%"))
                cursor.execute(_COUPLES.replace("%%", "%"))
            write_all_words()
            _funnel(ground, size, on=on, at=at)
    with connection.cursor() as cursor:
        cursor.execute("RESET statement_timeout")
    return [ground]


_COUNTS = {
    "firsts": sum(map(len, FIRST_NAMES.values())),
    "lasts": len(LAST_NAMES),
    "rare_firsts": RARE_FIRST,
    "rare_lasts": RARE_LAST,
}


def _names(rng: random.Random) -> None:
    """Two lists of names in order of frequency, those of `bench.words` first."""
    firsts = [(name, gender) for gender, names in FIRST_NAMES.items() for name in names]
    rng.shuffle(firsts)
    firsts += [(_rare(rng, 2, 3), rng.choice(("feminin", "masculin"))) for _number in range(RARE_FIRST)]
    lasts = [*LAST_NAMES, *(_rare(rng, 2, 4) for _number in range(RARE_LAST))]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_first (n int, name text, gender text) ON COMMIT DROP;"
            " CREATE TEMPORARY TABLE bench_last (n int, name text) ON COMMIT DROP"
        )
        with cursor.copy("COPY bench_first FROM STDIN") as copy:
            for number, (name, gender) in enumerate(firsts, start=1):
                copy.write_row((number, name, gender))
        with cursor.copy("COPY bench_last FROM STDIN") as copy:
            for number, name in enumerate(lasts, start=1):
                copy.write_row((number, name))
        cursor.execute("ANALYZE bench_first; ANALYZE bench_last")


def _rare(rng: random.Random, fewest: int, most: int) -> str:
    return "".join(rng.choices(_SYLLABLES, k=rng.randint(fewest, most))).capitalize()


def _funnel(ground: Ground, size: Size, *, on: datetime.date, at: datetime.datetime) -> None:
    """One in twenty people of the set spotted for one edition; of them a fifth referred, a tenth entered."""
    operator, run = ground.operator.pk, ground.runs[-1]
    partner, referent = ground.prescribers[run.case]
    spotted = Table(Spotted, "operator edition person spotted_on call_on attempts reached_on", at=at)
    referrals = Table(
        Referral,
        "operator edition person prescriber referent referent_name channel needs state sent_on answered_on answered_by"
        " recorded_by",
        at=at,
    )
    enrolments = Table(
        Enrolment, "operator person edition terms referral adviser starts_on entry_snapshot eligibility", at=at
    )
    snapshots = Table(Snapshot, "operator person moment on recorded_by", at=at)
    count = min(size.people // 20, round(size.people * size.shares[0]))
    first = Person.objects.filter(operator=operator).order_by("pk").values_list("pk", flat=True)[0]
    needs, adviser = ["numerique--acquerir-un-equipement"], ground.advisers[0].pk
    for number in range(count):
        reached = on if number % 5 < 2 else None
        due = None if number % 5 == 0 else on
        spotted.add(operator, run.edition.pk, first + number, on, due, number % 4, reached)
        if number % 5 == 0:
            entered = number % 10 == 0
            referral = referrals.add(
                operator, run.edition.pk, first + number, partner.pk, referent.pk, referent.name, "account", needs,
                "accepted" if entered else "sent", on, on if entered else None, adviser if entered else None, adviser,
            )  # fmt: skip
            if entered:
                entry = snapshots.add(operator, first + number, "entry", on, adviser)
                enrolments.add(
                    operator, first + number, run.edition.pk, run.version.pk, referral, adviser, on, entry, "[]"
                )
    for table in (spotted, referrals, snapshots, enrolments):
        table.flush()
        set_sequences([table.name])
    # What the trigger of the first enrolment does, which COPY passed by.
    TermsVersion.objects.filter(pk=run.version.pk, frozen_at__isnull=True).update(frozen_at=at)


@contextmanager
def without_indexes(tables: list[str]) -> Iterator[None]:
    """Indexes, but those of uniqueness, are made at the end, at once, exclusions too: several times faster than row by row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
            " WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisunique"
            " AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid) ORDER BY 1",
            [tables],
        )
        made = cursor.fetchall()
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'x' AND conrelid = ANY(%s::regclass[]) ORDER BY 1, 2",
            [tables],
        )
        exclusions = cursor.fetchall()
        for table, name, _definition in exclusions:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for name, _definition in made:
            cursor.execute(f"DROP INDEX {name}")
        yield
        for _name, definition in made:
            cursor.execute(definition)
        for table, name, definition in exclusions:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


class NationVisitor(Visitor):
    """The coordinator of the largest operator, who sees a fifth of the people."""

    def pages(self) -> list[Page]:
        return [
            *(Page(f"find: {kind}", partial(self.finding, kind), SEARCH_MS) for kind in KINDS),
            Page("search_box", self.boxes, SEARCH_MS),
            Page("entry", self.entries, ENTRY_MS),
            Page("funnel", self.funnels, FUNNEL_MS),
        ]

    def _people(self, count: int) -> list[Person]:
        """At random without reading four hundred thousand ids first."""
        mine = Person.objects.filter(operator=self.ground.operator)
        first, last = mine.order_by("pk")[0].pk, mine.order_by("-pk")[0].pk
        chosen = self.rng.sample(range(first, last + 1), k=min(count, last + 1 - first))
        found = {person.pk: person for person in Person.objects.filter(pk__in=chosen).prefetch_related("phones")}
        return [found[pk] for pk in chosen]

    def finding(self, kind: str) -> Iterator[str]:
        """The list of people, searched in one way."""
        while True:
            for person in self._people(200):
                typed = typed_as(kind, person, self.rng)
                if typed:
                    yield f"{reverse('people:list')}?{urlencode({'q': typed})}"

    def boxes(self) -> Iterator[str]:
        """The box at the top of every page, searched in every way in turn."""
        while True:
            for number, person in enumerate(self._people(200)):
                typed = typed_as(list(KINDS)[number % len(KINDS)], person, self.rng)
                if typed:
                    yield f"{reverse('web:search')}?{urlencode({'q': typed})}"

    def entries(self) -> Iterator[str]:
        """A file about to be opened a second time: a slip in the name, often the same birth date, sometimes the phone."""
        while True:
            for number, person in enumerate(self._people(200)):
                day = person.birth_date if number % 3 else None
                phone = next(iter(person.phones.all()), None) if number % 2 else None
                data = {
                    "first_name": person.first_name,
                    "last_name": _slip(person.last_name, self.rng),
                    "birth_date": f"{day:%d/%m/%Y}" if day else "",
                    "phones-TOTAL_FORMS": 1,
                    "phones-INITIAL_FORMS": 0,
                    "phones-0-number": phone.number if phone else "",
                }
                yield f"{reverse('people:create')}?{urlencode(data)}"

    def funnels(self) -> Iterator[str]:
        while True:
            yield reverse("orientation:funnel", args=[self.ground.runs[-1].edition.pk])

    def get(self, address: str) -> tuple[bytes, int, float, float]:
        if address.startswith(reverse("people:create")):
            return self.ask(address, "POST")
        return super().get(address)


def typed_as(kind: str, person: Person, rng: random.Random) -> str:
    """What someone types to find a person in one of the `KINDS`; "" where she has nothing of the kind."""
    first, last = fold(person.first_name), fold(person.last_name)
    if kind == "frequent name":
        return str(rng.choice([name for names in FIRST_NAMES.values() for name in names] + LAST_NAMES))
    if kind == "phone":
        numbers = [phone.number for phone in person.phones.all()]
        return " ".join(re.findall("..", "0" + numbers[0][3:])) if numbers else ""
    if kind == "birth date":
        return f"{last} {person.birth_date:%d/%m/%Y}" if person.birth_date else ""
    return {
        "two words": f"{person.last_name} {person.first_name}",
        "slip": f"{first} {_slip(last, rng)}",
        "slip alone": _slip(last, rng),
        "beginning": last[: max(3, len(last) - 3)],
        "three letters": last[:3],
        "case number": person.case_number,
        "nobody": f"xq{last[::-1]}zw",
    }[kind]


KINDS = (
    "frequent name", "two words", "slip", "slip alone", "beginning", "three letters", "phone", "birth date",
    "case number", "nobody",
)  # fmt: skip


def rate_of_the_night(*, on: datetime.date, files: int = 400) -> dict[str, Any]:
    """How long the search for duplicates takes for so many changed files."""
    from declic.people.duplicates import find_duplicates

    since = datetime.datetime.now(datetime.UTC)
    last = Person.objects.order_by("-pk")[0].pk
    Person.objects.filter(pk__gt=last - files).update(updated_at=since)
    start = time.perf_counter()
    found = find_duplicates(on=on, since=since)
    return {"files": files, "pairs": found, "seconds": round(time.perf_counter() - start, 1)}
