"""Accounts, places and partners: who may give access to whom, and what ends with a role."""

import datetime

import pytest
from django.core import mail
from django.urls import reverse

from declic.accounts.access import OPERATOR_KEY
from declic.accounts.actions import invite
from declic.accounts.enums import Permission, Role
from declic.accounts.models import Membership, User
from declic.accounts.scope import scope_of
from declic.core.dates import today
from declic.organisations.actions import create_organisation, open_partnership
from declic.organisations.models import Organisation, Partnership, Site
from tests.factories import START, a_partner, a_site, a_user, an_operator, signed_in

pytestmark = pytest.mark.django_db


def day(on: datetime.date | None = None) -> str:
    return f"{on or today():%d/%m/%Y}"


def invited(organisation: Organisation, role: str = Role.ADVISER, **typed: object) -> dict[str, object]:
    return {
        "name": "Nour Haddad",
        "email": "nour@exemple.fr",
        "organisation": organisation.pk,
        "role": role,
        "starts_on": day(),
        **typed,
    }


def test_a_coordinator_invites_an_adviser_of_a_site(django_capture_on_commit_callbacks) -> None:
    operator = an_operator()
    site = a_site(operator)
    client = signed_in(a_user(operator))
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("accounts:invite"), invited(operator, site=site.pk)).status_code == 303
    role = Membership.objects.get(user__email="nour@exemple.fr")
    assert (role.role, role.site) == (Role.ADVISER, site)
    assert [message.to for message in mail.outbox] == [["nour@exemple.fr"]]
    assert "/comptes/invitation/" in mail.outbox[0].body
    again = client.post(reverse("accounts:invite"), invited(operator, site=site.pk))
    assert again.status_code == 422
    assert "a déjà ce rôle" in again.text


def test_a_partner_is_staffed_by_the_operator_that_registered_it_alone() -> None:
    operator, other = an_operator(), an_operator()
    own, theirs = a_partner(operator), a_partner(other)
    client = signed_in(a_user(operator))
    for organisation, status in ((own, 303), (theirs, 422), (other, 422)):
        typed = invited(organisation, Role.PRESCRIBER)
        assert client.post(reverse("accounts:invite"), typed).status_code == status


def test_a_partner_gets_neither_our_roles_nor_our_places() -> None:
    operator = an_operator()
    partner, site = a_partner(operator), a_site(operator)
    client = signed_in(a_user(operator))
    page = client.post(reverse("accounts:invite"), invited(partner, Role.COORDINATOR, site=site.pk))
    assert set(page.context["form"].errors) == {"role", "site"}


def test_a_role_ends_and_nobody_ends_the_own_one() -> None:
    operator = an_operator()
    me, colleague = a_user(operator), a_user(operator, Role.ADVISER)
    client = signed_in(me)
    mine = reverse("accounts:end_role", args=[me.memberships.get().pk])
    assert "votre propre accès" in client.post(mine, {"on": day()}).text
    theirs = reverse("accounts:end_role", args=[colleague.memberships.get().pk])
    yesterday = today() - datetime.timedelta(days=1)
    assert client.post(theirs, {"on": day(yesterday)}).status_code == 303
    assert not scope_of(User.objects.get(pk=colleague.pk)).reaches
    assert colleague.name in client.get(reverse("accounts:team"), {"vue": "anciens"}).text
    assert colleague.name not in client.get(reverse("accounts:team")).text


def test_a_role_or_a_partnership_to_come_opens_nothing_yet() -> None:
    operator = an_operator()
    tomorrow = today() + datetime.timedelta(days=1)
    role = invite(
        acting_user=None, email="x@exemple.fr", name="X", organisation=operator, role=Role.ADVISER, starts_on=tomorrow
    )
    assert not scope_of(role.user).reaches
    assert scope_of(role.user, on=tomorrow).can(Permission.SEE_PEOPLE)
    partner = create_organisation(acting_user=None, name="PLIE", kinds=["prescriber"], registered_by=operator)
    open_partnership(acting_user=None, operator=operator, partner=partner, kind="prescriber", since=tomorrow)
    assert operator.pk not in scope_of(a_user(partner, Role.PRESCRIBER)).operators(Permission.REFER)


def test_one_chooses_for_which_operator_one_works() -> None:
    first, second, foreign = an_operator(), an_operator(), an_operator()
    user = a_user(first)
    invite(acting_user=None, email=user.email, name="", organisation=second, role=Role.COORDINATOR, starts_on=START)
    client = signed_in(user)
    assert client.post(reverse("accounts:choose_operator"), {"operator": second.pk}).status_code == 303
    assert client.session[OPERATOR_KEY] == second.pk
    assert second.name in client.get(reverse("organisations:sites")).text
    client.post(reverse("accounts:choose_operator"), {"operator": foreign.pk})
    assert client.session[OPERATOR_KEY] == second.pk


def test_places_are_added_corrected_and_closed() -> None:
    operator = an_operator()
    client = signed_in(a_user(operator))
    url = reverse("organisations:site_create")
    assert client.post(url, {"name": "Maison du Mirail", "postal_code": "31100"}).status_code == 303
    assert "porte déjà ce nom" in client.post(url, {"name": "maison du mirail"}).text
    site = Site.objects.get(operator=operator)
    edit = reverse("organisations:site_edit", args=[site.pk])
    assert client.post(edit, {"name": "Mirail", "closed_on": day()}).status_code == 303
    site.refresh_from_db()
    assert (site.name, site.closed_on) == ("Mirail", today())
    assert "Fermé le" in client.get(reverse("organisations:sites")).text


def test_a_partner_is_added_once_and_its_access_ends_with_the_partnership() -> None:
    operator = an_operator()
    client = signed_in(a_user(operator))
    typed = {"name": "CCAS de Toulouse", "kind": "prescriber", "since": day()}
    assert "prescriber_kind" in client.post(reverse("organisations:partner_add"), typed).context["form"].errors
    typed["prescriber_kind"] = "CCAS"
    assert client.post(reverse("organisations:partner_add"), typed).status_code == 303
    assert "déjà en cours" in client.post(reverse("organisations:partner_add"), typed).text
    partnership = Partnership.objects.get(operator=operator)
    referent = a_user(partnership.partner, Role.PRESCRIBER)
    assert scope_of(referent).can(Permission.REFER, operator.pk)
    close = reverse("organisations:partner_close", args=[partnership.pk])
    assert client.post(close, {"until": day(today() - datetime.timedelta(days=1))}).status_code == 422
    assert client.post(close, {"until": day()}).status_code == 303
    tomorrow = today() + datetime.timedelta(days=1)
    assert not scope_of(referent, on=tomorrow).can(Permission.REFER)


def test_each_operator_has_its_own_record_of_a_structure() -> None:
    operator, other = an_operator(), an_operator()
    known = a_partner(other, name="PLIE du Pré")
    typed = {"name": "plie du pré", "kind": "prescriber", "prescriber_kind": "PLIE", "since": day()}
    assert signed_in(a_user(operator)).post(reverse("organisations:partner_add"), typed).status_code == 303
    mine = Partnership.objects.get(operator=operator).partner
    assert (mine.name, mine.registered_by) == ("plie du pré", operator)
    assert mine != known
    # A second kind of partnership takes up the own record.
    typed |= {"kind": "training_partner", "prescriber_kind": ""}
    assert signed_in(a_user(operator)).post(reverse("organisations:partner_add"), typed).status_code == 303
    assert set(Partnership.objects.filter(operator=operator).values_list("partner", flat=True)) == {mine.pk}
