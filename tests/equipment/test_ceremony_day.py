"""A day of handovers: prepared, checked in advance, served with or without connection, each person once."""

import base64
import datetime
import json
import uuid
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from declic.core.errors import DomainError
from declic.equipment.actions import (
    add_to_ceremony,
    assign_next,
    assign_ready_machines,
    hold_ceremony,
    prepare_ceremony,
    sync_handover,
)
from declic.equipment.ceremony_day import common_obstacles, obstacles
from declic.equipment.enums import CeremonyState, SyncOutcome
from declic.equipment.models import Agreement, Allocation, Ceremony, CeremonyPlace, CeremonySync, Claim
from declic.ledger.actions import close_month
from declic.ledger.queries import deposits_held
from declic.people.models import AccessLog
from tests.equipment.stories import prepared, ready
from tests.equipment.test_papers import drawn
from tests.equipment.test_same_instant import at_once, refusals
from tests.factories import DAY, a_user, an_edition, an_enrolment, an_operator, at, signed_in, terms

pytestmark = pytest.mark.django_db

LATE = at(DAY, 18)


def a_ceremony(*, people: int = 2, machines: int | None = None, **fields: Any) -> SimpleNamespace:
    """People expected on `DAY`, the first `machines` of them with a machine set aside."""
    edition = an_edition(an_operator(), **fields)
    user = a_user(edition.operator)
    devices = ready(edition.operator, by=user, count=people)
    chosen = [*devices[: people if machines is None else machines], *([None] * people)][:people]
    allocations = [prepared(an_enrolment(edition=edition, by=user), device, by=user) for device in chosen]
    ceremony = prepare_ceremony(
        acting_user=user, edition=edition, name="Remise de mars", on=DAY, place="Mairie", allocations=allocations
    )
    places = list(ceremony.places.select_related("ceremony", "operator", "allocation__person").order_by("pk"))
    return SimpleNamespace(user=user, ceremony=ceremony, places=places, devices=devices, operator=edition.operator)


def sync(day: SimpleNamespace, number: int = 0, **fields: Any) -> CeremonySync:
    """What a device sends for one place."""
    fields = {"means": "cash", "signed_by": "Awa Diarra", "amount": 5000, "done_at": at(DAY, 11)} | fields
    fields = {"key": uuid.uuid4(), "received_at": LATE} | fields
    return sync_handover(acting_user=day.user, place=day.places[number], **fields)


# ---------------------------------------------------------------------------------------------------- prepare and check


def test_machines_are_given_by_scanning_them_in_the_order_of_the_list():
    day = a_ceremony(people=3, machines=0)
    names = [place.allocation.person for place in day.places]
    names.sort(key=lambda person: (person.last_name, person.first_name))
    for device, person in zip(day.devices, names, strict=True):
        given = assign_next(acting_user=day.user, ceremony=day.ceremony, device=device, at=at(DAY, 9))
        assert (given.person, given.device) == (person, device)
    with pytest.raises(DomainError, match="est déjà pour"):
        assign_next(acting_user=day.user, ceremony=day.ceremony, device=day.devices[0], at=at(DAY, 9))


def test_ready_machines_are_given_at_once_as_far_as_they_go():
    day = a_ceremony(people=3, machines=1)
    assert assign_ready_machines(acting_user=day.user, ceremony=day.ceremony, at=at(DAY, 9)) == 2
    assert Allocation.objects.filter(state="reserved").count() == 3
    with pytest.raises(DomainError, match="a déjà sa machine"):
        assign_ready_machines(acting_user=day.user, ceremony=day.ceremony, at=at(DAY, 9))


def test_what_would_prevent_a_handover_is_said_in_advance(django_assert_num_queries):
    gift = {"mode": "gift", "kinds": ["laptop"], "condition": "course_evaluated"}
    a_ceremony(
        people=2,
        terms=terms(equipment=[{"mode": "loan", "kinds": ["laptop"], "deposit_eur": "50", "months": 12}, gift]),
    )
    places = list(
        CeremonyPlace.objects.select_related(
            "allocation__enrolment__terms", "allocation__edition", "allocation__device", "allocation__person"
        ).order_by("pk")
    )
    assert obstacles(places, DAY) == {}
    before = places[0].allocation.enrolment.starts_on - datetime.timedelta(days=1)
    assert "entre dans le dispositif" in obstacles(places, before)[places[0].pk]
    for place in places:
        place.allocation.mode = "gift"
    with django_assert_num_queries(6):
        assert set(obstacles(places, DAY).values()) == {"Le parcours de formation n'est pas terminé."}


def test_the_page_says_what_is_missing_then_that_all_is_ready():
    day = a_ceremony(people=2, machines=1)
    client = signed_in(day.user)
    page = reverse("equipment:ceremony", args=[day.ceremony.pk])
    assert "Donner une machine à chaque personne" in client.get(page).content.decode()
    assert client.post(reverse("equipment:ceremony_assign", args=[day.ceremony.pk])).status_code == 303
    assert "Tout est prêt" in client.get(page).content.decode()
    close_month(acting_user=day.user, operator=day.operator, month=DAY, at=timezone.now())
    places = list(CeremonyPlace.objects.select_related("allocation"))
    assert "comptes de ce mois sont clos" in common_obstacles(day.ceremony, places, DAY)[0]


def test_someone_absent_comes_to_another_day_with_what_a_device_had_sent():
    day = a_ceremony(people=1)
    sync(day, amount=4000)
    hold_ceremony(acting_user=day.user, ceremony=day.ceremony)
    other = prepare_ceremony(
        acting_user=day.user, edition=day.ceremony.edition, name="Remise d'avril", on=DAY, place="",
        allocations=[day.places[0].allocation],
    )  # fmt: skip
    place = other.places.get()
    assert place.syncs.get().outcome == SyncOutcome.REFUSED
    add_to_ceremony(acting_user=day.user, ceremony=other, allocations=[])


# ------------------------------------------------------------------------------------------------- what a device sends


def test_a_handover_done_offline_bears_the_time_at_which_it_was_done():
    day = a_ceremony()
    done = sync(day, done_at=at(DAY, 11))
    assert done.outcome == SyncOutcome.DONE
    assert Claim.objects.get(allocation=day.places[0].allocation, kind="loan").taken_at == at(DAY, 11)
    assert deposits_held(day.operator) == 5000


def test_a_wrong_clock_neither_loses_a_handover_nor_moves_it_out_of_its_day():
    day = a_ceremony(people=2)
    late, early = at(DAY, 23), at(DAY - datetime.timedelta(days=400))
    for number, (done_at, kept) in enumerate([(late, LATE), (early, at(DAY, 9))]):
        assert sync(day, number, done_at=done_at).outcome == SyncOutcome.DONE
        taken = Claim.objects.get(allocation=day.places[number].allocation, kind="loan").taken_at
        assert abs(taken - kept) < datetime.timedelta(seconds=1)


def test_the_same_key_answers_the_same_and_changes_nothing():
    day = a_ceremony()
    key = uuid.uuid4()
    first = sync(day, key=key)
    assert sync(day, key=key, signed_by="Quelqu'un d'autre").pk == first.pk
    assert (Agreement.objects.count(), deposits_held(day.operator)) == (1, 5000)
    with pytest.raises(DomainError, match="le numéro d'une autre"):
        sync(day, 1, key=key)


def test_the_second_of_two_devices_is_told_kindly():
    day = a_ceremony()
    sync(day)
    second = sync(day, done_at=at(DAY, 12))
    assert second.outcome == SyncOutcome.REFUSED
    assert "a déjà reçu" in second.message
    assert "11 h 00" in second.message
    assert deposits_held(day.operator) == 5000


def test_the_machine_given_is_the_one_that_was_scanned():
    day = a_ceremony(people=2, machines=1)
    free = day.devices[1]
    assert sync(day, tag=free.tag.lower()).outcome == SyncOutcome.DONE
    allocation = Allocation.objects.get(pk=day.places[0].allocation_id)
    assert allocation.device == free
    day.devices[0].refresh_from_db()
    assert day.devices[0].state == "ready"
    assert free.tag in allocation.agreement.text


def test_what_is_refused_writes_nothing_but_the_refusal():
    day = a_ceremony()
    for fields, words in (
        ({"amount": 4000}, "Le montant a changé"),
        ({"tag": "PC-9999"}, "Aucune machine ne porte"),
        ({"signed_by": " "}, "nom de la personne qui signe"),
        ({"tag": day.devices[1].tag}, "prise par quelqu'un d'autre"),
    ):
        refused = sync(day, **fields)
        assert refused.outcome == SyncOutcome.REFUSED
        assert words in refused.message
        allocation = Allocation.objects.get(pk=day.places[0].allocation_id)
        assert (allocation.state, Agreement.objects.count(), deposits_held(day.operator)) == ("reserved", 0, 0)
        assert allocation.device == day.devices[0]
    assert sync(day).outcome == SyncOutcome.DONE


def test_a_device_that_comes_back_after_the_day_was_closed_is_still_heard():
    day = a_ceremony()
    hold_ceremony(acting_user=day.user, ceremony=day.ceremony)
    day.places[0].ceremony.refresh_from_db()
    assert sync(day).outcome == SyncOutcome.DONE
    Ceremony.objects.get(state=CeremonyState.HELD)


@pytest.mark.django_db(transaction=True)
def test_two_devices_and_a_second_try_at_the_same_instant_serve_once():
    day = a_ceremony()
    key = uuid.uuid4()
    results = at_once(partial(sync, day, key=key), partial(sync, day, key=key), partial(sync, day))
    assert refusals(results) == []
    assert sorted(CeremonySync.objects.values_list("outcome", flat=True)) == ["done", "refused"]
    assert (Agreement.objects.count(), deposits_held(day.operator)) == (1, 5000)


# ---------------------------------------------------------------------------------------------------------- addresses


def _sent(place: CeremonyPlace, **fields: Any) -> dict[str, Any]:
    return {
        "key": str(uuid.uuid4()), "place": place.pk, "tag": "", "means": "cash", "amount": 5000,
        "signed_by": "Awa Diarra", "done_at": f"{DAY.isoformat()}T10:00:00.000Z", "drawing": "",
    } | fields  # fmt: skip


def test_a_device_reads_the_list_and_sends_what_it_did():
    day = a_ceremony(people=2, machines=1)
    client = signed_in(day.user)
    state = client.get(reverse("equipment:ceremony_state", args=[day.ceremony.pk]), {"complet": "1"}).json()
    assert AccessLog.objects.filter(user=day.user, act=AccessLog.Act.EXPORT).count() == 2
    first = next(place for place in state["places"] if place["id"] == day.places[0].pk)
    assert first["lines"][first["machine_at"]].startswith("Matériel")
    assert (first["tag"], first["amount"]) == (day.devices[0].tag, 5000)
    assert [one["tag"] for one in state["spare"]] == [day.devices[1].tag]
    kept = set(first) - {"lines", "machine_at"}
    assert kept == {"id", "first", "last", "mode", "kind", "words", "tag", "served", "stopped", "amount", "price"}
    address = reverse("equipment:ceremony_sync", args=[day.ceremony.pk])
    picture = "data:image/png;base64," + base64.b64encode(drawn()).decode()
    answer = client.post(address, _sent(day.places[0], drawing=picture)).json()
    assert (answer["outcome"], "remis à" in answer["message"]) == ("done", True)
    # What was read is what was kept, but for the day of the handover.
    assert Agreement.objects.get().text.splitlines()[3:5] == first["lines"][3:5]
    light = client.get(reverse("equipment:ceremony_state", args=[day.ceremony.pk])).json()
    assert [place["served"] for place in light["places"] if place["id"] == day.places[0].pk] == [True]
    assert "lines" not in json.dumps(light)


WRONG: list[dict[str, str]] = [
    {"key": "1"}, {"key": ""}, {"place": "9" * 30}, {"place": "0"}, {"means": "or"}, {"amount": "-5"},
    {"amount": "9" * 30}, {"signed_by": "a\x00b"}, {"signed_by": ""}, {"done_at": "hier"}, {"done_at": "2024-03-05"},
    {"done_at": "0001-01-01T00:00:00+14:00"}, {"done_at": "9999-12-31T23:59:59-12:00"}, {"drawing": "data:,x"},
    {"tag": "X" * 300},
]  # fmt: skip


def test_what_nobody_can_read_is_refused_and_written_nowhere():
    day = a_ceremony(people=1)
    client, address = signed_in(day.user), reverse("equipment:ceremony_sync", args=[day.ceremony.pk])
    for wrong in WRONG:
        answer = client.post(address, _sent(day.places[0]) | wrong)
        assert answer.status_code == 422, wrong
        assert answer.json()["message"]
    assert not CeremonySync.objects.exists()


def test_a_session_that_is_over_writes_nothing_and_sends_to_the_door():
    day = a_ceremony(people=1)
    address = reverse("equipment:ceremony_sync", args=[day.ceremony.pk])
    assert Client().post(address, _sent(day.places[0])).status_code == 302
    assert Client(enforce_csrf_checks=True).post(address, _sent(day.places[0])).status_code in (302, 403)
    other = a_ceremony(people=1)
    stranger = signed_in(other.user)
    assert stranger.post(address, _sent(day.places[0])).status_code == 404
    mine = reverse("equipment:ceremony_sync", args=[other.ceremony.pk])
    assert stranger.post(mine, _sent(day.places[0])).status_code == 422
    assert not CeremonySync.objects.exists()


def test_the_kept_page_names_nobody_and_the_worker_knows_addresses_alone():
    day = a_ceremony(people=1)
    client = signed_in(day.user)
    page = client.get(reverse("equipment:ceremony_day", args=[day.ceremony.pk])).content.decode()
    person = day.places[0].allocation.person
    for name in (person.last_name, person.first_name, str(day.user), day.ceremony.name, "csrf"):
        assert name not in page
    script = Client().get(reverse("equipment:ceremony_worker"))
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert "declic/ceremony" in script.content.decode()


def test_the_list_of_a_day_takes_as_many_queries_for_many_as_for_few(django_assert_max_num_queries):
    few, many = a_ceremony(people=1), a_ceremony(people=4)
    client = signed_in(few.user)
    client.get(reverse("equipment:ceremony_state", args=[few.ceremony.pk]))
    with django_assert_max_num_queries(22) as asked:
        client.get(reverse("equipment:ceremony_state", args=[few.ceremony.pk]))
    number = len(asked)
    client = signed_in(many.user)
    client.get(reverse("equipment:ceremony_state", args=[many.ceremony.pk]))
    with django_assert_max_num_queries(number):
        client.get(reverse("equipment:ceremony_state", args=[many.ceremony.pk]))


def test_all_the_agreements_of_the_day_are_one_pdf():
    day = a_ceremony(people=2)
    sync(day)
    answer = signed_in(day.user).get(reverse("equipment:ceremony_agreements_pdf", args=[day.ceremony.pk]))
    assert answer.content.startswith(b"%PDF-")
    assert AccessLog.objects.filter(user=day.user, act=AccessLog.Act.PRINT).count() >= 2
