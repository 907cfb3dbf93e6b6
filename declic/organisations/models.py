"""Organisations, their sites and partnerships; the operator that every row of a case carries."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from declic.organisations.enums import OrganisationKind, PartnershipKind, PrescriberKind


class Organisation(models.Model):
    """A structure: it runs programmes, refers people, refurbishes machines, funds… several at once if it does.

    An operator stands on its own. A partner is a record of the operator that works with it: two operators that work
    with the same CCAS have one each, so that nobody gives roles over another's cases.
    """

    registered_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="registered",
        verbose_name=_("inscrite par"),
    )
    name = models.CharField(_("nom"), max_length=160)
    kinds = ArrayField(models.CharField(max_length=20, choices=OrganisationKind), verbose_name=_("rôles"))
    prescriber_kind = models.CharField(
        _("type de prescripteur"), max_length=12, choices=PrescriberKind, blank=True, default=""
    )
    siret = models.CharField(_("SIRET"), max_length=14, blank=True, default="")
    email = models.EmailField(_("courriel"), blank=True, default="")
    phone = models.CharField(_("téléphone"), max_length=20, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "registered_by",
                Lower("name"),
                nulls_distinct=False,
                name="organisation_named_once_by_each",
                violation_error_message=_("Cette structure existe déjà."),
            ),
            models.CheckConstraint(
                condition=Q(registered_by__isnull=True) | ~Q(kinds__contains=[OrganisationKind.OPERATOR]),
                name="operator_registered_by_nobody",
                violation_error_message=_("Un opérateur n'est inscrit par personne."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OperatorRow(models.Model):
    """A row of a case: it carries the organisation that runs the programme, on which access walls and distribution stand."""

    operator = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("opérateur"))

    class Meta:
        abstract = True


class Site(OperatorRow):
    """A place where people are welcomed; carries what the "lieux de médiation numérique" standard asks for."""

    name = models.CharField(_("nom du lieu"), max_length=160)
    address = models.CharField(_("adresse"), max_length=200, blank=True, default="")
    postal_code = models.CharField(_("code postal"), max_length=5, blank=True, default="")
    city = models.CharField(_("commune"), max_length=100, blank=True, default="")
    commune_code = models.CharField(_("code INSEE de la commune"), max_length=5, blank=True, default="")
    cog_year = models.PositiveSmallIntegerField(_("millésime du code officiel géographique"), null=True, blank=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    phone = models.CharField(_("téléphone"), max_length=20, blank=True, default="")
    email = models.EmailField(_("courriel"), blank=True, default="")
    website = models.URLField(_("site web"), blank=True, default="")
    opening_hours = models.CharField(_("horaires (format OpenStreetMap)"), max_length=200, blank=True, default="")
    access_note = models.CharField(_("accès et accessibilité"), max_length=300, blank=True, default="")
    services = ArrayField(models.CharField(max_length=60), verbose_name=_("services"), default=list, blank=True)
    closed_on = models.DateField(_("fermé le"), null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "name"],
                name="site_name_unique_per_operator",
                violation_error_message=_("Un lieu porte déjà ce nom."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Partnership(OperatorRow):
    """What a partner does for an operator, from a date until another: the only way a partner reaches a case."""

    partner = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="partnerships", verbose_name=_("partenaire")
    )
    kind = models.CharField(_("nature"), max_length=20, choices=PartnershipKind)
    since = models.DateField(_("depuis le"))
    until = models.DateField(_("jusqu'au"), null=True, blank=True)

    class Meta:
        ordering = ["partner__name", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "partner", "kind"],
                condition=Q(until__isnull=True),
                name="partnership_open_once",
                violation_error_message=_("Ce partenariat est déjà en cours."),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="partnership_dates_in_order",
                violation_error_message=_("La fin du partenariat vient avant son début."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner} · {self.get_kind_display()}"
