"""The two pages everybody starts from: what they say, to whom, and at what cost."""

import datetime
from typing import Any

import pytest
from django.urls import reverse

from declic.accounts.enums import Role
from declic.accounts.scope import scope_of
from declic.core.dates import today
from declic.diagnosis.actions import assess, confirm_level
from declic.diagnosis.enums import Skill
from declic.people.models import AccessLog
from declic.web.file import summary_of
from declic.web.journey import next_steps, stands
from tests.factories import (
    DAY,
    a_partner,
    a_person,
    a_referral,
    a_user,
    a_world,
    an_edition,
    an_enrolment,
    an_operator,
    signed_in,
)

pytestmark = pytest.mark.django_db


def _titles(person: Any, user: Any, on: datetime.date) -> list[str]:
    return [step.title for step in next_steps(person, stands(person, on=on), scope_of(user), on=on)]


def test_a_person_just_registered_is_to_be_referred_somewhere() -> None:
    operator = an_operator()
    user = a_user(operator)
    person = a_person(operator, by=user)
    assert _titles(person, user, DAY)[0] == "l'orienter vers un dispositif"


def test_the_next_step_follows_the_journey_from_assessment_to_group() -> None:
    world = a_world()
    user = world.users[Role.COORDINATOR]
    assert _titles(world.person, user, DAY)[0] == "faire le diagnostic"
    assessment = assess(
        acting_user=user, enrolment=world.enrolment, kind="entry", on=DAY, scores=dict.fromkeys(Skill, 1)
    )
    assert _titles(world.person, user, DAY)[0] == "choisir le niveau"
    confirm_level(acting_user=user, assessment=assessment, level=assessment.proposed_level, on=DAY, reason="")
    assert _titles(world.person, user, DAY)[0] == "lui donner une place dans un parcours"


def test_the_file_says_the_level_reached_and_keeps_the_hours_of_the_entry() -> None:
    world = a_world()
    user = world.users[Role.COORDINATOR]
    for kind, score in (("entry", 1), ("exit", 3)):
        assessment = assess(
            acting_user=user, enrolment=world.enrolment, kind=kind, on=DAY, scores=dict.fromkeys(Skill, score)
        )
        confirm_level(acting_user=user, assessment=assessment, level=assessment.proposed_level, on=DAY, reason="")
    all_stands = stands(world.person, on=DAY)
    assert summary_of(world.person, all_stands, scope_of(user), on=DAY).level == "avancé"
    assert all_stands[0].prescribed == 32 * 60


def test_a_review_that_is_due_comes_with_its_day_and_once() -> None:
    world = a_world()
    user = world.users[Role.COORDINATOR]
    later = DAY + datetime.timedelta(days=100)
    steps = next_steps(world.person, stands(world.person, on=later), scope_of(user), on=later)
    due = [step for step in steps if step.title == "donner le bilan à 3 mois"]
    assert len(due) == 1
    assert due[0].due == datetime.date(2024, 6, 4)
    assert due[0].late


def test_a_referral_without_answer_is_late_after_ten_days() -> None:
    world = a_world()
    client = signed_in(world.users[Role.COORDINATOR])
    page = client.get(reverse("web:today")).content.decode()
    assert "En retard" in page
    assert str(world.referred) in page


def test_opening_a_file_is_logged_under_the_name_of_who_opens_it() -> None:
    world = a_world()
    adviser = world.users[Role.ADVISER]
    assert signed_in(adviser).get(reverse("web:file", args=[world.person.pk])).status_code == 200
    assert list(AccessLog.objects.filter(person=world.person).values_list("user", "act")) == [(adviser.pk, "view")]


def test_a_stranger_learns_nothing_about_a_file() -> None:
    world, elsewhere = a_world(), a_world()
    client = signed_in(elsewhere.users[Role.COORDINATOR])
    there = client.get(reverse("web:file", args=[world.person.pk]))
    nowhere = client.get(reverse("web:file", args=[987654321]))
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert not AccessLog.objects.filter(person=world.person).exists()


def test_search_finds_a_person_of_ones_own_operator_only() -> None:
    world, elsewhere = a_world(), a_world()
    name = world.person.last_name
    found = signed_in(world.users[Role.COORDINATOR]).get(reverse("web:search"), {"q": name.upper()})
    assert reverse("web:file", args=[world.person.pk]) in found.content.decode()
    other = signed_in(elsewhere.users[Role.COORDINATOR]).get(reverse("web:search"), {"q": name})
    assert reverse("web:file", args=[world.person.pk]) not in other.content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_today_opens_for_every_role_and_offers_only_its_own_doors(role: Role) -> None:
    world = a_world()
    page = signed_in(world.users[role]).get(reverse("web:today"))
    assert page.status_code == 200
    words = page.content.decode()
    assert ("Dispositifs" in words) == (role in (Role.COORDINATOR, Role.ADVISER))
    assert ("Caisse" in words) == (role in (Role.COORDINATOR, Role.CASHIER, Role.ADVISER))


def test_the_file_costs_the_same_number_of_queries_however_long_the_story(django_assert_max_num_queries: Any) -> None:
    world = a_world()
    client = signed_in(world.users[Role.COORDINATOR])
    address = reverse("web:file", args=[world.person.pk])
    client.get(address)
    with django_assert_max_num_queries(15):
        assert client.get(address).status_code == 200
    coordinator = world.users[Role.COORDINATOR]
    for _number in range(4):
        edition = an_edition(world.operator, by=coordinator)
        an_enrolment(person=world.person, edition=edition, by=coordinator)
    prescriber = a_partner(world.operator)
    other = an_edition(world.operator, by=coordinator)
    a_referral(world.person, other, by=coordinator, prescriber=prescriber)
    with django_assert_max_num_queries(15):
        assert client.get(address).status_code == 200


def test_today_speaks_of_this_day() -> None:
    world = a_world()
    page = signed_in(world.users[Role.ADVISER]).get(reverse("web:today")).content.decode()
    assert str(today().year) in page
