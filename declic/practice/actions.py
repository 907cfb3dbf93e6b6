"""Writes of the practice space: an attempt is kept as it happened, with the score that the server gives."""

import datetime
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.people.models import Person
from declic.practice.models import Attempt
from declic.practice.scoring import exercise_called, score


@transaction.atomic
def record_attempt(
    *,
    acting_user: User | None,
    person: Person,
    exercise: str,
    answers: Mapping[str, str],
    hints: int = 0,
    at: datetime.datetime,
) -> Attempt:
    """Keep one try at one exercise; only the offered answers are kept, never anything typed.

    `acting_user` is None when the person practises alone. Raises `DomainError` for an unknown exercise or answer.
    """
    played = exercise_called(exercise)
    if hints < 0:
        raise DomainError(_("Le nombre d’aides ne peut pas être négatif."))
    return Attempt.objects.create(
        operator_id=person.operator_id,
        person=person,
        exercise=played.code,
        skill=played.skill,
        at=at,
        answers=dict(answers),
        score=score(played, answers),
        hints=hints,
    )
