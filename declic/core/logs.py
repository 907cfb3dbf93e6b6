"""What goes to the log: where something broke, never the values of a row."""

import logging
import re
from types import TracebackType

# PostgreSQL says after these words which row it refused, or the parameters of the statement: names among them.
_VALUES = re.compile(
    r"^(DETAIL|CONTEXT):.*?(?=^\s*^(?:The above exception|During handling)|\Z)", re.MULTILINE | re.DOTALL
)


class Formatter(logging.Formatter):
    """Writes exceptions without what the database tells of the values at fault."""

    def formatException(  # noqa: N802 (the name that logging calls)
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """The traceback, each database message cut before its details."""
        return _VALUES.sub(r"\1: —\n", super().formatException(ei))
