"""Files made to break the reader: each is answered by its errors, and nothing is written."""

import datetime
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse

import declic
from declic.programmes.models import Programme
from tests.factories import a_user, an_operator, signed_in

pytestmark = pytest.mark.django_db
EXAMPLE = (Path(declic.__file__).parent / "programmes/examples/toulouse-2021.toml").read_text(encoding="utf-8")

DEEP: dict[str, str | bytes] = {
    "lists in lists": "a = " + "[" * 20_000,
    "closed lists in lists": "a = " + "[" * 400 + "]" * 400,
    "tables in tables": "[programme" + ".a" * 5_000 + "]\nb = 1\n",
    "tables in tables, in order": "".join("[programme" + ".a" * depth + "]\n" for depth in range(1, 200)),
    "dotted keys": "programme" + ".a" * 5_000 + ' = "x"\n',
    "inline tables": "a = " + "{a = " * 2_000,
    "a long number": "a = " + "9" * 9_000,
    "a long decimal": "a = 1e999999999",
    "not a number": '[programme]\nname = nan\n[[edition]]\nname = "x"\nplaces = inf',
    "a date that is none": "[[edition]]\nstarts_on = 2024-02-31",
    "nothing but spaces": " \n ",
    "twenty million letters": b"a" * 20_000_000,
    "no text": b"\xff\xfe\x00\x01" * 1000,
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
}


@pytest.mark.parametrize("what", DEEP)
def test_a_file_made_to_break_the_reader_is_answered(what: str) -> None:
    client = signed_in(a_user(an_operator()))
    content = DEEP[what]
    sent = SimpleUploadedFile("dispositif.toml", content if isinstance(content, bytes) else content.encode())
    response = client.post(reverse("programmes:import"), {"file": sent})
    assert response.status_code == 422
    assert not Programme.objects.exists()


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        if isinstance(item, dict | list):
            yield from _places(item, (*path, key))
        else:
            yield (*path, key)


HOSTILE = (
    "a\x00b", "x" * 5_000, "", 2**31, -1, 2**80, Decimal("1e30"), Decimal("NaN"), Decimal("0.001"), True,
    datetime.date(1, 1, 1), datetime.date(9999, 12, 31), [], ["a\x00b"], {"a": 1},
)  # fmt: skip


def test_a_hostile_value_at_any_place_of_a_file_is_answered() -> None:
    client = signed_in(a_user(an_operator()))
    document = tomllib.loads(EXAMPLE, parse_float=Decimal)
    # Tables of a list are alike: one place of each kind tells.
    places = {tuple("*" if isinstance(key, int) else key for key in path): path for path in _places(document)}
    wrong = []
    for number, path in enumerate(places.values()):
        for hostile in HOSTILE[number % 3 :: 3]:
            changed: Any = deepcopy(document)
            inner = changed
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = hostile
            try:
                with transaction.atomic():
                    status = client.post(reverse("programmes:import"), {"text": tomli_w.dumps(changed)}).status_code
                    with connection.cursor() as cursor:
                        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    transaction.set_rollback(True)
            except Exception as error:  # whatever escapes is what this test looks for
                wrong.append(f"{path} = {str(hostile)[:30]!r}: {type(error).__name__}: {str(error)[:150]}")
                continue
            if status not in (303, 422):
                wrong.append(f"{path} = {str(hostile)[:30]!r}: {status}")
    assert not wrong, "\n".join(wrong)
