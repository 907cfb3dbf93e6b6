"""Persons, their dated situations, and who looked at their file."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declic.core.history import append_only, never_deleted
from declic.core.search import FoldedText
from declic.organisations.models import OperatorRow, Site
from declic.people.enums import (
    Benefit,
    ContactPreference,
    Education,
    Gender,
    HomeEquipment,
    Household,
    Housing,
    LabourStatus,
    SnapshotMoment,
)


@pghistory.track()
class Person(OperatorRow):
    """Someone accompanied; never an account, never a social-security number, never a password."""

    case_number = models.CharField(_("numéro de dossier"), max_length=20)
    first_name = models.CharField(_("prénom"), max_length=80)
    last_name = models.CharField(_("nom d'usage"), max_length=80)
    birth_name = models.CharField(_("nom de naissance"), max_length=80, blank=True, default="")
    called = models.CharField(_("comment l'appeler"), max_length=120, blank=True, default="")
    birth_date = models.DateField(_("date de naissance"), null=True, blank=True)
    gender = models.CharField(_("genre"), max_length=20, choices=Gender, blank=True, default="")
    email = models.EmailField(_("courriel"), blank=True, default="")
    contact_preference = models.CharField(
        _("préfère être joint·e par"), max_length=12, choices=ContactPreference, blank=True, default=""
    )
    languages = models.CharField(_("langues parlées"), max_length=120, blank=True, default="")
    needs_help_reading = models.BooleanField(_("besoin d'aide pour lire"), null=True, blank=True)
    address = models.CharField(_("adresse"), max_length=200, blank=True, default="")
    postal_code = models.CharField(_("code postal"), max_length=5, blank=True, default="")
    city = models.CharField(_("commune"), max_length=100, blank=True, default="")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("lieu de suivi"))
    informed_on = models.DateField(_("informée de ses droits le"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    search_key = models.GeneratedField(
        expression=FoldedText("first_name", "last_name", "birth_name"),
        output_field=models.TextField(),
        db_persist=True,
    )
    # Accents folded, so that É stands beside E whatever the database's collation.
    sort_key = models.GeneratedField(
        expression=FoldedText("last_name", "first_name"), output_field=models.TextField(), db_persist=True
    )

    class Meta:
        ordering = ["sort_key", "pk"]
        indexes = [
            GinIndex(OpClass("search_key", name="gin_trgm_ops"), name="person_by_name"),
            models.Index(fields=["operator", "sort_key", "id"], name="person_in_order"),
            models.Index(fields=["operator", "birth_date"], name="person_by_birth_date"),
            models.Index(fields=["site"], name="person_by_site"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "case_number"],
                name="case_number_once",
                violation_error_message=_("Un dossier porte déjà ce numéro."),
            )
        ]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return self.called or f"{self.first_name} {self.last_name}"


class PersonPhone(OperatorRow):
    """A number at which the person can be reached; a couple may share one."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="phones")
    number = models.CharField(_("téléphone"), max_length=16, help_text="E.164")
    note = models.CharField(_("précision"), max_length=80, blank=True, default="")

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["operator", "number"], name="phone_by_number")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "number"],
                name="phone_once_per_person",
                violation_error_message=_("Ce numéro est déjà dans le dossier."),
            )
        ]

    def __str__(self) -> str:
        return self.number


class Snapshot(OperatorRow):
    """A person's situation on a date; what nobody knows is null and never counts as "no"."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="snapshots")
    moment = models.CharField(max_length=8, choices=SnapshotMoment)
    on = models.DateField(_("situation au"))
    labour_status = models.CharField(_("emploi"), max_length=24, choices=LabourStatus, null=True, blank=True)  # noqa: DJ001
    household = models.CharField(_("foyer"), max_length=24, choices=Household, null=True, blank=True)  # noqa: DJ001
    housing = models.CharField(_("logement"), max_length=24, choices=Housing, null=True, blank=True)  # noqa: DJ001
    education = models.CharField(_("études"), max_length=8, choices=Education, null=True, blank=True)  # noqa: DJ001
    benefits = ArrayField(
        models.CharField(max_length=6, choices=Benefit), verbose_name=_("minima sociaux"), null=True, blank=True
    )
    income = models.PositiveIntegerField(_("ressources par mois"), null=True, blank=True, help_text="centimes")
    charges = models.PositiveIntegerField(_("charges par mois"), null=True, blank=True, help_text="centimes")
    commune_code = models.CharField(_("commune (code INSEE)"), max_length=5, null=True, blank=True)  # noqa: DJ001
    in_priority_zone = models.BooleanField(_("habite un quartier prioritaire"), null=True, blank=True)
    priority_zone_code = models.CharField(_("code du quartier"), max_length=10, blank=True, default="")
    equipment = ArrayField(
        models.CharField(max_length=12, choices=HomeEquipment),
        verbose_name=_("matériel à la maison"),
        null=True,
        blank=True,
    )
    has_connection = models.BooleanField(_("internet à la maison"), null=True, blank=True)
    has_email_address = models.BooleanField(_("a une adresse électronique"), null=True, blank=True)
    needs_help_online = models.BooleanField(_("a besoin d'aide pour ses démarches en ligne"), null=True, blank=True)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["person", "-on", "-id"], name="snapshot_by_person")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_moment_display()} · {self.on:%d/%m/%Y}"


class AccessLog(OperatorRow):
    """Who opened a person's file, when and how: append-only."""

    class Act(models.TextChoices):
        VIEW = "view", _("lecture")
        SEARCH = "search", _("ouverture depuis la recherche")
        EXPORT = "export", _("export")
        PRINT = "print", _("impression")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="accesses")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=8, choices=Act)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["person", "-at"], name="access_by_person")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.user} · {self.person} · {self.at:%d/%m/%Y %H:%M}"


class CaseNumber(OperatorRow):
    """The last case number given by an operator; its row is locked to give the next one."""

    last = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["operator"], name="case_counter_once"),
            models.CheckConstraint(condition=Q(last__gte=0), name="case_counter_not_negative"),
        ]

    def __str__(self) -> str:
        return str(self.last)
