"""Prescribers without an account: a link, one page, a receipt, and nothing learnt about anybody else."""

import datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from declic.core.errors import DomainError
from declic.documents.models import Document
from declic.orientation import actions
from declic.orientation.doors import open_link
from declic.orientation.models import Referral, ReferralDocument
from declic.orientation.views import door
from declic.people.enums import RightsHow, RightsKind
from declic.people.models import Person, RightsEvent
from declic.programmes.schema import Terms
from tests.documents.clamd import EICAR, clamd
from tests.documents.files import PDF
from tests.factories import a_partner, a_person, a_referral, a_user, signed_in, terms
from tests.orientation.story import Doors, anyone, link_in, local, path_of, written

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _calm(settings: Any, tmp_path: Any) -> None:
    cache.clear()
    settings.MEDIA_ROOT = tmp_path


def asking(**entry: Any) -> Terms:
    return terms(entry=entry)


def test_someone_without_an_account_refers_a_person_and_is_told_what_comes_next() -> None:
    story = Doors()
    link = story.link()
    client = anyone()
    page = client.get(path_of(link))
    assert page.status_code == 200
    assert story.prescriber.name in page.text
    assert "Se connecter" not in page.text
    sent = client.post(path_of(link), story.typed(motives=["droits"], other_phone="07 56 34 56 78"))
    assert sent.status_code == 303, sent.context["form"].errors
    referral = Referral.objects.get()
    assert (referral.prescriber, referral.link, referral.channel) == (story.prescriber, link, "link")
    assert (referral.referent_name, referral.motives) == ("Inès Morel", ["droits"])
    assert list(referral.person.phones.values_list("number", flat=True)) == ["+33612345678", "+33756345678"]
    after = client.get(sent.headers["Location"])
    assert referral.number in after.text
    assert "10" in after.text
    event = RightsEvent.objects.get(person=referral.person)
    assert (event.kind, event.how, event.on) == (RightsKind.INFORMED, RightsHow.BY_PRESCRIBER, story.day)
    [receipt] = written()
    assert receipt.address == "ines.morel@exemple.fr"
    assert referral.number in receipt.subject
    # The receipt names nobody: an address typed wrong tells a stranger nothing.
    assert "Awa" not in receipt.body + receipt.subject
    assert referral.person.case_number not in receipt.body
    followed = anyone().get(link_in(receipt))
    assert followed.status_code == 200
    assert "Awa D." in followed.text


def test_the_same_request_sent_twice_is_one_referral_with_one_receipt() -> None:
    story = Doors()
    address = path_of(story.link())
    client = anyone()
    first, second = (client.post(address, story.typed()) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    numbers = {client.get(answer.headers["Location"]).context["referral"].pk for answer in (first, second)}
    assert numbers == {Referral.objects.get().pk}
    assert len(written()) == 1


def test_a_token_of_someone_else_gives_nothing_away() -> None:
    story = Doors()
    anyone().post(path_of(story.link()), story.typed())
    other = story.link(prescriber=a_partner(story.operator), referent_email="")
    sent = anyone().post(path_of(other), story.typed(first_name="Nadia", last_name="Benali", referent_email="n@e.fr"))
    assert sent.status_code == 303
    assert Referral.objects.count() == 2


@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ({"informed": ""}, "informed"),
        ({"referent_email": ""}, "referent_email"),
        ({"referent_name": ""}, "referent_name"),
        ({"phone": ""}, "phone"),
        ({"needs": []}, "needs"),
        ({"motive": "Son numéro : 1 80 03 31 555 123"}, "motive"),
        ({"birth_date": "31/02/1980"}, "birth_date"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(missing: dict[str, Any], field: str) -> None:
    story = Doors()
    page = anyone().post(path_of(story.link()), story.typed(**missing))
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert 'value="Diarra"' in page.text
    assert not Person.objects.exists()
    assert not written()


def test_only_facts_that_the_entry_rules_read_are_asked_and_kept() -> None:
    story = Doors(
        terms=asking(
            social_evaluation_required=True,
            rules=[{"fact": "benefits", "any_of": ["RSA"]}, {"fact": "income_after_charges", "max_eur": "400"}],
        )
    )
    address = path_of(story.link())
    form = anyone().get(address).context["form"]
    assert [field.name for field in form.fact_fields] == ["benefits", "income", "charges"]
    assert anyone().post(address, story.typed()).context["form"].errors.keys() == {"social_evaluation"}
    told = {"social_evaluation": "Vit seule.", "benefits": ["RSA"], "income": "607,75", "housing": "sans_domicile"}
    assert anyone().post(address, story.typed(**told)).status_code == 303
    referral = Referral.objects.get()
    assert referral.facts == {"benefits": ["RSA"], "income": 60775}
    assert referral.social_evaluation == "Vit seule."


def test_a_programme_without_conditions_asks_nothing_of_the_situation() -> None:
    form = anyone().get(path_of(Doors().link())).context["form"]
    assert form.fact_fields == []
    assert "social_evaluation" not in form.fields


def test_the_household_is_asked_where_a_dated_scale_decides() -> None:
    story = Doors(terms=asking(rules=[{"fact": "income", "scale": "plafond"}]))
    address = path_of(story.link())
    form = anyone().get(address).context["form"]
    assert [field.name for field in form.fact_fields] == ["income", "persons"]
    assert anyone().post(address, story.typed(income="900", persons="3")).status_code == 303
    assert Referral.objects.get().facts == {"income": 90000, "persons": 3}


def test_facts_asked_by_one_edition_are_not_kept_for_another() -> None:
    story = Doors(terms=asking(rules=[{"fact": "benefits", "any_of": ["RSA"]}]))
    plain = story.an_edition()
    address = path_of(story.link())
    sent = anyone().post(address, story.typed(edition=plain.pk, benefits=["RSA"]))
    assert sent.status_code == 303
    assert Referral.objects.get().facts == {}


def doors_that_do_not_open(story: Doors) -> dict[str, str]:
    shut = story.link()
    actions.close_prescriber_link(acting_user=story.team, link=shut, on=story.day)
    expired = story.link(expires_on=story.day, referent_name="Expiré")
    type(expired).objects.filter(pk=expired.pk).update(expires_on=story.day - datetime.timedelta(days=1))
    gone = a_partner(story.operator)
    stranger = story.link(prescriber=gone)
    gone.partnerships.update(until=story.day - datetime.timedelta(days=1))
    good = path_of(story.link(referent_name="Autre"))
    return {
        "closed": path_of(shut),
        "expired": path_of(expired),
        "partner no more": path_of(stranger),
        "forged": good[:-3] + "xx/",
        "invented": "/orienter/1-0/",
        "unsigned": f"/orienter/{story.operator.pk}-{shut.key.hex}/",
    }


def test_a_link_that_does_not_open_says_the_same_whatever_the_reason() -> None:
    story = Doors()
    pages = {why: anyone().get(address) for why, address in doors_that_do_not_open(story).items()}
    assert {page.status_code for page in pages.values()} == {404}
    bodies = {page.content for page in pages.values()}
    assert len(bodies) == 1
    assert story.operator.name not in bodies.pop().decode()
    for address in doors_that_do_not_open(story).values():
        assert anyone().post(address, story.typed()).status_code == 404
    assert not Referral.objects.exists()


def test_a_link_to_an_edition_that_has_ended_asks_to_come_back() -> None:
    story = Doors(enrolment_ends_on=None)
    link = story.link(edition=story.edition)
    type(story.edition).objects.filter(pk=story.edition.pk).update(ends_on=story.day - datetime.timedelta(days=1))
    page = anyone().get(path_of(link))
    assert page.status_code == 200
    assert "Gardez le lien" in page.text


def test_a_link_to_one_edition_offers_no_other() -> None:
    story = Doors()
    other = story.an_edition()
    address = path_of(story.link(edition=story.edition))
    assert list(anyone().get(address).context["form"].editions) == [str(story.edition.pk)]
    assert anyone().post(address, story.typed(edition=other.pk)).status_code == 422


def test_a_link_never_tells_that_a_person_is_known(django_assert_max_num_queries: Any) -> None:
    story = Doors()
    known = {"first_name": "Awa", "last_name": "Diarra", "birth_date": datetime.date(1980, 3, 12)}
    for others in (None, "referred"):
        person = a_person(story.operator, by=story.team, **known)
        if others:
            a_referral(person, story.edition, by=story.team, prescriber=a_partner(story.operator))
        cache.clear()
        answers, asked = [], []
        for who in ({}, {"first_name": "Zoé", "last_name": "Nouvelle", "birth_date": "01/02/1991"}):
            address = path_of(story.link(referent_name=f"{others}{who}"))
            typed = story.typed(referent_email=f"p{len(answers)}{others}@exemple.fr", **who)
            with django_assert_max_num_queries(80) as queries:
                answers.append(anyone().post(address, typed))
            asked.append(len(queries))
        assert [answer.status_code for answer in answers] == [303, 303]
        # About the same work, so about the same time.
        assert abs(asked[0] - asked[1]) <= 12, asked
        texts = [anyone().get(answer.headers["Location"]).text for answer in answers]
        for text in texts:
            assert person.case_number not in text
        story = Doors()


def test_a_colleague_s_request_is_not_told_to_another_holder_of_a_link() -> None:
    story = Doors()
    a_referral(
        a_person(story.operator, first_name="Awa", last_name="Diarra", birth_date=datetime.date(1980, 3, 12)),
        story.edition, by=story.referent, prescriber=story.prescriber, on=story.day,
    )  # fmt: skip
    sent = anyone().post(path_of(story.link()), story.typed())
    assert sent.status_code == 303
    # Her own second request is told, since she made the first.
    again = anyone().post(path_of(story.link()), story.typed(form_token="1f0e0d0c-0b0a-4908-8706-050403020100"))
    assert again.status_code == 422
    assert "Vous avez déjà orienté cette personne" in again.text


def test_proofs_are_checked_kept_and_handed_to_those_who_reach_the_referral(settings: Any) -> None:
    story = Doors()
    files = [SimpleUploadedFile("caf.pdf", PDF), SimpleUploadedFile("edf.pdf", PDF + b"%")]
    with clamd() as (settings.CLAMAV_SOCKET, received):
        sent = anyone().post(path_of(story.link()), story.typed(proofs=files))
    assert sent.status_code == 303
    assert received == [PDF, PDF + b"%"]
    referral = Referral.objects.get()
    joined = list(ReferralDocument.objects.filter(referral=referral))
    assert [one.document.kind for one in joined] == ["referral_proof"] * 2
    address = reverse("orientation:document", args=[referral.pk, joined[0].document_id])
    assert signed_in(story.team).get(address).content == PDF
    assert signed_in(story.referent).get(address).content == PDF
    assert signed_in(a_user(a_partner(story.operator), "prescriber")).get(address).status_code == 404
    assert signed_in(story.team).get(reverse("documents:download", args=[joined[0].document_id])).status_code == 404
    other = Doors().team
    assert signed_in(other).get(address).status_code == 404
    assert anyone().get(address).status_code == 302


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"MZ" + bytes(80), "ni un PDF"), (PDF + EICAR, "malveillant"), (b"", "vide")]
)
def test_a_file_that_is_refused_stops_the_request_and_says_why(settings: Any, content: bytes, sentence: str) -> None:
    story = Doors()
    with clamd() as (settings.CLAMAV_SOCKET, _received):
        page = anyone().post(path_of(story.link()), story.typed(proofs=[SimpleUploadedFile("caf.pdf", content)]))
    assert page.status_code == 422
    assert sentence in page.text
    assert 'value="Diarra"' in page.text
    assert not Document.objects.exists()
    assert not Referral.objects.exists()


def test_nothing_is_kept_unscanned_when_the_antivirus_is_down(settings: Any, tmp_path: Any) -> None:
    settings.CLAMAV_SOCKET = str(tmp_path / "none.ctl")
    story = Doors()
    page = anyone().post(path_of(story.link()), story.typed(proofs=[SimpleUploadedFile("caf.pdf", PDF)]))
    assert page.status_code == 422
    assert "réessayez" in page.text
    assert anyone().post(path_of(story.link()), story.typed()).status_code == 303


def test_a_flood_through_one_link_is_slowed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "MOST_BY_LINK", 2)
    story = Doors()
    address = path_of(story.link())
    answers = [anyone().post(address, story.typed(first_name="")).status_code for _ in range(3)]
    assert answers == [422, 422, 429]
    assert anyone().post(path_of(story.link(referent_name="Autre")), story.typed()).status_code == 303


def test_many_wrong_links_are_slowed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "MOST_WRONG", 2)
    assert [anyone().get("/orienter/1-0/").status_code for _ in range(4)] == [404, 404, 429, 429]


def test_the_page_of_a_link_keeps_its_csrf_guard() -> None:
    from django.test import Client

    story = Doors()
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path_of(story.link()), story.typed()).status_code == 403


@pytest.mark.parametrize("hostile", ["a\x00b", "é" * 10_000, "<script>alert(1)</script>", "' OR 1=1 --", "\u202eawa"])
def test_hostile_answers_get_a_page_of_ours(hostile: str) -> None:
    story = Doors()
    address = path_of(story.link())
    for name in story.typed():
        page = anyone().post(address, story.typed(**{name: hostile}))
        assert page.status_code in (303, 422), name
        assert "<script>alert" not in page.content.decode()
    for name in ("brouillon", "edition", "q"):
        assert anyone().get(address, {name: hostile[:500].replace("\x00", "")}).status_code == 200


def test_a_team_opens_copies_sends_and_closes_links() -> None:
    story = Doors()
    client = signed_in(story.team)
    created = client.post(
        reverse("orientation:link_create"),
        {
            "prescriber": story.prescriber.pk,
            "referent_name": "Inès Morel",
            "referent_email": "ines.morel@exemple.fr",
            "edition": "",
            "expires_on": f"{story.day + datetime.timedelta(days=100):%d/%m/%Y}",
        },
        follow=True,
    )
    link = created.context["page"].rows[0]
    assert link.address in created.text
    assert anyone().get(local(link.address)).status_code == 200
    for _twice in range(2):
        client.post(reverse("orientation:link_send", args=[link.pk]))
    assert len(written()) == 1
    assert link_in(written()[-1]) == local(link.address)
    client.post(reverse("orientation:link_close", args=[link.pk]))
    assert anyone().get(local(link.address)).status_code == 404
    assert "fermé" in client.get(reverse("orientation:links")).text
    # Sent again, closed it stays.
    client.post(reverse("orientation:link_send", args=[link.pk]))
    assert len(written()) == 1


def test_a_link_lasts_two_years_at_most_and_is_not_opened_twice() -> None:
    story = Doors()
    with pytest.raises(DomainError, match="24 mois"):
        story.link(expires_on=story.day + datetime.timedelta(days=800))
    with pytest.raises(DomainError, match="passée"):
        story.link(expires_on=story.day - datetime.timedelta(days=1))
    with pytest.raises(DomainError, match="partenaire"):
        story.link(prescriber=Doors().prescriber)
    assert story.link() == story.link()


def test_the_list_of_links_asks_as_many_queries_for_one_as_for_twenty(django_assert_max_num_queries: Any) -> None:
    story = Doors()
    client = signed_in(story.team)
    counts = []
    for more in (1, 19):
        for number in range(more):
            story.link(referent_name=f"{more}-{number}")
        with django_assert_max_num_queries(20) as asked:
            client.get(reverse("orientation:links"))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_link_is_found_only_with_its_own_operator() -> None:
    story = Doors()
    key = path_of(story.link()).split("/")[2]
    found = open_link(key, story.day)
    assert found is not None
    assert found.operator == story.operator
    assert open_link(key, story.day + datetime.timedelta(days=800)) is None
