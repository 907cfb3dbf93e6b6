"""Referrals and enrolments: every state, one open referral, frozen terms, the last place given once."""

import datetime
import threading
from typing import Any

import pytest
from django.db import Error, connection, transaction

from declic.accounts.enums import Role
from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.messaging.models import Message
from declic.organisations.models import Organisation
from declic.orientation import actions
from declic.orientation.enums import REFERRAL_TRANSITIONS, ReferralState
from declic.orientation.models import Enrolment, Referral
from declic.people.models import Person, Snapshot
from declic.programmes.models import Edition
from declic.programmes.queries import current_terms
from tests.factories import DAY, a_partner, a_person, a_referral, a_user, an_edition, an_operator, terms

pytestmark = pytest.mark.django_db
LATER = DAY + datetime.timedelta(days=3)
BORN = datetime.date(1980, 3, 12)


class Story:
    """An operator, its team, a prescriber and one edition."""

    def __init__(self, **edition: Any) -> None:
        self.operator = an_operator()
        self.team = a_user(self.operator)
        self.prescriber: Organisation = a_partner(self.operator, "prescriber")
        self.referent: User = a_user(self.prescriber, Role.PRESCRIBER)
        self.edition: Edition = an_edition(self.operator, by=self.team, **edition)

    def referral(self, person: Person | None = None) -> Referral:
        return a_referral(
            person or a_person(self.operator, by=self.team),
            self.edition,
            by=self.referent,
            prescriber=self.prescriber,
        )

    def refer(self, by: User | None = None, prescriber: Organisation | None = None, **who: Any) -> Referral:
        return actions.refer_new_person(
            acting_user=by or self.referent,
            edition=self.edition,
            on=DAY,
            channel="account",
            prescriber=prescriber or self.prescriber,
            referent=by or self.referent,
            **{"first_name": "Awa", "last_name": "Diarra", "birth_date": BORN, **who},
        )

    def act(self, referral: Referral, state: str) -> Any:
        known = {"acting_user": self.team, "referral": referral, "on": LATER}
        match state:
            case ReferralState.ACCEPTED:
                return actions.accept_referral(**known, facts={})
            case ReferralState.REFUSED:
                return actions.refuse_referral(**known, reason="non_eligible")
            case ReferralState.WAITING:
                return actions.put_on_waiting_list(**known, reason="no_place")
            case _:
                return actions.withdraw_referral(**known)


ACTS = (ReferralState.ACCEPTED, ReferralState.REFUSED, ReferralState.WAITING, ReferralState.WITHDRAWN)


@pytest.mark.parametrize("first", [None, *ACTS])
@pytest.mark.parametrize("then", ACTS)
def test_a_referral_moves_only_as_its_table_says(first: str | None, then: str) -> None:
    story = Story()
    referral = story.referral()
    if first is not None:
        story.act(referral, first)
    before = first or ReferralState.SENT
    if REFERRAL_TRANSITIONS.allows(before, then):
        story.act(referral, then)
    else:
        with pytest.raises(DomainError, match="a répondu avant vous"):
            story.act(referral, then)
    referral.refresh_from_db()
    assert referral.state == (then if REFERRAL_TRANSITIONS.allows(before, then) else before)


def test_the_database_refuses_what_the_table_forbids() -> None:
    story = Story()
    referral = story.referral()
    story.act(referral, ReferralState.REFUSED)
    with pytest.raises(Error), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(state=ReferralState.SENT)


def test_each_answer_is_told_to_the_referent() -> None:
    for state in (ReferralState.ACCEPTED, ReferralState.REFUSED, ReferralState.WAITING):
        story = Story()
        referral = story.referral()
        story.act(referral, state)
        message = Message.objects.get(reference=f"referral:{referral.pk}", template=f"referral_{state}")
        assert message.address == story.referent.email
        assert referral.person.last_name not in message.body


def test_a_refusal_gives_its_reason_and_explains_another_one() -> None:
    story = Story()
    referral = story.referral()
    for reason, answer in (("", ""), ("autre", "  ")):
        with pytest.raises(DomainError):
            actions.refuse_referral(acting_user=story.team, referral=referral, on=LATER, reason=reason, answer=answer)
    with pytest.raises(DomainError, match="précéder"):
        actions.refuse_referral(
            acting_user=story.team, referral=referral, on=DAY - datetime.timedelta(days=1), reason="absent"
        )


def test_one_open_referral_for_a_person_and_an_edition() -> None:
    story = Story()
    person = story.referral().person
    with pytest.raises(DomainError, match="attend déjà"):
        story.referral(person)


def test_someone_enrolled_is_not_referred_nor_enrolled_again() -> None:
    story = Story()
    referral = story.referral()
    story.act(referral, ReferralState.ACCEPTED)
    with pytest.raises(DomainError, match="déjà"):
        story.referral(referral.person)
    with pytest.raises(DomainError, match="déjà"):
        actions.enrol(acting_user=story.team, person=referral.person, edition=story.edition, on=DAY, facts={})


def test_someone_with_a_waiting_referral_is_enrolled_by_answering_it() -> None:
    story = Story()
    referral = story.referral()
    with pytest.raises(DomainError, match="répondez-lui"):
        actions.enrol(acting_user=story.team, person=referral.person, edition=story.edition, on=DAY, facts={})


def test_terms_may_ask_for_a_prescriber_and_an_evaluation() -> None:
    story = Story(terms=terms(entry={"prescriber_required": True, "social_evaluation_required": True}))
    person = a_person(story.operator, by=story.team)
    asked = {"acting_user": story.team, "edition": story.edition, "person": person, "on": DAY, "channel": "paper"}
    with pytest.raises(DomainError, match="prescripteur"):
        actions.send_referral(**asked, social_evaluation="Vit seule.")
    with pytest.raises(DomainError, match="évaluation sociale"):
        actions.send_referral(**asked, prescriber=story.prescriber)
    assert actions.send_referral(**asked, prescriber=story.prescriber, social_evaluation="Vit seule.").pk


def test_entries_close_with_the_edition() -> None:
    story = Story(enrolment_ends_on=DAY)
    with pytest.raises(DomainError, match="closes"):
        a_referral(a_person(story.operator), story.edition, by=story.referent, prescriber=story.prescriber, on=LATER)
    with pytest.raises(DomainError, match="vont du"):
        actions.enrol(
            acting_user=story.team, person=a_person(story.operator), edition=story.edition, on=LATER, facts={}
        )


def test_an_unmet_or_unknown_rule_needs_an_exception_that_is_kept() -> None:
    story = Story(terms=terms(entry={"rules": [{"fact": "priority_zone"}]}))
    person = a_person(story.operator, by=story.team)
    entry = {"acting_user": story.team, "person": person, "edition": story.edition, "on": DAY}
    for facts in ({}, {"in_priority_zone": False}):
        with pytest.raises(DomainError, match="exception"):
            actions.enrol(**entry, facts=facts)
    enrolment = actions.enrol(**entry, facts={}, exception_reason="Vient d’emménager")
    assert enrolment.exception_reason == "Vient d’emménager"
    assert [rule["outcome"] for rule in enrolment.eligibility] == ["unknown"]
    assert Snapshot.objects.get(person=person).moment == "entry"


def test_an_exception_is_not_counted_when_every_rule_is_met() -> None:
    story = Story(terms=terms(entry={"rules": [{"fact": "priority_zone"}]}))
    enrolment = actions.enrol(
        acting_user=story.team,
        person=a_person(story.operator),
        edition=story.edition,
        on=DAY,
        facts={"in_priority_zone": True},
        exception_reason="par prudence",
    )
    assert enrolment.exception_reason == ""


def test_a_birth_date_learnt_at_entry_completes_the_file() -> None:
    story = Story(terms=terms(entry={"rules": [{"fact": "age", "min": 18}]}))
    person = a_person(story.operator, by=story.team)
    actions.enrol(acting_user=story.team, person=person, edition=story.edition, on=DAY, facts={}, birth_date=BORN)
    person.refresh_from_db()
    assert person.birth_date == BORN


def test_the_first_enrolment_freezes_the_terms() -> None:
    story = Story()
    assert current_terms(story.edition).frozen_at is None
    story.act(story.referral(), ReferralState.ACCEPTED)
    assert current_terms(story.edition).frozen_at is not None


def test_waiting_keeps_what_was_learnt_of_the_situation() -> None:
    story = Story()
    referral = story.referral()
    actions.put_on_waiting_list(
        acting_user=story.team,
        referral=referral,
        on=LATER,
        reason="no_place",
        facts={"benefits": [], "income": None},
    )
    assert Snapshot.objects.get(person=referral.person).benefits == []


# --------------------------------------------------------------------------------------------- people referred anew


def test_a_prescriber_refers_someone_new_in_one_act() -> None:
    story = Story()
    referral = story.refer(phones=["+33612345678"], email="awa@exemple.fr")
    assert referral.person.case_number
    assert [phone.number for phone in referral.person.phones.all()] == ["+33612345678"]
    assert referral.referent_email == story.referent.email


def test_nothing_is_kept_of_a_referral_that_fails() -> None:
    story = Story(terms=terms(entry={"social_evaluation_required": True}))
    with pytest.raises(DomainError):
        story.refer()
    assert not Person.objects.filter(operator=story.operator).exists()


def test_the_same_identity_is_the_same_file() -> None:
    story = Story()
    person = a_person(story.operator, first_name="AWA", last_name="Diarrà", birth_date=BORN, phones=["+33612345678"])
    referral = story.refer(phones=["+33561000000"])
    assert referral.person == person
    assert person.phones.count() == 2


@pytest.mark.parametrize(
    "who", [{"birth_date": None}, {"birth_date": datetime.date(1980, 3, 13)}, {"last_name": "Diara"}]
)
def test_anything_less_than_the_same_identity_is_another_file(who: dict[str, Any]) -> None:
    story = Story()
    person = a_person(story.operator, first_name="Awa", last_name="Diarra", birth_date=BORN)
    assert story.refer(**who).person != person


def test_another_operators_person_is_never_used() -> None:
    story = Story()
    elsewhere = a_person(an_operator(), first_name="Awa", last_name="Diarra", birth_date=BORN)
    assert story.refer().person != elsewhere


@pytest.mark.parametrize("state", [ReferralState.SENT, ReferralState.ACCEPTED])
def test_a_prescriber_never_learns_that_others_know_the_person(state: str) -> None:
    story = Story()
    person = a_person(story.operator, first_name="Awa", last_name="Diarra", birth_date=BORN)
    referral = story.referral(person)
    if state == ReferralState.ACCEPTED:
        story.act(referral, state)
    other = a_partner(story.operator, "prescriber")
    sent = story.refer(by=a_user(other, Role.PRESCRIBER), prescriber=other)
    assert sent.state == ReferralState.SENT
    assert sent.person != person


@pytest.mark.parametrize("birth", [BORN, None])
def test_the_same_form_sent_twice_makes_one_referral(birth: datetime.date | None) -> None:
    story = Story()
    story.refer(birth_date=birth)
    with pytest.raises(DomainError, match="a déjà orienté cette personne"):
        story.refer(birth_date=birth)
    assert Referral.objects.count() == Person.objects.count() == 1


def test_a_team_that_sees_the_person_is_told_plainly() -> None:
    story = Story()
    person = a_person(story.operator, first_name="Awa", last_name="Diarra", birth_date=BORN)
    story.referral(person)
    other = a_partner(story.operator, "prescriber")
    with pytest.raises(DomainError, match="attend déjà"):
        story.refer(by=story.team, prescriber=other)


# ------------------------------------------------------------------------------------------------- at the same instant


def _at_once(*acts: Any) -> list[str]:
    """Run each act in its own thread and connection, all released together; what each one ended with."""
    barrier = threading.Barrier(len(acts))
    ends: list[str] = []

    def run(act: Any) -> None:
        try:
            barrier.wait(10)
            act()
            ends.append("done")
        except DomainError as error:
            ends.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return ends


@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_given_once() -> None:
    story = Story(places=1)
    people = [a_person(story.operator, by=story.team) for _ in range(2)]
    ends = _at_once(
        *(
            lambda person=person: actions.enrol(
                acting_user=story.team, person=person, edition=story.edition, on=DAY, facts={}
            )
            for person in people
        )
    )
    assert sorted(end == "done" for end in ends) == [False, True]
    assert any("places de cette édition sont prises" in end for end in ends)
    assert Enrolment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_give_one_answer() -> None:
    story = Story()
    referral = story.referral()
    ends = _at_once(
        lambda: story.act(referral, ReferralState.ACCEPTED), lambda: story.act(referral, ReferralState.REFUSED)
    )
    assert ends.count("done") == 1
    assert any("a répondu avant vous" in end for end in ends)


@pytest.mark.django_db(transaction=True)
def test_a_double_click_on_send_makes_one_referral() -> None:
    story = Story()
    ends = _at_once(story.refer, story.refer)
    assert ends.count("done") == 1
    assert Referral.objects.count() == Person.objects.count() == 1
