"""Whether a stored file is still the one that was stored."""

import hashlib

from declic.documents.models import Document


def stored_bytes(document: Document) -> bytes | None:
    """The bytes of a document, None when they are gone or no longer those whose hash was kept."""
    try:
        with document.file.open("rb") as stored:
            content = stored.read()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == document.sha256 else None
