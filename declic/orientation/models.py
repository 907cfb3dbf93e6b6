"""Referrals that are owed an answer, and enrolments: one person in one edition, from entry to exit."""

import uuid

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from declic.core.history import append_only, never_deleted
from declic.documents.models import Document
from declic.organisations.models import OperatorRow, Organisation, Site
from declic.orientation.enums import (
    ANSWERED_STATES,
    IMPORT_TRANSITIONS,
    OPEN_STATES,
    REFERRAL_TRANSITIONS,
    ContactResult,
    ImportState,
    Motive,
    Need,
    ReferralChannel,
    ReferralState,
    RefusalReason,
    RowVerdict,
    WaitingReason,
)
from declic.people.models import Person, Snapshot
from declic.programmes.models import Edition, TermsVersion


@pghistory.track()
class Referral(OperatorRow):
    """A prescriber asks for a person to enter an edition; `prescriber` is null when the person came alone."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="referrals")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="referrals")
    prescriber = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="referrals"
    )
    referent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="referrals"
    )
    referent_name = models.CharField(_("professionnel qui oriente"), max_length=120, blank=True, default="")
    referent_email = models.EmailField(_("son courriel"), blank=True, default="")
    referent_phone = models.CharField(_("son téléphone"), max_length=16, blank=True, default="", help_text="E.164")
    # The place that owes the answer; null while none is named.
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="referrals", verbose_name=_("lieu")
    )
    channel = models.CharField(_("reçue"), max_length=10, choices=ReferralChannel)
    link = models.ForeignKey(
        "PrescriberLink", on_delete=models.PROTECT, null=True, blank=True, related_name="referrals"
    )
    # Drawn when the form is shown: the same request sent twice is one referral.
    token = models.UUIDField(null=True, blank=True, unique=True)
    motives = ArrayField(
        models.CharField(max_length=20, choices=Motive), verbose_name=_("motifs"), default=list, blank=True
    )
    needs = ArrayField(models.CharField(max_length=60, choices=Need), verbose_name=_("besoins"), default=list)
    motive = models.TextField(_("ce qui amène la personne"), blank=True, default="")
    social_evaluation = models.TextField(_("évaluation sociale"), blank=True, default="")
    # Facts of a situation that the prescriber told, as a snapshot names them: what the answer begins with.
    facts = models.JSONField(_("situation décrite"), default=dict, blank=True)
    state = models.CharField(_("état"), max_length=10, choices=ReferralState, default=ReferralState.DRAFT)
    sent_on = models.DateField(_("envoyée le"), null=True, blank=True)
    received_on = models.DateField(_("prise en charge le"), null=True, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reminded_on = models.DateField(_("équipe relancée le"), null=True, blank=True)
    waiting_since = models.DateField(_("en attente depuis le"), null=True, blank=True)
    waiting_reason = models.CharField(
        _("raison de l'attente"), max_length=16, choices=WaitingReason, blank=True, default=""
    )
    # The first answer given, kept when a waiting list is followed by a place: answer times are read here.
    first_answered_on = models.DateField(_("première réponse le"), null=True, blank=True)
    answered_on = models.DateField(_("répondue le"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    refusal_reason = models.CharField(
        _("raison du refus"), max_length=24, choices=RefusalReason, blank=True, default=""
    )
    answer = models.TextField(_("réponse au prescripteur"), blank=True, default="")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-sent_on", "-pk"]
        indexes = [
            models.Index(fields=["operator", "state", "sent_on", "id"], name="referral_queue"),
            models.Index(fields=["prescriber", "-sent_on", "-id"], name="referral_by_prescriber"),
            models.Index(fields=["edition", "state", "waiting_since", "id"], name="referral_by_edition"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "edition"],
                condition=Q(state__in=OPEN_STATES),
                name="one_open_referral_per_person_and_edition",
                violation_error_message=_("Cette personne a déjà une orientation en cours vers cette édition."),
            ),
            models.CheckConstraint(
                condition=~Q(state=ReferralState.REFUSED) | ~Q(refusal_reason=""),
                name="refusal_has_a_reason",
                violation_error_message=_("Un refus donne toujours sa raison."),
            ),
            models.CheckConstraint(
                condition=Q(state=ReferralState.DRAFT) | Q(state=ReferralState.WITHDRAWN) | Q(sent_on__isnull=False),
                name="sent_referral_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=ANSWERED_STATES) | Q(answered_on__isnull=False, answered_by__isnull=False),
                name="answered_referral_has_date_and_author",
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(answered_on__gte=F("sent_on")),
                name="answer_comes_after_sending",
                violation_error_message=_("La réponse ne peut pas précéder l'envoi."),
            ),
            models.CheckConstraint(
                condition=~Q(state=ReferralState.RECEIVED) | Q(received_on__isnull=False, received_by__isnull=False),
                name="received_referral_has_date_and_author",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReferralState.WAITING) | Q(waiting_since__isnull=False),
                name="waiting_referral_has_a_date",
            ),
        ]
        triggers = [REFERRAL_TRANSITIONS.trigger(name="referral_transitions", field="state"), never_deleted()]

    def __str__(self) -> str:
        return f"{self.person} → {self.edition}"

    @property
    def number(self) -> str:
        """What names the request to a prescriber: a case number would tell whether the person was known before."""
        return f"OR{self.pk:05d}"

    @property
    def motive_words(self) -> list[str]:
        """Why the person was referred, in words."""
        labels = dict(Motive.choices)
        return [str(labels.get(one, one)) for one in self.motives]


class PrescriberLink(OperatorRow):
    """A door for a professional without an account: whoever holds the link may refer to this operator, and nothing else."""

    key = models.UUIDField(unique=True, default=uuid.uuid4)
    prescriber = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="prescriber_links")
    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, null=True, blank=True, related_name="prescriber_links"
    )
    referent_name = models.CharField(_("professionnel"), max_length=120, blank=True, default="")
    referent_email = models.EmailField(_("son courriel"), blank=True, default="")
    expires_on = models.DateField(_("valable jusqu'au"))
    revoked_on = models.DateField(_("fermé le"), null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["operator", "-created_at", "-id"], name="prescriber_link_in_order")]

    def __str__(self) -> str:
        return f"{self.prescriber} · {self.referent_name or self.referent_email}"


class ReferralDraft(OperatorRow):
    """What a professional began to write and keeps for later: not yet a request, and no file is opened for it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="referral_drafts")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=160)
    typed = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-updated_at", "-pk"]
        indexes = [models.Index(fields=["user", "-updated_at"], name="draft_by_user")]

    def __str__(self) -> str:
        return self.title


class ReferralDocument(OperatorRow):
    """A proof joined to a referral."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="documents")
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.document)


class AnswerLinkView(OperatorRow):
    """The answer to a referral was read through a signed link, without account: append-only."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="link_views")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["referral", "-at"], name="link_view_by_referral")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.referral_id} · {self.at:%d/%m/%Y %H:%M}"


class SpottingImport(OperatorRow):
    """A list of people who could benefit, as it was given: read, corrected, then imported or not."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="spotting_imports")
    # Where the people will be followed: their files open there; null for all places.
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lieu de suivi")
    )
    source = models.CharField(_("d'où vient cette liste"), max_length=160)
    filename = models.CharField(_("fichier"), max_length=200)
    # The rows as they were read, without what may not be kept; gone once they are imported or given up.
    file = models.FileField(upload_to="spotting/%Y/%m/", blank=True)
    size = models.PositiveIntegerField(help_text="octets")
    sheet = models.CharField(_("feuille"), max_length=100, blank=True, default="")
    titles = models.JSONField(_("titres des colonnes"), default=list)
    mapping = models.JSONField(_("colonnes reconnues"), default=dict)
    state = models.CharField(_("état"), max_length=10, choices=ImportState, default=ImportState.UPLOADED)
    error = models.CharField(max_length=300, blank=True, default="")
    # Rows of the file in all, and done in the step under way: what the progress bar shows.
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    # The last line handled in the step under way: where a worker goes on.
    position = models.PositiveIntegerField(default=0)
    worked_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    imported_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["operator", "-created_at", "-id"], name="spotting_import_in_order")]
        triggers = [IMPORT_TRANSITIONS.trigger(name="spotting_import_transitions", field="state")]

    def __str__(self) -> str:
        return f"{self.source} · {self.filename}"


class SpottingRow(OperatorRow):
    """One row of a list: what it says, what was corrected, what would be or was done with it."""

    batch = models.ForeignKey(SpottingImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("ligne"))
    fixes = models.JSONField(default=dict)
    values = models.JSONField(default=dict)
    verdict = models.CharField(max_length=8, choices=RowVerdict, default=RowVerdict.PENDING)
    problems = models.JSONField(default=list)
    # The same for two lines that tell of one person; empty when the line is not clear enough.
    key = models.CharField(max_length=200, blank=True, default="")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="spotting_rows")
    # Whether the import opened the person's file, which undoing then removes.
    created = models.BooleanField(default=False)

    class Meta:
        ordering = ["number"]
        indexes = [
            models.Index(fields=["batch", "verdict", "number"], name="spotting_row_by_verdict"),
            models.Index(fields=["batch", "key"], name="spotting_row_by_key", condition=~Q(key="")),
        ]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="spotting_row_once")]

    def __str__(self) -> str:
        return f"{self.number}"


class Spotted(OperatorRow):
    """Someone who could benefit from an edition, before any referral: the first step of the funnel."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="spotted")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="spotted")
    batch = models.ForeignKey(SpottingImport, on_delete=models.PROTECT, null=True, blank=True, related_name="spotted")
    spotted_on = models.DateField(_("repérée le"))
    # What the last attempt leaves to do: call on or after this day; null when nothing more is expected.
    call_on = models.DateField(_("à appeler le"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    reached_on = models.DateField(_("jointe le"), null=True, blank=True)
    declined_on = models.DateField(_("ne souhaite pas, le"), null=True, blank=True)

    class Meta:
        ordering = ["call_on", "attempts", "pk"]
        indexes = [
            models.Index(fields=["edition", "call_on", "attempts", "id"], name="spotted_to_call"),
            models.Index(fields=["batch"], name="spotted_by_import"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "person"],
                name="spotted_once_per_edition",
                violation_error_message=_("Cette personne est déjà repérée pour cette édition."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.edition}"


class ContactAttempt(OperatorRow):
    """One attempt to reach someone spotted, and what came of it."""

    spotted = models.ForeignKey(Spotted, on_delete=models.PROTECT, related_name="tries")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    result = models.CharField(_("résultat"), max_length=14, choices=ContactResult)
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    call_back_on = models.DateField(_("rappeler le"), null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["spotted", "-at"], name="attempt_by_spotted")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.spotted_id} · {self.get_result_display()}"


@pghistory.track()
class Enrolment(OperatorRow):
    """One person in one edition under one version of its terms; open while `ended_on` is null."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="enrolments")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="enrolments")
    terms = models.ForeignKey(TermsVersion, on_delete=models.PROTECT, related_name="enrolments")
    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, null=True, blank=True, related_name="enrolment")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="enrolments")
    adviser = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="enrolments"
    )
    starts_on = models.DateField(_("entrée le"))
    ended_on = models.DateField(_("sortie le"), null=True, blank=True)
    entry_snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    exit_snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    eligibility = models.JSONField(_("règles vérifiées à l'entrée"), default=list)
    exception_reason = models.CharField(_("raison de l'exception"), max_length=300, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-starts_on", "-pk"]
        indexes = [
            models.Index(fields=["operator", "-starts_on", "-id"], name="enrolment_by_date"),
            models.Index(fields=["edition", "starts_on"], name="enrolment_by_edition"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "edition"],
                condition=Q(ended_on__isnull=True),
                name="one_open_enrolment_per_person_and_edition",
                violation_error_message=_("Cette personne est déjà dans cette édition."),
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("starts_on")),
                name="enrolment_dates_in_order",
                violation_error_message=_("La sortie ne peut pas précéder l'entrée."),
            ),
        ]
        triggers = [
            never_deleted(),
            pgtrigger.ReadOnly(
                name="enrolment_keeps_its_terms", fields=["person", "edition", "terms", "entry_snapshot"]
            ),
            # The first enrolment freezes the terms under which the person enters, whatever the path.
            pgtrigger.Trigger(
                name="first_enrolment_freezes_terms",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    UPDATE programmes_termsversion SET frozen_at = now() WHERE id = NEW.terms_id AND frozen_at IS NULL;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.edition}"
