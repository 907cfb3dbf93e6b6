"""The one order in which rows are locked (person → allocation → device), so that no two actions wait for each other."""

from declic.equipment.models import Allocation, Device
from declic.people.models import Person


def lock_person(person: Person) -> Person:
    """The person's row, locked: limits per person are counted under this lock."""
    return Person.objects.select_for_update(no_key=True, of=("self",)).get(pk=person.pk)


def lock_allocation(allocation: Allocation) -> Allocation:
    """The allocation as it is now, locked after its person."""
    lock_person(Person(pk=allocation.person_id))
    return (
        Allocation.objects.select_for_update(no_key=True, of=("self",))
        .select_related("person", "edition__programme", "enrolment__terms")
        .get(pk=allocation.pk)
    )


def lock_device(device: Device | int) -> Device:
    """The machine as it is now, locked."""
    pk = device if isinstance(device, int) else device.pk
    return Device.objects.select_for_update(no_key=True, of=("self",)).select_related("operator").get(pk=pk)


def lock_devices(*devices: Device | int) -> list[Device]:
    """Several machines, locked in the order of their keys, given back in the order asked for."""
    wanted = [device if isinstance(device, int) else device.pk for device in devices]
    locked = {pk: lock_device(pk) for pk in sorted(set(wanted))}
    return [locked[pk] for pk in wanted]
