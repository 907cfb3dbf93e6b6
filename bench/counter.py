"""What the counter and the books of a nation cost: a machine found, a machine handed over, a month closed, everything checked."""

import datetime
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse

from bench.measure import Page
from bench.nation import NationVisitor
from declic.core.dates import now
from declic.equipment.actions import allocate
from declic.equipment.checks import claim_problems
from declic.equipment.enums import DeviceState
from declic.equipment.models import Allocation, Device
from declic.ledger.actions import close_month
from declic.ledger.checks import book_problems
from declic.ledger.models import Entry
from declic.ledger.queries import months_to_close
from declic.orientation.actions import enrol
from declic.orientation.models import Enrolment
from declic.people.models import Person

DEVICE_MS, HANDOVER_MS = 50, 100
HANDOVER_QUERIES = 35
"""A handover writes the agreement, the claim, the deposit, its receipt and the history of each."""
CLOSING_S, CHECK_S = 10, 30


class CounterVisitor(NationVisitor):
    """The same coordinator, at the counter: two fifths of the machines are hers."""

    def pages(self) -> list[Page]:
        return [
            *super().pages(),
            *(Page(f"machine: {kind}", self._finding_machines(kind), DEVICE_MS) for kind in MACHINE_KINDS),
            Page("handover", self.handovers, HANDOVER_MS, HANDOVER_QUERIES),
        ]

    def _devices(self, count: int) -> list[Device]:
        mine = Device.objects.filter(operator=self.ground.operator)
        first, last = mine.order_by("pk")[0].pk, mine.order_by("-pk")[0].pk
        chosen = self.rng.sample(range(first, last + 1), k=min(count, last + 1 - first))
        return list(Device.objects.filter(pk__in=chosen).prefetch_related("identifiers"))

    def _finding_machines(self, kind: str) -> Callable[[], Iterator[str]]:
        def addresses() -> Iterator[str]:
            while True:
                for device in self._devices(100):
                    yield f"{reverse('equipment:list')}?{urlencode({'q': MACHINE_KINDS[kind](device)})}"

        return addresses

    def handovers(self) -> Iterator[str]:
        """Loans with a deposit, each prepared beforehand with its machine: only the handing over is measured."""
        day = datetime.datetime.now(tz=datetime.UTC).date()
        for allocation in self._reserved(70, on=day):
            typed = {"signed_by": "La personne", "means": "bank", "on": f"{day:%d/%m/%Y}"}
            yield f"{reverse('equipment:hand_over', args=[allocation.pk])}?{urlencode(typed)}"

    def _reserved(self, count: int, *, on: datetime.date) -> list[Allocation]:
        user, operator = self.ground.coordinator, self.ground.operator
        run = next(
            run for run in reversed(self.ground.runs)
            if run.case == "toulouse-2021" and run.edition.starts_on <= on < run.edition.ends_on
        )  # fmt: skip
        known = Enrolment.objects.filter(operator=operator).values("person")
        people = list(Person.objects.filter(operator=operator).exclude(pk__in=known).order_by("-pk")[:count])
        kind = run.terms.equipment[0].kinds[0]
        devices = Device.objects.filter(operator=operator, state=DeviceState.READY, kind=kind).order_by("-pk")[:count]
        return [
            allocate(
                acting_user=user, person=person, edition=run.edition, mode=run.terms.equipment[0].mode,
                device_kind=kind, on=on, at=now(), device=device,
                enrolment=enrol(
                    acting_user=user, person=person, edition=run.edition, on=on, facts={}, exception_reason="essai"
                ),
            )
            for person, device in zip(people, devices, strict=True)
        ]  # fmt: skip

    def get(self, address: str) -> tuple[bytes, int, float, float]:
        if "/remettre/" in address:
            return self.ask(address, "POST")
        return super().get(address)

    def works(self) -> dict[str, Any]:
        """Seconds of the long works: each month closed, the longest told; then the books and the machines checked."""
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
        return {
            "month_closing": max(self._closings(), key=lambda closing: closing["seconds"]),
            "check_books": _checked(book_problems),
            "check_claims": _checked(claim_problems),
        }

    def _closings(self) -> Iterator[dict[str, Any]]:
        operator = self.ground.operator
        for month in months_to_close(operator, on=datetime.datetime.now(tz=datetime.UTC).date()):
            entries = Entry.objects.filter(operator=operator, on__year=month.year, on__month=month.month).count()
            closing = partial(
                close_month, acting_user=self.ground.coordinator, operator=operator, month=month, at=now()
            )
            seconds, _closed = _timed(closing)
            yield {"seconds": seconds, "target_s": CLOSING_S, "entries": entries, "ok": seconds <= CLOSING_S}


def _checked(problems: Callable[[], Iterator[str]]) -> dict[str, Any]:
    seconds, found = _timed(lambda: list(problems()))
    return {"seconds": seconds, "target_s": CHECK_S, "problems": len(found), "ok": seconds <= CHECK_S and not found}


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = work()
    return round(time.perf_counter() - start, 2), found


MACHINE_KINDS: dict[str, Callable[[Device], str]] = {
    "tag": lambda device: device.tag,
    "tag begun": lambda device: device.tag[:-1],
    "serial": lambda device: device.identifiers.all()[0].value,
    "model": lambda device: device.model,
    "maker and model": lambda device: f"{device.brand} {device.model}".lower(),
    "nobody's": lambda device: f"zz{device.pk}",
}
