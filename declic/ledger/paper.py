"""Receipts on paper, as a tagged PDF."""

import datetime

from django.template.loader import render_to_string

from declic.core.paper import as_pdf
from declic.ledger.models import Receipt


def receipt_pdf(receipt: Receipt, *, duplicate: int, on: datetime.date) -> bytes:
    """The receipt as a tagged PDF (PDF/UA-1); `duplicate` counts the papers printed before this one."""
    html = render_to_string("ledger/receipt_pdf.html", {"receipt": receipt, "duplicate": duplicate, "today": on})
    return as_pdf(html)
