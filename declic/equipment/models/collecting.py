"""How machines reach us: a donor promises, we collect, a lot comes in."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declic.core.history import never_deleted
from declic.documents.models import Document
from declic.equipment.enums import (
    COLLECTION_TRANSITIONS,
    PROMISE_TRANSITIONS,
    CollectionState,
    DeviceKind,
    PromiseState,
)
from declic.organisations.models import OperatorRow, Organisation


@pghistory.track()
class Promise(OperatorRow):
    """What a donor says that it will give; `public_body` when the law on gifts of public equipment applies (rule 26)."""

    donor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="promises")
    public_body = models.BooleanField(_("administration ou collectivité"), default=False)
    promised_on = models.DateField(_("promis le"))
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    state = models.CharField(_("état"), max_length=10, choices=PromiseState, default=PromiseState.OPEN)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True, help_text="one promise per form shown, however often it is sent")

    class Meta:
        ordering = ["-promised_on", "-pk"]
        indexes = [models.Index(fields=["operator", "state", "-promised_on", "-id"], name="promise_by_state")]
        triggers = [PROMISE_TRANSITIONS.trigger(name="promise_transitions", field="state"), never_deleted()]

    def __str__(self) -> str:
        return f"{self.donor} · {self.promised_on:%d/%m/%Y}"


class PromiseLine(OperatorRow):
    """So many machines of one kind; `unit_value` in cents is what the donor's books say one is worth, if it knows."""

    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="lines")
    kind = models.CharField(_("type"), max_length=12, choices=DeviceKind)
    count = models.PositiveIntegerField(_("nombre"))
    unit_value = models.PositiveIntegerField(_("valeur unitaire"), null=True, blank=True, help_text="centimes")

    class Meta:
        ordering = ["promise", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["promise", "kind"], name="promise_kind_once"),
            models.CheckConstraint(condition=Q(count__gt=0), name="promise_line_counts"),
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.get_kind_display()}"


@pghistory.track()
class Collection(OperatorRow):
    """A journey to fetch what was promised: when, where, how many, with which transfer document."""

    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, related_name="collections")
    planned_on = models.DateField(_("prévue le"))
    place = models.CharField(_("lieu"), max_length=200, blank=True, default="")
    state = models.CharField(_("état"), max_length=10, choices=CollectionState, default=CollectionState.PLANNED)
    collected_on = models.DateField(_("faite le"), null=True, blank=True)
    count = models.PositiveIntegerField(_("machines emportées"), null=True, blank=True)
    transfer_document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("acte de cession")
    )
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True, help_text="one collection per form shown, however often it is sent")

    class Meta:
        ordering = ["-planned_on", "-pk"]
        indexes = [models.Index(fields=["operator", "state", "planned_on", "id"], name="collection_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="collected") | Q(collected_on__isnull=False, count__isnull=False),
                name="collected_says_when_and_how_many",
            )
        ]
        triggers = [COLLECTION_TRANSITIONS.trigger(name="collection_transitions", field="state"), never_deleted()]

    def __str__(self) -> str:
        return f"{self.promise.donor} · {self.planned_on:%d/%m/%Y}"


class Lot(OperatorRow):
    """A donation or purchase of machines that came in together."""

    donor = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="lots")
    label = models.CharField(_("libellé"), max_length=160)
    received_on = models.DateField(_("reçu le"))
    count = models.PositiveIntegerField(_("nombre annoncé"))
    transfer_reference = models.CharField(_("document de cession"), max_length=120, blank=True, default="")
    collection = models.OneToOneField(
        Collection, on_delete=models.PROTECT, null=True, blank=True, related_name="lot", verbose_name=_("collecte")
    )

    class Meta:
        ordering = ["-received_on", "-pk"]

    def __str__(self) -> str:
        return self.label
