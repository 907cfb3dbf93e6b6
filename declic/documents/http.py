"""Handing a stored file over, once someone's right to it is established."""

import logging

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify

from declic.documents.kinds import EXTENSIONS
from declic.documents.models import Document
from declic.documents.queries import stored_bytes

logger = logging.getLogger(__name__)


def as_attachment(document: Document) -> HttpResponse:
    """The file as it was stored, to be saved and never opened in our pages; 404 if a byte of it changed."""
    content = stored_bytes(document)
    if content is None:
        logger.error("document %s is missing or altered", document.pk)
        raise Http404
    name = f"{slugify(document.title) or 'document'}.{EXTENSIONS[document.mime]}"
    return HttpResponse(
        content,
        content_type=document.mime,
        headers={
            "Content-Disposition": content_disposition_header(True, name) or "attachment",
            "Cache-Control": "private, no-store",
        },
    )
