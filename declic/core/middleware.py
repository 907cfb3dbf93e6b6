"""What no view sees: addresses that no page of ours can have made, and a database that others keep busy."""

from collections.abc import Callable

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from psycopg import errors

BUSY = (errors.LockNotAvailable, errors.DeadlockDetected, errors.QueryCanceled)


def refuse_nul(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer 404 to an address that holds a NUL: nobody types one, and PostgreSQL takes none in a text."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if "%00" in request.META.get("QUERY_STRING", "") or "\x00" in request.path:
            raise Http404
        return get_response(request)

    return middleware


class SayBusy:
    """Turns a lock that others hold too long into a page that says so: the transaction is undone, nothing is half done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """503 with a French page for what a second try mends; anything else stays an error."""
        if isinstance(exception, OperationalError) and isinstance(exception.__cause__, BUSY):
            return render(request, "busy.html", status=503)
        return None
