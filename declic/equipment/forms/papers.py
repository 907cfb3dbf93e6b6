"""Papers and photos that go with an agreement."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.errors import DomainError
from declic.core.forms import Form, RadioField, UploadField
from declic.documents.actions import MAX_BYTES, CheckedFile, check_file
from declic.documents.forms import FilesField
from declic.documents.kinds import PDF
from declic.equipment.enums import PhotoMoment
from declic.equipment.models import Allocation


class ScanForm(Form):
    """The paper that was signed, scanned or photographed."""

    scan = UploadField(
        label=gettext_lazy("Scan ou photo du papier signé"),
        help_text=gettext_lazy("PDF ou photo (JPEG, PNG, WebP), 10 Mo au plus."),
        accept="application/pdf,image/jpeg,image/png,image/webp",
        max_bytes=MAX_BYTES,
    )

    def clean_scan(self) -> CheckedFile:
        try:
            return check_file(self.cleaned_data["scan"])
        except DomainError as error:
            raise ValidationError(error.message) from None


class PhotosForm(Form):
    """How the machine looks, before it leaves or when it is back."""

    photos = FilesField(
        label=gettext_lazy("Photos"),
        required=True,
        help_text=gettext_lazy("Une vue d'ensemble et chaque défaut. JPEG, PNG ou WebP, 10 Mo au plus, 5 à la fois."),
    )

    def __init__(self, *args: Any, allocation: Allocation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["photos"].widget.attrs["accept"] = "image/jpeg,image/png,image/webp"
        if allocation.handed_over_on is not None:
            self.fields["moment"] = RadioField(
                label=_("Quand"),
                choices=PhotoMoment.choices,
                initial=PhotoMoment.IN if allocation.condition_in else PhotoMoment.OUT,
            )

    def clean_photos(self) -> list[CheckedFile]:
        photos: list[CheckedFile] = self.cleaned_data["photos"]
        if any(photo.kind == PDF for photo in photos):
            raise ValidationError(_("Une photo est une image (JPEG, PNG, WebP) : choisissez-en une."))
        return photos

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data.setdefault("moment", PhotoMoment.OUT)
        return data
