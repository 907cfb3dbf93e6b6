"""The kinds of file that are kept, recognised by their first bytes."""

from typing import NamedTuple


class FileKind(NamedTuple):
    """How a kind of file is served and named."""

    mime: str
    extension: str


PDF = FileKind("application/pdf", "pdf")
JPEG = FileKind("image/jpeg", "jpg")
PNG = FileKind("image/png", "png")
WEBP = FileKind("image/webp", "webp")
EXTENSIONS = {kind.mime: kind.extension for kind in (PDF, JPEG, PNG, WEBP)}


def kind_of_bytes(content: bytes) -> FileKind | None:
    """What the bytes are, None when it is nothing that we keep."""
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    return None
