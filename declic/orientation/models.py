"""Referrals that are owed an answer, and enrolments: one person in one edition, from entry to exit."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from declic.core.history import never_deleted
from declic.organisations.models import OperatorRow, Organisation, Site
from declic.orientation.enums import (
    ANSWERED_STATES,
    OPEN_STATES,
    REFERRAL_TRANSITIONS,
    Need,
    ReferralChannel,
    ReferralState,
    RefusalReason,
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
    channel = models.CharField(_("reçue"), max_length=10, choices=ReferralChannel)
    needs = ArrayField(models.CharField(max_length=60, choices=Need), verbose_name=_("besoins"), default=list)
    motive = models.TextField(_("ce qui amène la personne"), blank=True, default="")
    social_evaluation = models.TextField(_("évaluation sociale"), blank=True, default="")
    state = models.CharField(_("état"), max_length=10, choices=ReferralState, default=ReferralState.DRAFT)
    sent_on = models.DateField(_("envoyée le"), null=True, blank=True)
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
        ]
        triggers = [REFERRAL_TRANSITIONS.trigger(name="referral_transitions", field="state"), never_deleted()]

    def __str__(self) -> str:
        return f"{self.person} → {self.edition}"


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
