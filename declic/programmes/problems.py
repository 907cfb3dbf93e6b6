"""Errors of a programme file in French: each names its key and says what is expected there."""

import datetime
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from declic.core.errors import DomainError

_SHOWN = 40


class Problem(NamedTuple):
    """A key such as `edition[0].terms.equipment[1].deposit_eur` and what is expected there, in French."""

    key: str
    expected: str


class ProgrammeFileError(DomainError):
    """A programme file that cannot be taken; `errors` holds every problem at once, and nothing has been written."""

    def __init__(self, errors: Sequence[Problem]) -> None:
        self.errors = list(errors)
        words = _("Ce fichier a %(count)s points à corriger. Rien n'a été enregistré.")
        one = _("Ce fichier a un point à corriger. Rien n'a été enregistré.")
        listed = "\n".join(f"{problem.key} : {problem.expected}" for problem in self.errors)
        super().__init__(f"{one if len(self.errors) == 1 else words % {'count': len(self.errors)}}\n{listed}")


# -------------------------------------------------------------------------------------------------------------- keys


def dotted(path: Sequence[str | int]) -> str:
    """`("edition", 0, "terms")` as `edition[0].terms`; the document itself is `fichier`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else f'"{part}"'
            text += f".{name}" if text else name
    return text or "fichier"


def true_path(loc: Sequence[str | int], data: object) -> tuple[str | int, ...]:
    """The keys of a location without what only names a branch of the schema, found by following the data."""
    path: list[str | int] = []
    current: Any = data
    for index, part in enumerate(loc):
        last = index == len(loc) - 1
        if _holds(current, part):
            current = current[part]
        elif not (last and isinstance(current, Mapping)):
            continue
        path.append(part)
    return tuple(path)


# ------------------------------------------------------------------------------------------------------------ schema


def from_validation(error: ValidationError, data: object, known_keys: Sequence[str]) -> list[Problem]:
    """Every error of a validation, in the order of the document."""
    return [
        Problem(dotted(_path_of(details, data)), expected_of(details, known_keys))
        for details in error.errors(include_url=False)
        # A number may be whole or not: the second branch says it for both.
        if details["loc"][-1:] != ("int",)
    ]


def _path_of(details: ErrorDetails, data: object) -> tuple[str | int, ...]:
    path = true_path(details["loc"], data)
    # The name of a branch that stands last is no key: only a key that lacks or that a rule names may be absent.
    if details["type"] in ("missing", "rule"):
        return path
    current: Any = data
    for index, part in enumerate(path):
        if not _holds(current, part):
            return path[:index]
        current = current[part]
    if details["type"] == "union_tag_not_found" and isinstance(current, Mapping) and "fact" in str(details["ctx"]):
        return (*path, "fact")
    if details["type"] == "union_tag_invalid" and isinstance(current, Mapping):
        return (*path, "fact")
    return path


def _holds(value: object, part: str | int) -> bool:
    if isinstance(value, Mapping):
        return part in value
    return isinstance(value, list) and isinstance(part, int) and part < len(value)


def expected_of(details: ErrorDetails, known_keys: Sequence[str] = ()) -> str:
    """What is expected where a pydantic error stands, with what was read when that helps."""
    kind, context = details["type"], details.get("ctx", {})
    if kind == "rule":
        return str(context["expected"])
    if kind == "extra_forbidden":
        key = str(details["loc"][-1])
        near = get_close_matches(key, [known for known in known_keys if known != key], n=1, cutoff=0.6)
        if near:
            return _("cette clé n'a pas sa place ici ; peut-être vouliez-vous écrire « %(near)s »") % {"near": near[0]}
        return _("cette clé n'a pas sa place ici : retirez-la")
    sentence = _sentence(kind, context)
    if kind in _SAYS_NOTHING_OF_THE_VALUE:
        return sentence
    return _("%(expected)s (lu : %(read)s)") % {"expected": sentence, "read": shown(details.get("input"))}


_SAYS_NOTHING_OF_THE_VALUE = ("missing", "union_tag_not_found", "value_error", "assertion_error")


def _sentence(kind: str, context: Mapping[str, Any]) -> str:
    if kind in ("literal_error", "enum"):
        return _("l'une de ces valeurs : %(values)s") % {"values": _choices(context["expected"])}
    if kind == "union_tag_invalid":
        return _("l'une de ces valeurs : %(values)s") % {"values": _choices(context["expected_tags"])}
    if kind == "union_tag_not_found":
        if "fact" in str(context.get("discriminator", "")):
            return _("la clé fact, qui dit sur quoi porte la condition")
        return _("un calcul : l'une des clés ratio, sum ou times")
    if kind in ("value_error", "assertion_error"):
        return str(context.get("error", "")) or _("une autre valeur")
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(context["pattern"], _("un texte d'une autre forme"))
    plain = _plain_sentences().get(kind)
    if plain is None:
        return _("une autre valeur")
    return plain % {name: _number(value) for name, value in context.items()}


def _plain_sentences() -> dict[str, str]:
    text, whole, amount = _("un texte entre guillemets"), _("un nombre entier"), _("un nombre")
    table = _("une table (des clés et leurs valeurs)")
    day = _("une date écrite ainsi : 2022-03-12, sans guillemets")
    return {
        "missing": _("cette clé est obligatoire"),
        "string_type": text,
        "string_unicode": text,
        "string_too_short": _("un texte d'au moins %(min_length)s caractère(s)"),
        "string_too_long": _("un texte d'au plus %(max_length)s caractères"),
        "int_type": whole,
        "int_parsing": whole,
        "int_parsing_size": whole,
        "int_from_float": whole,
        "float_type": amount,
        "float_parsing": amount,
        "bool_type": _("true ou false, sans guillemets"),
        "bool_parsing": _("true ou false, sans guillemets"),
        "is_instance_of": _("un nombre, par exemple 50 ou 50.25, sans guillemets"),
        "decimal_type": _("un nombre, par exemple 50 ou 50.25, sans guillemets"),
        "decimal_parsing": _("un nombre, par exemple 50 ou 50.25, sans guillemets"),
        "decimal_max_digits": _("un nombre d'au plus %(max_digits)s chiffres"),
        "decimal_max_places": _("un nombre avec au plus %(decimal_places)s décimales"),
        "decimal_whole_digits": _("un nombre d'au plus %(whole_digits)s chiffres avant la virgule"),
        "finite_number": _("un nombre fini"),
        "greater_than": _("un nombre plus grand que %(gt)s"),
        "greater_than_equal": _("au moins %(ge)s"),
        "less_than": _("un nombre plus petit que %(lt)s"),
        "less_than_equal": _("au plus %(le)s"),
        "list_type": _("une liste entre crochets"),
        "too_short": _("une liste d'au moins %(min_length)s élément(s)"),
        "too_long": _("une liste d'au plus %(max_length)s éléments"),
        "dict_type": table,
        "model_type": table,
        "model_attributes_type": table,
        "date_type": day,
        "date_parsing": day,
        "date_from_datetime_parsing": day,
        "date_from_datetime_inexact": day,
        "invalid_key": _("une clé en texte"),
    }


_PATTERNS = {
    r"^[a-z0-9_]{1,40}$": _("un code en minuscules sans accent ni espace, par exemple peur_de_l_erreur"),
    r"^[a-z0-9_]{1,60}$": _("un nom en minuscules sans accent ni espace, par exemple places"),
    r"\S": _("un texte qui n'est pas fait d'espaces seulement"),
    r"^[a-z0-9]+(?:-[a-z0-9]+)*$": _("un identifiant en minuscules sans accent ni espace, par exemple pret-2026"),
    r"^[0-9AB]{5}$": _("un code INSEE de commune à cinq caractères, par exemple 93006"),
}


def _choices(english: str) -> str:
    """Pydantic lists choices as `'a', 'b' or 'c'`."""
    return ", ".join(re.findall(r"'([^']*)'", english)) or english.replace(" or ", _(" ou "))


def _number(value: object) -> object:
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Decimal | float) and value == int(value):
        return int(value)
    return value


def shown(value: object) -> str:
    """What was read, short enough for a line."""
    if isinstance(value, BaseModel | Mapping):
        return _("une table")
    if isinstance(value, list):
        return _("une liste")
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        text = value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)
    except ValueError:
        # A number written in another base can have more digits than Python writes down.
        return _("un nombre immense")
    text = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    cut = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return f"« {cut} »" if isinstance(value, str) else cut


# -------------------------------------------------------------------------------------------------------------- TOML

_PLACE = re.compile(r"\(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)\s*$")


def from_toml(error: Exception, text: str) -> Problem:
    """A syntax error with its line and column."""
    message = str(error)
    match = _PLACE.search(message)
    if match is None:
        return Problem("fichier", _reason(message))
    line = match["line"] or str(text.count("\n") + 1)
    column = match["column"] or str(len(text) - text.rfind("\n"))
    place = _("ligne %(line)s, colonne %(column)s") % {"line": line, "column": column}
    return Problem(place, _reason(message))


def _reason(message: str) -> str:
    for start, sentence in _toml_reasons().items():
        if message.startswith(start):
            return sentence
    return _("une écriture TOML correcte : vérifiez les guillemets, les crochets et le signe =")


def _toml_reasons() -> dict[str, str]:
    twice = _("chaque clé et chaque table une seule fois : celle-ci est déjà écrite plus haut")
    quotes = _("des guillemets fermés : le texte commencé n'est pas terminé")
    return {
        "Cannot overwrite a value": twice,
        "Cannot declare": twice,
        "Cannot redefine": twice,
        "Cannot mutate immutable": twice,
        "Duplicate inline table key": twice,
        "Expected '=' after a key": _("le signe = entre la clé et sa valeur"),
        "Invalid value": _("une valeur : un texte entre guillemets, un nombre, une date, true ou false"),
        "Invalid initial character for a key": _("un nom de clé en lettres, chiffres, tiret ou tiret bas"),
        "Invalid statement": _("une clé suivie du signe = et de sa valeur, ou une table entre crochets"),
        "Expected newline or end of document": _("la fin de la ligne après la valeur"),
        "Unclosed array": _("un crochet ] qui ferme la liste"),
        "Unclosed inline table": _("une accolade } qui ferme la table"),
        "Expected ']'": _("un crochet ] qui ferme le nom de la table"),
        "Unterminated string": quotes,
        'Expected "\'"': quotes,
        "Expected '\"": quotes,
        "Illegal character": _("un texte sans retour à la ligne ni caractère invisible"),
        "Unescaped": _("une barre oblique inverse écrite deux fois (\\\\)"),
        "Invalid hex value": _("un code de caractère correct après \\u"),
        "Escaped character": _("un code de caractère correct après \\u"),
        "Invalid date": _("une date du calendrier, écrite ainsi : 2022-03-12"),
    }
