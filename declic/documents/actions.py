"""Files are stored under names of our own, outside what a web server shows, and known by the hash of their bytes."""

import hashlib
import uuid

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.documents.kinds import kind_of_bytes
from declic.documents.models import Document, DocumentKind
from declic.organisations.models import Organisation

MAX_BYTES = 10 * 1024 * 1024


@transaction.atomic
def store_document(
    *, acting_user: User, operator: Organisation, kind: str, title: str, upload: "File[bytes]"
) -> Document:
    """Keep a file for `operator`: what it is is read in its bytes, never believed from its name.

    Raises `DomainError` when it is empty, above 10 MB, or neither a PDF nor a picture (JPEG, PNG, WebP).
    """
    if kind not in DocumentKind.values:
        raise DomainError(_("Dites de quelle nature est ce document."), field="kind")
    if not title.strip():
        raise DomainError(_("Donnez un titre au document."), field="title")
    content = upload.read(MAX_BYTES + 1)
    if not content:
        raise DomainError(_("Ce fichier est vide : choisissez-en un autre."), field="upload")
    if len(content) > MAX_BYTES:
        raise DomainError(_("Ce fichier dépasse 10 Mo : réduisez-le ou scannez-le en moins fin."), field="upload")
    found = kind_of_bytes(content)
    if found is None:
        raise DomainError(
            _("Ce fichier n'est ni un PDF ni une image (JPEG, PNG, WebP) : enregistrez-le dans un de ces formats."),
            field="upload",
        )
    return Document.objects.create(
        operator=operator,
        kind=DocumentKind(kind),
        title=title.strip()[:200],
        # A name drawn by us: what people call their files tells about them, and may try to leave its folder.
        file=ContentFile(content, name=f"{uuid.uuid4().hex}.{found.extension}"),
        mime=found.mime,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        created_by=acting_user,
    )
