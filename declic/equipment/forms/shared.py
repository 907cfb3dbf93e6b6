"""Fields and parents that several forms of the equipment use."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.dates import format_day
from declic.core.forms import (
    CleanCharField,
    DateField,
    Form,
    RadioField,
)
from declic.equipment.models import Device
from declic.equipment.tags import MAX_SCANNED, parse_tag
from declic.ledger.enums import PAYING_MEANS, Means


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
        super().__init__(max_length=MAX_SCANNED, **kwargs)

    def clean(self, value: Any) -> Any:
        tag = super().clean(value)
        if not tag:
            return None
        tag = parse_tag(tag) or tag[:40]
        # Labels are printed in capitals; a comparison that folds case would not use the index.
        device = self.devices.filter(tag=tag).first()
        if device is None:
            raise ValidationError(
                _("Aucune machine de votre stock ne porte l'étiquette %(tag)s : vérifiez-la.") % {"tag": tag}
            )
        return device


def means_field(label: Any = gettext_lazy("Comment"), *, deposit: bool = False) -> RadioField:
    """How the money changes hands; a deposit may also be a cheque that is kept without being cashed."""
    return RadioField(label=label, choices=Means.choices if deposit else PAYING_MEANS, initial=Means.CASH)


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
