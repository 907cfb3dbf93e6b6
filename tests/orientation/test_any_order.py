"""Whatever a team and prescribers do with requests, in whatever order and on whatever day, each keeps its promises."""

import datetime
from collections import Counter
from typing import Any

import hypothesis.strategies as st
import pytest
from django.db import connection, transaction
from django.db.models import Count
from hypothesis import HealthCheck, given, settings

from declic.core.errors import DomainError
from declic.messaging.models import Message
from declic.orientation import actions
from declic.orientation.enums import (
    ANSWERED_STATES,
    OPEN_STATES,
    REFERRAL_TRANSITIONS,
    ReferralState,
    RefusalReason,
    WaitingReason,
)
from declic.orientation.models import Enrolment, Referral
from declic.orientation.queries import with_rank
from tests.factories import DAY, a_partner, a_person, a_user, an_edition, an_operator, at, terms

S = ReferralState
WHICH = st.integers(0, 7)
# Days since the action before, and how many days too early the day written down is.
LATER = st.tuples(st.integers(0, 9), st.sampled_from([0, 0, 0, 0, 2, 90]))
type Later = tuple[int, int]
WORDS = st.sampled_from(["Nous vous appelons.", "", " "])


ACTIONS: dict[str, dict[str, Any]] = {
    "send": {"who": st.integers(0, 1), "where": st.integers(0, 1), "on": LATER},
    "take": {"which": WHICH, "user": st.integers(0, 1), "on": LATER},
    "wait": {
        "which": WHICH,
        "user": st.integers(0, 1),
        "on": LATER,
        "reason": st.sampled_from([*WaitingReason, ""]),
        "answer": WORDS,
    },
    "refuse": {
        "which": WHICH,
        "user": st.integers(0, 1),
        "on": LATER,
        "reason": st.sampled_from([*RefusalReason, ""]),
        "answer": WORDS,
    },
    "accept": {
        "which": WHICH,
        "user": st.integers(0, 1),
        "on": LATER,
        "zone": st.sampled_from([True, False, None]),
        "why": WORDS,
    },
    "expire": {"which": WHICH, "user": st.integers(0, 1), "on": LATER, "answer": WORDS},
    "withdraw": {"which": WHICH, "user": st.integers(0, 1), "on": LATER},
    "complete": {"which": WHICH},
    "night": {"on": LATER},
}
# What settles a request is drawn less often than what leaves it open, so that long stories are told too.
OFTEN = ("send", "send", "take", "take", "wait", "wait", "accept", "refuse", "expire", "withdraw", "complete", "night")
STEP = st.sampled_from(OFTEN).flatmap(lambda name: st.tuples(st.just(name), st.fixed_dictionaries(ACTIONS[name])))


class Desk:
    """Every action on the requests of two people towards two editions, one of which has a single place."""

    def __init__(self) -> None:
        # What each request became: the states it went through, as the actions that were not refused say.
        self.became: dict[int, list[str]] = {}
        self.operator = an_operator()
        self.users = [a_user(self.operator), a_user(self.operator)]
        self.prescriber = a_partner(self.operator)
        by = self.users[0]
        ruled = terms(entry={"answer_days": 5, "close_days": 12, "rules": [{"fact": "priority_zone"}]})
        self.editions = [an_edition(self.operator, by=by, places=1), an_edition(self.operator, by=by, terms=ruled)]
        self.people = [a_person(self.operator, by=by) for _ in range(2)]

        self.day = DAY
        for who in range(2):
            for where in range(2):
                self.send(who, where, (0, 0))

    def when(self, on: Later) -> datetime.date:
        """Time goes on; the day that someone writes down may be an earlier one."""
        later, early = on
        self.day += datetime.timedelta(days=later)
        return self.day - datetime.timedelta(days=early)

    def attempt(self, action: Any, **given: Any) -> Any:
        """Run an action; a refusal is a fine answer and leaves nothing behind, any other error is not."""
        try:
            with transaction.atomic():
                return action(**given)
        except DomainError:
            return None

    def one(self, which: int) -> Referral | None:
        """One that is still open, most of the time; the last number takes any."""
        asked = Referral.objects.filter(operator=self.operator).order_by("pk")
        found = list(asked if which == 7 else asked.filter(state__in=OPEN_STATES))
        return found[which % len(found)] if found else None

    def change(self, action: Any, state: str, which: int, user: int, on: Later, **more: Any) -> None:
        referral = self.one(which)
        if referral is None:
            return
        before, day = referral.state, self.when(on)
        if action is actions.withdraw_referral:
            more["at"] = at(day)
        if self.attempt(action, acting_user=self.users[user], referral=referral, on=day, **more) is not None:
            assert REFERRAL_TRANSITIONS.allows(before, state)
            self.became[referral.pk].append(state)

    def send(self, who: int, where: int, on: Later) -> None:
        day = self.when(on)
        sent = self.attempt(
            actions.send_referral,
            acting_user=self.users[0],
            edition=self.editions[where],
            person=self.people[who],
            on=day,
            at=at(day),
            channel="phone",
            prescriber=self.prescriber,
            referent_name="Inès Morel",
            referent_email="ines.morel@exemple.fr",
        )
        if sent is not None:
            self.became[sent.pk] = [S.SENT]

    def take(self, which: int, user: int, on: Later) -> None:
        self.change(actions.take_charge, S.RECEIVED, which, user, on)

    def wait(self, which: int, user: int, on: Later, reason: str, answer: str) -> None:
        self.change(actions.put_on_waiting_list, S.WAITING, which, user, on, reason=reason, answer=answer)

    def refuse(self, which: int, user: int, on: Later, reason: str, answer: str) -> None:
        facts = {"income": 70_000}
        self.change(actions.refuse_referral, S.REFUSED, which, user, on, reason=reason, answer=answer, facts=facts)

    def accept(self, which: int, user: int, on: Later, zone: bool | None, why: str) -> None:
        facts = {"in_priority_zone": zone}
        self.change(actions.accept_referral, S.ACCEPTED, which, user, on, facts=facts, exception_reason=why)

    def expire(self, which: int, user: int, on: Later, answer: str) -> None:
        self.change(actions.expire_referral, S.EXPIRED, which, user, on, answer=answer)

    def withdraw(self, which: int, user: int, on: Later) -> None:
        self.change(actions.withdraw_referral, S.WITHDRAWN, which, user, on)

    def complete(self, which: int) -> None:
        if referral := self.one(which):
            self.attempt(
                actions.complete_evaluation,
                acting_user=self.users[0],
                referral=referral,
                social_evaluation="Vit seule.",
            )

    def night(self, on: Later) -> None:
        day = self.when(on)
        actions.remind_teams(on=day, at=at(day, 5))
        assert actions.remind_teams(on=day, at=at(day, 5)) == 0

    def every_promise_is_kept(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        referrals = list(with_rank(Referral.objects.filter(operator=self.operator)))
        assert {referral.pk: referral.state for referral in referrals} == {
            pk: states[-1] for pk, states in self.became.items()
        }
        for referral in referrals:
            self.one_request_is_right(referral)
        told = Message.objects.filter(operator=self.operator, reference__startswith="referral:")
        assert Counter(told.values_list("reference", "template")) == Counter(
            (f"referral:{pk}", "referral_receipt" if state == S.SENT else f"referral_{state}")
            for pk, states in self.became.items()
            for state in states
        )
        open_ones = Referral.objects.filter(operator=self.operator, state__in=OPEN_STATES).order_by()
        doubled = open_ones.values("person", "edition").annotate(n=Count("pk")).filter(n__gt=1)
        assert not doubled.exists()
        for edition in self.editions:
            ranks = [one.rank for one in referrals if one.edition_id == edition.pk and one.state == S.WAITING]
            assert sorted(ranks) == list(range(1, len(ranks) + 1))
        assert Enrolment.objects.filter(edition=self.editions[0]).count() <= 1
        accepted = [pk for pk, states in self.became.items() if states[-1] == S.ACCEPTED]
        entered = Enrolment.objects.filter(operator=self.operator)
        assert sorted(entered.values_list("referral", flat=True)) == sorted(accepted)
        assert not [
            one for one in entered if bool(one.exception_reason) == all(r["outcome"] == "met" for r in one.eligibility)
        ]

    def one_request_is_right(self, referral: Referral) -> None:
        if referral.state in ANSWERED_STATES:
            assert referral.answered_on
            assert referral.answered_by_id
            assert referral.first_answered_on
        if referral.first_answered_on:
            assert referral.answered_on
            assert referral.sent_on
            assert referral.sent_on <= referral.first_answered_on <= referral.answered_on
        assert bool(referral.refusal_reason) == (referral.state == S.REFUSED)
        if referral.state == S.WAITING:
            assert referral.waiting_reason
            assert referral.waiting_since


@pytest.mark.django_db
@settings(max_examples=6, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEP, min_size=25, max_size=25))
def test_any_order_of_answers_keeps_every_promise(steps: list[tuple[str, dict[str, Any]]]) -> None:
    with transaction.atomic():
        desk = Desk()
        for name, given_values in steps:
            getattr(desk, name)(**given_values)
            desk.every_promise_is_kept()
        transaction.set_rollback(True)
