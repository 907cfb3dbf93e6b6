"""Writes of diagnosis: assess, confirm a level, spot a barrier and carry the plan that lifts it."""

import datetime
from collections.abc import Mapping

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.accounts.models import User
from declic.core.dates import format_short
from declic.core.errors import DomainError
from declic.diagnosis.enums import (
    BARRIER_TRANSITIONS,
    CUT_POINTS,
    PLAN_TRANSITIONS,
    AssessmentKind,
    BarrierSource,
    BarrierState,
    Level,
    PlanState,
    Score,
    Skill,
)
from declic.diagnosis.models import Assessment, Barrier, PlanAction, SkillScore
from declic.diagnosis.scoring import propose
from declic.orientation.models import Enrolment


@transaction.atomic
def assess(
    *,
    acting_user: User,
    enrolment: Enrolment,
    kind: str,
    on: datetime.date,
    scores: Mapping[Skill, int | None],
    note: str = "",
) -> Assessment:
    """Record what was seen of the skills (0 to 4, None for "I don't know") and propose a level; nothing is confirmed.

    Skills left out are unknown. Raises `DomainError` outside the enrolment's dates, when nothing is known, or when the
    same kind of assessment exists on that day.
    """
    enrolment = _locked(enrolment)
    _require_within(enrolment, on)
    known = {Skill(skill): score for skill, score in scores.items()}
    if any(score is not None and score not in Score.values for score in known.values()):
        raise DomainError(_("Une compétence se note de 0 à 4 : reprenez la note qui dépasse."))
    proposal = propose(known)
    if proposal is None:
        raise DomainError(_("Notez au moins une compétence : sans rien savoir, aucun niveau ne peut être proposé."))
    if Assessment.objects.filter(enrolment=enrolment, kind=kind, on=on).exists():
        raise DomainError(
            _("Le diagnostic %(kind)s du %(day)s est déjà enregistré : ouvrez-le depuis le dossier.")
            % {"kind": AssessmentKind(kind).label, "day": format_short(on)}
        )
    assessment = Assessment.objects.create(
        operator_id=enrolment.operator_id,
        enrolment=enrolment,
        kind=AssessmentKind(kind),
        on=on,
        adviser=acting_user,
        cut_points=CUT_POINTS.version,
        proposed_level=proposal.level,
        other_level=proposal.other or "",
        note=note,
    )
    SkillScore.objects.bulk_create(
        [
            SkillScore(operator_id=enrolment.operator_id, assessment=assessment, skill=skill, score=known.get(skill))
            for skill in Skill
        ]
    )
    return assessment


@transaction.atomic
def confirm_level(
    *, acting_user: User, assessment: Assessment, level: str, on: datetime.date, reason: str = ""
) -> Assessment:
    """Settle the level of an assessment; another one than proposed needs a reason, and both are kept.

    When the proposal stands between two levels, either of them is a proposal. Raises `DomainError` if it was confirmed
    before, or the reason is missing.
    """
    assessment = Assessment.objects.select_for_update().get(pk=assessment.pk)
    if assessment.confirmed_level:
        raise DomainError(
            _("Le niveau est déjà confirmé : %(level)s. Pour le revoir, faites un nouveau diagnostic.")
            % {"level": assessment.get_confirmed_level_display()}
        )
    if on < assessment.on:
        raise DomainError(_("Le niveau se confirme le jour du diagnostic ou après."), field="on")
    proposed = {assessment.proposed_level, assessment.other_level} - {""}
    if level not in proposed and not reason.strip():
        raise DomainError(_("Ce niveau n’est pas celui proposé : dites pourquoi vous le choisissez."), field="reason")
    assessment.confirmed_level = Level(level)
    assessment.override_reason = reason.strip() if level not in proposed else ""
    assessment.confirmed_by = acting_user
    assessment.confirmed_on = on
    assessment.save()
    return assessment


@transaction.atomic
def spot_barrier(
    *, acting_user: User, enrolment: Enrolment, code: str, source: str, on: datetime.date, label: str = ""
) -> Barrier:
    """Note something that keeps the person from acting on line, from the terms' catalogue (`code`) or in free words.

    Without a `code`, one is made from `label`. Raises `DomainError` when the barrier is noted already, has no words, or
    the date is outside the enrolment.
    """
    enrolment = _locked(enrolment)
    _require_within(enrolment, on)
    catalogue = {barrier.code: barrier.label for barrier in enrolment.terms.terms.barriers}
    words = catalogue.get(code) or label.strip()
    if not words:
        raise DomainError(_("Choisissez un frein du catalogue, ou dites-le en quelques mots."), field="label")
    code = code or slugify(f"autre {words}").replace("-", "_")[:40]
    if Barrier.objects.filter(enrolment=enrolment, code=code).exists():
        raise DomainError(
            _("Le frein « %(label)s » est déjà noté : ouvrez son plan d’action.") % {"label": words}, field="code"
        )
    return Barrier.objects.create(
        operator_id=enrolment.operator_id,
        enrolment=enrolment,
        code=code,
        label=words,
        source=BarrierSource(source),
        spotted_on=on,
        recorded_by=acting_user,
    )


@transaction.atomic
def plan_action(
    *,
    acting_user: User,
    barrier: Barrier,
    text: str,
    due_on: datetime.date,
    on: datetime.date,
    owner: User | None = None,
    owner_name: str = "",
) -> PlanAction:
    """Add what will be done about a barrier, by whom and by when; the barrier is then being worked on, again if it had ended.

    Raises `DomainError` without words, without an owner, or when the due date comes before `on`.
    """
    barrier = Barrier.objects.select_for_update().get(pk=barrier.pk)
    if not text.strip():
        raise DomainError(_("Dites ce qui va être fait."), field="text")
    if owner is None and not owner_name.strip():
        raise DomainError(
            _("Dites qui s’en charge : un membre de l’équipe, un partenaire ou la personne."), field="owner"
        )
    if due_on < on:
        raise DomainError(_("L’échéance est déjà passée : choisissez une date à venir."), field="due_on")
    if barrier.actions.filter(text=text.strip(), due_on=due_on, state=PlanState.TO_DO).exists():
        raise DomainError(
            _("Cette action est déjà dans le plan, pour le même jour : rien n’a été ajouté."), field="text"
        )
    if barrier.state != BarrierState.EN_COURS:
        BARRIER_TRANSITIONS.require(barrier.state, BarrierState.EN_COURS, _("Ce frein ne peut pas être repris."))
        barrier.state = BarrierState.EN_COURS
        barrier.ended_on = None
        barrier.save()
    return PlanAction.objects.create(
        operator_id=barrier.operator_id,
        barrier=barrier,
        text=text.strip(),
        owner=owner,
        owner_name="" if owner else owner_name.strip(),
        due_on=due_on,
    )


@transaction.atomic
def finish_action(*, acting_user: User, action: PlanAction, on: datetime.date, done: bool = True) -> PlanAction:
    """Close an action of the plan, done or given up; raises `DomainError` when it was closed before."""
    action = PlanAction.objects.select_for_update().get(pk=action.pk)
    target = PlanState.DONE if done else PlanState.DROPPED
    PLAN_TRANSITIONS.require(action.state, target, _("Cette action est déjà close : rien n’a changé."))
    action.state = target
    action.ended_on = on
    action.save()
    return action


@transaction.atomic
def lift_barrier(*, acting_user: User, barrier: Barrier, on: datetime.date) -> Barrier:
    """The barrier no longer keeps the person back; raises `DomainError` while actions of its plan are still to do."""
    barrier = Barrier.objects.select_for_update().get(pk=barrier.pk)
    left = barrier.actions.filter(state=PlanState.TO_DO).count()
    if left:
        raise DomainError(
            ngettext(
                "Il reste %(count)s action à faire : terminez-la ou abandonnez-la, puis levez le frein.",
                "Il reste %(count)s actions à faire : terminez-les ou abandonnez-les, puis levez le frein.",
                left,
            )
            % {"count": left}
        )
    return _end(barrier, BarrierState.LEVE, on)


@transaction.atomic
def drop_barrier(*, acting_user: User, barrier: Barrier, on: datetime.date) -> Barrier:
    """Stop working on a barrier; the actions still to do are given up with it."""
    barrier = Barrier.objects.select_for_update().get(pk=barrier.pk)
    barrier = _end(barrier, BarrierState.ABANDONNE, on)
    barrier.actions.filter(state=PlanState.TO_DO).update(state=PlanState.DROPPED, ended_on=on)
    return barrier


def _end(barrier: Barrier, state: BarrierState, on: datetime.date) -> Barrier:
    BARRIER_TRANSITIONS.require(
        barrier.state,
        state,
        _("Ce frein est déjà %(state)s : rien n’a changé.") % {"state": barrier.get_state_display()},
    )
    if on < barrier.spotted_on:
        raise DomainError(_("Un frein ne peut pas finir avant d’avoir été repéré."))
    barrier.state = state
    barrier.ended_on = on
    barrier.save()
    return barrier


def _locked(enrolment: Enrolment) -> Enrolment:
    return Enrolment.objects.select_for_update(of=("self",)).select_related("terms").get(pk=enrolment.pk)


def _require_within(enrolment: Enrolment, on: datetime.date) -> None:
    if on < enrolment.starts_on:
        raise DomainError(
            _("La personne est entrée le %(day)s : choisissez une date à partir de ce jour.")
            % {"day": format_short(enrolment.starts_on)},
            field="on",
        )
    if enrolment.ended_on is not None and on > enrolment.ended_on:
        raise DomainError(
            _("La personne est sortie du dispositif le %(day)s : rien ne peut plus y être noté après.")
            % {"day": format_short(enrolment.ended_on)},
            field="on",
        )
