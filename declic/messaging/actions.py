"""Messages are written down in the same transaction as the fact they speak of, and leave once it is kept."""

import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from declic.core.errors import DomainError
from declic.messaging.models import Channel, Message, MessageState
from declic.messaging.tasks import send_message
from declic.organisations.models import Organisation


@transaction.atomic
def queue_message(
    *,
    operator: Organisation,
    channel: str,
    template: str,
    recipient: str,
    address: str,
    subject: str,
    body: str,
    reference: str,
    at: datetime.datetime,
) -> Message:
    """Keep a message to send and hand it to the worker once the transaction is kept; a rollback sends nothing.

    `reference` names what it speaks of (`ticket:12`). Raises `DomainError` when the channel is not open yet or the
    address is not one.
    """
    if channel != Channel.EMAIL:
        raise DomainError(_("Déclic n'envoie pour l'instant que des courriels : choisissez le courriel, ou appelez."))
    try:
        validate_email(address)
    except ValidationError:
        raise DomainError(
            _("L'adresse « %(address)s » n'est pas un courriel : corrigez-la, puis envoyez de nouveau.")
            % {"address": address},
            field="address",
        ) from None
    message = Message.objects.create(
        operator=operator,
        channel=channel,
        template=template,
        recipient=recipient[:160],
        address=address,
        # One line: a line break in a subject would write a header of its own.
        subject=" ".join(subject.split())[:200],
        body=body,
        reference=reference,
        created_at=at,
    )
    transaction.on_commit(lambda: send_message.enqueue(message.pk))
    return message


@transaction.atomic
def send_again(*, message: Message) -> Message:
    """Put a message that could not leave back in the queue. Raises `DomainError` unless its sending has failed."""
    message = Message.objects.select_for_update().get(pk=message.pk)
    if message.state != MessageState.FAILED:
        raise DomainError(_("Ce message est déjà parti ou en attente : il n'est pas envoyé deux fois."))
    message.state, message.error = MessageState.QUEUED, ""
    message.save(update_fields=["state", "error"])
    transaction.on_commit(lambda: send_message.enqueue(message.pk))
    return message
