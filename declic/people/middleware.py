"""Writes who opened whose file, whatever the page: one INSERT for each page that shows a file."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from declic.core.dates import now
from declic.core.views import UNPROCESSABLE
from declic.people.models import AccessLog
from declic.people.openings import openings

FROM_SEARCH = ("depuis", "recherche")
"""What a link of the search results adds to an address."""


class LogOpenings:
    """After a page was made: each person whose rows it reached by an `access_x` was looked at by the user (rule 17).

    A page that cannot be logged is not shown. What a POST writes is told by the history of the rows; when it answers
    with a page (a form to correct, a check of the rules), that page shows the file as any other.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method != "HEAD" and response.status_code in (200, UNPROCESSABLE):
            user = request.user
            opened = openings(user)
            if opened and user.pk is not None:
                act, at = _act(request, response), now()
                AccessLog.objects.bulk_create(
                    AccessLog(operator_id=operator, person_id=person, user_id=user.pk, act=act, at=at)
                    for person, operator in opened.items()
                )
        return response


def _act(request: HttpRequest, response: HttpResponseBase) -> str:
    if response.headers.get("Content-Type", "").startswith("application/pdf"):
        return AccessLog.Act.PRINT
    if response.headers.get("Content-Disposition", "").startswith("attachment"):
        return AccessLog.Act.EXPORT
    key, value = FROM_SEARCH
    return AccessLog.Act.SEARCH if request.GET.get(key) == value else AccessLog.Act.VIEW
