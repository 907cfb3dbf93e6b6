"""What is refused before any view: addresses that no page of ours can have made."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponseBase


def refuse_nul(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer 404 to an address that holds a NUL: nobody types one, and PostgreSQL takes none in a text."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if "%00" in request.META.get("QUERY_STRING", "") or "\x00" in request.path:
            raise Http404
        return get_response(request)

    return middleware
