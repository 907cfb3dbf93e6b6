"""How figures are written for French readers."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from declic.core.money import MINUS
from declic.programmes.figures import amount
from declic.reporting.indicators import Figure
from declic.reporting.small_cells import threshold

SYMBOLS = ("€", "%", "h")

_ONE = {
    "aides": gettext_lazy("aide"),
    "bilans": gettext_lazy("bilan"),
    "demandes": gettext_lazy("demande"),
    "machines": gettext_lazy("machine"),
    "orientations": gettext_lazy("orientation"),
    "personnes": gettext_lazy("personne"),
    "places": gettext_lazy("place"),
    "recharges": gettext_lazy("recharge"),
    "sessions": gettext_lazy("session"),
    "visites": gettext_lazy("visite"),
}
"""Units below two, which French says in the singular."""


def small() -> str:
    """What stands where a small number is hidden."""
    return _("moins de %(limit)s") % {"limit": threshold()}


def hidden_text(*, few: bool) -> str:
    """What stands where a number is hidden: it is small, or another one could be worked out from it."""
    return small() if few else _("masqué")


def value_text(value: object, unit: str) -> str:
    """A value with its symbol, if its unit is one: `59,38 %`, `3 300 €`, `12 puis 20`; « inconnu » when there is none."""
    if value is None:
        return _("inconnu")
    symbol = unit if unit in SYMBOLS else ""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _(" puis ").join(amount(Decimal(str(one)), symbol) for one in value)
    return amount(Decimal(str(value)), symbol)


def figure_text(figure: Figure) -> str:
    """The figure alone, as it stands in large; a share with one decimal, which is all that few people can bear."""
    if figure.hidden:
        return hidden_text(few=figure.few)
    value = figure.value
    return value_text(_tenths(value) if figure.unit == "%" and isinstance(value, Decimal) else value, figure.unit)


def exact_text(figure: Figure) -> str:
    """The figure to two decimals, to stand beside a published one."""
    return hidden_text(few=figure.few) if figure.hidden else value_text(figure.value, figure.unit)


def _tenths(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)


def unit_words(figure: Figure) -> str:
    """The unit in words, where the figure does not carry it as a symbol: `1 machine`, `2 machines`."""
    if figure.unit in SYMBOLS or figure.hidden or figure.value is None:
        return ""
    alone = isinstance(figure.value, Decimal) and abs(figure.value) < 2
    return str(_ONE.get(figure.unit, figure.unit)) if alone else figure.unit


def basis(figure: Figure) -> str:
    """What the figure is made of: `19 sur 32`, and how many are unknown (rule 3)."""
    if figure.hidden:
        return _("petit effectif, masqué")
    parts = []
    if figure.unit == "%" and figure.denominator is not None and figure.numerator is not None:
        parts.append(
            _("%(part)s sur %(whole)s") % {"part": amount(figure.numerator), "whole": amount(figure.denominator)}
        )
    if figure.unknown:
        parts.append(unknown_words(figure.unknown))
    return ", ".join(parts)


def unknown_words(number: int) -> str:
    return ngettext("%(count)s inconnu", "%(count)s inconnus", number) % {"count": amount(Decimal(number))}


def signed(value: Decimal, unit: str) -> str:
    """A gap with its sign, always: `+3`, `−8`, `0`."""
    symbol = {"%": _("points")}.get(unit, unit if unit in SYMBOLS else "")
    value = _tenths(value) if unit == "%" else value
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    return f"{sign}{amount(abs(value), symbol)}"
