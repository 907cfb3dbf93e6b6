"""What a cell means: a text, a day, a telephone. Each raises ValueError with a French sentence that says what to write."""

import re
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from declic.core.dates import format_short, parse_french_date
from declic.core.forms import PhoneField
from declic.core.tables.parts import Cell

# Longer than any day in words with its time: what follows would be searched for nothing, and slowly.
_LONGEST_DATE = 100
_PHONE = PhoneField(required=False)
_TIME_AFTER = re.compile(r"(?:[ T]+(?:à )?\d{1,2}[:h]\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)$")
_SHORT_YEAR = re.compile(r"(\d{1,2})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{2})")
_NOT_DIALLED = re.compile(r"[\s./()\-‐‑–]+")


def date_of_serial(serial: float, *, since_1904: bool = False) -> date | None:
    """The day that a number of days stands for, None outside of 1900-2199.

    Excel counts a 29 February 1900 that never was: 60 is no day, and what comes before is one day nearer.
    """
    days = int(serial // 1)
    if since_1904:
        day = date(1904, 1, 1) + timedelta(days) if 0 <= days <= 110_000 else None
    elif 1 <= days <= 110_000 and days != 60:
        day = date(1899, 12, 31 if days < 60 else 30) + timedelta(days)
    else:
        day = None
    return day if day is not None and day.year < 2200 else None


def as_text(cell: Cell) -> str:
    """The cell as one would read it: `75012` for 75012.0, `12,5`, `12/03/2022`, `oui`; empty for nothing."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return _("oui") if cell else _("non")
    if isinstance(cell, date):
        return format_short(cell)
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell).replace(".", ",")
    return str(cell)


def as_postal_code(cell: Cell) -> str:
    """A French postal code as five digits: a spreadsheet writes 01000 as the number 1000. Other texts stay as they are."""
    text = as_text(cell).replace(" ", "")
    return text.zfill(5) if text.isascii() and text.isdigit() and len(text) == 4 else as_text(cell)


def as_phone_text(cell: Cell) -> str:
    """A telephone as it was typed before a spreadsheet took it for a number: 612345678 is `0612345678`.

    A number of eleven digits that begins with 33 gets its `+` back.
    """
    text = as_text(cell).strip()
    digits = _NOT_DIALLED.sub("", text)
    if not (digits.isascii() and digits.isdigit()):
        return text
    if len(digits) == 9 and digits[0] in "123456789":
        return f"0{text}"
    if len(digits) == 11 and digits.startswith("33"):
        return f"+{text}"
    return text


def as_phone(cell: Cell) -> str:
    """A telephone in E.164 (`+33612345678`), empty for an empty cell; raises ValueError when it is not a whole one."""
    try:
        return str(_PHONE.clean(as_phone_text(cell)))
    except ValidationError as error:
        raise ValueError(" ".join(error.messages)) from None


def as_date(cell: Cell, *, on: date | None = None, since_1904: bool = False) -> date | None:
    """The day of a cell: a date, a text, a bare serial number, or the eight digits of `12031980`; None when empty.

    A year of two digits is the last one that is not after `on` (refused without it). `since_1904`: see `Table`.
    Raises ValueError with a sentence for what is not a day of the calendar.
    """
    if cell is None or isinstance(cell, date):
        return cell
    if isinstance(cell, bool):
        raise ValueError(_("Écrivez la date ainsi : 12/03/2022."))
    if isinstance(cell, int | float):
        return _date_of_number(cell, since_1904)
    if len(cell) > _LONGEST_DATE:
        raise ValueError(_("Écrivez la date ainsi : 12/03/2022."))
    text = _TIME_AFTER.sub("", cell.strip())
    if not text:
        return None
    match = _SHORT_YEAR.fullmatch(text)
    if match is None:
        return parse_french_date(text)
    if on is None:
        raise ValueError(_("Vérifiez l’année : écrivez-la avec quatre chiffres, par exemple 2022."))
    day, month, year = (int(part) for part in match.groups())
    # 29 February: the century decides which years have one.
    for century in (on.year // 100 * 100, on.year // 100 * 100 - 100):
        try:
            found = date(century + year, month, day)
        except ValueError:
            continue
        if found <= on:
            return found
    return parse_french_date(f"{day}/{month}/{on.year // 100 * 100 - 100 + year}")


def _date_of_number(number: float, since_1904: bool) -> date:
    whole = int(number)
    if whole == number and 1_010_000 <= whole <= 31_129_999:
        return parse_french_date(f"{whole:08d}")
    # 1980 is a year of birth, hardly the 2nd of June 1905.
    found = None if 1900 <= whole <= 2100 else date_of_serial(number, since_1904=since_1904)
    if found is None:
        raise ValueError(_("Écrivez la date ainsi : 12/03/2022."))
    return found
