"""A person on whom something of every kind hangs: what a reunion of files must move."""

import datetime
import itertools
import uuid
from collections.abc import Callable
from typing import Any

from declic.connectivity.models import RechargeProduct, RechargeSale
from declic.equipment.models import Allocation
from declic.hotline.models import Ticket
from declic.orientation.models import Enrolment, Referral, Spotted
from declic.people.actions import merge_people, register_person
from declic.people.models import (
    CaseWorker,
    FileShare,
    Person,
    PersonLink,
    PersonPhone,
    RetentionHold,
    RightsEvent,
    Snapshot,
)
from declic.practice.models import Attempt
from declic.programmes.queries import current_terms
from declic.training.models import Visit
from tests.factories import DAY, a_person, a_site, a_user, an_edition, an_operator, at

numbers = itertools.count(10_000_000)
NIGHT = datetime.timedelta(days=1)


class Stage:
    """One operator with two editions, two places and two colleagues, among whom rows are drawn."""

    def __init__(self) -> None:
        self.operator = an_operator()
        self.user = a_user(self.operator)
        self.colleagues = [self.user, a_user(self.operator)]
        self.sites = [a_site(self.operator), a_site(self.operator)]
        self.editions = [an_edition(self.operator, by=self.user) for _ in range(2)]
        self.others = [a_person(self.operator, by=self.user) for _ in range(2)]
        self.product = RechargeProduct.objects.create(
            operator=self.operator, name="Internet", public_price=3000, solidarity_price=700, months=1
        )

    def person(self, **fields: Any) -> Person:
        return register_person(
            acting_user=self.user,
            operator=self.operator,
            on=DAY,
            **{"first_name": "Awa", "last_name": "Diarra", **fields},
        )

    def hang(self, label: str, person: Person, n: int) -> None:
        """Write a row of one kind on `person`; `n` draws among what may differ or collide."""
        MAKERS[label](self, person, n, {"operator": self.operator, "person": person})

    def everything(self, person: Person, n: int = 0) -> None:
        """A row of every kind."""
        for label in MAKERS:
            # The same link said from both sides would be a double.
            self.hang(label, person, n + 1 if label == "people.PersonLink.other" else n)


type Row = dict[str, Any]


def _phone(stage: Stage, person: Person, n: int, row: Row) -> None:
    number = f"+3361234567{n % 3}"
    if not person.phones.filter(number=number).exists():
        PersonPhone.objects.create(**row, number=number, note="le soir" if n % 2 else "")


def _snapshot(stage: Stage, person: Person, n: int, row: Row) -> None:
    Snapshot.objects.create(**row, moment="change", on=DAY + n * NIGHT, income=n * 100, recorded_by=stage.user)


def _link(stage: Stage, person: Person, n: int, row: Row) -> None:
    _linked(stage, person, stage.others[n % 2], n)


def _link_back(stage: Stage, person: Person, n: int, row: Row) -> None:
    _linked(stage, stage.others[n % 2], person, n)


def _linked(stage: Stage, one: Person, other: Person, n: int) -> None:
    kind, until = ("couple", "parent")[n // 2 % 2], DAY if n % 3 == 2 else None
    if until or not PersonLink.objects.filter(person=one, other=other, kind=kind, until=None).exists():
        PersonLink.objects.create(
            operator=stage.operator, person=one, other=other, kind=kind, since=DAY, until=until, recorded_by=stage.user
        )


def _follower(stage: Stage, person: Person, n: int, row: Row) -> None:
    user, until = stage.colleagues[n % 2], DAY if n % 3 == 2 else None
    if until or not CaseWorker.objects.filter(person=person, user=user, until=None).exists():
        CaseWorker.objects.create(**row, user=user, since=DAY, until=until)


def _share(stage: Stage, person: Person, n: int, row: Row) -> None:
    site, ended = stage.sites[n % 2], DAY if n % 3 == 2 else None
    if ended or not FileShare.objects.filter(person=person, site=site, ended_on=None).exists():
        FileShare.objects.create(
            **row, site=site, reason="relais", since=DAY, until=DAY + NIGHT, shared_by=stage.user, ended_on=ended
        )


def _right(stage: Stage, person: Person, n: int, row: Row) -> None:
    RightsEvent.objects.create(**row, kind="informed", on=DAY, recorded_by=stage.user, recorded_at=at(DAY))


def _hold(stage: Stage, person: Person, n: int, row: Row) -> None:
    RetentionHold.objects.create(**row, kind="legal", reason="contrôle", since=DAY, placed_by=stage.user)


def _absorbed(stage: Stage, person: Person, n: int, row: Row) -> None:
    merge_people(acting_user=stage.user, kept=person, absorbed=stage.person(), at=at(DAY))


def _referral(stage: Stage, person: Person, n: int, row: Row) -> None:
    Referral.objects.create(
        **row, edition=stage.editions[n % 2], channel="paper", state="draft", recorded_by=stage.user
    )


def _spotted(stage: Stage, person: Person, n: int, row: Row) -> None:
    Spotted.objects.get_or_create(person=person, edition=stage.editions[n % 2], defaults={**row, "spotted_on": DAY})


def _enrolment(stage: Stage, person: Person, n: int, row: Row) -> None:
    edition = stage.editions[n % 2]
    entry = Snapshot.objects.create(**row, moment="entry", on=DAY, recorded_by=stage.user)
    referral = person.referrals.filter(enrolment=None).order_by("pk").first() if n % 2 else None
    Enrolment.objects.create(
        **row, edition=edition, terms=current_terms(edition), starts_on=DAY, ended_on=DAY, entry_snapshot=entry,
        referral=referral,
    )  # fmt: skip


def _attempt(stage: Stage, person: Person, n: int, row: Row) -> None:
    Attempt.objects.create(**row, exercise="souris", skill="souris", at=at(DAY), score=n % 5)


def _visit(stage: Stage, person: Person, n: int, row: Row) -> None:
    Visit.objects.create(**row, on=DAY, theme="email", minutes=20, helper=stage.user)


def _allocation(stage: Stage, person: Person, n: int, row: Row) -> None:
    enrolment = person.enrolments.order_by("pk").first() if n % 2 else None
    Allocation.objects.create(
        **row, edition=stage.editions[n % 2], enrolment=enrolment, mode="gift", device_kind="laptop"
    )


def _sale(stage: Stage, person: Person, n: int, row: Row) -> None:
    RechargeSale.objects.create(
        **row, product=stage.product, on=DAY, public_price=3000, paid=700, months=1, sold_by=stage.user,
        token=uuid.uuid4(),
    )  # fmt: skip


def _ticket(stage: Stage, person: Person, n: int, row: Row) -> None:
    allocation = person.allocations.order_by("pk").first() if n % 2 else None
    Ticket.objects.create(
        **row, allocation=allocation, channel="phone", symptom="other", description="…", opened_at=at(DAY),
        opened_by=stage.user,
    )  # fmt: skip


MAKERS: dict[str, Callable[[Stage, Person, int, Row], None]] = {
    "people.PersonPhone.person": _phone,
    "people.Snapshot.person": _snapshot,
    "people.PersonLink.person": _link,
    "people.PersonLink.other": _link_back,
    "people.CaseWorker.person": _follower,
    "people.FileShare.person": _share,
    "people.RightsEvent.person": _right,
    "people.RetentionHold.person": _hold,
    "people.Person.merged_into": _absorbed,
    "orientation.Referral.person": _referral,
    "orientation.Spotted.person": _spotted,
    "orientation.Enrolment.person": _enrolment,
    "practice.Attempt.person": _attempt,
    "training.Visit.person": _visit,
    "equipment.Allocation.person": _allocation,
    "connectivity.RechargeSale.person": _sale,
    "hotline.Ticket.person": _ticket,
}
"""How a row of each moving column is written: a column without one fails the tests of reunions."""
