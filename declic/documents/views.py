"""Handing over the files of the operator itself."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from declic.accounts.http import user_of
from declic.documents.access import access_document
from declic.documents.http import as_attachment


@require_safe
def download(request: HttpRequest, document_id: int) -> HttpResponse:
    """A file about the operator, to be saved; those of a case are reached through it."""
    return as_attachment(access_document(document_id, user_of(request)))
