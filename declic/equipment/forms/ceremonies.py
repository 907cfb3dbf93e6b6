"""The forms of the days of handovers."""

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.errors import DomainError
from declic.core.forms import (
    CheckboxesField,
    CleanCharField,
    DateField,
    Form,
    RadioField,
)
from declic.documents.actions import CheckedFile
from declic.equipment.enums import SigningWay
from declic.equipment.forms.allocations import offer_choices
from declic.equipment.forms.shared import RowField, TagField
from declic.equipment.models import Allocation, Device
from declic.equipment.pictures import MAX_DRAWING, drawing_from_address
from declic.ledger.enums import Means
from declic.orientation.models import Enrolment
from declic.programmes.models import Edition
from declic.programmes.schema import EquipmentTerms


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


class NextMachineForm(Form):
    """The label of the machine just taken from the pile."""

    def __init__(self, *args: Any, devices: QuerySet[Device], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["device"] = TagField(devices=devices, label=_("Machine suivante"))
        self.fields["device"].widget.attrs |= {"autofocus": True, "data-scan": True}


class SyncForm(Form):
    """A handover as a device sends it."""

    key = forms.UUIDField()
    place = forms.IntegerField(min_value=1, max_value=2**62)
    tag = CleanCharField(max_length=20, required=False)
    means = forms.ChoiceField(choices=Means.choices)
    amount = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    signed_by = CleanCharField(max_length=160)
    paper = forms.BooleanField(required=False)
    drawing = forms.CharField(required=False, max_length=2 * MAX_DRAWING)
    done_at = forms.CharField(max_length=40)

    def clean_drawing(self) -> CheckedFile | None:
        try:
            return drawing_from_address(self.cleaned_data["drawing"])
        except DomainError as error:
            raise ValidationError(error.message) from None

    def clean_done_at(self) -> datetime.datetime:
        try:
            done_at = datetime.datetime.fromisoformat(self.cleaned_data["done_at"])
        except ValueError:
            done_at = None
        # Within what every calendar here can tell, whatever the clock of the device says.
        if done_at is None or done_at.tzinfo is None or not 1970 <= done_at.year <= 9000:
            raise ValidationError(_("L'heure de la remise n'est pas lisible : réglez l'horloge de l'appareil."))
        return done_at

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.pop("paper", False):
            data["how"], data["drawing"] = SigningWay.PAPER, None
        return data

    def first_error(self) -> str:
        """What is wrong, in one sentence."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


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
