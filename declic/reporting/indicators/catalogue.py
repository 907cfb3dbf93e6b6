"""The indicators, each with the sentence that defines it: change a definition here and every page, export and replay follows."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from declic.followup.models import POSITIVE_EXITS
from declic.reporting.facts import Measure
from declic.reporting.indicators.model import Figure, count, decimal, ratio, share, special, total

_POSITIVE = ", ".join(f"'{reason.value}'" for reason in POSITIVE_EXITS)

# ------------------------------------------------------------------------------------------------------- who comes
count(
    "identified",
    _("Personnes orientées vers l'édition, avec une évaluation sociale là où ses règles la demandent."),
    "people", "identified",
)  # fmt: skip


def _identified_rate(values: Sequence[Any], unit: str) -> Figure:
    part, target = decimal(values[0]), values[1]
    if target is None:
        return Figure(None, unit, part, None, 0, (int(part),))
    return Figure(ratio(part, decimal(target)), unit, part, decimal(target), 0, (int(part),))


special(
    "identified_rate_pct",
    _("Personnes repérées, rapportées au nombre que l'édition s'est fixé."),
    (
        Measure("people", "count(*) FILTER (WHERE identified)"),
        Measure("editions", "sum(identified_target)"),
    ),
    _identified_rate,
    counted="identified", base="identified", unit="%",
)  # fmt: skip
count(
    "participants",
    _("Personnes entrées dans l'édition (parcours ouvert), comptées une seule fois."),
    "people", "enrolled",
)  # fmt: skip
count(
    "people_supported",
    _("Personnes entrées dans l'édition, ou aidées nommément à sa permanence, comptées une seule fois."),
    "people", "supported",
)  # fmt: skip
count(
    "supported_rsa",
    _("Personnes accompagnées dont la situation à l'entrée cite le RSA."),
    "people", "'RSA' = ANY(benefits)", base="supported", known="benefits IS NOT NULL",
)  # fmt: skip
count(
    "supported_seniors",
    _("Personnes accompagnées de 60 ans ou plus à l'entrée, qui perçoivent un minimum social autre que le RSA."),
    "people", "age >= 60 AND cardinality(array_remove(benefits, 'RSA')) > 0",
    base="supported", known="benefits IS NOT NULL AND age IS NOT NULL",
)  # fmt: skip


def _next_year(values: Sequence[Any], unit: str) -> Figure:
    number = int(values[0] or 0)
    if not values[1] and not number:
        # Before the next year begins nobody knows: that is not "none" (rule 3).
        return Figure(None, unit)
    return Figure(decimal(number), unit, decimal(number), cells=(number,))


special(
    "next_year_beneficiaries",
    _("Personnes entrées, dans le même dispositif, dans une édition qui commence l'année suivante ; inconnu avant elle."),
    (Measure("next_year", "count(*)"), Measure("editions", "bool_and(next_year_begun)")), _next_year,
)  # fmt: skip
share(
    "priority_zone_share_pct",
    _("Parmi les personnes entrées dont on connaît l'adresse : celles qui habitent un quartier prioritaire."),
    "people", base="enrolled", known="in_priority_zone IS NOT NULL", counted="in_priority_zone",
)  # fmt: skip
share(
    "age_25_44_pct",
    _("Parmi les personnes repérées dont on connaît l'âge : celles qui avaient de 25 à 44 ans à leur entrée."),
    "people", base="identified", known="age IS NOT NULL", counted="age BETWEEN 25 AND 44",
)  # fmt: skip
share(
    "single_with_children_pct",
    _("Parmi les personnes repérées dont on connaît le foyer : celles qui vivent seules avec des enfants."),
    "people", base="identified", known="household IS NOT NULL", counted="household = 'seul_avec_enfants'",
)  # fmt: skip
share(
    "has_email_address_pct",
    _("Parmi les personnes entrées qui ont répondu : celles qui avaient une adresse électronique à l'entrée."),
    "people", base="enrolled", known="has_email_address IS NOT NULL", counted="has_email_address",
)  # fmt: skip
share(
    "needs_help_on_line_pct",
    _("Parmi les personnes entrées qui ont répondu : celles qui avaient besoin d'aide pour leurs démarches en ligne."),
    "people", base="enrolled", known="needs_help_online IS NOT NULL", counted="needs_help_online",
)  # fmt: skip

# -------------------------------------------------------------------------------------------------------- training


def _places(values: Sequence[Any], unit: str) -> Figure:
    return Figure(decimal(values[0]), unit, decimal(values[0]))


special(
    "places",
    _("Places que l'édition annonce ; sinon, places de ses sessions de parcours commencées."),
    (Measure("editions", "sum(places)"),), _places, about_people=False,
)  # fmt: skip
count("courses", _("Sessions de parcours commencées."), "groups", "kind = 'course'", about_people=False)


def _fill_rate(values: Sequence[Any], unit: str) -> Figure:
    taken, places = decimal(values[0]), decimal(values[1])
    return Figure(ratio(taken, places), unit, taken, places or None, 0, (int(taken),))


special(
    "fill_rate_pct",
    _("Personnes entrées dans l'édition, rapportées aux places."),
    (Measure("people", "count(*) FILTER (WHERE enrolled)"), Measure("editions", "sum(places)")),
    _fill_rate, counted="enrolled", base="enrolled",
)  # fmt: skip
total(
    "hours_attended",
    _("Heures suivies, d'après les émargements ; une heure prévue ne compte pas."),
    "people", "minutes", counted="minutes > 0", scale=60, people="count(*)",
)  # fmt: skip
share(
    "autonomous_share_pct",
    _("Parmi les personnes entrées dont le niveau de sortie est confirmé : celles qui sont de niveau avancé ou autonome."),
    "people", base="enrolled", known="exit_level IS NOT NULL", counted="exit_level IN ('avance', 'autonome')",
)  # fmt: skip


# Training given to other structures' workers is not training of the public (case: Emmaüs Connect).
_PUBLIC = "kind <> 'professionals'"


def _volunteers(values: Sequence[Any], unit: str) -> Figure:
    part, whole = decimal(values[0]) / 60, decimal(values[1]) / 60
    return Figure(ratio(part, whole), unit, part, whole, int(values[2] or 0))


special(
    "training_by_volunteers_pct",
    _("Durée des séances tenues pour le public qu'un·e bénévole a animées, rapportée à celle de toutes ces séances."),
    (
        Measure("classes", f"sum(minutes) FILTER (WHERE held AND led_by_volunteer AND {_PUBLIC})"),
        Measure("classes", f"sum(minutes) FILTER (WHERE held AND {_PUBLIC})"),
        Measure("classes", f"count(*) FILTER (WHERE held IS NULL AND {_PUBLIC})"),
    ),
    _volunteers, known="held IS NOT NULL", base=f"held IS NOT false AND {_PUBLIC}", counted="led_by_volunteer", is_share=True,
    about_people=False,
)  # fmt: skip

# ---------------------------------------------------------------------------------------- equipment and connection
_LOAN = "mode IN ('loan', 'loan_then_option')"
count("devices_lent", _("Machines remises en prêt, qu'elles soient revenues ou non."), "machines", _LOAN)
count("laptops_given", _("Ordinateurs portables remis en don."), "machines", "mode = 'gift' AND kind = 'laptop'")
count("desktops_given", _("Ordinateurs fixes remis en don."), "machines", "mode = 'gift' AND kind = 'desktop'")


def _handovers(values: Sequence[Any], unit: str) -> Figure:
    people = [decimal(number) for number in values[0] or []]
    return Figure(people or None, unit, sum(people, Decimal(0)), cells=tuple(int(number) for number in people))


special(
    "handovers",
    _("Personnes qui ont reçu une machine à chaque remise tenue, dans l'ordre des dates."),
    (Measure("ceremonies", 'jsonb_agg(people ORDER BY "on", id)'),), _handovers,
)  # fmt: skip


def _deposit(values: Sequence[Any], unit: str) -> Figure:
    amounts = [decimal(cents) / 100 for cents in values[0] or []]
    return Figure(amounts[0] if len(amounts) == 1 else amounts or None, unit)


special(
    "deposit_per_loan_eur",
    _("Caution écrite dans les prêts ; toutes les valeurs si elles diffèrent."),
    (Measure("machines", f"jsonb_agg(DISTINCT deposit) FILTER (WHERE {_LOAN})"),),
    _deposit, counted=_LOAN, about_people=False,
)  # fmt: skip
total(
    "deposits_held_eur",
    _("Cautions reçues et pas encore rendues ni conservées : le solde du compte 165 de l'édition."),
    "deposits", "held", counted="held > 0", scale=100,
)  # fmt: skip
count("aids_granted", _("Aides internet accordées, versées ou non."), "aids", "state IN ('granted', 'paid')")
total(
    "aids_total_eur",
    _("Montant des aides internet accordées, versées ou non."),
    "aids", "amount", counted="state IN ('granted', 'paid')", scale=100,
)  # fmt: skip
count("recharges_distributed", _("Recharges vendues à prix solidaire."), "recharges")


def _saving(values: Sequence[Any], unit: str) -> Figure:
    if values[0] is None:
        return Figure(None, unit)
    mean = (decimal(values[0]) / 100).quantize(Decimal("0.01")).normalize() + Decimal(0)
    return Figure(mean, unit, None, decimal(values[1]), 0, (int(values[1]),))


special(
    "saving_per_month_eur",
    _("Moyenne, sur les personnes, de l'écart entre prix public et prix payé, ramené à un mois."),
    (Measure("savers", "avg(saving)"), Measure("savers", "count(*)")), _saving,
)  # fmt: skip

# ----------------------------------------------------------------------------------------------- follow-up and money
count("reviews_given", _("Bilans de suivi donnés."), "reviews")
share(
    "satisfied_or_very_satisfied_pct",
    _("Parmi les personnes entrées qui ont répondu : celles qui se disent satisfaites ou très satisfaites."),
    "people", base="enrolled", known="score IS NOT NULL", counted="score >= 3",
)  # fmt: skip
count(
    "positive_exits",
    _("Personnes sorties vers un emploi durable, une création d'entreprise ou une formation qualifiante, avec un justificatif."),
    "people", f"exit_reason IN ({_POSITIVE})", base="enrolled AND exit_reason IS NOT NULL",
)  # fmt: skip
count("visits", _("Visites à la permanence, nommées ou anonymes."), "visits", label=_("Visites à la permanence"),
      unit=_("visites"))  # fmt: skip
count("tickets_solved", _("Demandes d'assistance résolues."), "tickets", "COALESCE(solved, false)",
      label=_("Demandes d'assistance résolues"), unit=_("demandes"))  # fmt: skip
total(
    "grant_eur",
    _("Subventions notifiées dans les comptes de l'édition, annulations déduites."),
    "book", "credit - debit", counted="role = 'grant_income'", scale=100, people=None,
)  # fmt: skip
total(
    "budget_three_years",
    _("Somme des dépenses prévues au budget des éditions."),
    "editions", "planned_expense", scale=100, people=None,
)  # fmt: skip

# --------------------------------------------------------------------------- what the report says beside the objectives
count("referrals", _("Orientations envoyées, une par demande."), "referrals", label=_("Orientations reçues"),
      unit=_("orientations"))  # fmt: skip
count("people_trained", _("Personnes présentes à au moins une séance d'un parcours."), "people", "trained",
      base="enrolled", label=_("Personnes formées"), unit=_("personnes"))  # fmt: skip
count("people_equipped", _("Personnes entrées à qui une machine a été remise."), "people", "equipped",
      base="enrolled", label=_("Personnes équipées"), unit=_("personnes"))  # fmt: skip
count("people_exited", _("Personnes entrées dont la sortie est enregistrée."), "people",
      "exit_reason IS NOT NULL", base="enrolled", label=_("Personnes sorties"), unit=_("personnes"))  # fmt: skip
count("machines", _("Machines remises : prêtées, données ou vendues."), "machines", label=_("Machines remises"),
      unit=_("machines"))  # fmt: skip
for _name, _words, _where in (
    ("machines_given", _("Machines données"), "mode = 'gift'"),
    ("machines_sold", _("Machines vendues"), "mode = 'sale'"),
    ("loans_open", _("Prêts en cours"), f"{_LOAN} AND NOT COALESCE(ended, false)"),
    ("loans_returned", _("Machines revenues"), f"{_LOAN} AND ended AND fate = 'inspected'"),
    ("loans_kept", _("Machines gardées au terme"), f"{_LOAN} AND ended AND fate = 'kept'"),
    ("loans_bought", _("Machines achetées au terme"), f"{_LOAN} AND ended AND fate = 'purchased'"),
    ("loans_lost", _("Machines perdues"), f"{_LOAN} AND ended AND fate = 'lost'"),
):
    count(_name, _("Lu dans l'histoire de chaque attribution."), "machines", _where, label=_words, unit=_("machines"))
for _name, _words, _field in (
    ("deposits_paid_eur", _("Cautions reçues"), "paid"),
    ("deposits_refunded_eur", _("Cautions rendues"), "refunded"),
    ("deposits_retained_eur", _("Cautions conservées"), "retained"),
):
    total(_name, _("Lu dans le compte des cautions, attribution par attribution."), "deposits", _field,
          counted=f"{_field} <> 0", scale=100, label=_words, unit="€")  # fmt: skip
for _name, _words, _where, _sum in (
    ("grants_received_eur", _("Subventions reçues"), "role = 'bank' AND event = 'grant_received'", "debit - credit"),
    ("sales_eur", _("Ventes de matériel"), "role = 'sale_revenue'", "credit - debit"),
    ("recharges_eur", _("Ventes de recharges"), "role = 'recharge_revenue'", "credit - debit"),
    ("damages_eur", _("Dommages récupérés"), "role = 'damage_recovery'", "credit - debit"),
    ("aids_expense_eur", _("Aides internet"), "role = 'aid_expense'", "debit - credit"),
    ("waivers_eur", _("Remises accordées"), "role = 'waiver_expense'", "debit - credit"),
):
    total(_name, _("Lu dans les comptes de l'édition."), "book", _sum, counted=_where, scale=100, label=_words,
          unit="€", people=None)  # fmt: skip
