"""A row that somebody else holds too long gives a page that says so, and nothing half done."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import RequestFactory
from psycopg import errors

from declic.core.middleware import SayBusy


def _raised(cause: Exception) -> OperationalError:
    try:
        raise OperationalError("") from cause
    except OperationalError as error:
        return error


@pytest.mark.django_db
@pytest.mark.parametrize("cause", [errors.LockNotAvailable(), errors.DeadlockDetected(), errors.QueryCanceled()])
def test_a_lock_held_by_others_is_said_in_french(cause: Exception, rf: RequestFactory, django_user_model: Any) -> None:
    request = rf.post("/")
    request.user = django_user_model(name="Awa", is_active=False)
    request.session = {}  # type: ignore[assignment]
    request._messages = []  # type: ignore[attr-defined]
    response = SayBusy(lambda _request: None).process_exception(request, _raised(cause))  # type: ignore[arg-type, return-value]
    assert response is not None
    assert response.status_code == 503
    assert "Rien n’a été fait" in response.content.decode()


def test_any_other_failure_of_the_database_stays_an_error(rf: RequestFactory) -> None:
    busy = SayBusy(lambda _request: None)  # type: ignore[arg-type, return-value]
    assert busy.process_exception(rf.get("/"), _raised(errors.UndefinedTable())) is None
    assert busy.process_exception(rf.get("/"), ValueError()) is None
