"""Forms of messages: filters, a corrected address, a budget."""

from typing import Any

from django.utils.translation import gettext_lazy

from declic.core.forms import (
    CleanCharField,
    CleanTextField,
    EmailField,
    EuroField,
    Form,
    PhoneField,
    SelectField,
    VersionedFormMixin,
    WholeNumberField,
)
from declic.messaging.enums import Channel, MessageState

# What an integer column holds, and far more than any budget of messages.
_MOST_CENTS = 100_000_000


class MessageFilters(Form):
    """What narrows the list."""

    etat = SelectField(
        label=gettext_lazy("État"), choices=MessageState.choices, empty_label=gettext_lazy("Tous"), required=False
    )
    canal = SelectField(
        label=gettext_lazy("Par"), choices=Channel.choices, empty_label=gettext_lazy("Tous"), required=False
    )


class AgainForm(Form):
    """To which address the message leaves again."""

    def __init__(self, *args: Any, channel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        corrected = gettext_lazy("Corrigez-le aussi dans le dossier, pour les prochains messages.")
        match channel:
            case Channel.EMAIL:
                self.fields["address"] = EmailField(label=gettext_lazy("Courriel"), help_text=corrected)
            case Channel.SMS:
                self.fields["address"] = PhoneField(label=gettext_lazy("Mobile"), help_text=corrected)
            case _:
                self.fields["address"] = CleanTextField(
                    label=gettext_lazy("Adresse, sous le nom"),
                    required=False,
                    rows=4,
                    max_length=254,
                    help_text=gettext_lazy(
                        "Cinq lignes au plus. Sans adresse, la lettre est à remettre en main propre."
                    ),
                )


class BudgetForm(Form):
    """What is set aside, and from when to be warned."""

    name = CleanCharField(
        label=gettext_lazy("Nom"), max_length=120, help_text=gettext_lazy("Par exemple : Messages de l'édition 2026")
    )
    amount_cents = EuroField(label=gettext_lazy("Montant"), min_cents=1, max_cents=_MOST_CENTS)
    warn_at_percent = WholeNumberField(
        label=gettext_lazy("Prévenir à partir de (%)"),
        min_value=1,
        max_value=100,
        initial=80,
        help_text=gettext_lazy("Au-delà de 100 %, aucun SMS ne part ; les courriels et les lettres, si."),
    )
    letter_cents = EuroField(
        label=gettext_lazy("Coût d'une lettre"),
        max_cents=_MOST_CENTS,
        initial=0,
        help_text=gettext_lazy("Timbre, enveloppe et impression ; 0 si les lettres ne comptent pas ici."),
    )


class BudgetEditForm(VersionedFormMixin, BudgetForm):
    """A budget to change."""
