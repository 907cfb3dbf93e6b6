"""Forms of the bench: locks, drives, erasures, tests by kind, system, grade."""

from copy import copy
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.dates import today
from declic.core.forms import CleanCharField, Form, OneTimeFormMixin, RadioField, WholeNumberField
from declic.equipment.checklists import VERSION, checks_of
from declic.equipment.enums import Condition, DriveTechnology, LockKind
from declic.equipment.forms.shared import RowField, WhenForm
from declic.equipment.models import Device


class LockForm(WhenForm):
    """A lock that was found."""

    kind = RadioField(label=gettext_lazy("Quel verrou ?"), choices=LockKind.choices)
    note = CleanCharField(
        label=gettext_lazy("Ce qui est affiché"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Par exemple : le nom de l'ancien propriétaire à qui le demander."),
    )
    field_order = ["kind", "note", "on"]


class ClearLockForm(WhenForm):
    """How a lock was lifted."""

    how = CleanCharField(
        label=gettext_lazy("Comment a-t-il été levé ?"),
        max_length=300,
        help_text=gettext_lazy("Par exemple : le donateur l'a retiré de son parc."),
    )
    field_order = ["how", "on"]


class DriveForm(Form):
    """A drive of the machine."""

    serial = CleanCharField(
        label=gettext_lazy("Numéro de série du disque"),
        max_length=80,
        help_text=gettext_lazy("Celui de l'étiquette du disque : c'est lui que le fichier d'effacement doit nommer."),
    )
    model = CleanCharField(label=gettext_lazy("Modèle"), max_length=120, required=False)
    technology = RadioField(label=gettext_lazy("Technologie"), choices=DriveTechnology.choices, required=False)
    size_gb = WholeNumberField(label=gettext_lazy("Taille en Go"), required=False, min_value=1, max_value=100_000)


class DriveGoneForm(WhenForm):
    """A drive left the machine."""

    reason = CleanCharField(
        label=gettext_lazy("Qu'est-il devenu ?"),
        max_length=200,
        help_text=gettext_lazy("Par exemple : détruit à l'atelier ; monté sur PC-0042 ; rendu au donateur."),
    )
    field_order = ["reason", "on"]


class ErasureForm(WhenForm):
    """One drive erased, without a file that proves it."""

    drive_serial = CleanCharField(label=gettext_lazy("Numéro du disque"), max_length=80)
    method = CleanCharField(
        label=gettext_lazy("Méthode"), max_length=120, help_text=gettext_lazy("Par exemple : nwipe, une passe de zéros")
    )
    verification = CleanCharField(
        label=gettext_lazy("Vérification"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Par exemple : relecture complète. Sans elle, l'effacement n'est pas certifié."),
    )
    errors_count = WholeNumberField(label=gettext_lazy("Erreurs"), initial=0, max_value=2_000_000_000)
    reason = CleanCharField(
        label=gettext_lazy("Pourquoi le certifier sans fichier de preuve"),
        max_length=300,
        required=False,
        help_text=gettext_lazy(
            "Par exemple : journal perdu, disque relu à l'atelier ; disque neuf. Sans raison, il n'est pas certifié."
        ),
    )
    field_order = ["drive_serial", "method", "verification", "errors_count", "reason", "on"]


class ReviewForm(WhenForm):
    """A person answers for an erasure that its file does not prove whole."""

    drive_serial = CleanCharField(label=gettext_lazy("Numéro du disque"), max_length=80)
    method = CleanCharField(label=gettext_lazy("Méthode"), max_length=120)
    verification = CleanCharField(
        label=gettext_lazy("Comment avez-vous vérifié ?"),
        max_length=120,
        help_text=gettext_lazy("Par exemple : secteurs relus au hasard, tous vides."),
    )
    reason = CleanCharField(
        label=gettext_lazy("Pourquoi en répondez-vous ?"),
        max_length=300,
        help_text=gettext_lazy("Le certificat dira que la validation est faite à la main, par vous."),
    )
    field_order = ["drive_serial", "method", "verification", "reason", "on"]


_WORKS, _FAILS, _LACKS = "ok", "ko", "na"
_ANSWERS = [(_WORKS, gettext_lazy("fonctionne")), (_FAILS, gettext_lazy("ne fonctionne pas"))]
_MAY_LACK = [*_ANSWERS, (_LACKS, gettext_lazy("n'en a pas"))]
_ANSWER_OF = {True: _WORKS, False: _FAILS, None: _LACKS}


class TestsForm(WhenForm):
    """Every check of the kind of machine; the button "all the rest works" answers those left open."""

    note = CleanCharField(label=gettext_lazy("Remarque"), max_length=300, required=False)

    def __init__(self, *args: Any, kind: str, before: dict[str, bool | None] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.checks = checks_of(kind)
        for check in self.checks:
            known = before is not None and check.code in before
            self.fields[check.code] = RadioField(
                label=check.label,
                choices=_MAY_LACK if check.may_lack else _ANSWERS,
                initial=_ANSWER_OF[before[check.code]] if known and before is not None else None,
            )
        self.order_fields([*(check.code for check in self.checks), "note", "on"])
        if self.is_bound and self.data.get("rest") == _WORKS:
            typed: Any = copy(self.data)
            for check in self.checks:
                typed.setdefault(check.code, _WORKS)
            self.data = typed

    @property
    def answers(self) -> list[Any]:
        """The bound fields of the checks, in their order."""
        return [self[check.code] for check in self.checks]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        said = {_WORKS: True, _FAILS: False, _LACKS: None}
        data["checks"] = {check.code: said[data.pop(check.code)] for check in self.checks if check.code in data}
        data["checklist"] = VERSION
        return data


class SystemForm(Form):
    """The system that was installed."""

    system = CleanCharField(
        label=gettext_lazy("Système installé"), max_length=80, help_text=gettext_lazy("Par exemple : Linux Mint 22")
    )


def _inside_fields() -> dict[str, forms.Field]:
    return {
        "memory_gb": WholeNumberField(label=gettext_lazy("Mémoire en Go"), required=False, min_value=1, max_value=1024),
        "storage_gb": WholeNumberField(
            label=gettext_lazy("Stockage en Go"), required=False, min_value=1, max_value=100_000
        ),
        "processor": CleanCharField(label=gettext_lazy("Processeur"), max_length=120, required=False),
        "made_in": WholeNumberField(
            label=gettext_lazy("Année de fabrication"), required=False, min_value=1990, max_value=2100
        ),
        "battery_health": WholeNumberField(
            label=gettext_lazy("Santé de la batterie en %"), required=False, min_value=0, max_value=100
        ),
    }


class InsideMixin(forms.Form):
    """What a machine is inside: fields shown with what is known; only what changed is given to the action, as `facts`."""

    def add_inside(self, device: Device) -> None:
        self.shown: dict[str, Any] = {
            "memory_gb": round(device.memory_mb / 1024) or 1 if device.memory_mb else None,
            "storage_gb": device.storage_gb,
            "processor": device.processor,
            "made_in": device.made_in,
            "battery_health": device.battery_health,
        }
        for name, field in _inside_fields().items():
            field.initial = self.shown[name]
            self.fields[name] = field
        if device.kind == "desktop":
            del self.fields["battery_health"]

    def take_inside(self, data: dict[str, Any]) -> None:
        changed = {name: data.pop(name) for name in self.shown if name in data}
        facts = {name: value for name, value in changed.items() if value != self.shown[name]}
        if "memory_gb" in facts:
            gigabytes = facts.pop("memory_gb")
            facts["memory_mb"] = gigabytes * 1024 if gigabytes else None
        data["facts"] = facts

    def clean_made_in(self) -> int | None:
        year: int | None = self.cleaned_data["made_in"]
        if year is not None and year > today().year:
            raise forms.ValidationError(_("Cette année n'est pas encore là : vérifiez-la."))
        return year


class GradeForm(InsideMixin, Form):
    """How the machine looks, and what is still unknown of its inside."""

    condition = RadioField(
        label=gettext_lazy("Aspect"),
        choices=Condition.choices,
        help_text=gettext_lazy("Regardez l'écran, la coque, les charnières, le clavier."),
    )

    def __init__(self, *args: Any, device: Device, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_inside(device)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.take_inside(data)
        return data


class EmptyForm(Form):
    """A step that asks for nothing more than its button."""


class UsePartForm(OneTimeFormMixin, WhenForm):
    """A part taken from the stock of a place and put on the machine."""

    part = RowField(label=gettext_lazy("Pièce"), queryset=None)
    quantity = WholeNumberField(label=gettext_lazy("Combien"), initial=1, min_value=1, max_value=100)
    site = RowField(label=gettext_lazy("Prise dans le stock de"), queryset=None, required=False)
    field_order = ["part", "quantity", "site", "on"]

    def __init__(self, *args: Any, parts: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["part"].queryset = parts  # type: ignore[attr-defined]
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
