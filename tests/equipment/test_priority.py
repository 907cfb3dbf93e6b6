"""Who is served next: one order for all, with its reasons; passing others asks for a reason that is kept."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from declic.core.errors import DomainError
from declic.equipment.actions import (
    allocate,
    assign_ready_machines,
    cancel_allocation,
    prepare_ceremony,
    reserve_device,
)
from declic.equipment.priority import Waiting, ranked, ranks_of
from declic.people.actions import take_snapshot
from declic.programmes.schema import EquipmentTerms
from tests.equipment.stories import prepared, ready
from tests.factories import DAY, a_user, an_edition, an_enrolment, an_operator, at, terms

CODES = (
    "no_equipment", "job_search", "benefits", "children", "priority_zone", "course_finished", "oldest_request", "entered_first",
)  # fmt: skip
ORDER = {"mode": "loan", "kinds": ["laptop"], "months": 6, "priority": ["no_equipment", "job_search"]}

days = st.dates(datetime.date(2024, 1, 1), datetime.date(2024, 1, 9))
maybe = st.sampled_from([True, False, None])
people = st.lists(
    st.builds(
        Waiting,
        enrolment_id=st.integers(1, 10_000),
        entered_on=days,
        asked_on=st.none() | days,
        no_equipment=maybe,
        job_search=maybe,
        benefits=maybe,
        children=maybe,
        priority_zone=maybe,
        course_finished=st.booleans(),
        can_receive=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda one: one.enrolment_id,
)
orders = st.lists(st.sampled_from(CODES), max_size=4, unique=True)


@given(order=orders, waiting=people, chance=st.randoms(use_true_random=False))
@examples(max_examples=80, deadline=None)
def test_everybody_has_one_place_whatever_the_list_began_with(order, waiting, chance) -> None:
    ranks = ranked(order, waiting)
    assert [rank.position for rank in ranks] == list(range(1, len(waiting) + 1))
    assert {rank.waiting for rank in ranks} == set(waiting)
    mixed = list(waiting)
    chance.shuffle(mixed)
    assert ranked(order, mixed) == ranks
    assert all(rank.reasons and len(rank.words) <= 300 for rank in ranks)


@given(order=orders, waiting=people, stranger=people.filter(bool))
@examples(max_examples=60, deadline=None)
def test_somebody_more_does_not_turn_two_others_round(order, waiting, stranger) -> None:
    known = {one.enrolment_id for one in waiting}
    both = [*waiting, *(one for one in stranger if one.enrolment_id not in known)]
    wanted = [rank.waiting for rank in ranked(order, waiting)]
    assert [rank.waiting for rank in ranked(order, both) if rank.waiting.enrolment_id in known] == wanted


def test_what_nobody_wrote_down_is_said_and_is_not_a_no() -> None:
    day = datetime.date(2024, 1, 5)
    has, unknown, without = (
        Waiting(number, day, no_equipment=value, job_search=True) for number, value in enumerate((False, None, True))
    )
    ranks = ranked(["no_equipment", "job_search"], [has, unknown, without])
    assert [rank.waiting for rank in ranks] == [without, has, unknown]
    assert ranks[0].words == (
        "1 sur 3 · ni ordinateur ni tablette à la maison ; en recherche d'emploi ; entrée le 5 janvier 2024"
    )
    assert [rank.unknown for rank in ranks] == [(), (), ("le matériel à la maison",)]


def test_a_criterion_stands_once_in_the_terms() -> None:
    with pytest.raises(ValueError, match="chaque critère une seule fois"):
        EquipmentTerms.model_validate({**ORDER, "priority": ["children", "children"]})


@pytest.mark.django_db
def test_the_order_reads_the_files_in_a_fixed_number_of_queries_and_passing_others_is_explained() -> None:
    operator = an_operator()
    user = a_user(operator)
    edition = an_edition(operator, by=user, terms=terms(equipment=[ORDER]))
    entry = EquipmentTerms.model_validate(ORDER)
    first, second, third = (an_enrolment(edition=edition, by=user) for _ in range(3))
    for enrolment, facts in (
        (second, {"equipment": ["telephone"], "labour_status": "en_emploi"}),
        (third, {"equipment": [], "labour_status": "chomeur"}),
    ):
        take_snapshot(acting_user=user, person=enrolment.person, moment="change", on=DAY, facts=facts)

    def order() -> list[int]:
        return [rank.waiting.enrolment_id for rank in ranks_of(edition, entry, "laptop", on=DAY)[0]]

    with CaptureQueriesContext(
        connection,
    ) as few:
        assert order() == [third.pk, second.pk, first.pk]
    (machine, other) = ready(operator, by=user, count=2)
    offer = {"acting_user": user, "edition": edition, "mode": "loan", "device_kind": "laptop", "on": DAY, "at": at(DAY)}
    with pytest.raises(DomainError, match=r"rang 3, machines prêtes : 2") as refused:
        allocate(**offer, person=first.person, enrolment=first, device=machine)
    assert refused.value.field == "exception_reason"
    out_of_turn = allocate(
        **offer, person=first.person, enrolment=first, device=machine, exception_reason="Examen lundi"
    )
    assert out_of_turn.exception_reason == "Examen lundi"
    assert out_of_turn.priority_words.startswith("3 sur 3 · ")
    in_turn = prepared(third, by=user)
    assert order() == [third.pk, second.pk]
    in_turn = reserve_device(
        acting_user=user, allocation=in_turn, device=other, at=at(DAY, 9), exception_reason="inutile"
    )
    in_turn.refresh_from_db()
    assert in_turn.priority_words.startswith("1 sur 2 · ni ordinateur ni tablette à la maison ; en recherche d'emploi")
    assert in_turn.exception_reason == ""
    cancel_allocation(acting_user=user, allocation=in_turn, at=at(DAY, 11))
    assert order() == [third.pk, second.pk]
    for _ in range(3):
        an_enrolment(edition=edition, by=user)
    with CaptureQueriesContext(connection) as many:
        assert len(order()) == 5
    assert len(many) == len(few)


@pytest.mark.django_db
def test_someone_invited_to_a_day_of_handovers_before_her_turn_is_served_and_her_file_says_why() -> None:
    operator = an_operator()
    user = a_user(operator)
    edition = an_edition(operator, by=user, terms=terms(equipment=[ORDER]))
    invited, before = (an_enrolment(edition=edition, by=user) for _ in range(2))
    take_snapshot(acting_user=user, person=before.person, moment="change", on=DAY, facts={"equipment": []})
    ready(operator, by=user)
    ceremony = prepare_ceremony(
        acting_user=user,
        edition=edition,
        name="Remise de mai",
        on=DAY,
        place="",
        allocations=[prepared(invited, by=user)],
    )

    assert assign_ready_machines(acting_user=user, ceremony=ceremony, at=at(DAY, 9)) == 1

    allocation = ceremony.places.get().allocation
    assert allocation.priority_words.startswith("2 sur 2 · ")
    assert allocation.exception_reason.startswith("Invitation à la remise « Remise de mai »")
