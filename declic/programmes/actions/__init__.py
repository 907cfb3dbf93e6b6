"""Every write on programmes: their editions, terms, objectives, means and budget, by screen or by file."""

from declic.programmes.actions.importing import import_programme
from declic.programmes.actions.plans import (
    BudgetRow,
    MeansRow,
    ObjectiveRow,
    set_budget,
    set_means,
    set_objectives,
)
from declic.programmes.actions.programmes import (
    create_edition,
    create_programme,
    update_edition,
    update_programme,
    write_terms,
    write_terms_part,
)
from declic.programmes.actions.scales import MOST_PERSONS, create_scale, set_amount, update_scale
from declic.programmes.problems import ProgrammeFileError

__all__ = [
    "MOST_PERSONS",
    "BudgetRow",
    "MeansRow",
    "ObjectiveRow",
    "ProgrammeFileError",
    "create_edition",
    "create_programme",
    "create_scale",
    "import_programme",
    "set_amount",
    "set_budget",
    "set_means",
    "set_objectives",
    "update_edition",
    "update_programme",
    "update_scale",
    "write_terms",
    "write_terms_part",
]
