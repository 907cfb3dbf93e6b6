"""Who reaches a file and all that hangs on it: place, shares, caseloads, absences; never an absorbed or archived file."""

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from declic.accounts.actions import invite, replace
from declic.accounts.enums import Permission, Role
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.connectivity.access import visible_sales
from declic.core.dates import today
from declic.diagnosis.access import visible_assessments
from declic.diagnosis.actions import assess
from declic.diagnosis.enums import Skill
from declic.equipment.access import visible_allocations
from declic.equipment.actions import prepare_allocation
from declic.hotline.access import visible_tickets
from declic.orientation.access import visible_enrolments, visible_referrals
from declic.orientation.models import Referral
from declic.people.access import access_person, visible_links, visible_people
from declic.people.actions import (
    end_share,
    follow,
    link_people,
    merge_people,
    register_person,
    share_file,
    undo_merge,
    unfollow,
)
from declic.people.models import CaseWorker, FileShare, Person
from declic.practice.access import visible_attempts
from tests.factories import (
    DAY,
    PASSWORD,
    START,
    a_partner,
    a_person,
    a_referral,
    a_site,
    a_user,
    an_edition,
    an_enrolment,
    an_operator,
    at,
    signed_in,
)
from tests.people.everything import Stage

pytestmark = pytest.mark.django_db

DAYS = datetime.timedelta


def an_adviser(operator: Any, *, site: Any = None, caseload_only: bool = True) -> User:
    number = User.objects.count()
    return invite(
        acting_user=None, email=f"mediation{number}@exemple.fr", name=f"Médiation {number}", organisation=operator,
        role=Role.ADVISER, starts_on=START, site=site, caseload_only=caseload_only, password=PASSWORD,
    ).user  # fmt: skip


def fresh(user: User) -> User:
    """The user of another request: what was reached before is not remembered."""
    return User.objects.get(pk=user.pk)


def reached(user: User) -> dict[str, bool]:
    """Whether anything of each kind is reached."""
    user = fresh(user)
    rows: dict[str, QuerySet[Any]] = {
        "people": visible_people(user),
        "referrals": visible_referrals(user),
        "enrolments": visible_enrolments(user),
        "assessments": visible_assessments(user),
        "allocations": visible_allocations(user),
        "tickets": visible_tickets(user),
        "sales": visible_sales(user),
        "attempts": visible_attempts(user),
    }
    return {name: queryset.exists() for name, queryset in rows.items()}


@pytest.fixture
def scene() -> SimpleNamespace:
    """A person of one place with a row of every kind, and another place."""
    stage = Stage()
    here, there = stage.sites
    person = stage.person(site=here)
    for label in (
        "practice.Attempt.person", "connectivity.RechargeSale.person", "hotline.Ticket.person",
    ):  # fmt: skip
        stage.hang(label, person, 0)
    enrolment = an_enrolment(person=person, edition=stage.editions[0], by=stage.user)
    CaseWorker.objects.all().delete()
    a_referral(person, stage.editions[1], by=stage.user, prescriber=a_partner(stage.operator))
    assess(acting_user=stage.user, enrolment=enrolment, kind="entry", on=DAY, scores=dict.fromkeys(Skill, 1))
    prepare_allocation(
        acting_user=stage.user, person=person, edition=enrolment.edition, enrolment=enrolment, on=DAY, mode="loan",
        device_kind="laptop",
    )  # fmt: skip
    Person.objects.exclude(pk=person.pk).update(site=here)
    return SimpleNamespace(stage=stage, operator=stage.operator, user=stage.user, here=here, there=there, person=person)


def test_a_colleague_of_the_place_reaches_everything_and_one_of_another_place_nothing(scene: SimpleNamespace) -> None:
    assert set(reached(an_adviser(scene.operator, site=scene.here, caseload_only=False)).values()) == {True}
    assert set(reached(an_adviser(scene.operator, site=scene.there, caseload_only=False)).values()) == {False}


def test_a_share_opens_everything_to_the_other_team_until_its_day(scene: SimpleNamespace) -> None:
    other = an_adviser(scene.operator, site=scene.there, caseload_only=False)
    share = share_file(
        acting_user=scene.user, person=scene.person, site=scene.there, reason="atelier", until=today(), on=today()
    )
    assert set(reached(other).values()) == {True}
    FileShare.objects.filter(pk=share.pk).update(since=today() - DAYS(2), until=today() - DAYS(1))
    assert set(reached(other).values()) == {False}
    FileShare.objects.filter(pk=share.pk).update(since=today() + DAYS(1), until=today() + DAYS(2))
    assert set(reached(other).values()) == {False}
    FileShare.objects.filter(pk=share.pk).update(since=today(), until=today())
    end_share(acting_user=scene.user, share=share, on=today())
    assert set(reached(other).values()) == {False}


def test_an_adviser_limited_to_a_caseload_reaches_whom_she_follows_and_nobody_else(scene: SimpleNamespace) -> None:
    adviser = an_adviser(scene.operator)
    assert set(reached(adviser).values()) == {False}
    follow(acting_user=scene.user, person=scene.person, user=adviser, since=today())
    assert set(reached(adviser).values()) == {True}
    assert list(visible_people(fresh(adviser))) == [scene.person]
    unfollow(acting_user=scene.user, person=scene.person, user=adviser, until=today())
    assert set(reached(adviser).values()) == {False}


def test_who_stands_in_for_an_absent_colleague_reaches_her_caseload_too(scene: SimpleNamespace) -> None:
    absent, substitute = an_adviser(scene.operator), an_adviser(scene.operator)
    own = scene.stage.person()
    follow(acting_user=scene.user, person=scene.person, user=absent, since=today())
    follow(acting_user=scene.user, person=own, user=substitute, since=today())
    assert list(visible_people(fresh(substitute))) == [own]
    replace(
        acting_user=scene.user, organisation=scene.operator, absent=absent, substitute=substitute, starts_on=today(),
        ends_on=today(), on=today(),
    )  # fmt: skip
    assert set(visible_people(fresh(substitute))) == {own, scene.person}
    assert set(reached(substitute).values()) == {True}


def test_an_archived_file_is_closed_but_to_who_keeps_the_rights_of_persons(scene: SimpleNamespace) -> None:
    Person.objects.filter(pk=scene.person.pk).update(archived_on=today())
    Person.objects.exclude(pk=scene.person.pk).update(archived_on=today())
    assert set(reached(scene.user).values()) == {False}
    assert scene.person in visible_people(fresh(scene.user), Permission.MANAGE_RIGHTS)
    assert signed_in(scene.user).get(reverse("web:file", args=[scene.person.pk])).status_code == 404
    Person.objects.filter(pk=scene.person.pk).update(anonymised_on=today())
    assert scene.person not in visible_people(fresh(scene.user), Permission.MANAGE_RIGHTS)


def test_an_absorbed_file_is_out_of_sight_until_it_is_parted_again(scene: SimpleNamespace) -> None:
    twin = scene.stage.person()
    merge = merge_people(acting_user=scene.user, kept=scene.person, absorbed=twin, at=at(DAY))
    with pytest.raises(Http404):
        access_person(twin.pk, fresh(scene.user))
    undo_merge(acting_user=scene.user, merge=merge, at=at(DAY))
    assert access_person(twin.pk, fresh(scene.user)) == twin


def test_whoever_sees_only_a_caseload_follows_the_file_that_she_opens() -> None:
    operator = an_operator()
    adviser, other = an_adviser(operator), an_adviser(operator, caseload_only=False)
    for user, followed in ((adviser, True), (other, False)):
        person = register_person(acting_user=user, operator=operator, first_name="Awa", last_name="Diarra", on=today())
        assert CaseWorker.objects.filter(person=person, user=user, until=None).exists() is followed
        assert person in visible_people(fresh(user))


def test_a_link_to_someone_out_of_sight_is_not_told(scene: SimpleNamespace) -> None:
    hidden = scene.stage.person(site=scene.there)
    link_people(acting_user=scene.user, person=scene.person, other=hidden, kind="couple", since=DAY, on=DAY)
    adviser = an_adviser(scene.operator, site=scene.here, caseload_only=False)
    assert not visible_links(fresh(adviser), scene.person).exists()
    assert visible_links(fresh(scene.user), scene.person).exists()
    page = signed_in(adviser).get(reverse("web:file", args=[scene.person.pk])).text
    assert reverse("web:file", args=[hidden.pk]) not in page


def test_the_team_that_owes_an_answer_reaches_the_referral_of_another_place(scene: SimpleNamespace) -> None:
    other = an_adviser(scene.operator, site=scene.there, caseload_only=False)
    Referral.objects.filter(person=scene.person).update(site=scene.there)
    assert reached(other)["referrals"]
    assert not reached(other)["people"]


reaches = st.tuples(
    st.sampled_from([None, "here", "there"]), st.booleans(), st.sampled_from(["", "followed", "ended"]), st.booleans()
)


@given(reach=reaches, at_site=st.sampled_from([None, "here", "there"]), archived=st.booleans(), merged=st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_related_rows_are_reached_exactly_when_the_person_is(
    scene: SimpleNamespace, reach: Any, at_site: str | None, archived: bool, merged: bool
) -> None:
    site, caseload_only, following, shared = reach
    adviser = an_adviser(scene.operator, site=getattr(scene, site) if site else None, caseload_only=caseload_only)
    person = scene.stage.person(
        site=getattr(scene, at_site) if at_site else None, archived_on=today() if archived else None
    )
    edition = an_edition(scene.operator, by=scene.user)
    referral = a_referral(person, edition, by=scene.user, prescriber=a_partner(scene.operator))
    if following:
        follow(acting_user=scene.user, person=person, user=adviser, since=today())
        if following == "ended":
            unfollow(acting_user=scene.user, person=person, user=adviser, until=today())
    if shared and at_site == "here":
        share_file(acting_user=scene.user, person=person, site=scene.there, reason="relais", until=today(), on=today())
    user = fresh(adviser)
    on_site = site is None or at_site in (None, site) or (shared and at_site == "here" and site == "there")
    expected = on_site and not archived and (not caseload_only or following == "followed")
    assert visible_people(user).filter(pk=person.pk).exists() is expected
    assert visible_referrals(user, Permission.ANSWER_REFERRALS).filter(pk=referral.pk).exists() is expected
    if merged and not archived:
        kept = scene.stage.person()
        merge_people(acting_user=scene.user, kept=kept, absorbed=person, at=at(DAY))
        assert not visible_people(user).filter(pk=person.pk).exists()


def test_several_caseloads_are_asked_for_in_one_condition(django_assert_num_queries: Any) -> None:
    operator = an_operator()
    absent = [an_adviser(operator) for _ in range(3)]
    user = an_adviser(operator)
    for one in absent:
        replace(
            acting_user=user, organisation=operator, absent=one, substitute=user, starts_on=today(), ends_on=today(),
            on=today(),
        )  # fmt: skip
    user = fresh(user)
    scope_of(user)
    with django_assert_num_queries(1):
        list(visible_people(user))
    assert str(visible_people(user).query).count("people_caseworker") == str(
        visible_people(an_adviser(operator)).query
    ).count("people_caseworker")


def test_a_person_of_no_place_is_seen_by_every_place() -> None:
    operator = an_operator()
    person = a_person(operator)
    assert person in visible_people(an_adviser(operator, site=a_site(operator), caseload_only=False))
    assert person not in visible_people(a_user(an_operator()))
