"""JSON as tools really write it: cut, doubled, preceded by warnings, nested without end."""

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from declic.equipment.reading.facts import UnreadableFileError

DEEPEST = 200
_BEGINS = re.compile(r"^[ \t]*[{\[]", re.MULTILINE)


@dataclass(frozen=True)
class Loaded:
    """A document, and whether a key stands twice in one of its objects: then only one of the two was read."""

    data: Any
    doubled: bool


def looks_like_json(text: str) -> bool:
    """Whether an object or a list begins a line near the top."""
    return _BEGINS.search(text[:4000]) is not None


def load(text: str) -> Loaded:
    """The document in `text`. Raises `UnreadableFileError` when it is cut, broken, or nested beyond reason."""
    try:
        return _load(text)
    except json.JSONDecodeError as error:
        wrong = error
    # `sudo lshw -json > file 2>&1` puts warnings before and after.
    start = _BEGINS.search(text)
    end = max(text.rfind("}"), text.rfind("]"))
    if start is not None and start.start() < end:
        inner = text[start.start() : end + 1]
        try:
            if inner != text:
                return _load(inner)
        except json.JSONDecodeError as error:
            wrong = error
        # Some versions of lshw write several nodes without the brackets of their list.
        if wrong.msg.startswith("Extra data"):
            with suppress(json.JSONDecodeError):
                return _load(f"[{inner}]")
    raise UnreadableFileError(
        _(
            "Ce fichier est coupé ou abîmé : il n'est pas du JSON entier. Relancez l'outil et envoyez le fichier complet."
        )
    )


def _load(text: str) -> Loaded:
    doubled = False

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal doubled
        made = dict(found)
        doubled = doubled or len(made) < len(found)
        return made

    try:
        data = json.loads(text, object_pairs_hook=pairs, parse_constant=_nothing)
    except RecursionError:
        raise UnreadableFileError(_too_deep()) from None
    except json.JSONDecodeError:
        raise
    except ValueError:
        # A number of thousands of digits: it is no size, and takes nothing away from the rest.
        data = json.loads(text, object_pairs_hook=pairs, parse_constant=_nothing, parse_int=_integer)
    _check_depth(data)
    return Loaded(data, doubled)


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= 24 else None


def _nothing(_name: str) -> None:
    """NaN and infinities are no numbers of a machine."""


def _check_depth(data: Any) -> None:
    level = [data] if isinstance(data, dict | list) else []
    for _depth in range(DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if type(inner) in (dict, list)
        ]
        if not level:
            return
    raise UnreadableFileError(_too_deep())


def _too_deep() -> str:
    return _("Ce fichier est emboîté sans fin : aucun outil d'inventaire n'écrit ainsi. Relancez l'outil.")
