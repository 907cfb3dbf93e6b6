"""Reads of training that other apps need: attended hours, what is left, whether a course is finished."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum, TextChoices
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.accounts.enums import Role
from declic.accounts.models import Membership, User
from declic.diagnosis.queries import confirmed_levels
from declic.orientation.models import Enrolment
from declic.programmes.schema import Terms
from declic.training.enums import AttendanceStatus, GroupKind
from declic.training.models import Attendance, ClassSession, CourseGroup, GroupPlace, Visit, VolunteerTraining

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


def finished(enrolments: Iterable[Enrolment], at: Moment) -> set[int]:
    """Ids of the enrolments whose course is finished by `at` (a fixed number of queries; see `course_finished`)."""
    enrolments = list(enrolments)
    by_hours = {
        pk
        for pk, counted in hours_of(enrolments, at=at).items()
        if counted.prescribed and counted.attended >= counted.prescribed
    }
    by_end = (
        current_attendances(at)
        .filter(
            enrolment__in=[enrolment.pk for enrolment in enrolments],
            status=AttendanceStatus.PRESENT,
            class_session__group__kind=GroupKind.COURSE,
            class_session__group__ends_on__lte=day_of(at),
        )
        .values_list("enrolment_id", flat=True)
    )
    return by_hours | set(by_end)


def course_finished(enrolment: Enrolment, at: Moment) -> bool:
    """Whether the course's hours were attended, or a course group in which the person was present has ended by `at`."""
    return enrolment.pk in finished([enrolment], at)


def with_fill(groups: QuerySet[CourseGroup]) -> QuerySet[CourseGroup]:
    """Groups with `taken`, the number of places held now (counted for the rows of the page alone)."""
    held = GroupPlace.objects.filter(group=OuterRef("pk"), left_on__isnull=True).order_by()
    count = held.values("group").annotate(count=Count("pk")).values("count")
    return groups.annotate(taken=Coalesce(Subquery(count), 0))


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


# ------------------------------------------------------------------------------------------------- what pages show


def is_volunteer(user: User, operator_id: int, on: datetime.date) -> bool:
    """Whether `user` works for this operator as a volunteer only on a date."""
    roles = set(
        Membership.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=on), user=user, organisation=operator_id
        ).values_list("role", flat=True)
    )
    return roles == {Role.VOLUNTEER}


def volunteers(operator_id: int, on: datetime.date) -> QuerySet[User]:
    """The operator's volunteers on a date, by name."""
    members = Membership.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=on), organisation=operator_id, role=Role.VOLUNTEER
    )
    return User.objects.filter(is_active=True, pk__in=members.values("user")).order_by("name", "pk")


@dataclass(frozen=True)
class Offer:
    """What an edition lets one open: a course, a workshop, or a training of professionals."""

    code: str
    """`course:CODE`, `workshop:INDEX` or `professionals`."""
    kind: GroupKind
    name: str
    detail: str = ""
    course_code: str = ""
    hours: int | None = None
    capacity: int | None = None
    audience: str = ""


def offers(terms: Terms) -> list[Offer]:
    """Everything that can be opened under these terms, in their order."""
    found = [
        Offer(
            code=f"course:{course.code}",
            kind=GroupKind.COURSE,
            name=course.name,
            detail=course.rhythm,
            course_code=course.code,
            hours=course.hours,
            capacity=course.group_max,
        )
        for course in terms.courses
    ]
    found += [
        Offer(
            code=f"workshop:{index}",
            kind=GroupKind.WORKSHOP,
            name=workshop.theme,
            detail=workshop.audience,
            audience=workshop.audience,
        )
        for index, workshop in enumerate(terms.workshops)
    ]
    return [*found, Offer(code="professionals", kind=GroupKind.PROFESSIONALS, name=_("Formation de professionnels"))]


def course_level(group: CourseGroup, terms: Terms) -> str:
    """The level for which the group's course is made; empty when it is made for none."""
    course = terms.course(group.course_code) if group.course_code else None
    return (course.level or "") if course else ""


class SheetState(TextChoices):
    """Where the sheet of a class stands."""

    COMING = "coming", gettext_lazy("à venir")
    TO_SIGN = "to_sign", gettext_lazy("à émarger")
    SIGNED = "signed", gettext_lazy("émargée")
    NOT_HELD = "not_held", gettext_lazy("n’a pas eu lieu")


def sheet_state(session: ClassSession, on: datetime.date) -> SheetState:
    """The state of a sheet on a date."""
    if session.held is False:
        return SheetState.NOT_HELD
    if session.held:
        return SheetState.SIGNED
    return SheetState.COMING if session.on > on else SheetState.TO_SIGN


def places_on(session: ClassSession) -> QuerySet[GroupPlace]:
    """The places that cover the day of a class, by name."""
    return (
        GroupPlace.objects.filter(group=session.group_id, taken_on__lte=session.on)
        .exclude(left_on__lt=session.on)
        .select_related("enrolment__person", "enrolment__referral", "enrolment__terms")
        .order_by("enrolment__person__last_name", "enrolment__person__first_name", "pk")
    )


@dataclass(frozen=True)
class VisitCounts:
    """A day of drop-in help in numbers; `unknown` is how many visits do not say whether they were solved."""

    visits: int
    named: int
    solved: int
    unknown: int
    minutes: int


def count_visits(visits: QuerySet[Visit]) -> VisitCounts:
    """Counts of some visits, in one query."""
    counts = visits.aggregate(
        all=Count("pk"),
        with_name=Count("pk", filter=Q(person__isnull=False)),
        settled=Count("pk", filter=Q(solved=True)),
        unsaid=Count("pk", filter=Q(solved__isnull=True)),
        total=Sum("minutes", default=0),
    )
    return VisitCounts(
        visits=counts["all"],
        named=counts["with_name"],
        solved=counts["settled"],
        unknown=counts["unsaid"],
        minutes=counts["total"],
    )
