"""What the law asks of computers that an administration gives to an association (rule 26).

Figures are dated (rule 28): the day of the gift or of the sale decides. An operator who enters a scale (`SCALE_CODES`)
with an amount on that day goes by it: a decree that comes after this file needs no new version of it.
"""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _

from declic.core.errors import DomainError
from declic.core.money import format_euros
from declic.equipment.enums import DeviceKind
from declic.equipment.models import Device, Promise
from declic.organisations.models import Organisation
from declic.programmes.models import ScaleAmount


@dataclass(frozen=True)
class Ceiling:
    """An amount in cents that holds from a day on, and the text that sets it."""

    since: datetime.date
    cents: int
    source: str


VALUE_SOURCE = "CG3P, articles L. 3212-2 (3°) et D. 3212-3"
# The threshold is older (300 € too); the decree of 6 May 2022 opened it to local authorities and to more associations.
UNIT_VALUE = (Ceiling(datetime.date.min, 300_00, VALUE_SOURCE),)

_PRICES = "décret du 7 novembre 2022 sur les prix solidaires, pris pour l'article L. 3212-2 du CG3P"
_PRICES_SINCE = datetime.date(2022, 11, 10)
SALE_PRICES: dict[str, tuple[Ceiling, ...]] = {
    DeviceKind.LAPTOP: (Ceiling(_PRICES_SINCE, 180_00, _PRICES),),
    # With its screen, keyboard and mouse.
    DeviceKind.DESKTOP: (Ceiling(_PRICES_SINCE, 150_00, _PRICES),),
    DeviceKind.TABLET: (Ceiling(_PRICES_SINCE, 100_00, _PRICES),),
    DeviceKind.SMARTPHONE: (Ceiling(_PRICES_SINCE, 100_00, _PRICES),),
}
"""The highest price, all taxes included, at which an association may sell a working machine that it was given so."""

SCALE_CODES = {"value": "don-public-valeur", **{kind: f"prix-solidaire-{kind}" for kind in DeviceKind.values}}
"""The codes of the scales by which an operator keeps these figures itself, by kind of machine; `value` for the gift."""


def _on(ceilings: tuple[Ceiling, ...], day: datetime.date) -> Ceiling | None:
    return next((one for one in reversed(ceilings) if one.since <= day), None)


def _of_the_operator(operator: Organisation | int, code: str, day: datetime.date) -> Ceiling | None:
    found = (
        ScaleAmount.objects.select_related("scale")
        .filter(operator=operator, scale__code=code, persons__isnull=True, valid__contains=day)
        .first()
    )
    if found is None:
        return None
    return Ceiling(found.valid.lower or day, found.cents, found.scale.source or found.scale.label)


def value_ceiling(operator: Organisation | int, on: datetime.date) -> Ceiling | None:
    """The highest value that one machine may have, on a day, for an administration to give it."""
    return _of_the_operator(operator, SCALE_CODES["value"], on) or _on(UNIT_VALUE, on)


def sale_ceiling(operator: Organisation | int, kind: str, on: datetime.date) -> Ceiling | None:
    """The highest price of a kind of machine that an administration gave, on a day; None before there was one."""
    return _of_the_operator(operator, SCALE_CODES[kind], on) or _on(SALE_PRICES[kind], on)


def is_public_gift(device: Device) -> bool:
    """Whether the machine came by a collection at an administration or a local authority."""
    return (
        device.lot_id is not None and Promise.objects.filter(collections__lot=device.lot_id, public_body=True).exists()
    )


def price_ceiling(device: Device, on: datetime.date) -> Ceiling | None:
    """The highest price at which this machine may be sold on a day; None when nothing bounds it."""
    return sale_ceiling(device.operator_id, device.kind, on) if is_public_gift(device) else None


def require_fair_value(operator: Organisation | int, value: int | None, on: datetime.date, *, field: str = "") -> None:
    """Refuse a machine of a public body worth more than what it may give; a value not known yet passes."""
    if value is None:
        return
    ceiling = value_ceiling(operator, on)
    if ceiling is not None and value > ceiling.cents:
        raise DomainError(
            _(
                "Une administration ne peut pas donner un matériel de plus de %(most)s pièce (%(source)s) : vérifiez la"
                " valeur avec le donateur, ou retirez ces machines."
            )
            % {"most": format_euros(ceiling.cents), "source": ceiling.source},
            field=field or None,
        )


def require_fair_price(device: Device, price: int | None, on: datetime.date) -> None:
    """Refuse to sell, or to promise to sell, a machine of a public body above the ceiling of the day."""
    if not price:
        return
    ceiling = price_ceiling(device, on)
    if ceiling is not None and price > ceiling.cents:
        raise DomainError(
            _(
                "La machine %(tag)s vient d'une administration : elle se vend %(most)s au plus (%(source)s). Choisissez une"
                " autre machine, ou baissez le prix dans les règles de l'édition."
            )
            % {"tag": device.tag, "most": format_euros(ceiling.cents), "source": ceiling.source}
        )
