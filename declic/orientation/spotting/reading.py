"""What a line of a list says of someone: names parted, dates, telephones and codes understood, and what is wrong."""

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from declic.core.dates import age_on, format_short
from declic.core.forms import format_phone, refuse_unwanted_text
from declic.core.tables import Cell, as_date, as_phone, as_postal_code, as_text
from declic.people.enums import Gender, Language
from declic.people.queries import fold as _fold_once

# The same names come back all along a list.
fold = lru_cache(maxsize=20_000)(_fold_once)

OLDEST, YOUNGEST_ALONE = 120, 15
_LENGTHS = {
    "first_name": 80, "last_name": 80, "birth_name": 80, "address": 200, "city": 100, "languages": 120,
    "reference": 60, "prescriber": 160, "referent": 120,
}  # fmt: skip
_SEVERAL = re.compile(r"\s*(?:[/;,|\n]|\bou\b|\bet\b)\s*")
_CIVILITY = re.compile(r"^(m|mr|monsieur|mme|madame|mlle|mademoiselle)\.?\s+", re.IGNORECASE)
_PARTICLES = frozenset(
    ("de", "du", "des", "la", "le", "les", "el", "al", "ben", "ibn", "bint", "ait", "aït", "van", "von", "da", "dos",
     "di", "d", "o", "abd", "abdel", "bou", "ould", "n")
)  # fmt: skip
_GENDERS = {
    **dict.fromkeys(("f", "femme", "mme", "madame", "mlle", "mademoiselle", "feminin", "fille"), Gender.FEMININ),
    **dict.fromkeys(("m", "h", "homme", "mr", "monsieur", "masculin", "garcon"), Gender.MASCULIN),
    **dict.fromkeys(("nb", "non binaire", "autre", "x"), Gender.NON_BINAIRE),
}
_LANGUAGES = {word: code for code, label in Language.choices for word in [code, *fold(str(label)).split()]} | {
    "farsi": "fa", "perse": "fa", "pachtou": "ps", "pachto": "ps", "pashto": "ps", "bengali": "bn", "tigrinya": "ti",
    "mandarin": "zh", "moldave": "ro", "francaise": "fr", "english": "en", "kurde": "", "espagnole": "es",
}  # fmt: skip


@dataclass
class Said:
    """What a line says, understood. `problems` are `{field, text, stop}`: with one that stops, the line is refused."""

    first_name: str = ""
    last_name: str = ""
    birth_name: str = ""
    birth_date: datetime.date | None = None
    phones: list[str] = field(default_factory=list)
    email: str = ""
    address: str = ""
    postal_code: str = ""
    city: str = ""
    gender: str = ""
    preferred_language: str = ""
    languages: str = ""
    reference: str = ""
    prescriber: str = ""
    referent: str = ""
    problems: list[dict[str, Any]] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        return any(problem["stop"] for problem in self.problems)

    def wrong(self, name: str, text: str, *, stop: bool) -> None:
        """Note what is wrong with a field."""
        self.problems.append({"field": name, "text": text, "stop": stop})

    def key(self) -> str:
        """The same for two lines that tell of one person: names in any order, with a birth date, else a telephone."""
        names = " ".join(sorted(fold(f"{self.first_name} {self.last_name}").split()))
        apart = self.birth_date.isoformat() if self.birth_date else (self.phones[0] if self.phones else "")
        return f"{names}|{apart}"[:200]

    def person_fields(self) -> dict[str, Any]:
        """What the person's file opens with."""
        names = (
            "first_name", "last_name", "birth_name", "birth_date", "email", "address", "postal_code", "city", "gender",
            "preferred_language", "languages",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}


def texts_of(cells: list[Cell], columns: Mapping[str, Iterable[int]]) -> dict[str, Any]:
    """The cells of a line by field: dates and numbers stay what they are, several telephones become one text."""
    found: dict[str, Any] = {}
    for name, ranks in columns.items():
        filled = [cells[rank] for rank in ranks if rank < len(cells) and cells[rank] is not None]
        if filled:
            found[name] = filled[0] if len(filled) == 1 else " / ".join(as_text(_dialled(cell)) for cell in filled)
    return found


def _dialled(cell: Cell) -> Cell:
    return f"0{cell}" if isinstance(cell, int) and len(str(cell)) == 9 else cell


def understand(typed: Mapping[str, Any], *, on: datetime.date, name_first: bool = True, problem: str = "") -> Said:
    """What a line says on the day `on`.

    `typed` are cells or texts by field of `columns.FIELDS`; `name_first` tells how a full name in one column is
    written; `problem` is what was wrong with the line itself. Never raises: what cannot be read is said in `problems`.
    """
    said = Said()
    if problem:
        said.wrong("", problem, stop=True)
    _names(said, typed, name_first)
    _birth(said, typed.get("birth_date"), on)
    _reach(said, typed)
    for name in ("address", "city", "reference", "prescriber", "referent"):
        _keep_text(said, name, typed.get(name), stop=False)
    if typed.get("postal_code") is not None and (code := as_postal_code(typed["postal_code"]).strip()):
        if re.fullmatch(r"\d{5}", code):
            said.postal_code = code
        else:
            said.wrong("postal_code", _("Code postal laissé de côté : il faut cinq chiffres."), stop=False)
    _codes(said, typed)
    return said


def _keep_text(said: Said, name: str, cell: Any, *, stop: bool) -> str:
    text = " ".join(as_text(cell).split())
    if not text:
        return ""
    try:
        refuse_unwanted_text(text)
    except ValidationError as error:
        said.wrong(name, " ".join(error.messages), stop=stop)
        return ""
    if len(text) > _LENGTHS[name]:
        if stop:
            said.wrong(name, _("Ce texte est trop long (%(n)d caractères au plus).") % {"n": _LENGTHS[name]}, stop=True)
            return ""
        text = text[: _LENGTHS[name]].rstrip()
    setattr(said, name, text)
    return text


def _names(said: Said, typed: Mapping[str, Any], name_first: bool) -> None:
    whole = " ".join(as_text(typed.get("full_name")).split())
    first, last = (" ".join(as_text(typed.get(name)).split()) for name in ("first_name", "last_name"))
    if whole and not (first and last):
        if match := _CIVILITY.match(whole):
            said.gender = _GENDERS.get(match[1].lower(), "")
            whole = whole[match.end() :]
        whole_last, whole_first, sure = part_names(whole, name_first=name_first)
        last, first = last or whole_last, first or whole_first
        if not sure:
            said.wrong("first_name", _("Nom et prénom séparés à vue : vérifiez."), stop=False)
    for name, text in (("first_name", first), ("last_name", last), ("birth_name", typed.get("birth_name"))):
        kept = _keep_text(said, name, text, stop=True)
        if kept:
            setattr(said, name, well_cased(kept))
    wrong = {problem["field"] for problem in said.problems if problem["stop"]}
    if not said.last_name and "last_name" not in wrong:
        said.wrong("last_name", _("Il manque le nom."), stop=True)
    if not said.first_name and "first_name" not in wrong:
        said.wrong("first_name", _("Il manque le prénom."), stop=True)
    for name in ("first_name", "last_name"):
        text = getattr(said, name)
        if text and (any(letter.isdigit() for letter in text) or not any(letter.isalpha() for letter in text)):
            said.wrong(name, _("« %(text)s » n’est pas un nom.") % {"text": text[:40]}, stop=True)
    if fold(said.birth_name) == fold(said.last_name):
        said.birth_name = ""


def part_names(whole: str, *, name_first: bool) -> tuple[str, str, bool]:
    """The last and the first names written in one cell, and whether that is sure: capitals or a comma tell."""
    if "," in whole:
        last, _comma, first = whole.partition(",")
        return last.strip(), first.strip(), True
    words = whole.split()
    loud = [word for word in words if word.isupper() and len(word.strip(".-'’")) > 1]
    quiet = [word for word in words if word not in loud]
    if loud and quiet and any(not word.isupper() for word in quiet):
        return " ".join(loud), " ".join(quiet), True
    if len(words) < 2:
        return whole, "", True
    if not name_first:
        return " ".join(words[1:]), words[0], len(words) == 2
    end = 1
    while end < len(words) - 1 and fold(words[end - 1]) in _PARTICLES:
        end += 1
    return " ".join(words[:end]), " ".join(words[end:]), len(words) - end == 1


def well_cased(name: str) -> str:
    """A name typed all in capitals, or all in small letters, as one writes it; any other stays as it is."""
    if not (name.isupper() or name.islower()) or len(name) < 2:
        return name
    return re.sub(r"[^\W\d_]+", lambda word: word[0].capitalize(), name)


def _birth(said: Said, cell: Any, on: datetime.date) -> None:
    try:
        day = as_date(cell, on=on)
    except ValueError as error:
        typed = as_text(cell)[:30]
        said.wrong(
            "birth_date",
            _("Date de naissance « %(typed)s » : %(why)s") % {"typed": typed, "why": str(error)},
            stop=True,
        )
        return
    if day is None:
        return
    if isinstance(day, datetime.datetime):
        day = day.date()
    if day > on:
        said.wrong(
            "birth_date", _("Née le %(day)s : cette date est dans le futur.") % {"day": format_short(day)}, stop=True
        )
    elif age_on(day, on) > OLDEST:
        said.wrong(
            "birth_date",
            _("Née le %(day)s : elle aurait plus de 120 ans.") % {"day": format_short(day)},
            stop=True,
        )
    else:
        said.birth_date = day
        if age_on(day, on) < YOUNGEST_ALONE:
            said.wrong("birth_date", _("Moins de 15 ans : vérifiez la date."), stop=False)


@lru_cache(maxsize=50_000)
def _phone(text: str) -> str:
    return as_phone(text)


def _pieces(text: str) -> list[str]:
    """The telephones of one cell: 06/12/34/56/78 is one, 0612345678 / 0512345678 are two."""
    if len(re.sub(r"\D", "", text)) <= 12:
        return [text] if text.strip() else []
    return [piece for piece in _SEVERAL.split(text) if piece.strip()]


def _reach(said: Said, typed: Mapping[str, Any]) -> None:
    cell = typed.get("phone")
    if cell is not None:
        for piece in _pieces(as_text(_dialled(cell))):
            try:
                number = _phone(piece)
            except ValueError:
                said.wrong(
                    "phone",
                    _("Téléphone « %(typed)s » laissé de côté : il n’a pas l’air complet.") % {"typed": piece[:30]},
                    stop=False,
                )
                continue
            if number and number not in said.phones:
                said.phones.append(number)
        del said.phones[4:]
    address = as_text(typed.get("email")).strip().lower().removeprefix("mailto:")
    if address:
        try:
            validate_email(address)
            if len(address) > 254:
                raise ValidationError("")
            said.email = address
        except ValidationError:
            said.wrong(
                "email", _("Courriel « %(typed)s » laissé de côté : vérifiez-le.") % {"typed": address[:60]}, stop=False
            )


def _codes(said: Said, typed: Mapping[str, Any]) -> None:
    gender = fold(as_text(typed.get("gender")))
    if gender:
        said.gender = _GENDERS.get(gender, gender if gender in Gender.values else said.gender)
    language = as_text(typed.get("language")).strip()
    if language:
        codes = [_LANGUAGES[word] for word in fold(language).split() if _LANGUAGES.get(word)]
        if codes:
            said.preferred_language = codes[0]
        if not codes or len(fold(language).split()) > 1:
            _keep_text(said, "languages", language, stop=False)


def values_of(said: Said, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a line: each field as understood, and as it was typed where it could not be read."""
    values: dict[str, Any] = {
        name: getattr(said, name)
        for name in (
            "first_name", "last_name", "birth_name", "email", "address", "postal_code", "city", "gender",
            "reference", "prescriber", "referent",
        )
        if getattr(said, name)
    }  # fmt: skip
    if said.birth_date:
        values["birth_date"] = said.birth_date.isoformat()
    if said.phones:
        values["phone"] = " / ".join(said.phones)
    if said.preferred_language or said.languages:
        values["language"] = said.languages or said.preferred_language
    for problem in said.problems:
        name = problem["field"]
        if name and name not in values and (text := as_text(typed.get(name))[:200]) and not _holds_unwanted(text):
            values[name] = text
    return values


def _holds_unwanted(text: str) -> bool:
    try:
        refuse_unwanted_text(text)
    except ValidationError:
        return True
    return False


_SHOWN: dict[str, Callable[[str], str]] = {
    "phone": lambda text: " / ".join(format_phone(number) for number in text.split(" / ")),
    "birth_date": lambda text: _shown_date(text),
}


def _shown_date(text: str) -> str:
    try:
        return format_short(datetime.date.fromisoformat(text))
    except ValueError:
        return text


def shown(values: Mapping[str, Any]) -> dict[str, str]:
    """The kept values as a form shows them: French dates, telephones with spaces."""
    return {name: _SHOWN.get(name, str)(str(text)) for name, text in values.items()}
