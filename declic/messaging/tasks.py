"""What the worker does with a message: send it, and write down whether it left."""

from smtplib import SMTPException

from django.core.mail import EmailMessage
from django.db import transaction
from django.tasks import task
from django.utils import timezone

from declic.messaging.models import Message, MessageState


@task
def send_message(message_id: int) -> None:
    """Send a queued message by email; the row is held meanwhile, so that two workers never send it twice."""
    with transaction.atomic():
        message = Message.objects.select_for_update().filter(pk=message_id, state=MessageState.QUEUED).first()
        if message is None:
            return
        try:
            EmailMessage(subject=message.subject, body=message.body, to=[message.address]).send()
        except (SMTPException, OSError, ValueError) as error:
            message.state, message.error = MessageState.FAILED, (str(error) or type(error).__name__)[:300]
        else:
            message.state, message.sent_at = MessageState.SENT, timezone.now()
        message.save(update_fields=["state", "error", "sent_at"])
