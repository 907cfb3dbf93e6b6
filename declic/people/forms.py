"""Forms about a person: who she is, how to reach her, and her situation on a date."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.dates import today
from declic.core.forms import (
    CheckboxesField,
    CleanCharField,
    DateField,
    EmailField,
    EuroField,
    Form,
    PhoneField,
    RadioField,
    SelectField,
    VersionedFormMixin,
    YesNoField,
)
from declic.organisations.models import Organisation, Site
from declic.people.actions import FACTS, Phone
from declic.people.enums import (
    Benefit,
    ContactPreference,
    Education,
    Gender,
    HomeEquipment,
    Household,
    Housing,
    LabourStatus,
    Language,
)
from declic.people.models import Person, Snapshot

NONE = "aucun"
_NOT_SAID = gettext_lazy("Non précisé")


def site_choices(operator: Organisation | int, *, keep: int | None = None) -> list[tuple[int, str]]:
    """The open places of an operator, as answers of a form; `keep` is one to offer even when it has closed."""
    sites = Site.objects.filter(Q(closed_on__isnull=True) | Q(pk=keep), operator=operator)
    return list(sites.values_list("pk", "name"))


def chosen_site(operator: Organisation | int, answer: str) -> Site | None:
    """The place behind an answer of `site_choices`."""
    return Site.objects.get(operator=operator, pk=answer) if answer else None


class PersonForm(Form):
    """Who the person is and how to reach her. Her situation comes later, with its date."""

    first_name = CleanCharField(label=gettext_lazy("Prénom"), max_length=80)
    last_name = CleanCharField(label=gettext_lazy("Nom"), max_length=80)
    birth_name = CleanCharField(
        label=gettext_lazy("Nom de naissance"),
        help_text=gettext_lazy("S’il est différent : on la retrouvera sous ses deux noms."),
        max_length=80,
        required=False,
    )
    called = CleanCharField(
        label=gettext_lazy("Comment souhaite-t-elle être appelée ?"),
        help_text=gettext_lazy("Par exemple « Mme Diarra » ou « Awa ». Sinon, prénom et nom."),
        max_length=120,
        required=False,
    )
    birth_date = DateField(label=gettext_lazy("Date de naissance"), required=False)
    gender = RadioField(label=gettext_lazy("Genre"), choices=Gender.choices, unknown_label=_NOT_SAID, required=False)
    email = EmailField(
        label=gettext_lazy("Courriel"),
        help_text=gettext_lazy("Celui d’un proche convient, si elle est d’accord."),
        required=False,
    )
    contact_preference = RadioField(
        label=gettext_lazy("Comment préfère-t-elle être jointe ?"),
        choices=ContactPreference.choices,
        unknown_label=_NOT_SAID,
        required=False,
    )
    preferred_language = SelectField(
        label=gettext_lazy("Dans quelle langue lui écrire et lui parler ?"),
        help_text=gettext_lazy("Celle qu’elle comprend le mieux. Absente de la liste : notez-la dessous."),
        choices=Language.choices,
        empty_label=_NOT_SAID,
        required=False,
    )
    languages = CleanCharField(
        label=gettext_lazy("Langues parlées"),
        help_text=gettext_lazy("Par exemple : soninké, français."),
        max_length=120,
        required=False,
    )
    needs_help_reading = YesNoField(
        label=gettext_lazy("A-t-elle besoin d’aide pour lire ?"),
        help_text=gettext_lazy("Pour choisir l’appel plutôt que le message, et lire les papiers avec elle."),
        required=False,
    )
    address = CleanCharField(
        label=gettext_lazy("Adresse où lui écrire"),
        help_text=gettext_lazy(
            "Chez elle, chez un proche ou une domiciliation (CCAS, association). Sinon, laissez vide."
        ),
        required=False,
    )
    postal_code = forms.RegexField(
        regex=r"^\d{5}$",
        label=gettext_lazy("Code postal"),
        required=False,
        error_messages={"invalid": gettext_lazy("Un code postal a 5 chiffres, par exemple 31000.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short", "maxlength": 5}),
    )
    city = CleanCharField(label=gettext_lazy("Ville"), max_length=100, required=False)
    site = SelectField(
        label=gettext_lazy("Lieu de suivi"),
        help_text=gettext_lazy("L’équipe de ce lieu verra le dossier. Sans lieu, toutes vos équipes le voient."),
        empty_label=gettext_lazy("Pas encore de lieu"),
        required=False,
    )

    def __init__(self, *args: Any, operator: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.operator = operator
        self.fields["site"].choices = [  # type: ignore[attr-defined]
            ("", _("Pas encore de lieu")),
            *site_choices(operator, keep=self.initial.get("site") or None),
        ]

    def clean_birth_date(self) -> Any:
        day = self.cleaned_data["birth_date"]
        if day is not None and day > today():
            raise ValidationError(_("Cette date est dans le futur : vérifiez l’année."))
        return day

    def clean_site(self) -> Site | None:
        return chosen_site(self.operator, self.cleaned_data["site"])


class NewPersonForm(PersonForm):
    """A new file; says whether the person knows that it exists."""

    informed = forms.BooleanField(
        label=gettext_lazy("Elle sait que ce dossier existe, à quoi il sert et qu’elle peut le voir ou le corriger"),
        help_text=gettext_lazy(
            "Dites-le-lui maintenant si vous êtes ensemble. Sinon, faites-le au premier rendez-vous."
        ),
        required=False,
    )


class EditPersonForm(VersionedFormMixin, PersonForm):
    """A correction of the file, refused when someone else has changed it meanwhile."""


class PhoneRowForm(Form):
    number = PhoneField(label=gettext_lazy("Téléphone"), required=False)
    note = CleanCharField(
        label=gettext_lazy("À savoir"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("celui de sa sœur, après 18 h…")}),
    )
    wrong = forms.BooleanField(label=gettext_lazy("Ne répond plus"), required=False)


PhoneFormSet = formset_factory(PhoneRowForm, extra=1, max_num=6, absolute_max=12)


def typed_phones(formset: BaseFormSet[Any]) -> list[Phone]:
    """The rows of a valid `PhoneFormSet`, untouched ones included, emptied ones left out."""
    rows = [form.cleaned_data for form in formset.forms if form.cleaned_data.get("number")]
    return [Phone(row["number"], row["note"], row["wrong"]) for row in rows]


def phones_initial(person: Person) -> list[dict[str, Any]]:
    """What `PhoneFormSet` begins with: the numbers of the file."""
    return [
        {"number": phone.number, "note": phone.note, "wrong": phone.wrong_since is not None}
        for phone in person.phones.all()
    ]


def typed_numbers(formset: BaseFormSet[Any]) -> list[str]:
    """The numbers of a valid `PhoneFormSet`, untouched ones included, emptied ones left out."""
    return [form.cleaned_data["number"] for form in formset.forms if form.cleaned_data.get("number")]


class SituationForm(Form):
    """A person's situation on a date. Every fact may stay unknown, which never counts as "no" (rule 3)."""

    labour_status = RadioField(label=gettext_lazy("Emploi"), choices=LabourStatus.choices, required=False)
    benefits = CheckboxesField(
        label=gettext_lazy("Minima sociaux"),
        help_text=gettext_lazy("Rien de coché veut dire : on ne sait pas."),
        choices=[*Benefit.choices, (NONE, gettext_lazy("aucun minimum social"))],
        required=False,
    )
    income = EuroField(
        label=gettext_lazy("Ressources par mois"),
        help_text=gettext_lazy("Salaires, allocations, pensions du foyer."),
        max_cents=5_000_000,
        required=False,
    )
    charges = EuroField(
        label=gettext_lazy("Charges par mois"),
        help_text=gettext_lazy("Loyer, énergie, crédits, pensions versées."),
        max_cents=5_000_000,
        required=False,
    )
    household = RadioField(label=gettext_lazy("Foyer"), choices=Household.choices, required=False)
    housing = RadioField(label=gettext_lazy("Logement"), choices=Housing.choices, required=False)
    education = RadioField(label=gettext_lazy("Études"), choices=Education.choices, required=False)
    commune_code = forms.RegexField(
        regex=r"^(\d{2}|2[AB])\d{3}$",
        label=gettext_lazy("Commune (code INSEE)"),
        help_text=gettext_lazy("5 caractères, ce n’est pas le code postal : Toulouse est 31555."),
        required=False,
        error_messages={"invalid": gettext_lazy("Un code INSEE a 5 caractères, par exemple 31555 ou 2A004.")},
        widget=forms.TextInput(attrs={"class": "short", "maxlength": 5, "autocomplete": "off"}),
    )
    in_priority_zone = YesNoField(
        label=gettext_lazy("Habite un quartier prioritaire (QPV)"),
        help_text=gettext_lazy("En cas de doute, cherchez son adresse sur sig.ville.gouv.fr."),
        required=False,
    )
    equipment = CheckboxesField(
        label=gettext_lazy("Matériel à la maison"),
        help_text=gettext_lazy("Qui marche et qu’elle peut utiliser. Rien de coché veut dire : on ne sait pas."),
        choices=[*HomeEquipment.choices, (NONE, gettext_lazy("aucun"))],
        required=False,
    )
    has_connection = YesNoField(label=gettext_lazy("Internet à la maison"), required=False)
    has_email_address = YesNoField(label=gettext_lazy("A une adresse électronique"), required=False)
    needs_help_online = YesNoField(label=gettext_lazy("A besoin d’aide pour ses démarches en ligne"), required=False)

    def clean_benefits(self) -> list[str] | None:
        return self._known("benefits")

    def clean_equipment(self) -> list[str] | None:
        return self._known("equipment")

    def _known(self, field: str) -> list[str] | None:
        ticked: list[str] = self.cleaned_data[field]
        if NONE in ticked and len(ticked) > 1:
            raise ValidationError(_("Vous avez coché « aucun » et autre chose : gardez l’un des deux."))
        return [] if ticked == [NONE] else ticked or None


def facts_of(typed: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a valid `SituationForm`, as `take_snapshot` takes them: None where nobody knows."""
    facts = {name: typed.get(name) for name in FACTS if name != "priority_zone_code"}
    return {name: None if value == "" else value for name, value in facts.items()}


def situation_initial(snapshot: Snapshot | None) -> dict[str, Any]:
    """What `SituationForm` begins with: the latest situation, to be confirmed rather than typed again."""
    if snapshot is None:
        return {}
    initial = {name: getattr(snapshot, name) for name in FACTS if name != "priority_zone_code"}
    for field in ("benefits", "equipment"):
        initial[field] = [NONE] if initial[field] == [] else initial[field]
    return {name: "" if value is None else value for name, value in initial.items()}


class ChangeForm(SituationForm):
    """A situation that changed, from a date."""

    on = DateField(label=gettext_lazy("Situation au"))
    field_order = ["on"]

    def clean_on(self) -> Any:
        if self.cleaned_data["on"] > today():
            raise ValidationError(_("Cette date est dans le futur : notez la situation d’aujourd’hui ou d’avant."))
        return self.cleaned_data["on"]


class PeopleFilter(Form):
    """Which place's people to list."""

    lieu = SelectField(label=gettext_lazy("Lieu de suivi"), empty_label=gettext_lazy("Tous les lieux"), required=False)

    def __init__(self, *args: Any, sites: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lieu"].choices = [  # type: ignore[attr-defined]
            ("", _("Tous les lieux")),
            *sites,
            ("sans", _("Sans lieu")),
        ]
