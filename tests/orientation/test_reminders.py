"""Every night, who owes an answer is reminded: numbers and no name, once, whatever the number of requests."""

import datetime

import pytest

from declic.accounts.enums import Role
from declic.accounts.models import Membership, User
from declic.messaging.models import Message
from declic.orientation import actions
from declic.orientation.models import Referral
from tests.factories import a_person, a_site, a_user, at, terms
from tests.orientation.test_actions import DAY, Story

pytestmark = pytest.mark.django_db


def after(days: int) -> datetime.date:
    return DAY + datetime.timedelta(days=days)


def remind(days: int) -> int:
    return actions.remind_teams(on=after(days), at=at(after(days), 5))


def reminders() -> list[Message]:
    return list(Message.objects.filter(template="referral_reminder").order_by("pk"))


def test_a_team_is_reminded_on_the_day_promised_and_not_before() -> None:
    story = Story()
    referral = story.referral()
    assert remind(9) == 0
    assert remind(10) == 1
    (mail,) = reminders()
    assert mail.address == story.team.email
    assert referral.person.case_number in mail.body
    for name in (referral.person.last_name, referral.person.first_name, story.referent.name):
        assert name not in mail.body + mail.subject
    referral.refresh_from_db()
    assert referral.reminded_on == after(10)


def test_the_same_night_twice_writes_once_and_the_next_reminder_comes_a_week_later() -> None:
    story = Story()
    story.referral()
    assert [remind(day) for day in (10, 10, 11, 16, 17, 17)] == [1, 0, 0, 0, 1, 0]


def test_each_programme_has_its_own_delay() -> None:
    story = Story(terms=terms(entry={"answer_days": 3, "close_days": 5}))
    story.referral()
    assert remind(2) == 0
    assert remind(3) == 1
    assert "a-clore" not in reminders()[0].body
    assert remind(10) == 1
    assert "a-clore" in reminders()[1].body


def test_what_has_an_answer_is_left_alone_and_what_someone_took_is_still_owed() -> None:
    story = Story()
    taken, refused, waiting = story.referral(), story.referral(), story.referral()
    actions.take_charge(acting_user=story.team, referral=taken, on=DAY)
    actions.refuse_referral(acting_user=story.team, referral=refused, on=DAY, reason="absent")
    actions.put_on_waiting_list(acting_user=story.team, referral=waiting, on=DAY, reason="no_place")
    assert remind(20) == 1
    (mail,) = reminders()
    assert taken.person.case_number in mail.body
    assert refused.person.case_number not in mail.body
    assert waiting.person.case_number not in mail.body


def test_each_place_is_written_to_about_its_own_requests() -> None:
    story = Story()
    here, there = a_site(story.operator), a_site(story.operator)
    adviser: User = a_user(story.operator, Role.ADVISER, site=here)
    a_user(story.operator, Role.VOLUNTEER, site=here)
    mine = story.referral(a_person(story.operator, by=story.team, site=here))
    story.referral(a_person(story.operator, by=story.team, site=there))
    story.referral()
    assert remind(10) == 2
    bodies = {mail.address: mail.body for mail in reminders()}
    # A place without a team of its own, and no place at all, are seen to by those who work everywhere.
    assert set(bodies) == {adviser.email, story.team.email}
    assert bodies[adviser.email].count("- dossier") == 1
    assert mine.person.case_number in bodies[adviser.email]
    assert bodies[story.team.email].count("- dossier") == 2


def test_operators_never_read_each_others_numbers() -> None:
    first, second = Story(), Story()
    first.referral()
    second.referral()
    assert remind(10) == 2
    assert {mail.operator_id for mail in reminders()} == {first.operator.pk, second.operator.pk}
    assert all(mail.body.count("- dossier") == 1 for mail in reminders())


def test_a_team_of_which_everybody_has_left_is_no_error() -> None:
    story = Story()
    referral = story.referral()
    Membership.objects.filter(organisation=story.operator).update(ends_on=after(1))
    assert remind(10) == 0
    referral.refresh_from_db()
    assert referral.reminded_on == after(10)


def test_thirty_requests_cost_no_more_queries_than_two(django_assert_max_num_queries) -> None:
    story = Story()
    counts = []
    for more, day in ((2, 10), (30, 17)):
        for _ in range(more):
            story.referral()
        with django_assert_max_num_queries(20) as asked:
            assert remind(day) == 1
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert not Referral.objects.filter(reminded_on__isnull=True).exists()
