"""What is due: reviews whose month has come, and situations to ask for."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import DateField, Exists, F, Func, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from declic.accounts.enums import Permission, Role
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.core.dates import add_months
from declic.equipment.enums import HANDED_OVER_STATES, AllocationMode
from declic.equipment.models import Allocation
from declic.followup.models import Outcome, Review
from declic.followup.reviewers import awaits_referent
from declic.organisations.models import Organisation
from declic.orientation.access import visible_enrolments
from declic.orientation.models import Enrolment
from declic.programmes.models import TermsVersion

# Months do not subtract exactly (31 May less three): the first sieve keeps a few days more, the due date decides.
_SLACK = datetime.timedelta(days=3)
LOAN_MODES = (AllocationMode.LOAN, AllocationMode.LOAN_THEN_OPTION)


class ReviewDue(NamedTuple):
    """A review that is owed: `by_referent` when it is the prescriber's to give."""

    enrolment: Enrolment
    months: int
    due_on: datetime.date
    by_referent: bool


def counted_from(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Annotate `counted_from`: the day of the first loan's handover, or the entry when nothing is lent."""
    handover = (
        Allocation.objects.filter(enrolment=OuterRef("pk"), state__in=HANDED_OVER_STATES, mode__in=LOAN_MODES)
        .order_by()
        .values("enrolment")
        .annotate(day=Min("handed_over_on"))
        .values("day")
    )
    return enrolments.annotate(
        counted_from=Coalesce(Subquery(handover, output_field=DateField()), F("starts_on"), output_field=DateField())
    )


def reviews_due(source: User | Organisation, on: datetime.date, *, limit: int = 200) -> list[ReviewDue]:
    """Reviews whose month has come on day `on` and that nobody gave, the oldest first, at most `limit`.

    `source` is an operator (all of its reviews) or a user (those that this user's roles reach). The months of a
    review are counted from the handover when a machine is lent, else from the entry; a review that would have come
    after the exit is not owed. One query for the terms, then two for each distinct number of months.
    """
    if isinstance(source, Organisation):
        return _due(Enrolment.objects.filter(operator=source), [source.pk], on, limit)
    operators = scope_of(source).operators(Permission.GIVE_REVIEWS)
    return _due(visible_enrolments(source, Permission.GIVE_REVIEWS), operators, on, limit)


def reviews_to_give(user: User, on: datetime.date, *, limit: int = 200) -> list[ReviewDue]:
    """Of the reviews due, those that `user` may give (same rule as `reviewers.may_review`)."""
    return _due(_reviewed_by(user), scope_of(user).operators(Permission.GIVE_REVIEWS), on, limit)


def reviews_of_others(user: User, on: datetime.date, *, limit: int = 200) -> list[ReviewDue]:
    """Of the reviews due that `user` reaches, those that are someone else's to give: a referent's, most often."""
    others = visible_enrolments(user, Permission.GIVE_REVIEWS).exclude(pk__in=_reviewed_by(user).values("pk"))
    return _due(others, scope_of(user).operators(Permission.GIVE_REVIEWS), on, limit)


def _reviewed_by(user: User) -> QuerySet[Enrolment]:
    referents = Q(
        terms__body__reviews__by="prescriber",
        referral__prescriber__isnull=False,
        referral__referent__isnull=False,
    )
    mine = Q(pk__in=[])
    for reach in scope_of(user).having(Permission.GIVE_REVIEWS):
        here = Q(operator=reach.operator_id)
        if reach.role == Role.PRESCRIBER:
            mine |= here & referents & Q(referral__prescriber=reach.organisation_id)
        else:
            mine |= here & (
                ~Q(terms__body__reviews__by="prescriber")
                | Q(referral__isnull=True)
                | Q(referral__prescriber__isnull=True)
                | Q(referral__referent__isnull=True)
            )
    return visible_enrolments(user, Permission.GIVE_REVIEWS).filter(mine)


def _due(enrolments: QuerySet[Enrolment], operators: Iterable[int], on: datetime.date, limit: int) -> list[ReviewDue]:
    due: list[ReviewDue] = []
    for months, versions in _versions_by_months(operators).items():
        latest = add_months(on, -months) + _SLACK
        given = Review.objects.filter(enrolment=OuterRef("pk"), months=months)
        # Most reviews are given, which PostgreSQL cannot guess: those that are not come first, then their dates and words.
        without = Enrolment.objects.filter(
            ~Exists(given), operator__in=operators, terms__in=versions, starts_on__lte=latest
        ).order_by()
        ids = list(without.values_list("pk", flat=True))
        waiting = (
            counted_from(enrolments.filter(pk__in=ids))
            .annotate(due_on=_months_after("counted_from", months))
            .filter(LessThanOrEqual(F("due_on"), on))
            .filter(Q(ended_on__isnull=True) | GreaterThanOrEqual(F("ended_on"), F("due_on")))
            .select_related("person", "edition__programme", "terms", "referral__prescriber", "referral__referent")
            .order_by(F("due_on"), "pk")[:limit]
        )
        for enrolment in waiting:
            day: datetime.date = enrolment.due_on
            due.append(ReviewDue(enrolment, months, day, awaits_referent(enrolment)))
    return sorted(due, key=lambda review: (review.due_on, review.enrolment.pk))[:limit]


def review_day(enrolment: Enrolment, months: int) -> datetime.date:
    """The day on which the review "at N months" of one enrolment is due."""
    dated = counted_from(Enrolment.objects.filter(pk=enrolment.pk)).get()
    return add_months(dated.counted_from, months)  # type: ignore[attr-defined]


def visible_outcomes_due(outcomes: QuerySet[Outcome], on: datetime.date) -> QuerySet[Outcome]:
    """Of `outcomes`, those to ask for on day `on`, the oldest first."""
    return outcomes.filter(recorded_on__isnull=True, due_on__lte=on).order_by("due_on", "pk")


def _months_after(field: str, months: int) -> Func:
    """The same day `months` later as the database counts, which is as `core.dates.add_months` counts."""
    return Func(
        F(field),
        Value(months),
        template="(%(expressions)s))::date",
        arg_joiner=" + make_interval(months => ",
        output_field=DateField(),
    )


def _versions_by_months(operators: Iterable[int]) -> dict[int, list[int]]:
    """The versions of terms that plan a review at each number of months."""
    found: dict[int, list[int]] = defaultdict(list)
    planned = TermsVersion.objects.filter(Q(operator__in=list(operators)), frozen_at__isnull=False).order_by("pk")
    for version, months in planned.values_list("pk", "body__reviews__months"):
        for number in months or []:
            found[int(number)].append(version)
    return dict(sorted(found.items()))
