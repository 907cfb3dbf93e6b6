"""Letters on paper: A4 pages folded in three, the address behind the window of a French envelope (window on the right)."""

from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string

from declic.core.paper import LETTER, laid_out
from declic.messaging.enums import Channel
from declic.messaging.models import Message

RIGHT_TO_LEFT = frozenset({"ar", "fa", "ps", "he", "ur"})


def letters_as_pdf(messages: Sequence[Message]) -> bytes:
    """The letters as one tagged PDF (PDF/UA-1), each beginning on a page of its own."""
    pdf: bytes = letters_document(messages).write_pdf(pdf_variant="pdf/ua-1")
    return pdf


def letters_document(messages: Sequence[Message]) -> Any:
    """The letters laid out on their pages (a WeasyPrint document)."""
    letters = [
        {
            "message": message,
            # An email handed over on paper bears the name alone.
            "lines": message.address.splitlines() if message.channel == Channel.LETTER else [],
            "paragraphs": [part for part in message.body.split("\n\n") if part.strip()],
            "direction": "rtl" if message.language in RIGHT_TO_LEFT else "ltr",
        }
        for message in messages
    ]
    html = render_to_string("messaging/letters_pdf.html", {"letters": letters})
    return laid_out(html, style=LETTER)
