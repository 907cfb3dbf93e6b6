"""A report outside of the screens: the objectives as a table for a spreadsheet, the whole as a PDF that can be read aloud."""

import csv
import io
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from declic.core.dates import format_short
from declic.core.paper import REPORT, as_pdf
from declic.reporting.reports import Report

# A spreadsheet runs a cell that begins with one of these.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}".replace(".", ",")


def _text(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def objectives_csv(report: Report) -> str:
    """The objectives as semicolon-separated text with French decimals, as spreadsheets open it here."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(
        [
            _("objectif"), _("indicateur"), _("visé"), _("obtenu"), _("unité"), _("numérateur"), _("dénominateur"),
            _("inconnus"), _("écart"), _("état"), _("au"), _("définition"),
        ]
    )  # fmt: skip
    for line in report.objectives:
        figure = line.figure
        writer.writerow(
            [
                _text(line.label), line.name, _number(line.target),
                line.text if figure.hidden or isinstance(figure.value, list) else _number(line.value), figure.unit,
                _number(figure.numerator), _number(figure.denominator), "" if figure.hidden else figure.unknown,
                _number(line.gap), line.state_words, format_short(report.at), _text(line.definition),
            ]
        )  # fmt: skip
    return "\ufeff" + out.getvalue()


def report_pdf(context: dict[str, Any]) -> bytes:
    """The report as a tagged PDF (PDF/UA-1), from the same parts as the screen."""
    html = render_to_string("reporting/pdf.html", context)
    return as_pdf(html, style=REPORT)
