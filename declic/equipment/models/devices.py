"""Machines, the numbers that their makers gave them, and the labels by which we know them."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declic.core.history import append_only
from declic.equipment.enums import DEVICE_TRANSITIONS, Condition, DeviceKind, DeviceState, Grade, IdentifierKind
from declic.equipment.models.collecting import Lot
from declic.organisations.models import OperatorRow, Organisation, Site


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
    # What the machine is inside; the names of those that a person typed stand in `typed`: no file overwrites them.
    processor = models.CharField(_("processeur"), max_length=120, blank=True, default="")
    memory_mb = models.PositiveIntegerField(_("mémoire"), null=True, blank=True, help_text="Mio")
    storage_gb = models.PositiveIntegerField(_("stockage"), null=True, blank=True, help_text="Go")
    battery_health = models.PositiveSmallIntegerField(_("santé de la batterie"), null=True, blank=True, help_text="%")
    made_in = models.PositiveSmallIntegerField(_("année de fabrication"), null=True, blank=True)
    typed = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    unit_value = models.PositiveIntegerField(_("valeur au don"), null=True, blank=True, help_text="centimes")
    grade = models.CharField(_("grade"), max_length=1, choices=Grade, blank=True, default="")
    grade_rules = models.CharField(_("règles du grade"), max_length=12, blank=True, default="")
    system = models.CharField(_("système installé"), max_length=80, blank=True, default="")
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["tag", "pk"]
        indexes = [
            models.Index(fields=["operator", "state", "tag", "id"], name="device_by_state"),
            models.Index(fields=["operator", "kind", "tag", "id"], name="device_by_kind"),
            models.Index(fields=["operator", "site", "state", "kind"], name="device_by_site"),
            models.Index(fields=["lot"], name="device_by_lot"),
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
            # But for a label scanned by mistake a moment ago, of which nothing else is known: that was no machine.
            pgtrigger.Trigger(
                name="never_deleted",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func="""
                    IF OLD.state = 'received' AND OLD.cycle = 1 AND OLD.created_at > now() - interval '1 day'
                    THEN RETURN OLD;
                    END IF;
                    RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;
                """,
            ),
            pgtrigger.Trigger(
                name="words_follow_new",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="PERFORM equipment_write_words(NEW.id); RETURN NULL;",
            ),
            pgtrigger.Trigger(
                name="words_follow_changed",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("tag", "brand", "model", "operator"),
                func="PERFORM equipment_write_words(NEW.id); RETURN NULL;",
            ),
            pgtrigger.Trigger(
                name="quarantine_lasts_as_its_locks",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),
                condition=pgtrigger.Q(old__state="quarantined")
                & ~pgtrigger.Q(new__state__in=["quarantined", "parts", "scrapped", "lost"]),
                func="""
                    IF EXISTS (SELECT 1 FROM equipment_devicelock k
                               WHERE k.device_id = NEW.id AND k.cleared_on IS NULL)
                    THEN RAISE EXCEPTION 'equipment: device % is still locked', NEW.tag
                         USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # Rule 22: nothing leaves stock unproved, whatever the path.
            pgtrigger.Trigger(
                name="ready_is_wiped_and_tested",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__state="ready"),
                func="""
                    IF (SELECT count(*) FROM equipment_erasure e
                        WHERE e.device_id = NEW.id AND e.cycle = NEW.cycle AND e.certified
                          AND NOT (EXISTS (SELECT 1 FROM equipment_drive g
                                           WHERE g.device_id = NEW.id AND g.removed_on IS NOT NULL
                                             AND upper(g.serial) = upper(e.drive_serial))
                                   AND NOT EXISTS (SELECT 1 FROM equipment_drive h
                                                   WHERE h.device_id = NEW.id AND h.removed_on IS NULL
                                                     AND upper(h.serial) = upper(e.drive_serial)))) < NEW.drives
                    THEN RAISE EXCEPTION 'equipment: device % has a drive without certified erasure', NEW.tag
                         USING ERRCODE = 'check_violation';
                    END IF;
                    IF EXISTS (SELECT 1 FROM equipment_drive d
                               WHERE d.device_id = NEW.id AND d.removed_on IS NULL AND NOT EXISTS (
                                   SELECT 1 FROM equipment_erasure e
                                   WHERE e.device_id = NEW.id AND e.cycle = NEW.cycle AND e.certified
                                     AND upper(e.drive_serial) = upper(d.serial)))
                    THEN RAISE EXCEPTION 'equipment: device % has a known drive without certified erasure', NEW.tag
                         USING ERRCODE = 'check_violation';
                    END IF;
                    IF EXISTS (SELECT 1 FROM equipment_devicelock k
                               WHERE k.device_id = NEW.id AND k.cleared_on IS NULL)
                    THEN RAISE EXCEPTION 'equipment: device % is still locked', NEW.tag
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
        triggers = [
            pgtrigger.Trigger(
                name="words_follow",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP <> 'INSERT' THEN PERFORM equipment_write_words(OLD.device_id); END IF;
                    IF TG_OP <> 'DELETE' THEN PERFORM equipment_write_words(NEW.device_id); END IF;
                    RETURN NULL;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.value


class DeviceWord(OperatorRow):
    """One folded word by which a machine is found: of its tag, its maker, its model, its numbers (docs/adr/017).

    Kept true by triggers whatever the path, and read by ranges, which the wall lets an index serve.
    """

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    # Compared letter by letter whatever the database's collation, so that beginnings are ranges of the index.
    word = models.TextField(db_collation="C")

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["operator", "word", "device"], name="device_by_word")]
        constraints = [models.UniqueConstraint(fields=["device", "word"], name="word_once_per_device")]

    def __str__(self) -> str:
        return self.word


class LabelRun(OperatorRow):
    """Labels printed ahead of the machines: tags `first` to `first + count - 1` of a prefix, so that no lot takes them."""

    prefix = models.CharField(_("début"), max_length=6)
    first = models.PositiveIntegerField()
    count = models.PositiveIntegerField(_("nombre"))
    printed_at = models.DateTimeField()
    printed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True, help_text="one run per form shown, however often it is sent")

    class Meta:
        ordering = ["-printed_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(count__gt=0), name="label_run_counts"),
            models.UniqueConstraint(fields=["operator", "prefix", "first"], name="label_run_once"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.first:04d} × {self.count}"
