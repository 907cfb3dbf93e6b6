"""What a prescriber reads of the people referred, whatever other roles she holds elsewhere."""

import pytest
from django.urls import reverse

from declic.accounts.actions import invite
from declic.accounts.enums import Role
from declic.core.dates import today
from declic.orientation.enums import Need
from declic.orientation.models import Referral
from declic.people.models import Person
from tests.factories import (
    DAY,
    a_partner,
    a_person,
    a_referral,
    a_site,
    a_user,
    a_world,
    an_edition,
    an_operator,
    signed_in,
)

pytestmark = pytest.mark.django_db


def test_a_prescriber_who_also_works_in_one_place_reads_her_referrals_elsewhere_as_a_prescriber() -> None:
    operator = an_operator()
    here, there = a_site(operator), a_site(operator)
    partner = a_partner(operator)
    user = a_user(operator, Role.ADVISER, site=here)
    invite(
        acting_user=None, email=user.email, name=user.name, organisation=partner, role=Role.PRESCRIBER, starts_on=DAY
    )
    person = a_person(operator, site=there, phones=["+33612345678"])
    referral = a_referral(person, an_edition(operator), by=user, prescriber=partner)
    page = signed_in(user).get(reverse("orientation:detail", args=[referral.pk])).content.decode()
    assert "Mes orientations" in page
    assert reverse("web:file", args=[person.pk]) not in page
    assert "12" + "\u00a0" + "34" not in page


@pytest.mark.parametrize("field", ["edition", "prescriber"])
def test_a_referral_never_goes_to_what_one_does_not_reach(field: str) -> None:
    world, elsewhere = a_world(), a_world()
    edition = an_edition(world.operator, ends_on=today())
    far = {"edition": an_edition(elsewhere.operator, ends_on=today()).pk, "prescriber": elsewhere.prescriber.pk}
    typed = {
        "edition": edition.pk, "needs": [Need.EQUIPMENT], "first_name": "Lina", "last_name": "Morel",
        "phone": "0612345678", "channel": "phone", "on": f"{today():%d/%m/%Y}", field: far[field],
        "informed": "on",
    }  # fmt: skip
    before = Referral.objects.count()
    for role in (Role.COORDINATOR, Role.PRESCRIBER):
        response = signed_in(world.users[role]).post(reverse("orientation:create"), typed)
        if role == Role.PRESCRIBER and field == "prescriber":
            # Her form has no such box: her own structure refers.
            assert Referral.objects.latest("pk").prescriber == world.prescriber
        else:
            assert response.status_code == 422
            assert Referral.objects.count() == before


@pytest.mark.parametrize("field", ["site", "adviser", "edition"])
def test_an_entry_never_names_what_belongs_elsewhere(field: str) -> None:
    world, elsewhere = a_world(), a_world()
    edition = an_edition(world.operator, ends_on=today())
    person = a_person(world.operator)
    far = {
        "site": elsewhere.site.pk,
        "adviser": elsewhere.users[Role.COORDINATOR].pk,
        "edition": an_edition(elsewhere.operator, ends_on=today()).pk,
    }
    typed = {"edition": edition.pk, "on": f"{today():%d/%m/%Y}", field: far[field]}
    response = signed_in(world.users[Role.COORDINATOR]).post(reverse("orientation:enrol", args=[person.pk]), typed)
    assert response.status_code == 422
    assert not person.enrolments.exists()


def test_a_prescriber_describing_someone_known_learns_nothing_of_her_file() -> None:
    world = a_world()
    known = a_person(
        world.operator, first_name="Élodie", last_name="Zéphyr", birth_date=DAY.replace(year=1980),
        called="Mme Z. (hébergée au 115)", email="elodie@exemple.fr", phones=["+33612345678"], address="3 rue Cachée",
    )  # fmt: skip
    edition = an_edition(world.operator, ends_on=today())
    typed = {
        "edition": edition.pk, "needs": [Need.EQUIPMENT], "first_name": "Elodie", "last_name": "Zephyr",
        "birth_date": "04/03/1980", "phone": "0698765432", "informed": "on",
    }  # fmt: skip
    client = signed_in(world.users[Role.PRESCRIBER])
    page = client.post(reverse("orientation:create"), typed, follow=True)
    assert page.status_code == 200
    text = page.content.decode()
    for word in ("115", "elodie@exemple.fr", "Cachée", known.case_number):
        assert word not in text
    assert Person.objects.filter(last_name__in=["Zéphyr", "Zephyr"]).count() == 1
