"""Who opens the pages of diagnosis: read by tests/test_access_matrix.py."""

from typing import Any

from declic.accounts.enums import Permission
from declic.diagnosis.actions import assess, plan_action, spot_barrier
from declic.diagnosis.enums import Skill
from declic.diagnosis.models import Assessment, Barrier, PlanAction
from tests.factories import DAY


def _assessment(world: Any) -> Assessment:
    found = Assessment.objects.filter(enrolment=world.enrolment).first()
    return found or assess(
        acting_user=world.enrolment.adviser,
        enrolment=world.enrolment,
        kind="entry",
        on=DAY,
        scores=dict.fromkeys(Skill, 1),
    )


def _barrier(world: Any) -> Barrier:
    found = Barrier.objects.filter(enrolment=world.enrolment).first()
    return found or spot_barrier(
        acting_user=world.enrolment.adviser,
        enrolment=world.enrolment,
        code="peur_de_l_erreur",
        source="declared",
        on=DAY,
    )


def _plan_action(world: Any) -> PlanAction:
    barrier = _barrier(world)
    return barrier.actions.first() or plan_action(
        acting_user=world.enrolment.adviser,
        barrier=barrier,
        text="Essayer à deux",
        due_on=DAY,
        on=DAY,
        owner_name="Awa",
    )


ROWS = {
    "diagnosis:assess": (lambda world: {"enrolment_id": world.enrolment.pk}, Permission.ASSESS),
    "diagnosis:barrier": (lambda world: {"enrolment_id": world.enrolment.pk}, Permission.ASSESS),
    "diagnosis:assessment": (lambda world: {"assessment_id": _assessment(world).pk}, Permission.ASSESS),
    "diagnosis:confirm": (lambda world: {"assessment_id": _assessment(world).pk}, Permission.ASSESS),
    "diagnosis:plan": (lambda world: {"barrier_id": _barrier(world).pk}, Permission.ASSESS),
    "diagnosis:lift": (lambda world: {"barrier_id": _barrier(world).pk}, Permission.ASSESS),
    "diagnosis:drop": (lambda world: {"barrier_id": _barrier(world).pk}, Permission.ASSESS),
    "diagnosis:finish_action": (lambda world: {"action_id": _plan_action(world).pk}, Permission.ASSESS),
}
