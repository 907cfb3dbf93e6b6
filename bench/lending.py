"""Machines and money: who held what and when, each deposit in the books, each machine in one pair of hands."""

import datetime
import hashlib
import heapq
import json
import random
from typing import TYPE_CHECKING

from bench.words import MACHINES
from bench.world import Ground, Run
from declic.programmes.schema import EquipmentTerms, cents

if TYPE_CHECKING:
    from bench.rows import Entered, Tables

DAY = datetime.timedelta(days=1)
# Part of the machines that go out; the others stay on the shelf and on the bench.
LENDABLE = 0.8
READIED = ("ready", "reserved", "on_loan", "transferred", "lost", "installed", "tested")
SHELF = ("ready",) * 12 + (
    "received", "received", "triaged", "triaged", "wiping", "wiped", "tested", "installed", "scrapped", "parts",
    "repair",
)  # fmt: skip
BACK = ("ready",) * 6 + ("returned", "returned", "triaged", "wiped", "tested", "repair")
CHECKS = json.dumps({"écran": True, "clavier": True, "souris": True, "wifi": True, "son": True, "batterie": True})
type Posting = tuple[str, int | None, int, int]


def at(day: datetime.date, hour: int = 9) -> datetime.datetime:
    return datetime.datetime(day.year, day.month, day.day, hour, tzinfo=datetime.UTC)


class Stock:
    """The machines of one operator while they are lent, given and sold."""

    def __init__(self, ground: Ground, tables: "Tables", rng: random.Random, on: datetime.date) -> None:
        self.g, self.t, self.rng, self.on = ground, tables, rng, on
        self.op = ground.operator.pk
        self.first = tables.device.skip(ground.devices)
        self.state: list[str] = [""] * ground.devices
        self.cycle = [1] * ground.devices
        self.fresh = iter(range(int(ground.devices * LENDABLE)))
        self.free: list[tuple[datetime.date, int]] = []

    # ---------------------------------------------------------------------------------------------------------- books

    def post(self, day: datetime.date, event: str, label: str, run: Run, key: str, postings: list[Posting]) -> None:
        """One balanced entry, in the shape that `ledger.actions.post` gives it."""
        entry = self.t.entry.add(self.op, day, event, label, run.edition.section_id, key, self.g.coordinator.pk)
        for role, auxiliary, debit, credit in postings:
            self.t.line.add(self.op, entry, self.g.accounts[role], auxiliary, debit, credit)

    # -------------------------------------------------------------------------------------------------------- handover

    def equip(self, e: "Entered") -> tuple[int, datetime.date, datetime.date] | None:
        """Perhaps give the person a machine under the terms; return the allocation, its day and its last day."""
        offers = [offer for offer in e.run.terms.equipment if "laptop" in offer.kinds]
        day = e.starts_on + self.rng.randint(3, 70) * DAY
        if not offers or self.rng.random() > 0.55:
            return None
        offer = offers[0] if offers[0].mode != "sale" and self.rng.random() < 0.9 else offers[-1]
        if day > self.on - DAY:
            if (self.on - e.starts_on).days < 30:
                self._reserve(e, offer)
            return None
        device = self._take(day)
        if device is None:
            return None
        if offer.mode == "gift":
            return self._give(e, offer, device, day)
        if offer.mode == "sale":
            return self._sell(e, offer, device, day)
        return self._lend(e, offer, device, day)

    def _take(self, day: datetime.date) -> int | None:
        if self.free and self.free[0][0] + 30 * DAY < day:
            return heapq.heappop(self.free)[1]
        return next(self.fresh, None)

    def _allocate(
        self, e: "Entered", offer: EquipmentTerms, device: int | None, state: str, *, day: datetime.date | None,
        due_on: datetime.date | None = None, ended_on: datetime.date | None = None, account: int | None = None,
        back: bool = False,
    ) -> int:  # fmt: skip
        loan = offer.mode in ("loan", "loan_then_option")
        return self.t.allocation.add(
            self.op, e.person, e.pk, e.run.edition.pk, None if device is None else self.first + device, state, offer.mode,
            "laptop", cents(offer.deposit_eur) if loan else 0, cents(offer.price_eur),
            None if offer.option_price_eur is None else cents(offer.option_price_eur), list(offer.options_at_term),
            day or self.on + 5 * DAY, day, due_on, ended_on, "good" if day else "", "worn" if back else "", account,
        )  # fmt: skip

    def _sign(self, e: "Entered", allocation: int, device: int, day: datetime.date) -> None:
        text = (
            f"Convention entre {self.g.operator.name} et {e.name}.\n\nLa machine PC-{device + 1:05d} lui est remise ce jour,"
            " en bon état, avec son chargeur et sa sacoche. La personne en prend soin, ne la vend pas et prévient l'accueil"
            " en cas de panne. À la fin, elle la rend ou choisit une des autres issues que prévoit le dispositif.\n"
        )
        self.t.agreement.add(
            self.op, allocation, text, hashlib.sha256(text.encode()).hexdigest(), day, e.name, e.adviser
        )

    def _claim(
        self,
        device: int,
        kind: str,
        allocation: int | None,
        taken: datetime.datetime,
        released: datetime.datetime | None,
    ) -> None:
        self.t.claim.add(self.op, self.first + device, kind, allocation, taken, released)

    def _reserve(self, e: "Entered", offer: EquipmentTerms) -> None:
        device = self._take(self.on)
        if device is None:
            self._allocate(e, offer, None, "draft", day=None)
            return
        allocation = self._allocate(e, offer, device, "reserved", day=None)
        self._claim(device, "reservation", allocation, at(self.on - DAY, 15), None)
        self.state[device] = "reserved"

    def _give(
        self, e: "Entered", offer: EquipmentTerms, device: int, day: datetime.date
    ) -> tuple[int, datetime.date, datetime.date]:
        allocation = self._allocate(e, offer, device, "settled", day=day, ended_on=day)
        self._sign(e, allocation, device, day)
        self._claim(device, "transfer", allocation, at(day), None)
        self.state[device] = "transferred"
        return allocation, day, self.on

    def _sell(
        self, e: "Entered", offer: EquipmentTerms, device: int, day: datetime.date
    ) -> tuple[int, datetime.date, datetime.date]:
        price = cents(offer.price_eur)
        account = self.t.auxiliary.add(self.op, f"Attribution {self.t.allocation.next} · {e.name}")
        allocation = self._allocate(e, offer, device, "settled", day=day, ended_on=day, account=account)
        self._sign(e, allocation, device, day)
        self._claim(device, "transfer", allocation, at(day), None)
        self.state[device] = "transferred"
        self._paid_in_full(e, allocation, account, day, price)
        return allocation, day, self.on

    def _paid_in_full(self, e: "Entered", allocation: int, account: int, day: datetime.date, price: int) -> None:
        self.post(
            day, "sale", f"Vente de matériel · {e.name}", e.run, f"sale:{allocation}",
            [("receivable", account, price, 0), ("sale_revenue", None, 0, price)],
        )  # fmt: skip
        self.post(
            day, "sale_payment", f"Paiement reçu · {e.name}", e.run, f"sale-payment:{allocation}",
            [("cash", None, price, 0), ("receivable", account, 0, price)],
        )  # fmt: skip

    def _lend(
        self, e: "Entered", offer: EquipmentTerms, device: int, day: datetime.date
    ) -> tuple[int, datetime.date, datetime.date]:
        """Lend until the term; then the machine is back, kept, bought or lost, or still out (late, or not due yet)."""
        rng, deposit = self.rng, cents(offer.deposit_eur)
        due_on = offer.due_on or day + 182 * DAY
        if due_on <= day:
            due_on = day + 90 * DAY
        end = min(due_on + rng.randint(-20, 20) * DAY, e.ends_on)
        over = end > day and end < self.on and (e.ended or rng.random() < 0.85)
        fate = ""
        if over:
            draw = rng.random()
            fate = (
                "inspected"
                if draw < 0.6
                else "lost"
                if draw > 0.97
                else "kept"
                if "keep" in offer.options_at_term
                else "purchased"
            )
        account = None
        if deposit or fate == "purchased":
            account = self.t.auxiliary.add(self.op, f"Attribution {self.t.allocation.next} · {e.name}")
        allocation = self._allocate(
            e, offer, device, "settled" if over else "active", day=day, due_on=due_on, ended_on=end if over else None,
            account=account, back=fate == "inspected",
        )  # fmt: skip
        self._sign(e, allocation, device, day)
        if deposit:
            self.post(
                day, "deposit_paid", f"Caution encaissée · {e.name}", e.run, f"deposit:{allocation}",
                [("cash", None, deposit, 0), ("deposits_held", account, 0, deposit)],
            )  # fmt: skip
        self._claim(device, "loan", allocation, at(day), at(end, 16) if over else None)
        self.state[device] = "on_loan"
        if over:
            self._end(e, offer, allocation, account, device, end, fate)
        return allocation, day, end if over else self.on

    def _end(
        self, e: "Entered", offer: EquipmentTerms, allocation: int, account: int | None, device: int, day: datetime.date,
        fate: str,
    ) -> None:  # fmt: skip
        deposit = cents(offer.deposit_eur)
        events = {"inspected": "deposit_refunded", "kept": "deposit_retained", "lost": "deposit_damage"}
        roles = {"inspected": "cash", "kept": "sale_revenue", "lost": "damage_recovery"}
        if deposit and fate in events:
            self.post(
                day, events[fate], f"Fin de caution · {e.name}", e.run, f"deposit-end:{allocation}",
                [("deposits_held", account, deposit, 0), (roles[fate], None, 0, deposit)],
            )  # fmt: skip
        if fate == "purchased" and account is not None:
            self._paid_in_full(e, allocation, account, day, cents(offer.option_price_eur))
        self.t.fates.append((allocation, fate))
        if fate == "inspected":
            self.cycle[device] += 1
            self.state[device] = "returned"
            heapq.heappush(self.free, (day, device))
        elif fate == "lost":
            self.state[device] = "lost"
        else:
            self.state[device] = "transferred"
            self._claim(device, "transfer", allocation, at(day, 16), None)

    # ---------------------------------------------------------------------------------------------------- the machines

    def finish(self) -> None:
        """Write the machines as they ended: lots, numbers, proofs, and the claims of those in repair."""
        rng, op, t = self.rng, self.op, self.t
        adviser = self.g.advisers[0].pk
        first_day = self.on - 6 * 365 * DAY
        lot = 0
        for index in range(self.g.devices):
            state = self.state[index] or rng.choice(SHELF)
            if state == "returned":
                state = rng.choice(BACK)
            pk, tag = self.first + index, f"PC-{index + 1:05d}"
            lot_day = first_day + (index // 25) * 1500 * 25 // max(self.g.devices, 1) * DAY
            if index % 25 == 0:
                count = min(25, self.g.devices - index)
                lot = t.lot.add(op, f"Don de l'entreprise {index // 25 + 1}", lot_day, count)
            lendable = index < int(self.g.devices * LENDABLE)
            kind = "laptop" if lendable else ("laptop", "desktop", "tablet", "smartphone")[index % 4]
            brand, model = MACHINES[index % len(MACHINES)]
            t.device.put(
                pk, op, tag, kind, brand, model, lot, self.g.refurbisher.pk, self.g.sites[index % len(self.g.sites)].pk,
                state, "good" if state in READIED else "", self.cycle[index],
                "Linux Mint 22" if state in READIED and state != "tested" else "",
            )  # fmt: skip
            t.identifier.add(op, pk, "serial", f"{rng.getrandbits(32):08X}")
            t.identifier.add(op, pk, "mac", ":".join(f"{rng.getrandbits(8):02x}" for _byte in range(6)))
            self._prove(pk, index, state, lot_day, adviser)
            if state == "repair":
                self._claim(index, "repair", None, at(self.on, 6), None)

    def _prove(self, pk: int, index: int, state: str, day: datetime.date, adviser: int) -> None:
        """An erasure and a test for each life that reached the shelf."""
        lives = self.cycle[index] if state in READIED else self.cycle[index] - 1
        for life in range(1, self.cycle[index] + 1):
            if life <= lives or state == "wiped":
                self.t.erasure.add(
                    self.op, pk, life, f"WD-{pk:07d}", "nwipe 0.35, PRNG Stream", "relecture complète", day + 5 * DAY,
                    adviser, True, "relu à l'atelier",
                )  # fmt: skip
            if life <= lives:
                self.t.test.add(self.op, pk, life, day + 6 * DAY, CHECKS, True, adviser)
