"""Who opens the reports: read by tests/test_access_matrix.py."""

from typing import Any

from declic.accounts.enums import Permission
from declic.programmes.models import BudgetLine


def _edition(world: Any) -> dict[str, int]:
    """The world's edition, which the world's funder funds: a funder reaches only what it funds."""
    BudgetLine.objects.get_or_create(
        operator=world.operator,
        edition=world.edition,
        side=BudgetLine.Side.INCOME,
        label="Subvention",
        funder=world.funder,
        defaults={"planned": 100_000},
    )
    return {"edition_id": world.edition.pk}


def _programme(world: Any) -> dict[str, int]:
    _edition(world)
    return {"programme_id": world.programme.pk}


ROWS = {
    "reporting:list": (lambda world: {}, Permission.SEE_REPORTS),
    "reporting:edition": (_edition, Permission.SEE_REPORTS),
    "reporting:pdf": (_edition, Permission.SEE_REPORTS),
    "reporting:csv": (_edition, Permission.SEE_REPORTS),
    "reporting:figure": (lambda world: {**_edition(world), "name": "people_supported"}, Permission.SEE_RECORDS),
    "reporting:programme": (_programme, Permission.SEE_REPORTS),
    "reporting:programme_pdf": (_programme, Permission.SEE_REPORTS),
    "reporting:programme_csv": (_programme, Permission.SEE_REPORTS),
    "reporting:programme_figure": (
        lambda world: {**_programme(world), "name": "people_supported"},
        Permission.SEE_RECORDS,
    ),
}
