"""What the templates of reports say: addresses of records, shares, published values."""

from decimal import Decimal

from django import template
from django.urls import reverse

from declic.core.money import NO_BREAK_SPACE
from declic.programmes.figures import amount
from declic.reporting import words
from declic.reporting.indicators import Figure
from declic.reporting.profile import Cell
from declic.reporting.published import Comparison
from declic.reporting.reports import share_of

register = template.Library()


@register.filter
def opens(figure_url: str, name: str) -> str:
    """The address of the records behind the figure `name`."""
    return figure_url.replace("/nom/", f"/{name}/", 1)


@register.filter
def cell_text(cell: Cell) -> str:
    """The number of a cell, or what stands where it is hidden."""
    return words.hidden_text(few=cell.few) if cell.number is None else amount(Decimal(cell.number))


@register.filter
def of_whole(number: int | None, whole: int | None) -> str:
    """A share with one decimal, a dash where there is none."""
    share = share_of(number, whole)
    return "–" if share is None else f"{amount(share.quantize(Decimal('0.1')))}{NO_BREAK_SPACE}%"


@register.filter
def percentage(value: Decimal | None) -> str:
    """A gap in per cent, with its sign."""
    return "–" if value is None else words.signed(value.quantize(Decimal("0.1")), "") + f"{NO_BREAK_SPACE}%"


@register.filter
def euros_gap(cents: int | None) -> str:
    """A gap of money with its sign."""
    return "–" if cents is None else words.signed(Decimal(cents) / 100, "€")


@register.filter
def recorded_text(figure: Figure | None) -> str:
    """A recorded figure beside a published one; a dash where no record can say."""
    return "–" if figure is None else words.exact_text(figure)


@register.filter
def recorded_basis(figure: Figure | None) -> str:
    """What a recorded figure is made of."""
    return "" if figure is None else words.basis(figure)


@register.filter
def published_text(one: Comparison) -> str:
    """The value as it was published."""
    return words.value_text(one.published if one.printed is None else one.printed, one.unit)


@register.filter
def published_url(one: Comparison) -> str:
    """The records behind a figure that was published, on its day and in its edition."""
    day = f"?au={one.at:%d/%m/%Y}"
    if one.edition is None:
        return ""
    return reverse("reporting:figure", args=[one.edition.pk, one.indicator]) + day
