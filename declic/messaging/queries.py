"""What is read about messages in more than one place: what waits for someone, letters to post, budgets and what is left."""

from dataclasses import dataclass

from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce

from declic.accounts.models import User
from declic.messaging.access import visible_budgets, visible_messages
from declic.messaging.enums import Channel, Failure, MessageState
from declic.messaging.models import Message, MessageBudget


def failed_messages(user: User) -> QuerySet[Message]:
    """Messages that did not reach anybody and that nobody has dealt with, the oldest first: a task each."""
    waiting = visible_messages(user).filter(state=MessageState.FAILED, handled_at__isnull=True)
    return waiting.exclude(failure=Failure.ERASED).order_by("created_at", "pk")


def letters_to_post(user: User) -> QuerySet[Message]:
    """Letters that wait to be printed and posted, the oldest first."""
    return visible_messages(user).filter(channel=Channel.LETTER, state=MessageState.QUEUED).order_by("created_at", "pk")


@dataclass(frozen=True)
class BudgetState:
    """A budget with what its messages cost; amounts in thousandths of a euro unless named cents."""

    budget: MessageBudget
    spent_mills: int

    @property
    def spent_cents(self) -> int:
        return (self.spent_mills + 5) // 10

    @property
    def left_cents(self) -> int:
        return self.budget.amount_cents - self.spent_cents

    @property
    def is_spent(self) -> bool:
        """Whether there is nothing left: no SMS leaves any more."""
        return self.spent_mills >= self.budget.amount_cents * 10

    @property
    def is_warned(self) -> bool:
        """Whether the part that one wanted to be warned at is reached."""
        return self.spent_mills * 100 >= self.budget.amount_cents * 10 * self.budget.warn_at_percent

    @property
    def percent(self) -> int:
        """Whole percent spent, rounded down so that 100 means all of it."""
        amount = self.budget.amount_cents * 10
        return self.spent_mills * 100 // amount if amount else 100


def _states(budgets: QuerySet[MessageBudget]) -> list[BudgetState]:
    counted = budgets.annotate(spent_mills=Coalesce(Sum("messages__cost_mills"), 0)).order_by("name", "pk")
    return [BudgetState(budget, budget.spent_mills) for budget in counted]


def budget_states(user: User) -> list[BudgetState]:
    """The budgets that `user` keeps, by name, with what each has spent. One query."""
    return _states(visible_budgets(user))


def budgets_to_watch(user: User) -> list[BudgetState]:
    """Those of `budget_states` where the warning is reached: what to tell on the first page."""
    return [state for state in budget_states(user) if state.is_warned]


def budget_state(budget: MessageBudget) -> BudgetState:
    """One budget with what it has spent."""
    return _states(MessageBudget.objects.filter(pk=budget.pk))[0]
