"""What concerns every place of an operator is not decided by whoever has one place in charge."""

import pytest
from django.urls import reverse

from declic.accounts.enums import Role
from tests.factories import a_user, a_world, signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["people:hand_over", "people:retention_policy"])
def test_a_coordinator_of_one_place_changes_nothing_for_the_others(address: str) -> None:
    world = a_world()
    here = a_user(world.operator, Role.COORDINATOR, site=world.site)
    assert signed_in(here).get(reverse(address)).status_code == 404
    assert signed_in(world.users[Role.COORDINATOR]).get(reverse(address)).status_code == 200
