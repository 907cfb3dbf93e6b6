"""Groups against curiosity: an adviser of one place does not read who waits in another; a plan of classes has an end."""

import datetime

import pytest
from django.urls import reverse

from declic.accounts.enums import Role
from declic.core.dates import today
from declic.core.errors import DomainError
from declic.training.actions import open_group, schedule_pattern
from declic.training.models import ClassSession
from tests.factories import DAY, a_person, a_site, a_user, an_edition, an_enrolment, an_operator, signed_in

pytestmark = pytest.mark.django_db


def _group(edition, user, **fields):
    fields.setdefault("ends_on", today() + datetime.timedelta(days=30))
    return open_group(
        acting_user=user, edition=edition, kind="course", name="Groupe", planned_minutes=960, capacity=10,
        starts_on=edition.starts_on, **fields,
    )  # fmt: skip


def test_an_adviser_of_one_place_does_not_read_who_waits_in_another() -> None:
    operator = an_operator()
    boss = a_user(operator)
    here, there = a_site(operator), a_site(operator)
    edition = an_edition(operator, by=boss, ends_on=today() + datetime.timedelta(days=60))
    for site, name in ((here, "Dici"), (there, "Delabas")):
        an_enrolment(person=a_person(operator, by=boss, site=site, last_name=name), edition=edition, by=boss, site=site)
    group = _group(edition, boss, site=here)
    page = signed_in(a_user(operator, Role.ADVISER, site=here)).get(reverse("training:group", args=[group.pk]))
    text = page.content.decode()
    assert "Dici" in text
    assert "Delabas" not in text


def test_a_plan_of_classes_over_a_century_is_refused_in_a_sentence() -> None:
    operator = an_operator()
    user = a_user(operator)
    edition = an_edition(operator, by=user, ends_on=datetime.date(2199, 12, 31))
    group = _group(edition, user, ends_on=datetime.date(2199, 12, 31))
    with pytest.raises(DomainError, match="séances"):
        schedule_pattern(
            acting_user=user, group=group, first=DAY, last=datetime.date(2199, 12, 31), weekdays={0, 1, 2, 3, 4},
            half_days=["morning"], minutes=60, trainer=user,
        )  # fmt: skip
    assert not ClassSession.objects.exists()
