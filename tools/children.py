"""The processes a command starts: none outlives it."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from typing import IO, Optional

from tools.paths import PYTHON, ROOT
from tools.signals import uninterrupted

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    """On Linux the kernel ends the child even when its parent was killed outright."""
    if _LIBC:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Children:
    """The started processes, in order."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.started: list[subprocess.Popen[bytes]] = []

    def python(
        self, *arguments: str, stdout: Optional[IO[bytes]] = None, environment: Optional[dict[str, str]] = None
    ) -> subprocess.Popen[bytes]:
        """Start `.venv`'s Python in a session of its own, where Ctrl-C does not reach it before us."""
        with uninterrupted():
            child = subprocess.Popen(
                [str(PYTHON), *arguments],
                cwd=ROOT,
                env=self.environment if environment is None else environment,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=subprocess.STDOUT if stdout else None,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
            self.started.append(child)
        return child

    def stop(self, how: signal.Signals = signal.SIGTERM, patience: float = 10) -> None:
        """Ask all to end, the last started first; after `patience` seconds end them and their own children."""
        for child in reversed(self.started):
            if child.poll() is None:
                child.send_signal(how)
        deadline = time.monotonic() + patience
        for child in reversed(self.started):
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
