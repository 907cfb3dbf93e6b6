"""Where machines and parts lie: journeys between places, minimum stock, counts, parts."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from declic.core.history import append_only, never_deleted
from declic.equipment.enums import (
    COUNT_TRANSITIONS,
    JOURNEY_TRANSITIONS,
    CountState,
    DeviceKind,
    DeviceState,
    Grade,
    JourneyState,
    PartKind,
    PartReason,
)
from declic.equipment.models.devices import Device
from declic.equipment.models.holding import Claim
from declic.organisations.models import OperatorRow, Site


@pghistory.track()
class Journey(OperatorRow):
    """Machines carried from one place to another; each is received by name, or said missing."""

    origin = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("de")
    )
    destination = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", verbose_name=_("vers"))
    state = models.CharField(_("état"), max_length=10, choices=JourneyState, default=JourneyState.SENT)
    sent_at = models.DateTimeField(_("parti le"))
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("terminé le"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    token = models.UUIDField(unique=True, help_text="one journey per form shown, however often it is sent")

    class Meta:
        ordering = ["-sent_at", "-pk"]
        indexes = [models.Index(fields=["operator", "state", "-sent_at", "-id"], name="journey_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(origin__isnull=True) | ~Q(origin=F("destination")),
                name="journey_goes_elsewhere",
                violation_error_message=_("Le départ et l'arrivée sont le même lieu : choisissez un autre lieu."),
            )
        ]
        triggers = [JOURNEY_TRANSITIONS.trigger(name="journey_transitions", field="state"), never_deleted()]

    def __str__(self) -> str:
        return f"{self.origin or '—'} → {self.destination}"


class JourneyLine(OperatorRow):
    """One machine under way; its claim lasts until it is received or said missing."""

    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="lines")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="journeys")
    claim = models.OneToOneField(Claim, on_delete=models.PROTECT, related_name="journey_line")
    state_before = models.CharField(max_length=12, choices=DeviceState)
    received_at = models.DateTimeField(null=True, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    missing = models.BooleanField(_("manque à l'arrivée"), default=False)

    class Meta:
        ordering = ["journey", "pk"]
        constraints = [models.UniqueConstraint(fields=["journey", "device"], name="device_once_per_journey")]

    def __str__(self) -> str:
        return f"{self.device} · {self.journey}"


class StockMinimum(OperatorRow):
    """Below so many ready machines of a kind (and grade) in a place, or everywhere, the team is warned."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField(_("type"), max_length=12, choices=DeviceKind)
    grade = models.CharField(_("grade"), max_length=1, choices=Grade, blank=True, default="")
    minimum = models.PositiveIntegerField(_("minimum"))

    class Meta:
        ordering = ["kind", "grade", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "site", "kind", "grade"], name="minimum_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(minimum__gt=0), name="minimum_is_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} : {self.minimum}"


@pghistory.track()
class StockCount(OperatorRow):
    """An inventory of one place: labels are scanned one by one, then compared with what the books of machines say."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", verbose_name=_("lieu"))
    state = models.CharField(_("état"), max_length=10, choices=CountState, default=CountState.OPEN)
    started_at = models.DateTimeField(_("commencé le"))
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(_("clos le"), null=True, blank=True)
    result = models.JSONField(default=dict, help_text="tags found, missing, elsewhere and unknown when it was closed")

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["site"],
                condition=Q(state="open"),
                name="one_open_count_per_site",
                violation_error_message=_("Un inventaire est déjà ouvert dans ce lieu : continuez-le."),
            )
        ]
        triggers = [COUNT_TRANSITIONS.trigger(name="count_transitions", field="state"), never_deleted()]

    def __str__(self) -> str:
        return f"{self.site} · {self.started_at:%d/%m/%Y}"


class CountLine(OperatorRow):
    """One label scanned; a label that no machine bears is kept too."""

    count = models.ForeignKey(StockCount, on_delete=models.PROTECT, related_name="lines")
    tag = models.CharField(_("étiquette"), max_length=80)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    scanned_at = models.DateTimeField()
    scanned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["count", "-pk"]
        constraints = [models.UniqueConstraint(fields=["count", "tag"], name="tag_counted_once")]

    def __str__(self) -> str:
        return self.tag


class Part(OperatorRow):
    """A part or an accessory that is counted, not tagged: memory, charger, mouse, bag."""

    kind = models.CharField(_("nature"), max_length=10, choices=PartKind)
    name = models.CharField(_("nom"), max_length=120)
    minimum = models.PositiveIntegerField(_("stock minimum"), default=0)
    ended_on = models.DateField(_("plus utilisée depuis"), null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "name"],
                name="part_name_once",
                violation_error_message=_("Une pièce porte déjà ce nom."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class PartMovement(OperatorRow):
    """So many of a part come in or go out of a place; the stock is their sum, and the sum never falls below zero."""

    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="movements")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    quantity = models.IntegerField(_("quantité"))
    reason = models.CharField(_("raison"), max_length=10, choices=PartReason)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, blank=True, related_name="parts_used")
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    on = models.DateField(_("date"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True, help_text="one movement per form shown, however often it is sent")

    class Meta:
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["part", "site"], name="movement_by_part", include=["quantity"])]
        constraints = [models.CheckConstraint(condition=~Q(quantity=0), name="movement_moves")]
        triggers = [
            append_only(),
            pgtrigger.Trigger(
                name="parts_never_negative",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__quantity__lt=0),
                func="""
                    PERFORM 1 FROM equipment_part p WHERE p.id = NEW.part_id FOR NO KEY UPDATE;
                    IF (SELECT sum(m.quantity) FROM equipment_partmovement m
                        WHERE m.part_id = NEW.part_id AND m.site_id IS NOT DISTINCT FROM NEW.site_id) < 0
                    THEN RAISE EXCEPTION 'equipment: part % would be below zero', NEW.part_id
                         USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.quantity:+d}"
