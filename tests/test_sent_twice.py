"""A double click on any form: the second time changes nothing, and is answered by a page of ours that says so."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from declic.accounts.enums import Role
from tests.factories import a_world, signed_in
from tests.test_access_matrix import ADDRESSES, APPS, ROWS
from tests.test_hostile_input import Forms

COUNTED = [
    model
    for config in apps.get_app_configs()
    if config.name.startswith("declic.")
    for model in config.get_models()
    # Who looked is written each time; the history repeats what the tables say.
    if model.__name__ != "AccessLog" and not model.__name__.endswith("Event")
]
AGAIN = {
    "training:visit_create": "two people may come for the same thing",
    "practice:exercise": "two tries may give the same answers",
    "programmes:create": "two programmes may bear one name; their editions tell them apart",
}


def _rows() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in COUNTED}


def _twice(client: Client, name: str, address: str, typed: dict[str, Any]) -> str | None:
    first = client.post(address, typed)
    if first.status_code not in (302, 303):
        return None
    before = _rows()
    second = client.post(address, typed)
    after = _rows()
    added = {label: after[label] - number for label, number in before.items() if after[label] != number}
    said = [str(message) for message in get_messages(second.wsgi_request)]
    if second.status_code >= 500 or added:
        return f"{name}: {second.status_code} {added} {said}"
    return None


@pytest.mark.django_db
@pytest.mark.parametrize("app", APPS)
def test_a_form_sent_twice_counts_once(app: str) -> None:
    wrong = []
    world = a_world()
    for name in [name for name in ADDRESSES if name.startswith(f"{app}:") and not name.endswith("pdf")]:
        arguments = ROWS[name][0](world)
        address = reverse(name, kwargs=arguments)
        client = signed_in(world.users[Role.COORDINATOR])
        page = client.get(address)
        if page.status_code == 405:
            found: dict[str, dict[str, Any]] = {address: {}}
        elif page.status_code == 200 and "text/html" in page.headers["Content-Type"]:
            forms = Forms(address)
            forms.feed(page.content.decode())
            found = {
                action: {name: box.plausible(name) for name, box in boxes.items() if box.plausible(name) is not None}
                for action, boxes in forms.found.items()
                if action == address
            }
        else:
            continue
        for action, typed in found.items():
            if name not in AGAIN and (said := _twice(client, name, action, typed)):
                wrong.append(said)
    assert not wrong, "\n".join(wrong)
