"""Sending files of tools, choosing the machine that they are about, ticking what is taken over from them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.forms import CheckboxesField, CleanCharField, Form, RadioField
from declic.equipment.actions.evidence import NEW, NEXT
from declic.equipment.forms.shared import TagField
from declic.equipment.inventory import Difference
from declic.equipment.models import Device, Evidence

MOST_FILES = 100
LATER, WITH = "later", "with"


class _FilesInput(forms.FileInput):
    allow_multiple_selected = True


class RawFilesField(forms.FileField):
    """Any number of files up to a hundred, of whatever kind: each is read, or refused, on its own."""

    widget = _FilesInput
    default_error_messages = {"invalid": gettext_lazy("Le fichier n’est pas arrivé entier : choisissez-le de nouveau.")}

    def clean(self, data: Any, initial: Any = None) -> list["UploadedFile[Any]"]:
        sent = [one for one in (data if isinstance(data, list | tuple) else [data]) if one is not None and one != ""]
        if not sent:
            raise ValidationError(_("Choisissez au moins un fichier."), code="required")
        if len(sent) > MOST_FILES:
            raise ValidationError(_("%(most)d fichiers au plus à la fois.") % {"most": MOST_FILES})
        return sent


class FilesForm(Form):
    """Files that tools wrote."""

    uploads = RawFilesField(
        label=gettext_lazy("Fichiers des outils"),
        help_text=gettext_lazy(
            "lshw -json, dmidecode, GLPI, eReuse, smartctl --json, journaux nwipe, certificats d'effacement en JSON. 5 Mo"
            " au plus chacun, autant que vous voulez."
        ),
    )


class ApplyForm(Form):
    """What is taken over from a file."""

    fields_taken = CheckboxesField(
        label=gettext_lazy("Ce qui est repris du fichier"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choisissez dans la liste.")},
    )

    def __init__(self, *args: Any, found: Sequence[Difference], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = [one for one in found if not one.same]
        self.fields["fields_taken"].choices = [(one.name, one.label) for one in self.found]  # type: ignore[attr-defined]

    def ticked(self) -> set[str]:
        """The boxes to show ticked: those sent, else what is empty on the machine's side."""
        if self.is_bound:
            return set(self.data.getlist("fields_taken")) if hasattr(self.data, "getlist") else set()
        return {one.name for one in self.found if one.ticked}


class MachineForm(Form):
    """Which machine a file is about: one of the likely ones, another by its label, or a new one of the lot."""

    machine = RadioField(label=gettext_lazy("De quelle machine parle ce fichier ?"), choices=[])
    tag = TagField(
        devices=Device.objects.none(),
        label=gettext_lazy("Étiquette de la machine"),
        required=False,
        help_text=gettext_lazy("Si vous avez choisi « une autre machine »."),
    )
    label = CleanCharField(
        label=gettext_lazy("Étiquette déjà collée sur la nouvelle machine"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Scannez-la. Sans étiquette imprimée d'avance, laissez vide : la prochaine est donnée."),
        widget=forms.TextInput(attrs={"data-scan": ""}),
    )

    def __init__(
        self, *args: Any, likely: Sequence[tuple[str, str]], devices: QuerySet[Device], may_create: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [*likely, ("tag", _("une autre machine, par son étiquette"))]
        if may_create:
            choices.append((NEW, _("une machine qui n'est pas encore au stock")))
        else:
            del self.fields["label"]
        self.fields["machine"].choices = choices  # type: ignore[attr-defined]
        self.fields["tag"].devices = devices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("machine") == "tag" and not data.get("tag") and "tag" not in self.errors:
            self.add_error("tag", _("Scannez ou tapez l'étiquette de la machine."))
        data.setdefault("label", "")
        return data


class PlacesForm(Form):
    """For each file of a lot, the machine on which it goes; one confirmation for all."""

    def __init__(
        self,
        *args: Any,
        waiting: Sequence[Evidence],
        choices: dict[int, list[tuple[str, str]]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for one in waiting:
            self.fields[f"place-{one.pk}"] = forms.ChoiceField(
                label=_("Machine du fichier %(name)s") % {"name": one.filename or one.sha256[:12]},
                choices=choices[one.pk],
                required=False,
                error_messages={"invalid_choice": _("Ce choix n'existe plus : regardez la nouvelle proposition.")},
            )

    def places(self) -> dict[int, str]:
        """What was chosen, by file; nothing for those left for later."""
        return {
            int(name.removeprefix("place-")): value
            for name, value in self.cleaned_data.items()
            if name.startswith("place-") and value and value != LATER
        }


__all__ = ["LATER", "NEW", "NEXT", "WITH", "ApplyForm", "FilesForm", "MachineForm", "PlacesForm"]
