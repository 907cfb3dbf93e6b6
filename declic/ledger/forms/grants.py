"""The forms of grants, expenses and other incomes, and of cheques."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.forms import (
    CleanCharField,
    DateField,
    EuroField,
    Form,
    OneTimeFormMixin,
    RadioField,
    SelectField,
    UploadField,
)
from declic.ledger.enums import BOUGHT_ROLES, PAYING_MEANS
from declic.ledger.models import BudgetHead, Cheque, Section
from declic.organisations.models import Organisation

_MOST = 100_000_000_00
_WHOLE = "structure"


class PlaceField(SelectField):
    """For which line of which edition's budget: the cleaned value is a pair (section, head), either of them None."""

    def __init__(self, *, sections: Sequence[Section], heads: Sequence[BudgetHead], **kwargs: Any) -> None:
        self.places: dict[str, tuple[Section | None, BudgetHead | None]] = {_WHOLE: (None, None)}
        groups: list[Any] = [(_WHOLE, _("Toute la structure"))]
        for section in sections:
            self.places[f"s{section.pk}"] = (section, None)
            rows = [(f"s{section.pk}", _("%(edition)s, sans ligne précise") % {"edition": section})]
            for head in heads:
                if head.section_id == section.pk:
                    self.places[f"h{head.pk}"] = (section, head)
                    rows.append((f"h{head.pk}", head.label))
            groups.append((str(section), rows))
        super().__init__(choices=groups, **kwargs)

    def clean(self, value: Any) -> tuple[Section | None, BudgetHead | None]:
        return self.places[super().clean(value)]


class _PlacedForm(OneTimeFormMixin, Form):
    """What is written once, on a day, for an edition or a line of its budget."""

    on = DateField(label=gettext_lazy("Date"))

    def __init__(
        self, *args: Any, sections: Sequence[Section], heads: Sequence[BudgetHead], today: datetime.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"] = PlaceField(sections=sections, heads=heads, label=_("Pour"))
        self.fields["on"] = DateField(label=_("Date"), maximum=today, initial=today)
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "place" in data:
            data["section"], data["head"] = data.pop("place")
        return data


class GrantForm(_PlacedForm):
    """A grant that a funder has just promised in writing."""

    funder = SelectField(label=gettext_lazy("Financeur"))
    label = CleanCharField(label=gettext_lazy("Objet"), max_length=200, required=False)
    reference = CleanCharField(label=gettext_lazy("Référence de la convention"), max_length=80, required=False)
    amount = EuroField(label=gettext_lazy("Montant notifié"), min_cents=1, max_cents=_MOST)
    field_order = ["funder", "amount", "place", "label", "reference", "on"]

    def __init__(self, *args: Any, funders: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.funders = {str(funder.pk): funder for funder in funders}
        self.fields["funder"] = SelectField(
            label=_("Financeur"), choices=[(pk, funder.name) for pk, funder in self.funders.items()]
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "funder" in data:
            funder = self.funders[data["funder"]]
            data |= {"funder": funder, "funder_name": funder.name}
        return data


class PaymentForm(OneTimeFormMixin, Form):
    """Money of a grant that reached the bank."""

    amount = EuroField(label=gettext_lazy("Montant reçu"), min_cents=1, max_cents=_MOST)
    on = DateField(label=gettext_lazy("Reçu le"))

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"] = DateField(label=_("Reçu le"), maximum=today)


class ShareForm(Form):
    """What a grant pays of one expense."""

    amount = EuroField(
        label=gettext_lazy("Part payée par cette subvention"),
        max_cents=_MOST,
        help_text=gettext_lazy("Écrivez 0 pour la retirer."),
    )


class ExpenseForm(_PlacedForm):
    """An invoice or a pay slip, with its paper."""

    supplier = CleanCharField(
        label=gettext_lazy("Fournisseur"),
        max_length=160,
        help_text=gettext_lazy("Pour des salaires, écrivez « Salaires » et le mois : jamais de nom."),
    )
    label = CleanCharField(label=gettext_lazy("Objet"), max_length=160)
    amount = EuroField(label=gettext_lazy("Montant, taxes comprises"), min_cents=1, max_cents=_MOST)
    role = SelectField(label=gettext_lazy("Nature"), choices=[(role.value, role.label) for role in BOUGHT_ROLES])
    means = RadioField(
        label=gettext_lazy("Payée par"),
        choices=PAYING_MEANS,
        unknown_label=gettext_lazy("elle reste à payer"),
        required=False,
    )
    reference = CleanCharField(label=gettext_lazy("Numéro de la pièce"), max_length=80, required=False)
    upload = UploadField(
        label=gettext_lazy("La pièce"),
        accept=".pdf,.jpg,.jpeg,.png,.webp",
        required=False,
        help_text=gettext_lazy("Un PDF ou une photo, 10 Mo au plus."),
    )
    field_order = ["supplier", "label", "amount", "role", "place", "means", "on", "reference", "upload"]


class IncomeForm(_PlacedForm):
    """An income that is no grant."""

    label = CleanCharField(label=gettext_lazy("Objet"), max_length=160)
    amount = EuroField(label=gettext_lazy("Montant"), min_cents=1, max_cents=_MOST)
    means = RadioField(label=gettext_lazy("Reçue par"), choices=PAYING_MEANS, initial="bank")
    field_order = ["label", "amount", "place", "means", "on"]


class PayForm(Form):
    """By what an invoice is paid, and when."""

    means = RadioField(label=gettext_lazy("Payée par"), choices=PAYING_MEANS, initial="bank")
    on = DateField(label=gettext_lazy("Payée le"))

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"] = DateField(label=_("Payée le"), maximum=today)


class ChequeForm(Form):
    """What is printed on a deposit cheque."""

    number = CleanCharField(label=gettext_lazy("Numéro du chèque"), max_length=20)
    bank = CleanCharField(label=gettext_lazy("Banque"), max_length=80)
    drawer = CleanCharField(label=gettext_lazy("Signé par"), max_length=160, required=False)
    dated_on = DateField(label=gettext_lazy("Daté du"))

    @classmethod
    def of(cls, cheque: Cheque, **kwargs: Any) -> "ChequeForm":
        """Filled with what is known of a cheque."""
        known = {name: getattr(cheque, name) for name in ("number", "bank", "drawer", "dated_on")}
        return cls(initial=known, **kwargs)
