"""The queue of duplicates, two files side by side, and what happens when two colleagues reunite at once."""

from functools import partial
from typing import Any

import pytest
from django.urls import reverse

from declic.accounts.enums import Role
from declic.core.dates import now
from declic.core.errors import DomainError
from declic.equipment.models import Allocation
from declic.ledger.queries import deposits_held
from declic.people.actions import merge_people, propose_pair, settle_pair, undo_merge
from declic.people.models import DuplicatePair, Merge, Person
from tests.equipment.stories import lent
from tests.equipment.test_same_instant import at_once, refusals
from tests.factories import DAY, a_person, a_site, a_user, an_operator, at, signed_in
from tests.people.everything import Stage

pytestmark = pytest.mark.django_db


def pair_of(one: Person, other: Person, **how: Any) -> DuplicatePair:
    pair = propose_pair(**{"one": one, "other": other, "score": 80, "reasons": ["same_phone"], "on": DAY, **how})
    assert pair is not None
    return pair


def test_a_pair_said_to_be_two_persons_is_never_proposed_again() -> None:
    stage = Stage()
    one, two = stage.person(), stage.person()
    pair = pair_of(two, one)
    assert (pair.first, pair.second) == (one, two)
    assert pair_of(one, two, score=90).pk == pair.pk
    client = signed_in(stage.user)
    queue = client.get(reverse("people:duplicates")).text
    assert "un couple peut le partager" in queue
    address = reverse("people:distinct", args=[pair.pk])
    assert client.post(address, {"why": ""}).status_code == 422
    assert client.post(address, {"why": "deux sœurs"}).status_code == 303
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by, pair.decided_why) == ("distinct", stage.user, "deux sœurs")
    assert "déjà noté" in client.post(address, {"why": "deux sœurs"}).text
    assert propose_pair(one=one, other=two, score=100, reasons=[], on=DAY) is None
    assert reverse("people:distinct", args=[pair.pk]) not in client.get(reverse("people:duplicates")).text
    with pytest.raises(ValueError, match="two files"):
        propose_pair(one=one, other=one, score=1, reasons=[], on=DAY)


def test_a_pair_already_reunited_is_not_said_distinct() -> None:
    stage = Stage()
    one, two = stage.person(), stage.person()
    pair = pair_of(one, two)
    merge_people(acting_user=stage.user, kept=one, absorbed=two, at=at(DAY))
    with pytest.raises(DomainError, match="réunis"):
        settle_pair(acting_user=stage.user, pair=pair, why="deux sœurs", at=at(DAY))


def test_the_queue_shows_only_pairs_of_which_one_sees_both(django_assert_max_num_queries: Any) -> None:
    operator = an_operator()
    user = a_user(operator)
    here, there = a_site(operator), a_site(operator)
    adviser = a_user(operator, Role.ADVISER, site=here)
    mine = [a_person(operator, by=user, site=here) for _ in range(12)]
    hidden = a_person(operator, by=user, site=there)
    pairs = [pair_of(one, two, score=50 + n) for n, (one, two) in enumerate(zip(mine[::2], mine[1::2], strict=True))]
    secret = pair_of(mine[0], hidden, score=100)
    client = signed_in(adviser)
    client.get(reverse("people:duplicates"))
    with django_assert_max_num_queries(8):
        page = client.get(reverse("people:duplicates")).context["page"]
    assert [pair.pk for pair in page.rows] == [pair.pk for pair in reversed(pairs)]
    assert client.get(reverse("people:distinct", args=[secret.pk])).status_code == 404
    assert client.get(reverse("web:reunite", args=[mine[0].pk, hidden.pk])).status_code == 404
    assert client.get(reverse("web:reunite", args=[hidden.pk, mine[0].pk])).status_code == 404


def test_two_files_are_compared_and_made_one_then_parted_in_the_screens() -> None:
    stage = Stage()
    kept = stage.person(city="Toulouse", email="awa@exemple.fr")
    other = stage.person(city="Blagnac", birth_name="Traoré", phones=["+33612345678"])
    stage.everything(other)
    client = signed_in(stage.user)
    found = client.get(reverse("people:reunite_find", args=[kept.pk]), {"q": other.case_number}).text
    address = reverse("web:reunite", args=[kept.pk, other.pk])
    assert address in found
    page = client.get(address)
    assert [field.name for field in page.context["form"].contradictions] == ["city"]
    assert {field.name for field in page.context["form"].completions} == {"email", "birth_name"}
    for said in ("Toulouse", "Blagnac", "Traoré", "Exercices", "Recharges"):
        assert said in page.text
    sent = {"city": "other", "email": "kept", "birth_name": "other"}
    done = client.post(address, sent, follow=True)
    assert "n’en font plus qu’un" in done.text
    kept.refresh_from_db()
    assert (kept.city, kept.email, kept.birth_name) == ("Blagnac", "awa@exemple.fr", "Traoré")
    again = client.post(address, sent, follow=True)
    assert "déjà réunis" in again.text
    assert Merge.objects.filter(kept=kept).count() == 1
    merge = Merge.objects.get(kept=kept)
    undo = reverse("people:reunion_undo", args=[merge.pk])
    assert undo in done.text
    assert "de nouveau séparés" in client.post(undo, follow=True).text
    kept.refresh_from_db()
    assert (kept.city, kept.birth_name) == ("Toulouse", "")
    assert client.get(reverse("web:file", args=[other.pk])).status_code == 200
    assert "déjà défaite" in client.post(undo, follow=True).text


def test_the_old_address_and_the_old_number_lead_to_the_kept_file_for_who_may_see_it() -> None:
    stage = Stage()
    kept, middle, first = stage.person(site=stage.sites[0]), stage.person(), stage.person()
    merge_people(acting_user=stage.user, kept=middle, absorbed=first, at=at(DAY))
    merge_people(acting_user=stage.user, kept=kept, absorbed=middle, at=at(DAY))
    client = signed_in(stage.user)
    for old in (first, middle):
        assert client.get(reverse("web:file", args=[old.pk])).url == reverse("web:file", args=[kept.pk])
        found = client.get(reverse("people:list"), {"q": old.case_number})
        assert found.context["people"] == [kept]
    elsewhere = signed_in(a_user(stage.operator, Role.ADVISER, site=stage.sites[1]))
    assert elsewhere.get(reverse("web:file", args=[first.pk])).status_code == 404
    assert elsewhere.get(reverse("people:list"), {"q": first.case_number}).context["people"] == []


def test_a_loan_and_its_deposit_follow_the_person_and_the_books_stay_as_they_were() -> None:
    loan = lent()
    user = a_user(loan.operator)
    kept = a_person(loan.operator, by=user)
    held = deposits_held(loan.operator)
    client = signed_in(user)
    page = client.get(reverse("web:reunite", args=[kept.pk, loan.person_id]))
    assert "50,00" in page.context["deposits"][1]
    merge = merge_people(acting_user=user, kept=kept, absorbed=loan.person, at=at(DAY))
    assert Allocation.objects.get().person == kept
    assert deposits_held(loan.operator) == held
    undo_merge(acting_user=user, merge=merge, at=at(DAY))
    assert Allocation.objects.get().person == loan.person


@pytest.mark.django_db(transaction=True)
def test_the_same_two_files_reunited_twice_at_once_are_reunited_once() -> None:
    stage = Stage()
    one, two = stage.person(), stage.person()
    stage.everything(two)
    calls = [
        partial(merge_people, acting_user=stage.user, kept=kept, absorbed=absorbed, at=now())
        for kept, absorbed in ((one, two), (two, one), (one, two))
    ]
    results = at_once(*calls)
    assert len(refusals(results)) == 2
    assert Merge.objects.filter(kept__in=(one, two), absorbed__in=(one, two)).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_chain_reunited_at_once_ends_in_one_file_or_is_refused_and_never_half_done() -> None:
    for _try in range(3):
        stage = Stage()
        one, two, three = stage.person(), stage.person(), stage.person()
        stage.hang("training.Visit.person", one, 0)
        stage.hang("training.Visit.person", two, 0)
        results = at_once(
            partial(merge_people, acting_user=stage.user, kept=two, absorbed=one, at=now()),
            partial(merge_people, acting_user=stage.user, kept=three, absorbed=two, at=now()),
        )
        for person in (one, two, three):
            person.refresh_from_db()
        assert two.merged_into == three
        if refusals(results):
            assert one.merged_into is None
            assert (one.visits.count(), two.visits.count(), three.visits.count()) == (1, 0, 1)
        else:
            assert one.merged_into == three
            assert three.visits.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_reunion_undone_twice_at_once_is_undone_once() -> None:
    stage = Stage()
    one, two = stage.person(), stage.person()
    stage.everything(two)
    merge = merge_people(acting_user=stage.user, kept=one, absorbed=two, at=now())
    results = at_once(*[partial(undo_merge, acting_user=stage.user, merge=merge, at=now()) for _ in range(2)])
    assert refusals(results) == ["Cette réunion est déjà défaite."]
