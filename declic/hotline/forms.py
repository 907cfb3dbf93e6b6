"""Forms of a request for help."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.forms import (
    CleanCharField,
    CleanTextField,
    DateField,
    Form,
    PhoneField,
    RadioField,
    SelectField,
    VersionedFormMixin,
)
from declic.equipment.models import Allocation, Device
from declic.hotline.models import Answer, Priority, Resolution, Symptom, TicketChannel

NO_MACHINE = "aucune"
CHANNELS = [choice for choice in TicketChannel.choices if choice[0] != TicketChannel.PERSON]
"""How a colleague receives a request: the page of the machine is nobody's but the person's."""


class TicketForm(Form):
    """What happens, on which machine; `cleaned_data["allocation"]` is the allocation itself, or None."""

    allocation = RadioField(label=gettext_lazy("De quoi s'agit-il"))
    symptom = SelectField(label=gettext_lazy("Panne"), choices=Symptom.choices)
    description = CleanTextField(
        label=gettext_lazy("Ce qui se passe"),
        help_text=gettext_lazy("Avec ses mots : ce qu'elle voit, depuis quand, ce qu'elle a déjà essayé."),
    )
    priority = RadioField(
        label=gettext_lazy("Priorité"),
        choices=Priority.choices[::-1],
        initial=Priority.NORMAL,
        help_text=gettext_lazy("Urgente : un rendez-vous ou une démarche dans les deux jours en dépend."),
    )
    channel = RadioField(label=gettext_lazy("Demande reçue"), choices=CHANNELS)

    def __init__(self, *args: Any, machines: Sequence[Allocation], channel: str | None = None, **kwargs: Any) -> None:
        self.machines = {str(allocation.pk): allocation for allocation in machines}
        self.only_channel = channel
        super().__init__(*args, **kwargs)
        if self.machines:
            self.fields["allocation"].choices = [  # type: ignore[attr-defined]
                *((key, _machine_label(allocation)) for key, allocation in self.machines.items()),
                (NO_MACHINE, _("Autre chose qu'une de ces machines")),
            ]
            self.fields["allocation"].initial = next(iter(self.machines))
        else:
            del self.fields["allocation"]
        if channel is not None:
            del self.fields["channel"]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data if cleaned is None else cleaned
        data["allocation"] = self.machines.get(data.get("allocation") or "")
        if self.only_channel is not None:
            data["channel"] = self.only_channel
        return data


class WordsForm(Form):
    """One line of the conversation; `cleaned_data["answer"]` is the answer of the library that it began with, or None."""

    body = CleanTextField(label=gettext_lazy("Votre réponse"))
    answer = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, label: str, answers: Sequence[Answer] = (), **kwargs: Any) -> None:
        self.answers = {str(answer.pk): answer for answer in answers}
        super().__init__(*args, **kwargs)
        self.fields["body"].label = label
        if not self.answers:
            del self.fields["answer"]

    def clean_answer(self) -> Answer | None:
        return self.answers.get(self.cleaned_data["answer"])


class RepairForm(Form):
    """What the workshop writes when the machine arrives."""

    body = CleanTextField(
        label=gettext_lazy("Ce que l'atelier va faire"),
        help_text=gettext_lazy("Ces mots partent à qui a ouvert la demande : par exemple, pour combien de jours."),
    )


class AnswerForm(Form):
    """A ready answer of the library."""

    symptom = SelectField(label=gettext_lazy("Panne"), choices=Symptom.choices)
    title = CleanCharField(
        label=gettext_lazy("Titre"),
        help_text=gettext_lazy("Par exemple : « La souris ne répond plus »."),
        max_length=120,
    )
    body = CleanTextField(
        label=gettext_lazy("Étapes"),
        help_text=gettext_lazy("Une par ligne, dans un français simple : ce que la personne fait, ce qu'elle voit."),
        rows=8,
    )


class ChangeAnswerForm(VersionedFormMixin, AnswerForm):
    """The same, refused when someone changed the answer meanwhile."""


class HelpForm(Form):
    """What someone without an account says of her machine."""

    symptom = RadioField(label=gettext_lazy("Qu'est-ce qui ne va pas ?"), choices=Symptom.choices)
    description = CleanTextField(
        label=gettext_lazy("Dites-le avec vos mots"),
        help_text=gettext_lazy("Ce que vous voyez, et depuis quand."),
        max_length=2000,
    )
    phone = PhoneField(
        label=gettext_lazy("Où vous appeler"),
        help_text=gettext_lazy("Laissez vide si nous avons déjà le bon numéro."),
        required=False,
    )


class PeriodForm(Form):
    """The days of a report."""

    du = DateField(label=gettext_lazy("Du"), required=False)
    au = DateField(label=gettext_lazy("Au"), required=False)


class SolveForm(Form):
    """How it was solved; `cleaned_data["new_device"]` is the machine itself, or None."""

    resolution = RadioField(label=gettext_lazy("Comment"), choices=Resolution.choices)
    new_device = SelectField(
        label=gettext_lazy("Machine de remplacement"),
        required=False,
        help_text=gettext_lazy("Pour un échange : les machines prêtes, du même type. La caution ne bouge pas."),
    )
    body = CleanTextField(
        label=gettext_lazy("Ce qui a été fait"),
        help_text=gettext_lazy("Ces mots restent dans la conversation et partent à qui a ouvert la demande."),
    )

    def __init__(self, *args: Any, spares: Sequence[Device], can_swap: bool, **kwargs: Any) -> None:
        self.spares = {str(device.pk): device for device in spares}
        super().__init__(*args, **kwargs)
        if can_swap and self.spares:
            self.fields["new_device"].choices = [  # type: ignore[attr-defined]
                ("", _("Choisir…")),
                *((key, _spare_label(device)) for key, device in self.spares.items()),
            ]
        else:
            del self.fields["new_device"]
            self.fields["resolution"].choices = [  # type: ignore[attr-defined]
                choice for choice in Resolution.choices if choice[0] != Resolution.SWAP
            ]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data if cleaned is None else cleaned
        data["new_device"] = self.spares.get(data.get("new_device") or "")
        return data


def _machine_label(allocation: Allocation) -> str:
    device = allocation.device
    if device is None:
        return str(allocation)
    name = " ".join(part for part in (device.brand, device.model) if part)
    return f"{device.tag} · {device.get_kind_display()}" + (f" · {name}" if name else "")


def _spare_label(device: Device) -> str:
    name = " ".join(part for part in (device.brand, device.model) if part)
    return " · ".join(str(part) for part in (device.tag, name, device.get_condition_display(), device.site) if part)
