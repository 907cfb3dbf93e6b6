"""What a file says beside what is written of the machine, and which known machine a file may be about."""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.enums import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.equipment.enums import DeviceKind, DeviceState, IdentifierKind
from declic.equipment.models import Device, DeviceIdentifier, Drive, ErasureReading, Evidence, Lot
from declic.equipment.reading import DriveErasure, ExpectedDrive, Identifier, Reading, Verdict, judge
from declic.organisations.models import Organisation

FACTS: dict[str, Any] = {
    "brand": gettext_lazy("Marque"),
    "model": gettext_lazy("Modèle"),
    "kind": gettext_lazy("Type"),
    "processor": gettext_lazy("Processeur"),
    "memory_mb": gettext_lazy("Mémoire"),
    "storage_gb": gettext_lazy("Stockage"),
    "battery_health": gettext_lazy("Batterie"),
    "made_in": gettext_lazy("Année (celle du BIOS)"),
}
"""The columns of a machine that a file may fill."""
IDENTIFIERS, DRIVES = "identifiers", "drives"
FIELDS = (*FACTS, IDENTIFIERS, DRIVES)


@dataclass(frozen=True)
class Difference:
    """One fact: what the file says, what is written of the machine, and whether it would be taken over unasked."""

    name: str
    label: str
    said: str
    held: str
    typed: bool = False
    same: bool = False
    ticked: bool = False
    note: str = ""


def reading_of(evidence: Evidence) -> Reading:
    """What was read in a file when it came."""
    return Reading.from_found(evidence.found)


def differences(device: Device, evidence: Evidence) -> list[Difference]:
    """Field by field, what the file says beside what is written. Only what is empty is ticked: a person decides the rest."""
    reading = reading_of(evidence)
    found = [_fact(device, reading, name) for name in FACTS if getattr(reading, name) not in ("", None)]
    if (numbers := _numbers(device, reading)) is not None:
        found.append(numbers)
    if (drives := _drives(device, reading)) is not None:
        found.append(drives)
    return found


def to_fill(device: Device, evidence: Evidence) -> list[str]:
    """The fields that are empty and that the file fills."""
    return [one.name for one in differences(device, evidence) if one.ticked]


def facts_said(evidence: Evidence) -> list[tuple[str, str]]:
    """What a file says of its machine, in words: (label, value)."""
    reading = reading_of(evidence)
    told = [(str(FACTS[name]), shown(name, getattr(reading, name))) for name in FACTS]
    told += [(str(IdentifierKind(one.kind).label), one.value) for one in reading.identifiers[:12]]
    told += [(_("Disque"), _drive(one.serial, one.model, one.size_bytes)) for one in reading.drives[:12]]
    return [(label, words) for label, words in told if words]


def _fact(device: Device, reading: Reading, name: str) -> Difference:
    said, held = getattr(reading, name), getattr(device, name)
    same = said == held or (isinstance(said, str) and _bare(said) == _bare(str(held)))
    # The date of a firmware makes a machine look younger than it is: a person looks before it counts.
    guessed = name == "made_in"
    return Difference(
        name=name,
        label=str(FACTS[name]),
        said=shown(name, said),
        held=shown(name, held),
        typed=name in device.typed,
        same=same,
        ticked=not same and held in ("", None) and not guessed,
        note=_("La machine n'est pas plus récente que son BIOS : à vérifier.") if guessed and not same else "",
    )


def shown(name: str, value: Any) -> str:
    """A fact in words, with its unit."""
    if value in ("", None):
        return ""
    match name:
        case "kind":
            return str(DeviceKind(value).label) if value in DeviceKind.values else ""
        case "memory_mb":
            return _("%(size)s Go") % {"size": f"{value / 1024:.1f}".replace(".0", "").replace(".", ",")}
        case "storage_gb":
            return _("%(size)s Go") % {"size": value}
        case "battery_health":
            return f"{value} %"
    return str(value)


def _numbers(device: Device, reading: Reading) -> Difference | None:
    if not reading.identifiers:
        return None
    known = {(one.kind, one.value.upper()) for one in device.identifiers.all()}
    new = new_identifiers(known, reading)
    return Difference(
        name=IDENTIFIERS,
        label=_("Numéros"),
        said="\n".join(_numbered(one.kind, one.value) for one in reading.identifiers[:12]),
        held="\n".join(_numbered(one.kind, one.value) for one in device.identifiers.all()[:12]),
        same=not new,
        ticked=bool(new),
        note=_("Les nouveaux s'ajoutent, rien ne s'efface.") if new else "",
    )


def new_identifiers(known: set[tuple[str, str]], reading: Reading) -> list[Identifier]:
    """The numbers of a file that the machine does not have yet; of its two ways to write a UUID, one is enough."""
    return [
        one
        for one in reading.identifiers
        if not any((one.kind, way.upper()) in known for way in _ways(one.kind, one.value))
    ]


def _numbered(kind: str, value: str) -> str:
    return f"{IdentifierKind(kind).label} {value}"


def _drives(device: Device, reading: Reading) -> Difference | None:
    if not reading.drives:
        return None
    known = {drive.serial.upper(): drive for drive in device.known_drives.all() if drive.removed_on is None}
    new = [drive for drive in reading.drives if drive.serial and drive.serial.upper() not in known]
    told = len(reading.drives)
    gone = [one.serial for key, one in known.items() if key not in {drive.serial.upper() for drive in reading.drives}]
    fewer = reading.drives_known and told < device.drives and bool(gone)
    changed = bool(new) or (reading.drives_known and told != device.drives)
    note = ""
    if fewer:
        note = _("Le fichier n'a pas vu : %(serials)s. Dites sur la page de la machine ce qu'il est devenu.") % {
            "serials": ", ".join(gone)
        }
    return Difference(
        name=DRIVES,
        label=_("Disques"),
        said="\n".join(_drive(drive.serial, drive.model, drive.size_bytes) for drive in reading.drives[:12]),
        held="\n".join(_drive(one.serial, one.model, one.size_bytes) for one in known.values())
        or _count(device.drives),
        typed="drives" in device.typed,
        same=not changed,
        ticked=bool(new) and "drives" not in device.typed,
        note=note,
    )


def _drive(serial: str, model: str, size: int | None) -> str:
    told = [serial or _("sans numéro"), model, f"{round(size / 10**9)} Go" if size else ""]
    return " · ".join(one for one in told if one)


def _count(drives: int) -> str:
    return _("%(count)s sans numéro noté") % {"count": drives}


# ------------------------------------------------------------------------------------------------------- the same machine
class Likeness(TextChoices):
    """Why a file may be about a machine. Those of `STRONG` make it likely; the others are only worth a look."""

    UUID = "uuid", gettext_lazy("même UUID")
    IMEI = "imei", gettext_lazy("même IMEI")
    SERIAL_AND_MODEL = "serial_model", gettext_lazy("même numéro de série et même modèle")
    MAC = "mac", gettext_lazy("même adresse réseau")
    DRIVE_ONLY = "drive_only", gettext_lazy("même disque, et le fichier ne dit rien d'autre")
    DRIVE = "drive", gettext_lazy("même disque, mais il a pu changer de machine")
    LABEL = "label", gettext_lazy("son étiquette est dans le nom du fichier")
    SERIAL = "serial", gettext_lazy("même numéro de série, mais autre modèle")


STRONG = frozenset(Likeness) - {Likeness.SERIAL, Likeness.DRIVE}
_ORDER = {one: place for place, one in enumerate(Likeness)}

type Likely = list[tuple[Device, list[Likeness]]]


def is_strong(reasons: Iterable[Likeness]) -> bool:
    """Whether one may propose the machine first: a serial alone is not an identity, a drive may have moved."""
    return bool(STRONG & set(reasons)) or set(reasons) >= {Likeness.SERIAL, Likeness.DRIVE}


def likely_same(operator: Organisation | int, found: Reading | Evidence) -> Likely:
    """The known machines of an operator that a file may be about, likeliest first, with why. A person confirms."""
    return likely_same_each(operator, {0: found})[0]


def likely_same_each(
    operator: Organisation | int, files: Mapping[int, Reading | Evidence], devices: QuerySet[Device] | None = None
) -> dict[int, Likely]:
    """The same for many files at once, in a fixed number of queries, among `devices` if they are given."""
    readings = {key: reading_of(one) if isinstance(one, Evidence) else one for key, one in files.items()}
    wanted = {
        way for one in readings.values() for number in one.identifiers for way in _ways(number.kind, number.value)
    }
    serials = {serial for key, one in readings.items() for serial in _drive_serials(one, files[key])}
    tags = {tag for one in files.values() if isinstance(one, Evidence) and (tag := tag_in(one.filename))}
    by_number: dict[tuple[str, str], set[int]] = {}
    for kind, value, pk in DeviceIdentifier.objects.filter(operator=operator, value__in=wanted).values_list(
        "kind", "value", "device_id"
    ):
        by_number.setdefault((kind, value.upper()), set()).add(pk)
    by_drive: dict[str, set[int]] = {}
    for serial, pk in Drive.objects.filter(operator=operator, serial__in=serials, removed_on__isnull=True).values_list(
        "serial", "device_id"
    ):
        by_drive.setdefault(serial.upper(), set()).add(pk)
    keys = {pk for found in (*by_number.values(), *by_drive.values()) for pk in found}
    among = Device.objects.all() if devices is None else devices
    known = {
        device.pk: device
        for device in among.filter(Q(pk__in=keys) | Q(tag__in=tags), operator=operator).select_related("lot", "site")
    }
    return {key: _likely(one, files[key], known, by_number, by_drive) for key, one in readings.items()}


def _likely(
    reading: Reading,
    file: Reading | Evidence,
    known: Mapping[int, Device],
    by_number: Mapping[tuple[str, str], set[int]],
    by_drive: Mapping[str, set[int]],
) -> Likely:
    reasons: dict[int, set[Likeness]] = {}
    for number in reading.identifiers:
        for way in _ways(number.kind, number.value):
            for pk in by_number.get((number.kind, way.upper()), ()):
                if pk in known:
                    reasons.setdefault(pk, set()).add(_why(number, known[pk], reading))
    for serial in _drive_serials(reading, file):
        for pk in by_drive.get(serial.upper(), ()):
            if pk in known:
                reasons.setdefault(pk, set()).add(Likeness.DRIVE if reading.identifiers else Likeness.DRIVE_ONLY)
    tag = tag_in(file.filename) if isinstance(file, Evidence) else ""
    for pk, device in known.items():
        if tag and device.tag == tag:
            reasons.setdefault(pk, set()).add(Likeness.LABEL)
    likely = [(known[pk], sorted(why, key=_ORDER.__getitem__)) for pk, why in reasons.items()]
    return sorted(likely, key=lambda one: (not is_strong(one[1]), _ORDER[one[1][0]], -len(one[1]), one[0].tag))


def _why(number: Identifier, device: Device, reading: Reading) -> Likeness:
    match number.kind:
        case IdentifierKind.UUID:
            return Likeness.UUID
        case IdentifierKind.IMEI:
            return Likeness.IMEI
        case IdentifierKind.MAC:
            return Likeness.MAC
    return Likeness.SERIAL_AND_MODEL if same_model(device.model, reading.model) else Likeness.SERIAL


def same_model(one: str, other: str) -> bool:
    """Whether two ways to write a model are those of one: tools add the brand, or leave it out."""
    first, second = _bare(one), _bare(other)
    return bool(first and second) and (first in second or second in first)


def tag_in(filename: str) -> str:
    """The label with which the name of a file begins, as `PC-0042-lshw.json`; empty when there is none."""
    found = re.match(r"[A-Za-z]{1,6}-[0-9]{1,9}(?![0-9A-Za-z])", filename, re.ASCII)
    return found.group().upper() if found else ""


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _ways(kind: str, value: str) -> list[str]:
    """The ways in which tools write one number: the bytes of a UUID come in two orders."""
    if kind == IdentifierKind.UUID:
        try:
            told = uuid.UUID(value)
        except ValueError:
            return [value]
        return [
            str(told),
            str(uuid.UUID(bytes=told.bytes_le)),
            str(told).upper(),
            str(uuid.UUID(bytes=told.bytes_le)).upper(),
        ]
    return list(dict.fromkeys((value, value.upper(), value.lower())))


def _drive_serials(reading: Reading, file: Reading | Evidence) -> list[str]:
    told = [drive.serial for drive in reading.drives]
    if isinstance(file, Evidence):
        told += [one.serial for one in file.readings.all()]
    else:
        told += [one.serial for one in reading.erasures]
    return [serial for serial in told if serial]


# --------------------------------------------------------------------------------------------------------------- verdicts
def verdict_for(reading: ErasureReading, device: Device) -> Verdict:
    """The verdict kept at receipt, and whether the drive is one that this machine is known to have, of the same size."""
    drives = device.known_drives.all()
    expected = [ExpectedDrive(drive.serial, drive.size_bytes) for drive in drives if drive.removed_on is None]
    told = DriveErasure(
        serial=reading.serial,
        size_bytes=reading.size_bytes,
        erased_bytes=reading.erased_bytes,
        method=reading.method,
        verification=reading.verification,
        errors=reading.errors,
        hidden_areas=reading.hidden_areas,
        status="erased" if "failed" not in reading.reasons and "not_erased" not in reading.reasons else "",
    )
    return judge(told, expected, also=reading.reasons)


# ------------------------------------------------------------------------------------------------------------------- lots
def waiting_files(lot: Lot) -> QuerySet[Evidence]:
    """The files received for a lot that are of no machine yet, oldest first, without their bytes."""
    return (
        Evidence.objects.filter(lot=lot, device__isnull=True).defer("raw").prefetch_related("readings").order_by("pk")
    )


def blank_machines(lot: Lot) -> QuerySet[Device]:
    """The machines of a lot of which nothing is known yet but their label."""
    of_device = {"device": OuterRef("pk")}
    return (
        Device.objects.filter(lot=lot, state=DeviceState.RECEIVED)
        .exclude(Exists(DeviceIdentifier.objects.filter(**of_device)))
        .exclude(Exists(Evidence.objects.filter(**of_device)))
        .exclude(Exists(Drive.objects.filter(**of_device)))
        .order_by("tag", "pk")
    )


def same_in_batch(files: Sequence[Evidence]) -> dict[int, int]:
    """Among files that came together, the first one about the same machine: `lshw` and `nwipe` of one make one machine."""
    first: dict[tuple[str, str], int] = {}
    leaders: dict[int, int] = {}
    for evidence in files:
        reading = reading_of(evidence)
        keys = [
            (one.kind, min(_ways(one.kind, one.value)))
            for one in reading.identifiers
            if one.kind != IdentifierKind.SERIAL
        ]
        keys += [
            ("serial", f"{one.value.upper()} {_bare(reading.model)}")
            for one in reading.identifiers
            if one.kind == IdentifierKind.SERIAL
        ]
        keys += [("drive", serial.upper()) for serial in _drive_serials(reading, evidence)]
        leader = next((first[key] for key in keys if key in first), evidence.pk)
        if leader != evidence.pk:
            leaders[evidence.pk] = leader
        for key in keys:
            first.setdefault(key, leader)
    return leaders


def contradicts(device: Device, evidence: Evidence) -> bool:
    """Whether the file names another machine: a UUID, a phone number or a serial, none of which is one of this machine's."""
    reading = reading_of(evidence)
    known = {(one.kind, one.value.upper()) for one in device.identifiers.all()}
    for kind in (IdentifierKind.UUID, IdentifierKind.IMEI, IdentifierKind.SERIAL):
        told = reading.of_kind(kind)
        if told and any(one == kind for one, _value in known):
            return not any((kind, way.upper()) in known for value in told for way in _ways(kind, value))
    return False
