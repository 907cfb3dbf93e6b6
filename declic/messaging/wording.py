"""The words of messages: one file per template and language in `texts/`, French first.

`texts/<name>.fr.toml` holds `about` (what it is for), `fields` (the names it needs), `subject`, `body` and, when it may
leave as an SMS, a short `sms`. `texts/<name>.<language>.toml` holds the same three texts in another language. A text
names its fields in braces; values are put in as they are and never read again as a text.
"""

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "texts"
FRENCH = "fr"


class WordingError(LookupError):
    """A template that does not exist, a field that it needs and was not given, or one that it does not know."""


@dataclass(frozen=True)
class Words:
    """A template filled in: `sms` is empty when the template has no short form."""

    language: str
    subject: str
    body: str
    sms: str


@dataclass(frozen=True)
class Template:
    """One template in one language; `fields` are those that the French file declares."""

    name: str
    language: str
    fields: frozenset[str]
    subject: str
    body: str
    sms: str


def fields_of(text: str) -> set[str]:
    """The names that a text wants between braces."""
    return {name for _words, name, _format, _conversion in string.Formatter().parse(text) if name is not None}


@cache
def template(name: str, language: str = FRENCH) -> Template:
    """The template `name` in `language`, else in its main language (`pt-BR` → `pt`), else in French."""
    french = _read(name, FRENCH)
    if french is None:
        raise WordingError(f"no template {name}")
    for code in (language, language.partition("-")[0]):
        found = _read(name, code) if code.isascii() and code.replace("-", "").isalpha() else None
        if found is not None:
            return Template(name, code, frozenset(french["fields"]), *_texts(found))
    return Template(name, FRENCH, frozenset(french["fields"]), *_texts(french))


def _read(name: str, language: str) -> dict[str, Any] | None:
    path = FOLDER / f"{name}.{language}.toml"
    if path.parent != FOLDER or not path.is_file():
        return None
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _texts(content: dict[str, Any]) -> tuple[str, str, str]:
    return str(content["subject"]).strip(), str(content["body"]).strip(), str(content.get("sms", "")).strip()


def templates() -> list[tuple[str, str]]:
    """Every (name, language) that has a file."""
    return sorted((path.name.split(".")[0], path.name.split(".")[1]) for path in FOLDER.glob("*.*.toml"))


def fill(name: str, language: str, context: Mapping[str, object]) -> Words:
    """The words of a message. Raises `WordingError` when the context is not exactly what the template declares."""
    chosen = template(name, language or FRENCH)
    given = set(context)
    if given != chosen.fields:
        missing, unknown = sorted(chosen.fields - given), sorted(given - chosen.fields)
        raise WordingError(f"{name}: missing {missing}, unknown {unknown}")
    values = {key: str(value) for key, value in context.items()}
    return Words(
        language=chosen.language,
        subject=chosen.subject.format_map(values),
        body=chosen.body.format_map(values),
        sms=chosen.sms.format_map(values),
    )
