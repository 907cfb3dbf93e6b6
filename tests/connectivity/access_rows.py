"""Who opens the pages of aids and of the shop: read by tests/test_access_matrix.py."""

import uuid
from typing import Any

from declic.accounts.enums import Permission
from declic.connectivity.actions import add_codes, add_product, request_aid, sell_recharge
from declic.connectivity.code_lists import Found
from declic.connectivity.models import InternetAid, RechargeProduct, RechargeSale
from declic.core.dates import now, today
from declic.documents.actions import CheckedFile, store_checked
from declic.documents.kinds import PDF


def _aid(world: Any) -> dict[str, int]:
    found = InternetAid.objects.filter(enrolment=world.enrolment).first() or request_aid(
        acting_user=world.users["adviser"], enrolment=world.enrolment, on=today()
    )
    return {"aid_id": found.pk}


def _proved(world: Any) -> dict[str, int]:
    found = InternetAid.objects.get(pk=_aid(world)["aid_id"])
    if found.proof_document is None:
        # Whatever became of the aid in the meantime, its paper stays.
        paper = store_checked(
            acting_user=world.users["adviser"],
            operator=world.operator,
            kind="proof",
            title="Facture",
            checked=CheckedFile(b"%PDF-1.4 facture", PDF),
        )
        InternetAid.objects.filter(pk=found.pk).update(proof_document=paper)
    return {"aid_id": found.pk}


def _product(world: Any) -> dict[str, int]:
    found = RechargeProduct.objects.filter(operator=world.operator).first() or add_product(
        acting_user=world.users["coordinator"],
        operator=world.operator,
        name="Internet 20 Go",
        public_price=3000,
        solidarity_price=700,
        stocked="codes",
    )
    return {"product_id": found.pk}


def _sale(world: Any) -> dict[str, int]:
    found = RechargeSale.objects.filter(person=world.person).first()
    if found is None:
        product = RechargeProduct.objects.get(pk=_product(world)["product_id"])
        add_codes(
            acting_user=world.users["coordinator"],
            product=product,
            codes=[Found(f"CODE-{world.operator.pk}-{number:06d}", number) for number in range(3)],
            at=now(),
        )
        found = sell_recharge(
            acting_user=world.users["cashier"],
            person=world.person,
            product=product,
            on=today(),
            token=uuid.uuid4(),
            means="cash",
        )
    return {"sale_id": found.pk}


_EITHER = (Permission.DECIDE_AID, Permission.REQUEST_AID)

ROWS = {
    "connectivity:aids": (lambda world: {}, _EITHER),
    "connectivity:aid_request": (lambda world: {"enrolment_id": world.enrolment.pk}, Permission.REQUEST_AID),
    "connectivity:evaluation_create": (lambda world: {"enrolment_id": world.enrolment.pk}, Permission.REQUEST_AID),
    "connectivity:aid": (_aid, _EITHER),
    "connectivity:aid_grant": (_aid, Permission.DECIDE_AID),
    "connectivity:aid_refuse": (_aid, Permission.DECIDE_AID),
    "connectivity:aid_prove": (_aid, _EITHER),
    "connectivity:aid_proof": (_proved, _EITHER),
    "connectivity:aid_pay": (_aid, Permission.DECIDE_AID),
    "connectivity:shop": (lambda world: {}, Permission.TAKE_MONEY),
    "connectivity:sell": (lambda world: {"person_id": world.person.pk}, Permission.TAKE_MONEY),
    "connectivity:sales": (lambda world: {}, Permission.TAKE_MONEY),
    "connectivity:sale": (_sale, Permission.TAKE_MONEY),
    "connectivity:sale_code": (_sale, Permission.TAKE_MONEY),
    "connectivity:sale_cancel": (_sale, Permission.TAKE_MONEY),
    "connectivity:product_create": (lambda world: {}, Permission.MANAGE_PROGRAMMES),
    "connectivity:product": (_product, Permission.MANAGE_PROGRAMMES),
    "connectivity:product_stock": (_product, Permission.MANAGE_PROGRAMMES),
    "connectivity:product_price": (_product, Permission.MANAGE_PROGRAMMES),
    "connectivity:product_codes": (_product, Permission.MANAGE_PROGRAMMES),
    "connectivity:product_stop": (_product, Permission.MANAGE_PROGRAMMES),
}
