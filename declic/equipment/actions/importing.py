"""A list of machines enters a lot: all its good lines or none, those already known left as they are."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.equipment.enums import DeviceKind, IdentifierKind
from declic.equipment.machine_lists import MachineList, Verdict, judge
from declic.equipment.models import Device, DeviceIdentifier, Lot
from declic.equipment.numbering import checked_prefix, hold_tags, next_number, require_known, require_own_site
from declic.equipment.tags import tag_of
from declic.organisations.models import Organisation, Site

_IDENTIFIERS = {"serial": IdentifierKind.SERIAL, "imei": IdentifierKind.IMEI}


@dataclass(frozen=True)
class Imported:
    """How many lines became machines, were known, were refused."""

    entered: int
    known: int
    refused: int


@transaction.atomic
def import_machines(
    *,
    acting_user: User,
    lot: Lot,
    found: MachineList,
    mapping: Mapping[int, str],
    kind: DeviceKind | str,
    site: Site | None = None,
    refurbisher: Organisation | None = None,
    tag_prefix: str = "PC",
    known: int | None = None,
) -> Imported:
    """Create the machine of each line that is new; known machines are not touched, refused lines are left out.

    `known` is how many machines of the lot the page showed: a list sent twice enters once.
    """
    prefix = checked_prefix(tag_prefix)
    require_own_site(lot.operator_id, site)
    hold_tags(lot.operator_id)
    require_known(lot, known)
    lines = judge(found, mapping, lot=lot, kind=kind)
    new = [line for line in lines if line.verdict == Verdict.NEW]
    if not new:
        raise DomainError(_("Aucune ligne de cette liste n'est une nouvelle machine : rien n'a été ajouté."))
    unlabelled = sum(not line.tag for line in new)
    number = next_number(lot.operator_id, prefix, unlabelled) if unlabelled else 0
    devices = []
    for line in new:
        tag = line.tag
        if not tag:
            tag, number = tag_of(prefix, number), number + 1
        devices.append(
            Device(operator_id=lot.operator_id, lot=lot, tag=tag, site=site, refurbisher=refurbisher, **line.fields)
        )
    Device.objects.bulk_create(devices)
    DeviceIdentifier.objects.bulk_create(
        DeviceIdentifier(operator_id=lot.operator_id, device=device, kind=_IDENTIFIERS[name], value=value)
        for device, line in zip(devices, new, strict=True)
        for name, value in line.numbers.items()
    )
    verdicts = [line.verdict for line in lines]
    return Imported(len(new), verdicts.count(Verdict.KNOWN), verdicts.count(Verdict.REFUSED))
