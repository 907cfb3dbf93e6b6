"""Forms of reviews, satisfaction, exits and outcomes."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from declic.core.forms import (
    CheckboxesField,
    CleanCharField,
    CleanTextField,
    DateField,
    Form,
    RadioField,
    SelectField,
    YesNoField,
)
from declic.followup.models import ExitReason, OutcomeStatus, Satisfaction
from declic.people.enums import LabourStatus

UNKNOWN = gettext_lazy("Je ne sais pas")


class DatedForm(Form):
    """A form whose `on` lies between two days."""

    on = DateField(label=gettext_lazy("Date"))

    def __init__(self, *args: Any, since: datetime.date, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A story that begins tomorrow has no day to offer yet: the action then says so.
        self.fields["on"].minimum, self.fields["on"].maximum = since, max(since, today)  # type: ignore[attr-defined]
        self.fields["on"].initial = max(since, today)


class ReviewForm(DatedForm):
    observed_uses = CheckboxesField(
        label=gettext_lazy("Ce que vous observez"),
        required=False,
        help_text=gettext_lazy("Cochez ce qui a changé depuis que la personne a le matériel ou l'accompagnement."),
    )
    testimony = CleanTextField(
        label=gettext_lazy("Témoignage"),
        required=False,
        help_text=gettext_lazy("Ses mots ou les vôtres. Ils peuvent être cités dans le bilan, sans son nom."),
    )

    field_order = ["observed_uses", "testimony", "on"]

    def __init__(self, *args: Any, uses: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if uses:
            self.fields["observed_uses"].choices = [(use, use) for use in uses]  # type: ignore[attr-defined]
        else:
            del self.fields["observed_uses"]


class SatisfactionForm(DatedForm):
    score = RadioField(
        label=gettext_lazy("De l'accompagnement, la personne se dit"), choices=Satisfaction.choices[::-1]
    )
    comment = CleanTextField(label=gettext_lazy("Avec ses mots"), required=False)

    field_order = ["score", "comment", "on"]

    def clean_score(self) -> int:
        return int(self.cleaned_data["score"])


class ExitForm(DatedForm):
    """The exit and, when known, the situation on that day; `cleaned_data["facts"]` is None when nothing is known."""

    FACTS = ("labour_status", "has_connection", "has_email_address", "needs_help_online")

    reason = SelectField(label=gettext_lazy("Raison de la sortie"), choices=ExitReason.choices)
    detail = CleanCharField(
        label=gettext_lazy("Contrat ou formation, durée"),
        required=False,
        help_text=gettext_lazy(
            "Nécessaire pour un emploi durable, une création d'entreprise, une formation qualifiante :"
            " par exemple « CDI, aide à domicile, 24 h par semaine »."
        ),
    )
    proof = CleanCharField(
        label=gettext_lazy("Justificatif"),
        required=False,
        help_text=gettext_lazy("Dans les mêmes cas : par exemple « contrat signé le 12/03/2026 »."),
    )
    labour_status = RadioField(
        label=gettext_lazy("Emploi"), choices=LabourStatus.choices, required=False, unknown_label=UNKNOWN
    )
    has_connection = YesNoField(label=gettext_lazy("Internet à la maison"), required=False)
    has_email_address = YesNoField(label=gettext_lazy("A une adresse électronique"), required=False)
    needs_help_online = YesNoField(label=gettext_lazy("A besoin d'aide pour ses démarches en ligne"), required=False)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data if cleaned is None else cleaned
        facts = {name: data.pop(name, None) for name in self.FACTS}
        known = {name: value for name, value in facts.items() if value not in (None, "")}
        data["facts"] = known or None
        return data


class OutcomeForm(DatedForm):
    status = RadioField(label=gettext_lazy("Aujourd'hui, la personne est"), choices=OutcomeStatus.choices)
    note = CleanCharField(label=gettext_lazy("Précision"), required=False, max_length=300)

    field_order = ["status", "note", "on"]
