"""Many colleagues lend, take back, swap, sell and refund the same few machines while backends of PostgreSQL are killed.

A few seconds in every run; `make storm` does it with 64 threads over 50 machines for 60 seconds.
"""

import datetime
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import Error, connection
from psycopg.conninfo import make_conninfo

from declic.core.errors import DomainError
from declic.equipment import actions
from declic.equipment.checks import claim_problems
from declic.equipment.enums import HELD_STATES, AllocationState, DeviceState
from declic.equipment.models import Allocation, Claim, Device
from declic.ledger.checks import book_problems
from declic.ledger.enums import AccountRole, Means
from declic.ledger.models import Entry
from declic.ledger.queries import balance
from tests.equipment.stories import ready, refurbish
from tests.equipment.test_any_sequence import EVERY_MODE
from tests.factories import DAY, a_user, an_edition, an_enrolment, an_operator, at, terms

THREADS, MACHINES, SECONDS = (int(each) for each in os.environ.get("STORM", "12,8,5").split(","))
_MODES = ("loan",) * 12 + ("loan_then_option",) * 6 + ("sale",)


class Storm:
    """What all threads share; each keeps its own connection, dice and score."""

    def __init__(self) -> None:
        self.operator = an_operator()
        self.user = a_user(self.operator)
        edition = an_edition(self.operator, by=self.user, terms=terms(**EVERY_MODE))
        self.enrolments = [an_enrolment(edition=edition, by=self.user) for _person in range(max(MACHINES, 4))]
        # Sold machines leave for good: there are more of them than are on the counter at once.
        self.devices = [device.pk for device in ready(self.operator, by=self.user, count=MACHINES)]
        self.score: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.done: list[tuple[str, int]] = []
        self.lock = threading.Lock()
        self.until = time.monotonic() + SECONDS

    def work(self, number: int) -> None:
        rng = random.Random(number)
        mine: Counter[str] = Counter()
        done: list[tuple[str, int]] = []
        step = 0
        while time.monotonic() < self.until:
            step += 1
            moment = at(DAY) + datetime.timedelta(seconds=30 * step + number % 30)
            try:
                kind, pk = self.act(rng, moment, f"{number}-{step}")
                mine[kind] += 1
                done.append((kind, pk))
            except DomainError:
                mine["refused"] += 1
            except (Allocation.DoesNotExist, Device.DoesNotExist, IndexError):
                mine["nothing to do"] += 1
            except Error as error:
                # A backend that is killed is the storm's doing; anything else PostgreSQL says is ours.
                code = getattr(error.__cause__, "sqlstate", None)
                if code is not None and not code.startswith(("57P", "08")):
                    with self.lock:
                        self.wrong.append(f"{code} {error}")
                mine["killed"] += 1
                connection.close()
        connection.close()
        with self.lock:
            self.score += mine
            self.done += done

    def act(self, rng: random.Random, moment: datetime.datetime, token: str) -> tuple[str, int]:
        """One thing that somebody does, on a row as this thread last saw it: someone else may have come first."""
        means = rng.choice(list(Means)[:2])
        choice = rng.random()
        held = Allocation.objects.filter(state__in=HELD_STATES).order_by("?")
        if choice < 0.4:
            enrolment = rng.choice(self.enrolments)
            shelf = list(Device.objects.filter(state=DeviceState.READY).values_list("pk", flat=True))
            # Mostly one that looks free, now and then one that somebody has.
            device = Device.objects.get(pk=rng.choice(shelf if shelf and rng.random() < 0.8 else self.devices))
            mode = rng.choice(_MODES)
            open_ones = Allocation.objects.filter(enrolment=enrolment, mode=mode, state__in=["draft", "reserved"])
            allocation = open_ones.first() or actions.prepare_allocation(
                acting_user=self.user, person=enrolment.person, edition=enrolment.edition, enrolment=enrolment,
                mode=mode, device_kind="laptop", on=DAY,
            )  # fmt: skip
            actions.reserve_device(acting_user=self.user, allocation=allocation, device=device, at=moment)
            paid = rng.choice([None, 3000]) if mode == "sale" else None
            actions.hand_over(
                acting_user=self.user, allocation=allocation, at=moment, means=means, signed_by="Awa Diarra", paid=paid
            )
            return ("lent" if mode != "sale" else "sold", allocation.pk)
        if choice < 0.65:
            loan = held[0]
            actions.receive_return(
                acting_user=self.user, allocation=loan, at=moment, condition="good", means=means,
                damage=rng.choice([0, 0, 1500, 7000]),
            )  # fmt: skip
            return ("returned", loan.pk)
        if choice < 0.74:
            loan = held[0]
            device = Device.objects.filter(state=DeviceState.READY).order_by("?")[0]
            actions.swap(acting_user=self.user, allocation=loan, new_device=device, at=moment, reason="ne démarre plus")
            return ("swapped", loan.pk)
        if choice < 0.75:
            loan = held[0]
            actions.buy_device(acting_user=self.user, allocation=loan, at=moment, means=means, paid=None)
            return ("bought", loan.pk)
        if choice < 0.82:
            owing = Allocation.objects.filter(
                state__in=[AllocationState.PURCHASED, AllocationState.INSPECTED]
            ).order_by("?")[0]
            actions.receive_payment(
                acting_user=self.user, allocation=owing, at=moment, amount=1000, means=means, token=token
            )
            return ("paid", owing.pk)
        return ("refurbished", self.refurbish(rng, moment))

    def refurbish(self, rng: random.Random, moment: datetime.datetime) -> int:
        device = Device.objects.filter(
            state__in=[DeviceState.RETURNED, DeviceState.TRIAGED, DeviceState.REPAIR, DeviceState.WIPED]
        ).order_by("?")[0]
        if device.state == DeviceState.REPAIR:
            actions.finish_repair(acting_user=self.user, device=device, at=moment)
        refurbish(device, by=self.user)
        return device.pk


def rage(storm: Storm) -> int:
    """Run the threads and the killer together; how many backends were ended."""
    there = connection.settings_dict
    dsn = make_conninfo(
        dbname=there["NAME"], user=there["USER"], password=there["PASSWORD"] or None, host=there["HOST"] or None,
        port=there["PORT"] or None,
    )  # fmt: skip
    threads = [threading.Thread(target=storm.work, args=(number,)) for number in range(THREADS)]
    killer = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("killer.py")), dsn, str(SECONDS - 0.5)],
        stdout=subprocess.PIPE,
        text=True,
    )
    storm.until = time.monotonic() + SECONDS
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=SECONDS + 60)
    ended, _nothing = killer.communicate(timeout=30)
    # This thread's own connection was among those that could be killed.
    connection.close()
    assert not any(thread.is_alive() for thread in threads), "a thread waits for ever"
    return int(ended)


@pytest.mark.django_db(transaction=True)
def test_under_a_storm_every_machine_has_one_holder_and_every_euro_its_place(capsys: Any) -> None:
    storm = Storm()
    ended = rage(storm)
    with capsys.disabled():
        if "STORM" in os.environ:
            sys.stdout.write(
                f"\n{THREADS} threads, {MACHINES} machines, {SECONDS} s, {ended} backends killed: {dict(storm.score)}\n"
            )

    assert ended > 0
    assert storm.wrong == []
    assert min(storm.score["lent"], storm.score["returned"]) > 0, storm.score
    assert list(book_problems()) == []
    assert list(claim_problems()) == []
    for pk in storm.devices:
        assert Claim.objects.filter(device=pk, released_at__isnull=True).count() <= 1
    held = sum(Allocation.objects.filter(state__in=HELD_STATES).values_list("deposit", flat=True))
    assert held == -balance(operator=storm.operator, role=AccountRole.DEPOSITS_HELD)
    # What a colleague was told is done stands in the books.
    keys = set(Entry.objects.values_list("idempotency_key", flat=True))
    for kind, pk in storm.done:
        wanted = {"lent": f"deposit:{pk}", "sold": f"sale:{pk}", "returned": f"deposit-end:{pk}"}.get(kind)
        assert wanted is None or wanted in keys, f"{kind} {pk} was said done and is not written"
