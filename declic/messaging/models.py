"""Messages owed to prescribers and people: what was said, to whom, and whether it left."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declic.core.transitions import transitions
from declic.organisations.models import OperatorRow


class Channel(models.TextChoices):
    EMAIL = "email", _("courriel")
    SMS = "sms", _("SMS")
    LETTER = "letter", _("lettre")


class MessageState(models.TextChoices):
    QUEUED = "queued", _("à envoyer")
    SENT = "sent", _("envoyé")
    FAILED = "failed", _("non envoyé")


MESSAGE_TRANSITIONS = transitions(
    {MessageState.QUEUED: {MessageState.SENT, MessageState.FAILED}, MessageState.FAILED: {MessageState.QUEUED}}
)


class Message(OperatorRow):
    """One message; `reference` names the thing it speaks of (for example `referral:12`)."""

    channel = models.CharField(max_length=10, choices=Channel)
    template = models.CharField(max_length=60)
    recipient = models.CharField(_("destinataire"), max_length=160)
    address = models.CharField(_("adresse"), max_length=254)
    subject = models.CharField(_("objet"), max_length=200)
    body = models.TextField(_("texte"))
    reference = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=MessageState, default=MessageState.QUEUED)
    error = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["operator", "reference"], name="message_by_reference")]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=False) | ~Q(state=MessageState.SENT), name="message_sent_has_a_time"
            )
        ]
        triggers = [MESSAGE_TRANSITIONS.trigger(name="message_transitions", field="state")]

    def __str__(self) -> str:
        return f"{self.subject} → {self.recipient}"
