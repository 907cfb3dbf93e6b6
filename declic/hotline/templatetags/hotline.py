"""How the pages of the hotline say a time."""

import datetime

from django import template
from django.utils.translation import gettext as _

register = template.Library()

NO_BREAK_SPACE = "\u00a0"


@register.filter
def lasting(span: datetime.timedelta | None) -> str:
    """A time as `35 min`, `6 h` or `2,5 jours`; `–` when nothing was counted."""
    if span is None:
        return "–"
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes}{NO_BREAK_SPACE}min"
    if minutes < 48 * 60:
        return f"{minutes // 60}{NO_BREAK_SPACE}h"
    tenths = round(minutes / 144)
    days = f"{tenths // 10},{tenths % 10}" if tenths % 10 else str(tenths // 10)
    return f"{days}{NO_BREAK_SPACE}" + _("jours")
