"""The forms of a loan while it lasts and when it ends."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import Field
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.errors import DomainError
from declic.core.forms import (
    CheckboxesField,
    CleanCharField,
    CleanTextField,
    DateField,
    EuroField,
    Form,
    OneTimeFormMixin,
    RadioField,
    UploadField,
    WholeNumberField,
)
from declic.core.money import format_euros
from declic.documents.actions import CheckedFile, check_file
from declic.equipment.enums import Condition, LossKind
from declic.equipment.forms.shared import TagField, WhenForm
from declic.equipment.instalments import MOST_INSTALMENTS
from declic.equipment.models import Device
from declic.ledger.enums import Means

PAID_BY = [(means.value, means.label) for means in (Means.CASH, Means.BANK)]
"""How money passes from hand to hand; a cheque that is kept pays nothing."""

_WHY = gettext_lazy("Pourquoi par un autre moyen")


def checked_upload(upload: Any) -> CheckedFile | None:
    """A file that may be kept, None when none was sent; what is refused is an error of its field."""
    if not upload:
        return None
    try:
        return check_file(upload)
    except DomainError as error:
        raise ValidationError(error.message) from None


def refund_fields(came: Means | None, label: str) -> dict[str, Field]:
    """How a deposit goes back: as it came, or otherwise with a reason; nothing to ask when it is a cheque or nothing."""
    if came is None or came == Means.CHEQUE:
        return {}
    return {
        "means": RadioField(label=label, choices=PAID_BY, initial=came),
        "reason": CleanCharField(
            label=_WHY,
            required=False,
            max_length=200,
            help_text=_(
                "La caution est venue par « %(means)s ». À remplir seulement si elle repart par un autre moyen."
            )
            % {"means": came.label},
        ),
    }


class ReturnForm(WhenForm):
    """A machine that comes back, looked at."""

    condition = RadioField(label=gettext_lazy("Aspect au retour"), choices=Condition.choices)
    damage = EuroField(
        label=gettext_lazy("Dommage à retenir"),
        required=False,
        help_text=gettext_lazy("Laissez vide s'il n'y en a pas. Au-delà de la caution, le reste est dû."),
    )
    damage_words = CleanCharField(
        label=gettext_lazy("Quel dommage"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Par exemple : écran fêlé, 15 € ; chargeur perdu, 5 €."),
    )
    photo = UploadField(
        label=gettext_lazy("Photo de la machine"),
        required=False,
        accept="image/jpeg,image/png,image/webp",
        help_text=gettext_lazy("Utile s'il y a un dommage. D'autres photos s'ajoutent ensuite."),
    )
    field_order = ["condition", "accessories", "damage", "damage_words", "photo", "means", "reason", "on"]

    def __init__(self, *args: Any, kit: list[tuple[str, str]], came: Means | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["accessories"] = CheckboxesField(
            label=_("Accessoires revenus"),
            choices=kit,
            required=False,
            help_text=_("Cochez ce que la personne rend. Laissez vide ce qu'elle n'a pas eu."),
        )
        self.fields |= refund_fields(came, _("La caution est rendue"))
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["damage"] = data.get("damage") or 0
        return data

    def clean_photo(self) -> CheckedFile | None:
        return checked_upload(self.cleaned_data["photo"])


class KeepForm(WhenForm):
    """The person keeps the machine and leaves the deposit."""


class BuyForm(WhenForm):
    """The person buys the machine at the price of the agreement, at once or in instalments."""

    means = RadioField(label=gettext_lazy("Paiement"), choices=PAID_BY, initial=Means.CASH)
    paid = EuroField(
        label=gettext_lazy("Payé maintenant"),
        required=False,
        help_text=gettext_lazy("Laissez vide si tout est payé. Le reste reste dû : un échéancier se convient ensuite."),
    )
    field_order = ["means", "reason", "paid", "on"]

    def __init__(self, *args: Any, came: Means | None, **kwargs: Any) -> None:
        """`came` is by what the deposit came, when part of it is to be given back."""
        super().__init__(*args, **kwargs)
        self.fields |= refund_fields(came, _("La différence est rendue"))
        if came == Means.CHEQUE:
            del self.fields["means"]
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data.setdefault("means", Means.BANK)
        return data


class LostForm(WhenForm):
    """A machine that disappeared: what the person tells, the police's paper, what becomes of the deposit."""

    kind = RadioField(label=gettext_lazy("La machine est"), choices=LossKind.choices, initial=LossKind.LOST)
    note = CleanTextField(
        label=gettext_lazy("Ce qui s'est passé"),
        max_length=2000,
        help_text=gettext_lazy("Où, quand, comment : avec les mots de la personne."),
    )
    police_reference = CleanCharField(
        label=gettext_lazy("Référence de la plainte"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Pour un vol : le numéro de la plainte, ou son récépissé ci-dessous."),
    )
    receipt = UploadField(
        label=gettext_lazy("Récépissé"),
        required=False,
        accept=".pdf,image/jpeg,image/png,image/webp",
        help_text=gettext_lazy("PDF ou photo."),
    )
    damage = EuroField(
        label=gettext_lazy("Montant retenu sur la caution"),
        required=False,
        help_text=gettext_lazy("Laissez vide pour garder toute la caution ; 0 la rend tout entière."),
    )
    field_order = ["kind", "note", "police_reference", "receipt", "damage", "means", "reason", "on"]

    def __init__(self, *args: Any, came: Means | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= refund_fields(came, _("Ce qui revient à la personne est rendu en"))
        if came is None:
            del self.fields["damage"]
        self.order_fields(self.field_order)

    def clean_receipt(self) -> CheckedFile | None:
        return checked_upload(self.cleaned_data["receipt"])


class FoundForm(WhenForm):
    """A lost machine is here again."""

    note = CleanCharField(label=gettext_lazy("Comment elle a été retrouvée"), max_length=200)
    given_back = EuroField(label=gettext_lazy("À rendre à la personne"))
    means = RadioField(label=gettext_lazy("Rendu en"), choices=PAID_BY, initial=Means.CASH)
    field_order = ["note", "given_back", "means", "on"]

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["given_back"]
        field.max_cents = most  # type: ignore[attr-defined]
        field.help_text = _("La perte lui a coûté %(most)s. Ce qu'elle doit encore est effacé d'abord.") % {
            "most": format_euros(most)
        }
        if not most:
            del self.fields["given_back"], self.fields["means"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data.setdefault("given_back", 0)
        data.setdefault("means", Means.CASH)
        return data


class ChoiceForm(Form):
    """What the person wants at the end of the loan, said ahead."""

    choice = RadioField(label=gettext_lazy("Au terme, la personne veut"))
    words = CleanCharField(
        label=gettext_lazy("Ce qu'elle en dit"), required=False, max_length=200,
        help_text=gettext_lazy("Par exemple : passera mardi avec le chargeur."),
    )  # fmt: skip

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["choice"].choices = choices  # type: ignore[attr-defined]


class InstalmentsForm(Form):
    """Payments agreed on for later days."""

    count = WholeNumberField(label=gettext_lazy("En combien de fois"), min_value=1, max_value=MOST_INSTALMENTS)
    first_on = DateField(
        label=gettext_lazy("Première échéance"), help_text=gettext_lazy("Les suivantes viennent de mois en mois.")
    )


class WaiveForm(OneTimeFormMixin, Form):
    """A debt that is given up."""

    amount = EuroField(label=gettext_lazy("Montant abandonné"), min_cents=1)
    reason = CleanCharField(
        label=gettext_lazy("Pourquoi"), max_length=120, help_text=gettext_lazy("Cette raison reste dans les comptes.")
    )


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
    means = RadioField(label=gettext_lazy("Comment"), choices=PAID_BY, initial=Means.CASH)
    field_order = ["amount", "means", "on"]


LOAN_VIEW_LABELS = {
    "en-cours": gettext_lazy("En cours"),
    "a-echeance": gettext_lazy("À échéance"),
    "en-retard": gettext_lazy("En retard"),
    "retours-annonces": gettext_lazy("Retours annoncés"),
    "a-remettre": gettext_lazy("À remettre"),
    "a-solder": gettext_lazy("À solder"),
    "paiements-en-retard": gettext_lazy("Paiements en retard"),
    "termines": gettext_lazy("Terminés"),
}
