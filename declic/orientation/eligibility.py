"""Who may enter: each rule of the terms read against dated facts, as met, not met or unknown, with the fact used."""

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

from declic.core.dates import age_on
from declic.core.money import format_euros
from declic.organisations.enums import PrescriberKind
from declic.people.enums import Benefit, HomeEquipment, LabourStatus
from declic.people.models import Person
from declic.programmes.schema import (
    AgeRule,
    BenefitsRule,
    CommuneRule,
    EquipmentRule,
    IncomeRule,
    LabourRule,
    PrescriberRule,
    PriorityZoneRule,
    Rule,
    Terms,
    cents,
)

type Verdict = Literal["met", "unmet", "unknown"]


@dataclass(frozen=True)
class RuleResult:
    """One rule as it was read: `label` says the rule, `fact` what is known of the person on that date."""

    code: str
    label: str
    outcome: Verdict
    fact: str

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def _verdict(*, known: bool, met: bool) -> Verdict:
    if not known:
        return "unknown"
    return "met" if met else "unmet"


def _words(choices: Any, codes: list[str]) -> str:
    labels = dict(choices.choices)
    return ", ".join(str(labels.get(code, code)) for code in codes)


@dataclass(frozen=True)
class _Facts:
    person: Person
    facts: Mapping[str, Any]
    prescriber_kind: str
    on: datetime.date


def _age(rule: AgeRule, about: _Facts) -> RuleResult:
    if rule.min is not None and rule.max is not None:
        label = _("avoir de %(min)d à %(max)d ans") % {"min": rule.min, "max": rule.max}
    elif rule.max is not None:
        label = _("avoir au plus %(max)d ans") % {"max": rule.max}
    else:
        label = _("avoir au moins %(min)d ans") % {"min": rule.min or 0}
    birth = about.person.birth_date
    if birth is None:
        return RuleResult("age", label, "unknown", _("date de naissance non renseignée"))
    age = age_on(birth, about.on)
    met = (rule.min is None or age >= rule.min) and (rule.max is None or age <= rule.max)
    return RuleResult("age", label, _verdict(known=True, met=met), _("%(age)d ans") % {"age": age})


def _benefits(rule: BenefitsRule, about: _Facts) -> RuleResult:
    label = _("percevoir %(benefits)s") % {"benefits": _words(Benefit, list(rule.any_of)).replace(", ", _(" ou "))}
    held = about.facts.get("benefits")
    if held is None:
        return RuleResult("benefits", label, "unknown", _("minima sociaux non renseignés"))
    fact = _words(Benefit, held) or _("aucun minimum social")
    return RuleResult("benefits", label, _verdict(known=True, met=bool(set(held) & set(rule.any_of))), fact)


def _labour(rule: LabourRule, about: _Facts) -> RuleResult:
    label = _("être %(statuses)s") % {"statuses": _words(LabourStatus, list(rule.any_of)).replace(", ", _(" ou "))}
    status = about.facts.get("labour_status") or ""
    fact = _words(LabourStatus, [status]) if status else _("situation d'emploi non renseignée")
    return RuleResult("labour_status", label, _verdict(known=bool(status), met=status in rule.any_of), fact)


def _commune(rule: CommuneRule, about: _Facts) -> RuleResult:
    label = _("habiter la commune %(codes)s") % {"codes": _(" ou ").join(rule.any_of)}
    code = about.facts.get("commune_code") or ""
    fact = _("commune %(code)s") % {"code": code} if code else _("commune non renseignée")
    return RuleResult("commune", label, _verdict(known=bool(code), met=code in rule.any_of), fact)


def _zone(_rule: PriorityZoneRule, about: _Facts) -> RuleResult:
    inside = about.facts.get("in_priority_zone")
    words = {True: _("y habite"), False: _("n'y habite pas"), None: _("adresse à vérifier")}
    verdict = _verdict(known=inside is not None, met=inside is True)
    return RuleResult("priority_zone", _("habiter un quartier prioritaire"), verdict, words[inside])


def _income(rule: IncomeRule, about: _Facts) -> RuleResult:
    income, charges = about.facts.get("income"), about.facts.get("charges")
    limit = format_euros(cents(rule.max_eur))
    if rule.fact == "income":
        amount, label = income, _("avoir au plus %(limit)s de ressources par mois") % {"limit": limit}
    else:
        amount = None if income is None or charges is None else income - charges
        label = _("avoir au plus %(limit)s par mois une fois les charges payées") % {"limit": limit}
    fact = _("%(amount)s par mois") % {"amount": format_euros(amount)} if amount is not None else _("non renseigné")
    met = amount is not None and amount <= cents(rule.max_eur)
    return RuleResult(rule.fact, label, _verdict(known=amount is not None, met=met), fact)


def _equipment(rule: EquipmentRule, about: _Facts) -> RuleResult:
    label = _("ne pas avoir à la maison : %(kinds)s") % {"kinds": _words(HomeEquipment, list(rule.none_of))}
    owned = about.facts.get("equipment")
    if owned is None:
        return RuleResult("equipment_at_home", label, "unknown", _("matériel à la maison non renseigné"))
    fact = _words(HomeEquipment, owned) or _("aucun matériel")
    return RuleResult("equipment_at_home", label, _verdict(known=True, met=not set(owned) & set(rule.none_of)), fact)


def _prescriber(rule: PrescriberRule, about: _Facts) -> RuleResult:
    label = _("être orientée par : %(kinds)s") % {"kinds": _words(PrescriberKind, list(rule.any_of))}
    kind = about.prescriber_kind
    fact = _words(PrescriberKind, [kind]) if kind else _("sans prescripteur")
    return RuleResult("prescriber_kind", label, _verdict(known=True, met=kind in rule.any_of), fact)


def _read(rule: Rule, about: _Facts) -> RuleResult:
    match rule:
        case AgeRule():
            return _age(rule, about)
        case BenefitsRule():
            return _benefits(rule, about)
        case LabourRule():
            return _labour(rule, about)
        case CommuneRule():
            return _commune(rule, about)
        case PriorityZoneRule():
            return _zone(rule, about)
        case IncomeRule():
            return _income(rule, about)
        case EquipmentRule():
            return _equipment(rule, about)
        case PrescriberRule():
            return _prescriber(rule, about)


def _one_of(results: list[RuleResult]) -> RuleResult:
    """Alternatives as one result: met by any, unknown while one may still be, not met when none is."""
    best = next(
        (result for verdict in ("met", "unknown") for result in results if result.outcome == verdict), results[0]
    )
    label = _(" ou bien ").join(result.label for result in results)
    return RuleResult("+".join(result.code for result in results), label, best.outcome, best.fact)


def evaluate(
    terms: Terms,
    *,
    person: Person,
    facts: Mapping[str, Any],
    prescriber_kind: str,
    has_prescriber: bool,
    social_evaluation: str,
    on: datetime.date,
) -> list[RuleResult]:
    """Every rule of `terms.entry`, in order, read against what is known of `person` on the day `on`.

    `facts` has the names of a snapshot's fields, amounts in cents; what is missing or None is unknown, never "no".
    """
    about = _Facts(person, facts, prescriber_kind, on)
    results = []
    if terms.entry.prescriber_required:
        fact = _("orientée par un prescripteur") if has_prescriber else _("venue d'elle-même")
        label = _("être orientée par un professionnel")
        results.append(RuleResult("prescriber", label, _verdict(known=True, met=has_prescriber), fact))
    if terms.entry.social_evaluation_required:
        given = bool(social_evaluation.strip())
        fact = _("évaluation jointe") if given else _("évaluation à demander au prescripteur")
        label = _("avoir une évaluation sociale")
        results.append(RuleResult("social_evaluation", label, "met" if given else "unmet", fact))
    for rule in terms.entry.rules:
        if isinstance(rule, list):
            results.append(_one_of([_read(alternative, about) for alternative in rule]))
        else:
            results.append(_read(rule, about))
    return results


def all_met(results: list[RuleResult]) -> bool:
    """Whether the person may enter without an exception."""
    return all(result.outcome == "met" for result in results)
