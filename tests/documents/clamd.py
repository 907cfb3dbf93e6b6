"""A daemon that speaks ClamAV's INSTREAM over a local socket or TCP, in a thread of the test."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def verdict(content: bytes) -> bytes:
    """What ClamAV answers."""
    return b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"


def _read(peer: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        part = peer.recv(size - len(got))
        if not part:
            raise ConnectionError
        got += part
    return got


def _serve(server: socket.socket, answer: Callable[[bytes], bytes | None], received: list[bytes]) -> None:
    while True:
        try:
            peer, _address = server.accept()
        except OSError:
            return
        with peer:
            assert _read(peer, 10) == b"zINSTREAM\0"
            content = b""
            while size := struct.unpack(">I", _read(peer, 4))[0]:
                content += _read(peer, size)
            received.append(content)
            said = answer(content)
            if said is None:
                # Says nothing until the other gives up.
                peer.settimeout(10)
                peer.recv(1)
            else:
                peer.sendall(said)


@contextmanager
def clamd(
    path: Path | None = None, answer: Callable[[bytes], bytes | None] = verdict
) -> Iterator[tuple[str, list[bytes]]]:
    """The daemon's address, at a socket `path` or on a free port of the loopback, and what it was sent."""
    received: list[bytes] = []
    if path is not None:
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(path))
        server.listen()
        address = str(path)
    else:
        server = socket.create_server(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
    thread = threading.Thread(target=_serve, args=(server, answer, received), daemon=True)
    thread.start()
    try:
        yield address, received
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)
