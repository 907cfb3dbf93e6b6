"""Dated scales read on a day: what an amount of the law or of the operator was worth then (rule 28)."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from declic.programmes.models import Scale, ScaleAmount


@dataclass(frozen=True)
class ScaleOn:
    """A scale on one day: amounts in cents by size of household (None: whatever the size); empty when nothing was known."""

    code: str
    label: str
    amounts: dict[int | None, int]

    @property
    def needs_size(self) -> bool:
        """Whether the amount depends on how many people live together."""
        return any(persons is not None for persons in self.amounts)

    def amount_for(self, persons: int | None) -> int | None:
        """The amount in cents for a household of `persons` (None: size unknown); None when the scale does not tell."""
        if persons is not None and persons in self.amounts:
            return self.amounts[persons]
        return self.amounts.get(None) if persons is not None or not self.needs_size else None


def scales_on(operator_id: int, codes: Iterable[str], on: datetime.date) -> dict[str, ScaleOn]:
    """The operator's scales among `codes` as they stood on that day, by code; none is missing but unknown ones (one query)."""
    wanted = set(codes)
    if not wanted:
        return {}
    # From the scale, so that one without an amount on that day is still found, and said to have none.
    rows = Scale.objects.filter(operator=operator_id, code__in=wanted).values_list(
        "code", "label", "amounts__persons", "amounts__cents", "amounts__valid"
    )
    found: dict[str, ScaleOn] = {}
    for code, label, persons, amount, valid in rows:
        scale = found.setdefault(code, ScaleOn(code, label, {}))
        if (
            valid is not None
            and (valid.lower is None or valid.lower <= on)
            and (valid.upper is None or on < valid.upper)
        ):
            scale.amounts[persons] = amount
    return found


def scale_labels(operator_id: int) -> dict[str, str]:
    """The names of the operator's scales, by code."""
    return dict(Scale.objects.filter(operator=operator_id).order_by("label", "pk").values_list("code", "label"))


def amounts_in_order(scale: Scale) -> list[ScaleAmount]:
    """The amounts of a scale, the newest first, then by size of household."""
    return sorted(
        scale.amounts.all(),
        key=lambda amount: (-(amount.valid.lower or datetime.date.min).toordinal(), amount.persons or 0),
    )


def is_on(amount: ScaleAmount, on: datetime.date) -> bool:
    """Whether an amount is the one in force on that day."""
    return on in amount.valid
