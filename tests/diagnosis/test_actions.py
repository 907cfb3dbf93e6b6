"""What an adviser may say of a person's skills and barriers, and when."""

import datetime

import pytest

from declic.core.errors import DomainError
from declic.diagnosis.actions import (
    assess,
    confirm_level,
    drop_barrier,
    finish_action,
    lift_barrier,
    plan_action,
    spot_barrier,
)
from declic.diagnosis.enums import AssessmentKind, BarrierState, Level, PlanState, Skill
from declic.diagnosis.models import Assessment, Barrier
from declic.diagnosis.queries import confirmed_level, progress
from declic.orientation.models import Enrolment
from tests.factories import DAY, an_enrolment

pytestmark = pytest.mark.django_db

ONE_DAY = datetime.timedelta(days=1)


def an_assessment(enrolment: Enrolment, score: int = 0, **fields: object) -> Assessment:
    typed = {"kind": AssessmentKind.ENTRY, "on": DAY, "scores": dict.fromkeys(Skill, score), **fields}
    return assess(acting_user=enrolment.adviser, enrolment=enrolment, **typed)


def a_barrier(enrolment: Enrolment, code: str = "peur_de_l_erreur") -> Barrier:
    return spot_barrier(acting_user=enrolment.adviser, enrolment=enrolment, code=code, source="declared", on=DAY)


def test_an_assessment_keeps_the_cut_points_and_every_skill_known_or_not() -> None:
    enrolment = an_enrolment()
    assessment = an_assessment(enrolment, scores={Skill.MOUSE: 0, Skill.FRAUD: None})
    assert assessment.cut_points == "2026-1"
    assert assessment.proposed_level == Level.DEBUTANT
    assert assessment.other_level == Level.INTERMEDIAIRE
    assert assessment.scores.count() == 16
    assert assessment.scores.filter(score__isnull=False).count() == 1


def test_an_assessment_without_any_known_skill_is_refused() -> None:
    with pytest.raises(DomainError, match="au moins une compétence"):
        an_assessment(an_enrolment(), scores={Skill.MOUSE: None})


def test_nobody_is_assessed_before_entering_the_programme() -> None:
    with pytest.raises(DomainError, match="04/03/2024"):
        an_assessment(an_enrolment(), on=DAY - ONE_DAY)


def test_sending_the_same_assessment_twice_records_it_once() -> None:
    enrolment = an_enrolment()
    an_assessment(enrolment)
    with pytest.raises(DomainError, match="déjà enregistré"):
        an_assessment(enrolment)
    assert Assessment.objects.count() == 1


def test_the_level_that_was_proposed_is_confirmed_without_a_reason() -> None:
    enrolment = an_enrolment()
    confirm_level(acting_user=enrolment.adviser, assessment=an_assessment(enrolment), level=Level.DEBUTANT, on=DAY)
    assert confirmed_level(enrolment.pk) == Level.DEBUTANT


def test_another_level_than_proposed_needs_a_reason_and_both_are_kept() -> None:
    enrolment = an_enrolment()
    assessment = an_assessment(enrolment)
    with pytest.raises(DomainError, match="pourquoi"):
        confirm_level(acting_user=enrolment.adviser, assessment=assessment, level=Level.AVANCE, on=DAY, reason=" ")
    confirm_level(
        acting_user=enrolment.adviser, assessment=assessment, level=Level.AVANCE, on=DAY, reason="Fatigue ce jour-là"
    )
    assessment.refresh_from_db()
    assert (assessment.proposed_level, assessment.confirmed_level) == (Level.DEBUTANT, Level.AVANCE)
    assert assessment.override_reason == "Fatigue ce jour-là"


def test_between_two_levels_the_adviser_chooses_either_without_a_reason() -> None:
    enrolment = an_enrolment()
    assessment = an_assessment(enrolment, scores={skill: 1 + index % 2 for index, skill in enumerate(Skill)})
    assert (assessment.proposed_level, assessment.other_level) == (Level.INTERMEDIAIRE, Level.DEBUTANT)
    confirmed = confirm_level(acting_user=enrolment.adviser, assessment=assessment, level=Level.DEBUTANT, on=DAY)
    assert confirmed.override_reason == ""


def test_a_level_is_confirmed_once() -> None:
    enrolment = an_enrolment()
    assessment = an_assessment(enrolment)
    confirm_level(acting_user=enrolment.adviser, assessment=assessment, level=Level.DEBUTANT, on=DAY)
    with pytest.raises(DomainError, match="déjà confirmé"):
        confirm_level(acting_user=enrolment.adviser, assessment=assessment, level=Level.DEBUTANT, on=DAY)


def test_progress_sets_the_exit_beside_the_entry_theme_by_theme() -> None:
    enrolment = an_enrolment()
    an_assessment(enrolment, score=1)
    an_assessment(enrolment, score=3, kind=AssessmentKind.EXIT, on=DAY + ONE_DAY)
    assert [(line.entry, line.exit) for line in progress(enrolment.pk)] == [(1, 3)] * 5


def test_a_barrier_of_the_catalogue_takes_its_words() -> None:
    assert a_barrier(an_enrolment()).label == "a peur de se tromper"


def test_a_barrier_in_free_words_is_noted_once() -> None:
    enrolment = an_enrolment()
    words = {"code": "", "source": "observed", "on": DAY, "label": "Pas de garde d'enfant le matin"}
    spot_barrier(acting_user=enrolment.adviser, enrolment=enrolment, **words)
    with pytest.raises(DomainError, match="déjà noté"):
        spot_barrier(acting_user=enrolment.adviser, enrolment=enrolment, **words)


def test_an_action_of_the_plan_puts_the_barrier_in_progress() -> None:
    enrolment = an_enrolment()
    barrier = a_barrier(enrolment)
    plan_action(
        acting_user=enrolment.adviser,
        barrier=barrier,
        text="S'entraîner à deux",
        due_on=DAY,
        on=DAY,
        owner=enrolment.adviser,
    )
    barrier.refresh_from_db()
    assert barrier.state == BarrierState.EN_COURS


def test_an_action_without_someone_to_do_it_is_refused() -> None:
    enrolment = an_enrolment()
    with pytest.raises(DomainError, match="qui s’en charge"):
        plan_action(acting_user=enrolment.adviser, barrier=a_barrier(enrolment), text="Voir", due_on=DAY, on=DAY)


def test_a_barrier_is_lifted_only_when_nothing_is_left_to_do() -> None:
    enrolment = an_enrolment()
    barrier = a_barrier(enrolment)
    action = plan_action(
        acting_user=enrolment.adviser, barrier=barrier, text="Créer l'adresse", due_on=DAY, on=DAY, owner_name="Awa"
    )
    with pytest.raises(DomainError, match="Il reste 1 action"):
        lift_barrier(acting_user=enrolment.adviser, barrier=barrier, on=DAY)
    finish_action(acting_user=enrolment.adviser, action=action, on=DAY)
    assert lift_barrier(acting_user=enrolment.adviser, barrier=barrier, on=DAY).state == BarrierState.LEVE
    with pytest.raises(DomainError, match="déjà"):
        lift_barrier(acting_user=enrolment.adviser, barrier=barrier, on=DAY)


def test_a_lifted_barrier_that_comes_back_is_taken_up_by_a_new_action() -> None:
    enrolment = an_enrolment()
    barrier = lift_barrier(acting_user=enrolment.adviser, barrier=a_barrier(enrolment), on=DAY)
    plan_action(acting_user=enrolment.adviser, barrier=barrier, text="Revoir", due_on=DAY, on=DAY, owner_name="Awa")
    barrier.refresh_from_db()
    assert (barrier.state, barrier.ended_on) == (BarrierState.EN_COURS, None)


def test_dropping_a_barrier_gives_up_what_was_left_to_do() -> None:
    enrolment = an_enrolment()
    barrier = a_barrier(enrolment)
    action = plan_action(
        acting_user=enrolment.adviser, barrier=barrier, text="Voir", due_on=DAY, on=DAY, owner_name="Awa"
    )
    drop_barrier(acting_user=enrolment.adviser, barrier=barrier, on=DAY)
    action.refresh_from_db()
    assert action.state == PlanState.DROPPED
    with pytest.raises(DomainError, match="déjà close"):
        finish_action(acting_user=enrolment.adviser, action=action, on=DAY)
