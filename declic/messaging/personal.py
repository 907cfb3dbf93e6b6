"""Messages to a person or about her, and the files in which a laptop keeps those it does not send."""

import email
import email.policy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from declic.core.personal import BLANK, Personal, Traces, declare, declare_impersonal, sweep
from declic.messaging.models import Message, MessageStep

MESSAGE_TEXTS = ("recipient", "address", "subject", "body", "error", "provider_id")
MESSAGE_PLAIN = ("template", "language", "reference")


def messages_of(title: object, *, person: str = "", rows: object = None) -> tuple[Personal, Personal]:
    """How messages tied to a person are declared, whichever app knows the tie: the messages, then their steps."""
    if person:
        return (
            Personal(Message, _("messages"), person=person, texts=MESSAGE_TEXTS, plain=MESSAGE_PLAIN, unshown=_MARKS),
            Personal(MessageStep, _("suites des messages"), person=f"message__{person}", texts=("detail",)),
        )
    return (
        Personal(Message, title, rows=rows, texts=MESSAGE_TEXTS, plain=MESSAGE_PLAIN, unshown=_MARKS),  # type: ignore[arg-type]
        Personal(
            MessageStep,
            title,  # type: ignore[arg-type]
            rows=lambda people: MessageStep.objects.filter(message__in=rows(people).order_by().values("pk")),  # type: ignore[operator]
            texts=("detail",),
        ),
    )


_MARKS = ("provider_id", "claimed_at", "next_attempt_at", "attempts", "budget", "about_person", "reference", "template")

declare(*messages_of(_("messages"), person="about_person"))
declare_impersonal({"messaging.MessageBudget": "une somme prévue"})


@sweep
def forget_reminders(traces: Traces) -> int:
    """Letters to a team name files by their number: those that name hers lose their words."""
    named = Message.objects.filter(
        operator=traces.operator_id, reference__startswith="reminder:", body__contains=traces.case_number
    )
    return named.update(body=BLANK)


@sweep
def forget_files(traces: Traces) -> int:
    """Mail and SMS written to files (a laptop, a demonstration): those that speak of her are removed."""
    removed = 0
    for path, text in _written():
        if traces.in_text(text):
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _written() -> Iterator[tuple[Path, str]]:
    mailer: dict[str, Any] = settings.MAILERS["default"]
    mail = mailer.get("OPTIONS", {}).get("file_path")
    if mail and Path(mail).is_dir():
        for path in Path(mail).iterdir():
            if path.is_file():
                yield path, _readable(path.read_bytes())
    sms: dict[str, Any] = settings.SMS
    folder = Path(sms["folder"])
    if folder.is_dir():
        for path in folder.glob("*.txt"):
            yield path, path.read_text(encoding="utf-8", errors="replace")


def _readable(content: bytes) -> str:
    """The words of the messages of one file, decoded; several follow each other after a line of dashes."""
    words = [content.decode("utf-8", errors="replace")]
    for one in content.split(b"\n" + b"-" * 79 + b"\n"):
        message = email.message_from_bytes(one, policy=email.policy.default)
        words += [str(message.get("To", "")), str(message.get("Subject", ""))]
        for part in message.walk():
            if part.get_content_maintype() == "text":
                payload = part.get_payload(decode=True)
                words.append(payload.decode("utf-8", errors="replace") if isinstance(payload, bytes) else "")
    return "\n".join(words)
