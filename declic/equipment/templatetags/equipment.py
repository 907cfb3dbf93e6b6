"""The colour and the icon that go with the states of machines and allocations: the same everywhere."""

from collections.abc import Iterable

from django import template
from django.utils.translation import gettext_lazy

from declic.equipment.enums import AllocationState, DeviceKind, DeviceState
from declic.equipment.models import Allocation
from declic.equipment.reading import REASONS

register = template.Library()

_HIDDEN_AREAS = {
    "none": gettext_lazy("cherchées, aucune trouvée"),
    "removed": gettext_lazy("trouvées, puis retirées par l’outil"),
    "not_applicable": gettext_lazy("ce type de disque n’en a pas"),
    "detected": gettext_lazy("trouvées, encore là"),
}

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
def state_words(state: str) -> str:
    """A machine's state in words: as `get_state_display`, which composes the table of all choices anew for each row."""
    return str(DeviceState(state).label)


@register.filter
def kind_words(kind: str) -> str:
    """A kind of machine in words, likewise."""
    return str(DeviceKind(kind).label)


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


@register.filter
def gigabytes(memory_mb: int) -> str:
    """Memory in Go as people say it: 8, 7,8."""
    return f"{round(memory_mb / 1024, 1):g}".replace(".", ",")


@register.filter
def disk_size(size_bytes: int) -> str:
    """The size of a drive as makers count it: `256 Go`, `1 To`."""
    if size_bytes >= 10**12:
        return f"{round(size_bytes / 10**12, 1):g} To".replace(".", ",")
    return f"{round(size_bytes / 10**9)} Go"


@register.filter
def absolute(number: int) -> int:
    """Without its sign."""
    return abs(number)


@register.filter
def in_eights(text: str) -> list[str]:
    """A long hash in groups that a line can break between."""
    return [text[place : place + 8] for place in range(0, len(text), 8)]


@register.filter
def reason_words(codes: Iterable[str]) -> list[str]:
    """Why a file does not prove an erasure, in words; a code without words is shown as it is."""
    return [str(REASONS.get(code, code)) for code in codes]


@register.filter
def hidden_words(code: str) -> str:
    """What a file says of the hidden areas of a drive (HPA, DCO), in words; a code without words is shown as it is."""
    return str(_HIDDEN_AREAS.get(code, code))
