"""Days on which several people receive their machine, also where the connection drops."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from declic.core.history import append_only
from declic.equipment.enums import CEREMONY_TRANSITIONS, CeremonyState, SyncOutcome
from declic.equipment.models.holding import Allocation
from declic.organisations.models import OperatorRow
from declic.programmes.models import Edition


class Ceremony(OperatorRow):
    """A day on which several people receive their machine."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="ceremonies")
    name = models.CharField(_("nom"), max_length=160)
    on = models.DateField(_("date"))
    place = models.CharField(_("lieu"), max_length=160, blank=True, default="")
    state = models.CharField(max_length=10, choices=CeremonyState, default=CeremonyState.PREPARED)

    class Meta:
        ordering = ["-on", "-pk"]
        triggers = [CEREMONY_TRANSITIONS.trigger(name="ceremony_transitions", field="state")]

    def __str__(self) -> str:
        return self.name


class CeremonyPlace(OperatorRow):
    """One allocation expected at a ceremony."""

    ceremony = models.ForeignKey(Ceremony, on_delete=models.PROTECT, related_name="places")
    allocation = models.OneToOneField(Allocation, on_delete=models.PROTECT, related_name="ceremony_place")

    class Meta:
        ordering = ["ceremony", "pk"]

    def __str__(self) -> str:
        return f"{self.ceremony} · {self.allocation}"


class CeremonySync(OperatorRow):
    """One handover done on a device without connection, and what became of it; the same key sent again changes nothing."""

    key = models.UUIDField(unique=True)
    place = models.ForeignKey(CeremonyPlace, on_delete=models.PROTECT, related_name="syncs")
    done_at = models.DateTimeField(_("fait le"), help_text="as the device says")
    received_at = models.DateTimeField(_("reçu le"))
    received_from = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(_("résultat"), max_length=8, choices=SyncOutcome)
    message = models.CharField(_("ce qui a manqué"), max_length=300, blank=True, default="")

    class Meta:
        ordering = ["place", "pk"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.place} · {self.get_outcome_display()}"
