"""Pictures that go with an agreement: the signature drawn on a screen, and photos made small enough for a page."""

import base64
import binascii
from io import BytesIO

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from declic.core.errors import DomainError
from declic.documents.actions import CheckedFile, check_file
from declic.documents.kinds import PDF, PNG, kind_of_bytes
from declic.documents.models import Document
from declic.documents.queries import stored_bytes

MAX_DRAWING = 300_000
"""Bytes of a drawn signature; a real one takes about 10 kB."""

_DRAWING_MOST = (2400, 1200)
# A photo of 50 megapixels is more than any telephone takes here; beyond it is a trap for whoever opens it.
_PHOTO_MOST_PIXELS = 50_000_000
_PHOTO_SIDE = 1200
_PNG_END = b"IEND\xaeB`\x82"
_DATA_URL = "data:image/png;base64,"


def drawing_from_address(text: str) -> CheckedFile | None:
    """The signature that a form carries as a `data:image/png` address; None when the field is empty.

    Raises `DomainError` when it is not a small PNG, or when nothing was drawn on it.
    """
    if not text:
        return None
    if not text.startswith(_DATA_URL) or len(text) > MAX_DRAWING * 2:
        raise _not_a_drawing()
    try:
        content = base64.b64decode(text.removeprefix(_DATA_URL), validate=True)
    except (binascii.Error, ValueError):
        raise _not_a_drawing() from None
    return check_drawing(content)


def check_drawing(content: bytes) -> CheckedFile:
    """The bytes of a drawn signature, checked: a small PNG that opens and on which something is drawn."""
    # The PDF maker lets Pillow open pictures cut short: the end is looked for here.
    if len(content) > MAX_DRAWING or kind_of_bytes(content) != PNG or not content.endswith(_PNG_END):
        raise _not_a_drawing()
    try:
        with Image.open(BytesIO(content), formats=("PNG",)) as picture:
            if picture.width > _DRAWING_MOST[0] or picture.height > _DRAWING_MOST[1]:
                raise _not_a_drawing()
            levels = picture.convert("RGBA").getextrema()
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError):
        raise _not_a_drawing() from None
    if all(isinstance(level, tuple) and level[0] == level[1] for level in levels):
        raise DomainError(_("La signature est vide : signez dans le cadre, ou sur papier."), field="drawing")
    return check_file(ContentFile(content, name="signature.png"))


def _not_a_drawing() -> DomainError:
    return DomainError(
        _("La signature n'est pas arrivée entière : signez de nouveau dans le cadre, ou sur papier."), field="drawing"
    )


def as_data(document: Document) -> str:
    """A stored picture as a small JPEG or PNG in a `data:` address, for the PDF maker; empty if it cannot be shown."""
    content = stored_bytes(document)
    if content is None or document.mime == PDF.mime:
        return ""
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > _PHOTO_MOST_PIXELS:
                return ""
            if document.mime == PNG.mime and len(content) <= MAX_DRAWING:
                return _DATA_URL + base64.b64encode(content).decode()
            picture.draft("RGB", (_PHOTO_SIDE, _PHOTO_SIDE))
            small = picture.convert("RGB")
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError):
        return ""
    small.thumbnail((_PHOTO_SIDE, _PHOTO_SIDE))
    written = BytesIO()
    # Written anew, a photo leaves behind where and when it was taken.
    small.save(written, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(written.getvalue()).decode()
