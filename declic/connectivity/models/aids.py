"""Internet aid: money towards a subscription, and the social evaluation on which it is decided."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declic.connectivity.enums import AID_TRANSITIONS, AidState
from declic.core.history import append_only
from declic.documents.models import Document
from declic.ledger.models import Auxiliary
from declic.organisations.models import OperatorRow
from declic.orientation.models import Enrolment


class SocialEvaluation(OperatorRow):
    """What a social worker says of the person's situation, where the referral did not bring it; a later one replaces it."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="social_evaluations")
    text = models.TextField(_("évaluation sociale"))
    on = models.DateField(_("faite le"))
    author = models.CharField(_("faite par"), max_length=160)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(author=""), name="social_evaluation_has_words_and_an_author"
            )
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.author}, {self.on}"


@pghistory.track()
class InternetAid(OperatorRow):
    """Money towards an internet subscription, decided on the social evaluation.

    `rank` is 1 for the first aid of an enrolment and grows with each renewal; `ends_on` is the last day that it covers.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="aids")
    rank = models.PositiveSmallIntegerField(_("rang"), default=1)
    renews = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="renewals")
    amount = models.PositiveIntegerField(_("montant"), help_text="centimes")
    months = models.PositiveSmallIntegerField(_("durée en mois"), null=True, blank=True)
    state = models.CharField(_("état"), max_length=10, choices=AidState, default=AidState.REQUESTED)
    requested_on = models.DateField(_("demandée le"))
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_on = models.DateField(_("décidée le"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    refusal_reason = models.CharField(_("raison du refus"), max_length=300, blank=True, default="")
    proof = models.CharField(_("justificatif d'abonnement"), max_length=160, blank=True, default="")
    proof_document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("justificatif")
    )
    proved_on = models.DateField(_("justificatif reçu le"), null=True, blank=True)
    provider = models.CharField(_("opérateur de l'abonnement"), max_length=80, blank=True, default="")
    subscribed_on = models.DateField(_("abonnée depuis le"), null=True, blank=True)
    unproved_reason = models.CharField(_("versée sans justificatif parce que"), max_length=300, blank=True, default="")
    paid_on = models.DateField(_("versée le"), null=True, blank=True)
    ends_on = models.DateField(_("couvre jusqu'au"), null=True, blank=True)
    ending_told_on = models.DateField(null=True, blank=True)
    account = models.OneToOneField(Auxiliary, on_delete=models.PROTECT, null=True, blank=True, related_name="aid")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-requested_on", "-pk"]
        indexes = [
            models.Index(fields=["operator", "state", "requested_on", "id"], name="aid_queue"),
            models.Index(fields=["operator", "ends_on", "id"], condition=Q(state="paid"), name="aid_ending"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "rank"],
                condition=~Q(state="refused"),
                name="one_aid_per_enrolment",
                violation_error_message=_("Cette personne a déjà une aide internet dans cette édition."),
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="aid_has_an_amount"),
            models.CheckConstraint(
                condition=Q(rank=1, renews__isnull=True) | Q(rank__gt=1, renews__isnull=False),
                name="renewed_aid_follows_another",
            ),
            models.CheckConstraint(
                condition=Q(state="requested") | Q(decided_on__isnull=False, decided_by__isnull=False),
                name="decided_aid_has_date_and_author",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(refusal_reason=""), name="refused_aid_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["paid", "ended"]) | Q(paid_on__isnull=False), name="paid_aid_has_a_date"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["paid", "ended"]) | ~Q(proof="") | ~Q(unproved_reason=""),
                name="paid_aid_is_proved_or_says_why",
            ),
            models.CheckConstraint(condition=~Q(state="ended") | Q(ends_on__isnull=False), name="ended_aid_has_an_end"),
        ]
        triggers = [AID_TRANSITIONS.trigger(name="aid_transitions", field="state")]

    def __str__(self) -> str:
        return f"{self.enrolment.person} · {self.get_state_display()}"
