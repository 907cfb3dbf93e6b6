"""Short ways to the moments that the equipment tests tell of: a machine ready, a loan under way."""

import datetime
import itertools
from collections.abc import Iterable
from typing import Any

from declic.accounts.models import User
from declic.equipment.actions import (
    hand_over,
    install_system,
    make_ready,
    prepare_allocation,
    receive_lot,
    record_erasure,
    record_test,
    reserve_device,
    triage,
)
from declic.equipment.enums import Condition, DeviceKind, DeviceState
from declic.equipment.models import Allocation, Device
from declic.organisations.models import Organisation
from declic.orientation.models import Enrolment
from tests.factories import DAY, a_user, an_enrolment, at

_numbers = itertools.count(1)

OPTION_TERMS: dict[str, Any] = {
    "equipment": [
        {
            "mode": "loan_then_option",
            "kinds": ["laptop"],
            "deposit_eur": "30",
            "months": 6,
            "options_at_term": ["return", "buy"],
            "option_price_eur": "45",
        },
        {"mode": "sale", "kinds": ["laptop", "tablet"], "price_eur": "90"},
        {"mode": "gift", "kinds": ["laptop"]},
    ]
}


def received(operator: Organisation, *, by: User | None = None, count: int = 1, **fields: Any) -> list[Device]:
    """Machines that have just come in."""
    fields.setdefault("kind", DeviceKind.LAPTOP)
    fields.setdefault("label", f"Lot {next(_numbers)}")
    lot = receive_lot(acting_user=by or a_user(operator), operator=operator, on=DAY, count=count, **fields)
    return list(lot.devices.order_by("tag"))


def refurbish(device: Device, *, by: User, on: datetime.date = DAY) -> Device:
    """Carry a machine from the sorting table to the shelf."""
    device.refresh_from_db()
    if device.state in (DeviceState.RECEIVED, DeviceState.RETURNED):
        triage(acting_user=by, device=device)
    for drive in range(device.drives):
        record_erasure(
            acting_user=by,
            device=device,
            drive_serial=f"DISQUE-{device.pk}-{drive}",
            method="nwipe, DoD court",
            verification="relecture complète",
            errors=0,
            on=on,
            reason="relu à l'atelier",
        )
    record_test(acting_user=by, device=device, on=on, checks={"screen": True, "keyboard": True})
    install_system(acting_user=by, device=device, system="Linux Mint 22")
    return make_ready(acting_user=by, device=device, condition=Condition.GOOD)


def ready(operator: Organisation, *, by: User | None = None, count: int = 1, **fields: Any) -> list[Device]:
    """Machines on the shelf."""
    user = by or a_user(operator)
    return [refurbish(device, by=user) for device in received(operator, by=user, count=count, **fields)]


def prepared(
    enrolment: Enrolment, device: Device | None = None, *, by: User, on: datetime.date = DAY, **fields: Any
) -> Allocation:
    """An allocation with its machine set aside, when one is given."""
    fields.setdefault("mode", "loan")
    fields.setdefault("device_kind", "laptop")
    allocation = prepare_allocation(
        acting_user=by, person=enrolment.person, edition=enrolment.edition, enrolment=enrolment, on=on, **fields
    )
    if device is None:
        return allocation
    return reserve_device(acting_user=by, allocation=allocation, device=device, at=at(on, 9))


def lent(
    enrolment: Enrolment | None = None, *, by: User | None = None, on: datetime.date = DAY, **fields: Any
) -> Allocation:
    """A loan under way, its deposit in the cash drawer."""
    enrolment = enrolment or an_enrolment()
    user = by or a_user(enrolment.operator)
    (device,) = ready(enrolment.operator, by=user)
    allocation = prepared(enrolment, device, by=user, on=on, **fields)
    return hand_over(acting_user=user, allocation=allocation, at=at(on), means="cash", signed_by=str(enrolment.person))


def tags(devices: Iterable[Device]) -> list[str]:
    return [device.tag for device in devices]
