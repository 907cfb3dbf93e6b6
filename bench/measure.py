"""Requests to the pages through the whole stack of the product, in this process: how many queries, how long."""

import html
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.test import Client
from django.urls import reverse

from bench.sizes import PAGE_MS, PAGE_QUERIES, REPORT_MS, Size
from bench.world import Ground
from declic.equipment.enums import DeviceState
from declic.people.models import Person
from declic.people.queries import fold

REQUESTS = 50
WARM_UP = 3
_NEXT = re.compile(r'href="\?([^"]*curseur=[^"]*)"')


@dataclass
class Counter:
    """Counts every statement sent to PostgreSQL, those of savepoints included; not the three of the wall (docs/adr/009)."""

    count: int = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        return execute(sql, params, many, context)


@dataclass(frozen=True)
class Page:
    """One kind of page: the addresses to ask for, one by one, and the time that 95 % of them must keep."""

    name: str
    addresses: Callable[[], Iterator[str]]
    target_ms: int
    most_queries: int = PAGE_QUERIES


class Visitor:
    """The coordinator of the measured operator, signed in."""

    def __init__(self, ground: Ground, size: Size, *, seed: int = 7) -> None:
        self.ground, self.size = ground, size
        self.rng = random.Random(seed)
        self.client = Client(SERVER_NAME="localhost", raise_request_exception=False)
        self.failed: list[str] = []
        self.client.force_login(ground.coordinator, backend="django.contrib.auth.backends.ModelBackend")

    def get(self, address: str) -> tuple[bytes, int, float, float]:
        """The page, its queries, the milliseconds from the request to the whole answer, and those of this process alone."""
        return self.ask(address, "GET")

    def ask(self, address: str, method: str) -> tuple[bytes, int, float, float]:
        """The same by any method; what follows the "?" of a POST is its form."""
        counter = Counter()
        page, _mark, typed = address.partition("?")
        with connection.execute_wrapper(counter):
            start, worked = time.perf_counter(), time.process_time()
            if method == "POST":
                response = self.client.post(page, typed, content_type="application/x-www-form-urlencoded")
            else:
                response = self.client.get(address)
            spent, own = (time.perf_counter() - start) * 1000, (time.process_time() - worked) * 1000
        # A form is answered by itself with a question, or by the way to what it opened.
        if response.status_code not in ((200,) if method == "GET" else (302, 303, 422)):
            self.failed.append(f"{address}: {response.status_code}")
        return response.content, counter.count, spent, own

    # ------------------------------------------------------------------------------------------------------ addresses

    def _people(self, count: int) -> list[Person]:
        ids = list(Person.objects.filter(operator=self.ground.operator).order_by("pk").values_list("pk", flat=True))
        chosen = self.rng.sample(ids, k=min(count, len(ids)))
        found = {person.pk: person for person in Person.objects.filter(pk__in=chosen).prefetch_related("phones")}
        return [found[pk] for pk in chosen]

    def today(self) -> Iterator[str]:
        while True:
            yield reverse("web:today")

    def searches(self, name: str) -> Iterator[str]:
        """In turn: the whole name, without accents, with a slip, the words the other way round, a phone, a surname alone."""
        for number, person in enumerate(self._people(4 * REQUESTS)):
            first, last = person.first_name, person.last_name
            phones = list(person.phones.all())
            typed = (
                f"{first} {last}",
                fold(f"{first} {last}"),
                f"{first} {_slip(fold(last), self.rng)}",
                f"{fold(last)} {fold(first)}",
                " ".join(re.findall("..", "0" + phones[0].number[3:])) if phones else first,
                fold(last),
            )[number % 6]
            yield f"{reverse(name)}?{urlencode({'q': typed})}"

    def files(self) -> Iterator[str]:
        for person in self._people(4 * REQUESTS):
            yield reverse("web:file", args=[person.pk])

    def devices(self) -> Iterator[str]:
        """The list as it comes, narrowed in several ways, searched by tag, and page after page by the links it shows."""
        address = reverse("equipment:list")
        site = self.ground.sites[0].pk
        narrow = [
            {}, {"state": DeviceState.READY}, {"kind": "tablet"}, {"site": site}, {"state": DeviceState.ON_LOAN, "site": site},
        ]  # fmt: skip
        followed = address
        while True:
            for query in narrow:
                yield f"{address}?{urlencode(query)}" if query else address
            tag = self.rng.randint(1, self.ground.devices)
            yield f"{address}?{urlencode({'q': f'PC-{tag:05d}'})}"
            for _page in range(4):
                found = _NEXT.findall(self.client.get(followed).content.decode())
                followed = f"{address}?{html.unescape(found[-1])}" if found else address
                yield followed

    def reports(self) -> Iterator[str]:
        while True:
            for run in self.ground.runs:
                yield reverse("reporting:edition", args=[run.edition.pk])

    def pages(self) -> list[Page]:
        return [
            Page("today", self.today, PAGE_MS),
            Page("person_search", lambda: self.searches("people:list"), PAGE_MS),
            Page("search_box", lambda: self.searches("web:search"), PAGE_MS),
            Page("person_file", self.files, PAGE_MS),
            Page("device_list", self.devices, PAGE_MS),
            Page("report", self.reports, REPORT_MS),
        ]

    def measure(self, page: Page, *, requests: int = REQUESTS) -> dict[str, Any]:
        """Ask for `requests` pages after a few that are not counted; what the JSON says of them."""
        addresses = page.addresses()
        for _number in range(WARM_UP):
            self.get(next(addresses))
        self.failed = []
        asked = [next(addresses)]
        seen = [self.get(asked[0])[1:]]
        while len(seen) < requests:
            asked.append(next(addresses))
            seen.append(self.get(asked[-1])[1:])
        queries = [count for count, _spent, _own in seen]
        times = sorted(spent for _count, spent, _own in seen)
        target = page.target_ms * self.size.factor
        p95 = _percentile(times, 95)
        slowest = max(range(requests), key=lambda number: seen[number][1])
        return {
            "requests": requests,
            "queries": max(queries),
            "queries_min": min(queries),
            "target_queries": page.most_queries,
            "p50_ms": round(_percentile(times, 50), 1),
            "p95_ms": round(p95, 1),
            "max_ms": round(times[-1], 1),
            "p50_python_cpu_ms": round(_percentile(sorted(own for _count, _spent, own in seen), 50), 1),
            "target_p95_ms": target,
            "failed": self.failed,
            "ok": not self.failed and max(queries) <= page.most_queries and p95 <= target,
            "slowest": asked[slowest],
        }


def _slip(word: str, rng: random.Random) -> str:
    """One letter left out: the commonest slip."""
    cut = rng.randrange(1, len(word) - 1) if len(word) > 3 else len(word)
    return word[:cut] + word[cut + 1 :]


def _percentile(ordered: list[float], share: int) -> float:
    """The smallest value that at least `share` per cent of them do not exceed."""
    return ordered[max(-(-len(ordered) * share // 100) - 1, 0)]
