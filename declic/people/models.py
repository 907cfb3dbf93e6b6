"""Persons, their dated situations, and who looked at their file."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from declic.core.history import append_only, never_deleted
from declic.core.search import FoldedText
from declic.organisations.models import OperatorRow, Site
from declic.people.enums import (
    PAIR_TRANSITIONS,
    Benefit,
    ContactPreference,
    Education,
    Gender,
    HoldKind,
    HomeEquipment,
    Household,
    Housing,
    LabourStatus,
    Language,
    LinkKind,
    PairState,
    Purpose,
    RightsHow,
    RightsKind,
    SnapshotMoment,
)
from declic.people.word_models import words_follow


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
    preferred_language = models.CharField(_("langue préférée"), max_length=2, choices=Language, blank=True, default="")
    informed_on = models.DateField(_("informée de ses droits le"), null=True, blank=True)
    # Reunited with another file, this one is empty and leads there until the reunion is undone.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="absorbed", verbose_name=_("réuni avec")
    )
    archived_on = models.DateField(_("archivé le"), null=True, blank=True)
    anonymised_on = models.DateField(_("anonymisé le"), null=True, blank=True)
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
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="person_not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(anonymised_on__isnull=True) | Q(archived_on__lte=F("anonymised_on")),
                name="anonymised_after_archived",
                violation_error_message=_("Un dossier est archivé avant d'être anonymisé."),
            ),
            models.UniqueConstraint(
                fields=["operator", "case_number"],
                name="case_number_once",
                violation_error_message=_("Un dossier porte déjà ce numéro."),
            ),
        ]
        triggers = [never_deleted(), *words_follow()]

    def __str__(self) -> str:
        return self.called or f"{self.first_name} {self.last_name}"


class PersonPhone(OperatorRow):
    """A number at which the person can be reached; a couple may share one."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="phones")
    number = models.CharField(_("téléphone"), max_length=16, help_text="E.164")
    note = models.CharField(_("précision"), max_length=80, blank=True, default="")
    wrong_since = models.DateField(_("ne répond plus depuis le"), null=True, blank=True)

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
        indexes = [
            models.Index(fields=["person", "-at"], name="access_by_person"),
            models.Index(fields=["operator", "at"], name="access_by_age"),
        ]
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


class PersonLink(OperatorRow):
    """What two persons are to each other, from a date until another: a couple, a parent and a child, a home shared."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="links")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="links_back")
    kind = models.CharField(_("lien"), max_length=12, choices=LinkKind)
    since = models.DateField(_("depuis le"))
    until = models.DateField(_("jusqu'au"), null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(person=F("other")), name="person_not_linked_to_itself"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="link_dates_in_order"
            ),
            models.UniqueConstraint(
                fields=["person", "other", "kind"],
                condition=Q(until__isnull=True),
                name="link_open_once",
                violation_error_message=_("Ce lien est déjà noté."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_kind_display()} · {self.other}"


class CaseWorker(OperatorRow):
    """Who follows a person: the caseload of an adviser whose access is limited to it."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="case_workers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="caseload")
    since = models.DateField(_("depuis le"))
    until = models.DateField(_("jusqu'au"), null=True, blank=True)

    class Meta:
        ordering = ["-since", "-pk"]
        indexes = [models.Index(fields=["user", "person"], name="caseload_by_user")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "user"],
                condition=Q(until__isnull=True),
                name="followed_once_by_each",
                violation_error_message=_("Cette personne est déjà suivie par ce collègue."),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="caseload_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.person}"


class FileShare(OperatorRow):
    """A file opened to the team of another place, for a reason and until a day (rule 18)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="shares")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", verbose_name=_("équipe"))
    reason = models.CharField(_("raison"), max_length=300)
    since = models.DateField(_("depuis le"))
    until = models.DateField(_("jusqu'au"))
    shared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField(_("repris le"), null=True, blank=True)

    class Meta:
        ordering = ["-since", "-pk"]
        indexes = [models.Index(fields=["site", "person"], name="share_by_site")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("since")),
                name="share_dates_in_order",
                violation_error_message=_("La fin du partage vient avant son début."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="share_has_a_reason",
                violation_error_message=_("Un partage dit sa raison."),
            ),
            models.UniqueConstraint(
                fields=["person", "site"],
                condition=Q(ended_on__isnull=True),
                name="shared_once_with_each_team",
                violation_error_message=_("Ce dossier est déjà partagé avec cette équipe."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} → {self.site}"


class DuplicatePair(OperatorRow):
    """Two files that may be one person's, until someone says which."""

    first = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="pairs")
    second = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="pairs_back")
    score = models.PositiveSmallIntegerField(help_text="0 à 100")
    reasons = ArrayField(models.CharField(max_length=24), default=list)
    state = models.CharField(max_length=8, choices=PairState, default=PairState.OPEN)
    found_on = models.DateField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_why = models.CharField(_("comment on le sait"), max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-score", "pk"]
        indexes = [models.Index(fields=["operator", "state", "-score", "id"], name="pair_queue")]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_in_order"),
            models.CheckConstraint(
                condition=Q(state=PairState.OPEN) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="pair_decided_by_someone",
            ),
        ]
        triggers = [PAIR_TRANSITIONS.trigger(name="pair_transitions", field="state")]

    def __str__(self) -> str:
        return f"{self.first} / {self.second}"


class Merge(OperatorRow):
    """Two files reunited: what moved from one to the other, so that it can all be put back."""

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges")
    absorbed = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merged_away")
    moved = models.JSONField(help_text="{table.colonne: [identifiants]}", default=dict)
    taken = models.JSONField(_("ce que le dossier gardé a repris"), default=dict)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["absorbed"], condition=Q(undone_at__isnull=True), name="absorbed_once_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(kept=F("absorbed")), name="merge_of_two"),
        ]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return f"{self.absorbed_id} → {self.kept_id}"


class RightsEvent(OperatorRow):
    """What the person was told or asked about her data: when, how, by whom; never changed."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="rights")
    kind = models.CharField(_("nature"), max_length=16, choices=RightsKind)
    purpose = models.CharField(_("à quoi elle s'oppose"), max_length=12, choices=Purpose, blank=True, default="")
    on = models.DateField(_("le"))
    how = models.CharField(_("comment"), max_length=12, choices=RightsHow, blank=True, default="")
    note = models.CharField(_("précision"), max_length=300, blank=True, default="")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["person", "-on"], name="rights_by_person")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=(RightsKind.OBJECTION, RightsKind.OBJECTION_LIFTED)) | ~Q(purpose=""),
                name="objection_says_to_what",
                violation_error_message=_("Dites à quoi la personne s'oppose."),
            )
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_kind_display()} · {self.on:%d/%m/%Y}"


class RetentionPolicy(OperatorRow):
    """How long an operator keeps files: months after the last contact, then months in the archive (rule 15)."""

    contact_months = models.PositiveSmallIntegerField(_("mois sans contact avant l'archive"), default=24)
    archive_months = models.PositiveSmallIntegerField(_("mois d'archive avant l'anonymat"), default=12)
    notice_days = models.PositiveSmallIntegerField(_("jours de préavis"), default=30)
    log_months = models.PositiveSmallIntegerField(_("mois de garde des consultations"), default=12)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["operator"], name="retention_policy_once"),
            models.CheckConstraint(
                condition=Q(contact_months__range=(1, 120), archive_months__lte=120, log_months__range=(6, 36)),
                name="retention_within_reason",
                violation_error_message=_("Ces durées sortent de l'usage : 1 à 120 mois, 6 à 36 pour le journal."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_months} + {self.archive_months}"


class RetentionNotice(OperatorRow):
    """The team was told that a file is about to be archived or anonymised, and when that is due."""

    class Step(models.TextChoices):
        ARCHIVE = "archive", _("archive")
        ANONYMISE = "anonymise", _("anonymat")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="retention_notices")
    step = models.CharField(max_length=10, choices=Step)
    given_on = models.DateField()
    due_on = models.DateField()

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["operator", "due_on", "id"], name="retention_notice_due")]
        constraints = [
            models.UniqueConstraint(fields=["person", "step", "due_on"], name="retention_noticed_once"),
            models.CheckConstraint(condition=Q(due_on__gte=F("given_on")), name="retention_notice_comes_before"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.get_step_display()} · {self.due_on:%d/%m/%Y}"


class RetentionHold(OperatorRow):
    """A reason to keep a file beyond its time; it wins over the calendar until it is released."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="holds")
    kind = models.CharField(_("nature"), max_length=8, choices=HoldKind)
    reason = models.CharField(_("raison"), max_length=300)
    since = models.DateField(_("depuis le"))
    until = models.DateField(_("jusqu'au"), null=True, blank=True)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    released_on = models.DateField(_("levée le"), null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-since", "-pk"]
        indexes = [models.Index(fields=["person"], name="hold_by_person")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""), name="hold_says_why", violation_error_message=_("Dites pourquoi.")
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="hold_dates_in_order"
            ),
        ]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.get_kind_display()}"


class RetentionRun(OperatorRow):
    """What the retention of one night did, as a report: counts only, no name."""

    on = models.DateField()
    ran_at = models.DateTimeField()
    noticed = models.PositiveIntegerField(default=0)
    archived = models.PositiveIntegerField(default=0)
    anonymised = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    log_lines_purged = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["operator", "on"], name="retention_ran_once_a_day")]

    def __str__(self) -> str:
        return f"{self.on:%d/%m/%Y}"
