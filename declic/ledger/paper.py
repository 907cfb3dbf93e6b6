"""Receipts on paper, as a tagged PDF."""

import datetime
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from declic.ledger.models import Receipt


def receipt_pdf(receipt: Receipt, *, duplicate: int, on: datetime.date) -> bytes:
    """The receipt as a tagged PDF (PDF/UA-1); `duplicate` counts the papers printed before this one."""
    # Loaded only when someone prints: it takes longer than any page.
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    html = render_to_string("ledger/receipt_pdf.html", {"receipt": receipt, "duplicate": duplicate, "today": on})
    document = HTML(string=html, base_url="about:blank", media_type="print")
    sheet = CSS(string=_style(), media_type="print", font_config=fonts)
    pdf: bytes = document.write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1")
    return pdf


@cache
def _style() -> str:
    """The style sheet of papers, with fonts read from where they are installed."""
    fonts = _found("declic/fonts/AtkinsonHyperlegible-Regular.ttf").parent
    return _found("declic/paper.css").read_text(encoding="utf-8").replace('url("fonts/', f'url("{fonts.as_uri()}/')


def _found(name: str) -> Path:
    path = finders.find(name)
    if not isinstance(path, str):
        raise FileNotFoundError(name)
    return Path(path)
