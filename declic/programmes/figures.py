"""Published figures as data, and the arithmetic that shows where a source contradicts itself."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Protocol

from django.utils.translation import gettext as _
from pydantic import BeforeValidator, Discriminator, Field, Tag, TypeAdapter, model_validator

from declic.core.money import NO_BREAK_SPACE, THOUSANDS_SPACE
from declic.programmes.schema import Strict, refuse


def _plain(value: object) -> object:
    """A decimal of a file as the number that JSON keeps: an integer when it is whole and was written so."""
    return float(value) if isinstance(value, Decimal) else value


type Number = Annotated[int | float, Field(ge=-1e12, le=1e12, allow_inf_nan=False), BeforeValidator(_plain)]
type Figure = Annotated[
    Annotated[Number, Tag("?number")] | Annotated[list[Number], Field(min_length=1, max_length=60), Tag("?list")],
    Discriminator(lambda value: "?list" if isinstance(value, list) else "?number"),
]


def _exact(value: float) -> Decimal:
    return Decimal(str(value))


class Calculation(Strict):
    """What the source adds, multiplies or divides; `result` is always computed here."""

    # What the gap is made of, after its number: "personnes n'ont pas de statut noté".
    gap: Annotated[str, Field(max_length=200)] = ""

    def result(self) -> Decimal:
        raise NotImplementedError

    def expression(self, unit: str) -> str:
        raise NotImplementedError


class Ratio(Calculation):
    """A part of a whole, in per cent."""

    ratio: list[Number] = Field(min_length=2, max_length=2)
    equals_pct: Number | None = None

    @model_validator(mode="after")
    def _computes(self) -> "Ratio":
        if not self.ratio[1]:
            refuse("Ratio", [("ratio", _("un tout différent de zéro, en second"))])
        _check_equals("equals_pct", self.equals_pct, self.result())
        return self

    def result(self) -> Decimal:
        return _exact(self.ratio[0]) * 100 / _exact(self.ratio[1])

    def expression(self, unit: str) -> str:
        return _("%(part)s sur %(whole)s") % {"part": amount(self.ratio[0]), "whole": amount(self.ratio[1])}


class Total(Calculation):
    """Parts added together."""

    sum: list[Number] = Field(min_length=2, max_length=60)
    equals: Number | None = None

    @model_validator(mode="after")
    def _computes(self) -> "Total":
        _check_equals("equals", self.equals, self.result())
        return self

    def result(self) -> Decimal:
        return sum((_exact(part) for part in self.sum), Decimal(0))

    def expression(self, unit: str) -> str:
        return " + ".join(amount(part, unit if unit == "€" else "") for part in self.sum)


class Product(Calculation):
    """Factors multiplied; the last one carries the unit."""

    times: list[Number] = Field(min_length=2, max_length=6)
    equals: Number | None = None

    @model_validator(mode="after")
    def _computes(self) -> "Product":
        _check_equals("equals", self.equals, self.result())
        return self

    def result(self) -> Decimal:
        product = Decimal(1)
        for factor in self.times:
            product *= _exact(factor)
        return product

    def expression(self, unit: str) -> str:
        *factors, last = self.times
        return " × ".join([*(amount(factor) for factor in factors), amount(last, unit if unit == "€" else "")])


def _check_equals(key: str, stated: float | None, computed: Decimal) -> None:
    if stated is not None and not _agree(_exact(stated), computed):
        refuse("Calculation", [(key, _("%(result)s, le résultat du calcul") % {"result": amount(computed)})])


_KINDS = ("ratio", "sum", "times")


def _kind_of(value: object) -> str | None:
    """The branch of a calculation; its name begins with a mark that no key has, so that it is never taken for one."""
    for kind in _KINDS:
        if kind in value if isinstance(value, Mapping) else hasattr(value, kind):
            return f"?{kind}"
    return None


type Arithmetic = Annotated[
    Annotated[Ratio, Tag("?ratio")] | Annotated[Total, Tag("?sum")] | Annotated[Product, Tag("?times")],
    Discriminator(_kind_of),
]
_ARITHMETIC: TypeAdapter[Calculation] = TypeAdapter(Arithmetic)


class Published(Protocol):
    """What `contradiction` reads of a published figure."""

    value: Any
    printed: Any
    arithmetic: Any
    unit: str


def contradiction(published: Published) -> str | None:
    """The French sentence that sets the source's own arithmetic against what it printed; None where they agree.

    A printed figure that only rounds or cuts the result contradicts nothing.
    """
    claimed = published.value if published.printed is None else published.printed
    if published.arithmetic is None or isinstance(claimed, list):
        return None
    raw = published.arithmetic
    calculation = raw if isinstance(raw, Calculation) else _ARITHMETIC.validate_python(raw)
    result, stated = calculation.result(), _exact(claimed)
    if _agree(stated, result):
        return None
    unit = "%" if isinstance(calculation, Ratio) else published.unit
    shown = unit if unit in ("€", "%") else ""
    sentence = _("%(expression)s font %(result)s, et non %(claimed)s") % {
        "expression": calculation.expression(unit),
        "result": amount(result, shown),
        "claimed": amount(stated, shown),
    }
    gap = abs(stated - result)
    if calculation.gap:
        return f"{sentence}{NO_BREAK_SPACE}: {amount(gap, shown)} {calculation.gap}"
    if isinstance(calculation, Ratio):
        return sentence
    return f"{sentence}{NO_BREAK_SPACE}: " + _("%(gap)s d'écart") % {"gap": amount(gap, shown)}


def _agree(stated: Decimal, result: Decimal) -> bool:
    """Whether `stated` is the result, or the result rounded or cut to the decimals that `stated` shows."""
    exponent = stated.normalize().as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    if result == result.to_integral_value():
        return stated == result
    return abs(stated - result) < Decimal(1).scaleb(-decimals)


def amount(value: Decimal | float, unit: str = "") -> str:
    """A number as French readers write it, two decimals at most, with its unit: `259 950 €`, `59,38 %`."""
    exact = value if isinstance(value, Decimal) else _exact(value)
    text = f"{exact.quantize(Decimal('0.01'), ROUND_HALF_UP):,f}"
    whole, _point, rest = text.partition(".")
    digits = rest if unit == "€" and rest != "00" else rest.rstrip("0")
    written = whole.replace(",", THOUSANDS_SPACE).replace("-", "\u2212") + (f",{digits}" if digits else "")
    return f"{written}{NO_BREAK_SPACE}{unit}" if unit else written
