"""What a person tried in the practice space: kept as it happened, scored by the server."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declic.core.history import append_only
from declic.diagnosis.enums import Skill
from declic.organisations.models import OperatorRow
from declic.people.models import Person


class Attempt(OperatorRow):
    """One try at one exercise: the final state decides the score (0 to 4), hints and time are kept and never scored."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="attempts")
    exercise = models.CharField(_("exercice"), max_length=40)
    skill = models.CharField(_("compétence"), max_length=20, choices=Skill)
    at = models.DateTimeField(_("le"))
    answers = models.JSONField(default=dict)
    score = models.PositiveSmallIntegerField(_("résultat"))
    hints = models.PositiveSmallIntegerField(_("aides demandées"), default=0)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["person", "-at"], name="attempt_by_person")]
        constraints = [models.CheckConstraint(condition=Q(score__lte=4), name="attempt_score_from_0_to_4")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.exercise} : {self.score}"
