"""The forms of a till: opened, counted, moved, closed."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.forms import (
    CleanCharField,
    EuroField,
    Form,
    OneTimeFormMixin,
    RadioField,
    SelectField,
    WholeNumberField,
)
from declic.core.money import format_euros_short
from declic.ledger.enums import FloatSource, TillMove
from declic.organisations.models import Site

COINS = (50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1)
"""Euro notes and coins, in cents."""

_MOST = 100_000_000_00
"""No drawer holds more, whatever is typed."""


class TillForm(Form):
    """A new cash drawer: where it stands and what it is called."""

    name = CleanCharField(
        label=gettext_lazy("Nom de la caisse"),
        max_length=80,
        help_text=gettext_lazy("Par exemple « Caisse de l'accueil »."),
    )
    site = SelectField(label=gettext_lazy("Lieu"))

    def __init__(self, *args: Any, sites: QuerySet[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = {str(site.pk): site for site in sites}
        self.fields["site"] = SelectField(label=_("Lieu"), choices=[(pk, site.name) for pk, site in self.sites.items()])
        self.order_fields(["name", "site"])

    def clean_site(self) -> Site:
        return self.sites[self.cleaned_data["site"]]


class OpenForm(Form):
    """What is in the drawer when it is opened."""

    counted = EuroField(label=gettext_lazy("Argent compté dans la caisse"), max_cents=_MOST)
    source = RadioField(
        label=gettext_lazy("Si ce n'est pas la somme attendue, d'où vient la différence"),
        choices=FloatSource.choices,
        unknown_label=gettext_lazy("Il n'y a pas de différence"),
        required=False,
    )
    reason = CleanCharField(label=gettext_lazy("Précision"), max_length=120, required=False)


class MoveForm(OneTimeFormMixin, Form):
    """Cash in or out, apart from sales and deposits."""

    move = RadioField(label=gettext_lazy("Que se passe-t-il"), choices=TillMove.choices)
    amount = EuroField(label=gettext_lazy("Montant"), min_cents=1, max_cents=_MOST)
    reason = CleanCharField(
        label=gettext_lazy("Pourquoi"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Pour un achat ou une autre entrée : ce que c'est. Gardez le ticket."),
    )


class CloseForm(Form):
    """The count of the evening: coin by coin, or the total alone."""

    counted = EuroField(
        label=gettext_lazy("Ou le total seul"),
        max_cents=_MOST,
        required=False,
        help_text=gettext_lazy("Laissez vide si vous avez rempli les billets et les pièces."),
    )
    explanation = CleanCharField(
        label=gettext_lazy("S'il y a une différence, comment l'expliquez-vous"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Par exemple « un billet de 5 € rendu en trop ». Ne nommez personne."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for value in COINS:
            self.fields[f"coin_{value}"] = WholeNumberField(
                label=format_euros_short(value), required=False, min_value=0, max_value=100_000
            )

    def coins(self) -> list[Any]:
        """The boxes of notes and coins, the largest first."""
        return [self[f"coin_{value}"] for value in COINS]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        coins = {str(value): data.pop(f"coin_{value}", None) or 0 for value in COINS}
        summed = sum(int(value) * number for value, number in coins.items())
        counted = data.get("counted")
        if any(coins.values()):
            if counted is not None and counted != summed:
                self.add_error(
                    "counted",
                    _("Les billets et les pièces font %(sum)s : corrigez l'un ou l'autre.")
                    % {"sum": format_euros_short(summed)},
                )
            data["counted"] = summed
        elif counted is None and "counted" not in self.errors:
            self.add_error("counted", _("Comptez les billets et les pièces, ou écrivez le total."))
        return {**data, "coins": coins}
