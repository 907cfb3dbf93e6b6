"""The colour and the icon that go with the states of machines and allocations: the same everywhere."""

from django import template

from declic.equipment.enums import AllocationState, DeviceKind, DeviceState
from declic.equipment.models import Allocation

register = template.Library()

_DEVICE_CHIPS = {
    DeviceState.READY: "done",
    DeviceState.RESERVED: "wait",
    DeviceState.ON_LOAN: "note",
    DeviceState.TRANSFERRED: "note",
    DeviceState.QUARANTINED: "bad",
    DeviceState.LOST: "bad",
    DeviceState.PARTS: "plain",
    DeviceState.SCRAPPED: "plain",
}
_ALLOCATION_CHIPS = {
    AllocationState.DRAFT: "plain",
    AllocationState.ACTIVE: "note",
    AllocationState.SETTLED: "done",
    AllocationState.CANCELLED: "plain",
    AllocationState.LOST: "bad",
}
_ICONS = {DeviceKind.TABLET: "tablet", DeviceKind.SMARTPHONE: "phone"}


@register.filter
def device_chip(state: str) -> str:
    """The kind of chip of a machine's state."""
    return _DEVICE_CHIPS.get(DeviceState(state), "wait")


@register.filter
def device_icon(kind: str) -> str:
    """The drawing of a kind of machine."""
    return _ICONS.get(DeviceKind(kind), "laptop")


@register.filter
def allocation_chip(allocation: Allocation) -> str:
    """The kind of chip of an allocation's state."""
    return _ALLOCATION_CHIPS.get(AllocationState(allocation.state), "wait")


@register.filter
def of_row(values: dict[int, int], key: int) -> int:
    """The value that a dictionary keeps for a row, zero when it has none."""
    return values.get(key, 0)
