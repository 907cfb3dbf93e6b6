"""Accounts against those who forge: nobody takes an address, a role or an operator that was not given."""

import datetime

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from declic.accounts.actions import end_membership, invite
from declic.accounts.enums import Role
from declic.accounts.models import Membership, User
from declic.core.dates import today
from declic.organisations.actions import close_partnership
from declic.organisations.models import Partnership
from tests.factories import PASSWORD, a_partner, a_person, a_site, a_user, an_operator, signed_in

pytestmark = pytest.mark.django_db


def test_nobody_takes_the_address_of_someone_who_will_be_invited() -> None:
    operator = an_operator()
    prescriber = a_user(a_partner(operator), Role.PRESCRIBER)
    client = signed_in(prescriber)
    wanted = "nouvelle.coordination@exemple.fr"
    client.post(reverse("account_email"), {"action_add": "", "email": wanted})
    client.post(reverse("account_email"), {"action_primary": "", "email": wanted})
    assert not EmailAddress.objects.filter(email=wanted).exists()
    given = invite(
        acting_user=a_user(operator), email=wanted, name="Nouvelle", organisation=operator,
        role=Role.COORDINATOR, starts_on=today(),
    )  # fmt: skip
    assert given.user != prescriber


def test_a_coordinator_of_one_place_gives_no_role_over_all_of_them() -> None:
    operator = an_operator()
    site = a_site(operator)
    client = signed_in(a_user(operator, Role.COORDINATOR, site=site))
    typed = {
        "name": "Complice", "email": "complice@exemple.fr", "organisation": operator.pk, "role": Role.COORDINATOR,
        "site": "", "starts_on": f"{today():%d/%m/%Y}",
    }  # fmt: skip
    client.post(reverse("accounts:invite"), typed)
    assert not User.objects.filter(email="complice@exemple.fr").exists()
    role = Membership.objects.get(user=a_user(operator, Role.COORDINATOR))
    assert client.get(reverse("accounts:end_role", args=[role.pk])).status_code == 404


@pytest.mark.parametrize("forged", ["organisation", "site"])
def test_a_role_is_never_given_elsewhere(forged: str) -> None:
    operator, elsewhere = an_operator(), an_operator()
    there = {"organisation": elsewhere.pk, "site": a_site(elsewhere).pk}
    typed = {
        "name": "Complice", "email": "complice@exemple.fr", "organisation": operator.pk, "role": Role.ADVISER,
        "site": "", "starts_on": f"{today():%d/%m/%Y}", forged: there[forged],
    }  # fmt: skip
    assert signed_in(a_user(operator)).post(reverse("accounts:invite"), typed).status_code == 422
    assert not User.objects.filter(email="complice@exemple.fr").exists()


def test_an_operator_that_one_does_not_reach_cannot_be_chosen() -> None:
    operator, elsewhere = an_operator(), an_operator()
    client = signed_in(a_user(operator))
    client.post(reverse("accounts:choose_operator"), {"operator": elsewhere.pk})
    session = client.session
    assert session.get("operator") != elsewhere.pk
    # Even written in the session by some mistake, it opens nothing.
    session["operator"] = elsewhere.pk
    session.save()
    page = client.get(reverse("organisations:sites"))
    assert page.context["operator"] == operator


def test_roles_that_ended_have_not_begun_or_belong_to_a_closed_account_open_nothing() -> None:
    operator = an_operator()
    person = a_person(operator)
    address = reverse("web:file", args=[person.pk])
    boss = a_user(operator)
    ended, coming, closed = a_user(operator), a_user(operator), a_user(operator)
    yesterday = today() - datetime.timedelta(days=1)
    end_membership(acting_user=boss, membership=ended.memberships.get(), on=yesterday)
    coming.memberships.update(starts_on=today() + datetime.timedelta(days=1))
    clients = [signed_in(user) for user in (ended, coming)]
    gone = signed_in(closed)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    assert [client.get(address).status_code for client in clients] == [404, 404]
    # The session of a closed account is no session any more.
    assert gone.get(address).status_code == 302


def test_a_partnership_that_ended_opens_nothing() -> None:
    operator = an_operator()
    partner = a_partner(operator)
    client = signed_in(a_user(partner, Role.PRESCRIBER))
    assert client.get(reverse("orientation:create")).status_code == 200
    close_partnership(
        acting_user=a_user(operator),
        partnership=Partnership.objects.get(partner=partner),
        until=today() - datetime.timedelta(days=1),
    )
    assert client.get(reverse("orientation:create")).status_code == 404


def test_two_roles_in_two_structures_do_not_add_up() -> None:
    one, other = an_operator(), an_operator()
    user = a_user(one, Role.VOLUNTEER)
    invite(
        acting_user=None, email=user.email, name=user.name, organisation=other, role=Role.COORDINATOR,
        starts_on=today(),
    )  # fmt: skip
    client = signed_in(user)
    assert client.get(reverse("web:file", args=[a_person(one).pk])).status_code == 404
    assert client.get(reverse("web:file", args=[a_person(other).pk])).status_code == 200


def test_a_forgotten_password_says_the_same_to_an_address_without_account(client: Client) -> None:
    known = a_user(an_operator()).email
    answers = [
        client.post(reverse("account_reset_password"), {"email": email}, follow=True).content.decode()
        for email in (known, "personne@exemple.fr")
    ]
    assert answers[0].replace(known, "") == answers[1].replace("personne@exemple.fr", "")
    assert known in [address for message in mail.outbox for address in message.to]


def test_nobody_opens_an_account_alone(client: Client) -> None:
    client.post(reverse("account_signup"), {"email": "seul@exemple.fr", "password1": PASSWORD, "password2": PASSWORD})
    assert not User.objects.filter(email="seul@exemple.fr").exists()


def test_signing_in_changes_the_session_and_a_link_does_not_sign_out(client: Client) -> None:
    user = a_user(an_operator())
    client.get(reverse("account_login"))
    session = client.session
    session["left"] = "by someone else"
    session.save()
    before = session.session_key
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert client.session.session_key != before
    assert client.get(reverse("account_logout")).status_code == 200
    assert client.get(reverse("web:today")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(reverse("web:today")).status_code == 302
