"""The forms of the stock, the allocations and the ceremonies."""

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.dates import format_day
from declic.core.forms import (
    CheckboxesField,
    CleanCharField,
    CleanTextField,
    DateField,
    EuroField,
    Form,
    OneTimeFormMixin,
    RadioField,
    SelectField,
    WholeNumberField,
)
from declic.core.money import format_euros, format_euros_short
from declic.equipment.enums import AllocationMode, Condition, DeviceKind, DeviceState
from declic.equipment.models import Allocation, Device
from declic.ledger.enums import Means
from declic.orientation.models import Enrolment
from declic.programmes.models import Edition
from declic.programmes.schema import EquipmentTerms, cents

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


class RowField(forms.ModelChoiceField):
    """A row among those the user may choose."""

    default_error_messages = {
        "required": gettext_lazy("Choisissez une réponse."),
        "invalid_choice": gettext_lazy("Choisissez une réponse de la liste."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("empty_label", gettext_lazy("Choisir…") if kwargs.get("required", True) else "–")
        super().__init__(**kwargs)


class TagField(CleanCharField):
    """A machine named by its tag: scanned, typed, or picked among the suggestions; the cleaned value is the machine."""

    def __init__(self, *, devices: QuerySet[Device], **kwargs: Any) -> None:
        self.devices = devices
        kwargs.setdefault("label", gettext_lazy("Machine"))
        kwargs.setdefault("help_text", gettext_lazy("Scannez ou tapez l'étiquette, par exemple PC-0042."))
        attrs = {"list": "machines", "class": "short", "autocapitalize": "characters", "spellcheck": "false"}
        kwargs.setdefault("widget", forms.TextInput(attrs={**attrs, "autocomplete": "off"}))
        super().__init__(max_length=20, **kwargs)

    def clean(self, value: Any) -> Any:
        tag = super().clean(value)
        if not tag:
            return None
        device = self.devices.filter(tag__iexact=tag).first()
        if device is None:
            raise ValidationError(
                _("Aucune machine de votre stock ne porte l'étiquette %(tag)s : vérifiez-la.") % {"tag": tag}
            )
        return device


def means_field(label: Any = gettext_lazy("Comment")) -> RadioField:
    """How the money changes hands."""
    return RadioField(label=label, choices=Means.choices, initial=Means.CASH)


class WhenForm(Form):
    """Something that happened today or a little before."""

    on = DateField(label=gettext_lazy("Date"))

    def clean_on(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["on"]
        latest: datetime.date | None = self.initial.get("on")
        if latest is not None and day > latest:
            raise ValidationError(
                _("Cette date n'est pas encore là : choisissez le %(day)s ou avant.") % {"day": format_day(latest)}
            )
        return day


# -------------------------------------------------------------------------------------------------------------- stock


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
    field_order = ["drive_serial", "method", "verification", "errors_count", "on"]


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


# -------------------------------------------------------------------------------------------------------- allocations


def offer_words(entry: EquipmentTerms, kind: str) -> str:
    """One thing that the terms offer, in words: mode, kind and money."""
    words = f"{AllocationMode(entry.mode).label} · {DeviceKind(kind).label}"
    if entry.deposit_eur:
        words += _(", caution de %(amount)s") % {"amount": format_euros_short(cents(entry.deposit_eur))}
    if entry.price_eur:
        words += f", {format_euros_short(cents(entry.price_eur))}"
    return words


def offer_choices(entries: Sequence[EquipmentTerms]) -> list[tuple[str, str]]:
    """The offers of some terms as choices `mode:kind`."""
    return [(f"{entry.mode}:{kind}", offer_words(entry, kind)) for entry in entries for kind in entry.kinds]


class AllocateForm(Form):
    """What the person receives, which machine, and when."""

    offer = RadioField(label=gettext_lazy("Ce que la personne reçoit"))
    on = DateField(label=gettext_lazy("Remise prévue le"))

    def __init__(self, *args: Any, entries: Sequence[EquipmentTerms], devices: QuerySet[Device], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = offer_choices(entries)
        self.fields["offer"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["offer"].initial = choices[0][0]
        self.fields["device"] = TagField(
            devices=devices,
            required=False,
            help_text=_("Scannez ou tapez l'étiquette. Laissez vide pour la choisir plus tard."),
        )
        self.order_fields(["offer", "device", "on"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        mode, _colon, kind = data.pop("offer", "").partition(":")
        return {**data, "mode": mode, "device_kind": kind}


class SellForm(Form):
    """A sale to someone known, in the solidarity shop."""

    offer = RadioField(label=gettext_lazy("Ce qui est vendu"))

    def __init__(
        self,
        *args: Any,
        sales: Sequence[tuple[Edition, EquipmentTerms]],
        devices: QuerySet[Device],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.editions = {edition.pk: edition for edition, _entry in sales}
        self.fields["offer"].choices = [  # type: ignore[attr-defined]
            (f"{edition.pk}:{kind}", f"{offer_words(entry, kind)} ({edition})")
            for edition, entry in sales
            for kind in entry.kinds
        ]
        self.fields["device"] = TagField(devices=devices)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        edition, _colon, kind = data.pop("offer", "").partition(":")
        return {**data, "edition": self.editions.get(int(edition or 0)), "device_kind": kind}


class ReserveForm(Form):
    """Which machine is set aside."""

    def __init__(self, *args: Any, devices: QuerySet[Device], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["device"] = TagField(devices=devices)


class HandOverForm(WhenForm):
    """The moment at which the machine changes hands; money only where the terms ask for it."""

    signed_by = CleanCharField(
        label=gettext_lazy("Qui signe"),
        max_length=160,
        help_text=gettext_lazy("La personne, ou qui la représente. Elle lit la convention avant."),
    )
    field_order = ["signed_by", "means", "paid", "on"]

    def __init__(self, *args: Any, allocation: Allocation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if allocation.deposit or allocation.price:
            self.fields["means"] = means_field(_("Paiement"))
        if allocation.mode == AllocationMode.SALE:
            self.fields["paid"] = EuroField(
                label=_("Payé maintenant"),
                required=False,
                max_cents=allocation.price,
                help_text=_("Laissez vide si tout est payé (%(price)s). Le reste reste dû.")
                % {"price": format_euros(allocation.price)},
            )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data.setdefault("means", Means.CASH)
        return data


class ReturnForm(WhenForm):
    """A machine that comes back, looked at."""

    condition = RadioField(label=gettext_lazy("Aspect au retour"), choices=Condition.choices)
    damage = EuroField(
        label=gettext_lazy("Dommage à retenir"),
        required=False,
        help_text=gettext_lazy("Laissez vide s'il n'y en a pas. Au-delà de la caution, le reste est dû."),
    )
    field_order = ["condition", "damage", "means", "on"]

    def __init__(self, *args: Any, held: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if held:
            self.fields["means"] = means_field(_("La caution est rendue"))
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["damage"] = data.get("damage") or 0
        data.setdefault("means", Means.CASH)
        return data


class KeepForm(WhenForm):
    """The person keeps the machine and leaves the deposit."""


class BuyForm(WhenForm):
    """The person buys the machine at the price of the agreement."""

    means = means_field(gettext_lazy("Paiement"))
    paid = EuroField(
        label=gettext_lazy("Payé maintenant"),
        required=False,
        help_text=gettext_lazy("Laissez vide si tout est payé. Le reste reste dû."),
    )
    field_order = ["means", "paid", "on"]


class LostForm(WhenForm):
    """A machine that disappeared."""

    note = CleanTextField(
        label=gettext_lazy("Ce qui s'est passé"),
        max_length=300,
        help_text=gettext_lazy("Perdu ou volé, où, et la référence de la plainte s'il y en a une."),
    )
    damage = EuroField(
        label=gettext_lazy("Montant retenu sur la caution"),
        required=False,
        help_text=gettext_lazy("Laissez vide pour garder toute la caution ; 0 la rend tout entière."),
    )
    field_order = ["note", "damage", "means", "on"]

    def __init__(self, *args: Any, held: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if held:
            self.fields["means"] = means_field(_("Ce qui est rendu l'est en"))
        else:
            del self.fields["damage"]
        self.order_fields(self.field_order)


class RenewForm(Form):
    """A later end."""

    due_on = DateField(label=gettext_lazy("Nouvelle fin du prêt"))
    reason = CleanCharField(label=gettext_lazy("Pourquoi"), max_length=200)


class SwapForm(WhenForm):
    """Another machine for the same loan."""

    reason = CleanCharField(
        label=gettext_lazy("Pourquoi"), max_length=200, help_text=gettext_lazy("Par exemple : l'écran reste noir.")
    )
    field_order = ["new_device", "reason", "on"]

    def __init__(self, *args: Any, devices: QuerySet[Device], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_device"] = TagField(devices=devices, label=_("Nouvelle machine"))
        self.order_fields(self.field_order)


class PaymentForm(OneTimeFormMixin, WhenForm):
    """Money that comes in against what is owed."""

    amount = EuroField(label=gettext_lazy("Montant reçu"), min_cents=1)
    means = means_field()
    field_order = ["amount", "means", "on"]


# --------------------------------------------------------------------------------------------------------- ceremonies


class CeremonyForm(Form):
    """A day of handovers."""

    edition = RowField(label=gettext_lazy("Édition"), queryset=None)
    name = CleanCharField(
        label=gettext_lazy("Nom de la remise"),
        max_length=160,
        help_text=gettext_lazy("Par exemple : Remise de novembre"),
    )
    on = DateField(label=gettext_lazy("Date"))
    place = CleanCharField(label=gettext_lazy("Lieu"), max_length=160, required=False)

    def __init__(self, *args: Any, editions: QuerySet[Edition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["edition"].queryset = editions  # type: ignore[attr-defined]


class InviteForm(Form):
    """Who is expected at a ceremony: people still without a machine, and those whose machine is already planned."""

    planned = CheckboxesField(label=gettext_lazy("Machine déjà prévue"), required=False)
    people = CheckboxesField(label=gettext_lazy("Personnes sans machine"), required=False)
    offer = RadioField(label=gettext_lazy("Ce qu'elles reçoivent"), required=False)

    def __init__(
        self,
        *args: Any,
        planned: Sequence[Allocation],
        people: Sequence[Enrolment],
        entries: Sequence[EquipmentTerms],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.planned_by_pk = {str(row.pk): row for row in planned}
        self.people_by_pk = {str(row.pk): row for row in people}
        self.fields["planned"].choices = [  # type: ignore[attr-defined]
            (str(row.pk), f"{row.person} · {row.device or _('machine à choisir')}") for row in planned
        ]
        self.fields["people"].choices = [(str(row.pk), str(row.person)) for row in people]  # type: ignore[attr-defined]
        choices = offer_choices(entries)
        self.fields["offer"] = RadioField(
            label=_("Ce qu'elles reçoivent"), choices=choices, initial=choices[0][0] if choices else ""
        )
        if not planned:
            del self.fields["planned"]
        if not people:
            del self.fields["people"]
            del self.fields["offer"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        mode, _colon, kind = data.pop("offer", "").partition(":")
        planned = [self.planned_by_pk[pk] for pk in data.pop("planned", [])]
        people = [self.people_by_pk[pk] for pk in data.pop("people", [])]
        if not planned and not people and not self.errors:
            raise ValidationError(_("Cochez au moins une personne."))
        return {"allocations": planned, "enrolments": people, "mode": mode, "device_kind": kind}


LOAN_VIEW_LABELS = {
    "en-cours": gettext_lazy("En cours"),
    "a-echeance": gettext_lazy("À échéance"),
    "en-retard": gettext_lazy("En retard"),
    "a-remettre": gettext_lazy("À remettre"),
    "a-solder": gettext_lazy("À solder"),
    "termines": gettext_lazy("Terminés"),
}
