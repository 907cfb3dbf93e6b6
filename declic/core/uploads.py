"""Files sent by a form: one that is too large is let go as it arrives, and its form says so with all else it holds."""

from io import BytesIO
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.utils.translation import gettext as _

from declic.core.errors import DomainError

# Per file, in bytes. No list or scanned proof needs more.
MAX_UPLOAD = 25 * 1024 * 1024
# Beyond this the rest of the body is not even read: whoever sends it is not filling in a form of ours.
MAX_BODY = 1024 * 1024 * 1024


def too_large(name: str, limit: int = MAX_UPLOAD) -> str:
    """The sentence for a file larger than `limit` bytes."""
    return _(
        "« %(name)s » pèse plus de %(size)s Mo : il n’a pas été gardé. Réduisez-le ou coupez-le en plusieurs fichiers, puis"
        " envoyez-le de nouveau."
    ) % {"name": name, "size": limit // (1024 * 1024)}


class TooLargeFile(UploadedFile):  # type: ignore[type-arg]
    """Stands in `request.FILES` for a file that was let go: it has a name and a size but no content.

    Reading it raises a DomainError, so that a form that does not look refuses it all the same.
    """

    def _refuse(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise DomainError(too_large(self.name or "", MAX_UPLOAD))

    read = chunks = open = multiple_chunks = _refuse


class LetGoOfLargeFiles(FileUploadHandler):
    """First of FILE_UPLOAD_HANDLERS: counts each file and, past `MAX_UPLOAD`, keeps nothing of it.

    The rest of the body is read and dropped, for a browser shows an answer only once it has sent everything.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._large = False
        self._received = 0

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        """Raises RequestDataTooBig, which Django answers with an error page, for a body of more than `MAX_BODY`."""
        if content_length > MAX_BODY:
            raise RequestDataTooBig("a body larger than any form of ours sends")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """See Django."""
        super().new_file(*args, **kwargs)
        self._large = False
        self._received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """The same bytes for the handlers that keep them, None once there are too many."""
        self._received += len(raw_data)
        if self._received <= MAX_UPLOAD:
            return raw_data
        if not self._large:
            self._large = True
            # What was kept so far in a temporary file goes now.
            for handler in self.request.upload_handlers if self.request is not None else ():
                if handler is not self:
                    handler.upload_interrupted()
        return None

    def file_complete(self, file_size: int) -> TooLargeFile | None:
        """A `TooLargeFile` for a file that was let go, else None: the next handler has it."""
        if not self._large:
            return None
        return TooLargeFile(BytesIO(), self.file_name, self.content_type, self._received, self.charset)
