"""Forms of a request for help."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.forms import CleanTextField, Form, RadioField, SelectField
from declic.equipment.models import Allocation, Device
from declic.hotline.models import Priority, Resolution, Symptom, TicketChannel

NO_MACHINE = "aucune"


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
    channel = RadioField(label=gettext_lazy("Demande reçue"), choices=TicketChannel.choices)

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
    """One line of the conversation."""

    body = CleanTextField(label=gettext_lazy("Votre réponse"))

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].label = label


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
