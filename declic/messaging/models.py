"""Messages owed to prescribers and people: what was said, to whom, whether it was received, what it cost."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declic.messaging.enums import MESSAGE_TRANSITIONS, Channel, Failure, MessageState, StepKind
from declic.organisations.models import OperatorRow


class MessageBudget(OperatorRow):
    """What an operator sets aside for messages: warned from `warn_at_percent`, and no SMS leaves beyond the whole."""

    name = models.CharField(_("nom"), max_length=120)
    amount_cents = models.PositiveIntegerField(_("montant"))
    warn_at_percent = models.PositiveSmallIntegerField(
        _("prévenir à partir de (%)"), default=80, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    letter_cents = models.PositiveIntegerField(_("coût d'une lettre"), default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "name"],
                name="message_budget_name_unique",
                violation_error_message=_("Un budget de messages porte déjà ce nom."),
            ),
            models.CheckConstraint(
                condition=Q(warn_at_percent__gte=1, warn_at_percent__lte=100), name="message_budget_warning_is_a_part"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Message(OperatorRow):
    """One message; `reference` names the thing it speaks of (for example `referral:12`).

    `cost_mills` is in thousandths of a euro, the least that an SMS price needs. `provider_id` is the Message-ID of an
    email or the gateway's number of an SMS. `claimed_at` tells that a worker is sending it right now.
    """

    channel = models.CharField(max_length=10, choices=Channel)
    template = models.CharField(max_length=60)
    language = models.CharField(_("langue"), max_length=8, default="fr")
    recipient = models.CharField(_("destinataire"), max_length=160)
    address = models.CharField(_("adresse"), max_length=254, blank=True)
    subject = models.CharField(_("objet"), max_length=200)
    body = models.TextField(_("texte"))
    reference = models.CharField(max_length=80)
    # The files stand above: a number, so that what is erased or shown with a person can be found.
    about_person = models.BigIntegerField(null=True, blank=True, db_index=True)
    budget = models.ForeignKey(
        MessageBudget,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("budget"),
    )
    state = models.CharField(max_length=10, choices=MessageState, default=MessageState.QUEUED)
    failure = models.CharField(max_length=16, choices=Failure, blank=True, default="")
    error = models.CharField(max_length=300, blank=True, default="")
    provider_id = models.CharField(max_length=200, blank=True, default="")
    parts = models.PositiveSmallIntegerField(default=0)
    cost_mills = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["operator", "reference"], name="message_by_reference"),
            models.Index(fields=["operator", "-created_at", "-id"], name="message_in_order"),
            models.Index(
                fields=["operator", "created_at"],
                name="message_to_handle",
                condition=Q(state=MessageState.FAILED, handled_at__isnull=True),
            ),
            models.Index(fields=["created_at"], name="message_queued", condition=Q(state=MessageState.QUEUED)),
            models.Index(
                fields=["sent_at"], name="message_awaiting_receipt", condition=Q(state=MessageState.SENT, channel="sms")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=False) | ~Q(state=MessageState.SENT), name="message_sent_has_a_time"
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=False, delivered_at__isnull=False) | ~Q(state=MessageState.DELIVERED),
                name="message_delivered_has_times",
            ),
            models.CheckConstraint(
                condition=Q(handled_at__isnull=True, handled_by__isnull=True)
                | Q(handled_at__isnull=False, handled_by__isnull=False),
                name="message_handled_by_someone",
            ),
        ]
        triggers = [MESSAGE_TRANSITIONS.trigger(name="message_transitions", field="state")]

    def __str__(self) -> str:
        return f"{self.subject} → {self.recipient}"

    @property
    def cost_cents(self) -> int:
        """The cost to the nearest cent, for display."""
        return (self.cost_mills + 5) // 10


class MessageStep(OperatorRow):
    """One line of the story of a message: an attempt, a receipt, or what someone did about it."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=16, choices=StepKind)
    at = models.DateTimeField()
    detail = models.CharField(max_length=300, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.message_id}"
