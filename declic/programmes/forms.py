"""Forms of programmes and editions: their words, dates, aims and money, and the file that brings a whole programme."""

import datetime
import hashlib
from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.forms import (
    CleanCharField,
    CleanTextField,
    DateField,
    EuroField,
    Form,
    SelectField,
    VersionedFormMixin,
    WholeNumberField,
)
from declic.ledger.enums import EXPENSE_ROLES, INCOME_ROLES
from declic.programmes.actions import MOST_PERSONS, BudgetRow, MeansRow, ObjectiveRow
from declic.programmes.indicators import INDICATORS, aims
from declic.programmes.models import BudgetLine, Edition, MeansLine
from declic.programmes.rows import NumberField, RowForm, rows


class ProgrammeForm(Form):
    name = CleanCharField(
        label=gettext_lazy("Nom du dispositif"), help_text=gettext_lazy("Tel qu'on le lit sur le dépliant")
    )
    summary = CleanTextField(
        label=gettext_lazy("En quelques phrases"),
        required=False,
        help_text=gettext_lazy("Ce que la personne reçoit, et comment cela se passe"),
    )
    audience = CleanTextField(
        label=gettext_lazy("Pour qui"),
        required=False,
        rows=2,
        help_text=gettext_lazy("Avec vos mots ; les conditions précises viennent ensuite"),
    )


class ProgrammeEditForm(ProgrammeForm):
    archived_on = DateField(
        label=gettext_lazy("Terminé le"),
        required=False,
        help_text=gettext_lazy("Laissez vide tant que le dispositif continue. Un dispositif terminé reste lisible."),
    )


class EditionForm(Form):
    name = CleanCharField(
        max_length=120,
        label=gettext_lazy("Nom de l'édition"),
        help_text=gettext_lazy("Par exemple : 2026, vague 1, printemps"),
    )
    starts_on = DateField(label=gettext_lazy("Début"))
    ends_on = DateField(label=gettext_lazy("Fin"))
    enrolment_ends_on = DateField(
        label=gettext_lazy("Dernier jour pour entrer"),
        required=False,
        help_text=gettext_lazy("Laissez vide si l'on entre jusqu'à la fin"),
    )
    places = WholeNumberField(
        label=gettext_lazy("Nombre de places"),
        required=False,
        max_value=1_000_000,
        help_text=gettext_lazy("Laissez vide s'il n'y a pas de limite"),
    )
    message_cents = EuroField(
        label=gettext_lazy("Budget des messages"),
        required=False,
        max_cents=100_000_000,
        help_text=gettext_lazy(
            "SMS et lettres aux personnes. Vous êtes prévenu à 80 % ; au-delà du budget, aucun SMS ne part. Vide : sans budget"
        ),
    )


class ScaleForm(Form):
    label = CleanCharField(
        max_length=160,
        label=gettext_lazy("Nom du barème"),
        help_text=gettext_lazy("Par exemple : plafond de la complémentaire santé solidaire, ou reste à vivre"),
    )
    source = CleanCharField(
        max_length=300,
        label=gettext_lazy("D'où viennent ces montants"),
        required=False,
        help_text=gettext_lazy("Le texte de loi ou la délibération, pour que vos collègues puissent vérifier"),
    )


class AmountForm(Form):
    """What a scale is worth from a day."""

    cents = EuroField(label=gettext_lazy("Montant par mois"), max_cents=10_000_000)
    since = DateField(label=gettext_lazy("À partir du"))
    until = DateField(
        label=gettext_lazy("Jusqu'au"),
        required=False,
        help_text=gettext_lazy("Laissez vide tant que personne n'annonce le montant suivant"),
    )
    persons = WholeNumberField(
        label=gettext_lazy("Pour un foyer de combien de personnes ?"),
        required=False,
        min_value=1,
        max_value=MOST_PERSONS,
        help_text=gettext_lazy("Laissez vide si le montant est le même pour tous"),
    )


class ImportForm(Form):
    file = forms.FileField(
        label=gettext_lazy("Le fichier du dispositif"),
        required=False,
        help_text=gettext_lazy("Un fichier TOML, celui que donne « Exporter » par exemple"),
        widget=forms.ClearableFileInput(attrs={"accept": ".toml,text/plain"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Ou son texte, collé ici"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if not typed.get("file") and not (typed.get("text") or "").strip():
            raise forms.ValidationError(_("Choisissez un fichier, ou collez son texte."))
        return typed


# ----------------------------------------------------------------------------------------- objectives, means, budget


def fingerprint(*parts: object) -> SimpleNamespace:
    """What tells two states of a page apart, as `VersionedFormMixin` wants it."""
    return SimpleNamespace(version=hashlib.sha256(repr(parts).encode()).hexdigest()[:16])


class PlanForm(VersionedFormMixin, Form):
    """Nothing but the guard against writing over someone else's change; the rows say the rest."""


class ObjectiveRowForm(RowForm):
    indicator = SelectField(label=gettext_lazy("Ce que l'on compte"), choices=aims)
    label = CleanCharField(label=gettext_lazy("L'objectif avec vos mots"), required=False)
    target = NumberField(label=gettext_lazy("Cible"), max_digits=12)

    def build(self, typed: dict[str, Any]) -> ObjectiveRow:
        words = typed["label"] or str(INDICATORS[typed["indicator"]].label)
        return ObjectiveRow(typed["indicator"], words, typed["target"])


class MeansRowForm(RowForm):
    role = CleanCharField(max_length=120, label=gettext_lazy("Qui"))
    hours = NumberField(label=gettext_lazy("Heures"), max_digits=8)
    per = SelectField(label=gettext_lazy("Rythme"), choices=lambda: MeansLine.Per.choices)

    def build(self, typed: dict[str, Any]) -> MeansRow:
        return MeansRow(typed["role"], typed["hours"], typed["per"])


class BudgetRowForm(RowForm):
    side = SelectField(
        label=gettext_lazy("Nature"), choices=lambda: [(c, str(w).capitalize()) for c, w in BudgetLine.Side.choices]
    )
    label = CleanCharField(label=gettext_lazy("Libellé"))
    year = WholeNumberField(label=gettext_lazy("Année"), required=False, min_value=1900, max_value=2199)
    planned = EuroField(label=gettext_lazy("Montant prévu"), max_cents=100_000_000_000)
    funder_name = CleanCharField(
        max_length=160,
        label=gettext_lazy("Financeur"),
        required=False,
        widget=forms.TextInput(attrs={"list": "funders", "autocomplete": "off"}),
    )
    follows = SelectField(
        label=gettext_lazy("Compte suivi"),
        choices=lambda: [(role, str(role.label).capitalize()) for role in (*EXPENSE_ROLES, *INCOME_ROLES)],
        empty_label=gettext_lazy("Aucun"),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        if typed.get("side") == BudgetLine.Side.EXPENSE and typed.get("funder_name"):
            self.add_error("funder_name", _("À laisser vide : seule une recette a un financeur."))
        return typed

    def build(self, typed: dict[str, Any]) -> BudgetRow:
        return BudgetRow(
            typed["side"],
            typed["label"],
            typed["planned"],
            typed["year"],
            funder_name=typed["funder_name"],
            follows=typed["follows"],
        )


ObjectiveRows = rows(ObjectiveRowForm)
MeansRows = rows(MeansRowForm)
BudgetRows = rows(BudgetRowForm, most=500)


def objective_initial(edition: Edition) -> list[dict[str, Any]]:
    """The rows of the form of objectives as they now stand."""
    return [{"indicator": row.indicator, "label": row.label, "target": row.target} for row in edition.objectives.all()]


def means_initial(edition: Edition) -> list[dict[str, Any]]:
    """The rows of the form of means as they now stand."""
    return [{"role": row.role, "hours": row.hours, "per": row.per} for row in edition.means.all()]


def budget_initial(edition: Edition) -> list[dict[str, Any]]:
    """The rows of the form of the budget as they now stand; a new edition begins with its first year."""
    return [
        {
            "side": row.side,
            "label": row.label,
            "year": row.year,
            "planned": row.planned,
            "funder_name": row.funder.name if row.funder else "",
            "follows": row.head.role if row.head else "",
        }
        for row in edition.budget.select_related("funder", "head")
    ]


def edition_initial(edition: Edition | None, day: datetime.date | None = None) -> dict[str, Any]:
    """What the form of an edition shows first."""
    if edition is None:
        return {}
    return {
        "name": edition.name,
        "starts_on": edition.starts_on,
        "ends_on": edition.ends_on,
        "enrolment_ends_on": edition.enrolment_ends_on,
        "places": edition.places,
        "message_cents": edition.message_budget.amount_cents if edition.message_budget else None,
    }
