"""Whatever is signed and corrected, in whatever order, the hours of a person are those of her last lines."""

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from declic.core.errors import DomainError
from declic.orientation.models import Enrolment
from declic.training.actions import AttendanceLine, correct_attendance, sign_attendance
from declic.training.enums import AttendanceStatus, HalfDay
from declic.training.models import Attendance, ClassSession
from declic.training.queries import current_attendances, hours
from tests.factories import DAY, an_edition, an_operator, at
from tests.training.test_actions import a_class, a_group, placed

type Write = tuple[str, int, int, str, int]
WRITES = st.lists(
    st.tuples(
        st.sampled_from(["sign", "correct"]),
        st.integers(0, 1),
        st.integers(0, 1),
        st.sampled_from([AttendanceStatus.PRESENT, AttendanceStatus.ABSENT, AttendanceStatus.EXCUSE]),
        st.one_of(st.just(0), st.integers(0, 140)),
    ),
    max_size=14,
)


def _written(write: Write, people: list[Enrolment], classes: list[ClassSession]) -> bool:
    """Whether the action took the line, or refused it and left everything as it was."""
    verb, who, which, status, minutes = write
    person, session = people[who], classes[which]
    try:
        if verb == "sign":
            lines = [AttendanceLine(person, status, minutes)]
            sign_attendance(acting_user=session.trainer, class_session=session, lines=lines, at=at(DAY))
            return True
        line = current_attendances().filter(class_session=session, enrolment=person).first()
        if line is None:
            return False
        typed = {"status": status, "minutes": minutes, "reason": "Relu avec la personne"}
        correct_attendance(acting_user=session.trainer, attendance=line, at=at(DAY), **typed)
    except DomainError:
        return False
    return True


@pytest.mark.django_db
def test_hours_are_those_of_the_last_lines_and_fit_the_classes() -> None:
    group = a_group(an_edition(an_operator()))
    people = [placed(group), placed(group)]
    classes = [a_class(group, half_day=half_day, minutes=120) for half_day in HalfDay]

    @settings(max_examples=30, deadline=None)
    @given(writes=WRITES)
    def check(writes: list[Write]) -> None:
        with transaction.atomic():
            last: dict[tuple[int, int], int] = {}
            for write in writes:
                if _written(write, people, classes):
                    last[write[1], write[2]] = write[4]
            for who, person in enumerate(people):
                expected = sum(minutes for (someone, _which), minutes in last.items() if someone == who)
                assert hours(person).attended == expected <= sum(session.minutes for session in classes)
            assert current_attendances().count() == len(last)
            assert Attendance.objects.filter(corrects__isnull=True).count() == len(last)
            transaction.set_rollback(True)

    check()
