"""A programme that nobody has seen before, entered in the screens by someone who has only its leaflet."""

import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from declic.accounts.enums import Role
from declic.programmes.actions import import_programme
from declic.programmes.documents import export_programme
from declic.programmes.models import Edition, Programme
from declic.programmes.queries import current_terms
from tests.factories import a_user, an_edition, an_enrolment, an_operator, signed_in

pytestmark = pytest.mark.django_db

EXAMPLES = sorted((Path(__file__).parents[2] / "declic" / "programmes" / "examples").glob("*.toml"))


class Fields(HTMLParser):
    """What a browser would send back of the main form of a page, left as it is."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self.depth_of_template = 0
        self.in_form = False
        self.select = self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = dict(attrs)
        name = had.get("name") or ""
        if tag == "template":
            self.depth_of_template += 1
        if tag == "form":
            self.in_form = "form" in (had.get("class") or "").split()
        if self.depth_of_template or not self.in_form:
            return
        if tag == "input" and name:
            if had.get("type") in ("checkbox", "radio"):
                if "checked" in had:
                    self.values.setdefault(name, []).append(had.get("value") or "on")
            elif had.get("type") != "file":
                self.values[name] = had.get("value") or ""
        elif tag == "select":
            self.select = name
            self.values.setdefault(name, "")
        elif tag == "option" and "selected" in had and self.select:
            self.values[self.select] = had.get("value") or ""
        elif tag == "textarea":
            self.area = name
            self.values[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self.depth_of_template -= 1
        if tag == "form":
            self.in_form = False
        if tag == "select":
            self.select = ""
        if tag == "textarea":
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area] += data.lstrip("\n") if not self.values[self.area] else data


def fields(client: Client, url: str) -> dict[str, Any]:
    page = client.get(url)
    assert page.status_code == 200
    reader = Fields()
    reader.feed(page.content.decode())
    return reader.values


def fill(client: Client, url: str, **typed: Any) -> Any:
    """Open a page, type into it, send it."""
    values = fields(client, url)
    values.update(typed)
    return client.post(url, values)


def filled_rows(*rows: dict[str, Any], first: int = 0) -> dict[str, Any]:
    """Rows typed after the `first` that stand already, as the button « Ajouter » would make them."""
    typed = {f"rows-{first + number}-{name}": value for number, row in enumerate(rows) for name, value in row.items()}
    return {**typed, "rows-TOTAL_FORMS": str(first + len(rows))}


@pytest.fixture
def coordinator() -> Client:
    return signed_in(a_user(an_operator()))


def open_edition(client: Client) -> Edition:
    fill(
        client,
        reverse("programmes:create"),
        name="Bus numérique du Vercors",
        summary="Un bus passe.",
        audience="Ruraux",
    )
    programme = Programme.objects.get(name="Bus numérique du Vercors")
    url = reverse("programmes:edition_create", args=[programme.pk])
    fill(
        client,
        url,
        name="2026",
        starts_on="1/3/2026",
        ends_on="30/11/2026",
        enrolment_ends_on="30/09/2026",
        places="40",
    )
    return programme.editions.get()


def terms_url(edition: Edition, part: str) -> str:
    return reverse("programmes:terms", args=[edition.pk, part])


def test_a_sixth_programme_is_entered_fully_in_the_screens(coordinator: Client) -> None:
    edition = open_edition(coordinator)
    steps: dict[str, dict[str, Any]] = {
        "entree": {
            "prescriber_required": "oui",
            "social_evaluation_required": "non",
            "age_min": "60",
            "benefits": ["RSA", "ASS"],
            "commune": "38548, 38153",
            "income": "1 100,50",
            "equipment_at_home": ["ordinateur"],
            "prescriber_kind": ["CCAS", "DEPT"],
            "alternatives": ["age", "benefits"],
        },
        "parcours": filled_rows(
            {"name": "Premiers pas", "hours": "20", "level": "debutant", "rhythm": "Le mardi matin", "group_max": "8"},
            {"name": "Premiers pas, suite", "hours": "10", "level": "", "rhythm": ""},
        ),
        "ateliers": {
            "drop_in": "oui",
            **filled_rows({"theme": "Photos et souvenirs", "audience": "Seniors"}, {"theme": "Impôts", "audience": ""}),
        },
        "materiel": filled_rows(
            {
                "mode": "loan_then_option",
                "kinds": ["tablet", "laptop"],
                "deposit_eur": "30,00",
                "months": "4",
                "options_at_term": ["return", "buy"],
                "option_price_eur": "25",
                "refurbisher": "Atelier du Trièves",
            },
            {"mode": "sale", "kinds": ["smartphone"], "price_eur": "45,50", "condition": "course_finished"},
        ),
        "connexion": {
            "aid_eur": "60",
            "aid_months": "6",
            **filled_rows(
                {"name": "Carte 4G", "public_price_eur": "20", "solidarity_price_eur": "6,50", "months": "1"}
            ),
        },
        "freins": {"usual": ["mobilite", "absence_email"], **filled_rows({"label": "Vit loin de tout"})},
        "bilans": {
            "months": "3 et 6",
            "by": "prescriber",
            "observed_uses": "Écrit à ses petits-enfants\nPaie ses factures",
            "satisfaction": "oui",
            "outcome_months": "9",
        },
    }
    for part, typed in steps.items():
        answer = fill(coordinator, terms_url(edition, part), **typed)
        assert answer.status_code == 303, (part, answer.content.decode()[:8000])
    for name, rows in {
        "objectives": filled_rows({"indicator": "participants", "label": "Embarquer 40 personnes", "target": "40"}),
        "means": filled_rows({"role": "Conductrice-médiatrice", "hours": "803,5", "per": "year"}),
        "budget": filled_rows(
            {"side": "expense", "label": "Bus", "year": "2026", "planned": "18 000", "follows": "travel"},
            {
                "side": "income",
                "label": "Aide",
                "year": "2026",
                "planned": "18000,00",
                "funder_name": "Fondation des Cimes",
            },
        ),
    }.items():
        assert fill(coordinator, reverse(f"programmes:{name}", args=[edition.pk]), **rows).status_code == 303
    terms = current_terms(edition)
    assert (terms.number, terms.frozen_at) == (1, None)
    body = terms.terms.model_dump(mode="json", exclude_defaults=True)
    assert body["entry"]["rules"][-1] == [
        {"fact": "age", "min": 60},
        {"fact": "benefits", "any_of": ["RSA", "ASS"]},
    ]
    assert [course["code"] for course in body["courses"]] == ["premiers_pas", "premiers_pas_suite"]
    assert body["equipment"][0]["option_price_eur"] == "25"
    assert body["equipment"][1] == {
        "mode": "sale", "kinds": ["smartphone"], "price_eur": "45.5", "condition": "course_finished",
    }  # fmt: skip
    assert [barrier["code"] for barrier in body["barriers"]] == [
        "mobilite",
        "absence_email",
        "vit_loin_de_tout",
    ]
    assert body["reviews"]["months"] == [3, 6]
    assert edition.budget.get(side="expense").head.role == "travel"  # type: ignore[union-attr]
    assert edition.budget.get(side="income").funder.name == "Fondation des Cimes"  # type: ignore[union-attr]
    page = coordinator.get(reverse("programmes:edition", args=[edition.pk])).content.decode()
    for words in ("Premiers pas", "Vit loin de tout", "Embarquer 40 personnes", "Fondation des Cimes"):
        assert words in page


def test_each_form_shows_what_stands_and_saving_it_again_changes_nothing(coordinator: Client) -> None:
    edition = open_edition(coordinator)
    fill(coordinator, terms_url(edition, "materiel"), **filled_rows({"mode": "gift", "kinds": ["desktop"]}))
    fill(coordinator, terms_url(edition, "freins"), usual=["sante"], **filled_rows({"label": "Isolement"}))
    before = current_terms(edition).body
    for part in ("entree", "parcours", "ateliers", "materiel", "connexion", "freins", "bilans"):
        assert fill(coordinator, terms_url(edition, part)).status_code == 303
    assert current_terms(edition).body == before


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_passes_through_the_screens_unchanged(path: Path) -> None:
    operator = an_operator()
    user = a_user(operator)
    client = signed_in(user)
    programme = import_programme(acting_user=user, operator=operator, text=path.read_text())
    before = export_programme(programme)
    for edition in programme.editions.all():
        for part in ("entree", "parcours", "ateliers", "materiel", "connexion", "freins", "bilans"):
            assert fill(client, terms_url(edition, part)).status_code == 303
        for name in ("objectives", "means", "budget"):
            assert fill(client, reverse(f"programmes:{name}", args=[edition.pk])).status_code == 303
    assert export_programme(programme) == before


def test_a_row_is_taken_out_by_its_box(coordinator: Client) -> None:
    edition = open_edition(coordinator)
    url = terms_url(edition, "ateliers")
    fill(coordinator, url, drop_in="non", **filled_rows({"theme": "Un"}, {"theme": "Deux"}))
    fill(coordinator, url, **{"rows-0-DELETE": "on"})
    assert [workshop.theme for workshop in current_terms(edition).terms.workshops] == ["Deux"]


@pytest.mark.parametrize(
    ("part", "typed", "words"),
    [
        ("entree", {"age_min": "80", "age_max": "60"}, "plus petit"),
        ("entree", {"commune": "Grenoble"}, "code INSEE"),
        ("entree", {"age_min": "18", "alternatives": ["age"]}, "au moins deux"),
        ("entree", {"alternatives": ["age", "income"]}, "Remplissez"),
        ("parcours", filled_rows({"name": "Long", "hours": "0"}), "supérieure ou égale"),
        ("materiel", filled_rows({"mode": "loan", "kinds": ["laptop"]}), "date de fin ou une durée"),
        ("materiel", filled_rows({"mode": "gift", "kinds": ["laptop"], "deposit_eur": "50"}), "laisser vide"),
        ("materiel", filled_rows({"mode": "sale", "kinds": ["laptop"]}), "prix au-dessus de zéro"),
        (
            "materiel",
            filled_rows({"mode": "gift", "kinds": ["laptop"]}, {"mode": "gift", "kinds": ["laptop"]}),
            "une seule fois",
        ),
        (
            "connexion",
            filled_rows({"name": "X", "public_price_eur": "5", "solidarity_price_eur": "6", "months": "1"}),
            "ne dépasse pas",
        ),
        ("connexion", {"aid_months": "3"}, "montant de l"),
        ("bilans", {"months": "trois"}, "nombres de mois"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    coordinator: Client, part: str, typed: dict[str, Any], words: str
) -> None:
    edition = open_edition(coordinator)
    before = current_terms(edition).body
    answer = fill(coordinator, terms_url(edition, part), **typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    reader = Fields()
    reader.feed(page)
    kept = {name: value for name, value in typed.items() if isinstance(value, str)}
    assert {name: reader.values[name] for name in kept} == kept
    assert current_terms(edition).body == before


def test_a_frozen_version_asks_what_changes_and_makes_the_next_one() -> None:
    operator = an_operator()
    user = a_user(operator)
    client = signed_in(user)
    edition = an_edition(operator, by=user)
    an_enrolment(edition=edition, by=user)
    url = terms_url(edition, "ateliers")
    assert "La version 1 est figée" in client.get(url).content.decode()
    assert fill(client, url, drop_in="non").status_code == 422
    answer = fill(client, url, drop_in="non", note="La permanence ferme")
    assert answer.status_code == 303
    page = client.get(reverse("programmes:edition", args=[edition.pk])).content.decode()
    assert "Version 2" in page
    assert "La permanence ferme" in page
    assert client.get(reverse("programmes:version", args=[edition.pk, 1])).status_code == 200


def test_a_page_left_open_does_not_overwrite_what_someone_else_wrote(coordinator: Client) -> None:
    edition = open_edition(coordinator)
    url = terms_url(edition, "bilans")
    mine = fields(coordinator, url)
    fill(coordinator, url, months="6")
    answer = coordinator.post(url, {**mine, "months": "3"})
    assert answer.status_code == 422
    assert "Quelqu’un d’autre" in answer.content.decode()
    assert current_terms(edition).terms.reviews.months == [6]


def test_entry_rules_finer_than_the_form_are_shown_and_kept(coordinator: Client) -> None:
    edition = open_edition(coordinator)
    version = current_terms(edition)
    rules = [
        [{"fact": "benefits", "any_of": ["RSA"]}, {"fact": "age", "min": 60}],
        [{"fact": "benefits", "any_of": ["ASS"]}, {"fact": "priority_zone"}],
    ]
    type(version).objects.filter(pk=version.pk).update(body={**version.body, "entry": {"rules": rules}})
    answer = fill(coordinator, terms_url(edition, "entree"), prescriber_required="oui")
    assert answer.status_code == 303
    entry = current_terms(edition).terms.entry
    assert entry.prescriber_required
    assert len(entry.rules) == 2


def test_a_wrong_file_lists_every_error_and_keeps_the_text(coordinator: Client) -> None:
    url = reverse("programmes:import")
    file = SimpleUploadedFile("essai.toml", b'[programme]\nnom = "A"\n[[edition]]\nplaces = "dix"\n')
    page = coordinator.post(url, {"file": file, "text": ""})
    words = page.content.decode()
    assert page.status_code == 422
    for key in ("programme.name", "programme.nom", "edition[0].name", "edition[0].places"):
        assert f"<code>{key}</code>" in words
    assert "places = &quot;dix&quot;" in words
    assert not Programme.objects.exists()
    assert coordinator.post(url, {"text": " "}).status_code == 422


def test_what_is_exported_by_one_operator_is_imported_by_another(coordinator: Client) -> None:
    edition = open_edition(coordinator)
    answer = coordinator.get(reverse("programmes:export", args=[edition.programme_id]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="bus-numerique-du-vercors.toml"'
    other = a_user(an_operator())
    file = SimpleUploadedFile("bus.toml", answer.content)
    assert signed_in(other).post(reverse("programmes:import"), {"file": file}).status_code == 303
    copies = Programme.objects.filter(slug="bus-numerique-du-vercors")
    assert len({export_programme(copy).split("summary")[1] for copy in copies}) == 1
    assert copies.count() == 2


def test_an_adviser_reads_and_does_not_write_and_a_stranger_finds_nothing() -> None:
    operator = an_operator()
    edition = an_edition(operator)
    adviser, stranger = signed_in(a_user(operator, Role.ADVISER)), signed_in(a_user(an_operator()))
    read, write = reverse("programmes:edition", args=[edition.pk]), terms_url(edition, "entree")
    assert "Modifier" not in adviser.get(read).content.decode()
    assert [adviser.get(write).status_code, stranger.get(read).status_code, stranger.get(write).status_code] == [
        404
    ] * 3
    assert adviser.get(reverse("programmes:list")).status_code == 200


def test_the_list_costs_the_same_whatever_its_length(coordinator: Client, django_assert_max_num_queries: Any) -> None:
    operator = an_operator()
    user = a_user(operator)
    for _time in range(8):
        an_edition(operator, by=user)
    client = signed_in(user)
    with django_assert_max_num_queries(12):
        client.get(reverse("programmes:list"))
    edition = Edition.objects.filter(operator=operator).latest("pk")
    with django_assert_max_num_queries(15):
        client.get(reverse("programmes:edition", args=[edition.pk]))
    with django_assert_max_num_queries(12):
        client.get(reverse("programmes:detail", args=[edition.programme_id]))


def test_an_edition_can_be_corrected(coordinator: Client) -> None:
    edition = open_edition(coordinator)
    url = reverse("programmes:edition_edit", args=[edition.pk])
    assert fill(coordinator, url, ends_on="1/1/2026").status_code == 422
    assert fill(coordinator, url, ends_on="31/12/2026").status_code == 303
    edition.refresh_from_db()
    assert edition.ends_on == datetime.date(2026, 12, 31)
    url = reverse("programmes:edit", args=[edition.programme_id])
    assert fill(coordinator, url, archived_on="31/12/2026").status_code == 303
