"""Answer times per edition and per team: right figures, nothing unknown counted as zero, each opening its records."""

import datetime
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from declic.accounts.enums import Role
from declic.orientation import actions
from declic.orientation.answer_times import FIGURE_NAMES, Span, answer_times, exceptions_by_rule, records_behind
from declic.orientation.models import Referral
from declic.programmes.models import Edition
from tests.factories import a_partner, a_person, a_site, a_user, an_edition, an_operator, signed_in, terms

pytestmark = pytest.mark.django_db
SENT = datetime.date(2024, 3, 4)
READ = datetime.date(2024, 4, 20)
YEAR = Span(datetime.date(2024, 1, 1), datetime.date(2024, 12, 31))


class Desk:
    """An operator with two places, and requests answered after so many days."""

    def __init__(self, **edition: Any) -> None:
        self.operator = an_operator()
        self.team = a_user(self.operator)
        self.prescriber = a_partner(self.operator)
        self.edition: Edition = an_edition(self.operator, by=self.team, **edition)
        self.here, self.there = a_site(self.operator, "Ici"), a_site(self.operator, "Là-bas")

    def request(self, days: int | None = None, *, how: str = "refuse", **person: Any) -> Referral:
        referral = actions.send_referral(
            acting_user=self.team,
            edition=self.edition,
            person=a_person(self.operator, by=self.team, **person),
            on=SENT,
            channel="phone",
            prescriber=self.prescriber,
        )
        if days is None:
            return referral
        given = {"acting_user": self.team, "referral": referral, "on": SENT + datetime.timedelta(days=days)}
        match how:
            case "refuse":
                actions.refuse_referral(**given, reason="absent")
            case "wait":
                actions.put_on_waiting_list(**given, reason="no_place")
            case "accept":
                actions.accept_referral(**given, facts={})
            case "expire":
                actions.expire_referral(**given)
            case "withdraw":
                actions.withdraw_referral(**given)
            case "take":
                actions.take_charge(**given)
        return referral

    def times(self, span: Span = YEAR) -> dict[str, list[dict[str, Any]]]:
        return answer_times(self.team, READ, span)


def test_mean_and_ninth_tenth_are_those_of_first_answers() -> None:
    desk = Desk()
    waiting = desk.request(2, how="wait")
    for days in (1, 3, 4, 5, 6, 7, 8, 9, 30):
        desk.request(days)
    late = SENT + datetime.timedelta(days=45)
    actions.refuse_referral(acting_user=desk.team, referral=waiting, on=late, reason="absent")
    (row,) = desk.times()["editions"]
    assert row["mean"] == pytest.approx(7.5)
    # Nine answers out of ten came within nine days: a delay that someone really waited.
    assert row["p90"] == 9
    assert (row["answered"], row["late_answers"]) == (10, 1)


def test_what_has_no_answer_is_counted_apart_and_never_as_zero_days() -> None:
    desk = Desk()
    desk.request()
    desk.request(1, how="take")
    desk.request(40, how="expire")
    desk.request(3, how="withdraw")
    (row,) = desk.times()["editions"]
    assert (row["mean"], row["p90"]) == (None, None)
    counts = {name: row[name] for name in FIGURE_NAMES}
    assert counts == {
        "sent": 4, "answered": 0, "late_answers": 0, "open": 2, "late": 2, "closed": 1, "withdrawn": 1,
    }  # fmt: skip


def test_each_team_has_its_own_line_even_where_nobody_has_answered() -> None:
    desk = Desk()
    desk.request(4, site=desk.here)
    desk.request(None, site=desk.there)
    desk.request(6)
    rows = {row["name"]: row for row in desk.times()["teams"]}
    assert {name: row["mean"] for name, row in rows.items()} == {"Ici": 4, "Là-bas": None, "": 6}
    assert rows[""]["team"] is None


def test_the_delay_promised_is_that_of_each_edition() -> None:
    desk = Desk(terms=terms(entry={"answer_days": 3}))
    desk.request(3)
    desk.request(4)
    assert desk.times()["editions"][0]["late_answers"] == 1


def test_a_span_and_an_edition_narrow_what_is_counted() -> None:
    desk = Desk()
    desk.request(4)
    other = an_edition(desk.operator, by=desk.team)
    before = Span(datetime.date(2023, 1, 1), SENT - datetime.timedelta(days=1))
    assert desk.times(before)["editions"] == []
    assert desk.times(Span(SENT, SENT))["editions"][0]["sent"] == 1
    assert desk.times(Span(YEAR.since, YEAR.until, other.pk))["editions"] == []


def test_another_operators_requests_are_never_counted() -> None:
    desk, elsewhere = Desk(), Desk()
    elsewhere.request(5)
    assert desk.times() == {"editions": [], "teams": []}
    assert answer_times(a_user(desk.operator, Role.ADVISER), READ, YEAR) == {"editions": [], "teams": []}


ANSWERS = st.tuples(
    st.sampled_from(["refuse", "wait", "accept", "withdraw", "take", "expire", "none"]),
    st.integers(0, 45),
    st.sampled_from(["here", "there", None]),
)


@settings(max_examples=6, deadline=None)
@given(st.lists(ANSWERS, min_size=1, max_size=8))
def test_every_figure_is_the_number_of_records_behind_it(
    asked: list[tuple[str, int, str | None]],
) -> None:
    desk = Desk()
    for how, days, site in asked:
        place = {"site": getattr(desk, site)} if site else {}
        if how == "none":
            desk.request(None, **place)
        else:
            desk.request(max(days, 30) if how == "expire" else days, how=how, **place)
    found = desk.times()
    for row in found["editions"]:
        span = Span(YEAR.since, YEAR.until, row["edition"])
        assert row["answered"] + row["open"] + row["closed"] + row["withdrawn"] == row["sent"]
        for name in FIGURE_NAMES:
            assert records_behind(desk.team, READ, span, name).count() == row[name]
    for row in found["teams"]:
        for name in FIGURE_NAMES:
            records = records_behind(desk.team, READ, YEAR, name, row["team"], of_no_team=row["team"] is None)
            assert records.count() == row[name]
    assert sum(row["sent"] for row in found["teams"]) == len(asked)
    # The same figures, counted by hand.
    delays = sorted(days for how, days, _site in asked if how in ("refuse", "wait", "accept"))
    (row,) = found["editions"]
    if delays:
        assert row["mean"] == pytest.approx(sum(delays) / len(delays))
        assert row["p90"] == delays[-(-len(delays) * 9 // 10) - 1]
    else:
        assert row["mean"] is None


def test_answer_times_ask_two_queries_whatever_is_counted(django_assert_num_queries) -> None:
    desk = Desk()
    for days in range(8):
        desk.request(days)
    desk.times()
    with django_assert_num_queries(2):
        desk.times()


# ------------------------------------------------------------------------------------------------------------- screens


def span_of(**more: Any) -> dict[str, Any]:
    return {"du": "01/01/2024", "au": "31/12/2024", **more}


def test_each_figure_of_the_page_opens_its_requests() -> None:
    desk = Desk()
    slow = desk.request(12, site=desk.here, last_name="Lente")
    desk.request(1, site=desk.there, last_name="Prompte")
    client = signed_in(desk.team)
    page = client.get(reverse("orientation:times"), span_of())
    assert "6,5" in page.text
    (row,) = page.context["tables"][0][2]
    cell = next(late for cell, late in row["cells"] if cell["label"] == "Répondues")
    assert cell["count"] == 1
    records = client.get(cell["href"])
    assert [one.pk for one in records.context["page"].rows] == [slow.pk]
    for _title, _first, rows in page.context["tables"]:
        for one in rows:
            for cell in [cell for pair in one["cells"] for cell in pair if cell]:
                shown = len(client.get(cell["href"]).context["page"].rows) if cell["href"] else 0
                assert shown == cell["count"]


def test_a_team_without_an_answer_shows_a_dash() -> None:
    desk = Desk()
    desk.request(None, site=desk.there)
    page = signed_in(desk.team).get(reverse("orientation:times"), span_of()).text
    assert "—" in page
    assert "0,0 j" not in page
    assert "0 j" not in page.replace("10 j", "")


@pytest.mark.parametrize(
    "asked", [{"du": "n’importe quoi"}, {"du": "31/12/2024", "au": "01/01/2024"}, {"edition": "999999"}, {}]
)
def test_a_filter_that_makes_no_sense_is_said_and_breaks_nothing(asked: dict[str, str]) -> None:
    desk = Desk()
    assert signed_in(desk.team).get(reverse("orientation:times"), asked).status_code == 200


@pytest.mark.parametrize("asked", [{"quoi": "autre"}, {"equipe": "x"}, {"equipe": "9" * 30}])
def test_records_of_no_figure_are_not_found(asked: dict[str, str]) -> None:
    desk = Desk()
    assert signed_in(desk.team).get(reverse("orientation:times_records"), asked).status_code == 404


# ---------------------------------------------------------------------------------------------------------- exceptions


def test_exceptions_are_counted_by_edition_and_rule_and_open_their_entries() -> None:
    desk = Desk(terms=terms(entry={"rules": [{"fact": "priority_zone"}, {"fact": "income", "max_eur": "900"}]}))
    entered = {"acting_user": desk.team, "edition": desk.edition, "on": SENT}
    facts: list[dict[str, Any]] = [
        {"in_priority_zone": False, "income": 95_000},
        {"in_priority_zone": True, "income": 99_000},
        {"income": 10_000},
        {"in_priority_zone": True, "income": 10_000},
    ]
    for known in facts:
        person = a_person(desk.operator, by=desk.team)
        actions.enrol(**entered, person=person, facts=known, exception_reason="Urgence")
    counted = {(rule["code"], rule["outcome"]): rule["count"] for rule in exceptions_by_rule(desk.team, YEAR)}
    assert counted == {("income", "unmet"): 2, ("priority_zone", "unmet"): 1, ("priority_zone", "unknown"): 1}
    client = signed_in(desk.team)
    page = client.get(reverse("orientation:times"), span_of())
    for rule in page.context["rules"]:
        entries = client.get(rule["href"])
        assert len(entries.context["page"].rows) == rule["count"]
        assert "Urgence" in entries.text
    assert exceptions_by_rule(Desk().team, YEAR) == []
