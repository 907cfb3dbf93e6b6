"""Anonymised means nowhere: every table, every file, every session, every line of log is read for what could name her."""

import email
import email.policy
import logging
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection

from declic.ledger.queries import balance
from declic.people.models import Person
from declic.people.privacy import anonymise
from declic.reporting.indicators import INDICATORS, figure
from tests.factories import DAY
from tests.lives import ADDRESS, BIRTH, BORN, EMAIL, FIRST, LAST, PHONE, Life, held

NAMING = (
    FIRST, "Zelindrae", LAST, BIRTH, EMAIL, PHONE, "98765432", "98 76 54 32", ADDRESS, "Cormorans", "17/08/1979",
    BORN.isoformat(), "talossan", "38100",
)  # fmt: skip
END = DAY.replace(month=12, day=31)


def found_in_database(*words: str) -> list[str]:
    """Every `table: word` of which a row, whatever its columns, holds the word."""
    tables = [table for table in connection.introspection.table_names() if table != "django_migrations"]
    found = []
    with connection.cursor() as cursor:
        for table in tables:
            for word in words:
                cursor.execute(
                    f"SELECT count(*) FROM {connection.ops.quote_name(table)} t WHERE strpos(lower(t::text), %s) > 0",
                    [word.lower()],
                )
                if cursor.fetchone()[0]:
                    found.append(f"{table}: {word}")
    found += [
        f"session: {word}"
        for session in Session.objects.all()
        for word in words
        if word.lower() in str(session.get_decoded()).lower()
    ]
    return found


def found_in_files(folders: list[Path], *words: str) -> list[str]:
    found = []
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                texts = [content.decode("utf-8", errors="replace")]
                message = email.message_from_bytes(content, policy=email.policy.default)
                texts += [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
                found += [f"{path}: {word}" for word in words if any(word.lower() in text.lower() for text in texts)]
    return found


def figures(life: Life) -> dict[str, Any]:
    """All that is counted and all the money, as reports read it."""
    counted = {
        f"{edition.pk} {name}": figure(name, [edition], END).value
        for edition in life.stage.editions
        for name in sorted(INDICATORS)
    }
    roles = ("cash", "deposits_held", "aid_payable", "aid_expense", "damage_recovery")
    return counted | {role: balance(operator=life.stage.operator.pk, role=role) for role in roles}


@pytest.fixture
def folders(settings: Any, tmp_path: Path) -> list[Path]:
    """Where the product writes files: documents and lists, mail and SMS of a laptop."""
    for name in ("media", "mail", "sms"):
        (tmp_path / name).mkdir()
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": tmp_path / "mail"},
        }
    }
    settings.SMS = {**settings.SMS, "folder": tmp_path / "sms"}
    return [tmp_path]


@pytest.mark.django_db
def test_after_anonymising_no_name_is_left_anywhere_and_every_figure_stands(
    folders: list[Path], caplog: pytest.LogCaptureFixture
) -> None:
    life = Life()
    (folders[0] / "sms" / "1.txt").write_text(f"Declic → {PHONE}\n\nBonjour {FIRST}", encoding="utf-8")
    message = email.message.EmailMessage()
    message["To"], message["Subject"] = EMAIL, "Rendez-vous"
    message.set_content(f"Bonjour {FIRST} {LAST}, à demain ! Ça ira : €", cte="base64")
    (folders[0] / "mail" / "1.log").write_bytes(message.as_bytes() + b"\n" + b"-" * 79 + b"\n")
    session = SessionStore()
    session["_messages"] = f"Le dossier de {FIRST} {LAST} est ouvert."
    session.save()
    number = life.person.case_number
    before = figures(life)
    # The test reads well enough to find her: each kind of thing has a row, most of them with her name.
    assert [declared.label for declared, rows in held(life.person).items() if not rows] == []
    assert len({entry.partition(":")[0] for entry in found_in_database(LAST)}) > 25
    assert len(found_in_files(folders, LAST)) == 5

    Person.objects.filter(pk=life.person.pk).update(archived_on=END)
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        anonymise(person=life.person, on=END)

    assert found_in_database(*NAMING) == []
    assert found_in_database(f"{number} ", f"{number},", f'{number}"', f"{number})") == []
    assert found_in_files(folders, *NAMING) == []
    assert not [
        word
        for word in NAMING
        if word in "\n".join(record.message for record in caplog.records if record.name != "django.db.backends")
    ]
    assert figures(life) == before
    life.person.refresh_from_db()
    assert str(life.person) == "Dossier anonymisé"
    assert life.person.anonymised_on == END
    assert Session.objects.count() == 0


@pytest.mark.django_db
def test_anonymising_one_person_leaves_the_others_as_they_were() -> None:
    life = Life()
    other = life.stage.person(first_name="Inès", last_name="Marchetti", phones=["+33611111111"], email=EMAIL)
    life.stage.everything(other)
    rows = {declared: ids for declared, ids in held(other).items() if declared.label not in ("people.PersonLink",)}

    def told() -> list[Any]:
        return [
            list(declared.model._base_manager.filter(pk__in=ids).order_by("pk").values())
            for declared, ids in rows.items()
        ]

    before = told()
    Person.objects.filter(pk=life.person.pk).update(archived_on=END)
    anonymise(person=life.person, on=END)
    assert told() == before
    assert "marchetti" in found_words()


def found_words() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM people_nameword")
        return {word for (word,) in cursor.fetchall()}
