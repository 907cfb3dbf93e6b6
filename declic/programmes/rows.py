"""Repeated parts of a form (courses, machines, budget lines…): prefilled, added, taken out, checked like a file."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from declic.core.forms import Form
from declic.programmes.problems import expected_of
from declic.programmes.schema import Strict


def add_problems(form: forms.Form, error: ValidationError, fields: dict[str, str] | None = None) -> None:
    """Show the problems of a schema on the fields of a form; `fields` gives the field of a key of another name."""
    for details in error.errors(include_url=False):
        key = str(details["loc"][0]) if details["loc"] else ""
        field = (fields or {}).get(key, key)
        sentence = expected_of(details)
        sentence = sentence[:1].upper() + sentence[1:] + "."
        form.add_error(field if field in form.fields else None, sentence)


def code_of(name: str, taken: Iterable[str]) -> str:
    """A code made from words (`Parcours avancé` gives `parcours_avance`), numbered when it is taken."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    base = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:36].strip("_") or "code"
    used = set(taken)
    numbered = (base if number == 1 else f"{base}_{number}" for number in range(1, len(used) + 2))
    return next(code for code in numbered if code not in used)


class RowForm(Form):
    """One row. `built()` gives what it stands for; a schema that refuses it shows why on the fields."""

    # Fields of the form whose key in the schema has another name.
    renamed: dict[str, str] = {}

    def build(self, typed: dict[str, Any]) -> Any:
        """What the typed row stands for; raises pydantic's ValidationError when a rule refuses it."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if not self.errors and (self.has_changed() or not self.empty_permitted):
            try:
                typed["built"] = self.build(typed)
            except ValidationError as error:
                add_problems(self, error, self.renamed)
        return typed


class BaseRows(forms.BaseFormSet[RowForm]):
    """Rows that can be taken out; what is left in place counts as much as what was changed."""

    def add_fields(self, form: RowForm, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Retirer cette ligne")

    def built(self) -> list[Any]:
        """What the rows stand for, in order, without those taken out or never filled."""
        gone = {id(form) for form in self.deleted_forms}
        return [
            form.cleaned_data["built"]
            for form in self.forms
            if id(form) not in gone and "built" in getattr(form, "cleaned_data", {})
        ]


def rows(row: type[RowForm], *, most: int = 200) -> type[BaseRows]:
    """The class of a set of such rows, with one empty row at its end."""
    made = forms.formset_factory(
        row, formset=BaseRows, extra=1, can_delete=True, can_delete_extra=False, max_num=most, absolute_max=most + 50
    )
    return cast(type[BaseRows], made)


class NumberField(forms.DecimalField):
    """A number with or without decimals, typed with a comma or a point."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "class": "short"}))
        kwargs.setdefault("min_value", 0)
        kwargs.setdefault("decimal_places", 2)
        kwargs.setdefault("error_messages", {"invalid": gettext_lazy("Écrivez un nombre, par exemple 12 ou 12,5.")})
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        if value is None or isinstance(value, str):
            return value
        return f"{value:f}".rstrip("0").rstrip(".").replace(".", ",") if "." in f"{value:f}" else f"{value:f}"

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = re.sub(r"[ \u00a0\u202f]", "", value).replace(",", ".")
        return super().to_python(value)


def choices_of(table: dict[str, Any]) -> Callable[[], list[tuple[str, str]]]:
    """Choices of a field from a table of codes and words."""
    return lambda: [(code, str(words)[:1].upper() + str(words)[1:]) for code, words in table.items()]


def euros(cents: int | None) -> Decimal | None:
    """Cents of a form as the exact amount that the terms keep."""
    return None if cents is None else Decimal(cents) / 100


def schema_of(model: type[Strict], **values: Any) -> Strict:
    """A model from typed values, those left empty taking the model's own."""
    return model.model_validate({key: value for key, value in values.items() if value not in (None, "")})
