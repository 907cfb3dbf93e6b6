"""Programmes as files: what is written is read again the same, and what is wrong is told key by key, in French."""

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
import tomli_w
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pydantic_core.core_schema import ErrorType

from declic.organisations.models import Organisation, Partnership
from declic.programmes.actions import ProgrammeFileError, import_programme
from declic.programmes.documents import MOST_CHARACTERS, export_programme, read_document, text_of_file
from declic.programmes.indicators import INDICATORS
from declic.programmes.models import Programme
from declic.programmes.problems import _sentence
from declic.programmes.queries import current_terms
from tests.factories import a_user, an_operator
from tests.programmes.documents_made import documents

EXAMPLES = sorted((Path(__file__).parents[2] / "declic" / "programmes" / "examples").glob("*.toml"))
EXAMPLE = next(path for path in EXAMPLES if path.stem == "grenoble-2022").read_text()


def errors_of(text: str) -> dict[str, str]:
    with pytest.raises(ProgrammeFileError) as error:
        read_document(text)
    return {problem.key: problem.expected for problem in error.value.errors}


def without_operator(text: str) -> dict[str, Any]:
    told = tomllib.loads(text)
    told["programme"].pop("operator")
    return told


class RoundTrip(TestCase):
    """A file imported, exported, and imported by someone else is the same programme."""

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(document=documents())
    def test_what_is_imported_is_exported_the_same(self, document: dict[str, Any]) -> None:
        told = read_document(tomli_w.dumps(document))
        first, second = an_operator(), an_operator()
        made = import_programme(acting_user=a_user(first), operator=first, text=tomli_w.dumps(document))
        for edition in told.edition:
            row = made.editions.get(name=edition.name)
            assert current_terms(row).terms == told.terms_of(edition)
        once = export_programme(made)
        again = export_programme(import_programme(acting_user=a_user(second), operator=second, text=once))
        assert without_operator(once) == without_operator(again)
        assert read_document(once).published.keys() == told.published.keys()


@pytest.mark.django_db
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_each_example_is_a_programme_that_survives_the_way_there_and_back(path: Path) -> None:
    first, second = an_operator(), an_operator()
    made = import_programme(acting_user=a_user(first), operator=first, text=path.read_text())
    assert made.slug == path.stem
    assert made.editions.exists()
    once = export_programme(made)
    again = export_programme(import_programme(acting_user=a_user(second), operator=second, text=once))
    assert without_operator(once) == without_operator(again)
    assert {figure.indicator for figure in made.published.all()} <= set(INDICATORS)


@pytest.mark.django_db
def test_the_same_file_twice_is_refused_and_writes_nothing() -> None:
    operator = an_operator()
    user = a_user(operator)
    import_programme(acting_user=user, operator=operator, text=EXAMPLE)
    with pytest.raises(ProgrammeFileError) as error:
        import_programme(acting_user=user, operator=operator, text=EXAMPLE)
    assert [problem.key for problem in error.value.errors] == ["programme.slug"]
    assert Programme.objects.filter(operator=operator).count() == 1


@pytest.mark.django_db
def test_a_wrong_file_leaves_no_trace() -> None:
    operator = an_operator()
    wrong = EXAMPLE.replace('name = "Fondation Transdev"', f'name = "{operator.name}"')
    before = (Organisation.objects.count(), Partnership.objects.count())
    user = a_user(operator)
    with pytest.raises(ProgrammeFileError), transaction.atomic():
        import_programme(acting_user=user, operator=operator, text=wrong)
    assert (Organisation.objects.count(), Partnership.objects.count()) == before
    assert not Programme.objects.exists()


# ---------------------------------------------------------------------------------------------------- wrong files


def test_every_error_of_a_file_is_told_at_once_with_its_key() -> None:
    found = errors_of(
        """
        [programme]
        nom = "Prêt"
        [[edition]]
        name = "2026"
        starts_on = 2026-09-01
        ends_on = 2026-01-01
        [[edition.terms.equipment]]
        mode = "loan"
        kinds = ["laptop"]
        months = 6
        [[edition.terms.equipment]]
        mode = "gift"
        kinds = ["portable"]
        deposit_eur = 12.345
        due_on = 2026-02-01
        deposite_eur = 3
        [[edition.objective]]
        indicator = "participant"
        label = "Accueillir"
        target = 10
        [[edition.budget]]
        side = "income"
        label = "Aide"
        planned_eur = "mille"
        funder = "Inconnue"
        [published.places]
        label = "Places"
        value = 10
        edition = "2027"
        arithmetic = { sum = [4, 5], equals = 10 }
        """
    )
    assert set(found) == {
        "programme.name",
        "programme.nom",
        "edition[0].ends_on",
        "edition[0].terms.equipment[1].kinds[0]",
        "edition[0].terms.equipment[1].deposit_eur",
        "edition[0].terms.equipment[1].due_on",
        "edition[0].terms.equipment[1].deposite_eur",
        "edition[0].objective[0].indicator",
        "edition[0].budget[0].planned_eur",
        "edition[0].budget[0].funder",
        "published.places.edition",
        "published.places.arithmetic.equals",
    }
    assert "participants" in found["edition[0].objective[0].indicator"]
    assert "deposit_eur" in found["edition[0].terms.equipment[1].deposite_eur"]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a = 1\nb = \n", "ligne 2, colonne 5", "une valeur"),
        ("a = 1\na = 2", "ligne 2", "une seule fois"),
        ('nom = "Prêt', "ligne 1", "guillemets"),
        ("[programme\nname = 1", "ligne 1", "crochet"),
        ("", "fichier", "vide"),
        ("x = " + "[" * 5000, "fichier", "moins de listes"),
        ("x = " + "9" * 6000, "fichier", "nombres"),
        ("x" * (MOST_CHARACTERS + 1), "fichier", "trop grand"),
        ('[programme]\nname = "a\\u0000b"', "programme.name", "invisible"),
        ('[programme]\nname = "n° 1 84 12 76 451 089 46"', "programme.name", "sécurité sociale"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(text: str, place: str, words: str) -> None:
    found = errors_of(text)
    key = next(key for key in found if key.startswith(place))
    assert words in found[key]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", "é".encode("latin-1") + b"\n"])
def test_a_file_that_is_not_utf8_is_refused(content: bytes) -> None:
    with pytest.raises(ProgrammeFileError, match="UTF-8"):
        text_of_file(content)


def test_a_file_that_is_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(ProgrammeFileError, match="trop grand"):
        text_of_file(b" " * (MOST_CHARACTERS * 4 + 1))


CONTEXT = {
    **dict.fromkeys(("expected", "expected_tags"), "'a' or 'b'"),
    **dict.fromkeys(("pattern", "discriminator"), "x"),
    **dict.fromkeys(
        ("min_length", "max_length", "gt", "ge", "lt", "le", "max_digits", "decimal_places", "whole_digits"), 2
    ),
    "error": "un refus",
}


@pytest.mark.parametrize("kind", get_args(ErrorType))
def test_every_error_that_a_schema_can_give_has_a_french_sentence(kind: str) -> None:
    sentence = _sentence(kind, CONTEXT)
    assert sentence
    assert not re.search(r"\b(should|input|valid|be|must|or)\b", sentence, re.IGNORECASE)


values: st.SearchStrategy[Any] = st.one_of(
    st.integers(-(10**20), 10**20),
    st.text(max_size=8),
    st.booleans(),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.decimals(allow_nan=False, allow_infinity=False).map(
        lambda number: number.quantize(Decimal("0.001")) if abs(number) < 10**6 else Decimal(1)
    ),
    st.lists(st.integers(), max_size=2),
    st.just({}),
    st.dictionaries(st.sampled_from(["fact", "name", "mode", "x"]), st.text(max_size=4), max_size=2),
)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(leaf for key, item in items for leaf in leaves(item, (*path, key)))]


def told(text: str) -> None:
    """Either a document or problems with a place and a sentence: nothing else may come out."""
    problems: list[Any] = []
    try:
        read_document(text)
    except ProgrammeFileError as error:
        problems = error.errors or ["aucune erreur dite"]
    assert all(problem.key and problem.expected for problem in problems)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_value_of_another_kind_anywhere_never_crashes(data: st.DataObject) -> None:
    document = data.draw(st.sampled_from(PARSED))
    copy = tomllib.loads(tomli_w.dumps(document))
    path = data.draw(st.sampled_from([leaf for leaf in leaves(copy) if leaf]))
    holder = copy
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = data.draw(values)
    told(tomli_w.dumps(copy))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_file_never_crashes(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(TEXTS))
    start = data.draw(st.integers(0, len(text)))
    stop = min(len(text), start + data.draw(st.integers(0, 30)))
    told(text[:start] + data.draw(st.text(alphabet="=[]{}\"'\n\\# ,.-09aé\x00", max_size=8)) + text[stop:])


TEXTS = [path.read_text() for path in EXAMPLES]
PARSED = [tomllib.loads(text) for text in TEXTS]
