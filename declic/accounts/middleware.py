"""The second wall around each request."""

from collections.abc import Callable, Iterator
from typing import Any, cast

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse

from declic.accounts.scope import scope_of
from declic.accounts.wall import enter_operators, entered, inside


class Wall:
    """Answers each request under the web role, in the operators that the signed-in user reaches and no other.

    Stands before everything that reads the database, sessions first. Two or three statements a request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with inside():
            response = self.get_response(request)
            operators = entered() or frozenset()
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            response.streaming_content = _behind(cast(Iterator[bytes], response.streaming_content), operators)
        return response

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """Enter the operators of the user; the scope is kept on the user, so the page does not ask for it again."""
        enter_operators({reach.operator_id for reach in scope_of(request.user).reaches})


def _behind(content: Iterator[bytes], operators: frozenset[int]) -> Iterator[bytes]:
    """What is written after the middleware has answered is read behind the wall too."""
    with inside(operators):
        yield from content
