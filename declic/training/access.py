"""The only ways to groups, classes, sheets and visits: one's operator and site; a volunteer only those of the day."""

import datetime

from django.db.models import Model, Q, QuerySet
from django.http import Http404

from declic.accounts.enums import Permission, Role
from declic.accounts.models import User
from declic.accounts.scope import Reach, scope_of
from declic.people.openings import note_opening
from declic.training.models import Attendance, ClassSession, CourseGroup, GroupPlace, Visit

NOTHING = Q(pk__in=[])


def _groups_of(reach: Reach, user: User, prefix: str = "") -> Q:
    """Groups of a reach: its operator's, on its site or on none; a training partner's member, those that he or she teaches."""
    here = Q(**{f"{prefix}operator": reach.operator_id})
    if reach.is_partner:
        taught = CourseGroup.objects.filter(Q(trainer=user.pk) | Q(sessions__trainer=user.pk))
        return here & Q(**{f"{prefix}pk__in": taught.values("pk")})
    if reach.site_id is not None:
        here &= Q(**{f"{prefix}site": reach.site_id}) | Q(**{f"{prefix}site__isnull": True})
    return here


def visible_groups(user: User, permission: Permission = Permission.RUN_COURSES) -> QuerySet[CourseGroup]:
    """Groups that `user` reaches with `permission`; a volunteer reaches classes of the day, never a group."""
    where = NOTHING
    for reach in scope_of(user).having(permission):
        if reach.role != Role.VOLUNTEER:
            where |= _groups_of(reach, user)
    return CourseGroup.objects.filter(where)


def visible_sessions(
    user: User, permission: Permission = Permission.TEACH, *, on: datetime.date
) -> QuerySet[ClassSession]:
    """Classes that `user` reaches with `permission`; a volunteer only those of the day `on` (rule 18)."""
    where = NOTHING
    for reach in scope_of(user).having(permission):
        rows = _groups_of(reach, user, "group__")
        where |= rows & Q(on=on) if reach.role == Role.VOLUNTEER else rows
    return ClassSession.objects.filter(where)


def visible_visits(user: User, permission: Permission = Permission.WELCOME, *, on: datetime.date) -> QuerySet[Visit]:
    """Drop-in visits that `user` reaches with `permission`; a volunteer only those of the day `on` (rule 18)."""
    where = NOTHING
    for reach in scope_of(user).having(permission):
        rows = Q(operator=reach.operator_id)
        if reach.is_partner:
            rows &= Q(helper=user.pk)
        if reach.site_id is not None:
            rows &= Q(site=reach.site_id) | Q(site__isnull=True)
        where |= rows & Q(on=on) if reach.role == Role.VOLUNTEER else rows
    return Visit.objects.filter(where)


def access_group(
    pk: int, user: User, permission: Permission = Permission.RUN_COURSES, *, for_update: bool = False
) -> CourseGroup:
    """The group with its edition, locked if asked; 404 when out of reach."""
    rows = visible_groups(user, permission).select_related("edition__programme", "site", "trainer", "operator")
    return _one(rows, pk, for_update=for_update)


def access_place(
    pk: int, user: User, permission: Permission = Permission.RUN_COURSES, *, for_update: bool = False
) -> GroupPlace:
    """The place, in a group that `user` reaches; 404 otherwise."""
    rows = GroupPlace.objects.filter(group__in=visible_groups(user, permission)).select_related(
        "group", "enrolment__person"
    )
    place = _one(rows, pk, for_update=for_update)
    note_opening(user, person_id=place.enrolment.person_id, operator_id=place.operator_id)
    return place


def access_session(
    pk: int,
    user: User,
    permission: Permission = Permission.TEACH,
    *,
    on: datetime.date,
    for_update: bool = False,
) -> ClassSession:
    """The class with its group, locked if asked; 404 when out of reach (for a volunteer, on any other day than its own)."""
    rows = visible_sessions(user, permission, on=on).select_related(
        "group__edition__programme", "group__site", "group__operator", "trainer"
    )
    return _one(rows, pk, for_update=for_update)


def access_attendance(
    pk: int,
    user: User,
    permission: Permission = Permission.TEACH,
    *,
    on: datetime.date,
    for_update: bool = False,
) -> Attendance:
    """A line of a sheet that `user` reaches; 404 otherwise."""
    rows = Attendance.objects.filter(class_session__in=visible_sessions(user, permission, on=on)).select_related(
        "class_session__group", "enrolment__person", "recorded_by"
    )
    line = _one(rows, pk, for_update=for_update)
    note_opening(user, person_id=line.enrolment.person_id, operator_id=line.operator_id)
    return line


def knows_files(user: User, operator_id: int) -> bool:
    """Whether names may link to files for `user`: not for a volunteer, who has the day's names and needs only."""
    return scope_of(user).can(Permission.SEE_PEOPLE, operator_id)


def _one[M: Model](rows: QuerySet[M], pk: int, *, for_update: bool) -> M:
    if for_update:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
