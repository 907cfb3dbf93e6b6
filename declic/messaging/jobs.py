"""What runs by itself, outside of any request: messages left waiting, receipts, and words to erase."""

import datetime
import logging
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from declic.messaging.delivery import CLAIM_LASTS, fail, note
from declic.messaging.enums import Channel, Failure, MessageState, StepKind
from declic.messaging.gateways import Delivery, TemporarilyDown, current_gateway
from declic.messaging.models import Message, MessageStep
from declic.messaging.tasks import send_message

log = logging.getLogger(__name__)

RECEIPT_AWAITED = datetime.timedelta(days=4)
"""The network gives up after two days; a receipt that is not there two days later will not come."""


@dataclass(frozen=True)
class Receipts:
    """How many SMS were found delivered, lost, and still on their way."""

    delivered: int = 0
    failed: int = 0
    pending: int = 0


def resend_waiting(*, at: datetime.datetime, limit: int = 1000) -> int:
    """Hand to the worker the messages whose time has come and that no worker is sending; returns how many."""
    waiting = Message.objects.filter(
        Q(claimed_at__isnull=True) | Q(claimed_at__lte=at - CLAIM_LASTS),
        Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=at),
        state=MessageState.QUEUED,
        channel__in=[Channel.EMAIL, Channel.SMS],
    ).order_by("created_at", "pk")
    keys = list(waiting.values_list("pk", flat=True)[:limit])
    for key in keys:
        send_message.enqueue(key)
    return len(keys)


def refresh_receipts(*, at: datetime.datetime, limit: int = 1000) -> Receipts:
    """Ask the provider what became of the SMS that left; stops at once when the provider does not answer."""
    gateway = current_gateway()
    if gateway is None:
        return Receipts()
    awaited = (
        Message.objects.filter(state=MessageState.SENT, channel=Channel.SMS, sent_at__gt=at - RECEIPT_AWAITED)
        .exclude(provider_id="")
        .order_by("sent_at", "pk")
    )
    counts = dict.fromkeys(Delivery, 0)
    for key, provider_id in list(awaited.values_list("pk", "provider_id")[:limit]):
        try:
            delivery = gateway.delivery(provider_id)
        except TemporarilyDown as error:
            log.warning("receipts of SMS: %s", error)
            break
        counts[delivery] += 1
        if delivery != Delivery.PENDING:
            _receive(key, delivery, at)
    return Receipts(
        delivered=counts[Delivery.DELIVERED],
        failed=counts[Delivery.FAILED] + counts[Delivery.FAILED_FREE],
        pending=counts[Delivery.PENDING],
    )


@transaction.atomic
def _receive(message_id: int, delivery: Delivery, at: datetime.datetime) -> None:
    message = Message.objects.select_for_update().get(pk=message_id)
    if message.state != MessageState.SENT:
        return
    if delivery == Delivery.DELIVERED:
        message.state, message.delivered_at = MessageState.DELIVERED, at
        message.save(update_fields=["state", "delivered_at"])
        note(message, StepKind.DELIVERED, at)
        return
    if delivery == Delivery.FAILED_FREE:
        message.cost_mills = 0
    fail(
        message,
        at,
        Failure.NOT_RECEIVED,
        _("Le téléphone n'a pas reçu ce SMS : vérifiez le numéro auprès de la personne, puis renvoyez ou appelez."),
    )


@transaction.atomic
def erase_messages(*, about_persons: Collection[int], at: datetime.datetime) -> int:
    """Leave no name, address or word in the messages about these people; returns how many rows. What waited is stopped.

    Costs, dates and states stay: they are counted in budgets.
    """
    messages = Message.objects.filter(about_person__in=about_persons)
    for waiting in messages.filter(state=MessageState.QUEUED).select_for_update():
        fail(waiting, at, Failure.ERASED, "")
    MessageStep.objects.filter(message__about_person__in=about_persons).update(detail="")
    messages.filter(state=MessageState.FAILED).update(failure=Failure.ERASED)
    return messages.update(recipient="", address="", subject="", body="", error="", about_person=None, provider_id="")
