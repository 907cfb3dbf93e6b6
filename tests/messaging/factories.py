"""Messages with one call."""

from typing import Any

from declic.messaging.actions import queue_message
from declic.messaging.models import Message, MessageBudget
from declic.organisations.models import Organisation
from tests.factories import DAY, at

MOBILE = "+33612345678"


def queued(operator: Organisation, **changes: Any) -> Message:
    """An email to Claire Vidal, or what `changes` say."""
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


def an_sms(operator: Organisation, **changes: Any) -> Message:
    return queued(operator, **{"channel": "sms", "address": MOBILE, **changes})


def a_letter(operator: Organisation, **changes: Any) -> Message:
    return queued(
        operator,
        **{"channel": "letter", "address": "12 rue des Lilas\n31000 TOULOUSE", "recipient": "Awa Diarra", **changes},
    )


def a_budget(operator: Organisation, **changes: Any) -> MessageBudget:
    return MessageBudget.objects.create(
        **{"operator": operator, "name": "Messages 2024", "amount_cents": 1000, **changes}
    )
