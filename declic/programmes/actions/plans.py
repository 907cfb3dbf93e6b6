"""What an edition aims at and what it costs: objectives, hours by role, budget by line and funder."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.organisations.enums import PartnershipKind
from declic.organisations.models import Organisation
from declic.programmes.actions.partners import partner_named
from declic.programmes.models import BudgetLine, Edition, MeansLine, Objective


@dataclass(frozen=True)
class ObjectiveRow:
    """An indicator (see `indicators.INDICATORS`), the aim in words, and the number aimed at."""

    indicator: str
    label: str
    target: Decimal


@dataclass(frozen=True)
class MeansRow:
    """Hours that a role gives, per month, per year or for the whole edition."""

    role: str
    hours: Decimal
    per: str


@dataclass(frozen=True)
class BudgetRow:
    """A planned expense or income in cents; only an income names a funder, by its structure or by its name alone."""

    side: str
    label: str
    planned: int
    year: int | None = None
    funder: Organisation | None = None
    funder_name: str = ""


@transaction.atomic
def set_objectives(*, acting_user: User, edition: Edition, rows: Sequence[ObjectiveRow]) -> list[Objective]:
    """Replace the objectives of an edition; an indicator has one target at most."""
    Edition.objects.select_for_update().get(pk=edition.pk)
    names = [row.indicator for row in rows]
    if len(set(names)) != len(names):
        raise DomainError(_("Un indicateur ne peut avoir qu'une cible : retirez la ligne en double."))
    edition.objectives.all().delete()
    return Objective.objects.bulk_create(
        [
            Objective(
                operator_id=edition.operator_id,
                edition=edition,
                indicator=row.indicator,
                label=row.label,
                target=row.target,
            )
            for row in rows
        ]
    )


@transaction.atomic
def set_means(*, acting_user: User, edition: Edition, rows: Sequence[MeansRow]) -> list[MeansLine]:
    """Replace the hours that each role gives to an edition."""
    Edition.objects.select_for_update().get(pk=edition.pk)
    edition.means.all().delete()
    return MeansLine.objects.bulk_create(
        [
            MeansLine(operator_id=edition.operator_id, edition=edition, role=row.role, hours=row.hours, per=row.per)
            for row in rows
        ]
    )


@transaction.atomic
def set_budget(*, acting_user: User, edition: Edition, rows: Sequence[BudgetRow]) -> list[BudgetLine]:
    """Replace the planned budget of an edition, in cents; raises `DomainError` if an expense names a funder.

    A funder that nobody has written yet becomes a partner of the operator from the first day of the edition.
    """
    Edition.objects.select_for_update().get(pk=edition.pk)
    if any((row.funder is not None or row.funder_name) and row.side != BudgetLine.Side.INCOME for row in rows):
        raise DomainError(_("Seule une recette a un financeur : retirez le financeur de la dépense."))
    edition.budget.all().delete()
    return BudgetLine.objects.bulk_create(
        [
            BudgetLine(
                operator_id=edition.operator_id,
                edition=edition,
                side=row.side,
                label=row.label,
                year=row.year,
                planned=row.planned,
                funder=row.funder or _funder(acting_user, edition, row.funder_name),
            )
            for row in rows
        ]
    )


def _funder(acting_user: User, edition: Edition, name: str) -> Organisation | None:
    if not name.strip():
        return None
    return partner_named(
        acting_user=acting_user,
        operator=edition.operator,
        name=name,
        kind=PartnershipKind.FUNDER,
        since=edition.starts_on,
    )
