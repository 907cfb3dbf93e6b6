"""Reviews at N months: due from the handover, given once, by whom the terms say, with the uses they name."""

import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.followup.actions import give_review, record_exit, record_satisfaction
from declic.followup.models import Review, SatisfactionAnswer
from declic.followup.queries import reviews_due, reviews_to_give
from declic.orientation.actions import accept_referral
from declic.orientation.models import Enrolment
from tests.factories import DAY, LOAN_TERMS, a_partner, a_referral, a_user, a_world, an_edition, an_enrolment, terms
from tests.hotline.machines import a_loan

pytestmark = pytest.mark.django_db

IN_THREE_MONTHS = datetime.date(2024, 6, 4)


def given(enrolment: Enrolment, **changes: Any) -> Review:
    return give_review(
        **{
            "acting_user": changes.pop("by", None) or a_user(enrolment.operator, "adviser"),
            "enrolment": enrolment,
            "months": 3,
            "on": IN_THREE_MONTHS,
            "observed_uses": ["répond plus vite aux offres"],
            **changes,
        }
    )


def a_referred_world() -> SimpleNamespace:
    """A world whose edition waits for the review of the referent, with a person whom the referent sent."""
    world = a_world()
    reviews = {**LOAN_TERMS["reviews"], "by": "prescriber"}
    edition = an_edition(world.operator, terms=terms(reviews=reviews))
    referent: User = world.users["prescriber"]
    referral = a_referral(world.referred, edition, by=referent, prescriber=world.prescriber)
    world.enrolment = accept_referral(
        acting_user=world.users["coordinator"], referral=referral, on=DAY, facts={}, site=world.site
    )
    return world


def test_a_review_keeps_the_uses_of_the_list_in_its_order() -> None:
    enrolment = an_enrolment()
    review = given(
        enrolment,
        observed_uses=["répond plus vite aux offres", "cherche davantage", "cherche davantage"],
        testimony=" Elle écrit à sa fille. ",
    )
    assert review.observed_uses == ["cherche davantage", "répond plus vite aux offres"]
    assert review.testimony == "Elle écrit à sa fille."


def test_a_review_is_given_once() -> None:
    enrolment = an_enrolment()
    given(enrolment)
    with pytest.raises(DomainError, match="déjà donné"):
        given(enrolment)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"months": 5}, "ne prévoit pas de bilan"),
        ({"observed_uses": ["joue aux cartes"]}, "n'est pas dans la liste"),
        ({"on": datetime.date(2024, 5, 3)}, "encore tôt"),
    ],
)
def test_a_review_that_the_terms_do_not_plan_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DomainError, match=sentence):
        given(an_enrolment(), **changes)


def test_the_referent_alone_gives_the_review_that_is_the_referent_s() -> None:
    world = a_referred_world()
    other = a_user(a_partner(world.operator), "prescriber")
    for stranger in (world.users["coordinator"], other):
        with pytest.raises(DomainError, match="par le référent"):
            given(world.enrolment, by=stranger)
    assert given(world.enrolment, by=world.users["prescriber"]).given_by == world.users["prescriber"]


def test_a_referent_never_gives_the_review_of_the_structure() -> None:
    world = a_world()
    with pytest.raises(DomainError, match="par la structure"):
        given(world.enrolment, by=world.users["prescriber"])


def test_the_structure_writes_down_the_review_of_a_referent_without_account() -> None:
    world = a_world()
    edition = an_edition(world.operator, terms=terms(reviews={**LOAN_TERMS["reviews"], "by": "prescriber"}))
    referral = a_referral(
        world.referred,
        edition,
        by=world.users["coordinator"],
        prescriber=world.prescriber,
        referent=None,
        referent_name="Léa Roux",
        channel="phone",
    )
    enrolment = accept_referral(acting_user=world.users["coordinator"], referral=referral, on=DAY, facts={})
    assert given(enrolment, by=world.users["coordinator"])


def test_a_review_is_due_from_the_entry_when_nothing_is_lent() -> None:
    enrolment = an_enrolment()
    assert reviews_due(enrolment.operator, IN_THREE_MONTHS - datetime.timedelta(days=1)) == []
    [due] = reviews_due(enrolment.operator, IN_THREE_MONTHS)
    assert (due.enrolment, due.months, due.due_on, due.by_referent) == (enrolment, 3, IN_THREE_MONTHS, False)


def test_a_review_is_due_from_the_handover_when_a_machine_is_lent() -> None:
    enrolment = an_enrolment()
    a_loan(enrolment, by=a_user(enrolment.operator), on=datetime.date(2024, 3, 20))
    assert reviews_due(enrolment.operator, datetime.date(2024, 6, 19)) == []
    assert [due.due_on for due in reviews_due(enrolment.operator, datetime.date(2024, 6, 20))] == [
        datetime.date(2024, 6, 20)
    ]


def test_the_last_day_of_a_month_comes_three_months_later_too() -> None:
    enrolment = an_enrolment(on=datetime.date(2024, 3, 31))
    assert [due.due_on for due in reviews_due(enrolment.operator, datetime.date(2024, 6, 30))] == [
        datetime.date(2024, 6, 30)
    ]


def test_a_review_given_or_left_behind_by_an_exit_is_no_longer_due() -> None:
    stays = an_enrolment()
    leaves = an_enrolment(operator=stays.operator)
    record_exit(acting_user=a_user(stays.operator), enrolment=leaves, on=datetime.date(2024, 4, 2), reason="abandon")
    given(stays)
    assert reviews_due(stays.operator, datetime.date(2024, 9, 1)) == []


def test_those_who_left_long_ago_never_hide_a_review_that_is_due() -> None:
    operator = an_enrolment().operator
    leaves = [an_enrolment(operator=operator, on=datetime.date(2024, 3, 1)) for _number in range(3)]
    for enrolment in leaves:
        record_exit(acting_user=a_user(operator), enrolment=enrolment, on=DAY, reason="abandon")
    assert len(reviews_due(operator, IN_THREE_MONTHS, limit=1)) == 1


def test_each_sees_the_reviews_that_are_theirs_to_give() -> None:
    world = a_referred_world()
    an_enrolment(operator=world.operator, site=world.site)
    referent, adviser = world.users["prescriber"], world.users["adviser"]
    assert [due.enrolment for due in reviews_to_give(referent, IN_THREE_MONTHS)] == [world.enrolment]
    assert world.enrolment not in [due.enrolment for due in reviews_to_give(adviser, IN_THREE_MONTHS)]
    assert len(reviews_to_give(adviser, IN_THREE_MONTHS)) == 2
    assert reviews_to_give(a_user(a_partner(world.operator), "prescriber"), IN_THREE_MONTHS) == []


def test_the_reviews_due_cost_the_same_queries_however_many(django_assert_num_queries: Any) -> None:
    world = a_world()
    adviser = world.users["adviser"]
    for _number in range(3):
        an_enrolment(edition=world.edition)
    fresh = User.objects.get(pk=adviser.pk)
    with django_assert_num_queries(4):
        reviews_due(fresh, IN_THREE_MONTHS)


def test_satisfaction_is_told_once_on_four_steps() -> None:
    enrolment = an_enrolment()
    user = a_user(enrolment.operator)
    with pytest.raises(DomainError, match="quatre réponses"):
        record_satisfaction(acting_user=user, enrolment=enrolment, on=DAY, score=5)
    with pytest.raises(DomainError, match="précéder l'entrée"):
        record_satisfaction(acting_user=user, enrolment=enrolment, on=datetime.date(2024, 1, 1), score=4)
    record_satisfaction(acting_user=user, enrolment=enrolment, on=DAY, score=4, comment="Merci")
    with pytest.raises(DomainError, match="déjà donné son avis"):
        record_satisfaction(acting_user=user, enrolment=enrolment, on=DAY, score=1)
    assert SatisfactionAnswer.objects.get().score == 4
