"""The forms of the till, the journal and the chart of accounts."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.dates import format_day
from declic.core.forms import CleanCharField, DateField, Form, RadioField, SelectField
from declic.ledger.enums import PAYING_MEANS, AccountRole, Event
from declic.ledger.models import Account


class DayForm(Form):
    """The day whose movements are shown."""

    jour = DateField(label=gettext_lazy("Journée du"), required=False, help_text="")


class JournalFilters(Form):
    """What narrows the journal."""

    event = SelectField(
        label=gettext_lazy("Nature"), choices=Event.choices, empty_label=gettext_lazy("Toutes"), required=False
    )
    role = SelectField(
        label=gettext_lazy("Compte"), choices=AccountRole.choices, empty_label=gettext_lazy("Tous"), required=False
    )
    since = DateField(label=gettext_lazy("Depuis le"), required=False, help_text="")
    until = DateField(label=gettext_lazy("Jusqu'au"), required=False, help_text="")


class CorrectionForm(Form):
    """Why and when an entry is undone, or its money put in the other drawer."""

    on = DateField(label=gettext_lazy("Date de la correction"))
    reason = CleanCharField(
        label=gettext_lazy("Pourquoi"),
        max_length=120,
        help_text=gettext_lazy("La raison reste écrite dans le journal."),
    )

    def clean_on(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["on"]
        latest: datetime.date | None = self.initial.get("on")
        if latest is not None and day > latest:
            raise forms.ValidationError(
                _("Cette date n'est pas encore là : choisissez le %(day)s ou avant.") % {"day": format_day(latest)}
            )
        return day


class MeansForm(CorrectionForm):
    """By which means the money really came or went."""

    means = RadioField(label=gettext_lazy("L'argent est passé par"), choices=PAYING_MEANS)
    field_order = ["means", "reason", "on"]


class MonthForm(Form):
    """The month to close."""

    month = SelectField(label=gettext_lazy("Mois à clôturer"))

    def __init__(self, *args: Any, months: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"] = SelectField(label=_("Mois à clôturer"), choices=months)

    def clean_month(self) -> datetime.date:
        return datetime.date.fromisoformat(f"{self.cleaned_data['month']}-01")


class SiretForm(Form):
    """The number by which the tax office knows the structure; its key is checked where it is written."""

    siret = forms.CharField(
        label=gettext_lazy("Numéro SIRET"),
        max_length=24,
        help_text=gettext_lazy("14 chiffres, par exemple sur l'avis de situation de l'Insee."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class AccountsForm(Form):
    """The operator's own numbers and names of accounts."""

    def __init__(self, *args: Any, accounts: list[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accounts = accounts
        for account in accounts:
            usage = str(account.get_role_display()).capitalize()
            self.fields[f"code_{account.role}"] = CleanCharField(
                label=_("%(usage)s : n°") % {"usage": usage},
                max_length=12,
                initial=account.code,
                widget=forms.TextInput(attrs={"class": "short", "inputmode": "numeric"}),
            )
            self.fields[f"name_{account.role}"] = CleanCharField(
                label=_("%(usage)s : libellé") % {"usage": usage}, max_length=120, initial=account.name
            )

    def pairs(self) -> list[tuple[Account, Any, Any]]:
        """Each account with its two fields."""
        return [(account, self[f"code_{account.role}"], self[f"name_{account.role}"]) for account in self.accounts]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        codes = {
            str(account.role): (data[f"code_{account.role}"], data[f"name_{account.role}"])
            for account in self.accounts
            if f"code_{account.role}" in data and f"name_{account.role}" in data
        }
        return {"codes": codes}
