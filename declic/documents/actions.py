"""Files are stored under names of our own, outside what a web server shows, and known by the hash of their bytes."""

import hashlib
import logging
import uuid
from dataclasses import dataclass

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.documents.antivirus import ScannerDownError, find_virus
from declic.documents.kinds import FileKind, kind_of_bytes
from declic.documents.models import Document, DocumentKind
from declic.organisations.models import Organisation

MAX_BYTES = 10 * 1024 * 1024

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class CheckedFile:
    """The bytes of a file that may be kept: its size, its kind and the antivirus have been asked."""

    content: bytes
    kind: FileKind

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def check_file(upload: "File[bytes]") -> CheckedFile:
    """Read a file sent to us and refuse what we do not keep, before anything is locked or written.

    What it is is read in its bytes, never believed from its name. Raises `DomainError` when it is empty, above 10 MB,
    neither a PDF nor a picture (JPEG, PNG, WebP), infected, or when the antivirus (`settings.CLAMAV_SOCKET`) is silent.
    """
    # Asked first: one that is far too large was let go as it arrived, and cannot be read.
    if upload.size > MAX_BYTES:
        raise DomainError(_("Ce fichier dépasse 10 Mo : réduisez-le ou scannez-le en moins fin."), field="upload")
    content = upload.read()
    if not content:
        raise DomainError(_("Ce fichier est vide : choisissez-en un autre."), field="upload")
    kind = kind_of_bytes(content)
    if kind is None:
        raise DomainError(
            _("Ce fichier n'est ni un PDF ni une image (JPEG, PNG, WebP) : enregistrez-le dans un de ces formats."),
            field="upload",
        )
    try:
        virus = find_virus(content)
    except ScannerDownError as down:
        logger.error("antivirus: %s", down)
        raise DomainError(
            _(
                "L'antivirus ne répond pas, et Déclic ne garde aucun fichier sans lui : réessayez dans quelques minutes,"
                " ou envoyez d'abord sans le fichier."
            ),
            field="upload",
        ) from None
    if virus is not None:
        logger.warning("antivirus: %s refused", virus)
        raise DomainError(
            _(
                "L'antivirus a reconnu un programme malveillant dans ce fichier : il n'est pas gardé. Prévenez qui vous"
                " l'a donné, et joignez un autre scan."
            ),
            field="upload",
        )
    return CheckedFile(content, kind)


@transaction.atomic
def store_checked(
    *, acting_user: User, operator: Organisation, kind: str, title: str, checked: CheckedFile
) -> Document:
    """Keep a file that `check_file` let through; call it last, since what is on the disk outlives a rollback."""
    if kind not in DocumentKind.values:
        raise DomainError(_("Dites de quelle nature est ce document."), field="kind")
    if not title.strip():
        raise DomainError(_("Donnez un titre au document."), field="title")
    return Document.objects.create(
        operator=operator,
        kind=DocumentKind(kind),
        title=title.strip()[:200],
        # A name drawn by us: what people call their files tells about them, and may try to leave its folder.
        file=ContentFile(checked.content, name=f"{uuid.uuid4().hex}.{checked.kind.extension}"),
        mime=checked.kind.mime,
        size=len(checked.content),
        sha256=checked.sha256,
        created_by=acting_user,
    )


def store_document(
    *, acting_user: User, operator: Organisation, kind: str, title: str, upload: "File[bytes]"
) -> Document:
    """Check a file and keep it for `operator`: the two steps above in one."""
    return store_checked(acting_user=acting_user, operator=operator, kind=kind, title=title, checked=check_file(upload))
