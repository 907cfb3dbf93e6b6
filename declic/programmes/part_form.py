"""What the forms of all parts of the terms share."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from declic.core.forms import CleanCharField, Form, VersionedFormMixin
from declic.programmes.rows import BaseRows
from declic.programmes.schema import Terms


class PartForm(VersionedFormMixin, Form):
    """One part of the terms. `changes` gives the fields of `Terms` that it writes; `note` says why once terms are frozen."""

    # The form asks for it last, and only when saving makes a new version.
    note = CleanCharField(
        max_length=300,
        label=gettext_lazy("Qu'est-ce qui change, et pourquoi ?"),
        help_text=gettext_lazy("Une phrase que vos collègues liront à côté de la nouvelle version"),
    )
    row_set: type[BaseRows] | None = None

    def __init__(self, *args: Any, terms: Terms, frozen: bool, **kwargs: Any) -> None:
        self.terms = terms
        kwargs["initial"] = self.initial_of(terms)
        super().__init__(*args, **kwargs)
        if frozen:
            self.fields["note"] = self.fields.pop("note")
        else:
            del self.fields["note"]

    @classmethod
    def initial_of(cls, terms: Terms) -> dict[str, Any]:
        return {}

    @classmethod
    def rows_of(cls, terms: Terms) -> list[dict[str, Any]]:
        return []

    def changes(self, typed: dict[str, Any], built: Sequence[Any]) -> dict[str, Any]:
        """The fields of `Terms` as they will be; raises `DomainError` when the rows do not go together."""
        raise NotImplementedError
