"""How long prescribers wait for an answer, per edition and per team, and entries by exception, down to the records.

The 90th percentile is the discrete one (`percentile_disc`): a number of days that was really waited, within which nine
answers out of ten came. What has no answer yet is counted apart and never as zero days.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import (
    Aggregate,
    Avg,
    Count,
    DateField,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.orientation.access import visible_enrolments, visible_referrals
from declic.orientation.enums import UNANSWERED_STATES, ReferralState
from declic.orientation.models import Enrolment, Referral
from declic.orientation.queries import is_late, with_deadlines

_ANSWERED = Q(first_answered_on__isnull=False)


@dataclass(frozen=True)
class Span:
    """Which requests are counted: those sent from `since` to `until`, both included, to one edition if one is named."""

    since: datetime.date
    until: datetime.date
    edition: int | None = None


def figures_on(on: datetime.date) -> dict[str, Q]:
    """What each figure counts, on requests `with_deadlines`.

    Each request sent is answered, open, closed without an answer or withdrawn before one: exactly one of the four.
    """
    return {
        "sent": Q(),
        "answered": _ANSWERED,
        "late_answers": _ANSWERED & Q(first_answered_on__gt=_due()),
        "open": Q(state__in=UNANSWERED_STATES),
        "late": is_late(on),
        "closed": Q(state=ReferralState.EXPIRED) & ~_ANSWERED,
        "withdrawn": Q(state=ReferralState.WITHDRAWN) & ~_ANSWERED,
    }


FIGURE_NAMES = ("sent", "answered", "late_answers", "open", "late", "closed", "withdrawn")


def _due() -> Any:
    return ExpressionWrapper(F("sent_on") + F("answer_days"), output_field=DateField())


class _Days(Func):
    """Whole days between two dates."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = IntegerField()


class _NinthTenth(Aggregate):
    """The smallest number of days within which nine answers out of ten came."""

    name = "NinthTenth"
    template = "percentile_disc(0.9) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = IntegerField()


def counted(user: User, span: Span) -> QuerySet[Referral]:
    """The requests that the figures count, each with `team` (the place that answers, else where the person is followed)."""
    requests = visible_referrals(user, Permission.SEE_ANSWER_TIMES).exclude(state=ReferralState.DRAFT)
    requests = requests.filter(sent_on__gte=span.since, sent_on__lte=span.until)
    if span.edition is not None:
        requests = requests.filter(edition=span.edition)
    return with_deadlines(requests).annotate(team=Coalesce("site", "person__site"))


def answer_times(user: User, on: datetime.date, span: Span) -> dict[str, list[dict[str, Any]]]:
    """Figures by edition and by team: `mean` and `p90` in days (None without an answer), and the counts of `figures_on`.

    Two queries, whatever the number of requests.
    """
    requests: Any = counted(user, span).annotate(days=_Days("first_answered_on", "sent_on")).order_by()
    figures: dict[str, Any] = {name: Count("pk", filter=which) for name, which in figures_on(on).items()}
    figures["mean"] = Avg("days", output_field=FloatField())
    figures["p90"] = _NinthTenth("days")
    by_edition = requests.values("edition", name=F("edition__name"), programme=F("edition__programme__name"))
    by_team = requests.values("team", name=Coalesce("site__name", "person__site__name", Value("")))
    return {
        "editions": list(by_edition.annotate(**figures).order_by("programme", "name", "edition")),
        "teams": list(by_team.annotate(**figures).order_by("name", "team")),
    }


def records_behind(
    user: User, on: datetime.date, span: Span, figure: str, team: int | None = None, *, of_no_team: bool = False
) -> QuerySet[Referral]:
    """The requests that `figure` counts, of one team if one is named: as many as the figure says."""
    records: Any = counted(user, span).filter(figures_on(on)[figure])
    if of_no_team:
        records = records.filter(team__isnull=True)
    elif team is not None:
        records = records.filter(team=team)
    found: QuerySet[Referral] = records
    return found


# --------------------------------------------------------------------------------------------------------- exceptions


def exceptions(user: User, span: Span) -> QuerySet[Enrolment]:
    """Entries made although a rule was not met or not known, over the span, the reason being written."""
    entries = visible_enrolments(user, Permission.SEE_ANSWER_TIMES).exclude(exception_reason="")
    entries = entries.filter(starts_on__gte=span.since, starts_on__lte=span.until)
    return entries if span.edition is None else entries.filter(edition=span.edition)


def exceptions_by_rule(user: User, span: Span) -> list[Mapping[str, Any]]:
    """How many of `exceptions` each rule of each edition counts, unmet and unknown apart (one query)."""
    sql, params = exceptions(user, span).order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT enrolment.edition_id, edition.name, programme.name, rule ->> 'code', rule ->> 'outcome',
                   min(rule ->> 'label'), count(DISTINCT enrolment.id)
            FROM orientation_enrolment enrolment
            JOIN programmes_edition edition ON edition.id = enrolment.edition_id
            JOIN programmes_programme programme ON programme.id = edition.programme_id
            CROSS JOIN LATERAL jsonb_array_elements(enrolment.eligibility) rule
            WHERE enrolment.id IN ({sql}) AND rule ->> 'outcome' <> 'met'
            GROUP BY 1, 2, 3, 4, 5
            ORDER BY 3, 2, 1, 7 DESC, 4, 5
            """,  # noqa: S608 (the ORM's own text, its values apart)
            params,
        )
        names = ("edition", "name", "programme", "code", "outcome", "label", "count")
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def exceptions_behind(user: User, span: Span, code: str, outcome: str) -> QuerySet[Enrolment]:
    """The entries that one line of `exceptions_by_rule` counts."""
    return exceptions(user, span).filter(eligibility__contains=[{"code": code, "outcome": outcome}])
