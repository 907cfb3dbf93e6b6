"""Two files of one person: reunited without losing anything, parted again as they were."""

import datetime
from typing import Any

import pytest
from django.apps import apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pghistory.models import Event

from declic.core.errors import DomainError
from declic.orientation.models import Enrolment, Referral
from declic.people.actions import correct_person, gather_stragglers, link_people, merge_people, undo_merge
from declic.people.bearing import STANDING_ASIDE, STAYING, bearings, moving
from declic.people.models import AccessLog, DuplicatePair, Merge, Person, PersonPhone, Snapshot
from declic.people.word_models import PersonWord
from tests.factories import DAY, an_edition, an_enrolment, at
from tests.people.everything import MAKERS, Stage

pytestmark = pytest.mark.django_db

SINCE = datetime.timedelta(days=1)
TRACES = ("Merge", "DuplicatePair")
"""What a reunion and its undoing leave on purpose, with the history of rows."""


def dump() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of ours, but for the history, what a reunion writes of itself, and instants of change."""
    return {
        model._meta.label: _rows(model, ("updated_at", "id") if model is PersonWord else ("updated_at",))
        for model in apps.get_models()
        if model.__module__.startswith("declic.") and not issubclass(model, Event) and model.__name__ not in TRACES
    }


def _rows(model: Any, without: tuple[str, ...]) -> list[dict[str, Any]]:
    rows = [
        {name: value for name, value in row.items() if name not in without}
        for row in model._base_manager.order_by("pk").values()
    ]
    # Words of a name are written anew by the database whenever its file changes: their ids and order tell nothing.
    return sorted(rows, key=repr) if "id" in without else rows


def counted() -> dict[str, int]:
    return {bearing.label: bearing.model._base_manager.count() for bearing in moving()}


def reunite(stage: Stage, kept: Person, absorbed: Person, **how: Any) -> Merge:
    return merge_people(acting_user=stage.user, kept=kept, absorbed=absorbed, at=at(DAY), **how)


def undo(stage: Stage, merge: Merge) -> Merge:
    return undo_merge(acting_user=stage.user, merge=merge, at=at(DAY + SINCE))


def test_every_column_that_names_a_person_moves_or_says_why_it_stays() -> None:
    """A new model with a foreign key to a person fails here until a reunion is proved to move it, or STAYING lists it."""
    assert {bearing.label for bearing in moving()} == set(MAKERS)
    known = {bearing.label for bearing in bearings()}
    assert set(STAYING) <= known


def test_a_reunion_moves_a_row_of_every_kind() -> None:
    stage = Stage()
    kept, absorbed = stage.person(), stage.person()
    stage.everything(absorbed)
    empty = [bearing.label for bearing in moving() if not bearing.rows(absorbed.pk).exists()]
    assert empty == []
    merge = reunite(stage, kept, absorbed)
    assert [bearing.label for bearing in moving() if bearing.rows(absorbed.pk).exists()] == []
    assert set(merge.moved) == {bearing.column for bearing in moving()}


def test_the_triggers_that_stand_aside_exist_and_hold_again_at_once() -> None:
    for label, name in STANDING_ASIDE.items():
        assert name in {trigger.name for trigger in apps.get_model(label)._meta.triggers}, label
    stage = Stage()
    kept, absorbed = stage.person(), stage.person()
    stage.everything(absorbed)
    reunite(stage, kept, absorbed)
    with pytest.raises(Exception, match="append_only"):
        Snapshot.objects.filter(person=kept).update(income=1)


rows = st.lists(
    st.tuples(st.sampled_from(sorted(MAKERS)), st.sampled_from(["kept", "absorbed"]), st.integers(0, 5)), max_size=14
)
fields = st.fixed_dictionaries(
    {
        "city": st.sampled_from(["", "Toulouse", "Blagnac"]),
        "birth_date": st.sampled_from([None, datetime.date(1980, 3, 12)]),
        "needs_help_reading": st.sampled_from([None, True, False]),
        "email": st.sampled_from(["", "awa@exemple.fr"]),
    }
)


@given(rows=rows, first=fields, second=fields, take=st.none() | st.just(("city", "birth_date")))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undoing_a_reunion_puts_every_table_back(
    rows: list[tuple[str, str, int]], first: dict[str, Any], second: dict[str, Any], take: Any
) -> None:
    stage = Stage()
    files = {"kept": stage.person(**first), "absorbed": stage.person(**second)}
    for label, whose, n in rows:
        stage.hang(label, files[whose], n)
    before, numbers = dump(), counted()
    files = {name: Person.objects.get(pk=person.pk) for name, person in files.items()}
    merge = reunite(stage, files["kept"], files["absorbed"], take=take)
    assert counted() == numbers
    undo(stage, merge)
    assert dump() == before


@given(rows=rows, order=st.permutations([0, 1]))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_chain_of_reunions_is_undone_in_any_order(rows: list[tuple[str, str, int]], order: list[int]) -> None:
    stage = Stage()
    one, two, three = stage.person(city="Toulouse"), stage.person(), stage.person()
    for index, (label, whose, n) in enumerate(rows):
        stage.hang(label, three if index % 3 == 2 else {"kept": two, "absorbed": one}[whose], n)
    before = dump()
    merges = [reunite(stage, two, one), reunite(stage, three, two)]
    one.refresh_from_db()
    assert one.merged_into == three
    for index in order:
        undo(stage, merges[index])
    assert dump() == before


def test_history_of_both_files_stays_and_says_where_rows_were() -> None:
    stage = Stage()
    kept, absorbed = stage.person(), stage.person()
    stage.hang("orientation.Enrolment.person", absorbed, 0)
    event = apps.get_model("orientation", "EnrolmentEvent")
    reunite(stage, kept, absorbed)
    enrolment = Enrolment.objects.get(person=kept)
    told = list(event.objects.filter(pgh_obj=enrolment).order_by("pgh_id").values_list("person", flat=True))
    assert told == [absorbed.pk, kept.pk]


def test_an_open_referral_or_enrolment_on_both_sides_is_closed_first() -> None:
    stage = Stage()
    kept, absorbed = stage.person(), stage.person()
    for person in (kept, absorbed):
        an_enrolment(person=person, edition=stage.editions[0], by=stage.user)
    before = dump()
    with pytest.raises(DomainError, match="enregistrez d'abord la sortie"):
        reunite(stage, kept, absorbed)
    assert dump() == before
    Enrolment.objects.filter(person=absorbed).update(ended_on=DAY)
    for person in (kept, absorbed):
        Referral.objects.create(
            operator=stage.operator, person=person, edition=stage.editions[1], channel="paper", state="sent",
            sent_on=DAY, recorded_by=stage.user,
        )  # fmt: skip
    with pytest.raises(DomainError, match="répondez d'abord"):
        reunite(stage, kept, absorbed)


def test_a_couple_is_not_one_person() -> None:
    stage = Stage()
    kept, absorbed = stage.person(), stage.person()
    link_people(acting_user=stage.user, person=absorbed, other=kept, kind="couple", since=DAY, on=DAY)
    with pytest.raises(DomainError, match="deux personnes"):
        reunite(stage, kept, absorbed)


def test_what_was_written_since_on_a_row_goes_back_with_it() -> None:
    stage = Stage()
    kept, absorbed = stage.person(), stage.person()
    referral = Referral.objects.create(
        operator=stage.operator, person=absorbed, edition=stage.editions[0], channel="paper", state="sent",
        sent_on=DAY, recorded_by=stage.user,
    )  # fmt: skip
    merge = reunite(stage, kept, absorbed)
    own = an_enrolment(person=kept, edition=stage.editions[1], by=stage.user)
    since = an_enrolment(person=kept, edition=an_edition(stage.operator, by=stage.user), by=stage.user)
    Enrolment.objects.filter(pk=since.pk).update(referral=referral)
    undo(stage, merge)
    for row, whose in ((referral, absorbed), (since, absorbed), (since.entry_snapshot, absorbed), (own, kept)):
        row.refresh_from_db()
        assert row.person == whose


def test_files_whose_rows_were_tied_together_since_are_not_parted() -> None:
    stage = Stage()
    kept, absorbed = stage.person(), stage.person()
    own = an_enrolment(person=kept, edition=stage.editions[0], by=stage.user)
    stage.hang("orientation.Referral.person", absorbed, 0)
    merge = reunite(stage, kept, absorbed)
    Enrolment.objects.filter(pk=own.pk).update(referral=Referral.objects.get(person=kept))
    before = dump()
    with pytest.raises(DomainError, match="se sont mêlés"):
        undo(stage, merge)
    assert dump() == before


def test_a_value_corrected_since_is_not_restored() -> None:
    stage = Stage()
    kept, absorbed = stage.person(), stage.person(city="Toulouse", email="awa@exemple.fr")
    merge = reunite(stage, kept, absorbed)
    kept.refresh_from_db()
    assert (kept.city, kept.email) == ("Toulouse", "awa@exemple.fr")
    correct_person(acting_user=stage.user, person=kept, on=DAY, changes={"city": "Blagnac"})
    undo(stage, merge)
    kept.refresh_from_db()
    assert (kept.city, kept.email) == ("Blagnac", "")


def test_a_phone_removed_since_does_not_come_back_and_shared_ones_stay_on_both() -> None:
    stage = Stage()
    kept, absorbed = stage.person(phones=["+33612345670"]), stage.person(phones=["+33612345670", "+33612345671"])
    merge = reunite(stage, kept, absorbed)
    assert set(kept.phones.values_list("number", flat=True)) == {"+33612345670", "+33612345671"}
    PersonPhone.objects.filter(person=kept, number="+33612345671").delete()
    undo(stage, merge)
    assert list(absorbed.phones.values_list("number", flat=True)) == ["+33612345670"]


def test_what_cannot_be_reunited_says_so() -> None:
    stage = Stage()
    one, two = stage.person(), stage.person()
    elsewhere = Stage().person()
    with pytest.raises(DomainError, match="même dossier"):
        reunite(stage, one, one)
    with pytest.raises(DomainError, match="même structure"):
        reunite(stage, one, elsewhere)
    merge = reunite(stage, one, two)
    for pair in ((one, two), (two, one), (stage.person(), two)):
        with pytest.raises(DomainError, match="vient d'être réuni"):
            reunite(stage, *pair)
    undo(stage, merge)
    with pytest.raises(DomainError, match="déjà défaite"):
        undo(stage, merge)
    old = stage.person(archived_on=DAY)
    with pytest.raises(DomainError, match="archivé"):
        reunite(stage, one, old)


def test_a_pair_of_the_queue_follows_its_reunion() -> None:
    stage = Stage()
    one, two = stage.person(), stage.person()
    pair = DuplicatePair.objects.create(operator=stage.operator, first=one, second=two, score=80, found_on=DAY)
    merge = reunite(stage, two, one)
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == ("merged", stage.user)
    undo(stage, merge)
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == ("open", None)


def test_rows_written_at_the_instant_of_the_reunion_join_the_kept_file() -> None:
    stage = Stage()
    kept, absorbed = stage.person(phones=["+33612345670"]), stage.person(phones=["+33612345670"])
    merge = reunite(stage, kept, absorbed)
    stage.hang("training.Visit.person", absorbed, 0)
    assert gather_stragglers(at=at(DAY)) == 1
    assert gather_stragglers(at=at(DAY)) == 0
    visit = kept.visits.get()
    undo(stage, merge)
    visit.refresh_from_db()
    assert visit.person == absorbed


def test_the_trace_of_who_looked_stays_with_the_file_that_was_opened() -> None:
    stage = Stage()
    kept, absorbed = stage.person(), stage.person()
    AccessLog.objects.create(operator=stage.operator, person=absorbed, user=stage.user, act="view", at=at(DAY))
    reunite(stage, kept, absorbed)
    assert AccessLog.objects.get().person == absorbed
