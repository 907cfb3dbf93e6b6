"""Amounts: whole cents inside, `1 850,00 €` outside."""

import re

from django.utils.translation import gettext as _

NO_BREAK_SPACE = "\u00a0"
THOUSANDS_SPACE = "\u202f"
MINUS = "\u2212"

_AMOUNT = re.compile(
    r"(?P<sign>[-\u2212]?)\s*(?P<euros>\d+|\d{1,3}(?:[ \u00a0\u202f]\d{3})+)(?:[.,](?P<cents>\d{1,2}))?\s*(?:€|euros?)?",
    re.IGNORECASE,
)
# Far above any budget of ours, far below what a bigint of cents holds.
_MOST_DIGITS = 12


def format_euros(cents: int) -> str:
    """The amount as French readers write it, with spaces that never break: `185000` gives `1 850,00 €`."""
    sign = MINUS if cents < 0 else ""
    euros, rest = divmod(abs(cents), 100)
    grouped = f"{euros:,}".replace(",", THOUSANDS_SPACE)
    return f"{sign}{grouped},{rest:02d}{NO_BREAK_SPACE}€"


def format_euros_short(cents: int) -> str:
    """Like `format_euros`, without `,00` when the amount is whole: `5000` gives `50 €`."""
    return format_euros(cents).replace(f",00{NO_BREAK_SPACE}", NO_BREAK_SPACE)


def parse_euros(text: str) -> int:
    """Cents from what people type: `50`, `50,00 €`, `50.5`, `1 850,5`.

    Raises ValueError with a French sentence when the text is not an amount.
    """
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        raise ValueError(_("Écrivez le montant ainsi : 50,00 €."))
    euros = re.sub(r"\D", "", match["euros"])
    if len(euros) > _MOST_DIGITS:
        raise ValueError(_("Ce montant est trop grand. Vérifiez le nombre de chiffres."))
    cents = int(euros) * 100 + int((match["cents"] or "0").ljust(2, "0"))
    return -cents if match["sign"] else cents
