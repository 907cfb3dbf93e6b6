"""Emails handed to a real SMTP server: what it receives, and what each of its refusals leads to."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from declic.messaging.delivery import RETRY_AFTER, deliver
from declic.messaging.enums import Failure, MessageState
from declic.messaging.models import Message
from tests.factories import DAY, an_operator, at
from tests.messaging.factories import queued
from tests.messaging.servers import Postbox, certificate, mailers, smtp_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(settings: Any) -> Iterator[Postbox]:
    with smtp_server() as server:
        settings.MAILERS = mailers(server)
        yield server


def read(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def test_accents_arrive_whole_in_name_subject_and_text(box: Postbox, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Déclic <declic@exemple.fr>"
    operator = an_operator()
    operator.email = "accueil@exemple.fr"
    operator.save()
    message = queued(
        operator,
        recipient='Zoé "Zaza" Gœtz, référente',
        subject="Éléonore : l'œuvre « à finir » 🙂",
        body="Bonjour,\n\nÇa y est : dès lundi…",
    )
    deliver(message.pk, at=at(DAY))
    (got,) = box.received
    assert got["Subject"] == "Éléonore : l'œuvre « à finir » 🙂"
    (to,) = got["To"].addresses
    assert (to.display_name, to.addr_spec) == ('Zoé "Zaza" Gœtz, référente', "claire@exemple.fr")
    assert got["From"].addresses[0].display_name == "Déclic"
    assert str(got["Reply-To"]) == "accueil@exemple.fr"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got.get_content().replace("\r\n", "\n").strip() == "Bonjour,\n\nÇa y est : dès lundi…"
    sent = read(message)
    assert (sent.state, sent.sent_at, sent.cost_mills) == (MessageState.SENT, at(DAY), 0)
    assert got["Message-ID"] == sent.provider_id
    assert sent.provider_id.endswith("@exemple.fr>")


def test_an_address_that_the_server_refuses_is_a_task_at_once(box: Postbox) -> None:
    box.answers["claire@exemple.fr"] = "550 5.1.1 claire@exemple.fr: user unknown"
    message = queued(an_operator())
    assert deliver(message.pk, at=at(DAY)) is None
    failed = read(message)
    assert (failed.state, failed.failure) == (MessageState.FAILED, Failure.WRONG_ADDRESS)
    assert "n'existe pas" in failed.error
    step = failed.steps.get()
    assert step.detail == "SMTP 550", "what the server says may name the person: only the code is kept"


def test_a_full_mail_box_is_tried_again_under_the_same_message_id(box: Postbox) -> None:
    box.answers["claire@exemple.fr"] = "452 4.2.2 mailbox full"
    message = queued(an_operator())
    later = deliver(message.pk, at=at(DAY))
    assert later == at(DAY) + RETRY_AFTER[0]
    waiting = read(message)
    assert (waiting.state, waiting.attempts, waiting.next_attempt_at) == (MessageState.QUEUED, 1, later)
    assert deliver(message.pk, at=at(DAY)) is None, "not before its time"
    assert len(box.tries) == 1
    box.answers.clear()
    deliver(message.pk, at=later)
    assert read(message).state == MessageState.SENT
    assert [got["Message-ID"] for got in box.received] == [waiting.provider_id]


def test_a_server_that_is_down_is_tried_a_few_times_then_someone_is_told(settings: Any) -> None:
    with smtp_server() as box:
        settings.MAILERS = mailers(box)
    message, moment = queued(an_operator()), at(DAY)
    waits: list[datetime.timedelta] = []
    while (later := deliver(message.pk, at=moment)) is not None:
        waits.append(later - moment)
        moment = later
    assert tuple(waits) == RETRY_AFTER
    failed = read(message)
    assert (failed.state, failed.failure, failed.attempts) == (MessageState.FAILED, Failure.NO_ANSWER, len(waits) + 1)
    assert [step.kind for step in failed.steps.all()] == ["later"] * len(waits) + ["failed"]


@pytest.mark.parametrize(
    ("answer", "state", "failure"),
    [
        ("554 5.7.1 looks like spam", MessageState.FAILED, Failure.REFUSED),
        ("451 4.3.0 try again later", MessageState.QUEUED, ""),
    ],
)
def test_a_text_refused_for_good_fails_and_one_refused_for_now_waits(
    box: Postbox, answer: str, state: str, failure: str
) -> None:
    box.data_answer = answer
    message = queued(an_operator())
    deliver(message.pk, at=at(DAY))
    found = read(message)
    assert (found.state, found.failure) == (state, failure)


@pytest.mark.parametrize(("typed", "state"), [("le bon", MessageState.SENT), ("un autre", MessageState.QUEUED)])
def test_the_password_is_given_under_tls_and_a_wrong_one_waits_for_mending(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, typed: str, state: str
) -> None:
    key = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(key))
    with smtp_server(password="le bon", key=key) as box:
        settings.MAILERS = mailers(box, username="declic", password=typed, use_tls=True)
        message = queued(an_operator())
        deliver(message.pk, at=at(DAY))
        found = read(message)
    assert found.state == state
    assert len(box.received) == (1 if state == MessageState.SENT else 0)
    assert typed not in " ".join(step.detail for step in found.steps.all())


def test_a_server_whose_certificate_nobody_vouches_for_gets_no_message(settings: Any, tmp_path: Path) -> None:
    with smtp_server(password="le bon", key=certificate(tmp_path)) as box:
        settings.MAILERS = mailers(box, username="declic", password="le bon", use_tls=True)
        message = queued(an_operator())
        assert deliver(message.pk, at=at(DAY)) == at(DAY) + RETRY_AFTER[0]
    assert box.received == []
