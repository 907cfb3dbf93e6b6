"""Requests for help with a machine or a connection, and what was answered."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declic.core.history import append_only
from declic.core.transitions import transitions
from declic.equipment.models import Allocation
from declic.organisations.models import OperatorRow, Organisation
from declic.people.models import Person


class TicketChannel(models.TextChoices):
    PHONE = "phone", _("téléphone")
    DESK = "desk", _("à l'accueil")
    ADVISER = "adviser", _("par le médiateur")
    PRESCRIBER = "prescriber", _("par le référent")


class Symptom(models.TextChoices):
    WONT_START = "wont_start", _("ne démarre pas")
    SLOW = "slow", _("très lent")
    SCREEN = "screen", _("écran")
    KEYBOARD = "keyboard", _("clavier ou souris")
    BATTERY = "battery", _("batterie ou chargeur")
    INTERNET = "internet", _("pas d'internet")
    ACCOUNT = "account", _("mot de passe ou compte bloqué")
    SOFTWARE = "software", _("logiciel")
    OTHER = "other", _("autre")


class Priority(models.TextChoices):
    URGENT = "urgent", _("urgente")
    NORMAL = "normal", _("normale")


class TicketState(models.TextChoices):
    OPEN = "open", _("à prendre")
    ANSWERED = "answered", _("répondue, à suivre")
    SOLVED = "solved", _("résolue")


class Resolution(models.TextChoices):
    ADVICE = "advice", _("conseil")
    REPAIR = "repair", _("réparation")
    SWAP = "swap", _("échange de machine")
    NO_FAULT = "no_fault", _("pas de panne")


TICKET_TRANSITIONS = transitions(
    {
        TicketState.OPEN: {TicketState.ANSWERED, TicketState.SOLVED},
        TicketState.ANSWERED: {TicketState.OPEN, TicketState.SOLVED},
        TicketState.SOLVED: {TicketState.OPEN},
    }
)


@pghistory.track()
class Ticket(OperatorRow):
    """One request; whoever opened it stays informed."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tickets")
    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets")
    assigned_to = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets"
    )
    channel = models.CharField(_("reçue"), max_length=12, choices=TicketChannel)
    symptom = models.CharField(_("panne"), max_length=12, choices=Symptom)
    description = models.TextField(_("ce qui se passe"))
    priority = models.CharField(_("priorité"), max_length=8, choices=Priority, default=Priority.NORMAL)
    state = models.CharField(_("état"), max_length=10, choices=TicketState, default=TicketState.OPEN)
    resolution = models.CharField(_("solution"), max_length=10, choices=Resolution, blank=True, default="")
    opened_at = models.DateTimeField(_("ouverte le"))
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="opened_tickets")
    first_answer_at = models.DateTimeField(null=True, blank=True)
    solved_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-opened_at", "-pk"]
        indexes = [models.Index(fields=["operator", "state", "opened_at", "id"], name="ticket_queue")]
        constraints = [
            models.CheckConstraint(
                condition=(~Q(state="solved") & Q(solved_at__isnull=True))
                | (Q(state="solved", solved_at__isnull=False) & ~Q(resolution="")),
                name="solved_ticket_says_how_and_when",
            )
        ]
        triggers = [TICKET_TRANSITIONS.trigger(name="ticket_transitions", field="state")]

    def __str__(self) -> str:
        return f"{self.get_symptom_display()} · {self.person}"


class TicketMessage(OperatorRow):
    """One line of the conversation."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="messages")
    at = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.TextField()

    class Meta:
        ordering = ["at", "pk"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.body[:60]
