"""Machines, proof that they are clean and work, who holds them and under which frozen terms."""

from declic.equipment.models.bench import DeviceLock, DeviceTest, Drive, Erasure, ErasureReading, Evidence
from declic.equipment.models.ceremonies import Ceremony, CeremonyPlace, CeremonySync
from declic.equipment.models.collecting import Collection, Lot, Promise, PromiseLine
from declic.equipment.models.devices import Device, DeviceIdentifier, DeviceWord, LabelRun
from declic.equipment.models.holding import (
    Agreement,
    AgreementPaper,
    Allocation,
    CategoryReservation,
    Claim,
    ConditionPhoto,
    Instalment,
    LoanEvent,
    LossDeclaration,
    _Stretch,
)
from declic.equipment.models.stock import (
    CountLine,
    Journey,
    JourneyLine,
    Part,
    PartMovement,
    StockCount,
    StockMinimum,
)

__all__ = [
    "Agreement", "AgreementPaper", "Allocation", "CategoryReservation", "Ceremony", "CeremonyPlace", "CeremonySync",
    "Claim", "Collection", "ConditionPhoto", "CountLine", "Device", "DeviceIdentifier", "DeviceLock", "DeviceTest", "DeviceWord",
    "Drive", "Erasure", "ErasureReading", "Evidence", "Instalment", "Journey", "JourneyLine", "LabelRun", "LoanEvent",
    "LossDeclaration", "Lot", "Part", "PartMovement", "Promise", "PromiseLine", "StockCount", "StockMinimum",
    "_Stretch",
]  # fmt: skip
