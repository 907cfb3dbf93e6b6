"""The form with which a team writes to a person."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.forms import CleanCharField, DateField, Form, RadioField

CALL_US, APPOINTMENT = "call_us", "appointment"


class WriteForm(Form):
    template = RadioField(
        label=gettext_lazy("Quel message ?"),
        choices=[
            (CALL_US, gettext_lazy("Nous avons essayé de vous joindre : rappelez-nous")),
            (APPOINTMENT, gettext_lazy("Votre rendez-vous")),
        ],
    )
    phone = CleanCharField(
        label=gettext_lazy("Numéro à rappeler"), max_length=20, help_text=gettext_lazy("Celui de votre lieu")
    )
    on = DateField(label=gettext_lazy("Jour du rendez-vous"), required=False)
    hour = CleanCharField(
        label=gettext_lazy("Heure"), max_length=10, required=False, help_text=gettext_lazy("Par exemple : 10 h 30")
    )
    place = CleanCharField(label=gettext_lazy("Où venir"), max_length=120, required=False)

    def clean(self) -> dict[str, Any] | None:
        typed = super().clean()
        data = self.cleaned_data if typed is None else typed
        if data.get("template") == APPOINTMENT:
            for name, sentence in (
                ("on", _("Écrivez le jour du rendez-vous.")),
                ("hour", _("Écrivez l’heure du rendez-vous.")),
                ("place", _("Écrivez où venir.")),
            ):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, sentence)
        return data
