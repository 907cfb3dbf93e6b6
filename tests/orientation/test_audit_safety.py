"""What a request and its messages tell to those who may not read the file: nothing."""

import datetime

import pytest
from django.core.cache import cache
from django.urls import reverse

from declic.accounts.actions import invite
from declic.accounts.enums import Role
from declic.core.dates import now, today
from declic.hotline.actions import answer_ticket, open_ticket
from declic.messaging.access import visible_messages
from declic.messaging.models import Message
from declic.orientation import actions
from declic.orientation.actions.telling import tell_prescriber
from declic.orientation.enums import Need
from declic.orientation.models import Referral, ReferralDraft, SpottingImport
from declic.people.actions import merge_people
from declic.people.models import AccessLog, Person
from tests.factories import START, a_partner, a_person, a_referral, a_site, a_user, an_enrolment, an_operator, signed_in
from tests.orientation.spotting_rows import Story, a_file, csv
from tests.orientation.story import Doors, anyone, path_of, written

pytestmark = pytest.mark.django_db

BORN = datetime.date(1980, 3, 12)


@pytest.fixture(autouse=True)
def _calm() -> None:
    cache.clear()


def elsewhere(story: Doors) -> dict[str, object]:
    """An adviser of another place than the person's, and one limited to people she follows."""
    home, away = a_site(story.operator), a_site(story.operator)
    return {
        "home": home,
        "here": a_user(story.operator, Role.ADVISER, site=home),
        "away": a_user(story.operator, Role.ADVISER, site=away),
        "caseload": a_user(story.operator, Role.ADVISER, caseload_only=True),
    }


def test_what_is_written_to_a_prescriber_is_read_by_those_who_read_the_file() -> None:
    story = Doors()
    who = elsewhere(story)
    referral = story.referral(site=who["home"])
    message = tell_prescriber(referral, event="receipt", at=now())
    assert message is not None
    for user, reads in (("here", True), ("away", False), ("caseload", False)):
        assert visible_messages(who[user]).filter(pk=message.pk).exists() is reads, user
        page = signed_in(who[user]).get(reverse("messaging:message", args=[message.pk]))
        assert page.status_code == (200 if reads else 404)
        listed = signed_in(who[user]).get(reverse("messaging:list") + "?vue=tous").text
        assert (referral.number in listed) is reads


def test_what_is_written_about_a_request_for_help_is_read_by_those_who_read_the_file() -> None:
    story = Doors()
    who = elsewhere(story)
    person = a_person(story.operator, by=story.team, site=who["home"])
    ticket = open_ticket(
        acting_user=story.team, person=person, channel="phone", symptom="slow", description="Lent.", at=now()
    )
    answer_ticket(acting_user=who["here"], ticket=ticket, body="Bonjour", at=now())
    message = Message.objects.get()
    assert visible_messages(who["here"]).exists()
    assert not visible_messages(who["away"]).exists()
    assert person.first_name in message.subject


def test_messages_follow_a_file_that_is_reunited_with_another() -> None:
    story = Doors()
    referral = story.referral()
    message = tell_prescriber(referral, event="receipt", at=now())
    merge_people(
        acting_user=story.team, kept=a_person(story.operator, by=story.team), absorbed=referral.person, at=now()
    )
    assert message in visible_messages(story.team)


def test_reading_a_message_about_someone_is_logged_like_her_file() -> None:
    story = Doors()
    referral = story.referral()
    message = tell_prescriber(referral, event="receipt", at=now())
    assert message is not None
    client = signed_in(story.team)
    client.get(reverse("messaging:message", args=[message.pk]))
    client.get(reverse("messaging:letter_pdf", args=[message.pk]))
    acts = AccessLog.objects.order_by("pk").values_list("person", "user", "act")
    assert list(acts) == [(referral.person_id, story.team.pk, act) for act in ("view", "print")]


def test_a_team_is_not_told_that_someone_out_of_its_sight_was_referred() -> None:
    story = Doors()
    who = elsewhere(story)
    story.referral(first_name="Awa", last_name="Diarra", birth_date=BORN, site=who["home"])
    typed = {
        "edition": story.edition.pk, "needs": [Need.EQUIPMENT], "first_name": "Awa", "last_name": "Diarra",
        "birth_date": "12/03/1980", "phone": "0612345678", "channel": "paper", "on": f"{today():%d/%m/%Y}",
        "prescriber": story.prescriber.pk,
    }  # fmt: skip
    told = signed_in(who["here"]).post(reverse("orientation:create"), typed)
    assert told.status_code == 422
    assert "a déjà orienté cette personne" in told.text
    blind = signed_in(who["away"]).post(reverse("orientation:create"), typed)
    assert blind.status_code == 303, blind.context["form"].errors
    assert Person.objects.filter(last_name="Diarra").count() == 2


@pytest.mark.parametrize("by_link", [True, False])
def test_a_request_for_someone_whose_file_is_archived_reaches_a_team(by_link: bool) -> None:
    story = Doors()
    old = a_person(story.operator, by=story.team, first_name="Awa", last_name="Diarra", birth_date=BORN)
    Person.objects.filter(pk=old.pk).update(archived_on=today())
    if by_link:
        sent = anyone().post(path_of(story.link()), story.typed())
    else:
        sent = signed_in(story.referent).post(reverse("orientation:create"), story.typed())
    assert sent.status_code == 303
    referral = Referral.objects.get()
    assert referral.person != old
    assert signed_in(story.team).get(reverse("orientation:detail", args=[referral.pk])).status_code == 200


def test_the_answer_about_someone_whose_file_is_archived_is_closed() -> None:
    story = Doors()
    referral = story.referral()
    message = tell_prescriber(referral, event="receipt", at=now())
    Person.objects.filter(pk=referral.person_id).update(archived_on=today())
    assert message is not None
    address = "/" + message.body.split("://", 1)[1].split("\n")[0].split("/", 1)[1]
    page = anyone().get(address)
    assert page.status_code == 404
    assert referral.person.first_name not in page.text
    assert anyone().post(f"{address}retirer/").status_code == 404
    assert len(written()) == 1


def test_a_page_that_answers_a_form_with_the_file_is_logged_too() -> None:
    story = Doors()
    referral = story.referral()
    client = signed_in(story.team)
    client.post(reverse("orientation:answer", args=[referral.pk]), {"check": "1"})
    client.post(reverse("orientation:answer", args=[referral.pk]), {})
    assert AccessLog.objects.filter(person=referral.person, user=story.team, act="view").count() == 2
    client.post(reverse("orientation:take", args=[referral.pk]))
    assert AccessLog.objects.count() == 2


def test_a_draft_for_another_operator_never_makes_a_prescriber_write_in_its_team_s_name() -> None:
    """Someone refers people to an operator, and later joins the team of another: what she began stays a prescriber's."""
    story, other = Doors(), an_operator()
    user = story.referent
    draft = ReferralDraft.objects.create(
        user=user, operator=story.operator, title="Awa", typed={"first_name": ["Awa"]}, updated_at=now()
    )
    invite(acting_user=None, email=user.email, name=user.name, organisation=other, role=Role.ADVISER, starts_on=START)
    page = signed_in(user).get(reverse("orientation:create") + f"?brouillon={draft.pk}")
    assert page.status_code == 200
    assert story.prescriber.name not in page.text
    assert a_partner(story.operator).name not in page.text
    typed = {**story.typed(), "channel": "phone", "on": f"{today():%d/%m/%Y}", "prescriber": story.prescriber.pk}
    assert signed_in(user).post(reverse("orientation:create") + f"?brouillon={draft.pk}", typed).status_code == 422
    assert not Referral.objects.exists()


@pytest.mark.parametrize("number", ["9" * 5000, "١٢٣", "-1", "1e3", "9" * 19])
def test_a_number_that_is_none_opens_nobody(number: str) -> None:
    story = Doors()
    page = signed_in(story.team).get(reverse("orientation:create"), {"person": number})
    assert page.status_code in (200, 404, 414)


def test_a_long_stay_in_the_waiting_list_tells_nothing_of_others() -> None:
    story = Doors()
    first, second = story.referral(), story.referral()
    for referral in (first, second):
        actions.put_on_waiting_list(acting_user=story.team, referral=referral, on=story.day, reason="no_place")
    a_referral(
        a_person(story.operator, by=story.team), story.an_edition(), by=story.referent, prescriber=story.prescriber,
        on=story.day,
    )  # fmt: skip
    told = [message.body for message in written() if message.template == "referral_waiting"]
    for other, body in ((second, told[:1]), (first, told[1:])):
        assert other.person.last_name not in "".join(body)
    assert an_enrolment(operator=an_operator()).person.last_name not in "".join(told)


def test_no_name_of_a_list_keeps_a_social_security_number() -> None:
    """A file, or one of its columns, is sometimes called after someone."""
    number = "1 85 05 78 006 084 91"
    story = Story()
    client = signed_in(story.user)
    content = csv(("Ba", "Mo", "x"), titles=("Nom", "Prénom", f"Foyer de {number}"))
    sent = client.post(
        reverse("orientation:spotting_upload"),
        {"file": a_file(content, f"{number}.csv"), "source": "CCAS", "edition": story.edition.pk},
    )
    assert sent.status_code == 303, sent.context["form"].errors
    batch = SpottingImport.objects.get()
    assert number not in f"{batch.titles} {batch.filename} {batch.sheet}"
    assert client.get(reverse("orientation:spotting_columns", args=[batch.pk])).status_code == 200
