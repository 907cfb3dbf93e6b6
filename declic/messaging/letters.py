"""Letters on paper: A4 pages folded in three, the address behind the window of a French envelope (window on the right)."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from declic.messaging.enums import Channel
from declic.messaging.models import Message

RIGHT_TO_LEFT = frozenset({"ar", "fa", "ps", "he", "ur"})


@cache
def _style() -> str:
    """The style sheet of letters, with fonts read from where they are installed."""
    fonts = _found("declic/fonts/AtkinsonHyperlegible-Regular.ttf").parent
    return _found("declic/letter.css").read_text(encoding="utf-8").replace('url("fonts/', f'url("{fonts.as_uri()}/')


def _found(name: str) -> Path:
    path = finders.find(name)
    if not isinstance(path, str):
        raise FileNotFoundError(name)
    return Path(path)


def letters_as_pdf(messages: Sequence[Message]) -> bytes:
    """The letters as one tagged PDF (PDF/UA-1), each beginning on a page of its own."""
    pdf: bytes = letters_document(messages).write_pdf(pdf_variant="pdf/ua-1")
    return pdf


def letters_document(messages: Sequence[Message]) -> Any:
    """The letters laid out on their pages (a WeasyPrint document)."""
    # Loaded only when someone prints: it takes longer than any page.
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
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
    document = HTML(string=html, base_url="about:blank", media_type="print")
    sheet = CSS(string=_style(), media_type="print", font_config=fonts)
    return document.render(stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1")
