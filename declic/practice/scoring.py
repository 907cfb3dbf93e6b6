"""Scores of the practice space, computed by the server from the final answers: pure functions, no clock, no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from declic.core.errors import DomainError
from declic.practice.exercises import EXERCISES, Exercise, Item

BEST = 4


@dataclass(frozen=True)
class Outcome:
    """One item and what was answered; `answer` is empty for "je ne sais pas"."""

    item: Item
    answer: str

    @property
    def right(self) -> bool:
        return self.answer == self.item.right


def outcomes(exercise: Exercise, answers: Mapping[str, Any]) -> list[Outcome]:
    """What was answered to each item, in order; an answer that the exercise does not offer raises `DomainError`."""
    known = {item.code for item in exercise.items}
    offered = {code for code, _label in exercise.answers} | {""}
    if set(answers) - known or any(answer not in offered for answer in answers.values()):
        raise DomainError(_("Ces réponses ne sont pas celles de l’exercice : recommencez-le."))
    return [Outcome(item, str(answers.get(item.code, ""))) for item in exercise.items]


def score(exercise: Exercise, answers: Mapping[str, Any]) -> int:
    """0 to 4 from the right answers beyond chance: with two answers, half right by luck is worth nothing.

    "Je ne sais pas" is neither rewarded nor punished. Hints and time never count.
    """
    found = outcomes(exercise, answers)
    right = sum(outcome.right for outcome in found)
    wrong = sum(bool(outcome.answer) and not outcome.right for outcome in found)
    return max(0, right - wrong) * BEST // len(found)


def exercise_called(code: str) -> Exercise:
    """The exercise with this code; raises `DomainError` when there is none."""
    try:
        return EXERCISES[code]
    except KeyError:
        raise DomainError(_("Cet exercice n’existe pas : choisissez-en un dans la liste.")) from None
