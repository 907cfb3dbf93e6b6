"""Who opens the pages of aids and of the shop: read by tests/test_access_matrix.py."""

from typing import Any

from declic.accounts.enums import Permission
from declic.connectivity.actions import add_product, request_aid
from declic.connectivity.models import InternetAid, RechargeProduct
from declic.core.dates import today


def _aid(world: Any) -> dict[str, int]:
    found = InternetAid.objects.filter(enrolment=world.enrolment).first() or request_aid(
        acting_user=world.users["adviser"], enrolment=world.enrolment, on=today()
    )
    return {"aid_id": found.pk}


def _product(world: Any) -> dict[str, int]:
    found = RechargeProduct.objects.filter(operator=world.operator).first() or add_product(
        acting_user=world.users["coordinator"],
        operator=world.operator,
        name="Internet 20 Go",
        public_price=3000,
        solidarity_price=700,
    )
    return {"product_id": found.pk}


_EITHER = (Permission.DECIDE_AID, Permission.REQUEST_AID)

ROWS = {
    "connectivity:aids": (lambda world: {}, _EITHER),
    "connectivity:aid_request": (lambda world: {"enrolment_id": world.enrolment.pk}, Permission.REQUEST_AID),
    "connectivity:aid": (_aid, _EITHER),
    "connectivity:aid_grant": (_aid, Permission.DECIDE_AID),
    "connectivity:aid_refuse": (_aid, Permission.DECIDE_AID),
    "connectivity:aid_pay": (_aid, Permission.DECIDE_AID),
    "connectivity:shop": (lambda world: {}, Permission.TAKE_MONEY),
    "connectivity:sell": (lambda world: {"person_id": world.person.pk}, Permission.TAKE_MONEY),
    "connectivity:sales": (lambda world: {}, Permission.TAKE_MONEY),
    "connectivity:product_create": (lambda world: {}, Permission.MANAGE_PROGRAMMES),
    "connectivity:product_stop": (_product, Permission.MANAGE_PROGRAMMES),
}
