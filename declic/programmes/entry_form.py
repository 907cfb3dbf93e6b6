"""The form that says who may enter, in questions that someone with only the leaflet can answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.forms import CheckboxesField, CleanCharField, EuroField, SelectField, WholeNumberField, YesNoField
from declic.organisations.enums import PrescriberKind
from declic.programmes import labels, schema
from declic.programmes.part_form import PartForm
from declic.programmes.rows import choices_of, euros
from declic.programmes.schema import Terms, cents

_ALWAYS = ("prescriber_required", "social_evaluation_required", "answer_days", "close_days")
_CEILINGS = ("income", "income_after_charges")
_CHOICES_OF_RULE = {
    "age": gettext_lazy("l'âge"),
    "benefits": gettext_lazy("les minima sociaux"),
    "labour_status": gettext_lazy("la situation d'emploi"),
    "commune": gettext_lazy("la commune"),
    "priority_zone": gettext_lazy("le quartier prioritaire"),
    "income": gettext_lazy("les ressources"),
    "income_after_charges": gettext_lazy("ce qui reste après les charges"),
    "equipment_at_home": gettext_lazy("le matériel à la maison"),
    "prescriber_kind": gettext_lazy("qui oriente"),
}


def form_can_tell(entry: schema.EntryTerms) -> bool:
    """Whether the questions of the form can say these rules: each fact once, and one group of alternatives at most."""
    groups = [group for group in entry.rules if isinstance(group, list) and len(group) > 1]
    facts = [rule.fact for group in entry.rules for rule in (group if isinstance(group, list) else [group])]
    return len(groups) <= 1 and len(set(facts)) == len(facts)


def _meaning(entry: schema.EntryTerms) -> tuple[object, ...]:
    """What entry terms ask for, whatever the order in which they say it."""

    def told(rule: schema.Rule) -> tuple[object, ...]:
        return tuple(
            sorted((key, str(sorted(v) if isinstance(v, list) else v)) for key, v in rule.model_dump().items())
        )

    groups = frozenset(
        frozenset(told(rule) for rule in (group if isinstance(group, list) else [group])) for group in entry.rules
    )
    return entry.prescriber_required, entry.social_evaluation_required, entry.answer_days, entry.close_days, groups


class EntryForm(PartForm):
    prescriber_required = YesNoField(label=gettext_lazy("Un professionnel doit-il orienter la personne ?"))
    social_evaluation_required = YesNoField(
        label=gettext_lazy("L'orientation vient-elle avec une évaluation sociale ?"),
        help_text=gettext_lazy("Quelques lignes d'un travailleur social sur la situation de la personne"),
    )
    answer_days = WholeNumberField(
        label=gettext_lazy("Réponse promise sous combien de jours ?"),
        min_value=1,
        max_value=90,
        help_text=gettext_lazy("Passé ce délai, l'équipe est relancée par courriel"),
    )
    close_days = WholeNumberField(
        label=gettext_lazy("Proposer de clore au bout de combien de jours sans réponse ?"), min_value=1, max_value=365
    )
    age_min = WholeNumberField(label=gettext_lazy("Âge minimum"), required=False, max_value=120)
    age_max = WholeNumberField(label=gettext_lazy("Âge maximum"), required=False, max_value=120)
    benefits = CheckboxesField(
        label=gettext_lazy("Percevoir l'une de ces allocations"), choices=choices_of(labels.BENEFITS), required=False
    )
    labour_status = CheckboxesField(
        label=gettext_lazy("Être dans l'une de ces situations"), choices=choices_of(labels.LABOUR), required=False
    )
    commune = CleanCharField(
        label=gettext_lazy("Habiter l'une de ces communes"),
        max_length=2000,
        required=False,
        help_text=gettext_lazy("Leurs codes INSEE à cinq caractères, séparés par des virgules : 93006, 93048"),
    )
    priority_zone = forms.BooleanField(label=gettext_lazy("Habiter un quartier prioritaire"), required=False)
    income = EuroField(label=gettext_lazy("Ressources par mois, au plus"), required=False, max_cents=10_000_000)
    income_after_charges = EuroField(
        label=gettext_lazy("Ce qui reste par mois après les charges, au plus"), required=False, max_cents=10_000_000
    )
    income_scale = SelectField(
        label=gettext_lazy("Ou un barème daté, pour les ressources"),
        required=False,
        empty_label=gettext_lazy("Aucun"),
        help_text=gettext_lazy("Le montant qui vaut le jour de la demande, selon la taille du foyer s'il en dépend"),
    )
    income_after_charges_scale = SelectField(
        label=gettext_lazy("Ou un barème daté, pour ce qui reste après les charges"),
        required=False,
        empty_label=gettext_lazy("Aucun"),
    )
    equipment_at_home = CheckboxesField(
        label=gettext_lazy("Ne pas avoir à la maison"), choices=choices_of(labels.HOME_EQUIPMENT), required=False
    )
    prescriber_kind = CheckboxesField(
        label=gettext_lazy("Être orienté par l'une de ces structures"), choices=PrescriberKind.choices, required=False
    )
    alternatives = CheckboxesField(
        label=gettext_lazy("Parmi ces conditions, lesquelles sont au choix : une seule suffit ?"),
        choices=choices_of(_CHOICES_OF_RULE),
        required=False,
        help_text=gettext_lazy("Ne cochez rien si toutes les conditions remplies plus haut sont demandées ensemble"),
    )
    condition_fields = ("labour_status", "benefits", "equipment_at_home", "prescriber_kind")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.can_tell = form_can_tell(self.terms.entry)
        if not self.can_tell:
            kept = ("version", *_ALWAYS, "note")
            self.fields = {name: field for name, field in self.fields.items() if name in kept}

    def offer_scales(self, labels_by_code: Mapping[str, str]) -> None:
        """Let one choose among these scales; one that the terms name already stays a choice."""
        for fact in _CEILINGS:
            if field := self.fields.get(f"{fact}_scale"):
                named = self.initial.get(f"{fact}_scale")
                offered = {**({named: named} if named else {}), **labels_by_code}
                field.choices = [("", _("Aucun")), *offered.items()]  # type: ignore[attr-defined]

    @classmethod
    def initial_of(cls, terms: Terms) -> dict[str, Any]:
        first: dict[str, Any] = {name: getattr(terms.entry, name) for name in _ALWAYS}
        if not form_can_tell(terms.entry):
            return first
        for group in terms.entry.rules:
            rules = group if isinstance(group, list) else [group]
            if len(rules) > 1:
                first["alternatives"] = [rule.fact for rule in rules]
            for rule in rules:
                first |= cls._initial_of_rule(rule)
        return first

    @staticmethod
    def _initial_of_rule(rule: schema.Rule) -> dict[str, Any]:
        match rule:
            case schema.AgeRule():
                return {"age_min": rule.min, "age_max": rule.max}
            case schema.CommuneRule():
                return {"commune": ", ".join(rule.any_of)}
            case schema.PriorityZoneRule():
                return {"priority_zone": True}
            case schema.IncomeRule():
                return {f"{rule.fact}_scale": rule.scale} if rule.scale else {rule.fact: cents(rule.max_eur)}
            case schema.EquipmentRule():
                return {"equipment_at_home": rule.none_of}
            case _:
                return {rule.fact: rule.any_of}

    def clean_commune(self) -> list[str]:
        codes = [
            code.upper() for code in self.cleaned_data["commune"].replace(";", ",").replace(" ", ",").split(",") if code
        ]
        wrong = [code for code in codes if len(code) != 5 or not set(code) <= set("0123456789AB")]
        if wrong:
            raise ValidationError(
                _("« %(code)s » n'est pas un code INSEE de commune : il a cinq caractères, par exemple 93006.")
                % {"code": wrong[0]}
            )
        return codes

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        answer, close = typed.get("answer_days"), typed.get("close_days")
        if answer and close and close < answer:
            self.add_error("close_days", _("Ce délai est plus court que celui de la réponse : allongez-le."))
        if not self.errors and self.can_tell:
            low, high = typed.get("age_min"), typed.get("age_max")
            if low is not None and high is not None and low > high:
                self.add_error("age_max", _("L'âge maximum est plus petit que l'âge minimum."))
                return typed
            for fact in _CEILINGS:
                if typed[fact] is not None and typed[f"{fact}_scale"]:
                    self.add_error(f"{fact}_scale", _("Un montant ou un barème : gardez l'un des deux."))
                    return typed
            asked = [rule["fact"] for rule in self._rules(typed)]
            chosen = typed["alternatives"]
            if missing := [fact for fact in chosen if fact not in asked]:
                self.add_error(
                    "alternatives",
                    _("Remplissez d'abord plus haut : %(condition)s.") % {"condition": _CHOICES_OF_RULE[missing[0]]},
                )
            elif len(chosen) == 1:
                self.add_error("alternatives", _("Cochez au moins deux conditions : il faut un choix entre elles."))
        return typed

    @staticmethod
    def _rules(typed: dict[str, Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        ages = {"min": typed["age_min"], "max": typed["age_max"]}
        if any(age is not None for age in ages.values()):
            found.append({"fact": "age", **{key: age for key, age in ages.items() if age is not None}})
        for fact in ("benefits", "labour_status", "commune", "prescriber_kind"):
            if typed[fact]:
                found.append({"fact": fact, "any_of": typed[fact]})
        if typed["priority_zone"]:
            found.append({"fact": "priority_zone"})
        found.extend(
            {"fact": fact, "scale": typed[f"{fact}_scale"]}
            if typed[f"{fact}_scale"]
            else {"fact": fact, "max_eur": euros(typed[fact])}
            for fact in _CEILINGS
            if typed[fact] is not None or typed[f"{fact}_scale"]
        )
        if typed["equipment_at_home"]:
            found.append({"fact": "equipment_at_home", "none_of": typed["equipment_at_home"]})
        return found

    def changes(self, typed: dict[str, Any], built: Sequence[Any]) -> dict[str, Any]:
        written: dict[str, Any] = {name: typed[name] for name in _ALWAYS}
        if not self.can_tell:
            return {"entry": self.terms.entry.model_copy(update=written)}
        found = self._rules(typed)
        choice = [rule for rule in found if rule["fact"] in typed["alternatives"]]
        rest = [rule for rule in found if rule["fact"] not in typed["alternatives"]]
        rules: list[Any] = [*rest, *([choice] if choice else [])]
        entry = schema.EntryTerms.model_validate({**written, "rules": rules})
        # The boxes of a page have an order of their own: the same rules in another order are no change.
        return {"entry": self.terms.entry if _meaning(entry) == _meaning(self.terms.entry) else entry}
