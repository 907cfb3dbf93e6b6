"""Ctrl-C, `kill` and a closed terminal end in the same way: one exception, so that `finally` stops what was started."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Optional

WATCHED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """The person asked to stop."""


class _State:
    depth = 0
    pending = False
    deaf = False


def _on_signal(_number: int, _frame: Optional[FrameType]) -> None:
    if _State.deaf:
        return
    if _State.depth:
        _State.pending = True
        return
    raise Stopped


def listen() -> None:
    """Turn the three signals into `Stopped`."""
    for number in WATCHED:
        signal.signal(number, _on_signal)


def ignore() -> None:
    """Hear no further signal: the stopping itself has begun and must end."""
    _State.deaf = True


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold a signal back until a started process is written down, so that none is forgotten."""
    _State.depth += 1
    try:
        yield
    finally:
        _State.depth -= 1
    if _State.pending and not _State.depth:
        _State.pending = False
        raise Stopped
