"""Who opens the pages of training: read by tests/test_access_matrix.py."""

import datetime
from typing import Any

from declic.accounts.enums import Permission
from declic.core.dates import now, today
from declic.training.actions import AttendanceLine, open_group, schedule_class, sign_attendance, take_place
from declic.training.models import Attendance, ClassSession, CourseGroup, GroupPlace


def _group(world: Any) -> CourseGroup:
    found = CourseGroup.objects.filter(edition=world.edition).first()
    return found or open_group(
        acting_user=world.enrolment.adviser,
        edition=world.edition,
        kind="course",
        name="Groupe de la matrice",
        planned_minutes=960,
        capacity=10,
        course_code="avance",
        starts_on=world.edition.starts_on,
        ends_on=today() + datetime.timedelta(days=30),
        site=world.site,
    )


def _place(world: Any) -> GroupPlace:
    group = _group(world)
    return group.places.first() or take_place(
        acting_user=world.enrolment.adviser, group=group, enrolment=world.enrolment, on=world.enrolment.starts_on
    )


def _session(world: Any) -> ClassSession:
    """A class of today: a volunteer reaches no other."""
    group = _group(world)
    _place(world)
    return group.sessions.first() or schedule_class(
        acting_user=world.enrolment.adviser,
        group=group,
        on=today(),
        half_day="morning",
        minutes=180,
        trainer=world.enrolment.adviser,
    )


def _attendance(world: Any) -> Attendance:
    session = _session(world)
    lines = [AttendanceLine(world.enrolment, "present", 180)]
    return (
        session.attendances.first()
        or sign_attendance(acting_user=world.enrolment.adviser, class_session=session, lines=lines, at=now())[0]
    )


RUN, TEACH, WELCOME = Permission.RUN_COURSES, Permission.TEACH, Permission.WELCOME
ROWS = {
    "training:list": (lambda world: {}, TEACH),
    "training:group_create": (lambda world: {}, RUN),
    "training:group": (lambda world: {"group_id": _group(world).pk}, RUN),
    "training:schedule": (lambda world: {"group_id": _group(world).pk}, RUN),
    "training:take": (lambda world: {"group_id": _group(world).pk, "enrolment_id": world.enrolment.pk}, RUN),
    "training:leave": (lambda world: {"place_id": _place(world).pk}, RUN),
    "training:place": (lambda world: {"enrolment_id": world.enrolment.pk}, RUN),
    "training:sheet": (lambda world: {"session_id": _session(world).pk}, TEACH),
    "training:sheet_print": (lambda world: {"session_id": _session(world).pk}, TEACH),
    "training:headcount": (lambda world: {"session_id": _session(world).pk}, TEACH),
    "training:not_held": (lambda world: {"session_id": _session(world).pk}, TEACH),
    "training:correct": (lambda world: {"attendance_id": _attendance(world).pk}, TEACH),
    "training:volunteers": (lambda world: {}, RUN),
    "training:visits": (lambda world: {}, WELCOME),
    "training:visit_create": (lambda world: {}, WELCOME),
}
