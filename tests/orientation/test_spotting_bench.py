"""The measure of the dry run works on a few lines."""

import pytest

from bench.spotting import measure


@pytest.mark.django_db
def test_the_dry_run_of_a_long_list_can_be_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    from declic.orientation.spotting import actions

    monkeypatch.setattr(actions, "_STEPS", actions._STEPS)
    found = measure(60, 60)
    assert found["rows"] == 60
    assert found["verdicts"]["match"] >= 6
    assert found["verdicts"]["create"] > 30
    assert found["dry_run_s"] < found["target_s"]
