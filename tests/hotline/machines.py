"""Machines ready to be lent, and lent, through the same actions as the screens."""

import datetime
from typing import Any

from declic.accounts.models import User
from declic.equipment import actions as equipment
from declic.equipment.models import Allocation, Device
from declic.ledger.enums import Means
from declic.organisations.models import Organisation
from declic.orientation.models import Enrolment
from tests.factories import DAY, at


def a_ready_machine(operator: Organisation, *, by: User, refurbisher: Organisation | None = None, **lot: Any) -> Device:
    """A laptop on the shelf: erased, tested, installed."""
    lot.setdefault("kind", "laptop")
    received = equipment.receive_lot(
        acting_user=by, operator=operator, label="Don", on=DAY, count=1, refurbisher=refurbisher, **lot
    )
    device = received.devices.get()
    device = equipment.triage(acting_user=by, device=device)
    equipment.record_erasure(
        acting_user=by,
        device=device,
        drive_serial=f"S{device.pk}",
        method="nwipe PRNG",
        verification="relecture complète",
        errors=0,
        on=DAY,
        reason="relu à l'atelier",
    )
    equipment.record_test(acting_user=by, device=device, on=DAY, checks={"écran": True, "clavier": True})
    equipment.install_system(acting_user=by, device=device, system="Linux Mint 21")
    return equipment.make_ready(acting_user=by, device=device, condition="good")


def a_loan(
    enrolment: Enrolment,
    *,
    by: User,
    on: datetime.date = DAY,
    refurbisher: Organisation | None = None,
) -> Allocation:
    """A laptop lent under the enrolment's terms and handed over on a day."""
    device = a_ready_machine(enrolment.operator, by=by, refurbisher=refurbisher)
    allocation = equipment.prepare_allocation(
        acting_user=by,
        person=enrolment.person,
        edition=enrolment.edition,
        mode="loan",
        device_kind="laptop",
        on=on,
        enrolment=enrolment,
    )
    allocation = equipment.reserve_device(acting_user=by, allocation=allocation, device=device, at=at(on, 9))
    return equipment.hand_over(
        acting_user=by, allocation=allocation, at=at(on, 10), means=Means.CASH, signed_by="La personne"
    )
