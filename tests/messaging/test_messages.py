"""A message leaves once the fact it speaks of is kept, says what became of it, and is a task when nobody received it."""

import datetime
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from declic.core.errors import DomainError
from declic.messaging.actions import (
    choose_channel,
    mark_handled,
    mark_posted,
    mark_returned,
    notify,
    queue_message,
    send_again,
)
from declic.messaging.delivery import CLAIM_LASTS, deliver
from declic.messaging.enums import Channel, Failure, MessageState
from declic.messaging.jobs import erase_messages, resend_waiting
from declic.messaging.models import Message, MessageStep
from declic.messaging.queries import failed_messages, letters_to_post
from declic.messaging.tasks import send_message
from tests.factories import DAY, a_user, an_operator, at
from tests.messaging.factories import MOBILE, a_budget, a_letter, an_sms, queued

pytestmark = pytest.mark.django_db

LANDLINE = "05 61 23 45 67"
CALL = {"name": "Awa", "operator": "Emmaüs", "phone": LANDLINE}


def told(operator: Any, **changes: Any) -> Message:
    return notify(
        **{
            "operator": operator,
            "recipient": "Awa Diarra",
            "template": "call_us",
            "context": CALL,
            "reference": "person:1",
            "at": at(DAY),
            **changes,
        }
    )


def a_failed_one(operator: Any, **changes: Any) -> Message:
    message = queued(operator, **changes)
    Message.objects.filter(pk=message.pk).update(state=MessageState.FAILED, failure=Failure.WRONG_ADDRESS, error="Non.")
    return Message.objects.get(pk=message.pk)


# ---------------------------------------------------------------------------------------------------------- queueing


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


def test_a_message_whose_sending_broke_off_in_our_own_code_is_tried_a_few_times_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def breaks(_message: Message) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("declic.messaging.delivery.send_email", breaks)
    message, moment = queued(an_operator()), at(DAY)
    for _attempt in range(5):
        with pytest.raises(ZeroDivisionError):
            deliver(message.pk, at=moment)
        moment += CLAIM_LASTS
    deliver(message.pk, at=moment)
    assert Message.objects.get().failure == Failure.NO_ANSWER


@pytest.mark.parametrize("address", ["", "claire", "claire@exemple.fr\nBcc: autre@exemple.fr"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(DomainError, match="n'est pas un courriel"):
        queued(an_operator(), address=address)


def test_an_sms_to_a_landline_is_refused_before_it_is_written() -> None:
    with pytest.raises(DomainError, match="téléphone fixe"):
        an_sms(an_operator(), address=LANDLINE)


def test_a_channel_that_does_not_exist_is_refused() -> None:
    with pytest.raises(DomainError, match="l'un des trois"):
        queued(an_operator(), channel="pigeon")


def test_a_server_without_gateway_says_so(settings: Any) -> None:
    message = an_sms(an_operator())
    settings.SMS = {**settings.SMS, "gateway": ""}
    with pytest.raises(DomainError, match="n'envoie pas de SMS"):
        an_sms(an_operator())
    deliver(message.pk, at=at(DAY))
    assert Message.objects.get().failure == Failure.REFUSED


def test_a_subject_stays_on_one_line() -> None:
    assert (
        queued(an_operator(), subject="Une réponse\nBcc: autre@exemple.fr").subject
        == "Une réponse Bcc: autre@exemple.fr"
    )


def test_an_address_too_long_for_the_window_of_an_envelope_is_refused() -> None:
    assert a_letter(an_operator(), address=" 1  rue A \n\n31000 TOULOUSE\n").address == "1 rue A\n31000 TOULOUSE"
    with pytest.raises(DomainError, match="Une enveloppe montre 5 lignes"):
        a_letter(an_operator(), address="\n".join("abcdef"))


def test_a_state_cannot_jump() -> None:
    message = queued(an_operator())
    with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(
            state=MessageState.DELIVERED, sent_at=at(DAY), delivered_at=at(DAY)
        )


# ------------------------------------------------------------------------------------------------------ which channel


@pytest.mark.parametrize(
    ("reach", "channel", "address"),
    [
        ({"email": "awa@exemple.fr", "phones": [MOBILE]}, "email", "awa@exemple.fr"),
        ({"phones": [LANDLINE, "06 12 34 56 78"]}, "sms", MOBILE),
        ({"email": "pas un courriel", "phones": [MOBILE]}, "sms", MOBILE),
        ({"phones": [LANDLINE], "postal_address": "1 rue A\n31000 TOULOUSE"}, "letter", "1 rue A\n31000 TOULOUSE"),
        ({}, "letter", ""),
        ({"email": "awa@exemple.fr", "phones": [MOBILE], "preference": "sms"}, "sms", MOBILE),
        ({"email": "awa@exemple.fr", "phones": [LANDLINE], "preference": "sms"}, "email", "awa@exemple.fr"),
        ({"email": "awa@exemple.fr", "postal_address": "1 rue A", "preference": "letter"}, "letter", "1 rue A"),
        ({"email": "awa@exemple.fr", "preference": "letter"}, "email", "awa@exemple.fr"),
        ({"phones": [MOBILE], "preference": "phone"}, "sms", MOBILE),
    ],
)
def test_the_channel_that_reaches_someone_is_chosen(reach: dict[str, Any], channel: str, address: str) -> None:
    message = told(an_operator(), **reach)
    assert (message.channel, message.address) == (channel, address)


@given(
    email=st.sampled_from(["", "awa@exemple.fr", "non"]),
    phones=st.lists(st.sampled_from([LANDLINE, "0899701234", "+447911123456", "06 12 34 56 78", "x"]), max_size=3),
    preference=st.sampled_from(["", "email", "sms", "letter", "phone", "prescriber"]),
    has_sms=st.booleans(),
    has_address=st.booleans(),
)
def test_whatever_is_known_of_someone_one_channel_is_chosen_and_never_an_sms_to_a_landline(
    email: str, phones: list[str], preference: str, has_sms: bool, has_address: bool
) -> None:
    channel, address = choose_channel(
        email=email, phones=phones, preference=preference, has_sms=has_sms, has_address=has_address
    )
    if channel == Channel.SMS:
        assert address == MOBILE
        assert has_sms
        assert "06 12 34 56 78" in phones
    elif channel == Channel.EMAIL:
        assert address == "awa@exemple.fr"
    else:
        assert (preference == "letter" and has_address) or (
            email != "awa@exemple.fr" and not (has_sms and "06 12 34 56 78" in phones)
        )


def test_without_gateway_nobody_is_written_an_sms(settings: Any) -> None:
    settings.SMS = {**settings.SMS, "gateway": ""}
    assert told(an_operator(), phones=[MOBILE]).channel == Channel.LETTER


def test_a_message_keeps_its_template_language_person_and_budget() -> None:
    operator = an_operator()
    budget = a_budget(operator)
    message = told(operator, phones=[MOBILE], language="es", about_person=12, budget=budget)
    assert (message.template, message.language, message.about_person, message.budget) == ("call_us", "es", 12, budget)
    assert message.body.startswith("Hola Awa")
    assert message.parts == 1


def test_a_template_without_short_form_is_never_an_sms() -> None:
    context = {"referent": "Zoé", "operator": "Emmaüs", "link": "https://exemple.fr", "until": "12 mars"}
    assert told(an_operator(), template="referral_link", context=context, phones=[MOBILE]).channel == Channel.LETTER


# ------------------------------------------------------------------------------------------- what someone does about it


def test_a_message_that_failed_leaves_again_to_a_corrected_address(django_capture_on_commit_callbacks: Any) -> None:
    operator = an_operator()
    user = a_user(operator)
    message = a_failed_one(operator)
    before = message.provider_id
    with django_capture_on_commit_callbacks(execute=True):
        send_again(acting_user=user, message=message, at=at(DAY), address="zoe@exemple.fr")
    message.refresh_from_db()
    assert (message.state, message.failure, message.error) == (MessageState.SENT, "", "")
    assert message.provider_id != before
    assert [sent.to for sent in mail.outbox] == [["zoe@exemple.fr"]]
    with pytest.raises(DomainError, match="déjà parti"):
        send_again(acting_user=user, message=message, at=at(DAY))
    assert [(step.kind, step.by) for step in message.steps.all()][:1] == [("again", user)]


def test_a_wrong_correction_changes_nothing() -> None:
    operator = an_operator()
    message = a_failed_one(operator)
    with pytest.raises(DomainError, match="n'est pas un courriel"):
        send_again(acting_user=a_user(operator), message=message, at=at(DAY), address="zoe")
    message.refresh_from_db()
    assert (message.state, message.address) == (MessageState.FAILED, "claire@exemple.fr")


def test_a_failed_message_is_a_task_until_someone_deals_with_it() -> None:
    operator = an_operator()
    user = a_user(operator)
    message = a_failed_one(operator)
    queued(operator)
    assert list(failed_messages(user)) == [message]
    assert list(failed_messages(a_user(an_operator()))) == []
    mark_handled(acting_user=user, message=message, at=at(DAY))
    assert list(failed_messages(user)) == []
    message.refresh_from_db()
    assert (message.handled_by, message.handled_at) == (user, at(DAY))
    with pytest.raises(DomainError, match="déjà traité"):
        mark_handled(acting_user=user, message=message, at=at(DAY))


def test_what_left_is_nothing_to_deal_with() -> None:
    operator = an_operator()
    with pytest.raises(DomainError, match="n'attend rien"):
        mark_handled(acting_user=a_user(operator), message=queued(operator), at=at(DAY))


def test_an_email_that_comes_back_is_a_task() -> None:
    operator = an_operator()
    user = a_user(operator)
    message = queued(operator)
    with pytest.raises(DomainError, match="parti peut revenir"):
        mark_returned(acting_user=user, message=message, at=at(DAY))
    deliver(message.pk, at=at(DAY))
    mark_returned(acting_user=user, message=message, at=at(DAY, 12))
    assert [found.failure for found in failed_messages(user)] == [Failure.RETURNED]
    assert [(step.kind, step.by) for step in message.steps.all()] == [("left", None), ("returned", user)]


def test_an_sms_does_not_come_back() -> None:
    operator = an_operator()
    message = an_sms(operator)
    deliver(message.pk, at=at(DAY))
    with pytest.raises(DomainError, match="ne revient pas"):
        mark_returned(acting_user=a_user(operator), message=message, at=at(DAY))


def test_letters_wait_for_someone_to_post_them_once(django_capture_on_commit_callbacks: Any) -> None:
    operator = an_operator()
    user = a_user(operator)
    budget = a_budget(operator, letter_cents=139)
    with django_capture_on_commit_callbacks(execute=True):
        letters = [a_letter(operator, budget=budget), a_letter(operator)]
    later = a_letter(operator)
    assert resend_waiting(at=at(DAY, 12)) == 0
    assert list(letters_to_post(user)) == [*letters, later]
    assert mark_posted(acting_user=user, messages=letters, at=at(DAY, 15)) == 2
    assert list(letters_to_post(user)) == [later]
    assert [Message.objects.get(pk=letter.pk).cost_mills for letter in letters] == [1390, 0]
    with pytest.raises(DomainError, match="déjà notées"):
        mark_posted(acting_user=user, messages=letters, at=at(DAY, 16))


# -------------------------------------------------------------------------------------------------------- by themselves


def test_messages_left_waiting_are_handed_to_the_worker_again() -> None:
    operator = an_operator()
    forgotten, claimed, stale, early = (queued(operator) for _number in range(4))
    moment = at(DAY, 15)
    Message.objects.filter(pk=claimed.pk).update(claimed_at=moment)
    Message.objects.filter(pk=stale.pk).update(claimed_at=moment - CLAIM_LASTS)
    Message.objects.filter(pk=early.pk).update(next_attempt_at=moment + datetime.timedelta(minutes=1))
    assert resend_waiting(at=moment) == 2
    states = {message.pk: message.state for message in Message.objects.all()}
    assert [states[message.pk] for message in (forgotten, claimed, stale, early)] == [
        "sent",
        "queued",
        "sent",
        "queued",
    ]


def test_words_about_a_person_are_erased_and_what_waited_does_not_leave() -> None:
    operator = an_operator()
    user = a_user(operator)
    sent = an_sms(operator, about_person=7, body="Bonjour Awa", recipient="Awa Diarra")
    deliver(sent.pk, at=at(DAY))
    waiting = queued(operator, about_person=7, body="Bonjour Awa", recipient="Awa Diarra")
    failed = a_failed_one(operator, about_person=7)
    other = queued(operator, about_person=8)
    assert erase_messages(about_persons=[7], at=at(DAY, 12)) == 3
    for message in (sent, waiting, failed):
        message.refresh_from_db()
        assert {message.recipient, message.address, message.subject, message.body, message.error} == {""}
        assert message.about_person is None
    assert (sent.state, sent.cost_mills) == (MessageState.SENT, 65)
    deliver(waiting.pk, at=at(DAY, 13))
    assert mail.outbox == []
    assert list(failed_messages(user)) == []
    with pytest.raises(DomainError, match="effacé"):
        send_again(acting_user=user, message=waiting, at=at(DAY, 13))
    other.refresh_from_db()
    assert other.body == "Bonjour"
    assert not MessageStep.objects.exclude(detail="").exists()


def test_the_names_that_callers_use_still_work() -> None:
    message = queue_message(
        operator=an_operator(),
        channel=Channel.EMAIL,
        template="referral_answer",
        recipient="",
        address="a@exemple.fr",
        subject="s",
        body="b",
        reference="referral:1",
        at=at(DAY),
    )
    deliver(message.pk, at=at(DAY))
    assert mail.outbox[0].to == ["a@exemple.fr"]
