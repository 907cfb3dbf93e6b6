"""A budget warns at its part, and beyond the whole no SMS leaves."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declic.accounts.enums import Role
from declic.core.errors import DomainError
from declic.messaging.actions import change_budget, create_budget, send_again
from declic.messaging.delivery import deliver, spent_mills
from declic.messaging.enums import Failure, MessageState
from declic.messaging.models import Message, MessageBudget
from declic.messaging.queries import BudgetState, budget_state, budget_states, budgets_to_watch
from tests.factories import DAY, a_user, an_operator, at
from tests.messaging.factories import a_budget, a_letter, an_sms, queued


def spend(budget: MessageBudget, mills: int) -> None:
    message = a_letter(budget.operator, budget=budget)
    Message.objects.filter(pk=message.pk).update(state=MessageState.SENT, sent_at=at(DAY), cost_mills=mills)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mills", "percent", "warned", "spent"),
    [
        (7900, 79, False, False),
        (7999, 79, False, False),
        (8000, 80, True, False),
        (9999, 99, True, False),
        (10000, 100, True, True),
    ],
)
def test_the_warning_comes_at_eighty_percent(mills: int, percent: int, warned: bool, spent: bool) -> None:
    operator = an_operator()
    user = a_user(operator)
    budget = a_budget(operator, amount_cents=1000)
    spend(budget, mills)
    state = budget_state(budget)
    assert (state.percent, state.is_warned, state.is_spent) == (percent, warned, spent)
    assert [watched.budget for watched in budgets_to_watch(user)] == ([budget] if warned else [])
    assert budgets_to_watch(a_user(an_operator())) == []
    assert budgets_to_watch(a_user(operator, Role.ADVISER)) == []


@pytest.mark.django_db
def test_an_sms_that_fills_the_budget_leaves_and_the_next_does_not() -> None:
    operator = an_operator()
    budget = a_budget(operator, amount_cents=13)
    first, second, third = (an_sms(operator, budget=budget) for _number in range(3))
    for message in (first, second, third):
        deliver(message.pk, at=at(DAY))
    assert [found.state for found in Message.objects.order_by("pk")] == ["sent", "sent", "failed"]
    failed = Message.objects.get(pk=third.pk)
    assert (failed.failure, failed.cost_mills) == (Failure.BUDGET, 0)
    assert "« Messages 2024 » est épuisé" in failed.error
    assert spent_mills(budget) == 130
    user = a_user(operator)
    change_budget(acting_user=user, budget=budget, name="Plus", amount_cents=20, warn_at_percent=80, letter_cents=0)
    send_again(acting_user=user, message=failed, at=at(DAY, 12))
    deliver(failed.pk, at=at(DAY, 12))
    assert Message.objects.get(pk=failed.pk).state == MessageState.SENT


@pytest.mark.django_db
def test_a_long_sms_that_would_pass_the_whole_does_not_leave() -> None:
    operator = an_operator()
    budget = a_budget(operator, amount_cents=13)
    message = an_sms(operator, budget=budget, body="a" * 400)
    deliver(message.pk, at=at(DAY))
    assert Message.objects.get().failure == Failure.BUDGET


@pytest.mark.django_db
def test_emails_leave_whatever_the_budget() -> None:
    operator = an_operator()
    budget = a_budget(operator, amount_cents=1)
    spend(budget, 5000)
    message = queued(operator, budget=budget)
    deliver(message.pk, at=at(DAY))
    assert Message.objects.get(pk=message.pk).state == MessageState.SENT


@given(amount=st.integers(1, 10**6), part=st.integers(1, 100), spent=st.integers(0, 10**8))
def test_spent_implies_warned_and_what_is_left_adds_up(amount: int, part: int, spent: int) -> None:
    state = BudgetState(MessageBudget(amount_cents=amount, warn_at_percent=part), spent)
    assert state.is_warned or not state.is_spent
    assert state.left_cents + state.spent_cents == amount
    assert (state.percent >= 100) == state.is_spent
    assert state.is_warned == (spent / (amount * 10) >= part / 100) or abs(spent - amount * part / 10) < 1


@pytest.mark.django_db
def test_two_budgets_of_an_operator_do_not_bear_one_name() -> None:
    operator = an_operator()
    user = a_user(operator)
    create_budget(acting_user=user, operator=operator, name="SMS", amount_cents=100)
    with pytest.raises(DomainError, match="déjà ce nom"):
        create_budget(acting_user=user, operator=operator, name="SMS", amount_cents=100)
    create_budget(acting_user=user, operator=an_operator(), name="SMS", amount_cents=100)
    other = create_budget(acting_user=user, operator=operator, name="Lettres", amount_cents=100)
    with pytest.raises(DomainError, match="déjà ce nom"):
        change_budget(acting_user=user, budget=other, name="SMS", amount_cents=1, warn_at_percent=80, letter_cents=0)
    with pytest.raises(DomainError, match="entre 1 et 100"):
        create_budget(acting_user=user, operator=operator, name="X", amount_cents=100, warn_at_percent=101)


@pytest.mark.django_db
def test_all_budgets_are_counted_in_one_query(django_assert_num_queries: Any) -> None:
    operator = an_operator()
    user = a_user(operator)
    for number in range(4):
        spend(a_budget(operator, name=f"Budget {number}"), 100 * number)
    budget_states(user)
    with django_assert_num_queries(1):
        assert [state.spent_mills for state in budget_states(user)] == [0, 100, 200, 300]
