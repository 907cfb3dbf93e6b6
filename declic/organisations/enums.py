"""Kinds of organisations and of partnerships between them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrganisationKind(TextChoices):
    OPERATOR = "operator", _("opérateur")
    PRESCRIBER = "prescriber", _("prescripteur")
    REFURBISHER = "refurbisher", _("reconditionneur")
    TRAINING_PARTNER = "training_partner", _("partenaire de formation")
    FUNDER = "funder", _("financeur")
    DONOR = "donor", _("donateur")


class PartnershipKind(TextChoices):
    PRESCRIBER = "prescriber", _("oriente des personnes")
    REFURBISHER = "refurbisher", _("reconditionne et dépanne")
    TRAINING = "training_partner", _("forme avec nous")
    FUNDER = "funder", _("finance")
    DONOR = "donor", _("donne du matériel")
    NETWORK = "network", _("partenaire du réseau")


class PrescriberKind(TextChoices):
    """Kinds of prescribers as the field's tools code them (reference: data·inclusion, Les emplois)."""

    FT = "FT", _("France Travail")
    PLIE = "PLIE", _("PLIE")
    CCAS = "CCAS", _("CCAS")
    ML = "ML", _("Mission locale")
    CAP_EMPLOI = "CAP_EMPLOI", _("Cap emploi")
    DEPT = "DEPT", _("Département")
    CAF = "CAF", _("CAF")
    CHRS = "CHRS", _("CHRS")
    SPIP = "SPIP", _("SPIP")
    ASSOCIATION = "ASSOCIATION", _("Association")
    AUTRE = "AUTRE", _("Autre structure")
