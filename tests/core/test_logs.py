"""The log says where something broke, and names nobody."""

import logging
import sys

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from declic.core.logs import Formatter
from declic.messaging.models import MessageBudget
from tests.factories import an_operator


@pytest.mark.django_db
def test_a_row_that_the_database_refuses_is_not_written_in_the_log() -> None:
    operator = an_operator()
    try:
        try:
            with transaction.atomic():
                MessageBudget.objects.create(
                    operator=operator, name="Awa Diarra\n\n06 12 34 56 78", amount_cents=1, warn_at_percent=0
                )
        except IntegrityError as error:
            raise RuntimeError("while saving") from error
    except RuntimeError:
        record = logging.LogRecord(
            "django.request", logging.ERROR, "", 0, "Internal Server Error", None, sys.exc_info()
        )
    written = Formatter("%(message)s").format(record)
    assert "Diarra" not in written
    assert "06 12" not in written
    for kept in ("message_budget_warning_is_a_part", "CheckViolation", "RuntimeError: while saving", "test_logs.py"):
        assert kept in written


def test_every_handler_writes_so() -> None:
    logs = settings.LOGGING
    formats = {handler["formatter"] for handler in logs["handlers"].values()}
    assert {logs["formatters"][name]["class"] for name in formats} == {"declic.core.logs.Formatter"}
