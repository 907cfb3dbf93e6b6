"""Whatever is typed, forged or pasted into any form or address, the answer is a page of ours: never a failure.

Built like the access matrix: every address of the URLconf that shows a form is filled with plausible answers, then one
box at a time receives hostile values of its kind. What a POST did is rolled back after its deferred checks ran. Printed
reports, which cost a second each, are left out: they ask what their pages ask.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from declic.accounts.enums import Role
from tests.factories import a_world, signed_in
from tests.test_access_matrix import ADDRESSES, APPS, RELATED, ROWS

LONG = "é" * 10_000
FORGED = "999999999999999999999"
HOSTILE: dict[str, tuple[str, ...]] = {
    "date": ("31/12/2199", "31/02/2024", "01/01/1900", "31/12/9999", "01/01/0001"),
    "amount": ("999999999999,99", "-5", "21474836,48", "1e9", "0,001"),
    "number": ("2147483648", "-1", "99999999999999999999", "1,5"),
    "phone": ("0" * 400, "+33"),
    "email": (f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 60}.fr", "a@b\x00.fr"),
    "text": (LONG, "a\x00b"),
    "url": ("https://exemple.fr/" + "a" * 900, "a\x00b"),
    "choice": (FORGED,),
    "hidden": ("a\x00b",),
}
"""What each kind of box receives: the first of them always, then one of the others in turn."""

PLAUSIBLE = {
    "amount": "12,00", "number": "2", "phone": "06 12 34 56 78", "email": "nom@exemple.fr", "text": "Texte",
    "url": "https://exemple.fr", "date": "05/03/2024",
}  # fmt: skip
KINDS = {
    "hidden": "hidden", "tel": "phone", "email": "email", "file": "file", "decimal": "amount", "numeric": "number",
    "url": "url",
}  # fmt: skip
"""The kind of box that a type or an inputmode tells."""


@dataclass
class Box:
    """One control of a form: its kind, and the answers that it holds or offers."""

    kind: str
    answers: list[str] = field(default_factory=list)
    value: str | None = None
    few: bool = False
    """No more than five characters: a postal code, or that of a commune."""
    suggested: str = ""
    """The name of the list that suggests its answers."""

    def plausible(self, name: str) -> str | list[str] | None:
        if self.kind == "choice":
            return self.value if self.value is not None else next((one for one in self.answers if one), None)
        if self.value or self.few:
            return self.value or "31555"
        return PLAUSIBLE.get(self.kind, "")


class Forms(HTMLParser):
    """The boxes of every form that posts, by the address it posts to."""

    def __init__(self, here: str) -> None:
        super().__init__()
        self.here, self.found = here, dict[str, dict[str, Box]]()
        self.boxes: dict[str, Box] | None = None
        self.open: Box | None = None
        self.lists, self.list = dict[str, list[str]](), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "datalist":
            self.list = self.lists.setdefault(given["id"], [])
            self.open = None
        elif tag == "option" and self.open is None:
            self.list.append(given.get("value", ""))
        elif tag == "form":
            posts = given.get("method", "").lower() == "post"
            self.boxes = self.found.setdefault(given.get("action") or self.here, {}) if posts else None
        elif self.boxes is None:
            return
        elif tag == "option" and self.open is not None:
            self.open.answers.append(given.get("value", ""))
            if "selected" in given and given.get("value"):
                self.open.value = given["value"]
        elif tag in ("input", "select", "textarea") and given.get("name"):
            self.open = self._box(tag, given)

    def _box(self, tag: str, given: dict[str, str]) -> Box | None:
        assert self.boxes is not None
        name, sort = given["name"], given.get("type", "text")
        if tag == "input" and sort in ("radio", "checkbox"):
            box = self.boxes.setdefault(name, Box("choice"))
            box.answers.append(given.get("value", "on"))
            if "checked" in given:
                box.value = given.get("value", "on")
            return None
        kind = {"select": "choice", "textarea": "text"}.get(tag) or KINDS.get(sort, "text")
        if kind == "text":
            kind = KINDS.get(given.get("inputmode", ""), "text")
        if kind == "number" and given.get("maxlength") == "30":
            kind = "date"
        box = self.boxes[name] = Box(
            kind, value=given.get("value"), few=given.get("maxlength") == "5", suggested=given.get("list", "")
        )
        return box if kind == "choice" else None

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.boxes = None
        elif tag == "select":
            self.open = None
        elif tag == "datalist":
            self.list = []


def _sent(client: Client, address: str, typed: dict[str, Any]) -> str | None:
    """What went wrong when `typed` was sent, None when a page of ours answered."""
    try:
        with transaction.atomic():
            response = client.post(address, typed)
            if response.status_code < 500:
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:160]}"
    return f"answers {response.status_code}" if response.status_code >= 500 else None


_turn = itertools.count()


def _wrong(client: Client, address: str, boxes: dict[str, Box]) -> Iterator[str]:
    plausible = {name: box.plausible(name) for name, box in boxes.items() if box.kind != "file"}
    plausible = {name: value for name, value in plausible.items() if value is not None}
    seen: dict[str, int] = {}
    for name, box in boxes.items():
        # Rows of a table of boxes are alike: two of them tell.
        alike = "".join("0" if letter.isdigit() else letter for letter in name)
        seen[alike] = seen.get(alike, 0) + 1
        if seen[alike] > 1 or name == "csrfmiddlewaretoken":
            continue
        first, *others = HOSTILE.get(box.kind, ("",))
        for hostile in (first, others[next(_turn) % len(others)]) if others else ():
            if said := _sent(client, address, {**plausible, name: hostile}):
                yield f"{address} {name}={hostile[:30]!r}: {said}"
    for hostile in ("a\x00b",):
        everywhere = {
            name: hostile if box.kind not in ("choice", "hidden") else plausible.get(name, "")
            for name, box in boxes.items()
        }
        if said := _sent(client, address, everywhere):
            yield f"{address} everywhere={hostile[:30]!r}: {said}"


@pytest.mark.django_db
@pytest.mark.parametrize("app", APPS)
def test_no_form_fails_whatever_is_sent_to_it(app: str) -> None:
    world = a_world()
    clients = {role: signed_in(world.users[role]) for role in (Role.COORDINATOR, Role.PRESCRIBER, Role.REFURBISHER)}
    tried: set[str] = set()
    wrong: list[str] = []
    for name in [name for name in ADDRESSES if name.startswith(f"{app}:") and not name.endswith("pdf")]:
        arguments = ROWS[name][0](world)
        address = reverse(name, kwargs=arguments)
        for role, client in clients.items():
            if role != Role.COORDINATOR and name not in RELATED[role] and name != "orientation:create":
                continue
            page = client.get(address)
            if page.status_code == 405 and (said := _sent(client, address, {"next": "//a.fr/\x00", "means": "a\x00b"})):
                wrong.append(f"{address}: {said}")
            if page.status_code != 200 or "text/html" not in page.headers["Content-Type"]:
                continue
            forms = Forms(address)
            forms.feed(page.content.decode())
            for action, boxes in forms.found.items():
                for box in boxes.values():
                    box.value = box.value or next(iter(forms.lists.get(box.suggested, [])), box.value)
                if f"{role}{action}{sorted(boxes)}" in tried or action.startswith("/compte/"):
                    continue
                tried.add(f"{role}{action}{sorted(boxes)}")
                wrong.extend(_wrong(client, action, boxes))
    assert not wrong, "\n".join(wrong)


HOSTILE_QUERIES = ("a\x00b", LONG[:3000], FORGED, "-1", "D-99999999999999999999", "31/02/2024", "(((\"'\\%")
ASKED = ("q", "curseur", "suite", "vue", "etat", "jour", "au", "partie", "edition", "offre", "person", "nom", "lieu")
"""What addresses understand after their question mark, beside the boxes of their filters."""


@pytest.mark.django_db
@pytest.mark.parametrize("app", APPS)
def test_no_address_fails_whatever_is_asked_of_it(app: str) -> None:
    world = a_world()
    client = signed_in(world.users[Role.COORDINATOR])
    wrong = []
    for name in [name for name in ADDRESSES if name.startswith(f"{app}:") and not name.endswith("pdf")]:
        arguments = ROWS[name][0](world)
        address = reverse(name, kwargs=arguments)
        far = {key: FORGED if isinstance(value, int) else "x" * 300 for key, value in arguments.items()}
        beyond = reverse(name, kwargs=far)
        if arguments and (status := client.get(beyond).status_code) not in (404, 405):
            wrong.append(f"{beyond}: {status}")
        page = client.get(address)
        if page.status_code != 200 or "text/html" not in page.headers["Content-Type"]:
            continue
        boxes = set(page.context["filters"].fields) if "filters" in page.context else set()
        # Pages of one thing ask for little; lists for much.
        for hostile in HOSTILE_QUERIES[1:3] if arguments else HOSTILE_QUERIES:
            asked = f"{address}?{urlencode(dict.fromkeys(sorted({*ASKED, *boxes}), hostile))}"
            try:
                with transaction.atomic():
                    status = client.get(asked).status_code
                    transaction.set_rollback(True)
            except Exception as error:
                wrong.append(f"{asked[:120]}: {type(error).__name__}: {str(error)[:160]}")
                continue
            if status >= 500:
                wrong.append(f"{asked[:120]}: {status}")
    assert not wrong, "\n".join(wrong)
