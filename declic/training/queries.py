"""Reads of training that other apps need: attended hours, what is left, whether a course is finished."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from declic.diagnosis.queries import confirmed_levels
from declic.orientation.models import Enrolment
from declic.training.enums import AttendanceStatus, GroupKind
from declic.training.models import Attendance, CourseGroup, GroupPlace, VolunteerTraining

type Moment = datetime.date | datetime.datetime


@dataclass(frozen=True)
class Hours:
    """Minutes of a course; `prescribed` and `remaining` are None while neither a level nor a group settles them."""

    prescribed: int | None
    attended: int
    remaining: int | None
    workshops: int = 0
    """Minutes attended in workshops, beside the course."""


def day_of(at: Moment) -> datetime.date:
    """The local day of an instant; a date is itself."""
    if isinstance(at, datetime.datetime):
        return timezone.localtime(at).date() if timezone.is_aware(at) else at.date()
    return at


def current_attendances(at: Moment | None = None) -> QuerySet[Attendance]:
    """Lines that no later line corrects, of classes until `at` if given: the only ones to count."""
    lines = Attendance.objects.filter(corrected_by__isnull=True)
    return lines if at is None else lines.filter(class_session__on__lte=day_of(at))


def attended_minutes(
    enrolment_ids: Iterable[int], *, kinds: Iterable[str] = (GroupKind.COURSE,), at: Moment | None = None
) -> dict[int, int]:
    """Minutes attended in groups of these kinds, by enrolment, in one query; who attended nothing is left out."""
    rows = (
        current_attendances(at)
        .filter(
            enrolment__in=enrolment_ids,
            status=AttendanceStatus.PRESENT,
            class_session__group__kind__in=list(kinds),
        )
        .values_list("enrolment_id")
        .annotate(total=Sum("minutes"))
        .order_by("enrolment_id")
    )
    return dict(rows)


def hours_of(enrolments: Iterable[Enrolment], *, at: Moment | None = None) -> dict[int, Hours]:
    """Prescribed, attended and remaining minutes of many enrolments (a fixed number of queries).

    The level confirmed at entry prescribes the hours of its course in the enrolment's own terms; without a course for
    the level, the course groups in which the person holds a place do. Enrolments need `terms` selected.
    """
    enrolments = list(enrolments)
    ids = [enrolment.pk for enrolment in enrolments]
    day = None if at is None else day_of(at)
    levels = confirmed_levels(ids, at=day)
    attended = attended_minutes(ids, at=at)
    workshops = attended_minutes(ids, kinds=(GroupKind.WORKSHOP,), at=at)
    places = GroupPlace.objects.filter(enrolment__in=ids, group__kind=GroupKind.COURSE, left_on__isnull=True)
    if day is not None:
        places = places.filter(taken_on__lte=day)
    planned = dict(
        places.values_list("enrolment_id").annotate(total=Sum("group__planned_minutes")).order_by("enrolment_id")
    )
    found = {}
    for enrolment in enrolments:
        level = levels.get(enrolment.pk)
        by_level = enrolment.terms.terms.hours_for(level) if level else None
        prescribed = by_level * 60 if by_level else planned.get(enrolment.pk)
        done = attended.get(enrolment.pk, 0)
        remaining = None if prescribed is None else max(prescribed - done, 0)
        found[enrolment.pk] = Hours(prescribed, done, remaining, workshops.get(enrolment.pk, 0))
    return found


def hours(enrolment: Enrolment, at: Moment | None = None) -> Hours:
    """Prescribed, attended and remaining minutes of one enrolment, until `at` if given."""
    return hours_of([enrolment], at=at)[enrolment.pk]


def course_finished(enrolment: Enrolment, at: Moment) -> bool:
    """Whether the course's hours were attended, or a course group in which the person was present has ended by `at`."""
    day = day_of(at)
    counted = hours(enrolment, at)
    if counted.prescribed is not None and counted.attended >= counted.prescribed > 0:
        return True
    return (
        current_attendances(at)
        .filter(
            enrolment=enrolment,
            status=AttendanceStatus.PRESENT,
            class_session__group__kind=GroupKind.COURSE,
            class_session__group__ends_on__lte=day,
        )
        .exists()
    )


def with_fill(groups: QuerySet[CourseGroup]) -> QuerySet[CourseGroup]:
    """Groups with `taken`, the number of places held now."""
    return groups.annotate(taken=Count("places", filter=Q(places__left_on__isnull=True)))


def waiting_for_a_place(group: CourseGroup) -> QuerySet[Enrolment]:
    """People entered in the group's edition, still in it, who hold no place in a course group and finished none."""
    held = GroupPlace.objects.filter(enrolment=OuterRef("pk"), group__kind=GroupKind.COURSE, left_on__isnull=True)
    here = GroupPlace.objects.filter(enrolment=OuterRef("pk"), group=group, left_on__isnull=True)
    return (
        Enrolment.objects.filter(edition=group.edition_id, ended_on__isnull=True)
        .filter(~Exists(held if group.kind == GroupKind.COURSE else here))
        .select_related("person", "terms")
        .order_by("starts_on", "pk")
    )


def trained_before(*, operator_id: int, user_id: int, day: datetime.date) -> bool:
    """Whether a volunteer was trained by this operator before `day` (case: Emmaüs Connect, "formés au préalable")."""
    return VolunteerTraining.objects.filter(operator=operator_id, user=user_id, on__lt=day).exists()
