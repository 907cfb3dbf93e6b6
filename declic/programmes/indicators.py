"""The names of the indicators that an objective or a published figure can point to; the reports compute them."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class IndicatorName:
    """The words of an indicator, its unit, and whether a programme can set itself a target for it."""

    label: str | Promise
    unit: str | Promise = ""
    can_be_aimed_at: bool = True


INDICATORS: dict[str, IndicatorName] = {
    # Who comes
    "identified": IndicatorName(_("Personnes repérées et orientées"), _("personnes")),
    "identified_rate_pct": IndicatorName(_("Personnes repérées, sur le nombre visé"), "%"),
    "participants": IndicatorName(_("Personnes entrées dans l'édition"), _("personnes")),
    "people_supported": IndicatorName(_("Personnes accompagnées"), _("personnes")),
    "supported_rsa": IndicatorName(_("Personnes accompagnées qui perçoivent le RSA"), _("personnes")),
    "supported_seniors": IndicatorName(_("Seniors aux minima sociaux accompagnés"), _("personnes")),
    "next_year_beneficiaries": IndicatorName(_("Personnes à accompagner l'an prochain"), _("personnes")),
    "priority_zone_share_pct": IndicatorName(_("Personnes qui habitent un quartier prioritaire"), "%"),
    "age_25_44_pct": IndicatorName(_("Personnes de 25 à 44 ans"), "%"),
    "single_with_children_pct": IndicatorName(_("Personnes seules avec enfants"), "%"),
    "has_email_address_pct": IndicatorName(_("Personnes qui ont une adresse électronique à l'entrée"), "%"),
    "needs_help_on_line_pct": IndicatorName(_("Personnes qui ont besoin d'aide pour leurs démarches en ligne"), "%"),
    "job_seekers_in_difficulty_pct": IndicatorName(
        _("Demandeurs d'emploi en difficulté avec le numérique (contexte national)"), "%", can_be_aimed_at=False
    ),
    # Training
    "places": IndicatorName(_("Places de formation ouvertes"), _("places")),
    "courses": IndicatorName(_("Sessions de formation tenues"), _("sessions")),
    "fill_rate_pct": IndicatorName(_("Places occupées"), "%"),
    "hours_attended": IndicatorName(_("Heures de formation suivies"), "h"),
    "autonomous_share_pct": IndicatorName(_("Personnes autonomes à la sortie"), "%"),
    "training_by_volunteers_pct": IndicatorName(_("Heures de formation animées par des bénévoles"), "%"),
    # Equipment and connection
    "devices_lent": IndicatorName(_("Machines prêtées"), _("machines")),
    "laptops_given": IndicatorName(_("Ordinateurs portables donnés"), _("machines")),
    "desktops_given": IndicatorName(_("Ordinateurs fixes donnés"), _("machines")),
    "handovers": IndicatorName(_("Personnes servies à chaque remise"), _("personnes"), can_be_aimed_at=False),
    "deposit_per_loan_eur": IndicatorName(_("Caution par prêt"), "€", can_be_aimed_at=False),
    "deposits_held_eur": IndicatorName(_("Cautions détenues"), "€", can_be_aimed_at=False),
    "aids_granted": IndicatorName(_("Aides internet accordées"), _("aides")),
    "aids_total_eur": IndicatorName(_("Montant des aides internet accordées"), "€"),
    "recharges_distributed": IndicatorName(_("Recharges distribuées"), _("recharges")),
    "saving_per_month_eur": IndicatorName(_("Économie moyenne par personne et par mois"), "€"),
    # Follow-up and money
    "reviews_given": IndicatorName(_("Bilans de suivi donnés"), _("bilans")),
    "satisfied_or_very_satisfied_pct": IndicatorName(_("Personnes satisfaites ou très satisfaites"), "%"),
    "positive_exits": IndicatorName(_("Sorties positives"), _("personnes")),
    "grant_eur": IndicatorName(_("Subventions notifiées"), "€"),
    "budget_three_years": IndicatorName(_("Budget prévu sur trois ans"), "€", can_be_aimed_at=False),
}


def aims() -> list[tuple[str, str]]:
    """The indicators that an objective can choose, as pairs of code and words, in the order of the words."""
    return sorted(
        ((code, str(name.label)) for code, name in INDICATORS.items() if name.can_be_aimed_at),
        key=lambda pair: pair[1].casefold(),
    )


def unit_of(indicator: str) -> str:
    """The unit of an indicator, nothing when it is unknown."""
    return str(INDICATORS[indicator].unit) if indicator in INDICATORS else ""
