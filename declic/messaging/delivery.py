"""How a queued message leaves: claimed by one worker, sent outside of any transaction, then settled.

The claim is committed before the message leaves, so that two workers never send the same one and a crash in between
is seen: an email is then tried again under the same Message-ID, an SMS that may have left is not.
"""

import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from declic.core.errors import DomainError
from declic.messaging.emails import send_email
from declic.messaging.enums import Channel, Failure, MessageState, StepKind
from declic.messaging.gateways import (
    Receipt,
    SmsGateway,
    TemporarilyDown,
    Uncertain,
    Undelivered,
    WrongAddress,
    current_gateway,
)
from declic.messaging.models import Message, MessageBudget, MessageStep
from declic.messaging.sms import count_parts, mobile_number

RETRY_AFTER = tuple(datetime.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))
"""The wait before each new try; a message is tried once more than there are waits, then somebody is told."""

CLAIM_LASTS = datetime.timedelta(minutes=10)
"""Longer than any exchange: a claim older than this belongs to a worker that stopped."""


def deliver(message_id: int, *, at: datetime.datetime) -> datetime.datetime | None:
    """Send a queued message if nobody else is at it; returns when to try again, None when there is nothing to retry."""
    gateway = current_gateway()
    message = _claim(message_id, at, gateway)
    if message is None:
        return None
    receipt: Receipt | None = None
    failure: Undelivered | None = None
    try:
        if message.channel == Channel.EMAIL:
            send_email(message)
        elif gateway is not None:
            receipt = gateway.send(message.address, message.body, str(settings.SMS["sender"]))
    except Undelivered as error:
        failure = error
    return _settle(message, at, receipt, failure)


@transaction.atomic
def _claim(message_id: int, at: datetime.datetime, gateway: SmsGateway | None) -> Message | None:
    """The message, marked as being sent; None when another worker holds it, it is not its time, or it may not leave."""
    message = (
        Message.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("operator")
        .filter(pk=message_id, state=MessageState.QUEUED, channel__in=[Channel.EMAIL, Channel.SMS])
        .first()
    )
    if message is None or (message.next_attempt_at is not None and message.next_attempt_at > at):
        return None
    if message.claimed_at is not None:
        if message.claimed_at > at - CLAIM_LASTS:
            return None
        if message.channel == Channel.SMS:
            fail(message, at, Failure.UNCERTAIN, _uncertain())
            return None
    if message.attempts > len(RETRY_AFTER):
        fail(message, at, Failure.NO_ANSWER, _why(message, TemporarilyDown())[1])
        return None
    if message.channel == Channel.SMS and not _may_leave(message, at, gateway):
        return None
    message.claimed_at, message.next_attempt_at = at, None
    message.attempts += 1
    message.save(update_fields=["claimed_at", "next_attempt_at", "attempts", "parts", "cost_mills"])
    return message


def _may_leave(message: Message, at: datetime.datetime, gateway: SmsGateway | None) -> bool:
    """Whether an SMS may leave: its cost is then set aside in its budget, so that two at once never pass it together."""
    if gateway is None:
        fail(message, at, Failure.REFUSED, _("Ce serveur n'envoie pas de SMS : appelez, ou envoyez une lettre."))
        return False
    try:
        mobile_number(message.address)
    except DomainError as error:
        fail(message, at, Failure.WRONG_ADDRESS, error.message)
        return False
    message.parts = count_parts(message.body)
    estimate = gateway.estimate(message.parts)
    if message.budget_id is not None:
        # No key of the budget changes: messages being written meanwhile need not wait.
        budget = MessageBudget.objects.select_for_update(no_key=True).get(pk=message.budget_id)
        if spent_mills(budget, but=message) + estimate > budget.amount_cents * 10:
            fail(
                message,
                at,
                Failure.BUDGET,
                _("Le budget « %(budget)s » est épuisé : augmentez-le, puis envoyez de nouveau, ou appelez.")
                % {"budget": budget.name},
            )
            return False
    message.cost_mills = estimate
    return True


def spent_mills(budget: MessageBudget, *, but: Message | None = None) -> int:
    """What the messages of a budget cost, in thousandths of a euro, those on their way included."""
    counted = budget.messages.all() if but is None else budget.messages.exclude(pk=but.pk)
    return counted.aggregate(total=Sum("cost_mills"))["total"] or 0


@transaction.atomic
def _settle(
    claimed: Message, at: datetime.datetime, receipt: Receipt | None, failure: Undelivered | None
) -> datetime.datetime | None:
    message = Message.objects.select_for_update().get(pk=claimed.pk)
    if message.state != MessageState.QUEUED or message.claimed_at != claimed.claimed_at:
        return None
    message.claimed_at = None
    if failure is None:
        message.state, message.failure, message.error, message.sent_at = MessageState.SENT, "", "", at
        if receipt is not None:
            message.provider_id, message.parts = receipt.provider_id, receipt.parts
            message.cost_mills = receipt.cost_mills
        message.save()
        note(message, StepKind.LEFT, at)
        return None
    if isinstance(failure, TemporarilyDown) and message.attempts <= len(RETRY_AFTER):
        message.cost_mills = 0
        message.next_attempt_at = at + RETRY_AFTER[message.attempts - 1]
        message.save()
        note(message, StepKind.LATER, at, str(failure))
        return message.next_attempt_at
    kind, sentence = _why(message, failure)
    if kind != Failure.UNCERTAIN:
        message.cost_mills = 0
    fail(message, at, kind, sentence, detail=str(failure))
    return None


def _why(message: Message, failure: Undelivered) -> tuple[Failure, str]:
    if isinstance(failure, WrongAddress):
        if message.channel == Channel.SMS:
            return Failure.WRONG_ADDRESS, _("Ce numéro n'existe pas : demandez le bon, corrigez-le et renvoyez.")
        return Failure.WRONG_ADDRESS, _("Cette adresse n'existe pas : demandez la bonne, corrigez-la et renvoyez.")
    if isinstance(failure, Uncertain):
        return Failure.UNCERTAIN, _uncertain()
    if isinstance(failure, TemporarilyDown):
        return Failure.NO_ANSWER, _(
            "Le service d'envoi n'a pas répondu, même plus tard : prévenez qui tient le serveur."
        )
    return Failure.REFUSED, _("Le service d'envoi a refusé ce message : prévenez qui tient le serveur.")


def _uncertain() -> str:
    return _(
        "Le prestataire n'a pas confirmé : le SMS est peut-être parti. Vérifiez avec la personne avant de renvoyer."
    )


def fail(message: Message, at: datetime.datetime, failure: Failure, sentence: str, *, detail: str = "") -> None:
    """Mark a message as not received, which makes it a task for someone."""
    message.state, message.failure, message.error = MessageState.FAILED, failure, sentence[:300]
    message.claimed_at = message.next_attempt_at = None
    message.handled_at = message.handled_by = None
    message.save()
    kind = StepKind.NOT_RECEIVED if failure == Failure.NOT_RECEIVED else StepKind.FAILED
    note(message, StepKind.RETURNED if failure == Failure.RETURNED else kind, at, detail)


def note(message: Message, kind: StepKind, at: datetime.datetime, detail: str = "", by_id: int | None = None) -> None:
    """Add a line to the story of a message."""
    MessageStep.objects.create(
        operator_id=message.operator_id, message=message, kind=kind, at=at, detail=detail[:300], by_id=by_id
    )
