"""The night: every job runs, one that fails stops no other, and a second run finds nothing left to do."""

import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from declic.messaging.models import Message
from declic.orientation.models import Referral
from declic.web import nightly
from tests.factories import DAY, a_world, at

pytestmark = pytest.mark.django_db

LATER = DAY + datetime.timedelta(days=12)


def _done(on: datetime.date) -> dict[str, Any]:
    outcomes = list(nightly.run(on=on, at=at(on, 3)))
    assert [one.error for one in outcomes] == [""] * len(nightly.JOBS)
    return {one.name: one.done for one in outcomes}


def test_a_night_reminds_of_what_is_late_and_a_second_one_the_same_day_does_nothing() -> None:
    world = a_world()
    first = _done(LATER)
    assert first["équipes relancées"] > 0
    assert Referral.objects.get(pk=world.referral.pk).reminded_on == LATER
    sent = Message.objects.count()
    second = _done(LATER)
    assert second["équipes relancées"] == 0
    assert Message.objects.count() == sent


def test_a_job_that_fails_is_named_and_the_others_still_run(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def fails(on: datetime.date, at: datetime.datetime) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(nightly, "JOBS", (("premier", fails), ("second", lambda on, at: seen.append(on))), raising=True)
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError, match="premier"):
        call_command("nightly", "--on", "12/03/2024", stdout=out, stderr=err)
    assert seen == [datetime.date(2024, 3, 12)]
    assert "ZeroDivisionError" in err.getvalue()
