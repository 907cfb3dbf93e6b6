"""Forms of aids and of the shop."""

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.connectivity.code_lists import read_codes, read_lines
from declic.connectivity.enums import Stocked
from declic.connectivity.queries import saving_a_month
from declic.core.errors import DomainError
from declic.core.forms import (
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
from declic.core.money import format_euros, format_euros_short
from declic.ledger.enums import PAYING_MEANS, Means
from declic.programmes.models import Edition


class AidRequestForm(Form):
    on = DateField(label=gettext_lazy("Demandée le"))

    def __init__(self, *args: Any, since: datetime.date, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].minimum, self.fields["on"].maximum = since, today  # type: ignore[attr-defined]


class EvaluationForm(Form):
    text = CleanTextField(
        label=gettext_lazy("Évaluation sociale"),
        help_text=gettext_lazy("Ce que le travailleur social dit de la situation : seul cela est lu pour décider."),
        rows=8,
    )
    author = CleanCharField(
        label=gettext_lazy("Faite par"),
        help_text=gettext_lazy("Son nom et sa fonction : par exemple « O. Garnier, assistante sociale du CCAS »."),
        max_length=160,
    )
    on = DateField(label=gettext_lazy("Faite le"))

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].maximum = today  # type: ignore[attr-defined]


class AidRefusalForm(Form):
    reason = CleanTextField(
        label=gettext_lazy("Raison du refus"),
        help_text=gettext_lazy("La personne a droit à cette réponse : dites-la simplement."),
        max_length=300,
        rows=3,
    )


class AidProofForm(Form):
    provider = CleanCharField(
        label=gettext_lazy("Opérateur de l'abonnement"),
        help_text=gettext_lazy("Le nom écrit sur la facture ou le contrat."),
        max_length=80,
    )
    subscribed_on = DateField(
        label=gettext_lazy("Abonnement depuis le"), help_text=gettext_lazy("L'aide couvre les mois qui suivent.")
    )
    upload = UploadField(
        label=gettext_lazy("Le justificatif, scanné ou photographié"),
        help_text=gettext_lazy("PDF ou image : contrat, première facture."),
        accept=".pdf,.jpg,.jpeg,.png,.webp",
        max_bytes=10 * 1024 * 1024,
        required=False,
    )
    proof = CleanCharField(
        label=gettext_lazy("Ou ce que vous avez vu"),
        help_text=gettext_lazy("Par exemple « facture du 02/03/2026 », si le papier reste chez la personne."),
        max_length=160,
        required=False,
    )

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subscribed_on"].maximum = today  # type: ignore[attr-defined]


class AidPaymentForm(Form):
    """With `proved`, the proof is there already and only the payment is asked for."""

    on = DateField(label=gettext_lazy("Versée le"))
    means = RadioField(label=gettext_lazy("Comment"), choices=PAYING_MEANS)
    proof = CleanCharField(
        label=gettext_lazy("Justificatif d'abonnement"),
        help_text=gettext_lazy("Ce que vous avez vu : par exemple « facture de l'opérateur du 02/03/2026 »."),
        max_length=160,
        required=False,
    )
    unproved_reason = CleanCharField(
        label=gettext_lazy("Sans justificatif, la raison"),
        help_text=gettext_lazy(
            "Une aide se verse sur justificatif ; une exception s'explique, et la raison reste écrite."
        ),
        max_length=300,
        required=False,
    )

    def __init__(
        self, *args: Any, since: datetime.date, today: datetime.date, proved: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].minimum, self.fields["on"].maximum = since, today  # type: ignore[attr-defined]
        if proved:
            del self.fields["proof"], self.fields["unproved_reason"]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data if cleaned is None else cleaned
        if "proof" in self.fields and not data.get("proof") and not data.get("unproved_reason"):
            self.add_error("proof", _("Écrivez ce que vous avez vu, ou la raison de verser sans justificatif."))
        return data


NO_EDITION = "aucun"


class RechargeSaleForm(OneTimeFormMixin, Form):
    """Which recharge, for which programme, paid how; `cleaned_data` holds the objects themselves."""

    product = RadioField(label=gettext_lazy("Recharge"))
    card = forms.CharField(
        label=gettext_lazy("Numéro de la carte SIM"),
        help_text=gettext_lazy("Pour une carte SIM seulement : scannez le code-barres de la carte que vous remettez."),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"data-scan": "", "autocomplete": "off"}),
    )
    edition = RadioField(
        label=gettext_lazy("Dispositif"),
        help_text=gettext_lazy("La vente compte dans le bilan de ce dispositif."),
    )
    means = RadioField(label=gettext_lazy("Payée par"), choices=PAYING_MEANS, initial=Means.CASH)

    def __init__(self, *args: Any, products: Sequence[Any], editions: Sequence[Edition], **kwargs: Any) -> None:
        self.products = {str(product.pk): product for product in products}
        self.editions = {str(edition.pk): edition for edition in editions}
        super().__init__(*args, **kwargs)
        self.fields["product"].choices = [  # type: ignore[attr-defined]
            (key, _price_label(product)) for key, product in self.products.items()
        ]
        if not any(product.stocked == Stocked.CARDS for product in products):
            del self.fields["card"]
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

    def clean_product(self) -> Any:
        return self.products[self.cleaned_data["product"]]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data if cleaned is None else cleaned
        data["edition"] = self.editions.get(data.get("edition") or "")
        return data


def _price_label(product: Any) -> str:
    saving = saving_a_month(product.public_now, product.price_now, product.months)
    label = _("%(name)s : %(price)s au lieu de %(public)s") % {
        "name": product.name,
        "price": format_euros(product.price_now),
        "public": format_euros(product.public_now),
    }
    if product.stocked != Stocked.NOTHING and not product.stock:
        return f"{label} ({_('épuisée')})"
    if saving:
        label += _(", soit %(saving)s d'économie par mois") % {"saving": format_euros_short(saving)}
    return label


class PriceForm(Form):
    """Prices from a day on."""

    since = DateField(label=gettext_lazy("À partir du"))
    public_price = EuroField(
        label=gettext_lazy("Prix public"),
        help_text=gettext_lazy("Ce que la personne paierait ailleurs : il dit l'économie."),
        min_cents=1,
        max_cents=100_000,
    )
    solidarity_price = EuroField(label=gettext_lazy("Prix solidaire"), max_cents=100_000)

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].minimum = today  # type: ignore[attr-defined]
        self.fields["since"].maximum = today + datetime.timedelta(days=366)  # type: ignore[attr-defined]


class StockForm(Form):
    """What is handed over with a product, and its bounds."""

    stocked = RadioField(
        label=gettext_lazy("Ce qui est remis à la vente"), choices=Stocked.choices, initial=Stocked.NOTHING
    )
    minimum = WholeNumberField(
        label=gettext_lazy("Stock minimum"),
        help_text=gettext_lazy("La boutique prévient quand il n'en reste plus davantage."),
        min_value=0,
        max_value=100_000,
        initial=0,
    )
    monthly_limit = WholeNumberField(
        label=gettext_lazy("Par personne et par mois, au plus"),
        help_text=gettext_lazy("Laissez vide s'il n'y a pas de limite."),
        min_value=1,
        max_value=100,
        required=False,
    )


class ProductForm(StockForm):
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

    field_order = ("name", "public_price", "solidarity_price", "months")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What is not said is nothing in stock: the shop sells at once.
        self.fields["stocked"].required = self.fields["minimum"].required = False

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data if cleaned is None else cleaned
        data["stocked"] = data.get("stocked") or Stocked.NOTHING
        data["minimum"] = data.get("minimum") or 0
        return data


class CodesForm(Form):
    """A list of codes: a file or pasted lines; `cleaned_data["codes"]` is what was read."""

    upload = UploadField(
        label=gettext_lazy("La liste du fournisseur"),
        help_text=gettext_lazy("CSV, TXT, XLSX ou ODS : une colonne de codes, et leur validité s'il y en a une."),
        accept=".csv,.txt,.xlsx,.ods",
        required=False,
    )
    # Not a text about anybody: long numbers are what is expected here.
    lines = forms.CharField(
        label=gettext_lazy("Ou collez-les ici, un par ligne"),
        max_length=200_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
    )
    expires_on = DateField(
        label=gettext_lazy("Valables jusqu'au"),
        help_text=gettext_lazy("Pour ceux dont la liste ne dit rien ; laissez vide s'ils ne périment pas."),
        required=False,
    )
    cost = EuroField(label=gettext_lazy("Payés au fournisseur, en tout"), max_cents=100_000_000, required=False)

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expires_on"].minimum = today  # type: ignore[attr-defined]
        self.fields["expires_on"].maximum = today.replace(year=today.year + 20, day=1)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data if cleaned is None else cleaned
        upload, lines = data.pop("upload", None), data.pop("lines", "")
        if "upload" in self.errors or "lines" in self.errors:
            return data
        if bool(upload) == bool(lines):
            self.add_error("upload", _("Choisissez un fichier, ou collez les codes : l'un des deux."))
            return data
        try:
            data["codes"] = read_codes(upload, upload.name) if upload else read_lines(lines)
        except DomainError as refused:
            self.add_error("upload" if upload else "lines", refused.message)
        return data


class AgainForm(Form):
    """Why a code is read again."""

    reason = CleanTextField(
        label=gettext_lazy("Pourquoi le montrer de nouveau"),
        help_text=gettext_lazy("Par exemple : « ticket perdu ». La raison reste écrite, avec votre nom."),
        max_length=300,
        rows=2,
    )


class CancelSaleForm(Form):
    reason = CleanTextField(
        label=gettext_lazy("Pourquoi annuler cette vente"),
        help_text=gettext_lazy("Par exemple : « erreur de recharge »."),
        max_length=200,
        rows=2,
    )


class DayForm(Form):
    jour = DateField(label=gettext_lazy("Jour"), required=False)
