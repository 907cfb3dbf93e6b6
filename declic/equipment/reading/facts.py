"""What a file says, in the same words whatever the tool: plain values, bounded, without anybody's name."""

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from declic.equipment.enums import EvidenceFormat, EvidencePurpose

MOST_DRIVES = 64
"""Drives, identifiers or erasures beyond this many are no machine that we know."""


class UnreadableFileError(ValueError):
    """The file cannot be read; `str(error)` is a French sentence that says why and what to do."""


@dataclass(frozen=True)
class Identifier:
    """A number that the maker gave; `kind` is an `IdentifierKind`."""

    kind: str
    value: str


@dataclass(frozen=True)
class DriveFact:
    """A drive inside the machine. `size_bytes` is exact only where the tool counts bytes (`exact`)."""

    serial: str = ""
    model: str = ""
    size_bytes: int | None = None
    technology: str = ""
    smart: str = ""
    exact: bool = False


@dataclass(frozen=True)
class DriveErasure:
    """What a tool says of the erasure of one drive.

    `status` is "erased", "failed" or "" (not said clearly); `hidden_areas` is "none", "removed", "not_applicable",
    "detected" or "" (unknown); `doubts` are codes of `judging.REASONS` that the parser itself raises.
    """

    serial: str = ""
    model: str = ""
    device: str = ""
    size_bytes: int | None = None
    erased_bytes: int | None = None
    method: str = ""
    verification: str = ""
    errors: int | None = None
    hidden_areas: str = ""
    status: str = ""
    ended_at: datetime.datetime | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """All that is kept of a file. An empty text or None means that the file does not say."""

    format: EvidenceFormat
    tool: str = ""
    kind: str = ""
    brand: str = ""
    model: str = ""
    identifiers: tuple[Identifier, ...] = ()
    processor: str = ""
    memory_mb: int | None = None
    storage_gb: int | None = None
    drives: tuple[DriveFact, ...] = ()
    drives_known: bool = False
    """Whether `drives` are all the drives of the machine: `dmidecode` sees none, which is unknown and not zero."""
    battery_health: int | None = None
    made_in: int | None = None
    """The year of the firmware, for want of better: a machine is about as old, never much younger."""
    erasures: tuple[DriveErasure, ...] = field(default=())

    @property
    def purpose(self) -> EvidencePurpose:
        """Erasure as soon as the file speaks of one."""
        return EvidencePurpose.ERASURE if self.erasures else EvidencePurpose.INVENTORY

    def of_kind(self, kind: str) -> list[str]:
        """The identifiers of one kind."""
        return [identifier.value for identifier in self.identifiers if identifier.kind == kind]

    def found(self) -> dict[str, Any]:
        """The same as a JSON document, for `Evidence.found`; the erasures, which have their own rows, are left out."""
        said = asdict(self)
        said.pop("erasures")
        said["format"] = str(self.format)
        return {name: value for name, value in said.items() if value not in ("", None, (), [])}

    @classmethod
    def from_found(cls, found: Mapping[str, Any]) -> "Reading":
        """What `found()` gave, read again."""
        plain = {entry.name: found[entry.name] for entry in fields(cls) if entry.name in found}
        plain["format"] = EvidenceFormat(plain.get("format", EvidenceFormat.LSHW))
        plain["identifiers"] = tuple(Identifier(**one) for one in plain.get("identifiers", ()))
        plain["drives"] = tuple(DriveFact(**one) for one in plain.get("drives", ()))
        plain.pop("erasures", None)
        return cls(**plain)
