"""The team's side of a request: who sees to it, why someone waits and at which rank, what is closed, what is completed."""

import datetime
import threading
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from declic.accounts.enums import Role
from declic.core.errors import DomainError
from declic.messaging.models import Message
from declic.orientation import actions
from declic.orientation.enums import ReferralState
from declic.orientation.following import waiting_rank
from declic.orientation.models import Enrolment, Referral
from declic.orientation.queries import with_rank
from declic.people.models import CaseWorker, Snapshot
from declic.programmes.actions import create_scale, set_amount
from tests.factories import a_person, a_site, a_user, signed_in, terms
from tests.orientation.test_actions import LATER, Story
from tests.orientation.test_pages import Now

pytestmark = pytest.mark.django_db


def told(referral: Referral) -> list[str]:
    """What the prescriber was told, in order."""
    found = Message.objects.filter(reference=f"referral:{referral.pk}").order_by("pk")
    return [message.template.removeprefix("referral_") for message in found]


# ---------------------------------------------------------------------------------------------------- taking charge


def test_someone_takes_charge_and_the_prescriber_knows() -> None:
    story = Story()
    taken = actions.take_charge(acting_user=story.team, referral=story.referral(), on=LATER)
    assert (taken.state, taken.received_on, taken.received_by) == (ReferralState.RECEIVED, LATER, story.team)
    assert taken.first_answered_on is None
    assert told(taken) == ["received"]


def test_a_second_colleague_reads_who_sees_to_it() -> None:
    story = Story()
    referral = story.referral()
    colleague = a_user(story.operator)
    actions.take_charge(acting_user=story.team, referral=referral, on=LATER)
    with pytest.raises(DomainError, match=f"{story.team.name} s'en occupe depuis le 07/03/2024"):
        actions.take_charge(acting_user=colleague, referral=referral, on=LATER)
    with pytest.raises(DomainError, match="Vous vous en occupez déjà"):
        actions.take_charge(acting_user=story.team, referral=referral, on=LATER)
    assert told(referral) == ["received"]
    # Whoever is there may still answer.
    actions.refuse_referral(acting_user=colleague, referral=referral, on=LATER, reason="absent")


def test_nobody_takes_charge_before_the_request_was_sent() -> None:
    story = Story()
    referral = story.referral()
    with pytest.raises(DomainError, match="pas encore envoyée"):
        actions.take_charge(acting_user=story.team, referral=referral, on=LATER - datetime.timedelta(days=30))
    assert told(referral) == []


def test_the_place_that_answers_is_the_persons_else_that_of_who_takes_charge() -> None:
    story = Story()
    here, there = a_site(story.operator), a_site(story.operator)
    adviser = a_user(story.operator, Role.ADVISER, site=here)
    nowhere = actions.take_charge(acting_user=adviser, referral=story.referral(), on=LATER)
    followed = actions.take_charge(
        acting_user=adviser, referral=story.referral(a_person(story.operator, site=there)), on=LATER
    )
    everywhere = actions.take_charge(acting_user=story.team, referral=story.referral(), on=LATER)
    assert (nowhere.site, followed.site, everywhere.site) == (here, there, None)


# ------------------------------------------------------------------------------------------------------------- waiting


def test_waiting_says_why() -> None:
    story = Story()
    referral = story.referral()
    wait = {"acting_user": story.team, "referral": referral, "on": LATER}
    with pytest.raises(DomainError, match="raison de l'attente"):
        actions.put_on_waiting_list(**wait, reason="")
    with pytest.raises(DomainError, match="autre raison"):
        actions.put_on_waiting_list(**wait, reason="other", answer=" ")
    waiting = actions.put_on_waiting_list(**wait, reason="no_device")
    assert (waiting.waiting_reason, waiting.waiting_since) == ("no_device", LATER)


def test_the_rank_follows_the_day_then_the_order_of_arrival_and_moves_up() -> None:
    story = Story()
    other = Story()
    waiting = [story.referral() for _ in range(4)]
    for referral, days in zip(waiting, (3, 1, 3, 2), strict=True):
        on = LATER + datetime.timedelta(days=days)
        actions.put_on_waiting_list(acting_user=story.team, referral=referral, on=on, reason="no_place")
    actions.put_on_waiting_list(acting_user=other.team, referral=other.referral(), on=LATER, reason="no_place")
    ranks = dict(with_rank(Referral.objects.filter(edition=story.edition)).values_list("pk", "rank"))
    assert [ranks[referral.pk] for referral in waiting] == [3, 1, 4, 2]
    assert all(waiting_rank(Referral.objects.get(pk=pk)) == rank for pk, rank in ranks.items())
    last = LATER + datetime.timedelta(days=9)
    actions.accept_referral(acting_user=story.team, referral=waiting[1], on=last, facts={})
    ranks = dict(with_rank(Referral.objects.filter(edition=story.edition)).values_list("pk", "rank"))
    assert [ranks[referral.pk] for referral in waiting] == [2, None, 3, 1]


def test_a_second_answer_never_comes_before_the_first() -> None:
    story = Story()
    referral = story.referral()
    actions.put_on_waiting_list(acting_user=story.team, referral=referral, on=LATER, reason="no_place")
    with pytest.raises(DomainError, match="première réponse"):
        actions.accept_referral(
            acting_user=story.team, referral=referral, on=LATER - datetime.timedelta(days=1), facts={}
        )
    assert not Enrolment.objects.exists()
    last = LATER + datetime.timedelta(days=40)
    actions.accept_referral(acting_user=story.team, referral=referral, on=last, facts={})
    referral.refresh_from_db()
    assert (referral.first_answered_on, referral.answered_on) == (LATER, last)


def test_who_enters_is_followed_by_the_adviser_named() -> None:
    story = Story()
    referral = story.referral()
    adviser = a_user(story.operator, Role.ADVISER)
    actions.accept_referral(acting_user=story.team, referral=referral, on=LATER, facts={}, adviser=adviser)
    followed = CaseWorker.objects.get(person=referral.person)
    assert (followed.user, followed.since, followed.until) == (adviser, LATER, None)


def test_what_was_learnt_before_a_refusal_is_kept() -> None:
    story = Story()
    referral = story.referral()
    actions.refuse_referral(
        acting_user=story.team,
        referral=referral,
        on=LATER,
        reason="non_eligible",
        facts={"income": 150_000, "benefits": None},
        persons=3,
    )
    kept = Snapshot.objects.get(person=referral.person)
    assert (kept.moment, kept.on, kept.income, kept.benefits) == ("change", LATER, 150_000, None)
    referral.refresh_from_db()
    assert referral.facts["persons"] == 3


# -------------------------------------------------------------------------------------------------------------- closing


def test_a_silent_request_is_closed_only_after_the_delay_of_the_terms() -> None:
    story = Story(terms=terms(entry={"answer_days": 5, "close_days": 20}))
    referral = story.referral()
    sent = referral.sent_on
    assert sent is not None
    early, late = sent + datetime.timedelta(days=19), sent + datetime.timedelta(days=20)
    with pytest.raises(DomainError, match="répondez-lui"):
        actions.expire_referral(acting_user=story.team, referral=referral, on=early)
    closed = actions.expire_referral(acting_user=story.team, referral=referral, on=late, answer=" Désolés. ")
    assert (closed.state, closed.answered_on, closed.answered_by) == (ReferralState.EXPIRED, late, story.team)
    # Closing is no answer: it never shortens the delays that are counted.
    assert closed.first_answered_on is None
    assert closed.answer == "Désolés."
    assert told(referral) == ["expired"]
    with pytest.raises(DomainError, match="a répondu avant vous"):
        actions.expire_referral(acting_user=story.team, referral=referral, on=late)


def test_a_waiting_list_is_closed_only_long_after_it_began() -> None:
    story = Story()
    referral = story.referral()
    begun = LATER + datetime.timedelta(days=25)
    actions.put_on_waiting_list(acting_user=story.team, referral=referral, on=begun, reason="no_place")
    with pytest.raises(DomainError, match="depuis 10 jours"):
        actions.expire_referral(acting_user=story.team, referral=referral, on=begun + datetime.timedelta(days=10))
    actions.expire_referral(acting_user=story.team, referral=referral, on=begun + datetime.timedelta(days=30))


def test_several_are_closed_together_or_not_at_all() -> None:
    story = Story()
    old = [story.referral() for _ in range(3)]
    last = LATER + datetime.timedelta(days=60)
    actions.refuse_referral(acting_user=story.team, referral=old[1], on=LATER, reason="absent")
    with pytest.raises(DomainError, match=f"Dossier {old[1].person.case_number}.*Rien n'a été clos"):
        actions.expire_referrals(acting_user=story.team, referrals=old, on=last)
    assert told(old[0]) == []
    closed = actions.expire_referrals(acting_user=story.team, referrals=[old[2], old[0]], on=last, answer="Désolés")
    assert {one.pk for one in closed} == {old[0].pk, old[2].pk}
    assert told(old[0]) == told(old[2]) == ["expired"]
    with pytest.raises(DomainError, match="au moins une"):
        actions.expire_referrals(acting_user=story.team, referrals=[], on=last)


# ----------------------------------------------------------------------------------------------------------- evaluation


def test_the_evaluation_may_come_after_the_request() -> None:
    story = Story()
    referral = story.referral()
    with pytest.raises(DomainError, match="quelques lignes"):
        actions.complete_evaluation(acting_user=story.team, referral=referral, social_evaluation=" ")
    actions.complete_evaluation(acting_user=story.team, referral=referral, social_evaluation="Vit seule.\n")
    referral.refresh_from_db()
    assert referral.social_evaluation == "Vit seule."
    actions.refuse_referral(acting_user=story.team, referral=referral, on=LATER, reason="absent")
    with pytest.raises(DomainError, match="plus rien à y compléter"):
        actions.complete_evaluation(acting_user=story.team, referral=referral, social_evaluation="Trop tard")


# ------------------------------------------------------------------------------------------------- at the same instant


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pair", [("take", "take"), ("refuse", "wait"), ("expire", "refuse"), ("accept", "accept")])
def test_two_colleagues_at_once_one_wins_and_the_other_reads_why(pair: tuple[str, str]) -> None:
    story = Story()
    referral = story.referral()
    users = [story.team, a_user(story.operator)]
    on = LATER + datetime.timedelta(days=40)
    barrier = threading.Barrier(2)
    ends: list[str] = []

    def act(user: Any, name: str) -> None:
        given = {"acting_user": user, "referral": referral, "on": on}
        try:
            barrier.wait(10)
            match name:
                case "take":
                    actions.take_charge(**given)
                case "refuse":
                    actions.refuse_referral(**given, reason="absent")
                case "wait":
                    actions.put_on_waiting_list(**given, reason="no_place")
                case "expire":
                    actions.expire_referral(**given)
                case "accept":
                    actions.accept_referral(**given, facts={})
            ends.append("done")
        except DomainError as error:
            ends.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=one) for one in zip(users, pair, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    if pair == ("refuse", "wait") and ends == ["done", "done"]:
        # Put on the waiting list first, then refused: the table allows it, and each was told.
        assert told(referral) == ["waiting", "refused"]
        return
    assert len(ends) == 2
    assert ends.count("done") == 1
    assert any("s'en occupe depuis" in end or "avant vous" in end for end in ends)
    assert len(told(referral)) == 1
    assert Enrolment.objects.count() == (pair == ("accept", "accept"))


# --------------------------------------------------------------------------------------------------------------- pages


def test_one_click_in_the_list_takes_charge_and_shows_who() -> None:
    story = Now()
    referral = story.referral(2)
    client = signed_in(story.team)
    queue = reverse("orientation:list")
    assert "Je m’en occupe" in client.get(queue).text
    done = client.post(reverse("orientation:take", args=[referral.pk]), {"next": queue}, follow=True)
    assert done.redirect_chain[-1][0] == queue
    assert "Le prescripteur le sait" in done.text
    assert story.team.name in done.text
    assert [row.pk for row in done.context["page"].rows] == [referral.pk]
    again = client.post(reverse("orientation:take", args=[referral.pk]), {"next": queue}, follow=True)
    assert "Vous vous en occupez déjà" in again.text.replace("&#x27;", "'")
    assert f"{story.team.name} s’en occupe" in client.get(reverse("orientation:detail", args=[referral.pk])).text


def test_the_delay_of_the_terms_makes_a_request_late() -> None:
    story = Now(terms=terms(entry={"answer_days": 3}))
    late, recent = story.referral(4), story.referral(3)
    page = signed_in(story.team).get(reverse("orientation:list"))
    assert {row.pk: row.is_late for row in page.context["page"].rows} == {late.pk: True, recent.pk: False}
    assert page.context["counts"]["late"] == 1


def test_the_waiting_list_shows_ranks_and_reasons() -> None:
    story = Now()
    first, second = story.referral(9), story.referral(8)
    for referral, days in ((second, 3), (first, 2)):
        actions.put_on_waiting_list(
            acting_user=story.team,
            referral=referral,
            on=story.day - datetime.timedelta(days=days),
            reason="next_edition",
        )
    page = signed_in(story.team).get(reverse("orientation:list"), {"vue": "en-attente"})
    assert [(row.pk, row.rank) for row in page.context["page"].rows] == [(second.pk, 1), (first.pk, 2)]
    assert "La prochaine session" in page.text


def test_silent_requests_are_closed_one_by_one_or_several_at_once() -> None:
    story = Now()
    old = [story.referral(40) for _ in range(3)]
    story.referral(20)
    client = signed_in(story.team)
    address = reverse("orientation:close")
    page = client.get(address)
    assert [referral.pk for referral, _days in page.context["rows"]] == [one.pk for one in old]
    assert page.context["counts"]["to_close"] == 3
    empty = client.post(address, {"answer": "Nos excuses"})
    assert empty.status_code == 422
    assert "Nos excuses" in empty.text
    one = client.post(address, {"only": old[0].pk, "referrals": [old[1].pk]}, follow=True)
    assert "1 orientation close" in one.text
    several = client.post(address, {"referrals": [old[1].pk, old[2].pk], "answer": "Nos excuses"}, follow=True)
    assert "2 orientations closes" in several.text
    assert "prévenus par courriel" in several.text
    assert not Referral.objects.filter(pk__in=[one.pk for one in old]).exclude(state="expired").exists()
    gone = client.post(address, {"referrals": [old[1].pk]})
    assert gone.status_code == 422
    assert "réponse entre-temps" in gone.text


def test_a_silent_request_is_closed_from_its_own_page() -> None:
    story = Now()
    old, recent = story.referral(31), story.referral(2)
    client = signed_in(story.team)
    assert "Clore sans suite" in client.get(reverse("orientation:detail", args=[old.pk])).text
    assert "Clore sans suite" not in client.get(reverse("orientation:detail", args=[recent.pk])).text
    client.post(reverse("orientation:expire", args=[old.pk]))
    client.post(reverse("orientation:expire", args=[recent.pk]))
    assert dict(Referral.objects.values_list("pk", "state")) == {old.pk: "expired", recent.pk: "sent"}
    assert client.get(reverse("orientation:detail", args=[old.pk])).status_code == 200
    assert client.get(reverse("orientation:list"), {"vue": "repondues"}).status_code == 200


def test_the_page_of_what_to_close_costs_the_same_whatever_its_length(django_assert_max_num_queries) -> None:
    story = Now()
    client = signed_in(story.team)
    counts = []
    for more in (2, 20):
        for _ in range(more):
            story.referral(40)
        with django_assert_max_num_queries(15) as asked:
            client.get(reverse("orientation:close"))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_evaluation_is_completed_from_the_answer_and_never_overwritten_unseen() -> None:
    story = Now(terms=terms(entry={"social_evaluation_required": True}))
    person = a_person(story.operator, by=story.team)
    referral = actions.send_referral(
        acting_user=story.team,
        edition=story.edition,
        person=person,
        on=story.day,
        channel="phone",
        prescriber=story.prescriber,
        social_evaluation="Vit seule.",
    )
    client = signed_in(story.team)
    assert "Compléter l’évaluation" in client.get(reverse("orientation:answer", args=[referral.pk])).text
    address = reverse("orientation:evaluation", args=[referral.pk])
    version = client.get(address).context["form"]["version"].value()
    actions.complete_evaluation(acting_user=story.team, referral=referral, social_evaluation="Vit avec sa sœur.")
    stale = client.post(address, {"version": version, "social_evaluation": "Vit seule, deux enfants."})
    assert stale.status_code == 422
    assert "deux enfants" in stale.text
    version = stale.context["form"]["version"].value()
    done = client.post(address, {"version": version, "social_evaluation": "Vit avec sa sœur, deux enfants."})
    assert done.url == reverse("orientation:answer", args=[referral.pk])


def test_a_waiting_reason_is_asked_again() -> None:
    story = Now()
    address = reverse("orientation:answer", args=[story.referral().pk])
    client = signed_in(story.team)
    page = client.post(address, story.answered("attendre"))
    assert page.status_code == 422
    assert "waiting_reason" in page.context["form"].errors


def test_each_rule_shows_its_fact_its_date_and_what_was_typed_now() -> None:
    story = Now(terms=terms(entry={"rules": [{"fact": "priority_zone"}, {"fact": "income", "max_eur": "900"}]}))
    referral = story.referral()
    actions.put_on_waiting_list(
        acting_user=story.team,
        referral=referral,
        on=story.day,
        reason="missing_facts",
        facts={"in_priority_zone": True},
    )
    client = signed_in(story.team)
    address = reverse("orientation:answer", args=[referral.pk])
    before = client.get(address).context["rules"]
    assert before[0].source.startswith("situation du")
    assert before[1].source == ""
    page = client.post(address, {"check": "1", "in_priority_zone": "oui", "income": "700"})
    assert [rule.source for rule in page.context["rules"]] == [before[0].source, "saisi maintenant"]


def test_what_the_prescriber_told_fills_the_answer_and_is_named_as_the_source() -> None:
    story = Now(terms=terms(entry={"rules": [{"fact": "income", "max_eur": "900"}]}))
    person = a_person(story.operator, by=story.team)
    referral = actions.send_referral(
        acting_user=story.team,
        edition=story.edition,
        person=person,
        on=story.day,
        channel="phone",
        prescriber=story.prescriber,
        facts={"income": 70_000, "benefits": ["RSA"]},
    )
    client = signed_in(story.team)
    address = reverse("orientation:answer", args=[referral.pk])
    page = client.get(address)
    assert page.context["form"]["benefits"].value() == ["RSA"]
    (rule,) = page.context["rules"]
    assert rule.outcome == "met"
    assert rule.source.startswith("dit par qui l'a orientée")
    client.post(address, story.answered("accepter", income="700"))
    assert Enrolment.objects.get().eligibility[0]["source"] == rule.source


def test_the_scale_of_the_day_of_the_request_decides() -> None:
    story = Now(terms=terms(entry={"rules": [{"fact": "income", "scale": "plafond"}]}))
    scale = create_scale(acting_user=story.team, operator=story.operator, label="Plafond")
    sent, today = story.day - datetime.timedelta(days=20), story.day
    for cents, since in ((80_000, sent), (60_000, today - datetime.timedelta(days=10))):
        for persons in (1, 3):
            set_amount(acting_user=story.team, scale=scale, cents=cents * persons, since=since, persons=persons)
    before, after = story.referral(20), story.referral(5)
    client = signed_in(story.team)

    def read(referral: Referral, **typed: str) -> str:
        address = reverse("orientation:answer", args=[referral.pk])
        (rule,) = client.post(address, {"check": "1", "income": "700", **typed}).context["rules"]
        return rule.outcome

    assert [read(before, persons="1"), read(after, persons="1"), read(after, persons="3")] == ["met", "unmet", "met"]
    assert read(after) == "unknown"
    address = reverse("orientation:answer", args=[before.pk])
    refused = client.post(address, story.answered("refuser", reason="non_eligible", income="700", persons="3"))
    assert refused.status_code == 303
    before.refresh_from_db()
    assert before.facts["persons"] == 3
    entered = client.post(
        reverse("orientation:answer", args=[after.pk]), story.answered("accepter", income="700", persons="3")
    )
    assert entered.status_code == 303
    (rule,) = Enrolment.objects.get().eligibility
    assert rule["outcome"] == "met"
    assert "pour 3 personnes" in rule["fact"]


def test_a_stranger_closes_nothing() -> None:
    story, other = Now(), Now()
    old = story.referral(40)
    client = signed_in(other.team)
    for name in ("take", "expire", "evaluation"):
        assert client.post(reverse(f"orientation:{name}", args=[old.pk])).status_code == 404
    page = client.post(reverse("orientation:close"), {"referrals": [old.pk]})
    assert page.status_code == 422
    assert signed_in(story.referent).get(reverse("orientation:close")).status_code == 404
    old.refresh_from_db()
    assert old.state == "sent"
