"""What an edition aims at and what it costs: objectives, hours by role, budget by line and funder."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.ledger.enums import EXPENSE_ROLES, INCOME_ROLES, AccountRole
from declic.ledger.models import BudgetHead
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
    """A planned expense or income in cents; only an income names a funder, by its structure or by its name alone.

    `follows` is the account whose entries count for the line when they name none; None leaves what stands.
    """

    side: str
    label: str
    planned: int
    year: int | None = None
    funder: Organisation | None = None
    funder_name: str = ""
    follows: str | None = None


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
    _refuse_following_twice(rows)
    former = list(edition.budget.select_related("head").order_by("pk"))
    edition.budget.all().delete()
    lines = []
    for row in rows:
        funder = row.funder or _funder(acting_user, edition, row.funder_name)
        line = BudgetLine(
            operator_id=edition.operator_id,
            edition=edition,
            side=row.side,
            label=row.label,
            year=row.year,
            planned=row.planned,
            funder=funder,
        )
        line.head = _head_of(line, former)
        if row.follows is not None and line.head.role != row.follows:
            line.head.role = row.follows
            line.head.save(update_fields=["role"])
        lines.append(line)
    return BudgetLine.objects.bulk_create(lines)


def _refuse_following_twice(rows: Sequence[BudgetRow]) -> None:
    """An account is followed by one line, of its own side: what is spent is never counted twice, nor as an income."""
    followed: set[str] = set()
    for row in rows:
        if not row.follows:
            continue
        account = AccountRole(row.follows).label
        if row.follows not in (EXPENSE_ROLES if row.side == BudgetLine.Side.EXPENSE else INCOME_ROLES):
            raise DomainError(
                _(
                    "« %(line)s » ne peut pas suivre le compte « %(account)s » : l'un est une dépense, l'autre une recette."
                )
                % {"line": row.label, "account": account}
            )
        if row.follows in followed:
            raise DomainError(
                _("Une seule ligne suit le compte « %(account)s » : laissez les autres vides.") % {"account": account}
            )
        followed.add(row.follows)


def _head_of(line: BudgetLine, former: list[BudgetLine]) -> BudgetHead:
    """Where the books put what is spent for a line: what they had for the same line, under whatever name it now has."""

    def likeness(past: BudgetLine) -> tuple[bool, bool, bool]:
        return past.label == line.label, past.funder_id == line.funder_id, past.planned == line.planned

    same = [past for past in former if (past.side, past.year) == (line.side, line.year) and past.head is not None]
    found = max(same, key=likeness, default=None)
    if found is None or found.head is None or not any(likeness(found)[::2]):
        return BudgetHead.objects.create(
            operator_id=line.operator_id, label=line.label, section_id=line.edition.section_id
        )
    former.remove(found)
    if found.head.label != line.label:
        found.head.label = line.label
        found.head.save(update_fields=["label"])
    return found.head


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
