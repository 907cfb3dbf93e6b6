"""Forms about the rights of a person, and about how long files are kept."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.dates import today
from declic.core.forms import CleanTextField, DateField, Form, RadioField, SelectField, WholeNumberField
from declic.people.enums import HoldKind, Purpose, RightsHow
from declic.people.rights_actions import SAID


class RightForm(Form):
    """What the person was told or asked."""

    kind = RadioField(label=gettext_lazy("Qu’est-ce qui a été dit ou demandé ?"))
    purpose = SelectField(
        label=gettext_lazy("À quoi la personne s’oppose"),
        help_text=gettext_lazy("Seulement pour une opposition, ou pour la retirer."),
        choices=[("", gettext_lazy("Sans objet")), *Purpose.choices],
        required=False,
    )
    on = DateField(label=gettext_lazy("Le"))
    how = SelectField(label=gettext_lazy("Comment"), choices=[("", gettext_lazy("Choisir…")), *RightsHow.choices])
    note = CleanTextField(
        label=gettext_lazy("Précision"),
        help_text=gettext_lazy("Pour une correction : ce qu’il faut changer, puis corrigez le dossier."),
        max_length=300,
        required=False,
        rows=2,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in SAID]  # type: ignore[attr-defined]


class HoldForm(Form):
    """Why the file is kept beyond its time."""

    kind = RadioField(label=gettext_lazy("Nature"), choices=HoldKind.choices)
    reason = CleanTextField(
        label=gettext_lazy("Pourquoi ce dossier doit-il être gardé ?"),
        help_text=gettext_lazy("Par exemple : contrôle du FSE+ annoncé pour 2027. La personne peut lire cette raison."),
        max_length=300,
        rows=2,
    )
    until = DateField(
        label=gettext_lazy("Jusqu’au"),
        help_text=gettext_lazy("Laissez vide si la fin n’est pas connue : vous la lèverez."),
        required=False,
    )


class RestoreForm(Form):
    """Why an archived file is opened again."""

    reason = CleanTextField(
        label=gettext_lazy("Pourquoi rouvrir ce dossier ?"),
        help_text=gettext_lazy("Par exemple : la personne est revenue à l’accueil."),
        max_length=300,
        rows=2,
    )


class PolicyForm(Form):
    """How long files are kept."""

    contact_months = WholeNumberField(
        label=gettext_lazy("Mois sans contact avant l’archive"),
        help_text=gettext_lazy("24 mois est l’usage : deux ans après le dernier contact."),
        min_value=1,
        max_value=120,
    )
    archive_months = WholeNumberField(
        label=gettext_lazy("Mois d’archive avant d’effacer les noms"), min_value=0, max_value=120
    )
    notice_days = WholeNumberField(label=gettext_lazy("Jours de préavis à l’équipe"), min_value=0, max_value=365)
    log_months = WholeNumberField(
        label=gettext_lazy("Mois de garde du journal des consultations"),
        help_text=gettext_lazy("12 mois est l’usage ; de 6 à 36."),
        min_value=6,
        max_value=36,
    )


class PlanForm(Form):
    """The day for which one asks what would happen."""

    jour = DateField(label=gettext_lazy("Ce qui se passerait le"), required=False)

    def clean_jour(self) -> Any:
        day = self.cleaned_data["jour"]
        if day is not None and not today().year - 1 <= day.year <= today().year + 20:
            self.add_error("jour", _("Choisissez un jour dans les vingt ans à venir."))
        return day
