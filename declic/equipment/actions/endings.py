"""How an allocation ends: back, kept, bought, lost; the deposit ends with it, exactly once (rule 24)."""

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.core.money import format_euros
from declic.equipment.actions import claims, money
from declic.equipment.actions.loans import note, require_held
from declic.equipment.actions.locks import lock_allocation, lock_device
from declic.equipment.enums import (
    ALLOCATION_TRANSITIONS,
    AllocationState,
    ClaimKind,
    Condition,
    DeviceState,
    LoanEventKind,
)
from declic.equipment.models import Allocation, Device
from declic.ledger.enums import Means


def _local_day(at: datetime.datetime) -> datetime.date:
    return timezone.localtime(at).date()


def _start_ending(allocation: Allocation, at: datetime.datetime) -> tuple[Allocation, Device]:
    """Lock the allocation and its machine, both still out."""
    allocation = lock_allocation(allocation)
    require_held(allocation)
    if allocation.device_id is None:
        raise DomainError(_("La machine n'est pas encore remise."))
    device = allocation.device = lock_device(allocation.device_id)
    if device.state != DeviceState.ON_LOAN:
        raise DomainError(
            _("La machine %(tag)s n'est pas dehors : son retour est déjà enregistré.") % {"tag": device.tag}
        )
    if allocation.handed_over_on is not None and _local_day(at) < allocation.handed_over_on:
        raise DomainError(_("La fin ne peut pas précéder la remise : choisissez une date plus tard."), field="on")
    return allocation, device


def _end(allocation: Allocation, state: AllocationState, at: datetime.datetime) -> None:
    # A return announced that turns into something else passes by "active": the person holds the machine after all.
    if not ALLOCATION_TRANSITIONS.allows(allocation.state, state):
        allocation.state = AllocationState.ACTIVE
        allocation.save(update_fields=["state", "updated_at"])
    allocation.state = state
    allocation.ended_on = _local_day(at)
    allocation.save()


@transaction.atomic
def receive_return(
    *,
    acting_user: User,
    allocation: Allocation,
    at: datetime.datetime,
    condition: Condition | str,
    means: Means | str,
    damage: int = 0,
) -> Allocation:
    """The machine is back and looked at: the deposit is refunded by `means` less `damage` (cents), the rest is owed.

    The machine must be erased and tested again before anyone else has it. Settled at once when nothing is owed.
    """
    allocation, device = _start_ending(allocation, at)
    claims.release_allocation(allocation, at)
    device.state = DeviceState.RETURNED
    device.cycle += 1
    device.condition = condition
    device.save()
    allocation.condition_in = condition
    _end(allocation, AllocationState.INSPECTED, at)
    on = _local_day(at)
    money.end_deposit(acting_user, allocation, on, Means(means), damage)
    _keep_account(allocation)
    if damage:
        note(acting_user, allocation, LoanEventKind.DAMAGE, on, format_euros(damage))
    return money.settle_if_even(allocation)


@transaction.atomic
def keep_device(*, acting_user: User, allocation: Allocation, at: datetime.datetime) -> Allocation:
    """The person keeps the machine and leaves the deposit; it is hers from now on. Only where the terms offer it."""
    allocation, device = _start_ending(allocation, at)
    if "keep" not in allocation.options_at_term:
        raise DomainError(_("La convention ne prévoit pas de garder le matériel : enregistrez un retour ou un achat."))
    _transfer(allocation, device, at)
    _end(allocation, AllocationState.KEPT, at)
    money.retain_deposit(acting_user, allocation, _local_day(at))
    return money.settle_if_even(allocation)


@transaction.atomic
def buy_device(
    *,
    acting_user: User,
    allocation: Allocation,
    at: datetime.datetime,
    means: Means | str,
    paid: int | None = None,
) -> Allocation:
    """The person buys the machine at the option price; the deposit pays its share, or what exceeds the price is given back.

    `paid` is what is paid now of the rest, in cents: the whole by default, less for a payment by instalments.
    """
    allocation, device = _start_ending(allocation, at)
    if "buy" not in allocation.options_at_term or allocation.option_price is None:
        raise DomainError(_("La convention ne prévoit pas d'achat : enregistrez un retour."))
    _transfer(allocation, device, at)
    _end(allocation, AllocationState.PURCHASED, at)
    on, price = _local_day(at), allocation.option_price
    money.sell(acting_user, allocation, on, price)
    money.set_off_deposit(acting_user, allocation, on, price, Means(means))
    _keep_account(allocation)
    rest = money.owed(allocation) if paid is None else paid
    money.pay(acting_user, allocation, on, rest, Means(means), key=f"sale-payment:{allocation.pk}")
    return money.settle_if_even(allocation)


@transaction.atomic
def report_lost(
    *,
    acting_user: User,
    allocation: Allocation,
    at: datetime.datetime,
    note: str,
    damage: int | None = None,
    means: Means | str = Means.CASH,
) -> Allocation:
    """The machine is lost or stolen: `note` says how. The whole deposit is kept, or `damage` cents of it if given."""
    allocation, device = _start_ending(allocation, at)
    if not note.strip():
        raise DomainError(_("Dites en quelques mots comment le matériel a disparu."), field="note")
    claims.release_allocation(allocation, at)
    device.state = DeviceState.LOST
    device.note = note.strip()[:300]
    device.save()
    _end(allocation, AllocationState.LOST, at)
    kept = money.held(allocation) if damage is None else damage
    money.end_deposit(acting_user, allocation, _local_day(at), Means(means), kept)
    _keep_account(allocation)
    return money.settle_if_even(allocation)


@transaction.atomic
def receive_payment(
    *,
    acting_user: User,
    allocation: Allocation,
    at: datetime.datetime,
    amount: int,
    means: Means | str,
    token: str,
) -> Allocation:
    """Take `amount` cents of what is owed on an ended allocation; `token` makes a double click count once."""
    allocation = lock_allocation(allocation)
    if amount <= 0:
        raise DomainError(_("Écrivez le montant reçu, par exemple 10,00 €."), field="amount")
    key = f"payment:{allocation.pk}:{token}"
    money.pay(acting_user, allocation, _local_day(at), amount, Means(means), key=key)
    return money.settle_if_even(allocation)


def _transfer(allocation: Allocation, device: Device, at: datetime.datetime) -> None:
    """The machine changes owner: its last claim lasts for ever, so nobody else can be given it."""
    freed_at = claims.release_allocation(allocation, at)
    claims.take(device=device, kind=ClaimKind.TRANSFER, at=freed_at, allocation=allocation)
    device.state = DeviceState.TRANSFERRED
    device.save()


def _keep_account(allocation: Allocation) -> None:
    # The auxiliary account may have been opened by the money itself (damage on a loan without deposit).
    allocation.save(update_fields=["account", "updated_at"])
