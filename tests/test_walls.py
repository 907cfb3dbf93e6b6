"""The second wall: with the application's filters gone, the database still shows no other operator's row."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import Client
from django.urls import path, reverse
from django_tasks_db.models import DBTaskResult
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from psycopg import errors

from config.urls import urlpatterns as pages
from declic.accounts import wall
from declic.accounts.enums import Role
from declic.ledger.actions import Posting, open_books, post
from declic.ledger.enums import AccountRole, Event
from declic.messaging.tasks import send_message
from declic.organisations import walls
from declic.organisations.models import OperatorRow, Organisation, Partnership
from declic.people import access
from declic.people.models import Person, PersonEvent
from tests.factories import DAY, a_person, a_user, a_world, an_operator, signed_in

WALLED = sorted(walls.walled_models(), key=lambda model: model._meta.label)


# ------------------------------------------------------------------------------------------- pages that only tests have
def _standing() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, coalesce(current_setting('declic.operators', true), '')")
        role, operators = cursor.fetchone()
    return {"role": role, "operators": operators}


def stands(_request: HttpRequest) -> HttpResponse:
    return JsonResponse({**_standing(), "people": list(Person.objects.values_list("operator_id", flat=True))})


def raises(_request: HttpRequest) -> HttpResponse:
    raise ValueError("a page went wrong")


def breaks(_request: HttpRequest) -> HttpResponse:
    """A statement that PostgreSQL refuses, inside a transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1/0")
    return HttpResponse()


def drops(_request: HttpRequest) -> HttpResponse:
    """The connection is lost in the middle of the request: the next query opens another."""
    connection.close()
    return stands(_request)


def streams(_request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(json.dumps(_standing()) + "\n" for _number in range(2))


def enters(_request: HttpRequest, operator_id: int) -> HttpResponse:
    """What a page without an account does once its signed link is checked."""
    wall.enter_operators({operator_id})
    return stands(_request)


def undone(_request: HttpRequest, operator_id: int) -> HttpResponse:
    """Entered in a transaction that is undone, then again: told a second time."""
    for _time in range(2):
        with transaction.atomic():
            wall.enter_operators({operator_id})
            transaction.set_rollback(True)
    wall.enter_operators({operator_id})
    return stands(_request)


for _view in (stands, enters, undone):
    _view.login_required = False  # type: ignore[attr-defined]
urlpatterns = [
    *(path(f"essai/{view.__name__}/", view) for view in (stands, raises, breaks, drops, streams)),
    *(path(f"essai/{view.__name__}/<int:operator_id>/", view) for view in (enters, undone)),
    *pages,
]


@pytest.fixture
def two() -> SimpleNamespace:
    """Two operators that share nothing, each with someone and with one who may read her file."""
    a, b = an_operator(), an_operator()
    return SimpleNamespace(
        a=a,
        b=b,
        of_a=a_user(a),
        of_b=a_user(b),
        in_a=a_person(a, last_name="Traoré"),
        in_b=a_person(b, last_name="Keita"),
    )


def _is_outside() -> bool:
    return _standing() == {"role": connection.settings_dict["USER"], "operators": ""} and wall.entered() is None


# ------------------------------------------------------------------------------------------------------- every table
def test_the_wall_stands_around_every_row_of_a_case_and_its_history() -> None:
    rows = {model for model in _all(OperatorRow) if not model._meta.abstract} - {Partnership}
    histories = {event for model in rows for event in _histories(model)}
    assert rows <= set(WALLED)
    assert histories <= set(WALLED)
    assert {model._meta.label for model in WALLED} >= {"people.Person", "people.PersonEvent", "ledger.Line"}


def _all(model: type[models.Model]) -> Iterator[type[models.Model]]:
    for child in model.__subclasses__():
        yield child
        yield from _all(child)


def _histories(model: type[models.Model]) -> Iterator[type[models.Model]]:
    for event in model._meta.apps.get_models():
        columns = {field.column for field in event._meta.local_fields}
        if getattr(event, "pgh_tracked_model", None) is model and "operator_id" in columns:
            yield event


@pytest.mark.django_db
@pytest.mark.parametrize("model", WALLED, ids=lambda model: model._meta.label)
def test_each_table_has_its_policy_and_refuses_a_row_of_another_operator(model: type[models.Model]) -> None:
    table = connection.ops.quote_name(model._meta.db_table)
    a, b = an_operator(), an_operator()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relrowsecurity, pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid), p.polroles"
            " FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid WHERE c.oid = %s::regclass",
            [table],
        )
        ((enabled, using, check, roles),) = cursor.fetchall()
    assert enabled
    assert "operator_id = ANY" in using
    assert check == using
    assert roles == [0], "the policy binds whoever is not the owner"
    with wall.inside({a.pk}):
        # The wall speaks before the columns that are missing do: with one's own operator, they speak.
        assert isinstance(_refusal(f"INSERT INTO {table} (operator_id) VALUES ({b.pk})"), errors.InsufficientPrivilege)
        own = _refusal(f"INSERT INTO {table} (operator_id) VALUES ({a.pk})")
        assert not isinstance(own, errors.InsufficientPrivilege)


def _refusal(sql: str) -> BaseException | None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
            transaction.set_rollback(True)
    except DatabaseError as error:
        return error.__cause__
    return None


@pytest.mark.django_db
def test_entered_in_one_operator_nothing_of_the_other_is_seen_nor_touched() -> None:
    a, b = a_world(), a_world()
    ours = {model: model._base_manager.filter(operator=a.operator).count() for model in WALLED}
    theirs = {model: model._base_manager.filter(operator=b.operator).count() for model in WALLED}
    lived = {model._meta.label for model in WALLED if theirs[model]}
    assert lived >= {
        "people.Person",
        "people.PersonEvent",
        "orientation.Referral",
        "programmes.Edition",
        "ledger.Section",
    }
    with wall.inside({a.operator.pk}):
        for model in WALLED:
            seen = list(model._base_manager.values_list("operator_id", flat=True))
            assert seen == [a.operator.pk] * ours[model], model
            table = connection.ops.quote_name(model._meta.db_table)
            where = f"WHERE operator_id = {b.operator.pk}"
            assert _touched(f"UPDATE {table} SET operator_id = operator_id {where}") == 0, model
            assert _touched(f"DELETE FROM {table} {where}") == 0, model
        moved = f"UPDATE people_person SET operator_id = {b.operator.pk}"
        assert isinstance(_refusal(moved), errors.InsufficientPrivilege)
    for model in WALLED:
        assert model._base_manager.filter(operator=b.operator).count() == theirs[model]


def _touched(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.rowcount)


@pytest.mark.django_db
def test_entered_nowhere_no_row_is_seen_and_in_both_both_are() -> None:
    a, b = a_world(), a_world()
    with wall.inside():
        assert not any(model._base_manager.exists() for model in WALLED)
    with wall.inside({a.operator.pk, b.operator.pk}):
        assert set(Person.objects.values_list("operator_id", flat=True)) == {a.operator.pk, b.operator.pk}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "TRUNCATE people_person CASCADE",
        "ALTER TABLE people_person DISABLE ROW LEVEL SECURITY",
        "DROP POLICY operator_wall ON people_person",
        "CREATE TABLE beside (id int)",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'x', now())",
        "CREATE OR REPLACE FUNCTION declic_operators() RETURNS bigint[] LANGUAGE sql AS 'SELECT ARRAY[1]::bigint[]'",
    ],
)
def test_the_web_role_cannot_pull_the_wall_down(sql: str) -> None:
    with wall.inside():
        assert isinstance(_refusal(sql), errors.InsufficientPrivilege)


# ------------------------------------------------------------------------------------------------------------- requests
def _without_filters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everywhere in the product, `visible_people` becomes everybody."""
    filtered = access.visible_people
    for module in list(sys.modules.values()):
        if (
            getattr(module, "__name__", "").startswith("declic.")
            and getattr(module, "visible_people", None) is filtered
        ):
            monkeypatch.setattr(module, "visible_people", lambda *_args, **_kwargs: Person.objects.all())


@pytest.mark.django_db
def test_with_the_application_s_filter_removed_a_page_still_shows_nobody_of_another_operator(
    two: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    _without_filters(monkeypatch)
    theirs = reverse("web:file", args=[two.in_b.pk])
    client = signed_in(two.of_a)
    listed = client.get(reverse("people:list")).content.decode()
    assert "Traoré" in listed
    assert "Keita" not in listed
    found = client.get(reverse("people:list"), {"q": "Awa"}).content.decode()
    assert "Traoré" in found
    assert "Keita" not in found
    assert client.get(reverse("web:file", args=[two.in_a.pk])).status_code == 200
    assert client.get(theirs).status_code == 404
    # The same without the wall: the filter was removed indeed.
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.endswith(".Wall")]
    assert "Keita" in signed_in(two.of_a).get(reverse("people:list")).content.decode()


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_request_stands_under_the_web_role_in_the_operators_of_its_user(two: SimpleNamespace, settings: Any) -> None:
    seen = signed_in(two.of_a).get("/essai/stands/").json()
    assert seen == {"role": settings.WEB_ROLE, "operators": f"{{{two.a.pk}}}", "people": [two.a.pk]}
    assert _is_outside()


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_partner_s_member_enters_the_operators_that_the_partnership_opens() -> None:
    world, other = a_world(), a_world()
    seen = signed_in(world.users[Role.PRESCRIBER]).get("/essai/stands/").json()
    assert seen["operators"] == f"{{{world.operator.pk}}}"
    assert other.operator.pk not in seen["people"]


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_without_an_account_one_enters_nothing_but_what_a_signed_link_names(
    two: SimpleNamespace, client: Client
) -> None:
    assert client.get("/essai/stands/").json()["people"] == []
    assert client.get(f"/essai/enters/{two.b.pk}/").json()["people"] == [two.b.pk]
    assert client.get(f"/essai/undone/{two.b.pk}/").json()["people"] == [two.b.pk]
    assert client.get("/essai/stands/").json()["people"] == []


@pytest.mark.django_db
def test_outside_a_request_nothing_is_entered(two: SimpleNamespace) -> None:
    wall.enter_operators({two.a.pk})
    assert _is_outside()
    assert Person.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_streamed_answer_is_read_behind_the_wall_too(two: SimpleNamespace, settings: Any) -> None:
    response = signed_in(two.of_a).get("/essai/streams/")
    assert _is_outside()
    lines = [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]  # type: ignore[attr-defined]
    assert lines == [{"role": settings.WEB_ROLE, "operators": f"{{{two.a.pk}}}"}] * 2
    assert _is_outside()


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_streamed_answer_that_nobody_reads_to_the_end_leaves_the_wall(two: SimpleNamespace) -> None:
    response = signed_in(two.of_a).get("/essai/streams/")
    next(iter(response.streaming_content))  # type: ignore[attr-defined]
    for close in response._resource_closers:  # what the web server does when the visitor has gone
        close()
    assert _is_outside()


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls(__name__)
@pytest.mark.parametrize("page", ["raises", "breaks", "drops", "nowhere"])
def test_the_connection_comes_back_whatever_happened(two: SimpleNamespace, page: str) -> None:
    client = signed_in(two.of_a)
    client.raise_request_exception = False
    response = client.get(f"/essai/{page}/")
    assert response.status_code == {"raises": 500, "breaks": 500, "drops": 200, "nowhere": 404}[page]
    if page == "drops":
        assert response.json()["people"] == [two.a.pk], "a connection opened again stands where the request does"
    assert _is_outside()
    assert Person.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls(__name__)
def test_a_connection_killed_by_the_server_is_not_kept(two: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(two.of_a)
    lost = connection.connection
    monkeypatch.setattr(wall, "_tell", _fails_once_leaving(wall._tell))
    assert client.get("/essai/stands/").status_code == 200
    assert connection.connection is None
    assert lost.closed
    assert _is_outside()


def _fails_once_leaving(tell: Callable[..., None]) -> Callable[..., None]:
    failed = []

    def told(opened: Any) -> None:
        if wall.entered() is None and not failed:
            failed.append(1)
            raise DatabaseError("the server went away")
        tell(opened)

    return told


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_page_costs_at_most_three_statements_of_the_wall(
    two: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []
    tell = wall._tell
    monkeypatch.setattr(wall, "_tell", lambda opened: (told.append(wall.entered()), tell(opened)))
    signed_in(two.of_a).get("/essai/stands/")
    assert told == [frozenset(), {two.a.pk}, None]
    told.clear()
    Client().get("/essai/stands/")
    assert told == [frozenset(), None]


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@examples(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.sampled_from(["a", "b", "nobody", "raises", "link", "undone"]), min_size=2, max_size=6))
def test_whatever_came_before_on_the_connection_each_request_sees_its_own(
    two: SimpleNamespace, steps: list[str]
) -> None:
    clients = {"a": signed_in(two.of_a), "b": signed_in(two.of_b), "nobody": Client()}
    own = {"a": [two.a.pk], "b": [two.b.pk], "nobody": []}
    for step in steps:
        if step == "raises":
            with pytest.raises(ValueError, match="went wrong"):
                clients["a"].get("/essai/raises/")
        elif step in ("link", "undone"):
            address = f"/essai/{'enters' if step == 'link' else step}/{two.b.pk}/"
            assert clients["nobody"].get(address).json()["people"] == [two.b.pk]
        else:
            assert clients[step].get("/essai/stands/").json()["people"] == own[step]
        assert _is_outside()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_on_connections_that_pass_from_one_to_the_other_see_only_their_own(
    two: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_filters(monkeypatch)
    wrong: list[str] = []
    barrier = threading.Barrier(4)

    def browse(first: int) -> None:
        """On one connection, in turn as someone of A and as someone of B."""
        sides = [(signed_in(two.of_a), "Traoré", "Keita"), (signed_in(two.of_b), "Keita", "Traoré")]
        try:
            barrier.wait(20)
            used = connection.connection
            for number in range(10):
                client, own, other = sides[(first + number) % 2]
                listed = client.get(reverse("people:list")).content.decode()
                if own not in listed or other in listed:
                    wrong.append(f"{own}: {own in listed}, {other}: {other in listed}")
            if connection.connection is not used or not _is_outside():
                wrong.append("the connection did not come back")
        except Exception as error:
            wrong.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=browse, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not wrong


@pytest.mark.django_db
def test_a_page_may_hand_a_task_to_the_worker_and_leave_its_trace_in_history(
    two: SimpleNamespace, settings: Any
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    with wall.inside({two.a.pk}):
        task = send_message.enqueue(0)
        Person.objects.filter(pk=two.in_a.pk).update(called="Awa T.")
    assert DBTaskResult.objects.filter(pk=task.id).exists()
    assert PersonEvent.objects.filter(pgh_obj_id=two.in_a.pk, called="Awa T.", operator=two.a).exists()


# ----------------------------------------------------------------------------------------------- putting it up, checking
@pytest.mark.django_db
def test_a_wall_that_stands_is_left_alone_and_one_that_was_pulled_down_is_put_up_again(
    django_assert_num_queries: Any,
) -> None:
    with django_assert_num_queries(5):  # the three questions, in their savepoint
        walls.raise_walls(connection)
    assert walls.check_walls() == []
    with connection.cursor() as cursor:
        cursor.execute("DROP POLICY operator_wall ON people_person; REVOKE UPDATE ON ledger_entry FROM declic_web")
        cursor.execute("ALTER TABLE hotline_ticket DISABLE ROW LEVEL SECURITY")
        cursor.execute("COMMENT ON POLICY operator_wall ON training_visit IS 'an older condition'")
    (found,) = walls.check_walls()
    assert found.id == "declic.E004"
    assert all(name in found.msg for name in ("people_person", "hotline_ticket", "training_visit", "ledger_entry"))
    walls.raise_walls(connection)
    assert walls.check_walls() == []


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "found"), [("nobody_here", "declic.E001"), ("owner", "declic.E002")])
def test_a_role_for_which_the_wall_cannot_hold_is_found_by_the_checks(role: str, found: str, settings: Any) -> None:
    settings.WEB_ROLE = connection.settings_dict["USER"] if role == "owner" else role
    assert found in [each.id for each in walls.check_walls()]


@pytest.mark.django_db
def test_a_server_without_the_role_says_so_once_and_still_answers(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.WEB_ROLE = "nobody_here"
    operator = Organisation.objects.create(name="Opérateur", kinds=["operator"])
    for _time in range(2):
        with wall.inside({operator.pk}):
            assert _standing() == {"role": connection.settings_dict["USER"], "operators": f"{{{operator.pk}}}"}
    assert [record.getMessage().count("« nobody_here »") for record in caplog.records] == [1]


@pytest.mark.django_db
def test_who_signs_in_to_the_database_as_the_web_role_takes_no_other(settings: Any) -> None:
    settings.WEB_ROLE = connection.settings_dict["USER"]
    with wall.inside():
        assert wall._role_to_take(connection) is None
        assert _standing()["role"] == settings.WEB_ROLE


@pytest.mark.django_db
def test_a_check_that_waits_for_the_end_sees_all_the_books_whoever_is_entered_then(
    two: SimpleNamespace, settings: Any
) -> None:
    """The balance of an entry is checked at the end of the transaction: blinkered, it would call a good entry empty."""
    with connection.cursor() as cursor:
        cursor.execute(walls._BLINKERED, [walls._tables()])
        assert cursor.fetchall() == []
    open_books(operator=two.a)
    post(
        acting_user=two.of_a,
        operator=two.a,
        on=DAY,
        event=Event.RECHARGE_SOLD,
        label="Recharge",
        idempotency_key="essai",
        postings=[Posting(AccountRole.CASH, debit=700), Posting(AccountRole.RECHARGE_REVENUE, credit=700)],
    )
    with connection.cursor() as cursor:
        # The web role, entered nowhere: as after a request.
        cursor.execute("SELECT set_config('role', %s, true)", [settings.WEB_ROLE])
        try:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        finally:
            cursor.execute("SELECT set_config('role', 'none', true)")
