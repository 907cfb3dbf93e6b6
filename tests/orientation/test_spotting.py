"""Lists of people spotted: checked line by line, imported once whoever works on them, taken back without a trace."""

import datetime
import threading
from typing import Any

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection, connections
from django.db.models import CharField, DateField, EmailField, JSONField, TextField

from declic.accounts.enums import Role
from declic.core.dates import now
from declic.core.errors import DomainError
from declic.core.tables import TableError
from declic.orientation.actions import send_referral
from declic.orientation.enums import ContactResult, ImportState, Need, RowVerdict
from declic.orientation.models import Spotted, SpottingImport, SpottingRow
from declic.orientation.spotting import actions, working
from declic.orientation.spotting.contacting import WAITS, record_attempt
from declic.orientation.spotting.queries import funnel, to_call
from declic.people.actions import correct_person, log_access
from declic.people.models import AccessLog, Person, PersonPhone
from tests.factories import a_site, a_user, an_enrolment
from tests.orientation.spotting_rows import Story, a_spotted, csv, row, verdicts

pytestmark = pytest.mark.django_db


def why(batch: SpottingImport, number: int) -> str:
    return " ".join(problem["text"] for problem in row(batch, number).problems)


# ---------------------------------------------------------------------------------------------------------- dry run


def test_each_line_says_what_would_be_done_and_nothing_is_written_before() -> None:
    story = Story()
    known = story.person("Awa", "Diarra", birth_date=datetime.date(1980, 3, 12))
    twin = story.person("Fatou", "Keïta", phones=["+33612345678"])
    before = Person.objects.count()
    batch = story.checked(
        csv(
            ("DIARRA", "Awa", "12/03/1980", ""),
            ("Keita", "Fatou", "01/01/1990", "0612345678"),
            ("Sow", "Ali", "02/02/1985", "0773123456"),
            ("SOW", "ALI", "02/02/1985", ""),
            ("Ba", "", "03/03/1970", ""),
            ("Camara", "Issa", "31/02/1980", ""),
        )
    )
    assert batch.state == ImportState.CHECKED
    assert verdicts(batch) == {
        2: RowVerdict.MATCH,
        3: RowVerdict.PENDING,
        4: RowVerdict.CREATE,
        5: RowVerdict.SKIP,
        6: RowVerdict.REFUSE,
        7: RowVerdict.REFUSE,
    }
    assert row(batch, 2).person_id == known.pk
    assert row(batch, 3).person_id == twin.pk
    assert "ligne 4" in why(batch, 5)
    assert "prénom" in why(batch, 6)
    assert Person.objects.count() == before
    assert not Spotted.objects.exists()


def test_a_shared_telephone_alone_makes_nobody_the_same_person() -> None:
    story = Story()
    story.person("Moussa", "Diarra", birth_date=datetime.date(1975, 1, 1), phones=["+33612345678"])
    story.person("Aminata", "Diarra", phones=["+33612345678"])
    batch = story.checked(csv(("Diarra", "Kadi", "", "0612345678"), ("Diarra", "Moussa", "02/02/2001", "0612345678")))
    assert set(verdicts(batch).values()) == {RowVerdict.CREATE}


def test_someone_already_on_the_way_to_the_edition_is_left_aside() -> None:
    story = Story()
    day = datetime.date(1980, 1, 1)
    spotted, referred, entered = (story.person("Awa", name, birth_date=day) for name in ("Sow", "Ba", "Ka"))
    a_spotted(story.edition, spotted, story.day)
    send_referral(
        acting_user=story.user,
        edition=story.edition,
        person=referred,
        on=story.day,
        channel="self",
        needs=[Need.ONLINE],
    )
    an_enrolment(person=entered, edition=story.edition, by=story.user, on=story.day)
    batch = story.checked(csv(*((name, "Awa", "01/01/1980", "") for name in ("Sow", "Ba", "Ka"))))
    assert set(verdicts(batch).values()) == {RowVerdict.SKIP}
    assert ["repérée" in why(batch, 2), "orientée" in why(batch, 3), "entrée" in why(batch, 4)] == [True] * 3


def test_a_file_that_the_importer_may_not_see_is_neither_matched_nor_told_of() -> None:
    story = Story()
    here, there = a_site(story.operator), a_site(story.operator)
    adviser = a_user(story.operator, Role.ADVISER, site=here)
    hidden = story.person("Awa", "Sow", birth_date=datetime.date(1980, 1, 1), site=there, phones=["+33612345678"])
    content = csv(("Sow", "Awa", "01/01/1980", "0612345678"))
    batch = story.checked(content, acting_user=adviser, site=here)
    line = row(batch, 2)
    assert (line.verdict, line.person_id, line.problems) == (RowVerdict.CREATE, None, [])
    assert row(story.checked(content), 2).person_id == hidden.pk


def test_social_security_numbers_and_health_are_never_stored() -> None:
    story = Story()
    batch = story.checked(
        csv(
            ("Sow", "Ali", "1 85 05 78 006 084 91", "oui", "vu avec 2 60 12 75 113 004"),
            ("Ba", "Mo", "2601275113004", "non", ""),
            titles=("Nom", "Prénom", "N° Sécu", "RQTH", "Commentaire"),
        )
    )
    assert sorted(batch.mapping.values()) == ["!nir", "!sensitive", "first_name", "last_name"]
    with batch.file.open("rb") as file:
        kept = list(working.rows_of(file))
    assert [cells for _number, cells, _problem in kept] == [
        ["Sow", "Ali", None, None, None],
        ["Ba", "Mo", None, None, None],
    ]
    with pytest.raises(DomainError, match="prénom"):
        actions.map_columns(
            acting_user=story.user, batch=batch, columns={"2": "last_name", "1": "first_name"}, at=now()
        )


def test_a_check_stopped_half_way_goes_on_and_ends_as_if_it_had_not(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story()
    monkeypatch.setattr(working, "CHECK_SLICE", 3)
    lines = [(f"Sow{chr(97 + n)}", "Ali", "02/02/1985", "") for n in range(10)]
    batch = story.received(csv(*lines, ("Sowa", "Ali", "02/02/1985", "")))
    actions.map_columns(acting_user=story.user, batch=batch, columns=batch.mapping, at=now())
    whole = working._keep

    def killed(batch: Any, lines: Any) -> None:
        whole(batch, lines)
        if lines[0].number > 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(working, "_keep", killed)
    with pytest.raises(KeyboardInterrupt):
        story.check(batch)
    batch.refresh_from_db()
    assert (batch.state, batch.done, batch.position) == (ImportState.CHECKING, 3, 4)
    monkeypatch.setattr(working, "_keep", whole)
    with pytest.raises(DomainError):
        actions.resume(acting_user=story.user, batch=batch, at=now())
    later = now() + datetime.timedelta(minutes=5)
    assert actions.resume_imports(on=story.day, at=later) == 1
    story.check(batch)
    assert (batch.state, batch.done, len(verdicts(batch))) == (ImportState.CHECKED, 11, 11)
    assert verdicts(batch)[12] == RowVerdict.SKIP


# ------------------------------------------------------------------------------------------------------ corrections


def test_a_line_corrected_is_checked_again_at_once_with_its_twins() -> None:
    story = Story()
    known = story.person("Awa", "Sow", birth_date=datetime.date(1980, 1, 1))
    batch = story.checked(
        csv(("Ba", "Ali", "02/02/1985", ""), ("Ba", "Ali", "02/02/1985", ""), ("Sow", "", "01/01/1980", ""))
    )
    assert verdicts(batch) == {2: RowVerdict.CREATE, 3: RowVerdict.SKIP, 4: RowVerdict.REFUSE}
    line = actions.correct_row(acting_user=story.user, row=row(batch, 4), typed={"first_name": "Awa"}, on=story.day)
    assert (line.verdict, line.person_id) == (RowVerdict.MATCH, known.pk)
    actions.correct_row(acting_user=story.user, row=row(batch, 2), typed={"birth_date": "3/2/1985"}, on=story.day)
    assert verdicts(batch)[3] == RowVerdict.CREATE
    actions.set_aside(acting_user=story.user, row=row(batch, 3), aside=True, on=story.day)
    assert verdicts(batch)[3] == RowVerdict.SKIP
    # Revised columns read the file again; what was corrected stays.
    actions.map_columns(acting_user=story.user, batch=batch, columns=batch.mapping, at=now())
    story.check(batch)
    assert verdicts(batch) == {2: RowVerdict.CREATE, 3: RowVerdict.SKIP, 4: RowVerdict.MATCH}


def test_a_doubt_is_settled_by_someone_either_way() -> None:
    story = Story()
    known = story.person("Awa", "Sow")
    batch = story.checked(csv(("Sow", "Awa", "01/01/1980", "")))
    line = row(batch, 2)
    assert (line.verdict, line.person_id) == (RowVerdict.PENDING, known.pk)
    settle = {"acting_user": story.user, "row": line, "on": story.day}
    with pytest.raises(DomainError, match="changé"):
        actions.settle_row(**settle, same=True, person_id=known.pk + 1)
    assert actions.settle_row(**settle, same=False, person_id=known.pk).verdict == RowVerdict.CREATE
    line = actions.correct_row(acting_user=story.user, row=line, typed={"birth_date": ""}, on=story.day)
    assert line.verdict == RowVerdict.PENDING
    assert actions.settle_row(**settle, same=True, person_id=known.pk).verdict == RowVerdict.MATCH


def test_columns_must_give_names_and_each_field_once() -> None:
    story = Story()
    batch = story.received(csv(("Sow", "Ali", "02/02/1985", "")))
    for columns, words in (
        ({"0": "last_name"}, "prénom"),
        ({"0": "last_name", "1": "last_name", "2": "first_name"}, "Deux colonnes"),
    ):
        with pytest.raises(DomainError, match=words):
            actions.map_columns(acting_user=story.user, batch=batch, columns=columns, at=now())


# ----------------------------------------------------------------------------------------------------------- import


def test_an_import_opens_files_and_notes_those_spotted_once() -> None:
    story = Story()
    site = a_site(story.operator)
    known = story.person("Awa", "Diarra", birth_date=datetime.date(1980, 3, 12))
    batch = story.imported(
        csv(("Diarra", "Awa", "12/03/1980", ""), ("Sow", "ali", "02/02/1985", "0773123456"), ("", "Zoé", "", "")),
        site=site,
    )
    assert batch.state == ImportState.IMPORTED
    people = {one.person for one in Spotted.objects.filter(edition=story.edition)}
    assert known in people
    (new,) = people - {known}
    assert (new.first_name, new.site, new.informed_on) == ("Ali", site, None)
    assert list(new.phones.values_list("number", flat=True)) == ["+33773123456"]
    assert new.case_number > known.case_number
    assert row(batch, 3).created
    assert not row(batch, 2).created
    # The file holds the name now; the list keeps none, and its own file is gone.
    assert "Sow" not in str(row(batch, 3).values)
    assert batch.file.name == ""
    again = story.checked(csv(("Sow", "Ali", "02/02/1985", "")))
    assert verdicts(again) == {2: RowVerdict.SKIP}


def test_someone_registered_since_the_check_is_matched_and_not_doubled() -> None:
    story = Story()
    batch = story.checked(csv(("Sow", "Ali", "02/02/1985", ""), ("Ba", "Mo", "", "")))
    known = story.person("Ali", "Sow", birth_date=datetime.date(1985, 2, 2))
    doubtful = story.person("Mo", "Ba")
    story.run(batch)
    assert row(batch, 2).person_id == known.pk
    assert (row(batch, 3).verdict, row(batch, 3).person_id) == (RowVerdict.PENDING, doubtful.pk)
    assert Person.objects.filter(operator=story.operator).count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_do_each_line_once(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story()
    monkeypatch.setattr(working, "CHECK_SLICE", 4)
    monkeypatch.setattr(working, "IMPORT_SLICE", 4)
    batch = story.received(csv(*((f"Sow{chr(97 + n)}", "Ali", "02/02/1985", f"07731234{n:02}") for n in range(25))))
    actions.map_columns(acting_user=story.user, batch=batch, columns=batch.mapping, at=now())

    def twice(step: Any) -> None:
        failed: list[BaseException] = []

        def work() -> None:
            try:
                step(batch.pk, on=story.day, clock=now)
            except BaseException as error:
                failed.append(error)
            finally:
                connections.close_all()

        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert failed == []

    SpottingImport.objects.filter(pk=batch.pk).update(state=ImportState.CHECKING, position=0, done=0)
    twice(working.check)
    assert len(verdicts(batch)) == 25
    SpottingImport.objects.filter(pk=batch.pk).update(state=ImportState.IMPORTING, position=0, done=0)
    twice(working.import_all)
    batch.refresh_from_db()
    assert (batch.state, batch.done) == (ImportState.IMPORTED, 25)
    opened = Person.objects.filter(operator=story.operator)
    assert opened.count() == 25
    assert opened.values("case_number").distinct().count() == 25
    assert Spotted.objects.filter(batch=batch).count() == 25


# ------------------------------------------------------------------------------------------------------------- undo


def _everywhere(text: str) -> list[str]:
    """The tables that hold a text, history and tasks included; a vocabulary that leads to nobody is left out."""
    found = []
    tables = set(connection.introspection.table_names())
    for model in (
        model for model in apps.get_models() if model._meta.db_table in tables and model.__name__ != "NameWord"
    ):
        for field in model._meta.local_fields:
            if isinstance(field, CharField | TextField | EmailField | JSONField | DateField) and not field.choices:
                with connection.cursor() as cursor:
                    cursor.execute(
                        f'SELECT count(*) FROM "{model._meta.db_table}" WHERE "{field.column}"::text ILIKE %s',
                        [f"%{text}%"],
                    )
                    if cursor.fetchone()[0]:
                        found.append(f"{model._meta.label}.{field.name}")
    return found


def test_an_import_taken_back_leaves_no_name_and_known_files_as_they_were() -> None:
    story = Story()
    known = story.person("Awa", "Diarra", birth_date=datetime.date(1980, 3, 12))
    batch = story.imported(
        csv(("Diarra", "Awa", "12/03/1980", ""), ("Zwerty", "Ali", "02/02/1985", "0773123456"), ("Zwerty", "", "", ""))
    )
    opened = Person.objects.get(last_name="Zwerty")
    log_access(acting_user=story.user, person=opened, act=AccessLog.Act.VIEW, at=now())
    assert _everywhere("Zwerty")
    story.undone(batch)
    assert batch.state == ImportState.UNDONE
    assert _everywhere("Zwerty") == []
    assert _everywhere("773123456") == []
    assert list(Person.objects.filter(operator=story.operator)) == [known]
    assert not Spotted.objects.filter(edition=story.edition).exists()
    with pytest.raises(DomainError, match="déjà annulée"):
        actions.start_undo(acting_user=story.user, batch=batch, at=now())


def _called(story: Story, person: Person) -> None:
    one = Spotted.objects.get(person=person)
    record_attempt(acting_user=story.user, spotted=one, result=ContactResult.NO_ANSWER, at=now(), seen=0)


def _corrected(story: Story, person: Person) -> None:
    correct_person(acting_user=story.user, person=person, on=story.day, changes={"city": "Pau"})


def _phoned(story: Story, person: Person) -> None:
    PersonPhone.objects.create(operator=story.operator, person=person, number="+33143121212")


def _referred(story: Story, person: Person) -> None:
    send_referral(acting_user=story.user, edition=story.edition, person=person, on=story.day, channel="spotting")


@pytest.mark.parametrize("act", [_called, _corrected, _phoned, _referred])
def test_an_import_is_not_taken_back_once_someone_acted_for_one_person(act: Any) -> None:
    story = Story()
    batch = story.imported(csv(("Sow", "Ali", "02/02/1985", "0773123456"), ("Ba", "Mo", "03/03/1986", "")))
    act(story, Person.objects.get(last_name="Sow"))
    with pytest.raises(DomainError, match=r"1 personne .*\(Ali\)"):
        actions.start_undo(acting_user=story.user, batch=batch, at=now())
    batch.refresh_from_db()
    assert batch.state == ImportState.IMPORTED
    assert Spotted.objects.filter(batch=batch).count() == 2


def test_someone_who_acts_while_an_import_is_taken_back_stops_it_whole() -> None:
    story = Story()
    batch = story.imported(csv(("Sow", "Ali", "02/02/1985", ""), ("Ba", "Mo", "03/03/1986", "")))
    actions.start_undo(acting_user=story.user, batch=batch, at=now())
    _called(story, Person.objects.get(last_name="Ba"))
    working.undo(batch.pk, at=now())
    batch.refresh_from_db()
    assert batch.state == ImportState.IMPORTED
    assert "Mo" in batch.error
    assert Spotted.objects.filter(batch=batch).count() == 2


def test_a_list_given_up_or_forgotten_goes_with_its_file() -> None:
    story = Story()
    batch = story.checked(csv(("Sow", "Ali", "02/02/1985", "")))
    name = batch.file.name
    assert default_storage.exists(name)
    assert actions.forget_old_lists(on=story.day, at=now()) == 0
    assert actions.forget_old_lists(on=story.day, at=now() + datetime.timedelta(days=31)) == 1
    assert not SpottingRow.objects.filter(batch=batch).exists()
    assert actions.forget_old_lists(on=story.day, at=now() + datetime.timedelta(days=31)) == 0


# ------------------------------------------------------------------------------------------------- calls and funnel


def _call(story: Story, one: Spotted, result: str, **typed: Any) -> Spotted:
    one.refresh_from_db()
    record_attempt(acting_user=story.user, spotted=one, result=result, at=now(), seen=one.attempts, **typed)
    one.refresh_from_db()
    return one


def _due(story: Story, days: int = 0) -> list[int]:
    rows = to_call(Spotted.objects.filter(edition=story.edition), story.day + datetime.timedelta(days=days))
    return list(rows.order_by("call_on", "attempts", "pk").values_list("pk", flat=True))


def test_a_call_without_answer_comes_back_later_and_later_then_no_more() -> None:
    story = Story()
    one = story.spotted()
    for wait in WAITS:
        _call(story, one, ContactResult.NO_ANSWER)
        assert one.call_on == story.day + datetime.timedelta(days=wait)
    assert _call(story, one, ContactResult.NO_ANSWER).call_on is None
    assert one.reached_on is None


def test_each_result_of_a_call_leaves_what_is_next() -> None:
    story = Story()
    interested, declined, later, left = (story.spotted() for _ in range(4))
    assert len(_due(story)) == 4
    _call(story, interested, ContactResult.INTERESTED, informed=True)
    assert (interested.reached_on, interested.call_on) == (story.day, None)
    assert Person.objects.get(pk=interested.person_id).informed_on == story.day
    assert _call(story, declined, ContactResult.DECLINED).declined_on == story.day
    on = story.day + datetime.timedelta(days=5)
    with pytest.raises(DomainError, match="Quand"):
        _call(story, later, ContactResult.CALL_BACK)
    assert _call(story, later, ContactResult.CALL_BACK, call_back_on=on).call_on == on
    assert _call(story, left, ContactResult.MESSAGE_LEFT).reached_on is None
    assert _due(story) == []
    assert _due(story, 5) == [left.pk, later.pk]


def test_a_wrong_number_is_marked_and_the_next_one_called() -> None:
    story = Story()
    one = story.spotted(phones=["+33612345678", "+33773123456"])
    with pytest.raises(DomainError, match="Quel numéro"):
        _call(story, one, ContactResult.WRONG_NUMBER)
    _call(story, one, ContactResult.WRONG_NUMBER, number="+33612345678")
    assert _due(story) == [one.pk]
    _call(story, one, ContactResult.WRONG_NUMBER)
    assert _due(story) == []
    assert PersonPhone.objects.filter(person=one.person_id, wrong_since=story.day).count() == 2


def test_a_call_noted_twice_counts_once() -> None:
    story = Story()
    one = story.spotted()
    noted = {"acting_user": story.user, "spotted": one, "result": ContactResult.NO_ANSWER, "at": now(), "seen": 0}
    record_attempt(**noted)
    with pytest.raises(DomainError, match="vient d’être noté"):
        record_attempt(**noted)
    one.refresh_from_db()
    assert (one.attempts, one.tries.count()) == (1, 1)


def test_who_objects_or_is_on_the_way_is_not_called() -> None:
    story = Story()
    objects, referred, free = (story.spotted() for _ in range(3))
    rights = apps.get_model("people", "RightsEvent").objects
    common = {
        "operator": story.operator, "person": objects.person, "purpose": "messages", "recorded_by": story.user,
        "recorded_at": now(),
    }  # fmt: skip
    rights.create(**common, kind="objection", on=story.day)
    send_referral(
        acting_user=story.user, edition=story.edition, person=referred.person, on=story.day, channel="spotting"
    )
    assert _due(story) == [free.pk]
    rights.create(**common, kind="objection_lifted", on=story.day)
    assert _due(story) == [objects.pk, free.pk]


def test_the_funnel_counts_each_step_against_the_target() -> None:
    story = Story()
    story.edition.objectives.create(operator=story.operator, indicator="identified", label="Orientées", target=40)
    story.edition.objectives.create(operator=story.operator, indicator="participants", label="Entrées", target=10)
    silent, reached, referred, entered = (story.spotted() for _ in range(4))
    _call(story, reached, ContactResult.DECLINED)
    _call(story, referred, ContactResult.INTERESTED)
    _call(story, silent, ContactResult.NO_ANSWER)
    send_referral(
        acting_user=story.user, edition=story.edition, person=referred.person, on=story.day, channel="spotting"
    )
    an_enrolment(person=entered.person, edition=story.edition, by=story.user, on=story.day)
    an_enrolment(edition=story.edition, by=story.user, on=story.day)
    steps = funnel(story.user, story.edition, story.day)
    assert {step.code: (step.count, step.target) for step in steps} == {
        "reperees": (4, None),
        "jointes": (2, None),
        "orientees": (1, 40),
        "acceptees": (0, None),
        "entrees": (2, 10),
    }
    assert steps[-1].detail == "dont 1 repérée"
    assert steps[-1].missing == 8


def test_a_list_without_titles_or_lines_is_refused_with_words() -> None:
    story = Story()
    for content in (b"12;13\n14;15\n", csv()):
        with pytest.raises(DomainError) as refused:
            story.received(content)
        assert refused.value.field == "file"
        assert not isinstance(refused.value, TableError)
    assert not SpottingImport.objects.exists()
