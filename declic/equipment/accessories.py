"""What goes with a machine: a short list to tick when it leaves and when it comes back."""

from collections.abc import Collection

from declic.equipment.enums import DeviceKind, PartKind, PartReason
from declic.equipment.models import Allocation, PartMovement

KITS: dict[str, tuple[PartKind, ...]] = {
    DeviceKind.LAPTOP: (PartKind.CHARGER, PartKind.BAG, PartKind.MOUSE, PartKind.HEADSET),
    DeviceKind.DESKTOP: (PartKind.SCREEN, PartKind.KEYBOARD, PartKind.MOUSE, PartKind.HEADSET),
    DeviceKind.TABLET: (PartKind.CHARGER, PartKind.BAG, PartKind.KEYBOARD),
    DeviceKind.SMARTPHONE: (PartKind.CHARGER, PartKind.HEADSET),
}


def kit_choices(kind: str) -> list[tuple[str, str]]:
    """The accessories of a kind of machine, as choices."""
    return [(part.value, str(part.label)) for part in KITS[DeviceKind(kind)]]


def in_words(codes: Collection[str]) -> str:
    """Accessories by their names, in the order of the list."""
    return ", ".join(str(part.label) for part in PartKind if part.value in codes)


def given_with(allocation: Allocation) -> set[str]:
    """The accessories written down as handed over with the machine since the loan began."""
    if allocation.device_id is None or allocation.handed_over_on is None:
        return set()
    given = PartMovement.objects.filter(
        device=allocation.device_id, reason=PartReason.GIVEN, on__gte=allocation.handed_over_on, quantity__lt=0
    )
    return set(given.order_by().values_list("part__kind", flat=True))
