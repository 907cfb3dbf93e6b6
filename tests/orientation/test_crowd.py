"""Two hundred prescribers at the same time: none is lost, none counts twice, whatever they send and by which way."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from declic.messaging.models import Message
from declic.orientation.models import Referral
from declic.people.models import Person
from tests.factories import a_partner, a_user, signed_in
from tests.orientation.story import Doors, path_of

pytestmark = pytest.mark.django_db(transaction=True)

CROWD, AT_ONCE = 200, 24
"""Requests, and how many are in the server at the same instant: more than a server has workers."""


def test_two_hundred_prescribers_send_at_once_and_each_is_received_once() -> None:
    cache.clear()
    story = Doors()
    colleagues = [a_user(story.prescriber, "prescriber") for _ in range(5)]
    links = [path_of(story.link(prescriber=a_partner(story.operator), referent_email="")) for _ in range(10)]
    ready = threading.Barrier(AT_ONCE)
    waited = threading.local()

    def person(number: int) -> dict[str, Any]:
        # Every tenth describes the same woman: other structures may know her too, which tells nobody anything.
        same = number % 10 == 0
        return {
            "first_name": "Awa" if same else f"Prénom{number}",
            "last_name": "Diarra",
            "birth_date": "12/03/1980" if same or number % 3 else "",
            "referent_email": f"pro{number}@exemple.fr",
            "form_token": str(uuid.UUID(int=number)),
        }

    def send(number: int) -> list[int]:
        if not hasattr(waited, "done"):
            waited.done = True
            ready.wait(30)
        try:
            typed = story.typed(**person(number))
            # Some have an account, some a link; every fourth clicks twice.
            if number % 2 and number % 10:
                client, address = signed_in(colleagues[number % 5]), reverse("orientation:create")
            else:
                client, address = Client(), links[(number // 10) % 10]
            return [client.post(address, typed).status_code for _click in range(2 if number % 4 == 0 else 1)]
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(send, range(CROWD)))
    assert [number for number, codes in enumerate(answers) if set(codes) != {303}] == []
    assert Referral.objects.count() == CROWD
    assert Referral.objects.values("token").distinct().count() == CROWD
    assert Message.objects.filter(template="referral_receipt").count() == CROWD
    # Each name has its file; the woman whom twenty describe has at most one file for each open request.
    alone = Person.objects.exclude(first_name="Awa")
    assert alone.count() == CROWD - 20
    assert Referral.objects.filter(person__first_name="Awa").values("person").distinct().count() == 20
    assert Person.objects.values("case_number").distinct().count() == Person.objects.count()
