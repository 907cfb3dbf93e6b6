"""How large the sets are, and what each page must hold on them."""

from dataclasses import dataclass

PAGE_QUERIES = 15
PAGE_MS = 60
REPORT_MS = 200


@dataclass(frozen=True)
class Size:
    """One set; `shares` splits people, activities and devices among the operators, the first being the one measured.

    `factor` multiplies the target times; the number of queries has the same limit everywhere.
    """

    name: str
    people: int
    activities: int
    devices: int
    shares: tuple[float, ...]
    factor: int = 1


SIZES = {
    # Only to try the bench itself.
    "smoke": Size("smoke", 200, 1_200, 100, (1.0, 0.1)),
    # One operator with three places; a second one beside it, a tenth the size, so that the walls have something to hide.
    "operator": Size("operator", 10_000, 60_000, 5_000, (1.0, 0.1)),
    "region": Size("region", 150_000, 1_000_000, 50_000, (0.4, 0.25, 0.15, 0.1, 0.06, 0.04), factor=2),
    # People alone, as many as a country's: what finding one of them costs (bench/nation.py).
    "nation": Size("nation", 2_000_000, 0, 0, (0.2, 0.15, 0.12, 0.1, 0.1, 0.08, 0.07, 0.06, 0.05, 0.04, 0.02, 0.01)),
}
