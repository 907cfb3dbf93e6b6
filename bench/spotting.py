"""`python -m bench.spotting [ROWS [PEOPLE]]`: the dry run of a long list, in the database that `DATABASE_URL` names.

Fills an operator with PEOPLE files, writes a messy workbook of ROWS lines, then measures, each alone: reading it whole as
it arrives, the dry run (slices, matching included), and the memory of this process. Writes `bench/out/spotting.json`.
The database must be migrated, empty and thrown away afterwards.
"""

import io
import json
import os
import random
import resource
import sys
import time
import zipfile
from datetime import date, timedelta
from typing import Any
from xml.sax.saxutils import escape

from bench.run import OUT, machine, say

FIRST = ("Awa", "Ali", "Fatou", "Moussa", "Marie", "Jean", "Lina", "Karim", "Zoé", "Jean-Pierre", "Aïcha", "Noé")
LAST = (
    "Diarra",
    "Sow",
    "Keïta",
    "Martin",
    "Dupont",
    "Benali",
    "Camara",
    "N'Diaye",
    "Le Goff",
    "Petit",
    "Nguyen",
    "Silva",
)
MOST_SECONDS, MOST_MB = 60, 500


def line(rng: random.Random, number: int) -> tuple[str, str, date, str]:
    """Someone made up: last and first names, birth date, telephone."""
    last = f"{rng.choice(LAST)}{'abcdefghijklmnop'[number % 16]}{'abcdefghijklmnop'[number // 16 % 16]}"
    born = date(1940, 1, 1) + timedelta(days=rng.randrange(25_000))
    return last, rng.choice(FIRST), born, f"06{rng.randrange(10**8):08}"


def workbook(rows: int, known: random.Random, rng: random.Random) -> bytes:
    """A workbook as a service exports it: dates as numbers or texts, telephones as numbers or texts, columns of no use."""
    titles = [
        "NOM",
        "Prénom",
        "Né(e) le",
        "Portable",
        "Mail",
        "Adresse",
        "CP",
        "Ville",
        "Civilité",
        *[f"Divers {n}" for n in range(6)],
    ]
    cells: list[str] = []

    def text(value: str) -> str:
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'

    cells.append("<row>" + "".join(map(text, titles)) + "</row>")
    for number in range(rows):
        someone, other = line(known, number), line(rng, number)
        # One line in ten tells of someone who has a file.
        last, first, born, phone = someone if number % 10 == 0 else other
        day = f"<c><v>{(born - date(1899, 12, 30)).days}</v></c>" if number % 2 else text(f"{born:%d/%m/%Y}")
        called = f"<c><v>{int(phone)}</v></c>" if number % 3 else text(phone)
        cells.append(
            "<row>" + text(last.upper()) + text(first) + day + called + text(f"p{number}@exemple.fr")
            + text(f"{number % 200} rue de la Paix") + "<c><v>31000</v></c>" + text("Toulouse")
            + text("Mme" if number % 2 else "M.") + "".join(text(f"note {number % 50}") for _column in range(6)) + "</row>"
        )  # fmt: skip
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet name="Liste" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{"".join(cells)}</sheetData></worksheet>'
        )
    return buffer.getvalue()


def fill(people: int, rng: random.Random) -> Any:
    """An operator, its coordinator, an edition under way, and its files: a tenth of the lines to come are among them."""
    from declic.accounts.actions import invite
    from declic.accounts.enums import Role
    from declic.core.dates import today
    from declic.organisations.actions import create_organisation
    from declic.people.bulk import register_people
    from declic.programmes.actions import create_edition, create_programme
    from declic.programmes.schema import Terms

    operator = create_organisation(acting_user=None, name="Banc", kinds=["operator"], prescriber_kind="")
    user = invite(
        acting_user=None, email="banc@exemple.fr", name="Banc", organisation=operator, role=Role.COORDINATOR,
        starts_on=today(), password="banc d’essai seulement",  # noqa: S106
    ).user  # fmt: skip
    programme = create_programme(acting_user=user, operator=operator, name="Banc")
    edition = create_edition(
        acting_user=user, programme=programme, terms=Terms(), name="Une", starts_on=today(),
        ends_on=today() + timedelta(days=300),
    )  # fmt: skip
    for start in range(0, people, 5000):
        register_people(
            acting_user=user,
            operator_id=operator.pk,
            site_id=None,
            people=[
                ({"last_name": last, "first_name": first, "birth_date": born}, [f"+33{phone[1:]}"])
                for last, first, born, phone in (
                    line(rng, number) for number in range(start, min(start + 5000, people))
                )
            ],
            on=today(),
        )
    return user, edition


def measure(rows: int, people: int) -> dict[str, Any]:
    """Fill, receive, check; what it took."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.db import connection

    from declic.core.dates import now, today
    from declic.orientation.models import SpottingImport
    from declic.orientation.spotting import actions, working

    user, edition = fill(people, random.Random(1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE people_person; ANALYZE people_personphone")
    content = workbook(rows, random.Random(1), random.Random(2))
    say(f"{people} files, a workbook of {rows} lines and {len(content) / 1e6:.1f} MB.")
    start = time.perf_counter()
    batch = actions.receive_list(
        acting_user=user,
        edition=edition,
        site=None,
        source="Banc",
        upload=SimpleUploadedFile("l.xlsx", content),
        at=now(),
    )
    del content
    received = time.perf_counter() - start
    say(f"Read whole and kept in {received:.1f} s.")
    actions._STEPS = {}
    SpottingImport.objects.filter(pk=batch.pk).update(state="checking")
    before = peak()
    start = time.perf_counter()
    working.check(batch.pk, on=today(), clock=now)
    checked = time.perf_counter() - start
    batch.refresh_from_db()
    counts = dict(working.verdict_counts(batch))
    say(f"Dry run in {checked:.1f} s, {rows / checked:.0f} lines a second, {peak():.0f} MB at most. {counts}")
    batch.file.delete(save=False)
    return {
        "rows": rows,
        "people": people,
        "receive_s": round(received, 1),
        "dry_run_s": round(checked, 1),
        "target_s": MOST_SECONDS,
        "peak_mb": round(peak()),
        "peak_mb_before": round(before),
        "target_mb": MOST_MB,
        "ok": checked <= MOST_SECONDS and peak() <= MOST_MB,
        "verdicts": counts,
        "machine": machine(),
    }


def peak() -> float:
    """Megabytes that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(arguments: list[str]) -> int:
    """Exit code 0 whatever the times say, as for the pages."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    django.setup()
    rows, people = (
        (int(one) for one in (*arguments, "100000", "100000")[:2]) if len(arguments) < 2 else map(int, arguments[:2])
    )
    found = measure(rows, people)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "spotting.json").write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
