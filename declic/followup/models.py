"""What became of it: reviews, satisfaction, exit, and the situation six months later."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declic.core.history import append_only
from declic.organisations.models import OperatorRow
from declic.orientation.models import Enrolment


class Review(OperatorRow):
    """What the referent or the adviser observes some months after the start (bilan à N mois)."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="reviews")
    months = models.PositiveSmallIntegerField(_("mois"))
    on = models.DateField(_("donné le"))
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    observed_uses = ArrayField(models.CharField(max_length=300), verbose_name=_("usages observés"), default=list)
    testimony = models.TextField(_("témoignage"), blank=True, default="")

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "months"],
                name="review_given_once",
                violation_error_message=_("Ce bilan est déjà donné."),
            )
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.months} mois"


class Satisfaction(models.IntegerChoices):
    NOT_AT_ALL = 1, _("pas du tout satisfaite")
    LITTLE = 2, _("peu satisfaite")
    SATISFIED = 3, _("satisfaite")
    VERY = 4, _("très satisfaite")


class SatisfactionAnswer(OperatorRow):
    """How the person judged the support."""

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="satisfaction")
    on = models.DateField(_("répondu le"))
    score = models.PositiveSmallIntegerField(_("satisfaction"), choices=Satisfaction)
    comment = models.TextField(_("en ses mots"), blank=True, default="")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(score__gte=1, score__lte=4), name="satisfaction_1_to_4")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.score}"


class ExitReason(models.TextChoices):
    """Codes shared with the tools of the field."""

    EMPLOI_DURABLE = "emploi_durable", _("emploi durable (CDI, CDD de plus de 6 mois)")
    EMPLOI_COURT = "emploi_court", _("emploi court")
    CREATION_ENTREPRISE = "creation_entreprise", _("création d'entreprise")
    FORMATION_QUALIFIANTE = "formation_qualifiante", _("formation qualifiante")
    AUTRE_FORMATION = "autre_formation", _("autre formation")
    AUTONOME = "autonome_recherche_active", _("autonome, en recherche active")
    ABANDON = "abandon", _("abandon")
    DEMENAGEMENT = "demenagement", _("déménagement")
    SANTE = "sante", _("santé")
    DECES = "deces", _("décès")
    AUTRE = "autre", _("autre raison")


POSITIVE_EXITS = (ExitReason.EMPLOI_DURABLE, ExitReason.CREATION_ENTREPRISE, ExitReason.FORMATION_QUALIFIANTE)


class Exit(OperatorRow):
    """The end of an enrolment; a positive one names its proof (PLIE rule)."""

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="exit")
    on = models.DateField(_("sortie le"))
    reason = models.CharField(_("raison"), max_length=26, choices=ExitReason)
    detail = models.CharField(_("contrat ou formation, durée"), max_length=200, blank=True, default="")
    proof = models.CharField(_("justificatif"), max_length=200, blank=True, default="")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason__in=[reason.value for reason in POSITIVE_EXITS]) | (~Q(proof="") & ~Q(detail="")),
                name="positive_exit_has_a_proof",
                violation_error_message=_(
                    "Une sortie positive dit le contrat ou la formation, et nomme son justificatif."
                ),
            )
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.get_reason_display()}"


class OutcomeStatus(models.TextChoices):
    EN_EMPLOI = "en_emploi", _("en emploi")
    EN_FORMATION = "en_formation", _("en formation")
    EN_RECHERCHE = "en_recherche", _("en recherche d'emploi")
    AUTRE = "autre", _("autre situation")
    INJOIGNABLE = "injoignable", _("n'a pas pu être jointe")


class Outcome(OperatorRow):
    """The situation some months after the exit: the row is made at exit, so that nobody forgets to ask."""

    exit = models.OneToOneField(Exit, on_delete=models.PROTECT, related_name="outcome")
    due_on = models.DateField(_("à demander le"))
    recorded_on = models.DateField(_("demandée le"), null=True, blank=True)
    status = models.CharField(_("situation"), max_length=14, choices=OutcomeStatus, blank=True, default="")
    note = models.CharField(_("précision"), max_length=300, blank=True, default="")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["operator", "due_on"], condition=Q(recorded_on__isnull=True), name="outcomes_to_ask")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(recorded_on__isnull=True, status="")
                | (Q(recorded_on__isnull=False, recorded_by__isnull=False) & ~Q(status="")),
                name="recorded_outcome_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exit} · {self.due_on:%d/%m/%Y}"
