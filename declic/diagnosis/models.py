"""Assessments of digital skills, barriers and the plan that lifts them."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declic.diagnosis.enums import (
    BARRIER_TRANSITIONS,
    PLAN_TRANSITIONS,
    AssessmentKind,
    BarrierSource,
    BarrierState,
    Level,
    PlanState,
    Score,
    Skill,
)
from declic.organisations.models import OperatorRow
from declic.orientation.models import Enrolment


@pghistory.track()
class Assessment(OperatorRow):
    """An adviser's reading of the skills on a date: a level is proposed by rule, then confirmed by a person."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="assessments")
    kind = models.CharField(max_length=8, choices=AssessmentKind)
    on = models.DateField(_("date"))
    adviser = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    cut_points = models.CharField(max_length=20)
    proposed_level = models.CharField(_("niveau proposé"), max_length=16, choices=Level, blank=True, default="")
    other_level = models.CharField(_("niveau voisin"), max_length=16, choices=Level, blank=True, default="")
    confirmed_level = models.CharField(_("niveau confirmé"), max_length=16, choices=Level, blank=True, default="")
    override_reason = models.CharField(_("pourquoi un autre niveau"), max_length=300, blank=True, default="")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_on = models.DateField(null=True, blank=True)
    note = models.TextField(_("ce que l'on retient"), blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-on", "-pk"]
        indexes = [
            models.Index(fields=["enrolment", "-on"], name="assessment_by_enrolment"),
            models.Index(fields=["operator", "on"], condition=Q(confirmed_level=""), name="levels_to_confirm"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_level="", confirmed_by__isnull=True, confirmed_on__isnull=True)
                | (~Q(confirmed_level="") & Q(confirmed_by__isnull=False, confirmed_on__isnull=False)),
                name="confirmed_level_has_author_and_date",
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.on:%d/%m/%Y}"


class SkillScore(OperatorRow):
    """What was seen of one skill; null means "I don't know" and counts for nothing."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="scores")
    skill = models.CharField(max_length=20, choices=Skill)
    score = models.PositiveSmallIntegerField(choices=Score, null=True, blank=True)

    class Meta:
        ordering = ["assessment", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "skill"], name="skill_scored_once"),
            models.CheckConstraint(condition=Q(score__isnull=True) | Q(score__lte=4), name="score_from_0_to_4"),
        ]

    def __str__(self) -> str:
        return f"{self.get_skill_display()} : {self.score}"


@pghistory.track()
class Barrier(OperatorRow):
    """Something that keeps the person from acting on line, apart from the level; lifted by the actions of the plan."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="barriers")
    code = models.CharField(max_length=40)
    label = models.CharField(_("frein"), max_length=300)
    source = models.CharField(max_length=10, choices=BarrierSource)
    spotted_on = models.DateField(_("repéré le"))
    state = models.CharField(_("état"), max_length=10, choices=BarrierState, default=BarrierState.REPERE)
    ended_on = models.DateField(_("levé ou abandonné le"), null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["enrolment", "spotted_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "code"],
                name="barrier_once_per_enrolment",
                violation_error_message=_("Ce frein est déjà noté."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=[BarrierState.REPERE, BarrierState.EN_COURS], ended_on__isnull=True)
                | Q(state__in=[BarrierState.LEVE, BarrierState.ABANDONNE], ended_on__isnull=False),
                name="ended_barrier_has_a_date",
            ),
        ]
        triggers = [BARRIER_TRANSITIONS.trigger(name="barrier_transitions", field="state")]

    def __str__(self) -> str:
        return self.label


class PlanAction(OperatorRow):
    """One thing to do about a barrier, with who does it and by when."""

    barrier = models.ForeignKey(Barrier, on_delete=models.PROTECT, related_name="actions")
    text = models.CharField(_("action"), max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="plan_actions"
    )
    owner_name = models.CharField(_("qui s'en charge"), max_length=120, blank=True, default="")
    due_on = models.DateField(_("pour le"))
    state = models.CharField(_("état"), max_length=8, choices=PlanState, default=PlanState.TO_DO)
    ended_on = models.DateField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["operator", "due_on"], condition=Q(state=PlanState.TO_DO), name="plan_actions_to_do")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=PlanState.TO_DO, ended_on__isnull=True)
                | (~Q(state=PlanState.TO_DO) & Q(ended_on__isnull=False)),
                name="ended_plan_action_has_a_date",
            )
        ]
        triggers = [PLAN_TRANSITIONS.trigger(name="plan_action_transitions", field="state")]

    def __str__(self) -> str:
        return self.text
