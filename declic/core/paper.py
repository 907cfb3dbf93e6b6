"""Pages of ours laid out on paper: tagged PDF (PDF/UA-1) with the fonts of the house, nothing fetched from anywhere."""

from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders

PAPER, REPORT, LETTER = "declic/paper.css", "declic/report.css", "declic/letter.css"
"""The style sheets: an agreement or a receipt, a report or a copy of a file, a letter folded behind its window."""


def laid_out(html: str, *, style: str) -> Any:
    """The page on its sheets (a WeasyPrint document)."""
    # Loaded only when someone prints: it takes longer than any page.
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    sheet = CSS(string=_sheet(style), media_type="print", font_config=fonts)
    document = HTML(string=html, base_url="about:blank", media_type="print")
    return document.render(stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1")


def as_pdf(html: str, *, style: str = PAPER) -> bytes:
    """The page as a tagged PDF."""
    written: bytes = laid_out(html, style=style).write_pdf(pdf_variant="pdf/ua-1")
    return written


@cache
def _sheet(name: str) -> str:
    """A style sheet with the fonts read from where they are installed."""
    fonts = _found("declic/fonts/AtkinsonHyperlegible-Regular.ttf").parent
    return _found(name).read_text(encoding="utf-8").replace('url("fonts/', f'url("{fonts.as_uri()}/')


def _found(name: str) -> Path:
    path = finders.find(name)
    if not isinstance(path, str):
        raise FileNotFoundError(name)
    return Path(path)
