"""How long files are kept: what the plan says happens, and nothing else."""

import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from declic.accounts.enums import Permission, Role
from declic.core.dates import add_months
from declic.core.errors import DomainError
from declic.hotline.models import Ticket
from declic.messaging.models import Message
from declic.organisations.models import Organisation
from declic.people.access import visible_people
from declic.people.actions import merge_people, take_snapshot
from declic.people.models import Person, RetentionNotice, RetentionPolicy, RetentionRun
from declic.people.privacy import anonymise, first_day_alike
from declic.people.retention import Act, Planned, apply_retention, plan
from declic.people.rights_actions import place_hold, release_hold, restore
from tests.factories import DAY, a_person, a_user, an_enrolment, an_operator, at, signed_in

pytestmark = pytest.mark.django_db
NIGHT = datetime.timedelta(days=1)


def met(person: Person, on: datetime.date) -> Person:
    """The person and the team met on a day for the last time; her file is as old."""
    Person.objects.filter(pk=person.pk).update(created_at=at(on))
    return person


def now_planned(person: Person, on: datetime.date) -> Planned | None:
    return next(iter(plan(person.operator_id, on, people=[person.pk])), None)


def night(on: datetime.date) -> dict[int, dict[str, int]]:
    return apply_retention(on=on, at=at(on, 3))


def test_a_file_is_warned_of_then_archived_then_anonymised() -> None:
    operator = an_operator()
    coordinator = a_user(operator)
    person = met(a_person(operator, by=coordinator, last_name="Quorvanthe"), DAY)
    archive = add_months(DAY, 24)
    assert now_planned(person, archive - 31 * NIGHT) is None
    night(archive - 30 * NIGHT)
    notice = RetentionNotice.objects.get()
    assert (notice.step, notice.due_on) == ("archive", archive)
    message = Message.objects.get(template="retention_team")
    assert message.address == coordinator.email
    assert "1 dossier sera archivé" in message.body
    assert "Quorvanthe" not in message.body

    night(archive - NIGHT)
    person.refresh_from_db()
    assert person.archived_on is None
    night(archive)
    person.refresh_from_db()
    assert person.archived_on == archive
    assert person not in visible_people(coordinator)
    assert person in visible_people(coordinator, Permission.MANAGE_RIGHTS)

    last = add_months(archive, 12)
    night(last - 30 * NIGHT)
    night(last)
    person.refresh_from_db()
    assert (person.anonymised_on, person.last_name) == (last, "anonymisé")
    assert person not in visible_people(coordinator, Permission.MANAGE_RIGHTS)
    run = RetentionRun.objects.get(operator=operator, on=last)
    assert (run.noticed, run.archived, run.anonymised) == (0, 0, 1)


def test_a_night_run_twice_does_nothing_more() -> None:
    person = met(a_person(an_operator()), DAY)
    due = add_months(DAY, 24) - 30 * NIGHT
    first = night(due)[person.operator_id]
    second = night(due)[person.operator_id]
    assert first == {"noticed": 1, "archived": 0, "anonymised": 0}
    assert second == {"noticed": 0, "archived": 0, "anonymised": 0}
    assert RetentionNotice.objects.count() == 1
    assert RetentionRun.objects.filter(operator=person.operator_id).count() == 1


def test_a_contact_after_the_notice_makes_the_time_begin_anew() -> None:
    operator = an_operator()
    user = a_user(operator)
    person = met(a_person(operator, by=user), DAY)
    archive = add_months(DAY, 24)
    night(archive - 30 * NIGHT)
    take_snapshot(acting_user=user, person=person, moment="change", on=archive - NIGHT, facts={"income": 100})
    assert now_planned(person, archive) is None
    later = add_months(archive - NIGHT, 24)
    planned = now_planned(person, later - 30 * NIGHT)
    assert planned is not None
    # The old notice does not count.
    assert planned.act == Act.WARN


def test_what_is_in_use_or_held_stays_and_says_why() -> None:
    operator = an_operator()
    user = a_user(operator)
    entered = met(an_enrolment(operator=operator, by=user).person, DAY)
    helped = met(a_person(operator, by=user), DAY)
    Ticket.objects.create(
        operator=operator, person=helped, channel="phone", symptom="other", description="écran", opened_at=at(DAY),
        opened_by=user,
    )  # fmt: skip
    kept = met(a_person(operator, by=user), DAY)
    hold = place_hold(acting_user=user, person=kept, kind="funder", reason="contrôle du FSE+", on=DAY)
    due = add_months(DAY, 24)
    assert {one.person_id: one.why for one in plan(operator.pk, due)} == {
        entered.pk: ("un parcours est ouvert",),
        helped.pk: ("une demande d'assistance est ouverte",),
        kept.pk: ("contrôle d'un financeur : contrôle du FSE+",),
    }
    night(due)
    assert Person.objects.filter(archived_on__isnull=False).count() == 0
    assert RetentionRun.objects.get(operator=operator, on=due).held == 3
    release_hold(acting_user=user, hold=hold, on=due)
    planned = now_planned(kept, due)
    assert planned is not None
    assert planned.act == Act.WARN


def test_files_reunited_are_archived_and_anonymised_together() -> None:
    operator = an_operator()
    user = a_user(operator)
    kept, absorbed = (met(a_person(operator, by=user, first_name=name), DAY) for name in ("Awa", "Ewa"))
    merge_people(acting_user=user, kept=kept, absorbed=absorbed, at=at(DAY))
    RetentionPolicy.objects.create(operator=operator, notice_days=0, archive_months=0)
    due = add_months(DAY, 24)
    night(due)
    assert list(Person.objects.filter(operator=operator).values_list("archived_on", "anonymised_on", "first_name")) == [
        (due, due, "Dossier"),
        (due, due, "Dossier"),
    ]


def test_a_file_opened_again_counts_from_that_day() -> None:
    operator = an_operator()
    user = a_user(operator)
    person = met(a_person(operator, by=user), DAY)
    RetentionPolicy.objects.create(operator=operator, notice_days=0)
    due = add_months(DAY, 24)
    night(due)
    with pytest.raises(DomainError, match="pourquoi"):
        restore(acting_user=user, person=person, reason=" ", on=due, at=at(due))
    restore(acting_user=user, person=person, reason="revenue à l'accueil", on=due, at=at(due))
    assert person in visible_people(user)
    assert now_planned(person, add_months(due, 24) - NIGHT) is None
    with pytest.raises(DomainError, match="déjà ouvert"):
        restore(acting_user=user, person=person, reason="encore", on=due, at=at(due))


def test_a_file_in_use_is_not_anonymised_by_itself() -> None:
    person = a_person(an_operator())
    with pytest.raises(DomainError, match="archivé avant"):
        anonymise(person=person, on=DAY)


@given(
    born=st.dates(datetime.date(1930, 1, 1), datetime.date(2015, 12, 31)),
    days=st.lists(st.dates(datetime.date(2016, 1, 1), datetime.date(2030, 12, 31)), max_size=6),
)
def test_the_birth_day_that_is_kept_gives_the_same_ages(born: datetime.date, days: list[datetime.date]) -> None:
    def age(birth: datetime.date, on: datetime.date) -> int:
        return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))

    kept = first_day_alike(born, {(day.month, day.day) for day in days})
    assert kept.year == born.year
    assert kept <= born
    assert [age(kept, day) for day in days] == [age(born, day) for day in days]


@pytest.fixture
def house() -> Organisation:
    return an_operator()


stories = st.lists(
    st.fixed_dictionaries(
        {
            "met": st.integers(0, 60),
            "held": st.booleans(),
            "open": st.booleans(),
            "archived": st.none() | st.integers(0, 40),
        }
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stories=stories, notice=st.sampled_from([0, 30]), months=st.integers(1, 30), archive=st.integers(0, 12))
def test_a_plan_never_takes_what_is_held_and_leaves_nothing_to_do_once_done(
    house: Organisation, stories: list[dict[str, Any]], notice: int, months: int, archive: int
) -> None:
    Person.objects.filter(operator=house).update(created_at=at(DAY + datetime.timedelta(days=9999)))
    user = a_user(house)
    RetentionPolicy.objects.update_or_create(
        operator=house,
        defaults={"notice_days": notice, "contact_months": months, "archive_months": archive},
    )
    people, untouchable = [], set()
    for story in stories:
        person = a_person(house, by=user)
        if story["open"]:
            an_enrolment(person=person, operator=house, by=user)
        if story["held"]:
            place_hold(acting_user=user, person=person, kind="legal", reason="loi", on=DAY)
        if story["open"] or story["held"]:
            untouchable.add(person.pk)
        met(person, add_months(DAY, story["met"]))
        if story["archived"] is not None:
            Person.objects.filter(pk=person.pk).update(archived_on=add_months(DAY, story["archived"]))
        people.append(person.pk)
    on = add_months(DAY, 60)
    planned = plan(house.pk, on, people=people)
    for one in planned:
        assert (one.act == Act.KEEP) == (one.person_id in untouchable)
        assert one.due_on >= one.since
        if one.act in (Act.ARCHIVE, Act.ANONYMISE):
            assert one.due_on <= on
    night(on)
    left = plan(house.pk, on, people=people)
    assert {one.act for one in left} <= {Act.KEEP, Act.WAIT}
    files = Person.objects.filter(pk__in=untouchable, anonymised_on__isnull=False)
    assert not files.exists()


def test_the_page_says_what_would_happen_and_does_nothing() -> None:
    operator = an_operator()
    user = a_user(operator)
    person = met(a_person(operator, by=user, last_name="Quorvanthe"), DAY)
    client = signed_in(user)
    due = add_months(DAY, 24)
    page = client.get("/personnes/conservation/", {"jour": "04/03/2027"}).content.decode()
    assert "Quorvanthe" in page
    assert "préavis à donner" in page
    assert not RetentionNotice.objects.exists()
    listed = client.get("/personnes/conservation/liste.csv", {"jour": "04/03/2027"}).content.decode()
    assert person.case_number in listed
    assert "Quorvanthe" not in listed
    assert client.get("/personnes/conservation/", {"jour": "n'importe"}).status_code == 200
    assert due < datetime.date(2027, 3, 4)


def test_only_who_keeps_rights_opens_the_archive() -> None:
    operator = an_operator()
    coordinator = a_user(operator)
    person = a_person(operator, by=coordinator, last_name="Quorvanthe")
    Person.objects.filter(pk=person.pk).update(archived_on=DAY)
    adviser = signed_in(a_user(operator, Role.ADVISER))
    assert adviser.get("/personnes/conservation/archives/").status_code == 404
    assert adviser.get(f"/personnes/{person.pk}/rouvrir/").status_code == 404
    client = signed_in(coordinator)
    assert "Quorvanthe" in client.get("/personnes/conservation/archives/").content.decode()
    assert client.post(f"/personnes/{person.pk}/rouvrir/", {"reason": "revenue"}).status_code == 303
    person.refresh_from_db()
    assert person.archived_on is None


def test_the_durations_are_chosen_on_a_page() -> None:
    operator = an_operator()
    client = signed_in(a_user(operator))
    chosen = {"contact_months": "36", "archive_months": "6", "notice_days": "15", "log_months": "12"}
    assert client.post("/personnes/conservation/durees/", chosen).status_code == 303
    assert RetentionPolicy.objects.get(operator=operator).contact_months == 36
    assert client.post("/personnes/conservation/durees/", {**chosen, "log_months": "2"}).status_code == 422
