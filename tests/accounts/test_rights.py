"""The one table of rights: what follows from it, and the page that shows it."""

import pytest
from django.urls import reverse

from declic.accounts.actions import invite
from declic.accounts.enums import (
    PARTNER_PERMISSIONS,
    PARTNERS,
    PERMISSIONS,
    RIGHTS,
    Permission,
    Relation,
    Role,
    own_relation,
    rights_of,
)
from declic.accounts.models import User
from declic.accounts.rights import PARTS, rights_table
from declic.accounts.scope import scope_of
from declic.organisations.actions import open_partnership
from tests.factories import START, a_partner, a_site, a_user, an_operator, signed_in

P = Permission
NAMES = {P.SEE_PEOPLE, P.EDIT_PEOPLE, P.IMPORT_PEOPLE, P.MERGE_PEOPLE, P.SHARE_FILES, P.MANAGE_RIGHTS, P.SEND_MESSAGES}
"""What shows or changes the files of persons."""


def test_the_table_speaks_of_every_action_and_role() -> None:
    assert set(RIGHTS) == set(Permission)
    assert all(set(row) == set(Role) for row in RIGHTS.values())


def test_a_narrower_relation_never_gives_more() -> None:
    for role in Role:
        whole = rights_of(role, Relation.ORGANISATION)
        assert rights_of(role, Relation.SITE) == whole
        assert rights_of(role, Relation.CASELOAD) <= whole
        if role in PARTNERS:
            assert PARTNER_PERMISSIONS[role] == rights_of(role, PARTNERS[role][1]) <= PERMISSIONS[role]


def test_nobody_outside_the_operator_opens_a_file() -> None:
    outside = frozenset[Permission]().union(*PARTNER_PERMISSIONS.values())
    assert not outside & (NAMES | {P.SEE_RECORDS, P.TAKE_MONEY, P.SEE_BOOKS, P.MANAGE_SITES, P.MANAGE_PROGRAMMES})
    assert PARTNER_PERMISSIONS[Role.FUNDER] == {P.SEE_REPORTS}


def test_only_coordination_keeps_rights_accounts_and_answer_times() -> None:
    for permission in (P.MANAGE_RIGHTS, P.MANAGE_SITES, P.SEE_ANSWER_TIMES, P.SEE_RECORDS, P.MANAGE_PROGRAMMES):
        assert {role for role, cell in RIGHTS[permission].items() if cell} == {Role.COORDINATOR}


def test_lists_of_everybody_are_not_for_someone_limited_to_a_caseload() -> None:
    assert not rights_of(Role.ADVISER, Relation.CASELOAD) & {P.IMPORT_PEOPLE, P.MERGE_PEOPLE}
    assert rights_of(Role.ADVISER, own_relation(Role.ADVISER)) >= {P.IMPORT_PEOPLE, P.MERGE_PEOPLE}


def test_the_page_names_each_action_once() -> None:
    named = [permission for _title, permissions in PARTS for permission in permissions]
    assert sorted(named) == sorted(Permission)
    assert sum(len(lines) for _title, lines in rights_table()) == len(Permission)


@pytest.mark.django_db
def test_a_coordinator_reads_the_table_in_words() -> None:
    page = signed_in(a_user(an_operator())).get(reverse("accounts:rights")).text
    for words in ("ce que sa structure a orienté", "les éditions que sa structure finance", "Rapprocher des dossiers"):
        assert words in page


# -------------------------------------------------------------------------------------------------------------- scope


@pytest.mark.django_db
def test_an_adviser_limited_to_a_caseload_reaches_nothing_by_the_place_alone() -> None:
    operator = an_operator()
    site = a_site(operator)
    user = a_user(operator, Role.ADVISER, site=site, caseload_only=True)
    (reach,) = scope_of(user).reaches
    assert (reach.relation, reach.caseload_of, reach.site_id) == (Relation.CASELOAD, (user.pk,), site.pk)
    assert not scope_of(user).can(P.IMPORT_PEOPLE)
    assert scope_of(user).can(P.SEE_PEOPLE)


@pytest.mark.django_db
def test_a_prescriber_who_works_with_two_operators_has_one_account_and_two_roles() -> None:
    one, other = an_operator(), an_operator()
    mine, theirs = a_partner(one, name="CCAS du Pré"), a_partner(other, name="CCAS du Pré")
    user = a_user(mine, Role.PRESCRIBER)
    assert scope_of(user).operators(P.REFER) == {one.pk}
    invite(
        acting_user=None, email=user.email, name="", organisation=theirs, role=Role.PRESCRIBER, starts_on=START
    )  # fmt: skip
    again = User.objects.get(pk=user.pk)
    assert scope_of(again).operators(P.REFER) == {one.pk, other.pk}
    assert {reach.organisation_id for reach in scope_of(again).reaches} == {mine.pk, theirs.pk}
    assert User.objects.filter(email=user.email).count() == 1


@pytest.mark.django_db
def test_an_account_put_in_a_structure_of_the_same_name_reaches_nothing_of_another_operator() -> None:
    wicked, operator = an_operator(), an_operator()
    spy = a_user(a_partner(wicked, name="CCAS de Toulouse"), Role.PRESCRIBER)
    a_partner(operator, name="CCAS de Toulouse")
    assert scope_of(spy).operators(P.REFER) == {wicked.pk}


@pytest.mark.django_db
def test_even_a_partnership_written_by_mistake_opens_nothing_to_members_whom_another_named() -> None:
    wicked, operator = an_operator(), an_operator()
    theirs = a_partner(wicked)
    spy = a_user(theirs, Role.PRESCRIBER)
    from declic.organisations.models import Partnership

    Partnership.objects.create(operator=operator, partner=theirs, kind="prescriber", since=START)
    assert scope_of(spy).operators(P.REFER) == {wicked.pk}
    with pytest.raises(Exception, match="autre opérateur"):
        open_partnership(acting_user=None, operator=operator, partner=theirs, kind="funder", since=START)


@pytest.mark.django_db
def test_a_scope_takes_one_query(django_assert_num_queries) -> None:
    user = a_user(an_operator(), Role.ADVISER)
    with django_assert_num_queries(1):
        scope_of(user)
        scope_of(user)
