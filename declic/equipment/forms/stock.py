"""The forms of the shelf and of the bench."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from declic.core.forms import (
    CheckboxesField,
    CleanCharField,
    Form,
    RadioField,
    SelectField,
    WholeNumberField,
)
from declic.equipment.enums import DeviceKind, DeviceState
from declic.equipment.forms.bench import InsideMixin
from declic.equipment.forms.shared import RowField
from declic.equipment.models import Device


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


class DeviceForm(InsideMixin, Form):
    """What a machine is."""

    brand = CleanCharField(label=gettext_lazy("Marque"), max_length=80, required=False)
    model = CleanCharField(label=gettext_lazy("Modèle"), max_length=120, required=False)
    serial = CleanCharField(
        label=gettext_lazy("Numéro de série à ajouter"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Celui du fabricant. Les numéros déjà notés restent."),
    )
    imei = CleanCharField(label=gettext_lazy("IMEI à ajouter"), max_length=40, required=False)
    mac = CleanCharField(label=gettext_lazy("Adresse MAC à ajouter"), max_length=40, required=False)
    forget = CheckboxesField(label=gettext_lazy("Numéros qui ne sont pas les siens, à retirer"), required=False)
    drives = WholeNumberField(
        label=gettext_lazy("Nombre de disques"),
        max_value=12,
        help_text=gettext_lazy("Chacun demande son effacement certifié."),
    )
    site = RowField(label=gettext_lazy("Lieu"), queryset=None, required=False)
    refurbisher = RowField(label=gettext_lazy("Reconditionneur"), queryset=None, required=False)
    note = CleanCharField(label=gettext_lazy("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, device: Device, sites: Any, refurbishers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        self.fields["refurbisher"].queryset = refurbishers  # type: ignore[attr-defined]
        numbers = device.identifiers.order_by("kind", "pk")
        self.fields["forget"].choices = [  # type: ignore[attr-defined]
            (str(number.pk), f"{number.get_kind_display()} {number.value}") for number in numbers
        ]
        if not self.fields["forget"].choices:  # type: ignore[attr-defined]
            del self.fields["forget"]
        if device.kind not in (DeviceKind.TABLET, DeviceKind.SMARTPHONE):
            del self.fields["imei"]
        self.add_inside(device)
        self.order_fields(["brand", "model", *self.shown, "drives", "serial", "imei", "mac", "forget", "site"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.take_inside(data)
        data["forget"] = [int(number) for number in data.get("forget", [])]
        return data


class AsideForm(Form):
    """A machine leaves the usual way."""

    what = RadioField(
        label=gettext_lazy("Que devient la machine ?"),
        choices=[
            ("repair", gettext_lazy("elle part en réparation")),
            ("quarantine", gettext_lazy("elle attend une réponse (un verrou se note sur sa page)")),
            ("parts", gettext_lazy("elle est gardée pour ses pièces")),
            ("scrap", gettext_lazy("elle va au rebut, au registre des déchets")),
        ],
    )
    reason = CleanCharField(label=gettext_lazy("Pourquoi"), max_length=300)
