"""Reads of diagnosis that other apps need: the level of a person in a programme, and progress from entry to exit."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from declic.diagnosis.enums import AssessmentKind, Level, Skill, Theme
from declic.diagnosis.models import Assessment
from declic.diagnosis.scoring import theme_means


def scores_of(assessment: Assessment) -> dict[Skill, int | None]:
    """The scores of an assessment by skill (uses the prefetched ones when there are)."""
    return {Skill(line.skill): line.score for line in assessment.scores.all()}


def confirmed_levels(
    enrolment_ids: Iterable[int], *, kind: str = AssessmentKind.ENTRY, at: datetime.date | None = None
) -> dict[int, Level]:
    """The last level confirmed for each enrolment, in one query; an enrolment without one is left out."""
    rows = Assessment.objects.filter(enrolment__in=enrolment_ids, kind=kind).exclude(confirmed_level="")
    if at is not None:
        rows = rows.filter(confirmed_on__lte=at)
    return {
        enrolment: Level(level)
        for enrolment, level in rows.order_by("on", "pk").values_list("enrolment_id", "confirmed_level")
    }


def confirmed_level(
    enrolment_id: int, *, kind: str = AssessmentKind.ENTRY, at: datetime.date | None = None
) -> Level | None:
    """The last level confirmed at entry (or at exit), None while nobody has confirmed one."""
    return confirmed_levels([enrolment_id], kind=kind, at=at).get(enrolment_id)


@dataclass(frozen=True)
class ThemeProgress:
    """Mean (0 to 4) of a theme at entry and at exit; None where nothing was known."""

    theme: Theme
    entry: Fraction | None
    exit: Fraction | None


def progress(enrolment_id: int) -> list[ThemeProgress]:
    """Per theme, the last assessment at entry beside the last at exit (two queries)."""
    last: dict[str, Assessment] = {}
    for assessment in Assessment.objects.filter(enrolment=enrolment_id).prefetch_related("scores").order_by("on", "pk"):
        last[assessment.kind] = assessment
    means = {kind: theme_means(scores_of(assessment)) for kind, assessment in last.items()}
    return [
        ThemeProgress(
            theme,
            means.get(AssessmentKind.ENTRY, {}).get(theme),
            means.get(AssessmentKind.EXIT, {}).get(theme),
        )
        for theme in Theme
    ]
