"""What an adviser types about skills, levels, barriers and plans."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.accounts.models import User
from declic.core.dates import today
from declic.core.forms import CleanCharField, CleanTextField, DateField, Form, RadioField
from declic.diagnosis.enums import THEMES, AssessmentKind, BarrierSource, Level, Score, Skill
from declic.diagnosis.models import Assessment
from declic.orientation.models import Enrolment

OTHER = "autre"


class AssessForm(Form):
    """One answer per skill, none of them required: what was not seen is said so."""

    kind = RadioField(label=gettext_lazy("Ce diagnostic est fait"), choices=AssessmentKind.choices)
    on = DateField(label=gettext_lazy("Fait le"))
    note = CleanTextField(
        label=gettext_lazy("Ce que l’on retient"),
        required=False,
        help_text=gettext_lazy("Ce qui aidera la formatrice : ce que la personne veut savoir faire, ce qui la gêne."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].maximum = today()  # type: ignore[attr-defined]
        for skill in Skill:
            self.fields[skill.value] = RadioField(label=capfirst(skill.label), choices=Score.choices, required=False)

    def themes(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields of the skills, theme by theme."""
        return [(str(theme.label), [self[skill.value] for skill in skills]) for theme, skills in THEMES.items()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["scores"] = {
            skill: int(answer) if (answer := cleaned.pop(skill.value, "")) else None for skill in Skill
        }
        return cleaned


class ConfirmForm(Form):
    """The level that the adviser settles."""

    level = RadioField(label=gettext_lazy("Quel niveau confirmez-vous ?"))
    reason = CleanCharField(
        label=gettext_lazy("Pourquoi un autre niveau"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Seulement si vous ne retenez pas ce qui est proposé. Les deux niveaux sont gardés."),
    )

    def __init__(self, *args: Any, assessment: Assessment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        terms = assessment.enrolment.terms.terms
        proposed = [assessment.proposed_level, assessment.other_level]
        choices = []
        for level in Level:
            hours = terms.hours_for(level.value)
            words = capfirst(str(level.label))
            if hours:
                words = _("%(level)s : parcours de %(hours)s heures") % {"level": words, "hours": hours}
            elif level == Level.AUTONOME:
                words = _("%(level)s : pas besoin de parcours") % {"level": words}
            if level in proposed:
                words = _("%(level)s (proposé)") % {"level": words}
            choices.append((level.value, words))
        self.fields["level"].choices = choices  # type: ignore[attr-defined]


class BarrierForm(Form):
    """A barrier of the programme's catalogue, or in free words."""

    code = RadioField(label=gettext_lazy("Qu’est-ce qui freine la personne ?"))
    label = CleanCharField(
        label=gettext_lazy("Autre frein, en quelques mots"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Seulement si aucun frein de la liste ne convient."),
    )
    source = RadioField(label=gettext_lazy("Comment le savez-vous ?"), choices=BarrierSource.choices)
    on = DateField(label=gettext_lazy("Repéré le"))

    def __init__(self, *args: Any, enrolment: Enrolment, noted: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        catalogue = [barrier for barrier in enrolment.terms.terms.barriers if barrier.code not in noted]
        self.fields["code"].choices = [  # type: ignore[attr-defined]
            *((barrier.code, barrier.label) for barrier in catalogue),
            (OTHER, _("autre frein, que je décris")),
        ]
        self.fields["on"].maximum = today()  # type: ignore[attr-defined]
        if not catalogue:
            self.fields["code"].initial = OTHER

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("code") == OTHER:
            cleaned["code"] = ""
            if not cleaned.get("label") and "label" not in self.errors:
                self.add_error("label", _("Dites ce frein en quelques mots."))
        elif cleaned.get("code"):
            cleaned["label"] = ""
        return cleaned


class PlanForm(Form):
    """One thing to do about a barrier."""

    text = CleanCharField(label=gettext_lazy("Ce qui va être fait"), max_length=300)
    owner = forms.ModelChoiceField(
        label=gettext_lazy("Qui s’en charge, dans l’équipe"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Quelqu’un d’autre"),
    )
    owner_name = CleanCharField(
        label=gettext_lazy("Sinon : la personne, un partenaire"),
        required=False,
        max_length=120,
    )
    due_on = DateField(label=gettext_lazy("Pour le"))

    def __init__(self, *args: Any, team: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = team  # type: ignore[attr-defined]
