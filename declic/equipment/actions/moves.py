"""How a locked machine changes state: its table says what may follow, and a French sentence says why not."""

from django.utils.translation import gettext as _

from declic.equipment.enums import DEVICE_TRANSITIONS, DeviceState
from declic.equipment.models import Device


def require(device: Device, state: DeviceState) -> None:
    """Raise DomainError when the machine cannot go into `state`."""
    if device.state in (DeviceState.RESERVED, DeviceState.ON_LOAN, DeviceState.TRANSFERRED):
        message = _("La machine %(tag)s est attribuée à quelqu'un : passez par son attribution.")
    else:
        message = _("La machine %(tag)s est maintenant dans l'état « %(state)s » : cette étape n'est pas possible.")
    DEVICE_TRANSITIONS.require(
        device.state, state, message % {"tag": device.tag, "state": DeviceState(device.state).label}
    )


def move(device: Device, state: DeviceState) -> Device:
    """Carry a locked machine into `state`, or say why it cannot go there; sorted again, it is to be graded again."""
    require(device, state)
    device.state = state
    if state == DeviceState.TRIAGED:
        device.grade = device.grade_rules = ""
    device.save()
    return device
