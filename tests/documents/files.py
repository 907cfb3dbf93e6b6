"""Small files of each kind, and one stored."""

from typing import Any

from django.core.files.base import ContentFile

from declic.accounts.models import User
from declic.documents.actions import store_document
from declic.documents.models import Document
from declic.organisations.models import Organisation

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(24)
JPEG = b"\xff\xd8\xff\xe0" + bytes(24)
WEBP = b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(8)


def a_document(
    operator: Organisation, *, by: User, content: bytes = PDF, name: str = "scan.pdf", **fields: Any
) -> Document:
    """A file stored through the action."""
    fields.setdefault("kind", "report")
    fields.setdefault("title", "Facture d'accès à internet")
    return store_document(acting_user=by, operator=operator, upload=ContentFile(content, name=name), **fields)
