"""Forms about places and partners."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.forms import CleanCharField, DateField, EmailField, Form, PhoneField, RadioField, SelectField
from declic.organisations.enums import PartnershipKind, PrescriberKind


class SiteForm(Form):
    """A place where people are welcomed, with what the map of digital help places asks for."""

    name = CleanCharField(label=gettext_lazy("Nom du lieu"), max_length=160)
    address = CleanCharField(label=gettext_lazy("Adresse"), required=False)
    postal_code = forms.RegexField(
        regex=r"^\d{5}$",
        label=gettext_lazy("Code postal"),
        required=False,
        error_messages={"invalid": gettext_lazy("Un code postal a 5 chiffres, par exemple 31000.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short", "maxlength": 5}),
    )
    city = CleanCharField(label=gettext_lazy("Commune"), max_length=100, required=False)
    phone = PhoneField(label=gettext_lazy("Téléphone"), required=False)
    email = EmailField(label=gettext_lazy("Courriel"), required=False)
    website = forms.URLField(
        label=gettext_lazy("Site web"),
        required=False,
        max_length=200,
        assume_scheme="https",
        widget=forms.TextInput(attrs={"inputmode": "url"}),
        error_messages={"invalid": gettext_lazy("Écrivez l’adresse ainsi : https://exemple.fr.")},
    )
    opening_hours = CleanCharField(
        label=gettext_lazy("Horaires"),
        help_text=gettext_lazy("Comme sur OpenStreetMap : Mo-Fr 09:00-12:00,14:00-17:00"),
        required=False,
    )
    access_note = CleanCharField(
        label=gettext_lazy("Venir, entrer, circuler"),
        help_text=gettext_lazy("Arrêt de bus, ascenseur, boucle magnétique…"),
        max_length=300,
        required=False,
    )


class EditSiteForm(SiteForm):
    """A place that changes, or closes."""

    closed_on = DateField(
        label=gettext_lazy("Fermé le"),
        help_text=gettext_lazy("Laissez vide tant que le lieu accueille. Les dossiers restent."),
        required=False,
    )


class PartnerForm(Form):
    """A structure that works with the operator, and how."""

    name = CleanCharField(label=gettext_lazy("Nom de la structure"), max_length=160)
    kind = RadioField(label=gettext_lazy("Que fait-elle avec vous ?"), choices=PartnershipKind.choices)
    prescriber_kind = SelectField(
        label=gettext_lazy("Type de prescripteur"),
        help_text=gettext_lazy("Si elle oriente des personnes : certains dispositifs en dépendent."),
        choices=PrescriberKind.choices,
        empty_label=gettext_lazy("Choisir…"),
        required=False,
    )
    email = EmailField(label=gettext_lazy("Courriel"), required=False)
    phone = PhoneField(label=gettext_lazy("Téléphone"), required=False)
    since = DateField(label=gettext_lazy("Depuis le"))

    def clean(self) -> dict[str, Any] | None:
        typed = super().clean()
        data = self.cleaned_data if typed is None else typed
        if data.get("kind") == PartnershipKind.PRESCRIBER and not data.get("prescriber_kind"):
            self.add_error("prescriber_kind", ValidationError(_("Choisissez le type de prescripteur.")))
        return data


class ClosePartnershipForm(Form):
    until = DateField(label=gettext_lazy("Dernier jour du partenariat"))
