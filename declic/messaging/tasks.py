"""What the worker does with a message: send it, and come back later when the carrier asks to wait."""

from django.tasks import task

from declic.core.dates import now
from declic.messaging.delivery import deliver


@task
def send_message(message_id: int) -> None:
    """Send a queued message; a later try is put in the queue where the queue can wait, else `resend_waiting` makes it."""
    later = deliver(message_id, at=now())
    if later is not None and send_message.get_backend().supports_defer:
        send_message.using(run_after=later).enqueue(message_id)
