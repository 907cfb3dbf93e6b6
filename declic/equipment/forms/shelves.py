"""The forms of the stock as a whole: journeys, counts, parts, minimums, reservations."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.forms import (
    CheckboxesField,
    CleanCharField,
    CleanTextField,
    DateField,
    Form,
    OneTimeFormMixin,
    RadioField,
    SelectField,
    WholeNumberField,
)
from declic.equipment.enums import DeviceKind, Grade, PartKind
from declic.equipment.forms.shared import RowField, TagField, WhenForm
from declic.equipment.models import Device
from declic.equipment.words import device_named

_MOST_LABELS = 200
_MOST_UNREAD = 20
_APART = re.compile(r"[\n,;\t]+")


class LabelsField(CleanTextField):
    """Machines named by their labels, one a line, scanned or typed; the cleaned value is the machines, each once."""

    def __init__(self, *, devices: QuerySet[Device], **kwargs: Any) -> None:
        self.devices = devices
        kwargs.setdefault("label", gettext_lazy("Étiquettes"))
        kwargs.setdefault("help_text", gettext_lazy("Scannez-les l'une après l'autre, ou tapez-en une par ligne."))
        attrs = {"rows": 4, "data-scan": "lines", "autocapitalize": "characters", "spellcheck": "false"}
        kwargs.setdefault("widget", forms.Textarea(attrs={**attrs, "autocomplete": "off"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        typed = list(dict.fromkeys(label for line in _APART.split(text) if (label := line.strip())))
        if len(typed) > _MOST_LABELS:
            raise ValidationError(_("Au plus %(most)s étiquettes à la fois.") % {"most": _MOST_LABELS})
        by_tag = {one.tag: one for one in self.devices.filter(tag__in=[label.upper()[:20] for label in typed])}
        found: list[Device] = []
        unread: list[str] = []
        for label in typed:
            device = by_tag.get(label.upper())
            if device is None and len(unread) < _MOST_UNREAD:
                device = device_named(self.devices, label)
            if device is None:
                unread.append(label[:40])
            else:
                found.append(device)
        if unread:
            raise ValidationError(
                _("Aucune machine de votre stock ne porte ces étiquettes : %(labels)s. Corrigez-les ou retirez-les.")
                % {"labels": ", ".join(unread[:_MOST_UNREAD])}
            )
        return list({one.pk: one for one in found}.values())


class DevicesForm(Form):
    """Machines scanned, ticked, or both; `devices` is all of them."""

    def __init__(self, *args: Any, devices: QuerySet[Device], ticks: list[Device], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ticks = {str(device.pk): device for device in ticks}
        self.fields["labels"] = LabelsField(devices=devices, required=False)
        if ticks:
            choices = [(pk, device_words(device)) for pk, device in self.ticks.items()]
            self.fields["ticked"] = CheckboxesField(label=_("Ou cochez-les"), choices=choices, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        ticked = [self.ticks[pk] for pk in data.pop("ticked", [])]
        devices = {one.pk: one for one in [*data.pop("labels", []), *ticked]}
        if not devices and not self.errors:
            self.add_error("labels", _("Scannez ou cochez au moins une machine."))
        return {**data, "devices": list(devices.values())}


def device_words(device: Device) -> str:
    """A machine in a list of boxes to tick."""
    named = f"{device.brand} {device.model}".strip()
    return f"{device.tag} · {device.get_kind_display()}{f' {named}' if named else ''} · {device.get_state_display()}"


class JourneyForm(DevicesForm, OneTimeFormMixin):
    """What leaves, from where to where."""

    # Chosen above the form, where it shows the machines of the place.
    origin = RowField(label=gettext_lazy("Lieu de départ"), queryset=None, required=False, widget=forms.HiddenInput)
    destination = RowField(label=gettext_lazy("Lieu d'arrivée"), queryset=None)
    note = CleanCharField(
        label=gettext_lazy("Note"), max_length=300, required=False, help_text=gettext_lazy("Par exemple : qui conduit")
    )

    def __init__(self, *args: Any, origins: Any, destinations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["origin"].queryset = origins  # type: ignore[attr-defined]
        self.fields["destination"].queryset = destinations  # type: ignore[attr-defined]
        self.order_fields(["origin", "destination", "labels", "ticked", "note"])


class OriginForm(Form):
    """From where machines leave: their list follows."""

    de = RowField(
        label=gettext_lazy("Lieu de départ"), queryset=None, required=False, empty_label=gettext_lazy("Sans lieu")
    )

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["de"].queryset = sites  # type: ignore[attr-defined]


class ReasonForm(Form):
    """Why."""

    reason = CleanCharField(label=gettext_lazy("Ce qui s'est passé"), max_length=300)


class CountForm(Form):
    """Where one counts."""

    site = RowField(label=gettext_lazy("Lieu à compter"), queryset=None)

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]


class ScanForm(Form):
    """One label."""

    text = CleanCharField(
        label=gettext_lazy("Étiquette"),
        max_length=300,
        help_text=gettext_lazy("Scannez-la, ou tapez-la puis Entrée."),
        widget=forms.TextInput(
            attrs={
                "data-scan": "send",
                "autofocus": True,
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "class": "short",
            }
        ),
    )


class PartForm(Form):
    """A part that is counted."""

    kind = SelectField(label=gettext_lazy("Nature"), choices=PartKind.choices)
    name = CleanCharField(
        label=gettext_lazy("Nom"),
        max_length=120,
        help_text=gettext_lazy("Par exemple : DDR4 8 Go, chargeur 65 W USB-C"),
    )
    minimum = WholeNumberField(
        label=gettext_lazy("Prévenir au-dessous de"),
        required=False,
        max_value=100_000,
        help_text=gettext_lazy("Laissez vide pour ne pas être prévenu."),
    )

    def clean_minimum(self) -> int:
        return self.cleaned_data["minimum"] or 0


PART_MOVES = {
    "bought": gettext_lazy("des pièces arrivent (achat ou don)"),
    "salvaged": gettext_lazy("récupérées sur une machine"),
    "used": gettext_lazy("montées sur une machine"),
    "given": gettext_lazy("remises avec une machine"),
    "lost": gettext_lazy("perdues ou hors d'usage"),
    "moved": gettext_lazy("emportées dans un autre lieu"),
    "counted": gettext_lazy("on a compté : le stock est exactement"),
}


class PartMoveForm(OneTimeFormMixin, WhenForm):
    """Something that happens to a stock of parts."""

    what = RadioField(label=gettext_lazy("Que se passe-t-il ?"), choices=list(PART_MOVES.items()))
    quantity = WholeNumberField(label=gettext_lazy("Combien"), max_value=100_000)
    site = RowField(label=gettext_lazy("Lieu"), queryset=None, required=False, empty_label=gettext_lazy("Sans lieu"))
    destination = RowField(
        label=gettext_lazy("Vers"),
        queryset=None,
        required=False,
        help_text=gettext_lazy("Seulement si elles changent de lieu."),
    )
    note = CleanCharField(label=gettext_lazy("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, sites: Any, devices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("site", "destination"):
            self.fields[name].queryset = sites  # type: ignore[attr-defined]
        self.fields["device"] = TagField(
            devices=devices,
            required=False,
            help_text=_("Seulement si elles viennent d'une machine, ou y sont montées."),
        )
        self.order_fields(["what", "quantity", "site", "destination", "device", "note", "on"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        what = data.get("what")
        if what in ("salvaged", "used") and data.get("device") is None and "device" not in self.errors:
            self.add_error("device", _("Dites de quelle machine il s'agit."))
        if what == "moved" and data.get("destination") is None and "destination" not in self.errors:
            self.add_error("destination", _("Dites où elles vont."))
        if what != "counted" and data.get("quantity") == 0:
            self.add_error("quantity", _("Écrivez une quantité d'au moins 1."))
        return data


class MinimumForm(Form):
    """Below which stock the team is warned."""

    kind = RadioField(label=gettext_lazy("Type"), choices=DeviceKind.choices)
    grade = SelectField(
        label=gettext_lazy("Grade"), choices=Grade.choices, required=False, empty_label=gettext_lazy("Tous")
    )
    site = RowField(
        label=gettext_lazy("Lieu"), queryset=None, required=False, empty_label=gettext_lazy("Tous ensemble")
    )
    minimum = WholeNumberField(
        label=gettext_lazy("Prévenir au-dessous de"),
        max_value=100_000,
        help_text=gettext_lazy("Machines prêtes. 0 pour ne plus être prévenu."),
    )

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]


class ReservationForm(Form):
    """What an edition will need."""

    edition = RowField(label=gettext_lazy("Pour quelle édition ?"), queryset=None)
    kind = RadioField(label=gettext_lazy("Type"), choices=DeviceKind.choices)
    lowest_grade = SelectField(
        label=gettext_lazy("Grade au moins"),
        choices=Grade.choices,
        required=False,
        empty_label=gettext_lazy("Peu importe"),
    )
    count = WholeNumberField(label=gettext_lazy("Combien de machines"), min_value=1, max_value=10_000)
    needed_on = DateField(label=gettext_lazy("Pour le"))
    site = RowField(
        label=gettext_lazy("Dans quel lieu"), queryset=None, required=False, empty_label=gettext_lazy("Peu importe")
    )
    note = CleanCharField(label=gettext_lazy("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, editions: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["edition"].queryset = editions  # type: ignore[attr-defined]
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]


class ReservationChangeForm(Form):
    """A need that changes."""

    count = WholeNumberField(label=gettext_lazy("Combien de machines"), min_value=1, max_value=10_000)
    needed_on = DateField(label=gettext_lazy("Pour le"))
    note = CleanCharField(label=gettext_lazy("Note"), max_length=300, required=False)
