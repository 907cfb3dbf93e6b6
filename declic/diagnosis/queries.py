"""Reads of diagnosis that other apps need: the level of a person in a programme, and progress from entry to exit."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from declic.accounts.enums import PERMISSIONS, Permission, Role
from declic.accounts.models import Membership, User
from declic.diagnosis.enums import THEMES, AssessmentKind, Level, Score, Skill, Theme
from declic.diagnosis.models import Assessment
from declic.diagnosis.scoring import theme_means
from declic.organisations.enums import PartnershipKind
from declic.organisations.models import Partnership


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


def team(operator_id: int, permission: Permission, on: datetime.date) -> QuerySet[User]:
    """Who may be named in a form on a date, by name: the operator's members whose role gives `permission`, and those of
    its training partners."""
    roles = [role for role, permissions in PERMISSIONS.items() if permission in permissions]
    partners = Partnership.objects.filter(
        Q(until__isnull=True) | Q(until__gte=on), operator=operator_id, kind=PartnershipKind.TRAINING
    )
    members = Membership.objects.filter(
        Q(organisation=operator_id) | Q(organisation__in=partners.values("partner"), role=Role.ADVISER),
        Q(ends_on__isnull=True) | Q(ends_on__gte=on),
        role__in=roles,
    )
    return User.objects.filter(is_active=True, pk__in=members.values("user")).order_by("name", "pk")


@dataclass(frozen=True)
class SkillLine:
    """One skill as a page shows it."""

    label: str
    score: int | None
    words: str


@dataclass(frozen=True)
class ThemeLines:
    """A theme with its skills and their mean (0 to 4, None when nothing is known)."""

    theme: Theme
    mean: float | None
    lines: list[SkillLine]


def by_theme(scores: Mapping[Skill, int | None]) -> list[ThemeLines]:
    """The scores grouped as people read them, theme by theme."""
    means = theme_means(scores)
    groups = []
    for theme, skills in THEMES.items():
        lines = []
        for skill in skills:
            score = scores.get(skill)
            words = str(_("on ne sait pas") if score is None else Score(score).label)
            lines.append(SkillLine(str(skill.label), score, words))
        mean = means[theme]
        groups.append(ThemeLines(theme, None if mean is None else float(mean), lines))
    return groups
