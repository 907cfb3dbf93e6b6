"""Drafts: what was typed, right or wrong, is kept for its author alone, and becomes one referral."""

import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from declic.core.dates import now
from declic.core.errors import DomainError
from declic.documents.models import Document
from declic.orientation import actions
from declic.orientation.models import Referral, ReferralDocument, ReferralDraft
from declic.people.models import AccessLog, Person
from tests.documents.files import PDF
from tests.factories import a_user, signed_in
from tests.orientation.story import Doors, written

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def kept(story: Doors, **typed: Any) -> ReferralDraft:
    signed_in(story.referent).post(reverse("orientation:create"), story.typed(draft="1", **typed))
    return ReferralDraft.objects.get()


def test_a_draft_keeps_what_is_wrong_too_and_opens_no_file() -> None:
    story = Doors()
    draft = kept(story, birth_date="31/02/1980", phone="06", needs=[], motives=["droits", "sante"], informed="")
    assert not Person.objects.exists()
    assert (draft.title, draft.edition, draft.operator) == ("Awa Diarra", story.edition, story.operator)
    client = signed_in(story.referent)
    assert "Awa Diarra" in client.get(reverse("orientation:drafts")).text
    page = client.get(f"{reverse('orientation:create')}?brouillon={draft.pk}")
    for shown in ('value="31/02/1980"', 'value="06"', 'value="Diarra"'):
        assert shown in page.text
    assert page.context["form"]["motives"].value() == ["droits", "sante"]


def test_a_draft_is_continued_and_leaves_when_it_is_sent() -> None:
    story = Doors()
    draft = kept(story, last_name="")
    client = signed_in(story.referent)
    address = f"{reverse('orientation:create')}?brouillon={draft.pk}"
    client.post(address, story.typed(last_name="Diarra-Sow", draft="1"))
    assert ReferralDraft.objects.get().title == "Awa Diarra-Sow"
    assert client.post(address, story.typed(last_name="")).status_code == 422
    assert ReferralDraft.objects.exists()
    assert client.post(address, story.typed()).status_code == 303
    assert not ReferralDraft.objects.exists()
    assert Referral.objects.count() == 1
    # A second click finds the draft gone and the referral made.
    assert client.post(address, story.typed()).status_code == 404
    assert Referral.objects.count() == 1


def test_the_same_draft_saved_twice_is_one() -> None:
    story = Doors()
    kept(story)
    assert kept(story).title == "Awa Diarra"


def test_a_draft_is_its_author_s_alone() -> None:
    story = Doors()
    draft = kept(story)
    colleague = a_user(story.prescriber, "prescriber")
    for other in (colleague, story.team, Doors().referent):
        client = signed_in(other)
        assert "Diarra" not in client.get(reverse("orientation:drafts")).text
        assert client.get(f"{reverse('orientation:create')}?brouillon={draft.pk}").status_code == 404
        assert client.post(reverse("orientation:draft_delete", args=[draft.pk])).status_code == 404
    signed_in(story.referent).post(reverse("orientation:draft_delete", args=[draft.pk]))
    assert not ReferralDraft.objects.exists()


def test_a_social_security_number_is_not_kept_even_in_a_draft() -> None:
    story = Doors()
    page = signed_in(story.referent).post(
        reverse("orientation:create"), story.typed(draft="1", motive="Son numéro : 1 80 03 31 555 123")
    )
    assert page.status_code == 422
    assert "sécurité sociale" in page.text
    assert 'value="Diarra"' in page.text
    assert not ReferralDraft.objects.exists()


def test_the_team_keeps_drafts_too() -> None:
    story = Doors()
    client = signed_in(story.team)
    client.post(reverse("orientation:create"), {"first_name": "a\x00wa", "edition": "999999", "draft": "1"})
    draft = ReferralDraft.objects.get()
    assert (draft.title, draft.edition) == ("awa", None)
    assert client.get(f"{reverse('orientation:create')}?brouillon={draft.pk}").status_code == 200


def test_drafts_are_few_and_forgotten_after_ninety_days() -> None:
    story = Doors()

    def save(number: int, at: datetime.datetime) -> None:
        actions.save_draft(
            acting_user=story.referent,
            operator=story.operator,
            edition=None,
            typed={"first_name": [str(number)]},
            at=at,
        )

    for number in range(50):
        save(number, now() - datetime.timedelta(days=89 if number else 91))
    with pytest.raises(DomainError, match="50 brouillons"):
        save(50, now())
    assert actions.purge_drafts(on=story.day, at=now()) == 1
    assert actions.purge_drafts(on=story.day, at=now()) == 0
    assert ReferralDraft.objects.count() == 49


def test_a_prescriber_with_an_account_gets_a_receipt_at_once() -> None:
    story = Doors()
    signed_in(story.referent).post(reverse("orientation:create"), story.typed())
    assert [message.address for message in written()] == [story.referent.email]


def test_a_referral_on_paper_carries_motives_proofs_and_a_receipt_to_the_professional() -> None:
    story = Doors()
    typed = story.typed(
        channel="paper", on=f"{story.day:%d/%m/%Y}", prescriber=story.prescriber.pk, motives=["isolement"],
        informed="on", contact_preference="phone", preferred_language="ar", needs_help_reading="oui",
    )  # fmt: skip
    client = signed_in(story.team)

    def send() -> int:
        proofs = [SimpleUploadedFile("caf.pdf", PDF)]
        return client.post(reverse("orientation:create"), {**typed, "proofs": proofs}).status_code

    assert send() == 303
    referral = Referral.objects.get()
    assert (referral.motives, referral.documents.count()) == (["isolement"], 1)
    person = referral.person
    assert (person.preferred_language, person.needs_help_reading, person.informed_on) == ("ar", True, story.day)
    assert [message.address for message in written()] == ["ines.morel@exemple.fr"]
    # Sent twice, it counts once.
    assert send() == 303
    assert (Referral.objects.count(), Document.objects.count(), len(written())) == (1, 1, 1)


def test_proofs_are_joined_later_by_both_sides_each_once_and_reading_them_is_logged() -> None:
    story = Doors()
    referral = story.referral()
    address = reverse("orientation:add_proofs", args=[referral.pk])
    for user in (story.referent, story.team, story.team):
        sent = signed_in(user).post(address, {"proofs": [SimpleUploadedFile("a.pdf", PDF)]})
        assert sent.status_code == 303
    [joined] = ReferralDocument.objects.all()
    assert signed_in(story.team).post(address, {}).status_code == 422
    many = [SimpleUploadedFile(f"{n}.pdf", PDF + bytes([n])) for n in range(6)]
    assert "5 fichiers" in signed_in(story.team).post(address, {"proofs": many}).text
    signed_in(story.team).get(reverse("orientation:document", args=[referral.pk, joined.document_id]))
    log = AccessLog.objects.filter(person=referral.person, user=story.team, act=AccessLog.Act.EXPORT)
    assert log.count() == 1


def test_a_referral_holds_twenty_proofs_at_most() -> None:
    from django.core.files.base import ContentFile

    from declic.documents.actions import check_file

    story = Doors()
    referral = story.referral()
    files = [check_file(ContentFile(PDF + bytes([n]), name="a.pdf")) for n in range(21)]
    actions.add_proofs(acting_user=story.team, referral=referral, proofs=files[:20])
    with pytest.raises(DomainError, match="20 justificatifs"):
        actions.add_proofs(acting_user=story.team, referral=referral, proofs=files[20:])


def test_a_team_is_never_led_to_a_file_of_another_place() -> None:
    from tests.factories import a_person, a_site

    story = Doors()
    here, there = a_site(story.operator), a_site(story.operator)
    known = a_person(
        story.operator, by=story.team, first_name="Awa", last_name="Diarra", birth_date=datetime.date(1980, 3, 12),
        site=there,
    )  # fmt: skip
    adviser = a_user(story.operator, "adviser", site=here)
    typed = story.typed(channel="phone", on=f"{story.day:%d/%m/%Y}", prescriber="", referent_email="", informed="")
    sent = signed_in(adviser).post(reverse("orientation:create"), typed, follow=True)
    assert sent.status_code == 200
    referral = Referral.objects.get()
    assert referral.person != known
    assert known.case_number not in sent.text
