"""The five programmes, replayed through the actions of the screens, give the figures that they published."""

import datetime
import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.management import call_command
from django.db import connection, transaction

from config.hashers import ShortPBKDF2PasswordHasher
from declic.core.errors import DomainError
from declic.demo import stage
from declic.equipment.models import Allocation
from declic.ledger.models import Entry
from declic.ledger.queries import deposits_held
from declic.people.models import Person
from declic.programmes.models import Programme

pytestmark = pytest.mark.django_db

PUBLISHED: dict[str, dict[str, Any]] = {
    "toulouse-2021": {"devices_lent": 100, "deposit_per_loan_eur": 50, "deposits_held_eur": 5000},
    "bagnolet-2014": {
        "identified": 32,
        "identified_rate_pct": 80,
        "handovers": [12, 20],
        "laptops_given": 25,
        "desktops_given": 7,
        "aids_granted": 22,
        "aids_total_eur": 3300,
        "age_25_44_pct": 59.375,
        "single_with_children_pct": 62.5,
        "people_supported": 51,
        "supported_rsa": 32,
        "supported_seniors": 15,
    },
    "grenoble-2022": {
        "places": 100,
        "courses": 10,
        "participants": 80,
        "fill_rate_pct": 80,
        "satisfied_or_very_satisfied_pct": 95,
        "grant_eur": 15000,
    },
    "pole-emploi-actu": {},
    "emmaus-connect": {"saving_per_month_eur": 23, "training_by_volunteers_pct": 95},
}
CONTRADICTIONS = {
    ("bagnolet-2014", "identified_rate_pct"): ("80", "90"),
    ("bagnolet-2014", "people_supported"): ("47", "51"),
    ("bagnolet-2014", "budget_three_years"): ("259 950", "259 050"),
}


def _figures(case: str) -> dict[str, Any]:
    out = StringIO()
    call_command("replay", case, "--json", stdout=out)
    printed = json.loads(out.getvalue())
    assert printed["case"] == case
    return printed["figures"]


@pytest.mark.parametrize("case", PUBLISHED)
def test_a_replay_gives_the_published_figures_and_repeats_with_the_same(case: str) -> None:
    figures = _figures(case)
    for name, value in PUBLISHED[case].items():
        assert figures[name]["recorded"] == value, name
        assert figures[name]["published"] == value, name
        assert set(figures[name]) == {"recorded", "published", "unit", "contradiction"}
    for name, figure in figures.items():
        words = CONTRADICTIONS.get((case, name))
        if words is None:
            assert figure["contradiction"] is None, name
        else:
            sentence = figure["contradiction"].replace("\u202f", " ").replace("\u00a0", " ")
            assert all(word in sentence for word in words), sentence
    before = (Person.objects.count(), Entry.objects.count())
    assert _figures(case) == figures
    assert (Person.objects.count(), Entry.objects.count()) == before
    if case == "toulouse-2021":
        operator = Programme.objects.get(slug=case).operator
        assert deposits_held(operator) == 0
        assert set(Allocation.objects.filter(operator=operator).values_list("state", flat=True)) == {"settled"}
        call_command("check_books", stdout=StringIO())
        call_command("check_claims", stdout=StringIO())


def test_the_demonstration_is_loaded_once_and_gives_an_account_per_role(settings: Any, monkeypatch: Any) -> None:
    from declic.demo import replay as replays
    from declic.demo.management.commands import load_demo

    only = {"pole-emploi-actu": replays.CASES["pole-emploi-actu"]}
    monkeypatch.setattr(load_demo, "CASES", only)
    call_command("load_demo", stdout=StringIO())
    assert Programme.objects.filter(slug="pole-emploi-actu-en-cours").exists()
    people = Person.objects.count()
    again = StringIO()
    call_command("load_demo", stdout=again)
    assert Person.objects.count() == people
    assert again.getvalue() == ""


def test_the_demonstration_refuses_a_server(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(Exception, match="production"):
        call_command("load_demo")


def test_a_replay_that_fails_leaves_nothing_and_gives_the_savepoints_back(monkeypatch: Any) -> None:
    from declic.demo import replay as replays

    def fails(case: str) -> Any:
        stage.Stage.open(case, operator="Ville d'essai", domain="essai.exemple.fr", since=datetime.date(2021, 3, 1))
        raise DomainError("Ce geste est refusé.")

    monkeypatch.setitem(replays.CASES, "toulouse-2021", fails)
    with pytest.raises(DomainError), transaction.atomic():
        replays.replay("toulouse-2021")
    assert not Programme.objects.exists()
    assert connection.features.uses_savepoints


def test_a_server_takes_the_short_hash_of_a_laptop_and_asks_for_a_long_one() -> None:
    encoded = ShortPBKDF2PasswordHasher().encode("declic-essai-2026", "sel-de-quelques-caracteres")
    of_a_server = PBKDF2PasswordHasher()
    assert of_a_server.verify("declic-essai-2026", encoded)
    assert of_a_server.must_update(encoded)
