"""The certificate of erasure, for a machine or a lot: a designed page that tells each drive, its proof and who answers for it."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from declic.core.paper import as_pdf
from declic.equipment.models import Device, Drive, Erasure, Lot
from declic.equipment.proofs import certified_lives
from declic.organisations.models import Organisation


@dataclass(frozen=True)
class DriveErased:
    """One drive of the certificate; `drive` is what is known of it."""

    erasure: Erasure
    drive: Drive | None

    @property
    def model(self) -> str:
        """The drive's model, from its sheet or from the file."""
        reading = self.erasure.reading
        return (self.drive.model if self.drive else "") or (reading.model if reading else "")

    @property
    def size_bytes(self) -> int | None:
        """The drive's size, from its sheet or from the file."""
        reading = self.erasure.reading
        return (self.drive.size_bytes if self.drive else None) or (reading.size_bytes if reading else None)

    @property
    def size_gb(self) -> int | None:
        """The size as makers count it, in whole Go."""
        return round(self.size_bytes / 10**9) if self.size_bytes else None


@dataclass(frozen=True)
class MachineErased:
    """One machine in one of its lives, with every drive that was erased in it."""

    device: Device
    life: int
    drives: list[DriveErased]


def certified_machines(devices: Sequence[Device], *, every_life: bool) -> list[MachineErased]:
    """What may be certified of these machines, never a life of which a drive is not; five queries whatever their number.

    With `every_life`, each life of a machine; without, its first, in which what the donor left on it was erased.
    """
    lives = certified_lives(devices)
    erasures: dict[tuple[int, int], list[Erasure]] = {}
    wanted = Erasure.objects.filter(device__in=[device.pk for device in devices], certified=True)
    for erasure in wanted.select_related("done_by", "reading__evidence").order_by("pk"):
        erasures.setdefault((erasure.device_id, erasure.cycle), []).append(erasure)
    drives: dict[tuple[int, str], Drive] = {}
    for drive in Drive.objects.filter(device__in=[device.pk for device in devices]).order_by("-pk"):
        drives[drive.device_id, drive.serial.upper()] = drive
    found = []
    for device in devices:
        proved = [life for life in sorted(lives[device.pk]) if (device.pk, life) in erasures]
        for life in proved if every_life else proved[:1]:
            rows = erasures[device.pk, life]
            known = [DriveErased(row, drives.get((device.pk, row.drive_serial.upper()))) for row in rows]
            found.append(MachineErased(device, life, known))
    return found


def certificate_html(
    machines: Iterable[MachineErased],
    *,
    operator: Organisation,
    on: datetime.date,
    lot: Lot | None = None,
    uncertified: int = 0,
) -> str:
    """The page of the certificate, before it is laid out."""
    listed = list(machines)
    context: dict[str, Any] = {
        "machines": listed,
        "operator": operator,
        "on": on,
        "lot": lot,
        "uncertified": uncertified,
        "count": sum(len(machine.drives) for machine in listed),
        "by_hand": any(not row.erasure.reading_id or row.erasure.review_reason for one in listed for row in one.drives),
    }
    return render_to_string("equipment/certificate_pdf.html", context)


def certificate_pdf(machines: Iterable[MachineErased], **context: Any) -> bytes:
    """The certificate as a tagged PDF (PDF/UA-1); `context` is that of `certificate_html`."""
    return as_pdf(certificate_html(machines, **context))
