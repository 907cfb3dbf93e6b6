"""Partners that operators shared become one record each, and every row follows its operator."""

import datetime
import importlib

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from declic.accounts.enums import Permission, Role
from declic.accounts.models import Membership, User
from declic.accounts.scope import scope_of
from declic.equipment.models import Lot
from declic.organisations.models import Organisation, Partnership
from declic.orientation.models import Referral
from declic.programmes.models import BudgetLine
from tests.factories import START, a_person, a_referral, a_site, a_user, an_edition, an_operator

pytestmark = pytest.mark.django_db

split = importlib.import_module(
    "declic.organisations.migrations.0003_one_record_of_a_partner_per_operator"
).split_partners


def shared(name: str, kind: str, *operators: Organisation) -> Organisation:
    """A structure as it used to be: nobody's, with partnerships that begin one after the other."""
    partner = Organisation.objects.create(name=name, kinds=[kind], prescriber_kind="CCAS", phone="+33561000000")
    for number, operator in enumerate(operators):
        since = START + datetime.timedelta(days=number)
        Partnership.objects.create(operator=operator, partner=partner, kind=kind, since=since)
    return partner


def member(organisation: Organisation, role: str, email: str, **fields: object) -> User:
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, name=email)
    Membership.objects.create(user=user, organisation=organisation, role=role, starts_on=START, **fields)
    return user


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_partner_of_one_operator_becomes_its_own() -> None:
    operator = an_operator()
    partner = shared("CCAS", "prescriber", operator)
    split(apps, None)
    partner.refresh_from_db()
    assert partner.registered_by == operator
    assert Organisation.objects.filter(name="CCAS").count() == 1


def test_a_shared_partner_is_split_with_its_members_and_the_rows_of_each_operator() -> None:
    first, second = an_operator(), an_operator()
    partner = shared("CCAS", "prescriber", first, second)
    user = member(partner, Role.PRESCRIBER, "orienteur@exemple.fr")
    referrals = [
        a_referral(a_person(operator), an_edition(operator), by=user, prescriber=partner)
        for operator in (first, second)
    ]
    lots = [
        Lot.objects.create(operator=one, label="Don", count=1, received_on=START, donor=partner)
        for one in (first, second)
    ]
    split(apps, None)
    partner.refresh_from_db()
    copy = Organisation.objects.get(registered_by=second)
    assert partner.registered_by == first
    assert (copy.name, copy.kinds, copy.prescriber_kind, copy.phone) == ("CCAS", ["prescriber"], "CCAS", partner.phone)
    assert [Referral.objects.get(pk=one.pk).prescriber for one in referrals] == [partner, copy]
    assert [Lot.objects.get(pk=one.pk).donor for one in lots] == [partner, copy]
    assert [Partnership.objects.get(operator=one).partner for one in (first, second)] == [partner, copy]
    # Nobody loses what was open.
    assert scope_of(fresh(user)).operators(Permission.REFER) == {first.pk, second.pk}
    split(apps, None)
    assert Organisation.objects.filter(name="CCAS").count() == 2


def test_an_operator_that_is_another_s_partner_stays_an_operator() -> None:
    operator, neighbour = an_operator(), an_operator("Voisin")
    Partnership.objects.create(operator=operator, partner=neighbour, kind="training_partner", since=START)
    email = "formatrice@exemple.fr"
    for site in (a_site(neighbour), a_site(neighbour)):
        user = member(neighbour, Role.ADVISER, email, site=site)
    boss = member(neighbour, Role.COORDINATOR, "direction@exemple.fr")
    split(apps, None)
    neighbour.refresh_from_db()
    copy = Organisation.objects.get(registered_by=operator)
    assert neighbour.registered_by is None
    assert copy.kinds == ["training_partner"]
    assert list(copy.memberships.values_list("user", "role", "site")) == [(user.pk, Role.ADVISER, None)]
    assert scope_of(fresh(user)).operators(Permission.TEACH) == {operator.pk, neighbour.pk}
    assert scope_of(fresh(boss)).operators(Permission.MANAGE_SITES) == {neighbour.pk}


def test_who_is_named_by_rows_alone_belongs_to_their_operator() -> None:
    operator = an_operator()
    funder = Organisation.objects.create(name="Région", kinds=["funder"])
    line = BudgetLine.objects.create(
        operator=operator, edition=an_edition(operator), side="income", label="Subvention", year=2024, planned=100,
        funder=funder,
    )  # fmt: skip
    split(apps, None)
    funder.refresh_from_db()
    line.refresh_from_db()
    assert (funder.registered_by, line.funder) == (operator, funder)


def test_a_name_serves_once_for_each_operator_whatever_its_case() -> None:
    one, other = an_operator("Un"), an_operator()
    for registered_by in (one, other):
        Organisation.objects.create(name="CCAS", kinds=["prescriber"], registered_by=registered_by)
    for registered_by, name, kinds in ((one, "ccas", ["funder"]), (None, "UN", ["operator"]), (one, "X", ["operator"])):
        with pytest.raises(IntegrityError), transaction.atomic():
            Organisation.objects.create(name=name, kinds=kinds, registered_by=registered_by)
    assert not Membership.objects.filter(organisation__name="CCAS").exists()
    assert a_user(one).memberships.count() == 1
