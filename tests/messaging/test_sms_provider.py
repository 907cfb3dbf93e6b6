"""SMS through OVHcloud's dialect, against a server that checks signatures as theirs does."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from declic.messaging.delivery import CLAIM_LASTS, RETRY_AFTER, deliver
from declic.messaging.enums import Failure, MessageState
from declic.messaging.gateways import Delivery, current_gateway
from declic.messaging.gateways.ovh import OvhGateway, signature
from declic.messaging.jobs import RECEIPT_AWAITED, Receipts, refresh_receipts
from declic.messaging.models import Message
from tests.factories import DAY, an_operator, at
from tests.messaging.factories import MOBILE, an_sms
from tests.messaging.servers import CONSUMER, SECRET, Provider, sms_provider, sms_settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with sms_provider() as running:
        settings.SMS = sms_settings(running)
        yield running


def read(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def test_a_signature_is_made_of_secret_consumer_method_url_body_and_time() -> None:
    assert (
        signature("s", "c", "GET", "https://eu.api.ovh.com/1.0/me", "", 1_700_000_000)
        == "$1$9edbb9c61ec8a6d89ad2b9901efc0c28cad0762a"
    )


def test_an_sms_leaves_signed_with_what_it_cost(provider: Provider) -> None:
    provider.credits = 2
    message = an_sms(an_operator(), body="Rendez-vous lundi à 10 h")
    deliver(message.pk, at=at(DAY))
    (job,) = provider.jobs
    assert job == {
        "charset": "UTF-8",
        "coding": "7bit",
        "message": "Rendez-vous lundi à 10 h",
        "noStopClause": True,
        "priority": "high",
        "receivers": [MOBILE],
        "sender": "Declic",
        "senderForResponse": False,
        "validityPeriod": 2880,
    }
    sent = read(message)
    assert (sent.state, sent.provider_id, sent.parts, sent.cost_mills) == (MessageState.SENT, "1001", 1, 130)


def test_letters_of_another_alphabet_ask_for_the_wide_coding(provider: Provider) -> None:
    deliver(an_sms(an_operator(), body="مرحبا").pk, at=at(DAY))
    assert provider.jobs[0]["coding"] == "8bit"


def test_without_a_sender_of_its_own_the_provider_lends_a_short_number(provider: Provider, settings: Any) -> None:
    settings.SMS = sms_settings(provider, sender="")
    deliver(an_sms(an_operator()).pk, at=at(DAY))
    assert provider.jobs[0]["senderForResponse"] is True
    assert "sender" not in provider.jobs[0]


def test_their_clock_is_followed_even_when_it_jumps(provider: Provider) -> None:
    provider.clock_ahead = 7200
    gateway = current_gateway()
    assert gateway is not None
    gateway.send(MOBILE, "un", "Declic")
    provider.clock_ahead = -7200
    gateway.send(MOBILE, "deux", "Declic")
    assert [job["message"] for job in provider.jobs] == ["un", "deux"]
    assert provider.unsigned == 1
    assert provider.asked.count("GET /1.0/auth/time") == 2


def test_a_number_that_they_do_not_know_is_a_task(provider: Provider) -> None:
    provider.invalid.add(MOBILE)
    message = an_sms(an_operator())
    deliver(message.pk, at=at(DAY))
    failed = read(message)
    assert (failed.state, failed.failure, failed.cost_mills) == (MessageState.FAILED, Failure.WRONG_ADDRESS, 0)
    assert "Ce numéro n'existe pas" in failed.error


@pytest.mark.parametrize("status", [403, 404, 409])
def test_a_refusal_is_final_and_costs_nothing(provider: Provider, status: int) -> None:
    provider.status = status
    message = an_sms(an_operator())
    assert deliver(message.pk, at=at(DAY)) is None
    failed = read(message)
    assert (failed.failure, failed.cost_mills) == (Failure.REFUSED, 0)


@pytest.mark.parametrize("status", [429, 503])
def test_when_they_ask_to_wait_it_waits(provider: Provider, status: int) -> None:
    provider.status = status
    message = an_sms(an_operator())
    later = deliver(message.pk, at=at(DAY))
    assert later == at(DAY) + RETRY_AFTER[0]
    assert read(message).cost_mills == 0
    provider.status = 200
    deliver(message.pk, at=later)
    assert len(provider.jobs) == 1


def test_a_provider_that_is_not_there_is_tried_later(settings: Any) -> None:
    with sms_provider() as gone:
        settings.SMS = sms_settings(gone)
    message = an_sms(an_operator())
    assert deliver(message.pk, at=at(DAY)) == at(DAY) + RETRY_AFTER[0]


def test_an_sms_that_may_have_left_is_not_sent_again_by_itself(provider: Provider, monkeypatch: Any) -> None:
    provider.hangs = True
    monkeypatch.setattr(OvhGateway.__init__, "__kwdefaults__", {**OvhGateway.__init__.__kwdefaults__, "timeout": 0.2})
    message = an_sms(an_operator())
    assert deliver(message.pk, at=at(DAY)) is None
    failed = read(message)
    assert (failed.failure, failed.cost_mills) == (Failure.UNCERTAIN, 65)
    assert "peut-être parti" in failed.error


def test_a_worker_that_stopped_half_way_leaves_an_sms_to_check_by_hand(provider: Provider) -> None:
    message = an_sms(an_operator())
    Message.objects.filter(pk=message.pk).update(claimed_at=at(DAY))
    deliver(message.pk, at=at(DAY) + CLAIM_LASTS / 2)
    assert read(message).state == MessageState.QUEUED
    deliver(message.pk, at=at(DAY) + CLAIM_LASTS)
    assert read(message).failure == Failure.UNCERTAIN
    assert provider.jobs == []


def test_nothing_secret_is_logged_nor_kept(provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    provider.status = 403
    caplog.set_level(logging.DEBUG)
    message = an_sms(an_operator(), body="un texte")
    deliver(message.pk, at=at(DAY))
    refresh_receipts(at=at(DAY))
    kept = caplog.text + read(message).error + "".join(step.detail for step in message.steps.all())
    for secret in (SECRET, CONSUMER, MOBILE, "un texte"):
        assert secret not in kept
    assert SECRET not in repr(current_gateway())


@pytest.mark.parametrize(
    ("code", "state", "cost"),
    [
        (0, MessageState.SENT, 65),
        (1, MessageState.DELIVERED, 65),
        (2, MessageState.FAILED, 65),
        (4, MessageState.SENT, 65),
        (8, MessageState.SENT, 65),
        (16, MessageState.FAILED, 0),
    ],
)
def test_receipts_say_what_became_of_an_sms(provider: Provider, code: int, state: str, cost: int) -> None:
    message = an_sms(an_operator())
    deliver(message.pk, at=at(DAY))
    provider.receipts["1001"] = code
    refresh_receipts(at=at(DAY, 11))
    found = read(message)
    assert (found.state, found.cost_mills) == (state, cost)
    assert found.delivered_at == (at(DAY, 11) if state == MessageState.DELIVERED else None)
    assert found.failure == (Failure.NOT_RECEIVED if state == MessageState.FAILED else "")


def test_receipts_are_counted_once_and_no_longer_awaited_after_four_days(provider: Provider) -> None:
    operator = an_operator()
    for _number in range(3):
        deliver(an_sms(operator).pk, at=at(DAY))
    provider.receipts |= {"1001": 1, "1002": 2}
    assert refresh_receipts(at=at(DAY, 11)) == Receipts(delivered=1, failed=1, pending=1)
    assert refresh_receipts(at=at(DAY, 12)) == Receipts(pending=1)
    assert refresh_receipts(at=at(DAY) + RECEIPT_AWAITED) == Receipts()


def test_receipts_wait_when_the_provider_does_not_answer(provider: Provider) -> None:
    deliver(an_sms(an_operator()).pk, at=at(DAY))
    provider.status = 503
    assert refresh_receipts(at=at(DAY, 11)) == Receipts()


def test_keys_never_travel_in_clear() -> None:
    keys = {"application_key": "a", "application_secret": "b", "consumer_key": "c", "service": "d", "credit_mills": 1}
    with pytest.raises(ValueError, match="https"):
        OvhGateway(endpoint="http://eu.api.ovh.com/1.0", **keys)
    assert OvhGateway(endpoint="https://eu.api.ovh.com/1.0", **keys).secure


def test_on_a_laptop_sms_are_files(settings: Any, tmp_path: Any) -> None:
    settings.SMS = {**settings.SMS, "gateway": "file", "folder": tmp_path}
    message = an_sms(an_operator())
    deliver(message.pk, at=at(DAY))
    (written,) = tmp_path.iterdir()
    assert MOBILE in written.read_text(encoding="utf-8")
    gateway = current_gateway()
    assert gateway is not None
    assert (gateway.delivery(read(message).provider_id), gateway.delivery("none")) == (
        Delivery.DELIVERED,
        Delivery.PENDING,
    )
