"""What the bench proves of a machine: files read as they came, drives, locks, erasures, tests."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declic.core.history import append_only, never_deleted
from declic.equipment.enums import (
    DriveTechnology,
    EvidenceFormat,
    EvidencePurpose,
    LockKind,
    ReadingVerdict,
)
from declic.equipment.models.collecting import Lot
from declic.equipment.models.devices import Device
from declic.organisations.models import OperatorRow


class Evidence(OperatorRow):
    """A file that a tool wrote, kept byte for byte with its hash; `found` is what was read in it, without personal sections."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence")
    cycle = models.PositiveSmallIntegerField(null=True, blank=True)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence")
    purpose = models.CharField(_("nature"), max_length=10, choices=EvidencePurpose)
    format = models.CharField(_("format"), max_length=12, choices=EvidenceFormat)
    filename = models.CharField(_("nom du fichier"), max_length=200, blank=True, default="")
    raw = models.BinaryField()
    size = models.PositiveIntegerField(help_text="octets")
    sha256 = models.CharField(max_length=64)
    found = models.JSONField(default=dict)
    applied_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-received_at", "-pk"]
        indexes = [models.Index(fields=["device", "purpose"], name="evidence_by_device")]
        constraints = [models.UniqueConstraint(fields=["operator", "sha256"], name="evidence_kept_once")]
        triggers = [
            never_deleted(),
            pgtrigger.Protect(
                name="evidence_bytes_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__raw__df=pgtrigger.F("new__raw"))
                | pgtrigger.Q(old__sha256__df=pgtrigger.F("new__sha256"))
                | pgtrigger.Q(old__found__df=pgtrigger.F("new__found"))
                | pgtrigger.Q(old__operator_id__df=pgtrigger.F("new__operator_id"))
                | (
                    pgtrigger.Q(old__device_id__isnull=False)
                    & (
                        pgtrigger.Q(old__device_id__df=pgtrigger.F("new__device_id"))
                        | pgtrigger.Q(old__cycle__df=pgtrigger.F("new__cycle"))
                    )
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_format_display()} · {self.sha256[:12]}"


class ErasureReading(OperatorRow):
    """What a file says of one drive, and whether that meets the acceptance rule; `reasons` are codes of what does not."""

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="readings")
    serial = models.CharField(_("numéro du disque"), max_length=80, blank=True, default="")
    model = models.CharField(_("modèle"), max_length=120, blank=True, default="")
    size_bytes = models.PositiveBigIntegerField(_("taille"), null=True, blank=True)
    erased_bytes = models.PositiveBigIntegerField(_("effacé"), null=True, blank=True)
    method = models.CharField(_("méthode"), max_length=120, blank=True, default="")
    verification = models.CharField(_("vérification"), max_length=120, blank=True, default="")
    errors = models.PositiveIntegerField(_("erreurs"), null=True, blank=True)
    hidden_areas = models.CharField(_("zones cachées (HPA, DCO)"), max_length=120, blank=True, default="")
    ended_at = models.DateTimeField(_("terminé le"), null=True, blank=True)
    verdict = models.CharField(_("verdict"), max_length=10, choices=ReadingVerdict)
    reasons = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta:
        ordering = ["evidence", "pk"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.serial} · {self.get_verdict_display()}"


class Drive(OperatorRow):
    """A drive that a machine has, or had: removed ones are said with what became of them."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="known_drives")
    serial = models.CharField(_("numéro de série"), max_length=80)
    model = models.CharField(_("modèle"), max_length=120, blank=True, default="")
    size_bytes = models.PositiveBigIntegerField(_("taille"), null=True, blank=True)
    technology = models.CharField(_("technologie"), max_length=8, choices=DriveTechnology, blank=True, default="")
    smart = models.CharField(_("santé"), max_length=120, blank=True, default="")
    removed_on = models.DateField(_("retiré le"), null=True, blank=True)
    removed_reason = models.CharField(_("ce qu'il est devenu"), max_length=200, blank=True, default="")

    class Meta:
        ordering = ["device", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["device", "serial"], condition=Q(removed_on__isnull=True), name="drive_once_per_device"
            ),
            models.CheckConstraint(
                condition=Q(removed_on__isnull=True) | ~Q(removed_reason=""), name="removed_drive_says_why"
            ),
        ]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return self.serial


class DeviceLock(OperatorRow):
    """What keeps a machine from being ours: a firmware password, a management by the former owner, an account lock."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="locks")
    kind = models.CharField(_("verrou"), max_length=14, choices=LockKind)
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    found_on = models.DateField(_("trouvé le"))
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    cleared_on = models.DateField(_("levé le"), null=True, blank=True)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cleared_how = models.CharField(_("comment"), max_length=300, blank=True, default="")

    class Meta:
        ordering = ["device", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["device", "kind"], condition=Q(cleared_on__isnull=True), name="lock_open_once"
            ),
            models.CheckConstraint(
                condition=Q(cleared_on__isnull=True) | (Q(cleared_by__isnull=False) & ~Q(cleared_how="")),
                name="cleared_lock_says_who_and_how",
            ),
        ]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class Erasure(OperatorRow):
    """One drive erased: certified only with its evidence (method, verification, no error)."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="erasures")
    cycle = models.PositiveSmallIntegerField()
    drive_serial = models.CharField(_("numéro du disque"), max_length=80)
    method = models.CharField(_("méthode"), max_length=120)
    verification = models.CharField(_("vérification"), max_length=120)
    errors = models.PositiveIntegerField(_("erreurs"), default=0)
    on = models.DateField(_("date"))
    reading = models.OneToOneField(
        ErasureReading, on_delete=models.PROTECT, null=True, blank=True, related_name="erasure"
    )
    review_reason = models.CharField(_("raison de la validation à la main"), max_length=300, blank=True, default="")
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
        triggers = [
            append_only(),
            # "Erased" is never believed because a word says so: the file of this machine and of this life, which names one
            # of its drives, meets the rule and was written since the machine is back; or a person's reason.
            pgtrigger.Trigger(
                name="certified_by_reading_or_reason",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__certified=True),
                func="""
                    IF NEW.cycle <> (SELECT d.cycle FROM equipment_device d WHERE d.id = NEW.device_id)
                    THEN RAISE EXCEPTION 'equipment: erasure of drive % in another life', NEW.drive_serial
                         USING ERRCODE = 'check_violation';
                    END IF;
                    IF NEW.reading_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM equipment_erasurereading r JOIN equipment_evidence v ON v.id = r.evidence_id
                        WHERE r.id = NEW.reading_id AND r.verdict <> 'failed' AND v.device_id = NEW.device_id
                          AND v.operator_id = NEW.operator_id AND v.cycle = NEW.cycle)
                    THEN RAISE EXCEPTION 'equipment: evidence of another machine or life for drive %', NEW.drive_serial
                         USING ERRCODE = 'check_violation';
                    END IF;
                    IF NEW.review_reason = '' AND NOT EXISTS (
                        SELECT 1 FROM equipment_erasurereading r
                        WHERE r.id = NEW.reading_id AND r.verdict = 'certified' AND upper(r.serial) = upper(NEW.drive_serial)
                          AND EXISTS (SELECT 1 FROM equipment_drive d
                                      WHERE d.device_id = NEW.device_id AND d.removed_on IS NULL
                                        AND upper(d.serial) = upper(NEW.drive_serial))
                          AND NOT EXISTS (SELECT 1 FROM equipment_claim c
                                          WHERE c.device_id = NEW.device_id AND c.kind IN ('loan', 'repair', 'transfer')
                                            AND (r.ended_at IS NULL OR coalesce(c.released_at, c.taken_at) >= r.ended_at)))
                    THEN RAISE EXCEPTION 'equipment: no evidence and no reason for the erasure of drive %', NEW.drive_serial
                         USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device} · {self.drive_serial}"


class DeviceTest(OperatorRow):
    """The checks made on a machine in one of its lives; `checks` maps each check to true or false."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="tests")
    cycle = models.PositiveSmallIntegerField()
    on = models.DateField(_("date"))
    checks = models.JSONField(default=dict)
    checklist = models.CharField(_("liste d'essais"), max_length=12, blank=True, default="")
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    passed = models.BooleanField(_("tout fonctionne"))
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["device", "-on", "-pk"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.device} · {self.on:%d/%m/%Y}"
