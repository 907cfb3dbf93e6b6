"""How an allocation ends: back, kept, bought (`losses` tells of the lost); the deposit ends with it, exactly once (rule 24)."""

import datetime
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.core.money import format_euros
from declic.documents.actions import CheckedFile
from declic.equipment.accessories import given_with, in_words
from declic.equipment.actions import claims, money
from declic.equipment.actions.loans import note, require_held
from declic.equipment.actions.locks import lock_allocation, lock_device
from declic.equipment.actions.papers import add_photo
from declic.equipment.enums import (
    ALLOCATION_TRANSITIONS,
    AllocationState,
    ClaimKind,
    Condition,
    DeviceState,
    LoanEventKind,
    PhotoMoment,
)
from declic.equipment.models import Allocation, Device
from declic.ledger.enums import Means


def _local_day(at: datetime.datetime) -> datetime.date:
    return timezone.localtime(at).date()


def start_ending(allocation: Allocation, at: datetime.datetime) -> tuple[Allocation, Device]:
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


def end(allocation: Allocation, state: AllocationState, at: datetime.datetime) -> None:
    """Carry a held allocation into `state`, ended on the day of `at`."""
    # A return announced that turns into something else passes by "active": the person holds the machine after all.
    if not ALLOCATION_TRANSITIONS.allows(allocation.state, state):
        allocation.state = AllocationState.ACTIVE
        allocation.save(update_fields=["state", "updated_at"])
    allocation.state = state
    allocation.ended_on = _local_day(at)
    allocation.save()


def refund_means(allocation: Allocation, means: Means | str | None, reason: str, kept: int) -> Means:
    """By what the deposit goes back when `kept` cents of it are not given back: as it came, or otherwise with a reason."""
    came = money.means_of_deposit(allocation)
    if means is None:
        return came
    # A cheque of which a part is kept is cashed: the rest can only go back otherwise.
    if kept < money.held_anyhow(allocation) and not (kept > 0 and came == Means.CHEQUE):
        money.require_reason(allocation, Means(means), reason)
    return Means(means)


@transaction.atomic
def receive_return(
    *,
    acting_user: User,
    allocation: Allocation,
    at: datetime.datetime,
    condition: Condition | str,
    means: Means | str | None = None,
    reason: str = "",
    damage: int = 0,
    damage_words: str = "",
    accessories: Collection[str] | None = None,
    photo: CheckedFile | None = None,
) -> Allocation:
    """The machine is back and looked at: the deposit is refunded less `damage` (cents), the rest is owed.

    It goes back by the means by which it came, unless `reason` says why not. `accessories` are the codes of those that
    came back (None: not looked at); `photo` shows a condition. The machine must be erased and tested again before anyone
    else has it. Settled at once when nothing is owed.
    """
    allocation, device = start_ending(allocation, at)
    claims.release_allocation(allocation, at)
    device.state = DeviceState.RETURNED
    device.cycle += 1
    device.condition = condition
    device.save()
    allocation.condition_in = condition
    end(allocation, AllocationState.INSPECTED, at)
    on = _local_day(at)
    money.end_deposit(acting_user, allocation, on, refund_means(allocation, means, reason, damage), damage)
    keep_account(allocation)
    if accessories is not None:
        note(
            acting_user, allocation, LoanEventKind.INSPECTED, on, _inspection_words(allocation, condition, accessories)
        )
    if damage:
        words = f"{format_euros(damage)} : {damage_words.strip()}" if damage_words.strip() else format_euros(damage)
        note(acting_user, allocation, LoanEventKind.DAMAGE, on, words)
    settled = money.settle_if_even(allocation)
    if photo is not None:
        add_photo(acting_user=acting_user, allocation=allocation, moment=PhotoMoment.IN, checked=photo, on=on)
    return settled


def _inspection_words(allocation: Allocation, condition: str, accessories: Collection[str]) -> str:
    words = [str(Condition(condition).label)]
    if accessories:
        words.append(_("revenus : %(parts)s") % {"parts": in_words(accessories)})
    # Only what was written down as given can be missing.
    if missing := given_with(allocation) - set(accessories):
        words.append(_("non rendus : %(parts)s") % {"parts": in_words(missing)})
    return " ; ".join(words)


@transaction.atomic
def keep_device(*, acting_user: User, allocation: Allocation, at: datetime.datetime) -> Allocation:
    """The person keeps the machine and leaves the deposit; it is hers from now on. Only where the terms offer it."""
    allocation, device = start_ending(allocation, at)
    if "keep" not in allocation.options_at_term:
        raise DomainError(_("La convention ne prévoit pas de garder le matériel : enregistrez un retour ou un achat."))
    _transfer(allocation, device, at)
    end(allocation, AllocationState.KEPT, at)
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
    reason: str = "",
) -> Allocation:
    """The person buys the machine at the option price; the deposit pays its share, or what exceeds the price is given back.

    `paid` is what is paid now of the rest, in cents: the whole by default, less for a payment by instalments. `reason`
    says why what is given back goes by other means than the deposit came.
    """
    allocation, device = start_ending(allocation, at)
    if "buy" not in allocation.options_at_term or allocation.option_price is None:
        raise DomainError(_("La convention ne prévoit pas d'achat : enregistrez un retour."))
    _transfer(allocation, device, at)
    end(allocation, AllocationState.PURCHASED, at)
    on, price = _local_day(at), allocation.option_price
    refund_means(allocation, means, reason, price)
    money.sell(acting_user, allocation, on, price)
    money.set_off_deposit(acting_user, allocation, on, price, Means(means))
    keep_account(allocation)
    rest = money.owed(allocation) if paid is None else paid
    money.pay(acting_user, allocation, on, rest, Means(means), key=f"sale-payment:{allocation.pk}")
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


def keep_account(allocation: Allocation) -> None:
    """Save the account of an allocation, which the money itself may have opened (damage on a loan without deposit)."""
    allocation.save(update_fields=["account", "updated_at"])
