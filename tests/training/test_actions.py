"""Places, classes and signed attendance."""

import datetime
import threading

import pytest
from django.db import DatabaseError, connection, transaction

from declic.accounts.enums import Role
from declic.core.errors import DomainError
from declic.diagnosis.actions import assess, confirm_level
from declic.diagnosis.enums import Level, Skill
from declic.programmes.models import Edition
from declic.training.actions import (
    AttendanceLine,
    close_class,
    correct_attendance,
    leave_group,
    open_group,
    record_visit,
    record_volunteer_training,
    schedule_class,
    sign_attendance,
    take_place,
)
from declic.training.enums import AttendanceStatus, GroupKind, HalfDay
from declic.training.models import Attendance, ClassSession, CourseGroup, GroupPlace, Visit
from declic.training.queries import course_finished, hours
from tests.factories import DAY, a_user, an_edition, an_enrolment, an_operator, at

PRESENT, ABSENT = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT
ONE_DAY = datetime.timedelta(days=1)


def a_group(edition: Edition, **fields: object) -> CourseGroup:
    number = CourseGroup.objects.count() + 1
    typed = {
        "kind": GroupKind.COURSE,
        "name": f"Groupe {number}",
        "course_code": "avance",
        "planned_minutes": 16 * 60,
        "capacity": 10,
        "starts_on": DAY,
        "ends_on": DAY + datetime.timedelta(days=30),
        **fields,
    }
    return open_group(acting_user=a_user(edition.operator), edition=edition, **typed)


def a_class(group: CourseGroup, **fields: object) -> ClassSession:
    typed = {"on": DAY, "half_day": HalfDay.MORNING, "minutes": 180, **fields}
    typed.setdefault("trainer", a_user(group.operator))
    return schedule_class(acting_user=typed["trainer"], group=group, **typed)


def signed(session: ClassSession, *lines: AttendanceLine, day: datetime.date = DAY) -> list[Attendance]:
    return sign_attendance(acting_user=session.trainer, class_session=session, lines=lines, at=at(day, 12))


def placed(group: CourseGroup, **fields: object):
    enrolment = an_enrolment(edition=group.edition, **fields)
    take_place(acting_user=enrolment.adviser, group=group, enrolment=enrolment, on=DAY)
    return enrolment


# ------------------------------------------------------------------------------------------------------------- places


@pytest.mark.django_db
def test_a_full_group_says_so() -> None:
    group = a_group(an_edition(an_operator()), capacity=1)
    placed(group)
    late = an_enrolment(edition=group.edition)
    with pytest.raises(DomainError, match="complet"):
        take_place(acting_user=late.adviser, group=group, enrolment=late, on=DAY)


@pytest.mark.django_db
def test_a_freed_place_can_be_taken_again() -> None:
    group = a_group(an_edition(an_operator()), capacity=1)
    first = placed(group)
    place = GroupPlace.objects.get(enrolment=first)
    with pytest.raises(DomainError, match="pourquoi"):
        leave_group(acting_user=first.adviser, place=place, on=DAY, reason="")
    leave_group(acting_user=first.adviser, place=place, on=DAY, reason="A trouvé un emploi")
    assert placed(group).places.count() == 1


@pytest.mark.django_db
def test_a_person_of_another_edition_gets_no_place() -> None:
    operator = an_operator()
    group = a_group(an_edition(operator))
    stranger = an_enrolment(edition=an_edition(operator))
    with pytest.raises(DomainError, match="édition"):
        take_place(acting_user=stranger.adviser, group=group, enrolment=stranger, on=DAY)


@pytest.mark.django_db
def test_nobody_holds_two_places_in_one_group() -> None:
    group = a_group(an_edition(an_operator()))
    enrolment = placed(group)
    with pytest.raises(DomainError, match="déjà une place"):
        take_place(acting_user=enrolment.adviser, group=group, enrolment=enrolment, on=DAY)


@pytest.mark.django_db(transaction=True)
def test_two_advisers_on_the_last_place_at_the_same_instant_one_wins() -> None:
    group = a_group(an_edition(an_operator()), capacity=1)
    candidates = [an_enrolment(edition=group.edition) for _ in range(2)]
    start = threading.Barrier(2)
    told: list[str] = []

    def take(enrolment) -> None:
        try:
            start.wait(timeout=10)
            take_place(acting_user=enrolment.adviser, group=group, enrolment=enrolment, on=DAY)
            told.append("placed")
        except DomainError as error:
            told.append(error.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(enrolment,)) for enrolment in candidates]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert told.count("placed") == 1
    assert sum("complet" in words for words in told) == 1
    assert GroupPlace.objects.filter(group=group).count() == 1


# ------------------------------------------------------------------------------------------------------------ classes


@pytest.mark.django_db
def test_a_class_stays_within_the_dates_of_its_group() -> None:
    group = a_group(an_edition(an_operator()))
    with pytest.raises(DomainError, match="entre les deux"):
        a_class(group, on=group.ends_on + ONE_DAY)


@pytest.mark.django_db
def test_a_group_has_one_class_a_half_day() -> None:
    group = a_group(an_edition(an_operator()))
    a_class(group)
    with pytest.raises(DomainError, match="déjà une séance"):
        a_class(group)


@pytest.mark.django_db
def test_a_volunteer_leads_only_after_having_been_trained() -> None:
    group = a_group(an_edition(an_operator()))
    volunteer = a_user(group.operator, Role.VOLUNTEER)
    with pytest.raises(DomainError, match="formé"):
        a_class(group, trainer=volunteer, led_by_volunteer=True)
    learned = {"acting_user": volunteer, "operator": group.operator, "user": volunteer, "topic": "Les bases"}
    record_volunteer_training(on=DAY, **learned)
    with pytest.raises(DomainError, match="formé"):
        a_class(group, trainer=volunteer, led_by_volunteer=True)
    assert a_class(group, on=DAY + ONE_DAY, trainer=volunteer, led_by_volunteer=True).led_by_volunteer


# --------------------------------------------------------------------------------------------------------- attendance


@pytest.mark.django_db
def test_a_signed_line_is_corrected_by_a_new_line_that_names_it() -> None:
    group = a_group(an_edition(an_operator()))
    enrolment, session = placed(group), a_class(group)
    (line,) = signed(session, AttendanceLine(enrolment, PRESENT, 180))
    user = session.trainer
    with pytest.raises(DomainError, match="pourquoi"):
        correct_attendance(acting_user=user, attendance=line, status=ABSENT, minutes=0, reason="", at=at(DAY))
    fixed = correct_attendance(
        acting_user=user, attendance=line, status=PRESENT, minutes=90, reason="Partie à la pause", at=at(DAY, 13)
    )
    assert fixed.corrects == line
    assert hours(enrolment).attended == 90
    with pytest.raises(DomainError, match="déjà corrigée"):
        correct_attendance(acting_user=user, attendance=line, status=ABSENT, minutes=0, reason="Erreur", at=at(DAY))
    with pytest.raises(DatabaseError), transaction.atomic():
        Attendance.objects.filter(pk=line.pk).update(minutes=10)


@pytest.mark.django_db
def test_a_sheet_is_signed_whole_or_not_at_all() -> None:
    group = a_group(an_edition(an_operator()))
    here, elsewhere = placed(group), an_enrolment(edition=group.edition)
    session = a_class(group)
    with pytest.raises(DomainError, match="pas de place"):
        signed(session, AttendanceLine(here, PRESENT, 180), AttendanceLine(elsewhere, PRESENT, 180))
    assert Attendance.objects.count() == 0


@pytest.mark.django_db
def test_a_sheet_sent_twice_counts_once() -> None:
    group = a_group(an_edition(an_operator()))
    enrolment, session = placed(group), a_class(group)
    signed(session, AttendanceLine(enrolment, PRESENT, 180))
    with pytest.raises(DomainError, match="déjà signée"):
        signed(session, AttendanceLine(enrolment, PRESENT, 180))
    assert hours(enrolment).attended == 180


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "minutes"), [(PRESENT, 0), (PRESENT, 181), (ABSENT, 30)])
def test_minutes_fit_the_class_and_only_presence_counts(status: str, minutes: int) -> None:
    group = a_group(an_edition(an_operator()))
    enrolment, session = placed(group), a_class(group)
    with pytest.raises(DomainError):
        signed(session, AttendanceLine(enrolment, status, minutes))


@pytest.mark.django_db
def test_nobody_signs_before_the_day_of_the_class() -> None:
    group = a_group(an_edition(an_operator()))
    enrolment, session = placed(group), a_class(group, on=DAY + ONE_DAY)
    with pytest.raises(DomainError, match="aura lieu"):
        signed(session, AttendanceLine(enrolment, PRESENT, 180))


@pytest.mark.django_db
def test_a_class_that_was_not_held_has_nobody_present() -> None:
    group = a_group(an_edition(an_operator()))
    enrolment, session = placed(group), a_class(group)
    signed(session, AttendanceLine(enrolment, PRESENT, 180))
    with pytest.raises(DomainError, match="présentes"):
        close_class(acting_user=session.trainer, class_session=session, held=False)


@pytest.mark.django_db
def test_a_class_without_names_counts_heads_and_invents_nobody() -> None:
    group = a_group(an_edition(an_operator()), kind=GroupKind.PROFESSIONALS, course_code="")
    session = close_class(acting_user=a_user(group.operator), class_session=a_class(group), held=True, headcount=7)
    assert session.headcount == 7
    assert GroupPlace.objects.count() == Attendance.objects.count() == 0
    enrolment = an_enrolment(edition=group.edition)
    with pytest.raises(DomainError, match="sans nom"):
        take_place(acting_user=enrolment.adviser, group=group, enrolment=enrolment, on=DAY)


# -------------------------------------------------------------------------------------------------------------- hours


@pytest.mark.django_db
def test_hours_are_unknown_until_a_level_or_a_group_prescribes_them() -> None:
    enrolment = an_enrolment()
    assert (hours(enrolment).prescribed, hours(enrolment).remaining) == (None, None)
    group = a_group(enrolment.edition)
    take_place(acting_user=enrolment.adviser, group=group, enrolment=enrolment, on=DAY)
    assert hours(enrolment).prescribed == 16 * 60
    assessment = assess(
        acting_user=enrolment.adviser, enrolment=enrolment, kind="entry", on=DAY, scores=dict.fromkeys(Skill, 0)
    )
    confirm_level(acting_user=enrolment.adviser, assessment=assessment, level=Level.DEBUTANT, on=DAY)
    assert hours(enrolment).prescribed == 32 * 60


@pytest.mark.django_db
def test_workshops_are_counted_beside_the_course() -> None:
    edition = an_edition(an_operator())
    workshop = a_group(edition, kind=GroupKind.WORKSHOP, course_code="")
    enrolment = placed(workshop)
    signed(a_class(workshop), AttendanceLine(enrolment, PRESENT, 120))
    assert (hours(enrolment).attended, hours(enrolment).workshops) == (0, 120)


@pytest.mark.django_db
def test_a_course_is_finished_by_its_hours_or_by_its_end_with_presence() -> None:
    group = a_group(an_edition(an_operator()), planned_minutes=360)
    diligent, once, never = (placed(group) for _ in range(3))
    for half_day in HalfDay:
        session = a_class(group, half_day=half_day)
        lines = [AttendanceLine(diligent, PRESENT, 180), AttendanceLine(never, ABSENT)]
        if half_day == HalfDay.MORNING:
            lines.append(AttendanceLine(once, PRESENT, 180))
        signed(session, *lines)
    assert [course_finished(someone, DAY) for someone in (diligent, once, never)] == [True, False, False]
    assert [course_finished(someone, group.ends_on) for someone in (diligent, once, never)] == [True, True, False]


# ------------------------------------------------------------------------------------------------------------- visits


@pytest.mark.django_db
def test_a_visit_may_stay_anonymous() -> None:
    operator = an_operator()
    user = a_user(operator)
    record_visit(acting_user=user, operator=operator, on=DAY, theme="email", minutes=20, helper=user, solved=True)
    assert Visit.objects.get().person is None


@pytest.mark.django_db
def test_a_visit_stays_within_one_operator() -> None:
    operator = an_operator()
    user = a_user(operator)
    with pytest.raises(DomainError, match="deux opérateurs"):
        record_visit(
            acting_user=user,
            operator=operator,
            on=DAY,
            theme="email",
            minutes=20,
            helper=user,
            person=an_enrolment().person,
        )
