"""What is proved of a machine in its present life, and since when that life lasts (rule 22): read here, never guessed."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Case, Count, Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Upper
from django.utils import timezone

from declic.equipment.enums import ClaimKind, DeviceState, ReadingVerdict
from declic.equipment.inventory import verdict_for
from declic.equipment.models import Claim, Device, Drive, Erasure, ErasureReading
from declic.equipment.reading import Verdict


@dataclass
class DriveLine:
    """One drive of a machine: its certified erasure in this life if there is one, what else was tried, what files say."""

    serial: str
    drive: Drive | None = None
    certified: Erasure | None = None
    attempts: list[Erasure] = field(default_factory=list)
    readings: list[ErasureReading] = field(default_factory=list)


@dataclass
class DriveSheet:
    """The drives of a machine, those that nobody has named yet, and the files that fit none of them."""

    lines: list[DriveLine]
    unnamed: int
    strays: list[ErasureReading]
    """Readings of this life whose drive is none of the machine's."""
    former: list[ErasureReading]
    """Readings that came in a former life: they prove nothing now."""

    @property
    def missing(self) -> int:
        """How many drives wait for their certified erasure."""
        return self.unnamed + sum(1 for line in self.lines if line.drive and line.certified is None)


def same_serial(one: str, other: str) -> bool:
    """Whether two serials name the same drive: tools differ in capitals and in spaces around."""
    return one.strip().upper() == other.strip().upper()


def drive_sheet(device: Device) -> DriveSheet:
    """What stands of each drive, in three queries; the same count as the database's own guard of `ready`."""
    known = list(Drive.objects.filter(device=device).order_by("pk"))
    erasures = list(
        Erasure.objects.filter(device=device, cycle=device.cycle)
        .select_related("done_by", "reading__evidence")
        .order_by("pk")
    )
    readings = list(
        ErasureReading.objects.filter(evidence__device=device, erasure__isnull=True)
        .select_related("evidence")
        .order_by("pk")
    )
    lines = {drive.serial.upper(): DriveLine(drive.serial, drive) for drive in known if drive.removed_on is None}
    gone = {drive.serial.upper() for drive in known if drive.removed_on is not None} - set(lines)
    for erasure in erasures:
        key = erasure.drive_serial.upper()
        if key in gone:
            continue
        line = lines.setdefault(key, DriveLine(erasure.drive_serial))
        if erasure.certified:
            line.certified = erasure
        else:
            line.attempts.append(erasure)
    strays, former = [], []
    for reading in readings:
        if reading.evidence.cycle != device.cycle:
            former.append(reading)
        elif (line_of := lines.get(reading.serial.strip().upper())) is not None:
            line_of.readings.append(reading)
        else:
            strays.append(reading)
    # A drive erased without having been named counts for one of the machine's.
    named = sum(1 for line in lines.values() if line.drive or line.certified)
    return DriveSheet(list(lines.values()), max(0, device.drives - named), strays, former)


def is_erased(device: Device) -> bool:
    """Whether each drive of the machine is certified in its present life."""
    return drive_sheet(device).missing == 0


_AWAY = (ClaimKind.LOAN, ClaimKind.REPAIR, ClaimKind.TRANSFER)


def life_began(device: Device) -> datetime.datetime | None:
    """The instant after which an erasure counts: the machine's last return from someone's hands, None when it never left."""
    left = Claim.objects.filter(device=device, kind__in=_AWAY).aggregate(
        last=Max(Case(When(released_at__isnull=False, then=F("released_at")), default=F("taken_at")))
    )
    return left["last"]


def date_doubts(
    device: Device, reading: ErasureReading, *, began: datetime.datetime | None, on: datetime.date
) -> list[str]:
    """Codes of what the date of a file leaves in doubt: none, to come, before the lot came in, or before the last return.

    `began` is what `life_began` says.
    """
    if reading.ended_at is None:
        return ["date_unknown"]
    day = timezone.localtime(reading.ended_at).date()
    doubts = ["date_ahead"] if day > on else []
    if began is not None and reading.ended_at <= began:
        doubts.append("before_return")
    elif device.lot is not None and day < device.lot.received_on:
        doubts.append("before_receipt")
    return doubts


def verdict_now(
    reading: ErasureReading, device: Device, *, began: datetime.datetime | None, on: datetime.date
) -> Verdict:
    """What a file proves for this machine in its present life: the verdict at receipt, its drives, its dates."""
    verdict = verdict_for(reading, device)
    doubts = date_doubts(device, reading, began=began, on=on)
    if not doubts:
        return verdict
    kept = ReadingVerdict.REVIEW if verdict.certified else verdict.verdict
    return Verdict(kept, (*verdict.reasons, *doubts))


def fully_erased(devices: QuerySet[Device]) -> QuerySet[Device]:
    """Those of `devices` each of whose drives is certified in their present life: the condition of the database's guard."""
    proved = Erasure.objects.filter(device=OuterRef("pk"), cycle=OuterRef("cycle"), certified=True)
    here = Drive.objects.filter(device=OuterRef("device"), removed_on__isnull=True)
    gone = Drive.objects.filter(device=OuterRef("device"), removed_on__isnull=False)
    same = Q(upper=Upper(OuterRef("drive_serial")))
    upper = Upper("serial")
    counted = proved.exclude(
        Exists(gone.annotate(upper=upper).filter(same)) & ~Exists(here.annotate(upper=upper).filter(same))
    )
    count = counted.order_by().values("device").annotate(count=Count("pk")).values("count")
    its_proof = Erasure.objects.filter(
        device=OuterRef("device"), cycle=OuterRef("device__cycle"), certified=True
    ).annotate(upper=Upper("drive_serial"))
    unproved = Drive.objects.filter(device=OuterRef("pk"), removed_on__isnull=True).exclude(
        Exists(its_proof.filter(upper=Upper(OuterRef("serial"))))
    )
    return devices.annotate(proved_drives=Coalesce(Subquery(count, output_field=IntegerField()), Value(0))).filter(
        ~Exists(unproved), proved_drives__gte=F("drives")
    )


def certified_lives(devices: Iterable[Device]) -> dict[int, set[int]]:
    """By machine, the lives whose every drive is certified: the present one, and those that reached the shelf.

    The database lets no machine on the shelf otherwise, so a former life is known by its history. Two queries.
    """
    pks = [device.pk for device in devices]
    lives: dict[int, set[int]] = {pk: set() for pk in pks}
    for pk, cycle in fully_erased(Device.objects.filter(pk__in=pks)).order_by("pk").values_list("pk", "cycle"):
        lives[pk].add(cycle)
    events = Device.pgh_event_model  # type: ignore[attr-defined]
    shelved = events.objects.filter(pgh_obj__in=pks, state=DeviceState.READY).values_list("pgh_obj_id", "cycle")
    for pk, cycle in shelved.order_by("pgh_obj_id", "cycle").distinct():
        lives[pk].add(cycle)
    return lives
