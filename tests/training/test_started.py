"""The prescriber is told once that the person started: after the first class, or the entry where there is none."""

import datetime
from typing import Any

import pytest

from declic.core.dates import now, today
from declic.messaging.models import Message
from declic.orientation.actions import accept_referral
from declic.orientation.models import Enrolment
from declic.training.actions import AttendanceLine, correct_attendance, sign_attendance, take_place
from declic.training.started import tell_started
from tests.factories import terms
from tests.orientation.story import Doors
from tests.training.test_actions import a_class, a_group

pytestmark = pytest.mark.django_db


def entered(story: Doors, **fields: Any) -> Enrolment:
    return accept_referral(acting_user=story.team, referral=story.referral(**fields), on=story.day, facts={})


def told(enrolment: Enrolment) -> int:
    reference = f"referral:{enrolment.referral_id}"
    return Message.objects.filter(reference=reference, template="referral_started").count()


def night(days: int = 0) -> int:
    return tell_started(on=today() + datetime.timedelta(days=days), at=now())


def test_where_nothing_is_taught_the_entry_is_the_start_and_it_is_told_once() -> None:
    story = Doors(terms=terms(courses=[], workshops=[]))
    enrolment = entered(story)
    assert [night(), night(), night(1)] == [1, 0, 0]
    assert told(enrolment) == 1


def test_where_there_are_courses_the_first_class_attended_is_the_start() -> None:
    story = Doors()
    came, stayed_away, mistaken = entered(story), entered(story), entered(story)
    assert night() == 0
    group = a_group(story.edition, starts_on=story.day, ends_on=story.day + datetime.timedelta(days=30))
    session = a_class(group, on=story.day)
    for enrolment in (came, stayed_away, mistaken):
        take_place(acting_user=story.team, group=group, enrolment=enrolment, on=story.day)
    lines = [AttendanceLine(came, "present", 180), AttendanceLine(stayed_away, "absent", 0)]
    lines.append(AttendanceLine(mistaken, "present", 180))
    *_others, wrong = sign_attendance(acting_user=story.team, class_session=session, lines=lines, at=now())
    correct_attendance(
        acting_user=story.team, attendance=wrong, status="absent", minutes=0, reason="Erreur de ligne", at=now()
    )
    assert [night(), night()] == [1, 0]
    assert [told(one) for one in (came, stayed_away, mistaken)] == [1, 0, 0]


def test_an_old_start_is_no_news() -> None:
    story = Doors(terms=terms(courses=[], workshops=[]))
    enrolment = entered(story)
    assert night(40) == 0
    assert told(enrolment) == 0
