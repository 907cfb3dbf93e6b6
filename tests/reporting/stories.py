"""A small edition with a little of everything, and helpers to make more of one thing."""

import datetime
import uuid
from dataclasses import dataclass, field
from typing import Any

from declic.accounts.enums import Role
from declic.accounts.models import User
from declic.organisations.models import Organisation
from declic.orientation.actions import enrol, send_referral
from declic.orientation.enums import ReferralChannel
from declic.orientation.models import Enrolment, Referral
from declic.people.actions import register_person
from declic.people.models import Person
from declic.programmes.models import Edition
from declic.training.actions import AttendanceLine, close_class, open_group, schedule_class, sign_attendance, take_place
from declic.training.models import CourseGroup
from tests import factories

D = datetime.date
DAY = D(2024, 3, 4)
END = D(2024, 12, 31)


@dataclass
class Story:
    """An operator, its coordinator, a prescriber and an edition of the year 2024."""

    operator: Organisation
    user: User
    edition: Edition
    prescriber: Organisation
    referent: User
    numbers: list[int] = field(default_factory=list)

    @classmethod
    def open(cls, **edition: Any) -> "Story":
        operator = factories.an_operator()
        user = factories.a_user(operator, Role.COORDINATOR)
        prescriber = factories.a_partner(operator, "prescriber")
        referent = factories.a_user(prescriber, Role.PRESCRIBER)
        return cls(operator, user, factories.an_edition(operator, by=user, **edition), prescriber, referent)

    def person(self, **fields: Any) -> Person:
        self.numbers.append(1)
        fields.setdefault("first_name", "Awa")
        fields.setdefault("last_name", f"Diarra {len(self.numbers)}")
        return register_person(acting_user=self.user, operator=self.operator, on=DAY, **fields)

    def entered(self, on: datetime.date = DAY, person: Person | None = None, **facts: Any) -> Enrolment:
        return enrol(
            acting_user=self.user,
            person=person or self.person(),
            edition=self.edition,
            on=on,
            facts=facts,
            adviser=self.user,
        )

    def referred(self, on: datetime.date = DAY, evaluation: str = "", person: Person | None = None) -> Referral:
        return send_referral(
            acting_user=self.referent,
            edition=self.edition,
            person=person or self.person(),
            on=on,
            channel=ReferralChannel.ACCOUNT,
            prescriber=self.prescriber,
            referent=self.referent,
            needs=[],
            social_evaluation=evaluation,
        )

    def group(self, name: str, *, kind: str = "course", capacity: int = 10, on: datetime.date = DAY) -> CourseGroup:
        return open_group(
            acting_user=self.user,
            edition=self.edition,
            kind=kind,
            name=name,
            planned_minutes=960,
            capacity=capacity,
            starts_on=on,
            ends_on=END,
            trainer=self.user,
        )

    def taught(self, group: CourseGroup, on: datetime.date, people: list[Enrolment], *, minutes: int = 120) -> Any:
        session = schedule_class(
            acting_user=self.user, group=group, on=on, half_day="morning", minutes=minutes, trainer=self.user
        )
        for one in people:
            if not one.places.filter(group=group).exists():
                take_place(acting_user=self.user, group=group, enrolment=one, on=group.starts_on)
        at = factories.at(on, 18)
        lines = [AttendanceLine(enrolment=one, status="present", minutes=minutes) for one in people]
        if lines:
            sign_attendance(acting_user=self.user, class_session=session, lines=lines, at=at)
            session.refresh_from_db()
        return session if session.held else close_class(acting_user=self.user, class_session=session, held=True)


def token() -> uuid.UUID:
    return uuid.uuid4()
