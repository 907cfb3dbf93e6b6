"""Handing a stored file over."""

import logging

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from declic.accounts.http import user_of
from declic.documents.access import access_document
from declic.documents.kinds import EXTENSIONS
from declic.documents.queries import stored_bytes

logger = logging.getLogger(__name__)


@require_safe
def download(request: HttpRequest, document_id: int) -> HttpResponse:
    """The file as it was stored, to be saved and never opened in our pages; nothing if a byte of it changed."""
    document = access_document(document_id, user_of(request))
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
