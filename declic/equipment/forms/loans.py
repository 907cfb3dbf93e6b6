"""The forms of a loan while it lasts and when it ends."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.forms import (
    CleanCharField,
    CleanTextField,
    DateField,
    EuroField,
    Form,
    OneTimeFormMixin,
    RadioField,
)
from declic.equipment.enums import Condition
from declic.equipment.forms.shared import TagField, WhenForm, means_field
from declic.equipment.models import Device
from declic.ledger.enums import Means


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


LOAN_VIEW_LABELS = {
    "en-cours": gettext_lazy("En cours"),
    "a-echeance": gettext_lazy("À échéance"),
    "en-retard": gettext_lazy("En retard"),
    "a-remettre": gettext_lazy("À remettre"),
    "a-solder": gettext_lazy("À solder"),
    "termines": gettext_lazy("Terminés"),
}
