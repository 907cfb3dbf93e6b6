"""The forms that write the terms part by part, in questions that someone with only the leaflet can answer."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.errors import DomainError
from declic.core.forms import (
    CheckboxesField,
    CleanCharField,
    CleanTextField,
    DateField,
    EuroField,
    RadioField,
    SelectField,
    WholeNumberField,
    YesNoField,
)
from declic.programmes import labels, schema
from declic.programmes.part_form import PartForm
from declic.programmes.rows import RowForm, choices_of, code_of, euros, rows, schema_of
from declic.programmes.schema import Terms, cents

# ------------------------------------------------------------------------------------------------- courses, workshops


class CourseRowForm(RowForm):
    code = forms.CharField(required=False, widget=forms.HiddenInput, max_length=40)
    name = CleanCharField(label=gettext_lazy("Nom du parcours"))
    hours = WholeNumberField(label=gettext_lazy("Heures"), min_value=1, max_value=1000)
    level = SelectField(
        label=gettext_lazy("Pour le niveau"),
        choices=choices_of(labels.LEVELS),
        required=False,
        empty_label=gettext_lazy("Tous"),
    )
    rhythm = CleanCharField(label=gettext_lazy("Rythme"), required=False)
    group_min = WholeNumberField(label=gettext_lazy("Groupe, au moins"), required=False, min_value=1, max_value=200)
    group_max = WholeNumberField(label=gettext_lazy("Groupe, au plus"), required=False, min_value=1, max_value=200)

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        low, high = typed.get("group_min"), typed.get("group_max")
        if low and high and low > high:
            self.add_error("group_max", _("Le groupe au plus est plus petit que le groupe au moins."))
        return typed

    def build(self, typed: dict[str, Any]) -> dict[str, Any]:
        told = {name: typed[name] for name in ("name", "hours", "level", "rhythm", "group_min", "group_max")}
        checked = schema_of(schema.CourseTerms, code=typed["code"] or "code", **told)
        return {**checked.model_dump(), "code": typed["code"]}


class CoursesForm(PartForm):
    row_set = rows(CourseRowForm, most=40)

    @classmethod
    def rows_of(cls, terms: Terms) -> list[dict[str, Any]]:
        return [course.model_dump() for course in terms.courses]

    def changes(self, typed: dict[str, Any], built: Sequence[Any]) -> dict[str, Any]:
        return {"courses": [schema.CourseTerms.model_validate(course) for course in _coded(built, "name")]}


class WorkshopRowForm(RowForm):
    theme = CleanCharField(label=gettext_lazy("Thème de l'atelier"), max_length=300)
    audience = CleanCharField(label=gettext_lazy("Pour qui"), required=False)

    def build(self, typed: dict[str, Any]) -> schema.Strict:
        return schema_of(schema.WorkshopTerms, theme=typed["theme"], audience=typed["audience"])


class WorkshopsForm(PartForm):
    drop_in = YesNoField(
        label=gettext_lazy("Y a-t-il une permanence, où l'on vient avec une question ?"),
        help_text=gettext_lazy("Par exemple : un mot de passe perdu, une démarche à faire à deux"),
    )
    row_set = rows(WorkshopRowForm)

    @classmethod
    def initial_of(cls, terms: Terms) -> dict[str, Any]:
        return {"drop_in": terms.drop_in}

    @classmethod
    def rows_of(cls, terms: Terms) -> list[dict[str, Any]]:
        return [workshop.model_dump() for workshop in terms.workshops]

    def changes(self, typed: dict[str, Any], built: Sequence[Any]) -> dict[str, Any]:
        return {"drop_in": typed["drop_in"], "workshops": list(built)}


def _coded(built: Sequence[dict[str, Any]], words: str) -> list[dict[str, Any]]:
    """Rows with a code each: the one they had, else one made from their words."""
    taken = [row["code"] for row in built if row["code"]]
    if len(set(taken)) != len(taken):
        raise DomainError(_("Deux lignes sont la même : retirez-en une."))
    coded = []
    for row in built:
        code = row["code"] or code_of(row[words], taken)
        taken.append(code)
        coded.append({**row, "code": code})
    return coded


# ----------------------------------------------------------------------------------------------------- equipment


# The places of the order of priority: as many as the terms may name criteria.
_PLACES = ("first", "second", "third", "fourth")


def _priority(label: Any) -> SelectField:
    return SelectField(
        label=label, choices=choices_of(labels.PRIORITIES), required=False, empty_label=gettext_lazy("Aucun critère")
    )


class EquipmentRowForm(RowForm):
    mode = SelectField(label=gettext_lazy("De quelle façon ?"), choices=choices_of(labels.MODES))
    kinds = CheckboxesField(label=gettext_lazy("Quelles machines ?"), choices=choices_of(labels.DEVICES))
    condition = SelectField(
        label=gettext_lazy("À quelle condition ?"),
        choices=choices_of(labels.CONDITIONS),
        required=False,
        empty_label=gettext_lazy("Aucune condition"),
    )
    refurbisher = CleanCharField(
        label=gettext_lazy("Qui prépare et dépanne les machines ?"),
        max_length=160,
        required=False,
        help_text=gettext_lazy("Le nom du reconditionneur"),
    )
    deposit_eur = EuroField(
        label=gettext_lazy("Caution"),
        required=False,
        max_cents=10_000_000,
        help_text=gettext_lazy("Laissez vide s'il n'y en a pas"),
    )
    due_on = DateField(
        label=gettext_lazy("Fin du prêt à une date fixe"), required=False, help_text=gettext_lazy("La même pour tous")
    )
    months = WholeNumberField(
        label=gettext_lazy("Ou durée du prêt, en mois"),
        required=False,
        min_value=1,
        max_value=120,
        help_text=gettext_lazy("À partir de la remise"),
    )
    options_at_term = CheckboxesField(
        label=gettext_lazy("À la fin du prêt, la personne peut"),
        choices=choices_of(labels.TERM_OPTIONS),
        required=False,
    )
    option_price_eur = EuroField(
        label=gettext_lazy("Prix de l'achat à la fin du prêt"), required=False, max_cents=10_000_000
    )
    price_eur = EuroField(label=gettext_lazy("Prix de vente"), required=False, max_cents=10_000_000)
    first = _priority(gettext_lazy("S'il en manque, servir d'abord les personnes"))
    second = _priority(gettext_lazy("Puis"))
    third = _priority(gettext_lazy("Puis encore"))
    fourth = _priority(gettext_lazy("Et enfin"))

    renamed = {"priority": "first"}

    def build(self, typed: dict[str, Any]) -> schema.Strict:
        return schema_of(
            schema.EquipmentTerms,
            mode=typed["mode"],
            kinds=typed["kinds"],
            condition=typed["condition"] or "none",
            refurbisher=typed["refurbisher"],
            deposit_eur=euros(typed["deposit_eur"]),
            due_on=typed["due_on"],
            months=typed["months"],
            options_at_term=typed["options_at_term"],
            option_price_eur=euros(typed["option_price_eur"]),
            price_eur=euros(typed["price_eur"]),
            priority=[typed[place] for place in _PLACES if typed[place]],
        )


class EquipmentForm(PartForm):
    row_set = rows(EquipmentRowForm, most=40)

    @classmethod
    def rows_of(cls, terms: Terms) -> list[dict[str, Any]]:
        return [
            {
                **equipment.model_dump(),
                "condition": "" if equipment.condition == "none" else equipment.condition,
                "deposit_eur": cents(equipment.deposit_eur) or None,
                "price_eur": cents(equipment.price_eur) or None,
                "option_price_eur": None if equipment.option_price_eur is None else cents(equipment.option_price_eur),
                **dict(zip(_PLACES, equipment.priority, strict=False)),
            }
            for equipment in terms.equipment
        ]

    def changes(self, typed: dict[str, Any], built: Sequence[Any]) -> dict[str, Any]:
        return {"equipment": list(built)}


# -------------------------------------------------------------------------------------------- connection and barriers


class RechargeRowForm(RowForm):
    name = CleanCharField(label=gettext_lazy("Recharge"))
    public_price_eur = EuroField(label=gettext_lazy("Prix public"), max_cents=10_000_000)
    solidarity_price_eur = EuroField(label=gettext_lazy("Prix solidaire"), max_cents=10_000_000)
    months = WholeNumberField(label=gettext_lazy("Pour combien de mois"), min_value=1, max_value=12)

    def build(self, typed: dict[str, Any]) -> schema.Strict:
        return schema_of(
            schema.RechargeTerms,
            name=typed["name"],
            public_price_eur=euros(typed["public_price_eur"]),
            solidarity_price_eur=euros(typed["solidarity_price_eur"]),
            months=typed["months"],
        )


class ConnectivityForm(PartForm):
    aid_eur = EuroField(
        label=gettext_lazy("Aide pour payer internet"),
        required=False,
        max_cents=10_000_000,
        help_text=gettext_lazy("Le montant par personne ; laissez vide s'il n'y en a pas"),
    )
    aid_months = WholeNumberField(
        label=gettext_lazy("Elle couvre combien de mois ?"), required=False, min_value=1, max_value=60
    )
    renewals = WholeNumberField(
        label=gettext_lazy("Elle se renouvelle combien de fois ?"),
        required=False,
        min_value=0,
        max_value=10,
        help_text=gettext_lazy("Laissez vide si elle ne se demande qu'une fois"),
    )
    row_set = rows(RechargeRowForm)

    @classmethod
    def initial_of(cls, terms: Terms) -> dict[str, Any]:
        return {
            "aid_eur": cents(terms.connectivity.aid_eur) or None,
            "aid_months": terms.connectivity.aid_months,
            "renewals": terms.connectivity.renewals or None,
        }

    @classmethod
    def rows_of(cls, terms: Terms) -> list[dict[str, Any]]:
        return [
            {
                "name": recharge.name,
                "public_price_eur": cents(recharge.public_price_eur),
                "solidarity_price_eur": cents(recharge.solidarity_price_eur),
                "months": recharge.months,
            }
            for recharge in terms.connectivity.recharges
        ]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if typed.get("aid_months") and not typed.get("aid_eur"):
            self.add_error("aid_eur", _("Écrivez le montant de l'aide, ou laissez sa durée vide."))
        elif typed.get("renewals") and not typed.get("aid_eur"):
            self.add_error("aid_eur", _("Écrivez le montant de l'aide : sans aide, rien ne se renouvelle."))
        elif typed.get("renewals") and not typed.get("aid_months"):
            self.add_error("aid_months", _("Écrivez sa durée : une aide se renouvelle quand elle est terminée."))
        return typed

    def changes(self, typed: dict[str, Any], built: Sequence[Any]) -> dict[str, Any]:
        names = [recharge.name.casefold() for recharge in built]
        if len(set(names)) != len(names):
            raise DomainError(_("Deux recharges ont le même nom : donnez à chacune le sien."))
        return {
            "connectivity": schema.ConnectivityTerms(
                aid_eur=euros(typed["aid_eur"]) or Decimal(0),
                aid_months=typed["aid_months"],
                renewals=typed["renewals"] or 0,
                recharges=list(built),
            )
        }


class BarrierRowForm(RowForm):
    code = forms.CharField(required=False, widget=forms.HiddenInput, max_length=40)
    label = CleanCharField(label=gettext_lazy("Un autre frein, avec vos mots"), max_length=300)

    def build(self, typed: dict[str, Any]) -> dict[str, Any]:
        return {"code": typed["code"], "label": typed["label"]}


class BarriersForm(PartForm):
    usual = CheckboxesField(
        label=gettext_lazy("Les freins que vos conseillers repèrent"),
        choices=choices_of(labels.BARRIERS),
        required=False,
    )
    row_set = rows(BarrierRowForm)

    @staticmethod
    def _is_usual(barrier: schema.BarrierTerms) -> bool:
        return barrier.label == str(labels.BARRIERS.get(barrier.code, ""))

    @classmethod
    def initial_of(cls, terms: Terms) -> dict[str, Any]:
        return {"usual": [barrier.code for barrier in terms.barriers if cls._is_usual(barrier)]}

    @classmethod
    def rows_of(cls, terms: Terms) -> list[dict[str, Any]]:
        return [barrier.model_dump() for barrier in terms.barriers if not cls._is_usual(barrier)]

    def changes(self, typed: dict[str, Any], built: Sequence[Any]) -> dict[str, Any]:
        own = {row["code"] for row in built}
        usual = [{"code": code, "label": str(labels.BARRIERS[code])} for code in typed["usual"] if code not in own]
        barriers = [schema.BarrierTerms.model_validate(barrier) for barrier in _coded([*usual, *built], "label")]
        # Those that stood already keep their places.
        places = {barrier.code: place for place, barrier in enumerate(self.terms.barriers)}
        return {"barriers": sorted(barriers, key=lambda barrier: places.get(barrier.code, len(places)))}


# ------------------------------------------------------------------------------------------------------------- reviews


class ReviewsForm(PartForm):
    months = CleanCharField(
        label=gettext_lazy("Un bilan est fait au bout de combien de mois ?"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Par exemple 3, ou 3, 6 et 12 ; laissez vide s'il n'y a pas de bilan"),
    )
    by = RadioField(label=gettext_lazy("Qui donne ce bilan ?"), choices=choices_of(labels.REVIEWERS))
    observed_uses = CleanTextField(
        label=gettext_lazy("Que peut-on observer ?"),
        required=False,
        rows=6,
        max_length=12_000,
        help_text=gettext_lazy("Un usage par ligne, par exemple : « Fait ses démarches en ligne »"),
    )
    satisfaction = YesNoField(label=gettext_lazy("Demande-t-on à chaque personne si elle est satisfaite ?"))
    outcome_months = WholeNumberField(
        label=gettext_lazy("Sa situation est relevée combien de mois après sa sortie ?"), min_value=1, max_value=24
    )

    @classmethod
    def initial_of(cls, terms: Terms) -> dict[str, Any]:
        reviews = terms.reviews
        return {
            "months": ", ".join(str(month) for month in reviews.months),
            "by": reviews.by,
            "observed_uses": "\n".join(reviews.observed_uses),
            "satisfaction": reviews.satisfaction,
            "outcome_months": reviews.outcome_months,
        }

    def clean_months(self) -> list[int]:
        text = self.cleaned_data["months"].replace(";", ",").replace(" et ", ",").replace(" ", ",")
        parts = [part for part in text.split(",") if part and part != "mois"]
        if any(not part.isascii() or not part.isdigit() or not 0 < int(part[:4]) <= 60 for part in parts):
            raise ValidationError(_("Écrivez des nombres de mois, de 1 à 60 : par exemple 3, 6."))
        return sorted({int(part) for part in parts})

    def clean_observed_uses(self) -> list[str]:
        uses = [" ".join(line.split()) for line in self.cleaned_data["observed_uses"].splitlines()]
        uses = list(dict.fromkeys(use for use in uses if use))
        if any(len(use) > 300 for use in uses):
            raise ValidationError(_("Une ligne est trop longue : 300 caractères au plus par usage."))
        return uses

    def changes(self, typed: dict[str, Any], built: Sequence[Any]) -> dict[str, Any]:
        fields = ("months", "by", "observed_uses", "satisfaction", "outcome_months")
        return {"reviews": schema.ReviewTerms.model_validate({name: typed[name] for name in fields})}
