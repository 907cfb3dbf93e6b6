"""Several workers at the same instant, with real commits."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from declic.core.errors import DomainError
from declic.messaging.actions import mark_posted, send_again
from declic.messaging.delivery import deliver, spent_mills
from declic.messaging.enums import Failure, MessageState
from declic.messaging.models import Message, MessageStep
from tests.factories import DAY, a_user, an_operator, at
from tests.messaging.factories import a_budget, a_letter, an_sms, queued
from tests.messaging.servers import mailers, sms_provider, sms_settings, smtp_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_worker(settings: Any) -> None:
    """Nothing leaves by itself: each test is the workers."""
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"}}


def together(works: list[Callable[[], object]]) -> list[object]:
    """What each work returned (or the DomainError it raised), all begun at the same instant."""
    gate = threading.Barrier(len(works))
    said: list[object] = []

    def run(work: Callable[[], object]) -> None:
        try:
            gate.wait(timeout=10)
            said.append(work())
        except DomainError as error:
            said.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(said) == len(works)
    return said


def test_workers_at_once_send_an_email_once(settings: Any) -> None:
    message = queued(an_operator())
    with smtp_server() as box:
        settings.MAILERS = mailers(box)
        together([lambda: deliver(message.pk, at=at(DAY))] * 6)
        assert len(box.received) == 1
    assert Message.objects.get().state == MessageState.SENT
    assert MessageStep.objects.count() == 1


def test_workers_at_once_send_an_sms_once(settings: Any) -> None:
    message = an_sms(an_operator())
    with sms_provider() as provider:
        settings.SMS = sms_settings(provider)
        together([lambda: deliver(message.pk, at=at(DAY))] * 6)
        assert len(provider.jobs) == 1


def test_many_sms_at_once_never_pass_their_budget(settings: Any) -> None:
    operator = an_operator()
    budget = a_budget(operator, amount_cents=20)
    keys = [an_sms(operator, budget=budget).pk for _number in range(8)]
    with sms_provider() as provider:
        settings.SMS = sms_settings(provider)
        together([lambda key=key: deliver(key, at=at(DAY)) for key in keys])  # type: ignore[misc]
        assert len(provider.jobs) == 3
    assert spent_mills(budget) == 195
    assert Message.objects.filter(state=MessageState.SENT).count() == 3
    assert Message.objects.filter(failure=Failure.BUDGET).count() == 5


def test_a_letter_posted_by_two_people_at_once_is_posted_once() -> None:
    operator = an_operator()
    budget = a_budget(operator, letter_cents=139)
    users, letter = [a_user(operator), a_user(operator)], a_letter(operator, budget=budget)
    said = together(
        [lambda user=user: mark_posted(acting_user=user, messages=[letter], at=at(DAY)) for user in users]  # type: ignore[misc]
    )
    assert sorted(isinstance(word, DomainError) for word in said) == [False, True]
    assert spent_mills(budget) == 1390


def test_a_message_sent_again_by_two_people_at_once_leaves_once(settings: Any) -> None:
    operator = an_operator()
    message, users = queued(operator), [a_user(operator), a_user(operator)]
    Message.objects.update(state=MessageState.FAILED, failure=Failure.WRONG_ADDRESS)
    said = together(
        [lambda user=user: send_again(acting_user=user, message=message, at=at(DAY)) for user in users]  # type: ignore[misc]
    )
    assert sorted(isinstance(word, DomainError) for word in said) == [False, True]
    with smtp_server() as box:
        settings.MAILERS = mailers(box)
        together([lambda: deliver(message.pk, at=at(DAY))] * 2)
        assert len(box.received) == 1
