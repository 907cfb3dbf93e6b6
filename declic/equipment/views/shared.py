"""What several pages of allocations share."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.equipment.access import access_allocation, visible_devices
from declic.equipment.actions.money import held_anyhow, means_of_deposit
from declic.equipment.enums import HELD_STATES
from declic.equipment.models import Allocation, Device
from declic.equipment.queries import (
    ready_devices,
)
from declic.ledger.enums import Means

_SUGGESTED = 100


def suggestions(user: Any, operator_id: int, kinds: Sequence[str]) -> tuple[QuerySet[Device], list[Device]]:
    """The stock in which a tag is looked up, and the ready machines to suggest."""
    devices = visible_devices(user).filter(operator=operator_id)
    return devices, list(ready_devices(devices, kinds)[:_SUGGESTED])


def page_of(allocation: Allocation) -> str:
    """The address of the page of an allocation."""
    return reverse("equipment:allocation", args=[allocation.pk])


def held_loan(request: HttpRequest, allocation_id: int) -> Allocation:
    """A loan that one may end; a page opened on a loan already ended leads back to it through the action's refusal."""
    return access_allocation(allocation_id, user_of(request), Permission.HAND_OVER)


def ended_already(request: HttpRequest, found: Allocation) -> bool:
    """Whether a form is asked for whose loan is over: its own page says what happened."""
    return request.method == "GET" and found.state not in HELD_STATES


def deposit_came_by(found: Allocation) -> Means | None:
    """By what the deposit that guarantees a loan came; None when there is none."""
    return means_of_deposit(found) if held_anyhow(found) else None
