"""The pages of reports: within a fixed number of queries, open to whom they concern, with the records a click away."""

import csv
import io
import re
import zlib

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from declic.accounts.enums import Role
from declic.organisations.models import Organisation
from declic.people.models import AccessLog
from declic.programmes.models import BudgetLine, Objective, PublishedFigure
from declic.reporting.indicators import INDICATORS
from tests import factories
from tests.reporting.stories import Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    story = Story.open()
    Objective.objects.create(
        operator=story.operator, edition=story.edition, indicator="participants", label="=Entrer", target=4
    )
    PublishedFigure.objects.create(
        operator=story.operator, programme=story.edition.programme, name="people_supported", label="Personnes",
        value=51, unit="personnes", arithmetic={"sum": [32, 15], "equals": 47},
    )  # fmt: skip
    for number in range(3):
        story.entered(household="seul" if number else None)
    return story


def edition_url(story: Story, page: str = "edition", **more: str) -> str:
    return reverse(f"reporting:{page}", kwargs={"edition_id": story.edition.pk, **more})


def funded(story: Story) -> Organisation:
    funder = factories.a_partner(story.operator, "funder")
    BudgetLine.objects.create(
        operator=story.operator, edition=story.edition, side="income", label="Subvention", planned=1000, funder=funder
    )
    return funder


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def test_the_report_shows_figures_objectives_and_the_contradiction(story: Story) -> None:
    page = factories.signed_in(story.user).get(edition_url(story)).content.decode()
    assert "32 + 15 font 47, et non 51" in page
    assert "en partie" in page
    assert edition_url(story, "figure", name="participants") in page
    assert "Comment c’est compté" in page


def test_the_report_costs_the_same_queries_for_few_and_many(story: Story) -> None:
    client = factories.signed_in(story.user)
    few = queries_of(client, edition_url(story))
    programme = reverse("reporting:programme", args=[story.edition.programme_id])
    few_programme = queries_of(client, programme)
    for number in range(15):
        story.entered(benefits=["RSA"], in_priority_zone=bool(number % 2))
    factories.an_edition(story.operator, by=story.user, programme=story.edition.programme)
    assert queries_of(client, edition_url(story)) == few <= 12
    assert queries_of(client, programme) == few_programme <= 12
    assert queries_of(client, reverse("reporting:list")) <= 12


def test_every_figure_of_the_catalogue_opens_a_page(story: Story) -> None:
    client = factories.signed_in(story.user)
    for name in INDICATORS:
        response = client.get(edition_url(story, "figure", name=name))
        assert response.status_code == 200, name


def test_a_figure_opens_its_records_by_pages_and_each_name_is_logged(story: Story) -> None:
    for _number in range(58):
        story.entered()
    client = factories.signed_in(story.user)
    first = client.get(edition_url(story, "figure", name="participants"))
    second = client.get(first.context["next_url"])
    shown = [record.label for page in (first, second) for record in page.context["records"]]
    assert (len(first.context["records"]), len(shown), len(set(shown))) == (50, 61, 61)
    assert second.context["next_url"] == ""
    assert AccessLog.objects.filter(user=story.user, operator=story.operator).count() == 61
    assert queries_of(client, edition_url(story, "figure", name="participants")) <= 15


def test_the_parts_of_a_share_are_told_apart(story: Story) -> None:
    client = factories.signed_in(story.user)
    url = edition_url(story, "figure", name="foyer.seul")
    assert len(client.get(url).context["records"]) == 2
    unknown = edition_url(story, "figure", name="foyer.inconnu")
    assert len(client.get(unknown).context["records"]) == 1
    assert client.get(f"{url}?suite=faux&partie=ailleurs").status_code == 200


def test_a_day_can_be_chosen_and_a_wrong_one_is_said(story: Story) -> None:
    client = factories.signed_in(story.user)
    before = client.get(edition_url(story), {"au": "01/03/2024"})
    assert before.context["report"].people.figure.value == 0
    wrong = client.get(edition_url(story), {"au": "le mois dernier"})
    assert wrong.status_code == 200
    assert "Écrivez la date ainsi" in wrong.content.decode()
    assert wrong.context["report"].people.figure.value == 3


def test_a_funder_reads_what_it_funds_without_small_cells_nor_records(story: Story) -> None:
    client = factories.signed_in(factories.a_user(funded(story), Role.FUNDER))
    page = client.get(edition_url(story))
    text = page.content.decode()
    assert page.status_code == 200
    assert "moins de 11" in text
    assert "/chiffre/" not in text
    assert "Awa" not in text
    assert client.get(edition_url(story, "figure", name="participants")).status_code == 404
    assert client.get(edition_url(story, "pdf")).status_code == 200
    rows = list(
        csv.DictReader(io.StringIO(client.get(edition_url(story, "csv")).content.decode("utf-8-sig")), delimiter=";")
    )
    assert [row["obtenu"] for row in rows] == ["moins de 11"]


def test_a_funder_that_funds_nothing_here_finds_nothing(story: Story) -> None:
    stranger = factories.a_partner(story.operator, "funder")
    client = factories.signed_in(factories.a_user(stranger, Role.FUNDER))
    assert client.get(edition_url(story)).status_code == 404
    assert client.get(reverse("reporting:programme", args=[story.edition.programme_id])).status_code == 404
    assert "Aucun bilan" in client.get(reverse("reporting:list")).content.decode()


def test_a_funder_of_one_edition_reads_the_programme_over_that_one_only(story: Story) -> None:
    other = factories.an_edition(story.operator, by=story.user, programme=story.edition.programme)
    client = factories.signed_in(factories.a_user(funded(story), Role.FUNDER))
    page = client.get(reverse("reporting:programme", args=[story.edition.programme_id]))
    assert [edition.pk for edition in page.context["report"].editions] == [story.edition.pk]
    assert client.get(reverse("reporting:edition", args=[other.pk])).status_code == 404


def test_another_operator_and_other_roles_find_nothing(story: Story) -> None:
    stranger = factories.a_user(factories.an_operator(), Role.COORDINATOR)
    adviser = factories.a_user(story.operator, Role.ADVISER)
    for user in (stranger, adviser):
        client = factories.signed_in(user)
        for page in ("edition", "pdf", "csv"):
            assert client.get(edition_url(story, page)).status_code == 404
        assert client.get(edition_url(story, "figure", name="participants")).status_code == 404
    assert factories.signed_in(adviser).get(reverse("reporting:list")).status_code == 404


def test_a_coordinator_of_one_site_reads_the_report_without_opening_the_files(story: Story) -> None:
    here = factories.a_user(story.operator, Role.COORDINATOR, site=factories.a_site(story.operator))
    client = factories.signed_in(here)
    page = client.get(edition_url(story))
    assert page.status_code == 200
    assert "/chiffre/" not in page.content.decode()
    assert client.get(edition_url(story, "figure", name="participants")).status_code == 404


def test_an_unknown_figure_is_not_found(story: Story) -> None:
    assert factories.signed_in(story.user).get(edition_url(story, "figure", name="rien")).status_code == 404


def unpacked(pdf: bytes) -> bytes:
    """The bytes of a PDF with its compressed streams opened."""
    opened = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            opened.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"".join(opened)


def test_the_pdf_is_a_tagged_document(story: Story) -> None:
    client = factories.signed_in(story.user)
    for url in (edition_url(story, "pdf"), reverse("reporting:programme_pdf", args=[story.edition.programme_id])):
        response = client.get(url)
        assert response["Content-Type"] == "application/pdf"
        assert response.content.startswith(b"%PDF")
        inside = unpacked(response.content)
        # Tagged for screen readers, and made of text that they can read: glyphs that name their letters.
        assert b"/MarkInfo" in inside
        assert b"pdfuaid" in inside
        assert b"/ToUnicode" in inside


def test_the_csv_opens_in_a_spreadsheet_and_runs_nothing(story: Story) -> None:
    response = factories.signed_in(story.user).get(edition_url(story, "csv"))
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert [(row["objectif"], row["visé"], row["obtenu"], row["écart"]) for row in rows] == [
        ("'=Entrer", "4", "3", "-1")
    ]
