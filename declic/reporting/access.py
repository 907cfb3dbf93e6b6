"""Who reads which report: an operator's own members, and funders for the editions whose budget names them."""

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.http import Http404

from declic.accounts.enums import Permission, Role
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.programmes.models import BudgetLine, Edition, MeansLine, Objective
from declic.reporting.small_cells import threshold


@dataclass(frozen=True)
class Audience:
    """What the reader may see: `limit` hides small cells (None shows everything), `funder_ids` limits the budget lines."""

    limit: int | None = None
    funder_ids: frozenset[int] | None = None
    opens_records: bool = False


def visible_editions(user: User, permission: Permission = Permission.SEE_REPORTS) -> QuerySet[Edition]:
    """The editions whose report `user` may read; a funder reaches those whose budget names its organisation."""
    where = Q(pk__in=[])
    for reach in scope_of(user).having(permission):
        here = Q(operator=reach.operator_id)
        if reach.role == Role.FUNDER:
            here &= Q(Exists(BudgetLine.objects.filter(edition=OuterRef("pk"), funder=reach.organisation_id)))
        where |= here
    return Edition.objects.filter(where)


def _with_plans(editions: QuerySet[Edition]) -> QuerySet[Edition]:
    """With `plan_objectives`, `plan_means` and `plan_budget`, so that a report reads all editions in one query."""

    def rows(model: type, *order: str, **fields: str) -> ArraySubquery:
        found = model._default_manager.filter(edition=OuterRef("pk")).order_by(*order)  # type: ignore[attr-defined]
        return ArraySubquery(found.values(row=JSONObject(**fields)))

    return editions.select_related("programme", "operator").annotate(
        plan_objectives=rows(Objective, "pk", indicator="indicator", label="label", target="target"),
        plan_means=rows(MeansLine, "pk", role="role", hours="hours", per="per"),
        plan_budget=rows(
            BudgetLine, "side", "year", "pk",
            side="side", label="label", year="year", planned="planned", funder_id="funder_id", funder="funder__name",
        ),
    )  # fmt: skip


def access_edition(pk: int, user: User) -> Edition:
    """The edition with its plans if `user` may read its report; else 404."""
    try:
        return _with_plans(visible_editions(user)).get(pk=pk)
    except Edition.DoesNotExist:
        raise Http404 from None


def access_programme_editions(programme_id: int, user: User) -> list[Edition]:
    """The editions of a programme whose report `user` may read, in order of date; 404 if there is none."""
    found = list(_with_plans(visible_editions(user).filter(programme=programme_id)).order_by("starts_on", "pk"))
    if not found:
        raise Http404
    return found


def sibling_editions(edition: Edition, user: User) -> list[Edition]:
    """The editions of the same programme whose report `user` may read, in order of date."""
    return list(visible_editions(user).filter(programme=edition.programme_id).order_by("starts_on", "pk"))


def audience_for(user: User, operator_id: int) -> Audience:
    """How `user` reads the reports of an operator; a funder reads aggregates, without small cells (rules 18 and 20)."""
    reaches = [r for r in scope_of(user).having(Permission.SEE_REPORTS) if r.operator_id == operator_id]
    funders = frozenset(r.organisation_id for r in reaches if r.role == Role.FUNDER)
    if all(r.role == Role.FUNDER for r in reaches):
        return Audience(limit=threshold(), funder_ids=funders)
    return Audience(opens_records=can_open_records(user, operator_id))


def can_open_records(user: User, operator_id: int) -> bool:
    """Whether `user` may open the files behind a figure: a member of the operator itself, for all of its sites."""
    return any(
        reach.operator_id == operator_id and not reach.is_partner and reach.site_id is None
        for reach in scope_of(user).having(Permission.SEE_RECORDS)
    )
