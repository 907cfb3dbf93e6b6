"""Taking one's place behind the second wall: the role of the web processes and the operators that a request enters."""

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from declic.organisations.walls import SETTING

logger = logging.getLogger(__name__)

_ENTER = f"SELECT set_config('{SETTING}', %s, false)"
_ENTER_AS = f"{_ENTER}, set_config('role', %s, false)"
# Role to take by database and login: None where the login is the web role already, or where there is no such role.
_roles: dict[tuple[str, ...], str | None] = {}


class _Place(threading.local):
    """Where this thread stands: None outside the wall, else the operators entered."""

    operators: frozenset[int] | None = None


_place = _Place()


def entered() -> frozenset[int] | None:
    """The operators entered by the request being answered; None outside any request."""
    return _place.operators


def enter_operators(operators: Iterable[int]) -> None:
    """Let the rest of the request see the rows of these operators too, as ids.

    The middleware does it for whoever is signed in; a page that answers without an account calls it for the one
    operator that its signed link names, once the signature is checked. Outside a request it does nothing.
    """
    more = frozenset(operators)
    if _place.operators is not None and more:
        # Told even when known: a transaction undone since has undone that too.
        _stand(_place.operators | more)


@contextmanager
def inside(operators: Iterable[int] = ()) -> Iterator[None]:
    """Stand behind the wall with these operators entered, under the web role; at the end, back to where one was."""
    before = _place.operators
    try:
        _stand(frozenset(operators))
        yield
    finally:
        _leave(before)


def _stand(operators: frozenset[int] | None) -> None:
    """Remember the place, then tell the open connection; one that opens later is told as it opens.

    Django's own cursor is not used: it refuses to work in a transaction that is to be rolled back.
    """
    _place.operators = operators
    connection.close_if_health_check_failed()
    if connection.connection is not None:
        _tell(connection)


def _leave(before: frozenset[int] | None) -> None:
    """Go back; a connection that cannot be told is closed, unless a rollback is about to undo all that it was told."""
    try:
        _stand(before)
    except DatabaseError:
        if not connection.in_atomic_block:
            connection.close()


def _tell(opened: BaseDatabaseWrapper) -> None:
    """One statement on the open connection."""
    operators = _place.operators
    listed = "" if operators is None else f"{{{','.join(map(str, sorted(operators)))}}}"
    role = _role_to_take(opened)
    with opened.wrap_database_errors:
        if role is None:
            opened.connection.execute(_ENTER, [listed])
        else:
            opened.connection.execute(_ENTER_AS, [listed, "none" if operators is None else role])


def _role_to_take(opened: BaseDatabaseWrapper) -> str | None:
    """The web role when the connection's login is another one that may take it; asked once a process."""
    wanted = opened.settings_dict
    key = (*(str(wanted[name]) for name in ("HOST", "PORT", "NAME", "USER")), settings.WEB_ROLE)
    if key not in _roles:
        with opened.wrap_database_errors:
            found = opened.connection.execute(
                "SELECT rolname = session_user, pg_has_role(session_user, oid, 'MEMBER')"
                " FROM pg_roles WHERE rolname = %s",
                [settings.WEB_ROLE],
            ).fetchone()
        itself, member = found or (False, False)
        if not itself and not member:
            logger.warning(
                "La base n’a pas de rôle « %s » que ce processus puisse prendre : les opérateurs ne sont cloisonnés que par"
                " l’application. Voir docs/operating.md, « Deux rôles dans la base ».",
                settings.WEB_ROLE,
            )
        _roles[key] = settings.WEB_ROLE if member and not itself else None
    return _roles[key]


def tell_new_connection(sender: object, connection: BaseDatabaseWrapper, **_signal: object) -> None:
    """`connection_created`: a connection opened, or opened again, in the middle of a request stands where the request does."""
    if _place.operators is not None and connection.alias == "default":
        _tell(connection)
