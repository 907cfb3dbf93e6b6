"""What a machine is good for, from what it is inside and how it looks: rules with a version, and the result in words.

The worst of its facts gives the grade; a fact that nobody knows keeps it from the best. See docs/adr/015.
"""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from declic.core.errors import DomainError
from declic.equipment.enums import Condition, DeviceKind, DriveTechnology, Grade
from declic.equipment.models import Device

VERSION = "2026-1"
_BEST_FIRST = [Grade.A, Grade.B, Grade.C, Grade.D]


@dataclass(frozen=True)
class Facts:
    """What the rules read: Mio of memory, Go of storage, percent of battery health; None or "" when nobody knows."""

    kind: str
    memory_mb: int | None = None
    storage_gb: int | None = None
    technology: str = ""
    processor: str = ""
    made_in: int | None = None
    battery_health: int | None = None
    condition: str = ""


@dataclass(frozen=True)
class Reason:
    """What one fact allows at best, and why."""

    grade: Grade
    words: str
    known: bool = True


@dataclass(frozen=True)
class Graded:
    """A grade, the version of its rules, and every reason; no grade while the memory of a computer is unknown."""

    grade: Grade | None
    version: str
    reasons: tuple[Reason, ...]

    @property
    def deciding(self) -> tuple[Reason, ...]:
        """The reasons that keep the machine from a better grade."""
        return tuple(reason for reason in self.reasons if reason.grade == self.grade and self.grade != Grade.A)


@dataclass(frozen=True)
class Rules:
    """One version: the least that each grade asks for. A machine sold as 8 Go shows a little less, hence 90 %."""

    memory_mb: tuple[int, int, int]
    small_memory_mb: tuple[int, int, int]
    """For tablets and phones."""
    storage_gb: tuple[int, int, int]
    years: tuple[int, int, int]
    battery: tuple[int, int, int]


RULES = {
    VERSION: Rules(
        memory_mb=(7_370, 3_680, 1_840),
        small_memory_mb=(3_680, 2_760, 1_840),
        storage_gb=(110, 55, 28),
        years=(7, 10, 13),
        battery=(80, 60, 40),
    )
}


def grade_of(facts: Facts, *, on: datetime.date, version: str = VERSION) -> Graded:
    """The grade of a machine on a day; raises DomainError for a version that is not ours."""
    if version not in RULES:
        raise DomainError(_("Ces règles de grade n'existent pas : %(version)s.") % {"version": version})
    reasons = tuple(_reasons(facts, RULES[version], on.year))
    if facts.memory_mb is None:
        return Graded(None, version, reasons)
    return Graded(max((reason.grade for reason in reasons), key=_BEST_FIRST.index), version, reasons)


def _reasons(facts: Facts, rules: Rules, year: int) -> Iterator[Reason]:
    small = facts.kind in (DeviceKind.TABLET, DeviceKind.SMARTPHONE)
    yield _at_least(
        facts.memory_mb,
        rules.small_memory_mb if small else rules.memory_mb,
        _("mémoire : %s Go") % (f"{round(facts.memory_mb / 1024, 1):g}".replace(".", ",") if facts.memory_mb else "0"),
        _("mémoire inconnue"),
    )
    yield _at_least(
        facts.storage_gb, rules.storage_gb, _("stockage : %s Go") % facts.storage_gb, _("taille du stockage inconnue")
    )
    if not small:
        yield _technology(facts.technology)
    yield _age(facts, rules, year)
    if (weak := _weak_processor(facts.processor)) is not None:
        yield weak
    if facts.kind != DeviceKind.DESKTOP:
        battery = _at_least(
            facts.battery_health,
            rules.battery,
            _("batterie : %s %% de sa capacité") % facts.battery_health,
            _("santé de la batterie inconnue"),
        )
        # A laptop still serves on the mains.
        yield Reason(Grade.C, battery.words) if battery.grade == Grade.D and not small else battery
    yield {
        Condition.VERY_GOOD: Reason(Grade.A, _("aspect : très bon état")),
        Condition.GOOD: Reason(Grade.A, _("aspect : bon état")),
        Condition.WORN: Reason(Grade.B, _("aspect : état d'usage")),
        Condition.DAMAGED: Reason(Grade.C, _("aspect : abîmé")),
    }.get(facts.condition, Reason(Grade.B, _("aspect pas encore noté"), known=False))  # type: ignore[call-overload]


def _at_least(value: int | None, least: tuple[int, int, int], words: str, unknown: str) -> Reason:
    if value is None:
        return Reason(Grade.B, unknown, known=False)
    for grade, bound in zip(_BEST_FIRST, least, strict=False):
        if value >= bound:
            return Reason(grade, words)
    return Reason(Grade.D, words)


def _technology(technology: str) -> Reason:
    if not technology:
        return Reason(Grade.B, _("nature du disque inconnue"), known=False)
    if technology == DriveTechnology.HDD:
        return Reason(Grade.C, _("disque dur mécanique, lent"))
    if technology == DriveTechnology.EMMC:
        return Reason(Grade.B, _("mémoire soudée (eMMC), assez lente"))
    return Reason(Grade.A, _("disque SSD, rapide"))


def _age(facts: Facts, rules: Rules, year: int) -> Reason:
    made_in = facts.made_in or processor_year(facts.processor)
    if made_in is None:
        return Reason(Grade.B, _("année inconnue"), known=False)
    age = max(0, year - made_in)
    words = _("machine de %s") % made_in if facts.made_in else _("processeur de %s") % made_in
    for grade, most in zip(_BEST_FIRST, rules.years, strict=False):
        if age <= most:
            return Reason(grade, words)
    return Reason(Grade.D, words)


# Year in which each generation of Intel Core for laptops came out (public launch dates).
_CORE = {
    1: 2010, 2: 2011, 3: 2012, 4: 2013, 5: 2015, 6: 2015, 7: 2016, 8: 2017, 9: 2019, 10: 2019, 11: 2020, 12: 2022,
    13: 2023, 14: 2024,
}  # fmt: skip
_RYZEN = {1: 2017, 2: 2018, 3: 2019, 4: 2020, 5: 2021, 6: 2022, 7: 2023, 8: 2024}
_APPLE = {1: 2020, 2: 2022, 3: 2023, 4: 2024}


def processor_year(name: str) -> int | None:
    """The year in which this family of processors came out, from its name; None for a name that does not tell."""
    text = _plain(name)
    if found := re.search(r"\bi[3579][- ]?(\d{3,5})", text):
        number = found[1]
        if len(number) == 3:
            return _CORE[1]
        # i5-1035G1 and i7-1165G7 are of the tenth and eleventh generations though they have four digits.
        two = len(number) == 5 or number[:2] in ("10", "11", "12", "13", "14")
        return _CORE.get(int(number[:2] if two else number[0]))
    if found := re.search(r"\bryzen\b.*?\b(\d)\d{3}", text):
        return _RYZEN.get(int(found[1]))
    if found := re.search(r"\bapple m(\d)\b", text):
        return _APPLE.get(int(found[1]))
    if re.search(r"\bcore ultra\b", text):
        return 2023
    if re.search(r"\bcore ?2\b|\bcore duo\b", text):
        return 2008
    return None


def _plain(name: str) -> str:
    """The name without capitals and trade marks."""
    return re.sub(r"\((r|tm)\)", "", name.casefold())


def _weak_processor(name: str) -> Reason | None:
    text = _plain(name)
    if re.search(r"\bcore ?2\b|\bcore duo\b", text):
        return Reason(Grade.D, _("processeur d'un autre temps"))
    if re.search(r"\batom\b", text):
        return Reason(Grade.C, _("processeur très lent"))
    if re.search(r"\b(celeron|pentium|athlon)\b", text):
        return Reason(Grade.B, _("processeur d'entrée de gamme"))
    return None


def facts_of(device: Device) -> Facts:
    """What is known of a machine; its fastest drive counts, for that is where the system goes. One query."""
    drives = device.known_drives.filter(removed_on__isnull=True).values_list("technology", "size_bytes")
    found = list(drives.order_by("pk"))
    speeds = [DriveTechnology.NVME, DriveTechnology.SSD, DriveTechnology.EMMC, DriveTechnology.HDD]
    technology = next((one for one in speeds if any(kind == one for kind, _size in found)), "")
    sizes = [size for kind, size in found if size and kind == technology]
    return Facts(
        kind=device.kind,
        memory_mb=device.memory_mb,
        storage_gb=max(sizes) // 10**9 if sizes else device.storage_gb,
        technology=technology,
        processor=device.processor,
        made_in=device.made_in,
        battery_health=device.battery_health,
        condition=device.condition,
    )
