"""Forms of lists and calls: send a list, say what its columns are, correct a line, note a call."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.accounts.models import User
from declic.core.dates import today
from declic.core.forms import (
    CleanCharField,
    DateField,
    Form,
    RadioField,
    SelectField,
    UploadField,
    contains_nir,
    format_phone,
)
from declic.core.tables import Cell, as_text
from declic.organisations.models import Site
from declic.orientation.enums import ContactResult
from declic.orientation.forms import edition_label
from declic.orientation.spotting.columns import FIELDS, NIR, SENSITIVE
from declic.people.access import own_site
from declic.people.enums import Gender
from declic.people.forms import chosen_site, site_choices
from declic.people.models import Person
from declic.programmes.models import Edition


class UploadForm(Form):
    """A list to check: the file, what it is for and where it comes from."""

    file = UploadField(
        label=gettext_lazy("Fichier"),
        help_text=gettext_lazy(
            "Classeur Excel (.xlsx), LibreOffice (.ods) ou CSV, 25 Mo au plus, une personne par ligne, les titres en haut."
        ),
        accept=".xlsx,.xlsm,.ods,.csv,.tsv,.txt",
    )
    source = CleanCharField(
        label=gettext_lazy("D’où vient cette liste ?"),
        help_text=gettext_lazy("Par exemple : allocataires sans connexion, CCAS, février 2026."),
        max_length=160,
    )
    edition = SelectField(label=gettext_lazy("Pour quel dispositif ?"))
    site = SelectField(
        label=gettext_lazy("Lieu de suivi"),
        help_text=gettext_lazy("Les nouveaux dossiers y seront ouverts."),
        empty_label=gettext_lazy("Tous les lieux"),
        required=False,
    )
    sheet = CleanCharField(
        label=gettext_lazy("Feuille"),
        help_text=gettext_lazy("Si le classeur en a plusieurs. Sans précision, la première feuille remplie est lue."),
        max_length=100,
        required=False,
    )

    def __init__(
        self, *args: Any, editions: Sequence[Edition], user: User, sites: Mapping[int, Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.sites = user, sites
        self.editions = {str(edition.pk): edition for edition in editions}
        operators = {edition.operator_id: edition.operator for edition in editions}
        edition: Any = self.fields["edition"]
        labels = [(key, edition_label(one, len(operators))) for key, one in self.editions.items()]
        edition.choices = labels if len(labels) == 1 else [("", _("Choisir…")), *labels]
        site: Any = self.fields["site"]
        offered = [
            (str(pk), name if len(operators) == 1 else f"{name} ({operator.name})")
            for operator in operators.values()
            for pk, name in site_choices(operator)
            if sites.get(operator.pk) in (None, pk)
        ]
        # Who works in one place opens files there and nowhere else.
        limited = any(sites.get(pk) is not None for pk in operators)
        site.choices = offered if limited and len(offered) == 1 else [("", _("Tous les lieux")), *offered]
        if len(operators) == 1:
            self.initial.setdefault("site", own_site(user, next(iter(operators))) or "")

    def clean_edition(self) -> Edition:
        return self.editions[self.cleaned_data["edition"]]

    def clean(self) -> dict[str, Any] | None:
        typed = super().clean()
        data = self.cleaned_data if typed is None else typed
        edition, answer = data.get("edition"), data.get("site") or ""
        if edition is None or "site" in self.errors:
            return data
        only = self.sites.get(edition.operator_id)
        try:
            site = chosen_site(edition.operator_id, answer or (str(only) if only else ""))
        except Site.DoesNotExist:
            raise ValidationError(
                {"site": _("Ce lieu n’est pas celui de la structure qui mène ce dispositif.")}
            ) from None
        if only is not None and site is not None and site.pk != only:
            raise ValidationError({"site": _("Choisissez le lieu où vous travaillez.")})
        data["site"] = site
        return data


class ColumnsForm(Form):
    """What each column of a list is; a name of a field is given to one column, telephones to several."""

    def __init__(
        self,
        *args: Any,
        titles: Sequence[str],
        mapping: Mapping[str, str],
        examples: Sequence[Sequence[Cell]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.columns: list[dict[str, Any]] = []
        for rank, title in enumerate(titles):
            meaning = mapping.get(str(rank), "")
            column: dict[str, Any] = {"title": title, "examples": [as_text(cell)[:60] for cell in examples[rank]]}
            if meaning in (NIR, SENSITIVE):
                column["refused"] = meaning
            else:
                name = f"c{rank}"
                self.fields[name] = SelectField(
                    label=title, choices=list(FIELDS.items()), empty_label=_("Ne pas prendre"), required=False
                )
                self.initial.setdefault(name, meaning)
                column["field"] = self[name]
            self.columns.append(column)

    def clean(self) -> dict[str, Any]:
        super().clean()
        return {"columns": {name.removeprefix("c"): meaning for name, meaning in self.cleaned_data.items()}}


class RowForm(Form):
    """What one line says, to be corrected; every field as it was understood, or as it was typed where it was not."""

    last_name = CleanCharField(label=gettext_lazy("Nom"), max_length=80, required=False)
    first_name = CleanCharField(label=gettext_lazy("Prénom"), max_length=80, required=False)
    birth_name = CleanCharField(label=gettext_lazy("Nom de naissance"), max_length=80, required=False)
    birth_date = CleanCharField(
        label=gettext_lazy("Date de naissance"),
        help_text=gettext_lazy("Jour, mois, année : par exemple 12/03/1980"),
        max_length=40,
        required=False,
    )
    phone = CleanCharField(
        label=gettext_lazy("Téléphone"),
        help_text=gettext_lazy("S’il y en a plusieurs, séparez-les par une barre : /"),
        max_length=120,
        required=False,
    )
    email = CleanCharField(label=gettext_lazy("Courriel"), max_length=254, required=False)
    address = CleanCharField(label=gettext_lazy("Adresse"), max_length=200, required=False)
    postal_code = CleanCharField(label=gettext_lazy("Code postal"), max_length=12, required=False)
    city = CleanCharField(label=gettext_lazy("Commune"), max_length=100, required=False)
    gender = SelectField(
        label=gettext_lazy("Genre"), choices=Gender.choices, empty_label=gettext_lazy("Non précisé"), required=False
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        typed = {name: text for name, text in self.cleaned_data.items() if name in self.changed_data or text}
        if any(contains_nir(str(text)) for text in typed.values()):
            raise ValidationError(_("Retirez le numéro de sécurité sociale : il ne peut pas être gardé."))
        return {"typed": {name: typed.get(name, "") for name in self.changed_data}}


class AttemptForm(Form):
    """What came of a call."""

    result = RadioField(label=gettext_lazy("Ce qui s’est passé"), choices=ContactResult.choices)
    number = SelectField(label=gettext_lazy("Numéro appelé"), empty_label=gettext_lazy("Non précisé"), required=False)
    call_back_on = DateField(label=gettext_lazy("Rappeler le"), required=False)
    note = CleanCharField(
        label=gettext_lazy("À retenir"),
        help_text=gettext_lazy("Ce qui aidera au prochain appel. Rien sur la santé ni la vie privée."),
        max_length=300,
        required=False,
    )
    informed = forms.BooleanField(
        label=gettext_lazy("Je lui ai dit d’où vient son nom, à quoi il sert, et qu’elle peut refuser."), required=False
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=32_000)

    def __init__(self, *args: Any, person: Person, numbers: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if person.informed_on is not None:
            del self.fields["informed"]
        if len(numbers) < 2:
            del self.fields["number"]
        else:
            field: Any = self.fields["number"]
            field.choices = [("", _("Non précisé")), *((number, format_phone(number)) for number in numbers)]

    def clean_call_back_on(self) -> datetime.date | None:
        day: datetime.date | None = self.cleaned_data["call_back_on"]
        if day is not None and day < today():
            raise ValidationError(_("Ce jour est passé : choisissez-en un autre."))
        return day


class CallFilter(Form):
    """Calls of one edition only."""

    edition = SelectField(label=gettext_lazy("Dispositif"), required=False)

    def __init__(self, *args: Any, editions: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["edition"]
        field.choices = list(editions)
