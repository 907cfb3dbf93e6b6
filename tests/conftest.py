"""What every test shares: undefined template variables fail, the network stays on loopback."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.template import engines


class UndefinedVariable(str):
    """What Django prints where a variable is missing: here it stops the test instead of printing nothing."""

    __slots__ = ()

    def __contains__(self, _item: object) -> bool:
        return True

    def __mod__(self, missing: Any) -> str:
        pytest.fail(f"undefined template variable: {missing}", pytrace=False)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database is dropped at the end, even when a thread of the live server has not hung up yet."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches further than this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> Any:
        host = address[0] if isinstance(address, tuple) else ""
        if isinstance(address, tuple) and not (host.startswith("127.") or host in ("::1", "localhost")):
            pytest.fail(f"a test tried to reach {host}", pytrace=False)
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True, scope="session")
def _strict_templates() -> None:
    """Undefined variables fail in every page that a test shows."""
    engine = engines["django"].engine
    engine.string_if_invalid = UndefinedVariable("missing")
