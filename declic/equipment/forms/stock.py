"""The forms of the shelf and of the bench."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.forms import (
    CheckboxesField,
    CleanCharField,
    Form,
    RadioField,
    SelectField,
    WholeNumberField,
)
from declic.equipment.enums import Condition, DeviceKind, DeviceState
from declic.equipment.forms.shared import RowField, WhenForm

CHECKS: dict[str, Any] = {
    "power": gettext_lazy("démarre et s'éteint"),
    "screen": gettext_lazy("écran net, sans tache gênante"),
    "keyboard": gettext_lazy("clavier : toutes les touches"),
    "pointer": gettext_lazy("souris ou pavé tactile"),
    "touch": gettext_lazy("écran tactile : tous les coins"),
    "battery": gettext_lazy("batterie : deux heures au moins"),
    "charger": gettext_lazy("chargeur présent et sûr"),
    "wifi": gettext_lazy("wifi"),
    "network": gettext_lazy("réseau mobile"),
    "sound": gettext_lazy("son et micro"),
    "camera": gettext_lazy("caméra"),
    "ports": gettext_lazy("prises USB"),
}
CHECKS_OF_KIND: dict[str, tuple[str, ...]] = {
    DeviceKind.LAPTOP: (
        "power", "screen", "keyboard", "pointer", "battery", "charger", "wifi", "sound", "camera", "ports",
    ),
    DeviceKind.DESKTOP: ("power", "screen", "keyboard", "pointer", "wifi", "sound", "ports"),
    DeviceKind.TABLET: ("power", "screen", "touch", "battery", "charger", "wifi", "sound", "camera"),
    DeviceKind.SMARTPHONE: ("power", "screen", "touch", "battery", "charger", "wifi", "network", "sound", "camera"),
}  # fmt: skip


class StockFilters(Form):
    """What narrows the list of machines."""

    state = SelectField(
        label=gettext_lazy("État"), choices=DeviceState.choices, empty_label=gettext_lazy("Tous"), required=False
    )
    kind = SelectField(
        label=gettext_lazy("Type"), choices=DeviceKind.choices, empty_label=gettext_lazy("Tous"), required=False
    )
    site = RowField(label=gettext_lazy("Lieu"), queryset=None, required=False, empty_label=gettext_lazy("Tous"))

    def __init__(self, *args: Any, sites: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]


class LotForm(WhenForm):
    """A lot that comes in."""

    label = CleanCharField(
        label=gettext_lazy("Nom du lot"), max_length=160, help_text=gettext_lazy("Par exemple : Mairie, mars 2026")
    )
    donor = RowField(label=gettext_lazy("Donateur"), queryset=None, required=False)
    count = WholeNumberField(label=gettext_lazy("Nombre de machines"), min_value=1)
    kind = RadioField(label=gettext_lazy("Type"), choices=DeviceKind.choices, initial=DeviceKind.LAPTOP)
    brand = CleanCharField(label=gettext_lazy("Marque"), max_length=80, required=False)
    model = CleanCharField(label=gettext_lazy("Modèle"), max_length=120, required=False)
    refurbisher = RowField(label=gettext_lazy("Reconditionneur"), queryset=None, required=False)
    site = RowField(label=gettext_lazy("Lieu où sont les machines"), queryset=None, required=False)
    transfer_reference = CleanCharField(
        label=gettext_lazy("Document de cession"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("La référence du papier signé par le donateur."),
    )
    tag_prefix = CleanCharField(
        label=gettext_lazy("Début des étiquettes"),
        max_length=6,
        initial="PC",
        help_text=gettext_lazy("PC donne PC-0001, PC-0002… à la suite des étiquettes existantes."),
        widget=forms.TextInput(attrs={"class": "short"}),
    )
    field_order = ["label", "on"]

    def __init__(self, *args: Any, sites: Any, donors: Any, refurbishers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("site", sites), ("donor", donors), ("refurbisher", refurbishers)):
            self.fields[name].queryset = rows  # type: ignore[attr-defined]


class DeviceForm(Form):
    """What a machine is."""

    brand = CleanCharField(label=gettext_lazy("Marque"), max_length=80, required=False)
    model = CleanCharField(label=gettext_lazy("Modèle"), max_length=120, required=False)
    serial = CleanCharField(
        label=gettext_lazy("Numéro de série à ajouter"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Celui du fabricant. Les numéros déjà notés restent."),
    )
    drives = WholeNumberField(
        label=gettext_lazy("Nombre de disques"),
        max_value=12,
        help_text=gettext_lazy("Chacun demande son effacement certifié."),
    )
    site = RowField(label=gettext_lazy("Lieu"), queryset=None, required=False)
    refurbisher = RowField(label=gettext_lazy("Reconditionneur"), queryset=None, required=False)
    note = CleanCharField(label=gettext_lazy("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, sites: Any, refurbishers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        self.fields["refurbisher"].queryset = refurbishers  # type: ignore[attr-defined]


class ErasureForm(WhenForm):
    """One drive erased, with its proof."""

    drive_serial = CleanCharField(label=gettext_lazy("Numéro du disque"), max_length=80)
    method = CleanCharField(
        label=gettext_lazy("Méthode"), max_length=120, help_text=gettext_lazy("Par exemple : nwipe, une passe de zéros")
    )
    verification = CleanCharField(
        label=gettext_lazy("Vérification"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Par exemple : relecture complète. Sans elle, l'effacement n'est pas certifié."),
    )
    errors_count = WholeNumberField(label=gettext_lazy("Erreurs"), initial=0)
    reason = CleanCharField(
        label=gettext_lazy("Pourquoi le certifier sans fichier de preuve"),
        max_length=300,
        required=False,
        help_text=gettext_lazy(
            "Par exemple : journal perdu, disque relu à l'atelier. Sans raison, il n'est pas certifié."
        ),
    )
    field_order = ["drive_serial", "method", "verification", "errors_count", "reason", "on"]


class TestsForm(WhenForm):
    """The checks of one machine: what works is ticked."""

    works = CheckboxesField(label=gettext_lazy("Ce qui fonctionne"), required=False)
    field_order = ["works", "on"]

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = CHECKS_OF_KIND[kind]
        self.fields["works"].choices = [(code, CHECKS[code]) for code in self.codes]  # type: ignore[attr-defined]
        self.fields["works"].help_text = _("Une case vide garde la machine sur l'établi.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        ticked = set(data.pop("works", []))
        data["checks"] = {code: code in ticked for code in self.codes}
        return data


class SystemForm(Form):
    """The system that was installed."""

    system = CleanCharField(
        label=gettext_lazy("Système installé"), max_length=80, help_text=gettext_lazy("Par exemple : Linux Mint 22")
    )


class ReadyForm(Form):
    """How the machine looks, before it goes on the shelf."""

    condition = RadioField(label=gettext_lazy("Aspect"), choices=Condition.choices)


class AsideForm(Form):
    """A machine leaves the usual way."""

    what = RadioField(
        label=gettext_lazy("Que devient la machine ?"),
        choices=[
            ("repair", gettext_lazy("elle part en réparation")),
            ("quarantine", gettext_lazy("elle est bloquée (mot de passe, compte, gestion à distance)")),
            ("parts", gettext_lazy("elle est gardée pour ses pièces")),
            ("scrap", gettext_lazy("elle va au rebut, au registre des déchets")),
        ],
    )
    reason = CleanCharField(label=gettext_lazy("Pourquoi"), max_length=300)
