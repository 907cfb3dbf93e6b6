"""A field by which several files are sent at once, each checked before anything is written."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.errors import DomainError
from declic.documents.actions import CheckedFile, check_file

MOST_FILES = 5


class _FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__(attrs={"accept": "application/pdf,image/jpeg,image/png,image/webp"})


class FilesField(forms.FileField):
    """Up to five PDF or pictures of 10 MB; the cleaned value is a list of `CheckedFile`, empty when none was sent."""

    widget = _FilesInput
    default_error_messages = {"invalid": gettext_lazy("Le fichier n’est pas arrivé entier : choisissez-le de nouveau.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault(
            "help_text",
            gettext_lazy("PDF ou photo (JPEG, PNG, WebP), 10 Mo au plus chacun, 5 fichiers au plus."),
        )
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[CheckedFile]:
        sent = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if not sent:
            if self.required:
                raise ValidationError(_("Choisissez au moins un fichier."), code="required")
            return []
        if len(sent) > MOST_FILES:
            raise ValidationError(
                _("%(most)d fichiers au plus à la fois : gardez les plus utiles.") % {"most": MOST_FILES}
            )
        checked, wrong = [], []
        for number, upload in enumerate(sent, 1):
            try:
                checked.append(check_file(upload))
            except DomainError as error:
                wrong.append(
                    error.message
                    if len(sent) == 1
                    else _("Fichier n° %(n)d : %(error)s") % {"n": number, "error": error.message}
                )
        if wrong:
            raise ValidationError([ValidationError(one) for one in wrong])
        return checked
