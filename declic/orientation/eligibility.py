"""Who may enter: each rule of the terms read against dated facts, as met, not met or unknown, with the fact used.

Facts are those of the day of entry; scales are those of the day of the request (rule 28).
"""

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.core.dates import age_on, format_day
from declic.core.money import format_euros
from declic.organisations.enums import PrescriberKind
from declic.people.enums import Benefit, HomeEquipment, Household, LabourStatus
from declic.people.models import Person
from declic.programmes.scales import ScaleOn
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
    """One rule as it was read: `label` says the rule, `fact` what is known of the person, `source` since when or from whom."""

    code: str
    label: str
    outcome: Verdict
    fact: str
    source: str = ""

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
    asked_on: datetime.date
    persons: int | None
    scales: Mapping[str, ScaleOn]
    sources: Mapping[str, str] = field(default_factory=dict)

    def source(self, *names: str) -> str:
        """Where these facts come from, each origin said once; nothing for what is not known."""
        known = (name for name in names if self.facts.get(name) not in (None, ""))
        return _(" ; ").join(dict.fromkeys(words for name in known if (words := self.sources.get(name))))


# What a rule reads of a situation: the fact that its source is looked up by.
_READS: dict[str, tuple[str, ...]] = {
    "benefits": ("benefits",),
    "labour_status": ("labour_status",),
    "commune": ("commune_code",),
    "priority_zone": ("in_priority_zone",),
    "income": ("income",),
    "income_after_charges": ("income", "charges"),
    "equipment_at_home": ("equipment",),
}


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
    fact = _("%(age)d ans au %(day)s") % {"age": age, "day": format_day(about.on)}
    born = _("née le %(day)s") % {"day": format_day(birth)}
    return RuleResult("age", label, _verdict(known=True, met=met), fact, born)


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
    after = rule.fact == "income_after_charges"
    amount = income if not after else None if income is None or charges is None else income - charges
    fact = _("%(amount)s par mois") % {"amount": format_euros(amount)} if amount is not None else _("non renseigné")
    if rule.scale is not None:
        return _on_scale(rule, about, amount, fact, after=after)
    limit = format_euros(cents(rule.max_eur))
    if after:
        label = _("avoir au plus %(limit)s par mois une fois les charges payées") % {"limit": limit}
    else:
        label = _("avoir au plus %(limit)s de ressources par mois") % {"limit": limit}
    met = amount is not None and amount <= cents(rule.max_eur)
    return RuleResult(rule.fact, label, _verdict(known=amount is not None, met=met), fact)


def _on_scale(rule: IncomeRule, about: _Facts, amount: int | None, fact: str, *, after: bool) -> RuleResult:
    """A ceiling that changes with time; whatever the scale does not tell is unknown, never a no."""
    scale = about.scales.get(rule.scale or "")
    words = {"scale": scale.label if scale else rule.scale, "day": format_day(about.asked_on)}
    label = (
        _("ne pas dépasser « %(scale)s » une fois les charges payées")
        if after
        else _("avoir des ressources qui ne dépassent pas « %(scale)s »")
    ) % words
    if scale is None:
        return RuleResult(rule.fact, label, "unknown", _("le barème « %(scale)s » n'existe pas encore") % words)
    if not scale.amounts:
        return RuleResult(rule.fact, label, "unknown", _("ce barème n'a pas de montant au %(day)s") % words)
    persons = about.persons if about.persons is not None else _LIVE_TOGETHER.get(about.facts.get("household") or "")
    ceiling = scale.amount_for(persons)
    if ceiling is None:
        missing = (
            _("nombre de personnes au foyer non renseigné")
            if persons is None
            else _("ce barème ne dit rien pour un foyer de %(persons)d au %(day)s") % {"persons": persons, **words}
        )
        return RuleResult(rule.fact, label, "unknown", f"{fact}, {missing}")
    if scale.needs_size and persons is not None:
        size = ngettext("%(n)d personne", "%(n)d personnes", persons) % {"n": persons}
        compared = _("%(fact)s pour %(size)s ; plafond de %(limit)s au %(day)s")
    else:
        size, compared = "", _("%(fact)s ; plafond de %(limit)s au %(day)s")
    fact = compared % {"fact": fact, "size": size, "limit": format_euros(ceiling), **words}
    met = amount is not None and amount <= ceiling
    return RuleResult(rule.fact, label, _verdict(known=amount is not None, met=met), fact)


# Households whose answer says how many they are; those with children do not.
_LIVE_TOGETHER = {Household.SEUL.value: 1, Household.COUPLE.value: 2}


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
    result = _compare(rule, about)
    names = _READS.get(rule.fact, ())
    return replace(result, source=about.source(*names)) if names else result


def _compare(rule: Rule, about: _Facts) -> RuleResult:
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
    return RuleResult("+".join(result.code for result in results), label, best.outcome, best.fact, best.source)


def evaluate(
    terms: Terms,
    *,
    person: Person,
    facts: Mapping[str, Any],
    prescriber_kind: str,
    has_prescriber: bool,
    social_evaluation: str,
    on: datetime.date,
    asked_on: datetime.date | None = None,
    persons: int | None = None,
    scales: Mapping[str, ScaleOn] | None = None,
    sources: Mapping[str, str] | None = None,
) -> list[RuleResult]:
    """Every rule of `terms.entry`, in order, read against what is known of `person` on the day `on`.

    `facts` has the names of a snapshot's fields, amounts in cents; what is missing or None is unknown, never "no".
    `persons` is how many live together, `scales` the amounts of the day of the request (`asked_on`, `on` if None),
    `sources` says in words where each fact comes from.
    """
    about = _Facts(person, facts, prescriber_kind, on, asked_on or on, persons, scales or {}, sources or {})
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
