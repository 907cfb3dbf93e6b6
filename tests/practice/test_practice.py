"""Exercises are scored by the server, and nothing typed by the person is kept."""

import pytest
from django.urls import reverse

from declic.accounts.enums import Role
from declic.core.errors import DomainError
from declic.practice.actions import record_attempt
from declic.practice.exercises import EXERCISES, Exercise
from declic.practice.models import Attempt
from declic.practice.scoring import score
from tests.factories import DAY, a_person, a_world, an_operator, at, signed_in

EVERY = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda exercise: exercise.code)


@EVERY
def test_every_right_answer_gives_the_best_score(exercise: Exercise) -> None:
    assert score(exercise, {item.code: item.right for item in exercise.items}) == 4


@EVERY
def test_the_same_answer_everywhere_is_worth_little(exercise: Exercise) -> None:
    for answer, _label in exercise.answers:
        assert score(exercise, {item.code: answer for item in exercise.items}) <= 2


@EVERY
def test_not_knowing_is_worth_nothing_and_is_no_fault(exercise: Exercise) -> None:
    assert score(exercise, {}) == 0
    _first, *others = exercise.items
    assert score(exercise, {item.code: item.right for item in others}) >= 2


@pytest.mark.django_db
def test_hints_are_kept_and_never_scored() -> None:
    exercise = EXERCISES["fraud_messages"]
    answers = {item.code: item.right for item in exercise.items}
    attempt = record_attempt(
        acting_user=None, person=a_person(an_operator()), exercise=exercise.code, answers=answers, hints=3, at=at(DAY)
    )
    assert (attempt.score, attempt.hints, attempt.skill) == (4, 3, "fraud")


@pytest.mark.django_db
def test_what_the_exercise_does_not_offer_is_never_kept() -> None:
    person = a_person(an_operator())
    with pytest.raises(DomainError, match="exercice"):
        record_attempt(
            acting_user=None, person=person, exercise="strong_passwords", answers={"birth": "MonSecret1!"}, at=at(DAY)
        )
    assert person.attempts.count() == 0


@pytest.mark.django_db
def test_a_person_does_an_exercise_and_reads_why() -> None:
    world = a_world()
    client = signed_in(world.users[Role.ADVISER])
    url = reverse("practice:exercise", args=[world.person.pk, "official_result"])
    assert "aide=1" in client.get(url).text
    assert "gouv.fr" in client.get(url, {"aide": "1"}).text
    sent = client.post(url, {"hints": "1", "official": "official", "advert": "other", "imitation": "official"})
    page = client.get(sent.url).text
    assert "2 bonnes réponses sur 4" in page
    assert "c’était" in page
    assert Attempt.objects.get().hints == 1
    assert "0 sur 4" not in client.get(reverse("practice:list", args=[world.person.pk])).text
