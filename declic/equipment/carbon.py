"""What giving a machine a second life spares, as dated factors: a version, once used, is never changed, a new one is added.

An estimate, and on the high side: it counts the making of a new machine of the same kind as spared each time, whereas
not every machine handed over replaces a purchase, and refurbishing spends a little.
"""

import datetime
from dataclasses import dataclass

from declic.equipment.enums import DeviceKind


@dataclass(frozen=True)
class Factor:
    """Kilograms of CO2 equivalent spared by one machine of each kind; used for facts from `since` on (None: always)."""

    version: str
    since: datetime.date | None
    kilograms: dict[str, float]
    source: str


FACTORS: tuple[Factor, ...] = (
    Factor(
        version="ADEME-Arcep 2022, fabrication",
        # The first that we know of: earlier facts have no other.
        since=None,
        kilograms={
            DeviceKind.LAPTOP: 170.3,
            # Of an office, without its screen.
            DeviceKind.DESKTOP: 202.6,
            DeviceKind.TABLET: 56.3,
            DeviceKind.SMARTPHONE: 83.0,
        },
        source=(
            "ADEME et Arcep, Évaluation de l'impact environnemental du numérique en France, étape de fabrication, valeurs"
            " reprises par Impact CO2 (ADEME)"
        ),
    ),
)
"""In the order of their dates."""


def factor_of(day: datetime.date, factors: tuple[Factor, ...] = FACTORS) -> Factor | None:
    """The factor that applies to what happened on a day; None before the first."""
    return next((one for one in reversed(factors) if one.since is None or one.since <= day), None)
