"""Programmes and editions as data, with terms that freeze at the first enrolment."""

from functools import cached_property

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from declic.ledger.models import BudgetHead, Section
from declic.messaging.models import MessageBudget
from declic.organisations.models import OperatorRow, Organisation
from declic.programmes.schema import Terms


class Programme(OperatorRow):
    """What an operator offers, over as many editions as it runs."""

    name = models.CharField(_("nom"), max_length=200)
    slug = models.SlugField(_("identifiant"), max_length=60)
    summary = models.TextField(_("en quelques phrases"), blank=True, default="")
    audience = models.TextField(_("pour qui"), blank=True, default="")
    archived_on = models.DateField(_("terminé le"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "slug"],
                name="programme_slug_once",
                violation_error_message=_("Un dispositif a déjà cet identifiant."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Edition(OperatorRow):
    """One run of a programme, with its dates, places and books (`section`)."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="editions")
    name = models.CharField(_("nom"), max_length=120)
    starts_on = models.DateField(_("début"))
    ends_on = models.DateField(_("fin"))
    enrolment_ends_on = models.DateField(_("fin des entrées"), null=True, blank=True)
    places = models.PositiveIntegerField(_("places"), null=True, blank=True)
    section = models.OneToOneField(Section, on_delete=models.PROTECT, related_name="edition")
    message_budget = models.OneToOneField(
        MessageBudget, on_delete=models.PROTECT, null=True, blank=True, related_name="edition"
    )

    class Meta:
        ordering = ["-starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "name"],
                name="edition_name_once",
                violation_error_message=_("Une édition porte déjà ce nom."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="edition_dates_in_order",
                violation_error_message=_("La fin de l'édition vient avant son début."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} · {self.name}"


class TermsVersion(OperatorRow):
    """One version of an edition's terms; `body` has the shape of `schema.Terms` and freezes with its first enrolment."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    body = models.JSONField()
    note = models.CharField(_("ce qui change"), max_length=300, blank=True, default="")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    frozen_at = models.DateTimeField(_("figée le"), null=True, blank=True)

    class Meta:
        ordering = ["edition", "-number"]
        constraints = [models.UniqueConstraint(fields=["edition", "number"], name="terms_number_once")]
        triggers = [
            pgtrigger.Protect(
                name="frozen_terms_stay",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__frozen_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.edition} · v{self.number}"

    @cached_property
    def terms(self) -> Terms:
        """The terms, typed."""
        return Terms.model_validate(self.body)


class Objective(OperatorRow):
    """What an edition aims at: an indicator and its target."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="objectives")
    indicator = models.CharField(_("indicateur"), max_length=60)
    label = models.CharField(_("objectif"), max_length=200)
    target = models.DecimalField(_("cible"), max_digits=12, decimal_places=2)

    class Meta:
        ordering = ["edition", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "indicator"],
                name="objective_once",
                violation_error_message=_("Cet indicateur a déjà une cible."),
            )
        ]

    def __str__(self) -> str:
        return self.label


class MeansLine(OperatorRow):
    """Hours that a role gives to an edition."""

    class Per(models.TextChoices):
        WEEK = "week", _("par semaine")
        MONTH = "month", _("par mois")
        YEAR = "year", _("par an")
        EDITION = "edition", _("pour l'édition")

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="means")
    role = models.CharField(_("rôle"), max_length=120)
    hours = models.DecimalField(_("heures"), max_digits=8, decimal_places=2)
    per = models.CharField(_("rythme"), max_length=10, choices=Per)

    class Meta:
        ordering = ["edition", "pk"]

    def __str__(self) -> str:
        return self.role


class BudgetLine(OperatorRow):
    """A planned expense or income of an edition; an income may name its funder."""

    class Side(models.TextChoices):
        EXPENSE = "expense", _("dépense")
        INCOME = "income", _("recette")

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="budget")
    side = models.CharField(_("nature"), max_length=10, choices=Side)
    label = models.CharField(_("libellé"), max_length=200)
    year = models.PositiveSmallIntegerField(_("année"), null=True, blank=True)
    planned = models.PositiveBigIntegerField(_("prévu"), help_text="centimes")
    funder = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="funded")
    # Where the books put what is really spent or received for this line.
    head = models.OneToOneField(BudgetHead, on_delete=models.PROTECT, null=True, blank=True, related_name="budget_line")

    class Meta:
        ordering = ["edition", "side", "year", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(funder__isnull=True) | Q(side="income"), name="only_income_names_a_funder"
            )
        ]

    def __str__(self) -> str:
        return self.label


class PublishedFigure(OperatorRow):
    """A figure that the programme published, to be read beside the recorded one.

    `value` is a number or a list of numbers in order of date; `printed` what the source prints when it differs;
    `arithmetic` the source's own sum or product that shows a contradiction, e.g. {"times": [3, 86650], "equals": 259950}.
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="published")
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, null=True, blank=True, related_name="published")
    name = models.CharField(max_length=60)
    label = models.CharField(_("libellé"), max_length=200)
    indicator = models.CharField(max_length=60, blank=True, default="")
    unit = models.CharField(max_length=20, blank=True, default="")
    value = models.JSONField()
    printed = models.JSONField(null=True, blank=True)
    arithmetic = models.JSONField(null=True, blank=True)
    at = models.DateField(null=True, blank=True)
    reproduce = models.BooleanField(default=True)
    note = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        ordering = ["programme", "pk"]
        constraints = [models.UniqueConstraint(fields=["programme", "name"], name="published_figure_once")]

    def __str__(self) -> str:
        return self.label


class Scale(OperatorRow):
    """An amount that the law or the operator changes with time: a benefit, a ceiling, a threshold (rule 28)."""

    code = models.SlugField(_("identifiant"), max_length=40)
    label = models.CharField(_("barème"), max_length=160)
    source = models.CharField(_("d'où viennent ces montants"), max_length=300, blank=True, default="")

    class Meta:
        ordering = ["label", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "code"],
                name="scale_code_once",
                violation_error_message=_("Un barème porte déjà cet identifiant."),
            )
        ]

    def __str__(self) -> str:
        return self.label


class ScaleAmount(OperatorRow):
    """What a scale is worth over a span of days, for a household of `persons` (null: whatever its size)."""

    scale = models.ForeignKey(Scale, on_delete=models.CASCADE, related_name="amounts")
    valid = DateRangeField(_("valable"))
    persons = models.PositiveSmallIntegerField(_("personnes au foyer"), null=True, blank=True)
    cents = models.PositiveIntegerField(_("montant"), help_text="centimes")

    class Meta:
        ordering = ["-valid", "persons", "pk"]
        constraints = [
            ExclusionConstraint(
                name="scale_amounts_never_overlap",
                expressions=[
                    ("scale", RangeOperators.EQUAL),
                    (Coalesce("persons", 0), RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Un autre montant vaut déjà sur une partie de ces dates."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.scale_id} · {self.cents}"
