"""A colleague takes over for some days: what she reaches then, and when it stops."""

import datetime
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from declic.accounts.actions import end_membership, replace, stop_replacement
from declic.accounts.enums import Permission, Role
from declic.accounts.models import Replacement, User
from declic.accounts.queries import covered_users
from declic.accounts.scope import scope_of
from declic.core.dates import now, today
from declic.core.errors import DomainError
from declic.organisations.models import Organisation
from tests.factories import START, a_partner, a_site, a_user, an_operator, signed_in

pytestmark = pytest.mark.django_db

DAY = datetime.date(2024, 7, 15)
days = st.integers(-20, 20).map(lambda count: DAY + datetime.timedelta(days=count))


def team() -> tuple[Organisation, User, User]:
    """An operator, an adviser of one place, and one of another."""
    operator = an_operator()
    absent = a_user(operator, Role.ADVISER, site=a_site(operator))
    return operator, absent, a_user(operator, Role.ADVISER, site=a_site(operator))


def relay(operator: Organisation, absent: User, substitute: User, **changes: object) -> Replacement:
    typed = {"starts_on": DAY, "ends_on": DAY + datetime.timedelta(days=6), "on": DAY, **changes}
    return replace(acting_user=absent, organisation=operator, absent=absent, substitute=substitute, **typed)


def sites(user: User, on: datetime.date) -> set[int | None]:
    return {reach.site_id for reach in scope_of(user, on=on).having(Permission.SEE_PEOPLE)}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=days, length=st.integers(0, 20), on=days)
def test_the_place_of_an_absent_colleague_opens_on_those_days_and_no_other(first, length, on) -> None:
    with transaction.atomic():
        operator, absent, substitute = team()
        last = first + datetime.timedelta(days=length)
        relay(operator, absent, substitute, starts_on=first, ends_on=last, on=first)
        own, theirs = substitute.memberships.get().site_id, absent.memberships.get().site_id
        covered = first <= on <= last
        assert sites(substitute, on) == ({own, theirs} if covered else {own})
        assert sites(absent, on) == {theirs}
        assert covered_users(substitute, on) == ({substitute.pk, absent.pk} if covered else {substitute.pk})
        transaction.set_rollback(True)


def test_a_caseload_is_taken_over_as_it_is() -> None:
    operator = an_operator()
    absent = a_user(operator, Role.ADVISER, caseload_only=True)
    substitute = a_user(operator, Role.ADVISER, caseload_only=True)
    relay(operator, absent, substitute)
    reaches = scope_of(substitute, on=DAY).reaches
    assert [(reach.caseload_of, reach.stands_in_for) for reach in reaches] == [
        ((substitute.pk,), None),
        ((absent.pk,), absent.pk),
    ]


def test_coordination_is_never_handed_over_and_neither_are_roles_elsewhere() -> None:
    operator, elsewhere = an_operator(), an_operator()
    boss = a_user(operator)
    from declic.accounts.actions import invite

    for organisation, role in ((operator, Role.ADVISER), (elsewhere, Role.ADVISER)):
        invite(acting_user=None, email=boss.email, name="", organisation=organisation, role=role, starts_on=START)
    substitute = a_user(operator, Role.ADVISER)
    relay(operator, boss, substitute)
    scope = scope_of(substitute, on=DAY)
    assert scope.roles() == {Role.ADVISER}
    assert {reach.operator_id for reach in scope.reaches} == {operator.pk}
    assert not scope.can(Permission.MANAGE_SITES)


def test_it_does_not_pass_from_hand_to_hand() -> None:
    operator, first, second = team()
    third = a_user(operator, Role.ADVISER, site=a_site(operator))
    relay(operator, first, second)
    relay(operator, second, third)
    assert first.memberships.get().site_id not in sites(third, DAY)


@pytest.mark.parametrize("who", [0, 1], ids=["absent", "substitute"])
def test_whoever_has_left_hands_over_and_takes_over_nothing(who: int) -> None:
    operator, *pair = team()
    relay(operator, *pair)
    end_membership(
        acting_user=a_user(operator), membership=pair[who].memberships.get(), on=DAY - datetime.timedelta(days=1)
    )
    assert pair[0].memberships.get().site_id not in sites(pair[1], DAY)


def test_stopped_it_opens_nothing_more_and_may_be_planned_again() -> None:
    operator, absent, substitute = team()
    found = relay(operator, absent, substitute)
    stop_replacement(acting_user=substitute, replacement=found, at=now())
    assert absent.memberships.get().site_id not in sites(substitute, DAY)
    with pytest.raises(DomainError, match="déjà arrêté"):
        stop_replacement(acting_user=substitute, replacement=found, at=now())
    relay(operator, absent, substitute)
    assert absent.memberships.get().site_id in sites(substitute, DAY)


def test_what_makes_no_sense_is_refused_with_a_sentence() -> None:
    operator, absent, substitute = team()
    relay(operator, absent, substitute)
    before, year = DAY - datetime.timedelta(days=1), datetime.timedelta(days=400)
    volunteer, outsider = a_user(operator, Role.VOLUNTEER), a_user(an_operator(), Role.ADVISER)
    partner = a_user(a_partner(operator, "training_partner"), Role.ADVISER)
    for changes, sentence in (
        ({"substitute": absent}, "Personne ne se remplace"),
        ({"ends_on": before}, "avant le départ"),
        ({"on": DAY + datetime.timedelta(days=30)}, "sont passés"),
        ({"ends_on": DAY + year}, "Au-delà d'un an"),
        ({"substitute": volunteer}, "votre équipe"),
        ({"substitute": outsider}, "votre équipe"),
        ({"substitute": partner}, "votre équipe"),
        ({"absent": volunteer}, "en médiation"),
        ({"absent": outsider}, "en médiation"),
        ({}, "déjà prévu"),
    ):
        with pytest.raises(DomainError, match=sentence):
            relay(operator, **{"absent": absent, "substitute": substitute, **changes})
    assert Replacement.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"starts_on": DAY + datetime.timedelta(days=6), "ends_on": DAY + datetime.timedelta(days=9)},
        {"starts_on": DAY, "ends_on": DAY - datetime.timedelta(days=1)},
        {"substitute": "oneself"},
    ],
    ids=["overlap", "dates", "oneself"],
)
def test_the_database_refuses_it_too(changes: dict[str, object]) -> None:
    operator, absent, substitute = team()
    relay(operator, absent, substitute)
    if changes.get("substitute"):
        changes = {"substitute": absent, "starts_on": DAY, "ends_on": DAY}
    typed = {"organisation": operator, "absent": absent, "substitute": substitute, "created_by": absent, **changes}
    with pytest.raises(IntegrityError), transaction.atomic():
        Replacement.objects.create(**typed)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_relay() -> None:
    operator, absent, substitute = team()
    gate, said = threading.Barrier(2), list[str]()

    def click() -> None:
        try:
            gate.wait()
            relay(operator, absent, substitute)
            said.append("done")
        except DomainError as error:
            said.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["Ce relais est déjà prévu ces jours-là.", "done"]
    assert Replacement.objects.count() == 1


# -------------------------------------------------------------------------------------------------------------- pages


def typed(absent: User, substitute: User) -> dict[str, object]:
    day = f"{today():%d/%m/%Y}"
    return {"absent": absent.pk, "substitute": substitute.pk, "starts_on": day, "ends_on": day, "reason": "Congés"}


def test_an_adviser_plans_the_own_absence_and_the_colleague_gives_it_back() -> None:
    _operator, absent, substitute = team()
    client = signed_in(absent)
    assert "Prévoir une absence" in client.get(reverse("accounts:absences")).text
    assert client.post(reverse("accounts:absence_create"), typed(absent, substitute)).status_code == 303
    found = Replacement.objects.get()
    page = signed_in(substitute).get(reverse("accounts:absences")).text
    assert absent.name in page
    stop = reverse("accounts:absence_stop", args=[found.pk])
    assert signed_in(substitute).post(stop).status_code == 303
    assert signed_in(substitute).post(stop).status_code == 404
    assert absent.name not in signed_in(substitute).get(reverse("accounts:absences")).text


def test_nobody_takes_over_a_colleague_s_people_alone() -> None:
    _operator, absent, curious = team()
    page = signed_in(curious).post(reverse("accounts:absence_create"), typed(absent, curious))
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"absent", "substitute"}
    assert not Replacement.objects.exists()


def test_a_coordinator_plans_it_for_someone_suddenly_away_and_others_do_not_see_it() -> None:
    operator, absent, substitute = team()
    boss = signed_in(a_user(operator))
    assert boss.post(reverse("accounts:absence_create"), typed(absent, substitute)).status_code == 303
    assert substitute.name in boss.get(reverse("accounts:absences")).text
    third = signed_in(a_user(operator, Role.ADVISER))
    assert substitute.name not in third.get(reverse("accounts:absences")).text
    stop = reverse("accounts:absence_stop", args=[Replacement.objects.get().pk])
    foreign = signed_in(a_user(an_operator()))
    assert [client.post(stop).status_code for client in (third, foreign)] == [404, 404]
    assert Replacement.objects.filter(stopped_at=None).exists()


def test_a_coordinator_of_one_place_does_not_plan_for_others() -> None:
    operator, absent, substitute = team()
    local = signed_in(a_user(operator, Role.COORDINATOR, site=a_site(operator)))
    assert local.post(reverse("accounts:absence_create"), typed(absent, substitute)).status_code == 404


def test_the_list_takes_the_same_number_of_queries_however_long(django_assert_max_num_queries) -> None:
    operator = an_operator()
    boss = a_user(operator)
    for _ in range(6):
        absent, substitute = (a_user(operator, Role.ADVISER) for _ in range(2))
        relay(operator, absent, substitute, starts_on=today(), ends_on=today(), on=today())
    client = signed_in(boss)
    with django_assert_max_num_queries(14):
        assert len(client.get(reverse("accounts:absences")).context["replacements"]) == 6
