"""Machines, proof that they are clean and work, who holds them and under which frozen terms."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from declic.core.history import append_only, never_deleted
from declic.equipment.enums import (
    ALLOCATION_TRANSITIONS,
    CEREMONY_TRANSITIONS,
    DEVICE_TRANSITIONS,
    AllocationMode,
    AllocationState,
    CeremonyState,
    ClaimKind,
    Condition,
    DeviceKind,
    DeviceState,
    IdentifierKind,
    LoanEventKind,
)
from declic.ledger.models import Auxiliary
from declic.organisations.models import OperatorRow, Organisation, Site
from declic.orientation.models import Enrolment
from declic.people.models import Person
from declic.programmes.models import Edition


class Lot(OperatorRow):
    """A donation or purchase of machines that came in together."""

    donor = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="lots")
    label = models.CharField(_("libellé"), max_length=160)
    received_on = models.DateField(_("reçu le"))
    count = models.PositiveIntegerField(_("nombre annoncé"))
    transfer_reference = models.CharField(_("document de cession"), max_length=120, blank=True, default="")

    class Meta:
        ordering = ["-received_on", "-pk"]

    def __str__(self) -> str:
        return self.label


@pghistory.track()
class Device(OperatorRow):
    """A machine, known by our own tag; `cycle` counts its lives, so that each return asks again for erasure and tests."""

    tag = models.CharField(_("étiquette"), max_length=20)
    kind = models.CharField(_("type"), max_length=12, choices=DeviceKind)
    brand = models.CharField(_("marque"), max_length=80, blank=True, default="")
    model = models.CharField(_("modèle"), max_length=120, blank=True, default="")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, blank=True, related_name="devices")
    refurbisher = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="refurbished"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="devices")
    state = models.CharField(_("état"), max_length=12, choices=DeviceState, default=DeviceState.RECEIVED)
    condition = models.CharField(_("aspect"), max_length=12, choices=Condition, blank=True, default="")
    drives = models.PositiveSmallIntegerField(_("disques"), default=1)
    cycle = models.PositiveSmallIntegerField(default=1)
    system = models.CharField(_("système installé"), max_length=80, blank=True, default="")
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["tag", "pk"]
        indexes = [
            models.Index(fields=["operator", "state", "tag", "id"], name="device_by_state"),
            models.Index(fields=["operator", "kind", "tag", "id"], name="device_by_kind"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "tag"],
                name="device_tag_once",
                violation_error_message=_("Une machine porte déjà cette étiquette."),
            )
        ]
        triggers = [
            DEVICE_TRANSITIONS.trigger(name="device_transitions", field="state"),
            never_deleted(),
            # Rule 22: nothing leaves stock unproved, whatever the path.
            pgtrigger.Trigger(
                name="ready_is_wiped_and_tested",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__state="ready"),
                func="""
                    IF (SELECT count(*) FROM equipment_erasure e
                        WHERE e.device_id = NEW.id AND e.cycle = NEW.cycle AND e.certified) < NEW.drives
                    THEN RAISE EXCEPTION 'equipment: device % has a drive without certified erasure', NEW.tag
                         USING ERRCODE = 'check_violation';
                    END IF;
                    IF NOT EXISTS (SELECT 1 FROM equipment_devicetest t
                                   WHERE t.device_id = NEW.id AND t.cycle = NEW.cycle AND t.passed)
                    THEN RAISE EXCEPTION 'equipment: device % has no passed test', NEW.tag
                         USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.tag


class DeviceIdentifier(OperatorRow):
    """A number that the maker gave; not unique, so never an identity."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(_("nature"), max_length=8, choices=IdentifierKind)
    value = models.CharField(_("valeur"), max_length=80)

    class Meta:
        ordering = ["device", "kind", "pk"]
        indexes = [models.Index(fields=["operator", "value"], name="identifier_by_value")]
        constraints = [models.UniqueConstraint(fields=["device", "kind", "value"], name="identifier_once_per_device")]

    def __str__(self) -> str:
        return self.value


class Erasure(OperatorRow):
    """One drive erased: certified only with its evidence (method, verification, no error)."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="erasures")
    cycle = models.PositiveSmallIntegerField()
    drive_serial = models.CharField(_("numéro du disque"), max_length=80)
    method = models.CharField(_("méthode"), max_length=120)
    verification = models.CharField(_("vérification"), max_length=120)
    errors = models.PositiveIntegerField(_("erreurs"), default=0)
    on = models.DateField(_("date"))
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    certified = models.BooleanField(_("certifié"), default=False)

    class Meta:
        ordering = ["device", "-on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["device", "cycle", "drive_serial"],
                condition=Q(certified=True),
                name="drive_certified_once_per_cycle",
                violation_error_message=_("L'effacement de ce disque est déjà certifié."),
            ),
            models.CheckConstraint(
                condition=Q(certified=False) | (Q(errors=0) & ~Q(method="") & ~Q(verification="")),
                name="certified_erasure_has_evidence",
                violation_error_message=_("Un effacement certifié n'a aucune erreur et dit comment il a été vérifié."),
            ),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.device} · {self.drive_serial}"


class DeviceTest(OperatorRow):
    """The checks made on a machine in one of its lives; `checks` maps each check to true or false."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="tests")
    cycle = models.PositiveSmallIntegerField()
    on = models.DateField(_("date"))
    checks = models.JSONField(default=dict)
    passed = models.BooleanField(_("tout fonctionne"))
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["device", "-on", "-pk"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.device} · {self.on:%d/%m/%Y}"


@pghistory.track()
class Allocation(OperatorRow):
    """How a person holds a machine; the terms are copied at handover and no longer change."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="allocations")
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, null=True, blank=True, related_name="allocations"
    )
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="allocations")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, blank=True, related_name="allocations")
    state = models.CharField(_("état"), max_length=16, choices=AllocationState, default=AllocationState.DRAFT)
    mode = models.CharField(_("mode"), max_length=20, choices=AllocationMode)
    device_kind = models.CharField(_("type de matériel"), max_length=12, choices=DeviceKind)
    deposit = models.PositiveIntegerField(_("caution"), default=0, help_text="centimes")
    price = models.PositiveIntegerField(_("prix"), default=0, help_text="centimes")
    option_price = models.PositiveIntegerField(_("prix au terme"), null=True, blank=True, help_text="centimes")
    options_at_term = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    planned_on = models.DateField(_("remise prévue le"), null=True, blank=True)
    handed_over_on = models.DateField(_("remis le"), null=True, blank=True)
    due_on = models.DateField(_("fin du prêt"), null=True, blank=True)
    ended_on = models.DateField(_("terminé le"), null=True, blank=True)
    condition_out = models.CharField(_("aspect à la remise"), max_length=12, choices=Condition, blank=True, default="")
    condition_in = models.CharField(_("aspect au retour"), max_length=12, choices=Condition, blank=True, default="")
    # The auxiliary account that holds this allocation's share of 165 and of the receivables.
    account = models.OneToOneField(
        Auxiliary, on_delete=models.PROTECT, null=True, blank=True, related_name="allocation"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["operator", "state", "due_on", "id"], name="allocation_by_state"),
            models.Index(fields=["edition", "handed_over_on"], name="allocation_by_edition"),
            models.Index(fields=["person"], name="allocation_by_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "reserved", "cancelled"])
                | Q(handed_over_on__isnull=False, device__isnull=False),
                name="handed_over_names_machine_and_day",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("handed_over_on")),
                name="allocation_dates_in_order",
                violation_error_message=_("La fin ne peut pas précéder la remise."),
            ),
            models.CheckConstraint(
                condition=Q(mode__in=["loan", "loan_then_option"]) | Q(deposit=0, due_on__isnull=True),
                name="only_a_loan_has_deposit_and_term",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "device_kind", "mode"],
                condition=Q(state__in=["draft", "reserved", "active", "return_declared"], enrolment__isnull=False),
                name="one_open_allocation_per_enrolment_and_kind",
                violation_error_message=_("Cette personne a déjà une attribution en cours dans cette édition."),
            ),
        ]
        triggers = [
            ALLOCATION_TRANSITIONS.trigger(name="allocation_transitions", field="state"),
            never_deleted(),
            pgtrigger.Protect(
                name="handed_over_terms_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__handed_over_on__isnull=False)
                & (
                    pgtrigger.Q(old__mode__df=pgtrigger.F("new__mode"))
                    | pgtrigger.Q(old__deposit__df=pgtrigger.F("new__deposit"))
                    | pgtrigger.Q(old__price__df=pgtrigger.F("new__price"))
                    | pgtrigger.Q(old__option_price__df=pgtrigger.F("new__option_price"))
                    | pgtrigger.Q(old__options_at_term__df=pgtrigger.F("new__options_at_term"))
                    | pgtrigger.Q(old__handed_over_on__df=pgtrigger.F("new__handed_over_on"))
                    | pgtrigger.Q(old__person_id__df=pgtrigger.F("new__person_id"))
                ),
            ),
            # No allocation is settled while money is still held or owed on it.
            pgtrigger.Trigger(
                name="settled_has_no_open_balance",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                timing=pgtrigger.Deferred,
                func="""
                    IF NEW.state = 'settled' AND NEW.account_id IS NOT NULL AND EXISTS (
                        SELECT 1 FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
                        WHERE l.auxiliary_id = NEW.account_id AND a.role IN ('deposits_held', 'receivable')
                        GROUP BY a.role HAVING sum(l.debit) <> sum(l.credit))
                    THEN RAISE EXCEPTION 'equipment: allocation % still has an open balance', NEW.id
                         USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_mode_display()} · {self.person}"


class _Stretch(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class Claim(OperatorRow):
    """A stretch of time in which a machine is not free; the due date of a loan is never its end (design: occupancy)."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="claims")
    kind = models.CharField(_("nature"), max_length=12, choices=ClaimKind)
    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, null=True, blank=True, related_name="claims")
    taken_at = models.DateTimeField(_("depuis"))
    released_at = models.DateTimeField(_("jusqu'à"), null=True, blank=True)

    class Meta:
        ordering = ["-taken_at", "-pk"]
        constraints = [
            ExclusionConstraint(
                name="one_holder_at_any_instant",
                expressions=[
                    ("device", RangeOperators.EQUAL),
                    (_Stretch("taken_at", "released_at"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Cette machine est déjà prise : choisissez-en une autre."),
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | Q(released_at__gt=F("taken_at")), name="claim_times_in_order"
            ),
            models.UniqueConstraint(
                fields=["allocation"], condition=Q(released_at__isnull=True), name="one_open_claim_per_allocation"
            ),
        ]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return f"{self.device} · {self.get_kind_display()}"


class LoanEvent(OperatorRow):
    """Something that happened during an allocation and leaves it open: renewal, swap, damage."""

    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="happenings")
    kind = models.CharField(max_length=16, choices=LoanEventKind)
    on = models.DateField()
    note = models.CharField(max_length=300, blank=True, default="")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-on", "-pk"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.on:%d/%m/%Y}"


class Agreement(OperatorRow):
    """The text that was signed, with the hash of exactly that text: any alteration shows."""

    allocation = models.OneToOneField(Allocation, on_delete=models.PROTECT, related_name="agreement")
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    signed_on = models.DateField(_("signée le"))
    signed_by = models.CharField(_("signée par"), max_length=160)
    witnessed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-signed_on", "-pk"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.signed_by} · {self.signed_on:%d/%m/%Y}"


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
