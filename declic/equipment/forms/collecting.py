"""Forms of what comes in: promises, collections, lots, labels, lists of machines."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.forms import (
    CleanCharField,
    DateField,
    EuroField,
    Form,
    OneTimeFormMixin,
    RadioField,
    SelectField,
    UploadField,
    WholeNumberField,
)
from declic.documents.actions import MAX_BYTES
from declic.equipment.enums import DeviceKind
from declic.equipment.forms.shared import RowField, WhenForm
from declic.equipment.machine_lists import FIELDS
from declic.equipment.models import Promise
from declic.equipment.sheets import DEFAULT_SHEET, SHEET_CHOICES, SHEETS
from declic.equipment.tags import MAX_SCANNED

MOST_PROMISED = 100_000
_SCANS = ".pdf,.jpg,.jpeg,.png,.webp"


class LinesForm(Form):
    """So many machines of each kind, and what one is worth; the cleaned `lines` are by kind."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, label in DeviceKind.choices:
            name = str(label).capitalize()
            self.fields[f"{kind}_count"] = WholeNumberField(
                label=_("%(kind)s : nombre") % {"kind": name}, required=False, max_value=MOST_PROMISED
            )
            self.fields[f"{kind}_value"] = EuroField(
                label=_("%(kind)s : valeur d'un") % {"kind": name}, required=False, max_cents=100_000_00
            )

    @property
    def kinds(self) -> Iterator[tuple[forms.BoundField, forms.BoundField]]:
        """The boxes of each kind, side by side."""
        for kind in DeviceKind.values:
            yield self[f"{kind}_count"], self[f"{kind}_value"]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data if cleaned is None else cleaned
        lines = {}
        for kind in DeviceKind.values:
            count, value = data.pop(f"{kind}_count", None), data.pop(f"{kind}_value", None)
            if value is not None and not count:
                self.add_error(f"{kind}_count", _("Écrivez combien de machines valent ce prix."))
            if count:
                lines[kind] = (count, value)
        if not lines and not self.errors:
            self.add_error(None, _("Écrivez combien de machines sont promises, pour un type au moins."))
        data["lines"] = lines
        return data


def lines_of(promise: Promise) -> dict[str, Any]:
    """What a promise says, as the boxes of `LinesForm` show it."""
    found: dict[str, Any] = {}
    for line in promise.lines.all():
        found[f"{line.kind}_count"], found[f"{line.kind}_value"] = line.count, line.unit_value
    return found


def _public_body() -> forms.BooleanField:
    return forms.BooleanField(
        label=gettext_lazy("C'est une administration ou une collectivité"),
        required=False,
        help_text=gettext_lazy("Elle donne des machines de 300 € au plus pièce, et leur prix de revente est plafonné."),
    )


def _note() -> CleanCharField:
    return CleanCharField(label=gettext_lazy("Note"), max_length=300, required=False)


class PromiseForm(OneTimeFormMixin, LinesForm, WhenForm):
    """What a donor says that it will give."""

    donor = RowField(label=gettext_lazy("Donateur"), queryset=None)
    public_body = _public_body()
    note = _note()
    field_order = ["donor", "public_body", "on"]

    def __init__(self, *args: Any, donors: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["donor"].queryset = donors  # type: ignore[attr-defined]
        self.fields["on"].label = _("Promis le")


class PromiseEditForm(LinesForm):
    """A promise corrected."""

    public_body = _public_body()
    note = _note()


class CollectionForm(OneTimeFormMixin, Form):
    """A journey to fetch machines."""

    planned_on = DateField(label=gettext_lazy("Jour de la collecte"))
    place = CleanCharField(
        label=gettext_lazy("Où"), required=False, help_text=gettext_lazy("Adresse, étage, qui demander à l'accueil.")
    )
    note = _note()


class CollectedForm(WhenForm):
    """Machines fetched."""

    count = WholeNumberField(label=gettext_lazy("Machines emportées"), min_value=1, max_value=MOST_PROMISED)
    upload = UploadField(
        label=gettext_lazy("Acte de cession signé"),
        accept=_SCANS,
        max_bytes=MAX_BYTES,
        required=False,
        help_text=gettext_lazy("PDF ou photo. Vous pourrez aussi le joindre plus tard."),
    )
    last = forms.BooleanField(
        label=gettext_lazy("Tout ce qui était promis est maintenant chez nous"), required=False, initial=True
    )
    note = _note()


class TransferDocumentForm(Form):
    """The transfer document of a collection."""

    upload = UploadField(label=gettext_lazy("Acte de cession signé"), accept=_SCANS, max_bytes=MAX_BYTES)


def _kind() -> RadioField:
    return RadioField(label=gettext_lazy("Type"), choices=DeviceKind.choices, initial=DeviceKind.LAPTOP)


def _prefix() -> CleanCharField:
    return CleanCharField(
        label=gettext_lazy("Début des étiquettes"),
        max_length=6,
        initial="PC",
        help_text=gettext_lazy("PC donne PC-0001, PC-0002… à la suite des étiquettes existantes."),
        widget=forms.TextInput(attrs={"class": "short"}),
    )


class KindForm(Form):
    """What machines entered together have in common."""

    kind = _kind()
    brand = CleanCharField(label=gettext_lazy("Marque"), max_length=80, required=False)
    model = CleanCharField(label=gettext_lazy("Modèle"), max_length=120, required=False)
    site = RowField(label=gettext_lazy("Lieu où sont les machines"), queryset=None, required=False)
    refurbisher = RowField(label=gettext_lazy("Reconditionneur"), queryset=None, required=False)

    def __init__(self, *args: Any, sites: QuerySet[Any], refurbishers: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        self.fields["refurbisher"].queryset = refurbishers  # type: ignore[attr-defined]


class LotForm(KindForm, WhenForm):
    """A lot that comes in: its machines at once, by count, or later by scan or list."""

    label = CleanCharField(
        label=gettext_lazy("Nom du lot"), max_length=160, help_text=gettext_lazy("Par exemple : Mairie, mars 2026")
    )
    donor = RowField(label=gettext_lazy("Donateur"), queryset=None, required=False)
    count = WholeNumberField(label=gettext_lazy("Nombre de machines"), min_value=1, max_value=MOST_PROMISED)
    later = forms.BooleanField(
        label=gettext_lazy("Entrer les machines ensuite, en scannant des étiquettes ou par une liste"), required=False
    )
    transfer_reference = CleanCharField(
        label=gettext_lazy("Document de cession"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("La référence du papier signé par le donateur."),
    )
    tag_prefix = _prefix()
    field_order = ["label", "on"]

    def __init__(self, *args: Any, donors: QuerySet[Any] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if donors is None:
            del self.fields["donor"]
        else:
            self.fields["donor"].queryset = donors  # type: ignore[attr-defined]


class CountForm(KindForm):
    """Machines added to a lot by their number."""

    count = WholeNumberField(label=gettext_lazy("Nombre de machines"), min_value=1)
    tag_prefix = _prefix()
    known = WholeNumberField(widget=forms.HiddenInput, required=False)
    field_order = ["count"]


class ScanForm(KindForm):
    """A label stuck on a machine of the kind chosen for the run."""

    tag = CleanCharField(
        label=gettext_lazy("Étiquette"),
        max_length=MAX_SCANNED,
        help_text=gettext_lazy("Collez une étiquette sur la machine, puis scannez-la : elle entre dans le lot."),
        widget=forms.TextInput(
            attrs={
                "autofocus": True, "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false",
                "data-scan": "", "class": "short",
            }
        ),
    )  # fmt: skip
    field_order = ["tag"]


class ListForm(KindForm):
    """A list of machines; what it does not say is the same for all."""

    file = UploadField(
        label=gettext_lazy("Liste des machines"),
        accept=".xlsx,.ods,.csv,.txt",
        max_bytes=8 * 1024 * 1024,
        help_text=gettext_lazy(
            "Excel, LibreOffice ou CSV, 1 000 lignes au plus : type, marque, modèle, numéro de série…"
        ),
    )
    tag_prefix = _prefix()
    field_order = ["file", "kind"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["brand"], self.fields["model"]
        self.fields["kind"].label = _("Type des lignes qui ne le disent pas")


class MappingForm(ListForm):
    """The same, with what each column is; the list itself travels in `packed`."""

    packed = forms.CharField(widget=forms.HiddenInput)
    known = WholeNumberField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, titles: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["file"]
        self.columns = []
        for rank, title in enumerate(titles):
            name = f"column_{rank}"
            self.fields[name] = SelectField(
                label=title, choices=FIELDS.items(), empty_label=_("Ne pas prendre"), required=False
            )
            self.columns.append(name)

    @property
    def column_fields(self) -> list[forms.BoundField]:
        """The boxes of the columns."""
        return [self[name] for name in self.columns]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data if cleaned is None else cleaned
        said = {rank: data.pop(name, "") for rank, name in enumerate(self.columns)}
        mapping = {rank: meaning for rank, meaning in said.items() if meaning}
        for rank, meaning in mapping.items():
            if list(mapping.values()).count(meaning) > 1:
                self.add_error(
                    f"column_{rank}",
                    _("Deux colonnes ne peuvent pas être « %(field)s » : choisissez-en une.")
                    % {"field": FIELDS[meaning]},
                )
        data["mapping"] = mapping
        return data


class LabelsForm(OneTimeFormMixin, Form):
    """Labels to print before the machines are there."""

    sheet = SelectField(label=gettext_lazy("Planche"), choices=SHEET_CHOICES, initial=DEFAULT_SHEET)
    sheets = WholeNumberField(label=gettext_lazy("Nombre de planches"), min_value=1, max_value=40, initial=1)
    tag_prefix = _prefix()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data if cleaned is None else cleaned
        if "sheets" in data and "sheet" in data:
            data["count"] = data["sheets"] * SHEETS[data["sheet"]].labels
            if data["count"] > 1000:
                self.add_error(
                    "sheets", _("On imprime 1 000 étiquettes au plus à la fois : demandez moins de planches.")
                )
        return data


class ReprintForm(Form):
    """On which sheets labels are printed, and from which place of the first one."""

    planche = SelectField(label=gettext_lazy("Planche"), choices=SHEET_CHOICES, initial=DEFAULT_SHEET, required=False)
    depart = WholeNumberField(
        label=gettext_lazy("Première étiquette libre"),
        min_value=1,
        max_value=100,
        initial=1,
        required=False,
        help_text=gettext_lazy("Pour finir une planche déjà entamée : 1 est en haut à gauche."),
    )


class SelectionForm(ReprintForm):
    """Labels of machines that are already there."""

    tags = CleanCharField(
        label=gettext_lazy("Machines"),
        max_length=4000,
        help_text=gettext_lazy(
            "Leurs étiquettes, séparées par une espace ; PC-0001:PC-0012 prend toutes celles du milieu."
        ),
    )
    field_order = ["tags"]


class PeriodForm(Form):
    """The days on which the lots of a report came in."""

    du = DateField(label=gettext_lazy("Lots reçus du"), required=False)
    au = DateField(label=gettext_lazy("au"), required=False)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data if cleaned is None else cleaned
        if data.get("du") and data.get("au") and data["au"] < data["du"]:
            raise ValidationError(_("La fin vient avant le début : vérifiez les dates."))
        return data
