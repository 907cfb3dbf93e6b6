"""What became of the machines that a donor gave: where each is now, how many serve again, what that spares. No person named."""

import datetime
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, CharField, Count, Exists, Min, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from declic.equipment.carbon import FACTORS, Factor, factor_of
from declic.equipment.enums import AllocationMode, AllocationState, ClaimKind, DeviceKind, DeviceState
from declic.equipment.models import Allocation, Claim, Device, Erasure, Lot
from declic.organisations.enums import PartnershipKind
from declic.organisations.models import Organisation, Partnership

TOO_OLD_YEARS = 10
"""A machine older than this when it was collected is left out of the rate of reuse (rule 26)."""

FATES: tuple[tuple[str, Any, str], ...] = (
    ("given", _("données à une personne"), "done"),
    ("sold", _("vendues à prix solidaire"), "done"),
    ("kept", _("prêtées, puis gardées ou achetées par la personne"), "done"),
    ("loan", _("prêtées en ce moment"), "done"),
    ("ready", _("prêtes à être remises"), "note"),
    ("bench", _("sur l'établi : tri, effacement, essais, réparation"), "wait"),
    ("blocked", _("bloquées par un verrou de leur ancien propriétaire"), "wait"),
    ("parts", _("gardées pour leurs pièces"), "plain"),
    ("scrapped", _("confiées à la filière des déchets"), "plain"),
    ("lost", _("perdues ou volées"), "bad"),
)
"""Where a machine may be, in words, in the order of the report, with the tint of its chip."""

_FATE_OF_STATE = {
    DeviceState.RESERVED: "ready",
    DeviceState.READY: "ready",
    DeviceState.TRANSIT: "ready",
    DeviceState.ON_LOAN: "loan",
    DeviceState.QUARANTINED: "blocked",
    DeviceState.PARTS: "parts",
    DeviceState.SCRAPPED: "scrapped",
    DeviceState.LOST: "lost",
}


@dataclass
class Spared:
    """What one version of the factors makes of the machines first handed over while it held."""

    factor: Factor
    by_kind: Counter[str] = field(default_factory=Counter)

    @property
    def kilograms(self) -> float:
        """Kilograms of CO2 equivalent."""
        return sum(self.factor.kilograms.get(kind, 0.0) * number for kind, number in self.by_kind.items())

    @property
    def rows(self) -> list[tuple[str, int, float, float]]:
        """By kind: its word, how many machines, kilograms for one, kilograms for all."""
        return [
            (str(DeviceKind(kind).label), number, (one := self.factor.kilograms.get(kind, 0.0)), one * number)
            for kind, number in sorted(self.by_kind.items())
        ]


@dataclass
class DonorReport:
    """The figures of a report; `rows` are its machines, without anything on who holds them."""

    donor: Organisation
    operator: Organisation
    lots: list[Lot]
    since: datetime.date | None
    until: datetime.date | None
    announced: int = 0
    entered: int = 0
    fates: list[tuple[str, Any, str, int]] = field(default_factory=list)
    too_old: int = 0
    age_unknown: int = 0
    counted: int = 0
    reused: int = 0
    certificates: int = 0
    erased_machines: int = 0
    spared: list[Spared] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)

    @property
    def tonnes(self) -> float:
        """Tonnes of CO2 equivalent, over all versions of the factors."""
        return sum(one.kilograms for one in self.spared) / 1000

    @property
    def rate(self) -> float | None:
        """The share of machines that served again, None when none counts."""
        return self.reused / self.counted if self.counted else None


def with_fate(devices: QuerySet[Device]) -> QuerySet[Any]:
    """Machines with their `fate`, the instant of their first handover, and whether an erasure of them is certified."""
    last = Allocation.objects.filter(device=OuterRef("pk")).exclude(state=AllocationState.CANCELLED).order_by("-pk")
    handed = Claim.objects.filter(device=OuterRef("pk"), kind__in=(ClaimKind.LOAN, ClaimKind.TRANSFER)).order_by()
    return devices.annotate(
        how=Case(
            When(state=DeviceState.TRANSFERRED, then=Subquery(last.values("mode")[:1])),
            default=Value(""),
            output_field=CharField(),
        ),
        first_handed=Subquery(handed.values("device").annotate(first=Min("taken_at")).values("first")),
        erased=Exists(Erasure.objects.filter(device=OuterRef("pk"), certified=True)),
    )


def fate_of(device: Any) -> str:
    """The code of where a machine read by `with_fate` is."""
    if device.state == DeviceState.TRANSFERRED:
        return {AllocationMode.GIFT: "given", AllocationMode.SALE: "sold"}.get(device.how, "kept")
    return _FATE_OF_STATE.get(DeviceState(device.state), "bench")


def lots_of(
    operator: Organisation, donor: Organisation, *, since: datetime.date | None, until: datetime.date | None
) -> QuerySet[Lot]:
    """The lots of a donor that came in between two days, both included."""
    lots = Lot.objects.filter(operator=operator, donor=donor)
    if since is not None:
        lots = lots.filter(received_on__gte=since)
    if until is not None:
        lots = lots.filter(received_on__lte=until)
    return lots.order_by("received_on", "pk")


def donor_report(
    operator: Organisation,
    donor: Organisation,
    *,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
    lot: Lot | None = None,
    factors: tuple[Factor, ...] = FACTORS,
) -> DonorReport:
    """The report of a donor over the lots of a period, or over one lot, in a fixed number of queries.

    A machine counts as used again once it was handed over to someone. The factor of the day of that first handover
    applies, so that a report of the past never changes when a new factor comes.
    """
    lots = [lot] if lot is not None else list(lots_of(operator, donor, since=since, until=until))
    report = DonorReport(donor, operator, lots, since, until, announced=sum(one.count for one in lots))
    received = {one.pk: one.received_on for one in lots}
    devices = Device.objects.filter(operator=operator, lot__in=list(received)).order_by("tag", "pk")
    fates: Counter[str] = Counter()
    spared: dict[str, Spared] = {}
    words = {code: label for code, label, _tint in FATES}
    tints = {code: tint for code, _label, tint in FATES}
    for device in with_fate(devices):
        report.entered += 1
        code = fate_of(device)
        fates[code] += 1
        device.fate, device.fate_tint = words[code], tints[code]
        handed = device.first_handed
        report.erased_machines += device.erased
        collected_in = received[device.lot_id].year
        if device.made_in is None:
            report.age_unknown += 1
        if device.made_in is not None and collected_in - device.made_in > TOO_OLD_YEARS:
            report.too_old += 1
        else:
            report.counted += 1
            report.reused += handed is not None
        if handed is not None:
            factor = factor_of(timezone.localtime(handed).date(), factors)
            if factor is not None:
                spared.setdefault(factor.version, Spared(factor)).by_kind[device.kind] += 1
        report.rows.append(device)
    report.fates = [(code, label, tint, fates[code]) for code, label, tint in FATES if fates[code]]
    report.spared = list(spared.values())
    report.certificates = Erasure.objects.filter(
        operator=operator, device__lot__in=list(received), certified=True
    ).count()
    return report


def donors_with_counts(operators: set[int]) -> QuerySet[Any]:
    """Who gives machines to these operators, or gave some, with how many `given_lots` came of them."""
    lots = Lot.objects.filter(donor=OuterRef("pk"), operator__in=operators).order_by().values("donor")
    donors = Partnership.objects.filter(operator__in=operators, kind=PartnershipKind.DONOR).values("partner")
    return Organisation.objects.filter(pk__in=donors).annotate(
        given_lots=Coalesce(Subquery(lots.annotate(number=Count("pk")).values("number")), Value(0))
    )
