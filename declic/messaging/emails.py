"""An email handed to the server of the settings, its refusals told apart: a wrong address, a wait, a no."""

import contextlib
import smtplib
from email.utils import formataddr, parseaddr
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, mailers

from declic.messaging.gateways import Refused, TemporarilyDown, Undelivered, WrongAddress
from declic.messaging.models import Message


def new_message_id() -> str:
    """A Message-ID of our domain, drawn once: a second try bears the same, so that a mail box shows one message."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid4().hex}@{domain}>"


def send_email(message: Message) -> None:
    """Hand `message` to the mail server. Raises WrongAddress, Refused or TemporarilyDown."""
    name = " ".join(message.recipient.split())
    email = EmailMessage(
        subject=message.subject,
        body=message.body,
        to=[message.address],
        reply_to=[message.operator.email] if message.operator.email else None,
        # Written by a machine: no holiday answer comes back to an address that nobody reads (RFC 3834).
        headers={
            "To": formataddr((name, message.address)),
            "Message-ID": message.provider_id,
            "Auto-Submitted": "auto-generated",
        },
    )
    try:
        _hand_over(email)
    except smtplib.SMTPRecipientsRefused as error:
        code = next((code for code, _words in error.recipients.values()), 0)
        raise _of(code, WrongAddress) from None
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPConnectError, smtplib.SMTPHeloError) as error:
        # Our own door is shut, whoever the message is for: it waits until somebody opens it.
        raise TemporarilyDown(f"SMTP {error.smtp_code}") from None
    except smtplib.SMTPResponseException as error:
        raise _of(error.smtp_code, Refused) from None
    except smtplib.SMTPNotSupportedError:
        raise Refused("SMTP: not supported") from None
    except OSError as error:
        raise TemporarilyDown(type(error).__name__) from None
    except ValueError:
        raise WrongAddress("the address or a header cannot be written") from None


def _hand_over(email: EmailMessage) -> None:
    """Send through a connection closed in any case: a goodbye that fails changes nothing to what was taken."""
    mailer = mailers.default
    try:
        mailer.open()
        mailer.send_messages([email])
    finally:
        with contextlib.suppress(OSError):
            mailer.close()


def _of(code: int, permanent: type[Undelivered]) -> Undelivered:
    """5xx is for good, 4xx for now (RFC 5321, 4.2.1); the server's own words may name the person and are not kept."""
    return permanent(f"SMTP {code}") if code >= 500 else TemporarilyDown(f"SMTP {code}")
