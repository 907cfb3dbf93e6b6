"""The only ways to an assessment, a barrier or an action of a plan: through the enrolment that one may assess."""

from django.db.models import Model, QuerySet
from django.http import Http404

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.diagnosis.models import Assessment, Barrier, PlanAction
from declic.orientation.access import visible_enrolments
from declic.orientation.models import Enrolment
from declic.people.openings import note_opening


def visible_assessments(user: User, permission: Permission = Permission.ASSESS) -> QuerySet[Assessment]:
    """Assessments of the enrolments that `user` reaches with `permission`."""
    return Assessment.objects.filter(enrolment__in=visible_enrolments(user, permission))


def visible_barriers(user: User, permission: Permission = Permission.ASSESS) -> QuerySet[Barrier]:
    """Barriers of the enrolments that `user` reaches with `permission`."""
    return Barrier.objects.filter(enrolment__in=visible_enrolments(user, permission))


def visible_plan_actions(user: User, permission: Permission = Permission.ASSESS) -> QuerySet[PlanAction]:
    """Actions of the plans of the enrolments that `user` reaches with `permission`."""
    return PlanAction.objects.filter(barrier__enrolment__in=visible_enrolments(user, permission))


def access_assessment(
    pk: int, user: User, permission: Permission = Permission.ASSESS, *, for_update: bool = False
) -> Assessment:
    """The assessment with its person, locked if asked; 404 when out of reach."""
    rows = visible_assessments(user, permission).select_related(
        "enrolment__person", "enrolment__edition__programme", "enrolment__terms", "adviser", "confirmed_by"
    )
    found = _one(rows, pk, for_update=for_update)
    _note(user, found.enrolment)
    return found


def access_barrier(
    pk: int, user: User, permission: Permission = Permission.ASSESS, *, for_update: bool = False
) -> Barrier:
    """The barrier with its person, locked if asked; 404 when out of reach."""
    rows = visible_barriers(user, permission).select_related(
        "enrolment__person", "enrolment__edition__programme", "recorded_by"
    )
    found = _one(rows, pk, for_update=for_update)
    _note(user, found.enrolment)
    return found


def access_plan_action(
    pk: int, user: User, permission: Permission = Permission.ASSESS, *, for_update: bool = False
) -> PlanAction:
    """The action with its barrier, locked if asked; 404 when out of reach."""
    rows = visible_plan_actions(user, permission).select_related("barrier__enrolment")
    found = _one(rows, pk, for_update=for_update)
    _note(user, found.barrier.enrolment)
    return found


def _note(user: User, enrolment: Enrolment) -> None:
    note_opening(user, person_id=enrolment.person_id, operator_id=enrolment.operator_id)


def _one[M: Model](rows: QuerySet[M], pk: int, *, for_update: bool) -> M:
    if for_update:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
