"""What is typed about groups, classes, sheets and visits."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.accounts.models import User
from declic.core.dates import WEEKDAYS
from declic.core.forms import (
    CheckboxesField,
    CleanCharField,
    DateField,
    Form,
    RadioField,
    SelectField,
    WholeNumberField,
    YesNoField,
)
from declic.organisations.models import Site
from declic.orientation.models import Enrolment
from declic.programmes.models import Edition
from declic.training.actions import LONGEST_CLASS, LONGEST_VISIT, AttendanceLine
from declic.training.enums import AttendanceStatus, Autonomy, EquipmentUsed, HalfDay, RedirectedTo, VisitTheme

SHEET_STATUSES = [
    (status.value, status.label)
    for status in (AttendanceStatus.PRESENT, AttendanceStatus.EXCUSE, AttendanceStatus.ABSENT)
]


class TrainerField(forms.ModelChoiceField):
    """Who may lead a class; volunteers are named as such."""

    volunteers: frozenset[int] = frozenset()

    def label_from_instance(self, obj: Any) -> str:
        return _("%(name)s (bénévole)") % {"name": obj} if obj.pk in self.volunteers else str(obj)


class GroupFilters(Form):
    """What the list of groups shows."""

    edition = forms.ModelChoiceField(
        label=gettext_lazy("Édition"),
        queryset=Edition.objects.none(),
        required=False,
        empty_label=gettext_lazy("Toutes"),
    )
    quand = SelectField(
        label=gettext_lazy("Quand"),
        choices=[("passes", gettext_lazy("Terminés"))],
        required=False,
        empty_label=gettext_lazy("En cours et à venir"),
    )

    def __init__(self, *args: Any, editions: QuerySet[Edition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["edition"].queryset = editions  # type: ignore[attr-defined]


class GroupForm(Form):
    """One run of a course, a workshop or a training of professionals."""

    name = CleanCharField(label=gettext_lazy("Nom du groupe"), max_length=160)
    audience = CleanCharField(label=gettext_lazy("Pour qui"), max_length=200, required=False)
    hours = WholeNumberField(label=gettext_lazy("Durée prévue, en heures"), min_value=1, max_value=1000)
    capacity = WholeNumberField(label=gettext_lazy("Places"), min_value=1, max_value=500)
    starts_on = DateField(label=gettext_lazy("Premier jour"))
    ends_on = DateField(label=gettext_lazy("Dernier jour"))
    site = forms.ModelChoiceField(
        label=gettext_lazy("Lieu"),
        queryset=Site.objects.none(),
        required=False,
        empty_label=gettext_lazy("Pas de lieu fixe"),
    )
    trainer = forms.ModelChoiceField(
        label=gettext_lazy("Qui anime"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("À décider"),
    )

    def __init__(self, *args: Any, sites: QuerySet[Site], team: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        self.fields["trainer"].queryset = team  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["planned_minutes"] = (cleaned.pop("hours", None) or 0) * 60
        return cleaned


class ScheduleForm(Form):
    """One class or many: every chosen half-day of every chosen weekday between two dates."""

    first = DateField(label=gettext_lazy("Du"))
    last = DateField(label=gettext_lazy("Au"))
    weekdays = CheckboxesField(
        label=gettext_lazy("Chaque"), choices=[(str(number), name) for number, name in enumerate(WEEKDAYS[:6])]
    )
    half_days = CheckboxesField(label=gettext_lazy("Le"), choices=HalfDay.choices)
    minutes = WholeNumberField(
        label=gettext_lazy("Durée d’une séance, en minutes"),
        min_value=1,
        max_value=LONGEST_CLASS,
        help_text=gettext_lazy("3 heures font 180 minutes ; 5 heures au plus."),
    )
    trainer = TrainerField(
        label=gettext_lazy("Qui anime"), queryset=User.objects.none(), empty_label=gettext_lazy("Choisir…")
    )
    room = CleanCharField(label=gettext_lazy("Salle"), max_length=120, required=False)

    def __init__(self, *args: Any, team: QuerySet[User], volunteers: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["trainer"].volunteers = frozenset(user.pk for user in volunteers)  # type: ignore[attr-defined]
        self.fields["trainer"].queryset = team  # type: ignore[attr-defined]
        self.fields["trainer"].error_messages["required"] = _("Choisissez qui anime ces séances.")

    def clean_weekdays(self) -> set[int]:
        return {int(day) for day in self.cleaned_data["weekdays"]}


@dataclass(frozen=True)
class SheetLine:
    """The two fields of one person on the sheet."""

    enrolment: Enrolment
    status: forms.BoundField
    minutes: forms.BoundField
    needs: str

    @property
    def fields(self) -> tuple[forms.BoundField, forms.BoundField]:
        return self.status, self.minutes


class SheetForm(Form):
    """The attendance sheet: everyone present for the whole class, until one says otherwise."""

    def __init__(
        self, *args: Any, enrolments: Iterable[Enrolment], needs: Mapping[int, str], minutes: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.enrolments = list(enrolments)
        self.needs = needs
        for enrolment in self.enrolments:
            name = str(enrolment.person)
            self.fields[f"status_{enrolment.pk}"] = RadioField(
                label=_("Présence de %(person)s") % {"person": name},
                choices=SHEET_STATUSES,
                initial=AttendanceStatus.PRESENT,
            )
            field = WholeNumberField(
                label=_("Minutes de %(person)s") % {"person": name}, max_value=minutes, initial=minutes, required=False
            )
            field.validators = [
                MaxValueValidator(minutes, _("Au plus %(limit_value)s minutes, la durée de la séance.")),
                MinValueValidator(0, _("Écrivez un nombre de minutes, à partir de 0.")),
            ]
            self.fields[f"minutes_{enrolment.pk}"] = field

    def lines(self) -> list[SheetLine]:
        """The fields, person by person."""
        return [
            SheetLine(
                enrolment,
                self[f"status_{enrolment.pk}"],
                self[f"minutes_{enrolment.pk}"],
                self.needs.get(enrolment.pk, ""),
            )
            for enrolment in self.enrolments
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        found = []
        for enrolment in self.enrolments:
            status = cleaned.get(f"status_{enrolment.pk}")
            minutes = cleaned.get(f"minutes_{enrolment.pk}") or 0
            if status == AttendanceStatus.PRESENT:
                if not minutes and f"minutes_{enrolment.pk}" not in self.errors:
                    self.add_error(f"minutes_{enrolment.pk}", _("Écrivez combien de minutes, ou notez une absence."))
                found.append(AttendanceLine(enrolment, status, minutes))
            elif status:
                found.append(AttendanceLine(enrolment, status))
        return {"lines": found}


class CorrectForm(Form):
    """The line that replaces a signed one."""

    status = RadioField(label=gettext_lazy("En réalité"), choices=SHEET_STATUSES)
    minutes = WholeNumberField(label=gettext_lazy("Minutes suivies"), required=False)
    reason = CleanCharField(
        label=gettext_lazy("Pourquoi cette correction"),
        max_length=200,
        help_text=gettext_lazy("La ligne signée reste lisible, avec cette raison à côté."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        present = cleaned.get("status") == AttendanceStatus.PRESENT
        cleaned["minutes"] = (cleaned.get("minutes") or 0) if present else 0
        return cleaned


class HeadcountForm(Form):
    """People who came without giving a name."""

    headcount = WholeNumberField(
        label=gettext_lazy("Personnes venues sans donner leur nom"),
        max_value=999,
        help_text=gettext_lazy("Un nombre, rien de plus : personne n’est inventé."),
    )


class LeaveForm(Form):
    """Why a place is freed."""

    on = DateField(label=gettext_lazy("Partie le"))
    reason = CleanCharField(label=gettext_lazy("Pourquoi"), max_length=200)


class VisitForm(Form):
    """One drop-in visit, in a few gestures."""

    theme = RadioField(label=gettext_lazy("Pour quoi faire ?"), choices=VisitTheme.choices)
    question = CleanCharField(
        label=gettext_lazy("En quelques mots"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Jamais de mot de passe ni de numéro de sécurité sociale."),
    )
    minutes = WholeNumberField(label=gettext_lazy("Durée, en minutes"), min_value=1, max_value=LONGEST_VISIT)
    solved = YesNoField(label=gettext_lazy("Est-ce résolu ?"), required=False)
    redirected_to = SelectField(
        label=gettext_lazy("Réorientée vers"),
        choices=RedirectedTo.choices,
        required=False,
        empty_label=gettext_lazy("Personne"),
    )
    equipment_used = SelectField(label=gettext_lazy("Sur quel appareil"), choices=EquipmentUsed.choices)
    autonomy = SelectField(
        label=gettext_lazy("La personne était"),
        choices=Autonomy.choices,
        required=False,
        empty_label=gettext_lazy("Je ne sais pas"),
    )
    edition = forms.ModelChoiceField(
        label=gettext_lazy("Au titre de"),
        queryset=Edition.objects.none(),
        required=False,
        empty_label=gettext_lazy("Aucun dispositif"),
    )
    site = forms.ModelChoiceField(
        label=gettext_lazy("Lieu"), queryset=Site.objects.none(), required=False, empty_label=gettext_lazy("Ailleurs")
    )
    on = DateField(label=gettext_lazy("Jour"))

    def __init__(
        self,
        *args: Any,
        editions: QuerySet[Edition],
        sites: QuerySet[Site],
        today: datetime.date,
        only_today: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["edition"].queryset = editions  # type: ignore[attr-defined]
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        self.fields["on"].maximum = today  # type: ignore[attr-defined]
        if only_today:
            self.fields["on"].minimum = today  # type: ignore[attr-defined]


class DayForm(Form):
    """Which day of the drop-in one looks at."""

    jour = DateField(label=gettext_lazy("Jour"), required=False)


class VolunteerTrainingForm(Form):
    """A volunteer learned something before teaching it."""

    user = forms.ModelChoiceField(
        label=gettext_lazy("Bénévole"), queryset=User.objects.none(), empty_label=gettext_lazy("Choisir…")
    )
    on = DateField(label=gettext_lazy("Formé·e le"))
    topic = CleanCharField(label=gettext_lazy("À quoi"), max_length=200)

    def __init__(self, *args: Any, volunteers: QuerySet[User], today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = volunteers  # type: ignore[attr-defined]
        self.fields["user"].error_messages["required"] = _("Choisissez une personne bénévole.")
        self.fields["on"].maximum = today  # type: ignore[attr-defined]
