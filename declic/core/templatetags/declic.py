"""What templates may say without loading anything: amounts, dates, hours, phones, icons, French spaces."""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms, template
from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from declic.core import dates, money
from declic.core.forms import format_phone
from declic.core.icons import ICONS

register = template.Library()

NO_BREAK_SPACE = "\u00a0"
NARROW_SPACE = "\u202f"
UNKNOWN = "–"


def _day(value: date | datetime) -> date:
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


# ---------------------------------------------------------------------------------------------------- amounts, numbers


@register.filter
def euros(cents: int | str | None) -> str:
    """Cents as `1 850,00 €`; a dash when there is no amount."""
    return UNKNOWN if cents is None or cents == "" else money.format_euros(int(cents))


@register.filter
def euros_short(cents: int | str | None) -> str:
    """Cents as `1 850 €`, the decimals only when there are some."""
    return UNKNOWN if cents is None or cents == "" else money.format_euros_short(int(cents))


@register.filter
def number(value: float | Decimal | str | None) -> str:
    """A number as French readers write it, at most one decimal: `1 234,5`; a true minus sign."""
    if value is None or value == "":
        return UNKNOWN
    rounded = Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    whole, _point, tenth = f"{abs(rounded):,.1f}".partition(".")
    text = whole.replace(",", NARROW_SPACE) + (f",{tenth}" if tenth != "0" else "")
    return f"{money.MINUS}{text}" if rounded < 0 else text


@register.filter
def percent(value: float | Decimal | str | None, whole: float | Decimal | None = None) -> str:
    """`{{ part|percent:whole }}` or, for a ratio, `{{ 0.625|percent }}`: `62,5 %`. A dash when the whole is nothing."""
    if value is None or value == "" or whole == 0:
        return UNKNOWN
    ratio = Decimal(str(value)) / Decimal(str(1 if whole is None else whole))
    return f"{number(ratio * 100)}{NO_BREAK_SPACE}%"


@register.filter
def share(value: float | None, whole: float | None) -> str:
    """How full a bar is, between 0 and 100, written for an SVG attribute (a point, never a comma)."""
    if not value or not whole:
        return "0"
    return f"{min(max(float(value) / float(whole), 0.0), 1.0) * 100:.2f}"


@register.filter
def minutes_as_hours(minutes: int | str | None) -> str:
    """Minutes as `6 h`, `1 h 30`, `45 min`."""
    if minutes is None or minutes == "":
        return UNKNOWN
    hours, rest = divmod(abs(int(minutes)), 60)
    sign = money.MINUS if int(minutes) < 0 else ""
    if hours == 0 and rest:
        return f"{sign}{rest}{NO_BREAK_SPACE}min"
    return f"{sign}{hours}{NO_BREAK_SPACE}h" + (f"{NO_BREAK_SPACE}{rest:02d}" if rest else "")


@register.filter
def phone(value: str | None) -> str:
    """An E.164 number as `06 12 34 56 78`."""
    return format_phone(value) if value else UNKNOWN


# --------------------------------------------------------------------------------------------------------------- dates


@register.filter
def short_date(value: date | datetime | None) -> str:
    """`12/03/2026`; a dash when there is no date."""
    return dates.format_short(_day(value)) if value else UNKNOWN


@register.filter
def long_date(value: date | datetime | None) -> str:
    """`jeudi 12 mars 2026`."""
    return dates.format_long(_day(value)) if value else UNKNOWN


@register.filter
def day_date(value: date | datetime | None) -> str:
    """`12 mars 2026`."""
    return dates.format_day(_day(value)) if value else UNKNOWN


@register.filter
def month(value: date | datetime | None) -> str:
    """`mars 2026`."""
    return dates.format_month(_day(value)) if value else UNKNOWN


@register.filter
def clock(value: datetime | None) -> str:
    """The hour of an instant, in Paris time: `14 h 05`."""
    if not value:
        return UNKNOWN
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{local.hour}{NO_BREAK_SPACE}h" + (f"{NO_BREAK_SPACE}{local.minute:02d}" if local.minute else "")


@register.filter
def since(value: date | datetime | None, on: date | datetime) -> str:
    """How far from the reference day: `il y a 3 jours`, `demain`."""
    return dates.format_since(_day(value), _day(on)) if value else UNKNOWN


# ---------------------------------------------------------------------------------------------------------- typography

_BEFORE = re.compile(r"[ \u00a0]+([:»])")
_BEFORE_NARROW = re.compile(r"[ \u00a0]+([;!?])")
_AFTER = re.compile(r"(«)[ \u00a0]+")
_UNIT = re.compile(r"(\d)[ ](€|%|h|min|mois|ans?|jours?|heures?)(?![\w])")


_TAG = re.compile(r"(<[^>]*>)")


def _french_spaces(text: str) -> str:
    text = _AFTER.sub(rf"\1{NO_BREAK_SPACE}", _BEFORE.sub(rf"{NO_BREAK_SPACE}\1", text))
    return _UNIT.sub(rf"\1{NO_BREAK_SPACE}\2", _BEFORE_NARROW.sub(rf"{NARROW_SPACE}\1", text))


@register.filter
def typo(value: Any) -> SafeString:
    """French spaces: the ones before « : ; ! ? », inside guillemets and before units no longer break.

    Escapes what is not safe; in HTML, leaves the tags as they are.
    """
    pieces = _TAG.split(str(conditional_escape(value)))
    # Every part was escaped above or came safe; only spaces between tags are exchanged.
    return mark_safe("".join(p if p.startswith("<") else _french_spaces(p) for p in pieces))  # noqa: S308


# -------------------------------------------------------------------------------------------------- icons, components


@register.simple_tag
def icon(name: str) -> SafeString:
    """`{% icon "laptop" %}`: a drawing that screen readers pass over; the word beside it says the same."""
    return mark_safe(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{ICONS[name]}</svg>')  # noqa: S308


CHIP_ICONS = {"wait": "clock", "done": "check", "bad": "alert", "note": "info", "plain": "minus"}


@register.filter
def chip_icon(kind: str) -> str:
    """The icon that goes with the colour of a state."""
    return CHIP_ICONS[kind]


@register.filter
def html_attrs(attrs: Any) -> str:
    """The attributes a component passes on, escaped (its own `{{ attrs }}` would not)."""
    return flatatt(attrs.attrs_dict())


@register.filter
def anchor(value: str) -> str:
    """An HTML id made from words."""
    return slugify(value) or "partie"


@register.filter
def widget_kind(field: forms.BoundField) -> str:
    """The kind of a widget for the style sheet: `radioselect`, `textarea`…"""
    return type(field.field.widget).__name__.lower()


@register.filter
def is_one_box(field: forms.BoundField) -> bool:
    """Whether the field is a single tick box, whose label stands after it."""
    return type(field.field.widget) is forms.CheckboxInput


@register.filter
def first_id(field: forms.BoundField) -> str:
    """The id of the first control of a field, where a link of the error summary leads."""
    return str(field.subwidgets[0].id_for_label if field.use_fieldset else field.id_for_label) or str(field.auto_id)
