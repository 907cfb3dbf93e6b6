"""A team with which a file is shared works with it, and neither gives it away nor keeps it after the last day."""

from typing import Any

import pytest
from django.urls import reverse

from declic.accounts.enums import Permission, Role
from declic.core.dates import today
from declic.people.access import visible_pairs, visible_people
from declic.people.actions import propose_pair, share_file
from declic.people.models import FileShare, Merge, Person
from tests.factories import a_person, a_site, a_user, an_operator, signed_in

pytestmark = pytest.mark.django_db


class Lent:
    """A file of one place, shared with the team of another."""

    def __init__(self) -> None:
        self.operator = an_operator()
        self.home, self.away, self.third = (a_site(self.operator) for _ in range(3))
        self.coordinator = a_user(self.operator)
        self.guest = a_user(self.operator, Role.ADVISER, site=self.away)
        self.person = a_person(self.operator, by=self.coordinator, site=self.home)
        share_file(
            acting_user=self.coordinator, person=self.person, site=self.away, reason="relais", until=today(), on=today()
        )


@pytest.fixture
def lent() -> Lent:
    return Lent()


def test_a_guest_reads_and_corrects_the_file(lent: Lent) -> None:
    client = signed_in(lent.guest)
    page = client.get(reverse("web:file", args=[lent.person.pk]))
    assert page.status_code == 200
    for door in ("people:share", "people:reunite_find"):
        assert reverse(door, args=[lent.person.pk]) not in page.text
    assert client.get(reverse("people:edit", args=[lent.person.pk])).status_code == 200


def test_a_guest_does_not_share_the_file_further(lent: Lent) -> None:
    client = signed_in(lent.guest)
    sent = client.post(
        reverse("people:share", args=[lent.person.pk]),
        {"site": lent.third.pk, "reason": "encore", "until": f"{today():%d/%m/%Y}"},
    )
    assert sent.status_code == 404
    assert FileShare.objects.count() == 1


def test_a_guest_does_not_move_the_file_to_another_place(lent: Lent) -> None:
    client = signed_in(lent.guest)
    address = reverse("people:edit", args=[lent.person.pk])
    version = client.get(address).context["form"]["version"].value()
    typed = {
        "first_name": "Awa", "last_name": "Corrigée", "site": lent.away.pk, "version": version,
        "phones-TOTAL_FORMS": 0, "phones-INITIAL_FORMS": 0,
    }  # fmt: skip
    assert client.post(address, typed).status_code == 303
    lent.person.refresh_from_db()
    assert (lent.person.last_name, lent.person.site) == ("Corrigée", lent.home)


def test_a_guest_does_not_absorb_the_file_into_one_of_her_own(lent: Lent) -> None:
    own = a_person(lent.operator, by=lent.coordinator, site=lent.away)
    client = signed_in(lent.guest)
    for pair in ((own.pk, lent.person.pk), (lent.person.pk, own.pk)):
        assert client.post(reverse("web:reunite", args=pair), {}).status_code == 404
    assert not Merge.objects.exists()
    propose_pair(one=own, other=lent.person, score=90, reasons=[], on=today())
    assert not visible_pairs(lent.guest).exists()
    assert visible_pairs(lent.coordinator).exists()


@pytest.mark.parametrize("permission", [Permission.SHARE_FILES, Permission.MERGE_PEOPLE])
def test_an_adviser_s_own_files_and_those_of_no_place_may_be_shared_and_reunited(
    lent: Lent, permission: Permission
) -> None:
    own = a_person(lent.operator, by=lent.coordinator, site=lent.away)
    nowhere = a_person(lent.operator, by=lent.coordinator)
    assert set(visible_people(lent.guest, permission)) == {own, nowhere}
    assert set(visible_people(lent.guest)) == {own, nowhere, lent.person}


def test_who_works_for_the_place_too_is_no_guest(lent: Lent) -> None:
    page: Any = signed_in(lent.coordinator).get(reverse("web:file", args=[lent.person.pk]))
    assert reverse("people:share", args=[lent.person.pk]) in page.text
    assert Person.objects.get(pk=lent.person.pk) in visible_people(lent.coordinator, Permission.SHARE_FILES)


def test_a_coordinator_of_the_other_place_makes_no_copy_of_the_file(lent: Lent) -> None:
    boss = a_user(lent.operator, Role.COORDINATOR, site=lent.away)
    client = signed_in(boss)
    assert client.get(reverse("web:file", args=[lent.person.pk])).status_code == 200
    assert client.post(reverse("people:copy", args=[lent.person.pk]), {"format": "json"}).status_code == 404
    assert client.get(reverse("people:hold", args=[lent.person.pk])).status_code == 404
    own = a_person(lent.operator, by=lent.coordinator, site=lent.away)
    assert client.post(reverse("people:copy", args=[own.pk]), {"format": "json"}).status_code == 200
