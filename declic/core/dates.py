"""Dates as the domain counts them (whole months, ages) and as French readers write them."""

import calendar
import re
import unicodedata
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")

# Nobody we meet was born earlier and no loan ends later: a year outside is a slip of the keyboard.
_FIRST_YEAR, _LAST_YEAR = 1900, 2199

_DAY_FIRST = re.compile(r"(\d{1,2})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DIGITS_ONLY = re.compile(r"(\d{2})(\d{2})(\d{4})")
_IN_WORDS = re.compile(r"(?:[a-z]+\s+)?(\d{1,2})(?:er)?\s+([a-z]+)\.?\s+(\d{4})")


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


_MONTH_NUMBERS = {_plain(name): number for number, name in enumerate(MONTHS, start=1)}


def add_months(day: date, months: int) -> date:
    """The same day `months` later (earlier when negative); 31 January plus one month is the last day of February."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(day.day, last))


def age_on(birth: date, on: date) -> int:
    """Whole years lived on the given day; someone born on 29 February turns a year older on 1 March of common years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def parse_french_date(text: str) -> date:
    """The date behind `3/4/2022`, `03-04-2022`, `03042022`, `2022-04-03` or `3 avril 2022`.

    Raises ValueError with a French sentence when the text is not a date, or not one of the calendar.
    """
    cleaned = _plain(" ".join(text.split()))
    if match := _YEAR_FIRST.fullmatch(cleaned):
        year, month, day = (int(part) for part in match.groups())
    elif match := _DAY_FIRST.fullmatch(cleaned) or _DIGITS_ONLY.fullmatch(cleaned):
        day, month, year = (int(part) for part in match.groups())
    elif (match := _IN_WORDS.fullmatch(cleaned)) and match[2] in _MONTH_NUMBERS:
        day, month, year = int(match[1]), _MONTH_NUMBERS[match[2]], int(match[3])
    else:
        raise ValueError(_("Écrivez la date ainsi : 12/03/2022."))
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError(_("Vérifiez l’année : écrivez-la avec quatre chiffres, par exemple 2022."))
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(_("Cette date n’existe pas. Vérifiez le jour et le mois.")) from None


def format_short(day: date) -> str:
    """`12/03/2026`."""
    return f"{day:%d/%m/%Y}"


def format_long(day: date) -> str:
    """`jeudi 12 mars 2026`; the first of a month is `1er`."""
    return f"{WEEKDAYS[day.weekday()]} {format_day(day)}"


def format_day(day: date) -> str:
    """`12 mars 2026`, without the weekday."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {MONTHS[day.month - 1]} {day.year}"


def format_month(day: date) -> str:
    """`mars 2026`."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def format_since(day: date, on: date) -> str:
    """How far `day` is from `on`, in words: `hier`, `il y a 3 jours`, `dans 2 mois`."""
    distance = (day - on).days
    near = {0: _("aujourd’hui"), -1: _("hier"), 1: _("demain")}
    if distance in near:
        return near[distance]
    count = abs(distance)
    if count < 14:
        span = _("%(count)s jours") % {"count": count}
    elif count < 60:
        span = _("%(count)s semaines") % {"count": count // 7}
    else:
        span = _span_in_months(min(day, on), max(day, on))
    return (_("il y a %(span)s") if distance < 0 else _("dans %(span)s")) % {"span": span}


def _span_in_months(first: date, last: date) -> str:
    months = (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)
    if months < 24:
        return _("%(count)s mois") % {"count": max(months, 1)}
    return _("%(count)s ans") % {"count": months // 12}


def today() -> date:
    """The local date: the one place that reads the clock for views and commands; actions are given their day."""
    return timezone.localdate()


def now() -> datetime:
    """The present instant, aware; see `today`."""
    return timezone.now()
