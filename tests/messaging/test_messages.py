"""A message leaves once the fact it speaks of is kept, and says whether it left."""

from typing import Any

import pytest
from django.core import mail
from django.db import transaction

from declic.core.errors import DomainError
from declic.messaging.actions import queue_message, send_again
from declic.messaging.models import Message, MessageState
from declic.messaging.tasks import send_message
from declic.organisations.models import Organisation
from tests.factories import DAY, an_operator, at

pytestmark = pytest.mark.django_db


def queued(operator: Organisation, **changes: Any) -> Message:
    return queue_message(
        **{
            "operator": operator,
            "channel": "email",
            "template": "ticket",
            "recipient": "Claire Vidal",
            "address": "claire@exemple.fr",
            "subject": "Une réponse",
            "body": "Bonjour",
            "reference": "ticket:1",
            "at": at(DAY),
            **changes,
        }
    )


def test_a_message_leaves_by_email_once_the_fact_is_kept(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        message = queued(an_operator())
        assert mail.outbox == []
    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert message.sent_at is not None
    assert [(sent.subject, sent.to) for sent in mail.outbox] == [("Une réponse", ["claire@exemple.fr"])]


def test_a_rollback_sends_nothing(django_capture_on_commit_callbacks: Any) -> None:
    operator = an_operator()

    def refused() -> None:
        with transaction.atomic():
            queued(operator)
            raise DomainError("refusé")

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(DomainError):
        refused()
    assert mail.outbox == []
    assert not Message.objects.exists()


def test_a_message_already_sent_is_not_sent_twice(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        message = queued(an_operator())
    send_message.enqueue(message.pk)
    assert len(mail.outbox) == 1


def test_a_message_that_cannot_leave_says_why_and_can_be_sent_again(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise ConnectionRefusedError("le serveur de courriel ne répond pas")

    with monkeypatch.context() as broken:
        broken.setattr("declic.messaging.tasks.EmailMessage.send", refuse)
        with django_capture_on_commit_callbacks(execute=True):
            message = queued(an_operator())
    message.refresh_from_db()
    assert (message.state, message.error) == (MessageState.FAILED, "le serveur de courriel ne répond pas")
    with django_capture_on_commit_callbacks(execute=True):
        send_again(message=message)
    message.refresh_from_db()
    assert (message.state, message.error) == (MessageState.SENT, "")
    with pytest.raises(DomainError, match="déjà parti"):
        send_again(message=message)


@pytest.mark.parametrize("channel", ["sms", "letter", "pigeon"])
def test_other_channels_are_refused_clearly(channel: str) -> None:
    with pytest.raises(DomainError, match="que des courriels"):
        queued(an_operator(), channel=channel)


@pytest.mark.parametrize("address", ["", "claire", "claire@exemple.fr\nBcc: autre@exemple.fr"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(DomainError, match="n'est pas un courriel"):
        queued(an_operator(), address=address)


def test_a_subject_stays_on_one_line() -> None:
    assert (
        queued(an_operator(), subject="Une réponse\nBcc: autre@exemple.fr").subject
        == "Une réponse Bcc: autre@exemple.fr"
    )
