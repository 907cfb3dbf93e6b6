"""Requests for help with a machine or a connection, and what was answered."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declic.core.history import append_only
from declic.core.transitions import transitions
from declic.equipment.models import Allocation, Device
from declic.organisations.models import OperatorRow, Organisation
from declic.people.models import Person


class TicketChannel(models.TextChoices):
    PHONE = "phone", _("téléphone")
    DESK = "desk", _("à l'accueil")
    ADVISER = "adviser", _("par le médiateur")
    PRESCRIBER = "prescriber", _("par le référent")
    PERSON = "person", _("par la personne elle-même")


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


MACHINE_SYMPTOMS = (Symptom.WONT_START, Symptom.SLOW, Symptom.SCREEN, Symptom.KEYBOARD, Symptom.BATTERY)
"""What breaks in a machine, rather than around it."""


class Priority(models.TextChoices):
    URGENT = "urgent", _("urgente")
    NORMAL = "normal", _("normale")


class TicketState(models.TextChoices):
    OPEN = "open", _("à prendre")
    ANSWERED = "answered", _("répondue, à suivre")
    REPAIRING = "repairing", _("à l'atelier")
    SOLVED = "solved", _("résolue")


class Resolution(models.TextChoices):
    ADVICE = "advice", _("conseil")
    REPAIR = "repair", _("réparation")
    SWAP = "swap", _("échange de machine")
    NO_FAULT = "no_fault", _("pas de panne")


TICKET_TRANSITIONS = transitions(
    {
        TicketState.OPEN: {TicketState.ANSWERED, TicketState.REPAIRING, TicketState.SOLVED},
        TicketState.ANSWERED: {TicketState.OPEN, TicketState.REPAIRING, TicketState.SOLVED},
        # The machine is at the workshop: it comes back, or another one does.
        TicketState.REPAIRING: {TicketState.SOLVED},
        TicketState.SOLVED: {TicketState.OPEN},
    }
)


@pghistory.track()
class Ticket(OperatorRow):
    """One request; whoever opened it stays informed. Nobody opened it when the person asked by the page of her machine.

    `device` is the machine as it was when the request was opened; a swap changes the allocation's, not this one.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tickets")
    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets")
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
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="opened_tickets"
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="taken_tickets"
    )
    taken_at = models.DateTimeField(_("prise en charge le"), null=True, blank=True)
    reopened_at = models.DateTimeField(_("rouverte le"), null=True, blank=True)
    reopenings = models.PositiveSmallIntegerField(_("réouvertures"), default=0)
    first_answer_at = models.DateTimeField(null=True, blank=True)
    solved_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-opened_at", "-pk"]
        indexes = [
            models.Index(fields=["operator", "state", "opened_at", "id"], name="ticket_queue"),
            models.Index(fields=["operator", "opened_at", "id"], name="ticket_by_date"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_by__isnull=False) | Q(channel="person"), name="ticket_of_nobody_is_the_person_s"
            ),
            models.CheckConstraint(
                condition=Q(taken_by__isnull=True, taken_at__isnull=True)
                | Q(taken_by__isnull=False, taken_at__isnull=False),
                name="taken_ticket_says_when",
            ),
            models.CheckConstraint(
                condition=(~Q(state="solved") & Q(solved_at__isnull=True))
                | (Q(state="solved", solved_at__isnull=False) & ~Q(resolution="")),
                name="solved_ticket_says_how_and_when",
            ),
        ]
        triggers = [TICKET_TRANSITIONS.trigger(name="ticket_transitions", field="state")]

    def __str__(self) -> str:
        return f"{self.get_symptom_display()} · {self.person}"


class Answer(OperatorRow):
    """A ready answer of the library: what to do about a symptom, step by step."""

    symptom = models.CharField(_("panne"), max_length=12, choices=Symptom)
    title = models.CharField(_("titre"), max_length=120)
    body = models.TextField(_("étapes"))
    archived_on = models.DateField(_("retirée le"), null=True, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "title"],
                condition=Q(archived_on__isnull=True),
                name="answer_title_once",
                violation_error_message=_("Une réponse porte déjà ce titre."),
            )
        ]

    def __str__(self) -> str:
        return self.title


class TicketMessage(OperatorRow):
    """One line of the conversation; its author is None when the person wrote it by the page of her machine."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="messages")
    at = models.DateTimeField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    body = models.TextField()
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, null=True, blank=True, related_name="uses")

    class Meta:
        ordering = ["at", "pk"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.body[:60]


class TicketRepair(OperatorRow):
    """A machine of someone, left at the workshop for a request: it stays hers until it comes back or is replaced."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="repairs")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="ticket_repairs")
    taken_in_at = models.DateTimeField(_("reçue à l'atelier le"))
    taken_in_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("rendue ou remplacée le"), null=True, blank=True)
    swapped = models.BooleanField(_("remplacée"), default=False)

    class Meta:
        ordering = ["taken_in_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["device"], condition=Q(ended_at__isnull=True), name="machine_in_one_repair_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, swapped=False) | Q(ended_at__isnull=False),
                name="repair_swapped_when_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device} · {self.taken_in_at:%d/%m/%Y}"
