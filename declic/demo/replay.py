"""Replays a case from its example, once, and reads its figures; the second time it only reads."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection, transaction

from declic.demo.cases import actu, bagnolet, emmaus, grenoble, toulouse
from declic.demo.stage import Stage
from declic.programmes.models import Programme
from declic.reporting.published import as_json, published_comparison

CASES: dict[str, Callable[[str], Stage]] = {
    "toulouse-2021": toulouse.play,
    "bagnolet-2014": bagnolet.play,
    "grenoble-2022": grenoble.play,
    "pole-emploi-actu": actu.play,
    "emmaus-connect": emmaus.play,
}


def replayed(case: str) -> Programme | None:
    """The programme of a case, if it was replayed here."""
    return Programme.objects.filter(slug=case).order_by("pk").first()


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """One transaction for thousands of actions: none of them sets a savepoint, as any that fails undoes them all."""
    features = connection.features
    before = features.uses_savepoints
    with transaction.atomic():
        features.uses_savepoints = False
        try:
            yield
        finally:
            features.uses_savepoints = before


def replay(case: str) -> Programme:
    """Replay `case` with made-up people, all or nothing; a case that is there already is left as it is.

    Raises `CommandError` on a server, where real people are.
    """
    there = replayed(case)
    if there is not None:
        return there
    if not settings.DEMO:
        raise CommandError("Les personnes inventées ne se mêlent pas aux vraies : rien ne se rejoue sur un serveur.")
    with all_or_nothing():
        return CASES[case](case).programme


def figures(case: str) -> dict[str, Any]:
    """The case's figures, recorded and published, as `manage.py replay CASE --json` prints them."""
    programme = replay(case)
    return {
        "case": case,
        "figures": {
            row.name: {
                "recorded": row.recorded,
                "published": as_json(row.published),
                "unit": row.unit,
                "contradiction": row.contradiction,
            }
            for row in published_comparison(programme)
        },
    }
