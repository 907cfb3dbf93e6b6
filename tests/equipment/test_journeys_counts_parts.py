"""Machines on the way, places counted, parts: nobody counts twice, nothing is taken twice, nothing is lost silently."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.equipment import actions
from declic.equipment.checks import claim_problems
from declic.equipment.enums import CountState, DeviceState, JourneyState, PartReason
from declic.equipment.models import Claim, Device, Journey, PartMovement, StockMinimum
from declic.equipment.shelves import low_stock, needs, part_stock, stock_by_category
from declic.organisations.models import Organisation, Site
from tests.equipment.stories import prepared, ready, received, tags
from tests.factories import DAY, a_site, a_user, an_edition, an_enrolment, an_operator, at

pytestmark = pytest.mark.django_db


class House:
    """An operator with two places, two machines ready and one on the bench in the first."""

    def __init__(self) -> None:
        self.operator: Organisation = an_operator()
        self.user: User = a_user(self.operator)
        self.here: Site = a_site(self.operator, "Atelier")
        self.there: Site = a_site(self.operator, "Boutique")
        self.ready: list[Device] = ready(self.operator, by=self.user, count=2, site=self.here)
        (self.raw,) = received(self.operator, by=self.user, site=self.here)

    def send(self, devices: list[Device], **fields: Any) -> Journey:
        fields.setdefault("token", uuid.uuid4())
        fields.setdefault("at", at(DAY, 10))
        return actions.send_devices(
            acting_user=self.user,
            operator=self.operator,
            origin=self.here,
            destination=self.there,
            devices=devices,
            **fields,
        )

    def receive(self, journey: Journey, *devices: Device, hour: int = 11) -> None:
        actions.receive_journey(acting_user=self.user, journey=journey, devices=devices, at=at(DAY, hour))
        journey.refresh_from_db()


@pytest.fixture
def house() -> House:
    return House()


def state_of(device: Device) -> str:
    device.refresh_from_db()
    return device.state


def refused(action: Callable[[], Any]) -> str:
    with pytest.raises(DomainError) as error, transaction.atomic():
        action()
    return error.value.message


# ------------------------------------------------------------------------------------------------------------ journeys


def test_machines_travel_and_are_free_where_they_arrive(house: House) -> None:
    token = uuid.uuid4()
    journey = house.send([*house.ready, house.raw], token=token)
    assert house.send([*house.ready, house.raw], token=token) == journey
    assert [state_of(device) for device in (*house.ready, house.raw)] == ["transit", "transit", "received"]
    assert list(claim_problems()) == []
    enrolment = an_enrolment(edition=an_edition(house.operator))
    assert "n'est pas prête" in refused(lambda: prepared(enrolment, house.ready[0], by=house.user))
    assert "en transport" in refused(lambda: house.send([house.ready[0]]))
    house.receive(journey, house.ready[0], house.raw)
    assert journey.state == JourneyState.SENT
    house.receive(journey, *house.ready)
    assert (journey.state, journey.ended_at) == (JourneyState.RECEIVED, at(DAY, 11))
    for device in (*house.ready, house.raw):
        device.refresh_from_db()
    assert [device.state for device in (*house.ready, house.raw)] == ["ready", "ready", "received"]
    assert {device.site for device in (*house.ready, house.raw)} == {house.there}
    assert not Claim.objects.filter(released_at__isnull=True).exists()


def test_a_machine_missing_from_the_van_is_found_or_given_up(house: House) -> None:
    first, second = house.ready
    journey = house.send([first, second, house.raw])
    house.receive(journey, first)
    assert "ne manque pas" in refused(
        lambda: actions.lose_on_the_way(
            acting_user=house.user, journey=journey, device=second, at=at(DAY, 12), reason="x"
        )
    )
    missing = actions.say_missing(acting_user=house.user, journey=journey, at=at(DAY, 12))
    assert tags(line.device for line in missing) == [second.tag, house.raw.tag]
    assert state_of(second) == DeviceState.TRANSIT
    assert "déjà noté" in refused(lambda: actions.say_missing(acting_user=house.user, journey=journey, at=at(DAY, 12)))
    house.receive(journey, second, hour=13)
    assert (state_of(second), second.site) == (DeviceState.READY, house.there)
    actions.lose_on_the_way(
        acting_user=house.user, journey=journey, device=house.raw, at=at(DAY, 14), reason="Tombée du camion"
    )
    assert state_of(house.raw) == DeviceState.LOST
    assert list(claim_problems()) == []


def test_a_journey_is_refused_for_what_is_elsewhere_or_promised(house: House) -> None:
    (stranger,) = ready(an_operator())
    (far,) = ready(house.operator, by=house.user, site=house.there)
    prepared(an_enrolment(edition=an_edition(house.operator)), house.ready[1], by=house.user)
    assert "n'est pas dans votre stock" in refused(lambda: house.send([stranger]))
    assert "n'est pas dans le lieu de départ" in refused(lambda: house.send([far]))
    assert "attribuée à quelqu'un" in refused(lambda: house.send([house.ready[0], house.ready[1]]))
    assert state_of(house.ready[0]) == DeviceState.READY
    assert not Journey.objects.exists()
    journey = house.send([house.ready[0]])
    assert "Pas dans ce transport" in refused(lambda: house.receive(journey, far))
    actions.cancel_journey(acting_user=house.user, journey=journey, at=at(DAY, 11))
    assert (state_of(house.ready[0]), house.ready[0].site) == (DeviceState.READY, house.here)
    assert "ne s'annule plus" in refused(
        lambda: actions.cancel_journey(acting_user=house.user, journey=journey, at=at(DAY, 11))
    )


@pytest.mark.django_db(transaction=True)
def test_two_people_who_send_the_same_machine_at_once_send_it_once() -> None:
    house, outcomes = House(), []
    start = threading.Barrier(4)

    def send() -> None:
        try:
            start.wait()
            house.send([house.ready[0]])
            outcomes.append("parti")
        except DomainError:
            outcomes.append("refusé")
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["parti", "refusé", "refusé", "refusé"]
    assert Claim.objects.filter(released_at__isnull=True).count() == 1


# -------------------------------------------------------------------------------------------------------------- counts


def test_a_count_says_what_is_found_missing_elsewhere_and_unknown(house: House) -> None:
    user = house.user
    (far,) = ready(house.operator, by=user, site=house.there)
    reserved = house.ready[1]
    prepared(an_enrolment(edition=an_edition(house.operator)), reserved, by=user)
    (gone,) = received(house.operator, by=user, site=house.here)
    actions.scrap(acting_user=user, device=gone, reason="hors d'usage")
    count = actions.open_count(acting_user=user, operator=house.operator, site=house.here, at=at(DAY, 9))
    assert "déjà ouvert" in refused(
        lambda: actions.open_count(acting_user=user, operator=house.operator, site=house.here, at=at(DAY, 9))
    )
    for text in (
        f"https://declic.exemple.fr/e/{house.ready[0].tag}/", house.ready[0].tag.lower(), far.tag, gone.tag, "3017620422003",
    ):  # fmt: skip
        actions.scan_label(acting_user=user, count=count, text=text, at=at(DAY, 9))
    actions.scan_label(acting_user=user, count=count, text="faute", at=at(DAY, 9))
    actions.forget_label(acting_user=user, count=count, tag="FAUTE")
    assert count.lines.count() == 4
    count = actions.close_count(acting_user=user, count=count, at=at(DAY, 10))
    assert count.result == {
        "expected": 3,
        "found": [{"tag": house.ready[0].tag}],
        "missing": [{"tag": reserved.tag, "state": "reserved"}, {"tag": house.raw.tag, "state": "received"}],
        "elsewhere": [{"tag": far.tag, "site": "Boutique"}],
        "away": [{"tag": gone.tag, "state": "scrapped"}],
        "unknown": [{"tag": "3017620422003"}],
    }
    assert "terminé" in refused(lambda: actions.scan_label(acting_user=user, count=count, text=far.tag, at=at(DAY, 11)))
    actions.put_here(acting_user=user, count=count, device=far)
    far.refresh_from_db()
    assert far.site == house.here
    actions.lose_uncounted(acting_user=user, count=count, device=house.raw)
    assert state_of(house.raw) == DeviceState.LOST
    assert "réservée" in refused(lambda: actions.lose_uncounted(acting_user=user, count=count, device=reserved))
    assert "a bougé" in refused(lambda: actions.lose_uncounted(acting_user=user, count=count, device=house.raw))
    assert "ne dit rien" in refused(
        lambda: actions.lose_uncounted(acting_user=user, count=count, device=house.ready[0])
    )
    assert "enregistrez d'abord" in refused(lambda: actions.put_here(acting_user=user, count=count, device=gone))


def test_what_travels_is_not_missed_and_a_lost_machine_comes_back(house: House) -> None:
    user, lost = house.user, house.ready[1]
    house.send([house.raw])
    count = actions.open_count(acting_user=user, operator=house.operator, site=house.here, at=at(DAY, 11))
    actions.scan_label(acting_user=user, count=count, text=house.ready[0].tag, at=at(DAY, 11))
    count = actions.close_count(acting_user=user, count=count, at=at(DAY, 12))
    assert [row["tag"] for row in count.result["missing"]] == [lost.tag]
    actions.lose_uncounted(acting_user=user, count=count, device=lost)
    again = actions.open_count(acting_user=user, operator=house.operator, site=house.there, at=at(DAY, 13))
    actions.scan_label(acting_user=user, count=again, text=lost.tag, at=at(DAY, 13))
    again = actions.close_count(acting_user=user, count=again, at=at(DAY, 13))
    actions.put_here(acting_user=user, count=again, device=lost)
    lost.refresh_from_db()
    assert (lost.state, lost.cycle, lost.site) == (DeviceState.RETURNED, 2, house.there)
    assert again.state == CountState.CLOSED


# --------------------------------------------------------------------------------------------------------------- parts


def test_parts_come_in_are_used_and_never_fall_below_zero(house: House) -> None:
    user, operator = house.user, house.operator
    part = actions.create_part(acting_user=user, operator=operator, kind="memory", name="DDR4 8 Go", minimum=3)
    assert "déjà ce nom" in refused(
        lambda: actions.create_part(acting_user=user, operator=operator, kind="memory", name="DDR4 8 Go")
    )
    common = {"acting_user": user, "part": part, "site": house.here, "on": DAY}
    bought = {**common, "quantity": 4, "reason": PartReason.BOUGHT, "token": uuid.uuid4()}
    assert actions.move_part(**bought) == actions.move_part(**bought)
    used = actions.use_part(**common, device=house.raw, quantity=1, token=uuid.uuid4())
    assert (used.quantity, used.reason, used.device) == (-1, PartReason.USED, house.raw)
    assert "Il n'y a que 3" in refused(
        lambda: actions.use_part(**common, device=house.raw, quantity=4, token=uuid.uuid4())
    )
    actions.carry_part(**common, destination=house.there, quantity=2, token=uuid.uuid4())
    assert (part_stock(part, house.here), part_stock(part, house.there)) == (1, 2)
    assert actions.count_part(**common, counted=1, token=uuid.uuid4()) is None
    found = actions.count_part(**common, counted=5, token=uuid.uuid4())
    assert found is not None
    assert found.quantity == 4
    assert "pas gardée pour ses pièces" in refused(
        lambda: actions.salvage_part(**common, device=house.raw, quantity=1, token=uuid.uuid4())
    )
    kept = actions.keep_for_parts(acting_user=user, device=house.raw, reason="écran cassé")
    actions.salvage_part(**common, device=kept, quantity=2, token=uuid.uuid4())
    assert part_stock(part, house.here) == 7
    assert PartMovement.objects.filter(device=house.raw).count() == 2


# ----------------------------------------------------------------------------------------------- stock, minimums, needs


def test_the_stock_is_told_by_category_and_a_minimum_warns(house: House) -> None:
    rows = stock_by_category(Device.objects.filter(operator=house.operator))
    assert {(row.kind, str(row.site)) for row in rows} == {("laptop", "Atelier")}
    assert [sum(row.counts[stage] for row in rows) for stage in ("ready", "bench", "reserved")] == [2, 1, 0]
    set_minimum = {"acting_user": house.user, "operator": house.operator, "kind": "laptop"}
    actions.set_minimum(**set_minimum, minimum=2)
    assert not low_stock([house.operator.pk])
    actions.set_minimum(**set_minimum, minimum=3)
    actions.set_minimum(**set_minimum, site=house.there, minimum=1)
    assert [(str(low.site), low.ready, low.lacking) for low in low_stock([house.operator.pk])] == [
        ("Boutique", 0, 1),
        ("None", 2, 1),
    ]
    actions.set_minimum(**set_minimum, minimum=0)
    assert StockMinimum.objects.count() == 1


def test_editions_share_what_is_ready_and_allocations_consume_what_was_reserved(house: House) -> None:
    user = house.user
    early, late = (an_edition(house.operator, by=user) for _ in range(2))
    Device.objects.filter(pk=house.ready[0].pk).update(grade="A")
    Device.objects.filter(pk=house.ready[1].pk).update(grade="D")
    ask = {"acting_user": user, "kind": "laptop", "on": DAY}
    later = actions.reserve_category(**ask, edition=late, count=2, needed_on=DAY.replace(day=25))
    picky = actions.reserve_category(**ask, edition=early, count=1, needed_on=DAY.replace(day=20), lowest_grade="B")
    assert "existe déjà" in refused(
        lambda: actions.reserve_category(**ask, edition=late, count=5, needed_on=DAY.replace(day=25))
    )
    found = [(need.reservation, need.remaining, need.covered, need.short) for need in needs([house.operator.pk])]
    assert found == [(picky, 1, 1, 0), (later, 2, 1, 1)]
    enrolment = an_enrolment(edition=late, by=user)
    prepared(enrolment, house.ready[1], by=user)
    found = [(need.reservation, need.allocated, need.short) for need in needs([house.operator.pk])]
    assert found == [(picky, 0, 0), (later, 1, 1)]
    actions.lift_reservation(acting_user=user, reservation=picky, on=DAY)
    assert "déjà annulé" in refused(lambda: actions.lift_reservation(acting_user=user, reservation=picky, on=DAY))
    assert [need.short for need in needs([house.operator.pk])] == [0]
