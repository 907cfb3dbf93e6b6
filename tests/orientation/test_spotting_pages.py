"""Lists and calls in the screens: a file sent, mapped, corrected in its page, imported; bad files answered with words."""

import datetime
import zipfile
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from declic.core import uploads
from declic.orientation.enums import ImportState, RowVerdict
from declic.orientation.models import ContactAttempt, Spotted, SpottingImport, SpottingRow
from declic.people.models import Person
from tests.core.workbooks import Formula, ods, xlsx, zipped
from tests.factories import signed_in
from tests.orientation.spotting_rows import TITLES, Story, a_file, csv, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    return Story()


def sent(story: Story, content: bytes, name: str = "liste.csv", **typed: Any) -> Any:
    form = {"file": a_file(content, name), "source": "CCAS, février", "edition": story.edition.pk, **typed}
    return signed_in(story.user).post(reverse("orientation:spotting_upload"), form)


def mapped(story: Story, batch: SpottingImport, capture: Any) -> Any:
    with capture(execute=True):
        return signed_in(story.user).post(
            reverse("orientation:spotting_columns", args=[batch.pk]),
            {f"c{rank}": meaning for rank, meaning in batch.mapping.items()},
        )


def test_a_list_goes_from_the_file_to_the_calls(story: Story, django_capture_on_commit_callbacks: Any) -> None:
    client = signed_in(story.user)
    known = story.person("Awa", "Sow")
    answer = sent(
        story, csv(("Sow", "Awa", "12/03/1980", ""), ("Ba", "Ali", "1/2/1985", "0612345678"), ("Ka", "", "", ""))
    )
    batch = SpottingImport.objects.get()
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"])
    assert "12/03/1980" in page.text
    assert "Que disent les colonnes" in page.text
    at = reverse("orientation:spotting_import", args=[batch.pk])
    assert mapped(story, batch, django_capture_on_commit_callbacks).headers["Location"] == at
    page = client.get(at)
    assert page.context["view"] == "a-verifier"
    assert "est-ce la même personne" in page.text
    refused = client.get(at, {"vue": "refusees"})
    assert "Il manque le prénom" in refused.text
    settle = reverse("orientation:spotting_row_settle", args=[row(batch, 2).pk])
    client.post(settle, {"reponse": "meme", "personne": known.pk, "next": at})
    corrected = client.post(
        reverse("orientation:spotting_row", args=[row(batch, 4).pk]),
        {"last_name": "Ka", "first_name": "Io"},
        follow=True,
    )
    assert "un nouveau dossier sera ouvert" in corrected.text
    assert Person.objects.filter(operator=story.operator).count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("orientation:spotting_run", args=[batch.pk]))
    page = client.get(at)
    assert "3" in page.text
    assert "personnes repérées" in page.text
    assert Person.objects.filter(operator=story.operator).count() == 3
    calls = client.get(reverse("orientation:to_call"), {"edition": story.edition.pk})
    assert [one.person.last_name for one in calls.context["page"].rows] == ["Ba"]
    assert "à informer au premier contact" in calls.text
    assert calls.context["without_number"] == 2
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("orientation:spotting_undo", args=[batch.pk]))
    assert "il n’en reste rien" in client.get(at).text
    assert list(Person.objects.filter(operator=story.operator)) == [known]


def test_a_messy_workbook_is_read_as_a_person_would(story: Story, django_capture_on_commit_callbacks: Any) -> None:
    rows = [
        ["Repérage CCAS 2026"],
        [],
        ["NOM Prénom", "Né(e) le", "Tél.", "Mail", "CP", *[None] * 50],
        ["DIARRA Awa", datetime.date(1980, 3, 12), 612345678, "awa@exemple.fr", 1000],
        ["SOW Ali", "3 avril 1975", "+33 6 12 34 56 79", None, Formula("A1", "31000")],
        [None],
        ["BA Mo", 29292, "tel", None, None],
    ]
    for content, name in ((xlsx(rows, merged=["A1:E1"]), "liste.xlsx"), (ods(rows), "liste.ods")):
        assert sent(story, content, name).status_code == 303
        batch = SpottingImport.objects.order_by("-pk")[0]
        mapped(story, batch, django_capture_on_commit_callbacks)
        kept = {one.number: one.values for one in SpottingRow.objects.filter(batch=batch)}
        assert kept[4] == {
            "last_name": "Diarra",
            "first_name": "Awa",
            "birth_date": "1980-03-12",
            "phone": "+33612345678",
            "email": "awa@exemple.fr",
            "postal_code": "01000",
        }
        assert kept[5]["birth_date"] == "1975-04-03"
        assert kept[5]["postal_code"] == "31000"
        assert (kept[7]["birth_date"], kept[7]["phone"]) == ("1980-03-12", "tel")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_text_is_read_in_the_encodings_of_windows(story: Story, encoding: str) -> None:
    assert sent(story, csv(("Lœuvre", "Zoé", "", ""), encoding=encoding)).status_code == 303
    page = signed_in(story.user).get(reverse("orientation:spotting_columns", args=[SpottingImport.objects.get().pk]))
    assert "Lœuvre" in page.text


BOMB = zipped({"xl/workbook.xml": b"<a/>", "xl/worksheets/sheet1.xml": b" " * (80 << 20)})
BAD = {
    "an image": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 400, "liste.xlsx"),
    "a pdf": (b"%PDF-1.7 \n" + b"\x00" * 400, "liste.csv"),
    "a page": (b"<html><table><tr><td>Nom</td></tr></table></html>", "liste.xls"),
    "nothing but zeros": (b"\x00" * 3000, "liste.csv"),
    "half a workbook": (xlsx([TITLES, ("Sow", "Ali", "", "")])[:-600], "liste.xlsx"),
    "a zip bomb": (BOMB, "liste.xlsx"),
    "no titles": (b"Sow;Ali;12/03/1980\nBa;Mo;13/03/1980\n", "liste.csv"),
    "titles alone": (csv(), "liste.csv"),
    "an empty file": (b"", "liste.csv"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_file_gets_a_clear_answer_and_nothing_is_written(story: Story, bad: str) -> None:
    before = set(default_storage.listdir("")[0])
    content, name = BAD[bad]
    answer = sent(story, content, name)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["file"]
    assert "CCAS, février" in answer.text
    assert not SpottingImport.objects.exists()
    assert set(default_storage.listdir("")[0]) - before <= {"spotting"}


def test_a_file_that_is_too_large_is_let_go_and_the_form_says_so(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_UPLOAD", 100_000)
    answer = sent(story, b"Nom;Prenom\n" + b"Sow;Ali\n" * 50_000)
    assert answer.status_code == 422
    assert "pèse plus de" in answer.text
    assert not SpottingImport.objects.exists()


def test_another_sheet_is_read_when_it_is_named(story: Story) -> None:
    book = xlsx(sheets={"Notes": [["bonjour"]], "Liste": [["Nom", "Prénom"], ["Sow", "Ali"]]})
    assert sent(story, book, "l.xlsx", sheet="Inconnue").status_code == 422
    assert sent(story, book, "l.xlsx", sheet="Liste").status_code == 303
    assert SpottingImport.objects.get().sheet == "Liste"


def test_the_same_list_sent_twice_is_received_once(story: Story) -> None:
    content = csv(("Sow", "Awa", "12/03/1980", ""))
    assert sent(story, content).headers["Location"] == sent(story, content).headers["Location"]
    assert SpottingImport.objects.count() == 1


def test_a_step_that_stopped_is_shown_and_started_again(story: Story, django_capture_on_commit_callbacks: Any) -> None:
    batch = story.received(csv(("Sow", "Awa", "12/03/1980", "")))
    SpottingImport.objects.filter(pk=batch.pk).update(state=ImportState.CHECKING)
    client = signed_in(story.user)
    page = client.get(reverse("orientation:spotting_import", args=[batch.pk]))
    assert "0 lignes sur 1" in page.text.replace("\u00a0", " ")
    assert 'http-equiv="refresh"' in page.text
    assert "Reprendre" in page.text
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("orientation:spotting_resume", args=[batch.pk]))
    batch.refresh_from_db()
    assert batch.state == ImportState.CHECKED


def test_a_call_is_noted_with_one_button_and_someone_interested_is_referred(story: Story) -> None:
    one = story.spotted()
    client = signed_in(story.user)
    address = reverse("orientation:spotted", args=[one.pk])
    late = client.post(address, {"result": "call_back", "seen": 0})
    assert late.status_code == 422
    assert "call_back_on" in late.context["form"].errors
    assert client.post(address, {"result": "no_answer", "seen": 0}).status_code == 303
    assert client.post(address, {"result": "no_answer", "seen": 0}).status_code == 422
    answer = client.post(address, {"result": "interested", "seen": 1, "informed": "on", "note": "préfère le matin"})
    assert answer.headers["Location"] == (
        f"{reverse('orientation:create')}?person={one.person_id}&edition={story.edition.pk}"
    )
    assert client.get(answer.headers["Location"]).status_code == 200
    assert ContactAttempt.objects.filter(spotted=one).count() == 2
    page = client.get(address)
    assert "préfère le matin" in page.text


def test_each_figure_of_the_funnel_opens_as_many_people(story: Story) -> None:
    for _number in range(3):
        story.spotted()
    client = signed_in(story.user)
    page = client.get(reverse("orientation:funnel", args=[story.edition.pk]))
    for step in page.context["steps"]:
        behind = client.get(reverse("orientation:funnel_step", args=[story.edition.pk, step.code]))
        assert (behind.context["count"], len(behind.context["page"].rows)) == (step.count, step.count)
    assert client.get(reverse("orientation:funnel_step", args=[story.edition.pk, "inconnue"])).status_code == 404


def test_lists_ask_as_many_queries_for_one_as_for_twenty(story: Story, django_assert_max_num_queries: Any) -> None:
    client = signed_in(story.user)
    names = [f"{chr(97 + n)}" * 4 for n in range(20)]
    for name in names:
        story.person("Awa", name)
    asked: dict[str, list[int]] = {}
    for count in (1, 20):
        batch = story.checked(csv(*((name, "Awa", f"12/03/{1950 + count}", "") for name in names[:count])))
        assert SpottingRow.objects.filter(batch=batch, verdict=RowVerdict.PENDING).count() == count
        for _number in range(count):
            story.spotted()
        addresses = {
            "review": reverse("orientation:spotting_import", args=[batch.pk]),
            "calls": reverse("orientation:to_call") + f"?edition={story.edition.pk}",
            "home": reverse("orientation:spotting"),
            "funnel": reverse("orientation:funnel", args=[story.edition.pk]),
            "behind": reverse("orientation:funnel_step", args=[story.edition.pk, "reperees"]),
        }
        for name, address in addresses.items():
            with django_assert_max_num_queries(25) as queries:
                assert client.get(address).status_code == 200
            asked.setdefault(name, []).append(len(queries))
    assert {name: numbers for name, numbers in asked.items() if numbers[0] != numbers[1]} == {}


def test_a_bomb_is_one(story: Story) -> None:
    """The bomb of these tests really is larger unpacked than what a list may be."""
    assert len(BOMB) < 1 << 20
    assert zipfile.is_zipfile(a_file(BOMB))
    assert not Spotted.objects.filter(edition=story.edition).exists()
