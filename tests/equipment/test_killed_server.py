"""A server killed in the middle of a ceremony leaves each person served whole, or not at all (a real server, kill -9)."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse

from declic.equipment.enums import ClaimKind
from declic.equipment.models import Agreement, Allocation, CeremonyPlace, CeremonySync, Claim
from declic.ledger.queries import deposits_held
from tests.equipment.test_ceremony_day import _sent, a_ceremony
from tests.factories import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = "a" * 32
BOOT = 30


class Server:
    """Gunicorn on the test's own database."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        base = connection.settings_dict
        url = f"postgresql://{base['USER']}:{base['PASSWORD']}@{base['HOST']}:{base['PORT']}/{base['NAME']}"
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "config.wsgi",
            "-b",
            f"127.0.0.1:{self.port}",
            "-w",
            "1",
            "--threads",
            "4",
        ]
        environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"]}
        self.process = subprocess.Popen(
            command, cwd=Path(settings.BASE_DIR), env=environment, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def wait(self) -> "Server":
        limit = time.monotonic() + BOOT
        while time.monotonic() < limit:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return self
        raise AssertionError("the server does not start")

    def post(self, address: str, session: str, fields: dict[str, Any]) -> int:
        door = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {
            "Cookie": f"sessionid={session}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN,
            "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        with contextlib.closing(door):
            door.request("POST", address, urlencode(fields), headers)
            with door.getresponse() as answer:
                return answer.status

    def kill(self) -> None:
        """No goodbye: every process of the server at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)


def _waiting_for_the_books() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE relation = 'ledger_entry'::regclass AND NOT granted")
        return int(cursor.fetchone()[0])


def _until(number: int) -> None:
    limit = time.monotonic() + 15
    while _waiting_for_the_books() != number:
        assert time.monotonic() < limit, "nobody waits for the books"
        time.sleep(0.05)


def _parts(place: CeremonyPlace) -> set[bool]:
    """Whether each part of the handover is there."""
    allocation = Allocation.objects.select_related("device").get(pk=place.allocation_id)
    return {
        allocation.state == "active",
        allocation.handed_over_on is not None,
        allocation.device is not None and allocation.device.state == "on_loan",
        Claim.objects.filter(allocation=allocation, kind=ClaimKind.LOAN, released_at__isnull=True).exists(),
        not Claim.objects.filter(allocation=allocation, kind=ClaimKind.RESERVATION, released_at__isnull=True).exists(),
        Agreement.objects.filter(allocation=allocation).exists(),
        allocation.account_id is not None,
        CeremonySync.objects.filter(place=place, outcome="done").exists(),
    }


def test_a_server_killed_while_people_are_served_leaves_each_served_whole_or_not_at_all():
    server = Server()
    try:
        day = a_ceremony(people=5)
        client = signed_in(day.user)
        session = client.cookies["sessionid"].value
        address = reverse("equipment:ceremony_sync", args=[day.ceremony.pk])
        sent = [_sent(place) for place in day.places]
        server.wait()
        assert [server.post(address, session, fields) for fields in sent[:2]] == [200, 200]
        lost: list[str] = []

        def post(fields: dict[str, Any]) -> None:
            try:
                server.post(address, session, fields)
            except (OSError, http.client.HTTPException) as cut:
                lost.append(str(cut))

        people = [threading.Thread(target=post, args=[fields]) for fields in sent[2:]]
        with transaction.atomic():
            with connection.cursor() as cursor:
                # Claim, machine and allocation are written; the deposit has to wait: this is the middle.
                cursor.execute("LOCK TABLE ledger_entry IN SHARE MODE")
            for person in people:
                person.start()
            _until(3)
            server.kill()
        for person in people:
            person.join(timeout=20)
        assert len(lost) == 3
        _until(0)
    finally:
        server.kill()
    assert [_parts(place) for place in day.places[:2]] == [{True}, {True}]
    # The database may still be undoing the last of them.
    limit = time.monotonic() + 10
    while any(_parts(place) != {False} for place in day.places[2:]) and time.monotonic() < limit:
        time.sleep(0.2)
    assert [_parts(place) for place in day.places[2:]] == [{False}] * 3
    assert deposits_held(day.operator) == 2 * 5000

    # The devices send again what was never answered, and what was: nobody is served twice.
    assert [client.post(address, fields).json()["outcome"] for fields in sent] == ["done"] * 5
    assert [_parts(place) for place in day.places] == [{True}] * 5
    assert (deposits_held(day.operator), CeremonySync.objects.count()) == (5 * 5000, 5)
