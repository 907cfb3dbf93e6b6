"""The forms of the days of handovers."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.forms import (
    CheckboxesField,
    CleanCharField,
    DateField,
    Form,
    RadioField,
)
from declic.equipment.forms.allocations import offer_choices
from declic.equipment.forms.shared import RowField
from declic.equipment.models import Allocation
from declic.orientation.models import Enrolment
from declic.programmes.models import Edition
from declic.programmes.schema import EquipmentTerms


class CeremonyForm(Form):
    """A day of handovers."""

    edition = RowField(label=gettext_lazy("Édition"), queryset=None)
    name = CleanCharField(
        label=gettext_lazy("Nom de la remise"),
        max_length=160,
        help_text=gettext_lazy("Par exemple : Remise de novembre"),
    )
    on = DateField(label=gettext_lazy("Date"))
    place = CleanCharField(label=gettext_lazy("Lieu"), max_length=160, required=False)

    def __init__(self, *args: Any, editions: QuerySet[Edition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["edition"].queryset = editions  # type: ignore[attr-defined]


class InviteForm(Form):
    """Who is expected at a ceremony: people still without a machine, and those whose machine is already planned."""

    planned = CheckboxesField(label=gettext_lazy("Machine déjà prévue"), required=False)
    people = CheckboxesField(label=gettext_lazy("Personnes sans machine"), required=False)
    offer = RadioField(label=gettext_lazy("Ce qu'elles reçoivent"), required=False)

    def __init__(
        self,
        *args: Any,
        planned: Sequence[Allocation],
        people: Sequence[Enrolment],
        entries: Sequence[EquipmentTerms],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.planned_by_pk = {str(row.pk): row for row in planned}
        self.people_by_pk = {str(row.pk): row for row in people}
        self.fields["planned"].choices = [  # type: ignore[attr-defined]
            (str(row.pk), f"{row.person} · {row.device or _('machine à choisir')}") for row in planned
        ]
        self.fields["people"].choices = [(str(row.pk), str(row.person)) for row in people]  # type: ignore[attr-defined]
        choices = offer_choices(entries)
        self.fields["offer"] = RadioField(
            label=_("Ce qu'elles reçoivent"), choices=choices, initial=choices[0][0] if choices else ""
        )
        if not planned:
            del self.fields["planned"]
        if not people:
            del self.fields["people"]
            del self.fields["offer"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        mode, _colon, kind = data.pop("offer", "").partition(":")
        planned = [self.planned_by_pk[pk] for pk in data.pop("planned", [])]
        people = [self.people_by_pk[pk] for pk in data.pop("people", [])]
        if not planned and not people and not self.errors:
            raise ValidationError(_("Cochez au moins une personne."))
        return {"allocations": planned, "enrolments": people, "mode": mode, "device_kind": kind}
