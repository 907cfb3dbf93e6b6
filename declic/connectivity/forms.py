"""Forms of aids and of the shop."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.connectivity.models import RechargeProduct
from declic.connectivity.queries import monthly_saving
from declic.core.forms import (
    CleanCharField,
    CleanTextField,
    DateField,
    EuroField,
    Form,
    OneTimeFormMixin,
    RadioField,
    WholeNumberField,
)
from declic.core.money import format_euros, format_euros_short
from declic.ledger.enums import PAYING_MEANS, Means
from declic.programmes.models import Edition


class AidRequestForm(Form):
    on = DateField(label=gettext_lazy("Demandée le"))

    def __init__(self, *args: Any, since: datetime.date, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].minimum, self.fields["on"].maximum = since, today  # type: ignore[attr-defined]


class AidRefusalForm(Form):
    reason = CleanTextField(
        label=gettext_lazy("Raison du refus"),
        help_text=gettext_lazy("La personne a droit à cette réponse : dites-la simplement."),
        max_length=300,
        rows=3,
    )


class AidPaymentForm(Form):
    on = DateField(label=gettext_lazy("Versée le"))
    means = RadioField(label=gettext_lazy("Comment"), choices=PAYING_MEANS)
    proof = CleanCharField(
        label=gettext_lazy("Justificatif d'abonnement"),
        help_text=gettext_lazy("Ce que vous avez vu : par exemple « facture de l'opérateur du 02/03/2026 »."),
        max_length=160,
    )

    def __init__(self, *args: Any, since: datetime.date, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].minimum, self.fields["on"].maximum = since, today  # type: ignore[attr-defined]


NO_EDITION = "aucun"


class RechargeSaleForm(OneTimeFormMixin, Form):
    """Which recharge, for which programme, paid how; `cleaned_data` holds the objects themselves."""

    product = RadioField(label=gettext_lazy("Recharge"))
    edition = RadioField(
        label=gettext_lazy("Dispositif"),
        help_text=gettext_lazy("La vente compte dans le bilan de ce dispositif."),
    )
    means = RadioField(label=gettext_lazy("Payée"), choices=PAYING_MEANS, initial=Means.CASH)

    def __init__(
        self, *args: Any, products: Sequence[RechargeProduct], editions: Sequence[Edition], **kwargs: Any
    ) -> None:
        self.products = {str(product.pk): product for product in products}
        self.editions = {str(edition.pk): edition for edition in editions}
        super().__init__(*args, **kwargs)
        self.fields["product"].choices = [  # type: ignore[attr-defined]
            (key, _price_label(product)) for key, product in self.products.items()
        ]
        if self.editions:
            last = (NO_EDITION, _("Aucun : vente de la boutique"))
            self.fields["edition"].choices = [  # type: ignore[attr-defined]
                *((key, str(edition)) for key, edition in self.editions.items()),
                last,
            ]
            if len(self.editions) == 1:
                self.fields["edition"].initial = next(iter(self.editions))
        else:
            del self.fields["edition"]

    def clean_product(self) -> RechargeProduct:
        return self.products[self.cleaned_data["product"]]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data if cleaned is None else cleaned
        data["edition"] = self.editions.get(data.get("edition") or "")
        return data


def _price_label(product: RechargeProduct) -> str:
    saving = monthly_saving(product)
    label = _("%(name)s : %(price)s au lieu de %(public)s") % {
        "name": product.name,
        "price": format_euros(product.solidarity_price),
        "public": format_euros(product.public_price),
    }
    if saving:
        label += _(", soit %(saving)s d'économie par mois") % {"saving": format_euros_short(saving)}
    return label


class ProductForm(Form):
    name = CleanCharField(
        label=gettext_lazy("Nom de la recharge"),
        help_text=gettext_lazy("Comme sur la carte : opérateur, contenu, durée."),
        max_length=160,
    )
    public_price = EuroField(
        label=gettext_lazy("Prix public"),
        help_text=gettext_lazy("Ce que la personne paierait ailleurs : il dit l'économie."),
        min_cents=1,
        max_cents=100_000,
    )
    solidarity_price = EuroField(label=gettext_lazy("Prix solidaire"), max_cents=100_000)
    months = WholeNumberField(label=gettext_lazy("Mois couverts"), min_value=1, max_value=12, initial=1)


class DayForm(Form):
    jour = DateField(label=gettext_lazy("Jour"), required=False)
