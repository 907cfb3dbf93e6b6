"""Reads of what comes in: promises with what is awaited of them, lots with what was entered and where it is now."""

from typing import Any

from django.db.models import Count, DateField, IntegerField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from declic.equipment.enums import CollectionState, DeviceState, PromiseState
from declic.equipment.models import Collection, Device, LabelRun, Lot, Promise, PromiseLine
from declic.organisations.enums import PartnershipKind
from declic.organisations.models import Organisation


def promises_with_counts(promises: QuerySet[Promise]) -> QuerySet[Any]:
    """Promises with how many machines are `promised` and `collected`, and the day of the next collection (`next_on`)."""
    lines = PromiseLine.objects.filter(promise=OuterRef("pk")).order_by().values("promise")
    done = Collection.objects.filter(promise=OuterRef("pk"), state=CollectionState.COLLECTED).order_by()
    planned = Collection.objects.filter(promise=OuterRef("pk"), state=CollectionState.PLANNED).order_by("planned_on")
    return promises.annotate(
        promised=_counted(lines.annotate(total=Sum("count")).values("total")),
        collected=_counted(done.values("promise").annotate(total=Sum("count")).values("total")),
        next_on=Subquery(planned.values("planned_on")[:1], output_field=DateField()),
    )


def _counted(rows: QuerySet[Any, Any]) -> Any:
    return Coalesce(Subquery(rows, output_field=IntegerField()), Value(0))


def promise_counts(promises: QuerySet[Promise]) -> dict[str, int]:
    """How many promises are in each state."""
    found = dict(promises.order_by().values_list("state").annotate(number=Count("pk")))
    return {state: found.get(state, 0) for state in PromiseState.values}


def lots_with_counts(lots: QuerySet[Lot]) -> QuerySet[Any]:
    """Lots with how many machines were `entered`."""
    devices = Device.objects.filter(lot=OuterRef("pk")).order_by().values("lot")
    return lots.annotate(entered=_counted(devices.annotate(total=Count("pk")).values("total")))


def lot_states(lot: Lot) -> list[tuple[DeviceState, int]]:
    """How many machines of a lot are in each state, in the order of a machine's life; states without any left out."""
    found = dict(Device.objects.filter(lot=lot).order_by().values_list("state").annotate(number=Count("pk")))
    return [(state, found[state]) for state in DeviceState if state in found]


def runs_with_counts(runs: QuerySet[LabelRun]) -> list[Any]:
    """The latest runs of labels, each with how many labels are stuck on a machine (`stuck`), in two queries."""
    found: list[Any] = list(runs.order_by("-printed_at", "-pk")[:20])
    tags = {
        run.pk: [f"{run.prefix}-{number:04d}" for number in range(run.first, run.first + run.count)] for run in found
    }
    worn = set(
        Device.objects.filter(
            operator__in={run.operator_id for run in found}, tag__in=[tag for of in tags.values() for tag in of]
        )
        .order_by()
        .values_list("operator_id", "tag")
    )
    for run in found:
        run.stuck = sum((run.operator_id, tag) in worn for tag in tags[run.pk])
        run.last_tag, run.first_tag = tags[run.pk][-1], tags[run.pk][0]
    return found


def partners_of(operator: Organisation, kind: PartnershipKind) -> QuerySet[Organisation]:
    """Structures that work with the operator in this way now."""
    return Organisation.objects.filter(
        partnerships__operator=operator, partnerships__kind=kind, partnerships__until__isnull=True
    ).order_by("name", "pk")
