"""The forms of what a person receives, holds, gives back or pays."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.errors import DomainError
from declic.core.forms import (
    CleanCharField,
    DateField,
    EuroField,
    Form,
    RadioField,
)
from declic.core.money import format_euros, format_euros_short
from declic.documents.actions import CheckedFile
from declic.equipment.enums import AllocationMode, DeviceKind, SigningWay
from declic.equipment.forms.shared import TagField, WhenForm, means_field
from declic.equipment.models import Allocation, Device
from declic.equipment.pictures import MAX_DRAWING, drawing_from_address
from declic.equipment.terms import LOAN_MODES
from declic.ledger.enums import Means
from declic.programmes.models import Edition
from declic.programmes.schema import EquipmentTerms, cents


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


def reason_field() -> CleanCharField:
    """Why somebody goes before others, where the programme gives an order."""
    return CleanCharField(
        label=_("Si d'autres passent avant : pourquoi servir cette personne maintenant ?"),
        max_length=300,
        required=False,
        help_text=_("Gardé avec l'attribution. Laissez vide si elle est servie à son tour."),
    )


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
        if any(entry.priority for entry in entries):
            self.fields["exception_reason"] = reason_field()
        self.order_fields(["offer", "device", "on", "exception_reason"])

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

    def __init__(self, *args: Any, devices: QuerySet[Device], ordered: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["device"] = TagField(devices=devices)
        if ordered:
            self.fields["exception_reason"] = reason_field()


class HandOverForm(WhenForm):
    """The moment at which the machine changes hands; money only where the terms ask for it."""

    signed_by = CleanCharField(
        label=gettext_lazy("Qui signe"),
        max_length=160,
        help_text=gettext_lazy("La personne, ou qui la représente. Elle lit la convention avant."),
    )
    paper = forms.BooleanField(
        label=gettext_lazy("Signée sur papier"),
        required=False,
        help_text=gettext_lazy("Imprimez la convention, faites-la signer ; son scan sera demandé ensuite."),
    )
    # Filled by the frame in which one signs (sign.js).
    drawing = forms.CharField(required=False, widget=forms.HiddenInput, max_length=2 * MAX_DRAWING)
    field_order = ["signed_by", "paper", "means", "paid", "on"]

    def __init__(self, *args: Any, allocation: Allocation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if allocation.deposit or allocation.price:
            self.fields["means"] = means_field(_("Paiement"), deposit=allocation.mode in LOAN_MODES)
        if allocation.mode == AllocationMode.SALE:
            self.fields["paid"] = EuroField(
                label=_("Payé maintenant"),
                required=False,
                max_cents=allocation.price,
                help_text=_("Laissez vide si tout est payé (%(price)s). Le reste reste dû.")
                % {"price": format_euros(allocation.price)},
            )
        self.order_fields(self.field_order)

    def clean_drawing(self) -> CheckedFile | None:
        try:
            return drawing_from_address(self.cleaned_data["drawing"])
        except DomainError as error:
            raise ValidationError(error.message) from None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data.setdefault("means", Means.CASH)
        if data.pop("paper", False):
            data["how"], data["drawing"] = SigningWay.PAPER, None
        return data
