"""Asking ClamAV's daemon about a file: its INSTREAM command, over a local socket or TCP."""

import socket
import struct
from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings

TIMEOUT = 20.0
"""Seconds for the whole exchange to say something; a file of 10 MB takes a second or two."""
_CHUNK = 64 * 1024
_LONGEST_ANSWER = 4096


class ScannerDownError(Exception):
    """The daemon cannot be reached, is too slow, or answers what is no verdict: the file is neither clean nor infected."""


def find_virus(content: bytes) -> str | None:
    """The name of what ClamAV recognises in `content`, None when it is clean or when no antivirus is configured.

    Raises `ScannerDownError` when `settings.CLAMAV_SOCKET` is set and gives no verdict.
    """
    if not settings.CLAMAV_SOCKET:
        return None
    try:
        with _connect(settings.CLAMAV_SOCKET) as daemon:
            # The daemon may answer and close before it has read everything: its answer is what counts.
            with suppress(BrokenPipeError, ConnectionResetError):
                daemon.sendall(b"zINSTREAM\0")
                for start in range(0, len(content), _CHUNK):
                    part = content[start : start + _CHUNK]
                    daemon.sendall(struct.pack(">I", len(part)) + part)
                daemon.sendall(struct.pack(">I", 0))
            answer = _answer(daemon)
    except (OSError, ValueError) as error:
        raise ScannerDownError(str(error) or type(error).__name__) from error
    if answer == "stream: OK":
        return None
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise ScannerDownError(answer[:200] or "no answer")


def _connect(address: str) -> socket.socket:
    if address.startswith("tcp://"):
        parts = urlsplit(address)
        return socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 3310), timeout=TIMEOUT)
    daemon = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    daemon.settimeout(TIMEOUT)
    try:
        daemon.connect(address.removeprefix("unix:"))
    except OSError:
        daemon.close()
        raise
    return daemon


def _answer(daemon: socket.socket) -> str:
    """What the daemon says, up to the NUL that ends it."""
    said = b""
    while b"\0" not in said and len(said) < _LONGEST_ANSWER:
        part = daemon.recv(_LONGEST_ANSWER)
        if not part:
            break
        said += part
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()
