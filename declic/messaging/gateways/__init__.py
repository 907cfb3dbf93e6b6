"""The door to whoever carries SMS: what Déclic asks of it, whatever the provider, and which one a server uses."""

import enum
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings


class Undelivered(Exception):  # noqa: N818 - names what happened, as its kin do
    """A message that a carrier did not take; the text is technical, safe to keep: no secret, no number, no words."""


class WrongAddress(Undelivered):
    """The address or number does not exist: someone must correct it."""


class WrongNumber(WrongAddress):
    """The carrier knows no such number."""


class Refused(Undelivered):
    """The carrier will not take it, today or tomorrow: settings, rights, credit."""


class TemporarilyDown(Undelivered):
    """Nothing left, and the same message may leave later."""


class Uncertain(Undelivered):
    """The carrier was asked and did not say: it may have left, so it is not sent again by itself."""


@dataclass(frozen=True)
class Receipt:
    """What the carrier answers to a message it takes: its own number for it, parts charged, cost in thousandths of a euro."""

    provider_id: str
    parts: int
    cost_mills: int


class Delivery(enum.Enum):
    """What became of an SMS that left."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    FAILED_FREE = "failed_free"


class SmsGateway(Protocol):
    """A provider of SMS."""

    def send(self, number: str, text: str, sender: str) -> Receipt:
        """Send `text` to `number` (E.164) from `sender`. Raises WrongNumber, Refused, TemporarilyDown or Uncertain."""

    def delivery(self, provider_id: str) -> Delivery:
        """What became of the message. Raises TemporarilyDown when the provider does not say."""

    def estimate(self, parts: int) -> int:
        """What `parts` SMS will cost, in thousandths of a euro: kept aside in the budget before sending."""


def current_gateway() -> SmsGateway | None:
    """The gateway that the settings choose, None when this server sends no SMS."""
    options: dict[str, Any] = settings.SMS
    match options["gateway"]:
        case "ovh":
            from declic.messaging.gateways.ovh import OvhGateway

            return OvhGateway(
                endpoint=options["ovh_endpoint"],
                application_key=options["ovh_application_key"],
                application_secret=options["ovh_application_secret"],
                consumer_key=options["ovh_consumer_key"],
                service=options["ovh_service"],
                credit_mills=options["credit_mills"],
            )
        case "file":
            from declic.messaging.gateways.file import FileGateway

            return FileGateway(Path(options["folder"]), credit_mills=options["credit_mills"])
        case _:
            return None
