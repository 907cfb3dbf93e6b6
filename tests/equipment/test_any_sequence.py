"""Whatever people do with machines and money, in whatever order, the books balance and nobody holds another's machine."""

import datetime
from typing import Any

import hypothesis.strategies as st
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from declic.core.errors import DomainError
from declic.equipment import actions
from declic.equipment.actions.money import held, owed
from declic.equipment.actions.terms_end import Ending
from declic.equipment.checks import claim_problems
from declic.equipment.enums import HELD_STATES, AllocationState, DeviceState, TermChoice
from declic.equipment.models import Allocation, Claim, Device
from declic.equipment.statement import statement
from declic.ledger.checks import book_problems
from declic.ledger.enums import AccountRole, Means
from declic.ledger.queries import balance
from tests.equipment.stories import ready, refurbish
from tests.factories import DAY, a_user, an_edition, an_enrolment, an_operator, at, terms

EVERY_MODE: dict[str, Any] = {
    "equipment": [
        {
            "mode": "loan",
            "kinds": ["laptop"],
            "deposit_eur": "50",
            "months": 6,
            "options_at_term": ["return", "keep", "buy"],
            "option_price_eur": "80",
        },
        {
            "mode": "loan_then_option",
            "kinds": ["laptop"],
            "deposit_eur": "50",
            "months": 3,
            "options_at_term": ["return", "buy"],
            "option_price_eur": "20",
        },
        {"mode": "sale", "kinds": ["laptop"], "price_eur": "90"},
        {"mode": "gift", "kinds": ["laptop"]},
    ]
}
MEANS = st.sampled_from(list(Means))


class AnyDayInTheShop(RuleBasedStateMachine):
    """Every action on a few people and machines; an action refused must leave nothing behind."""

    allocations = Bundle("allocations")

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.now = at(DAY)
        self.count = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.operator = an_operator()
        self.user = a_user(self.operator)
        edition = an_edition(self.operator, by=self.user, terms=terms(**EVERY_MODE))
        self.enrolments = [an_enrolment(edition=edition, by=self.user) for _person in range(2)]
        self.devices = ready(self.operator, by=self.user, count=3)

    def attempt(self, action: Any, **arguments: Any) -> Any:
        """Run an action a while later; a refusal is a fine answer, any other error is not."""
        self.now += datetime.timedelta(minutes=7)
        try:
            with transaction.atomic():
                return action(acting_user=self.user, **arguments)
        except DomainError:
            return None

    @rule(target=allocations, who=st.integers(0, 1), mode=st.sampled_from(["loan", "loan_then_option", "sale", "gift"]))
    def prepare(self, who: int, mode: str) -> int | None:
        enrolment = self.enrolments[who]
        found = self.attempt(
            actions.prepare_allocation,
            person=enrolment.person,
            edition=enrolment.edition,
            enrolment=enrolment,
            mode=mode,
            device_kind="laptop",
            on=DAY,
        )
        return found.pk if found else None

    def one(self, pk: int | None) -> Allocation | None:
        return Allocation.objects.filter(pk=pk).first()

    @rule(pk=allocations, which=st.integers(0, 2))
    def reserve(self, pk: int | None, which: int) -> None:
        if found := self.one(pk):
            self.attempt(actions.reserve_device, allocation=found, device=self.devices[which], at=self.now)

    @rule(pk=allocations, means=MEANS, paid=st.sampled_from([None, None, 0, 4000, 5000, 99_999]))
    def hand_over(self, pk: int | None, means: Means, paid: int | None) -> None:
        if found := self.one(pk):
            self.attempt(
                actions.hand_over, allocation=found, at=self.now, means=means, signed_by="Awa Diarra", paid=paid
            )

    @rule(pk=allocations)
    def cancel(self, pk: int | None) -> None:
        if found := self.one(pk):
            self.attempt(actions.cancel_allocation, allocation=found, at=self.now)

    @rule(pk=allocations, means=MEANS, damage=st.sampled_from([-1, 0, 0, 1500, 5000, 7000]))
    def come_back(self, pk: int | None, means: Means, damage: int) -> None:
        if found := self.one(pk):
            self.attempt(
                actions.receive_return, allocation=found, at=self.now, condition="good", means=means, damage=damage
            )

    @rule(pk=allocations)
    def announce(self, pk: int | None) -> None:
        if found := self.one(pk):
            self.attempt(actions.declare_return, allocation=found, on=self.now.date())

    @rule(pk=allocations)
    def keep(self, pk: int | None) -> None:
        if found := self.one(pk):
            self.attempt(actions.keep_device, allocation=found, at=self.now)

    @rule(pk=allocations, means=MEANS, paid=st.sampled_from([None, 0, 1000, 99_999]))
    def buy(self, pk: int | None, means: Means, paid: int | None) -> None:
        if found := self.one(pk):
            self.attempt(actions.buy_device, allocation=found, at=self.now, means=means, paid=paid)

    @rule(pk=allocations, damage=st.sampled_from([None, 0, 6000]))
    def lose(self, pk: int | None, damage: int | None) -> None:
        if found := self.one(pk):
            self.attempt(actions.report_lost, allocation=found, at=self.now, note="volé", damage=damage)

    @rule(pk=allocations, which=st.integers(0, 2))
    def swap(self, pk: int | None, which: int) -> None:
        if found := self.one(pk):
            self.attempt(
                actions.swap, allocation=found, new_device=self.devices[which], at=self.now, reason="ne démarre plus"
            )

    @rule(pk=allocations, amount=st.sampled_from([0, 1000, 2000, 9000]), means=MEANS)
    def pay(self, pk: int | None, amount: int, means: Means) -> None:
        if found := self.one(pk):
            self.count += 1
            self.attempt(
                actions.receive_payment,
                allocation=found,
                at=self.now,
                amount=amount,
                means=means,
                token=str(self.count),
            )

    @rule(pk=allocations, given_back=st.sampled_from([0, 1000, 5000, 6000]), means=MEANS)
    def find(self, pk: int | None, given_back: int, means: Means) -> None:
        if found := self.one(pk):
            self.attempt(
                actions.find_lost, allocation=found, at=self.now, given_back=given_back, means=means, note="retrouvée"
            )

    @rule(pk=allocations, amount=st.sampled_from([1000, 5000]))
    def give_up_a_debt(self, pk: int | None, amount: int) -> None:
        if found := self.one(pk):
            self.count += 1
            on = self.now.date()
            self.attempt(
                actions.waive_debt, allocation=found, amount=amount, reason="dette lourde", on=on, token=str(self.count)
            )

    @rule(pk=allocations, count=st.integers(1, 4))
    def plan(self, pk: int | None, count: int) -> None:
        if found := self.one(pk):
            on = self.now.date()
            self.attempt(actions.agree_instalments, allocation=found, count=count, first_on=on, on=on)

    @rule(pk=allocations, choice=st.sampled_from(list(TermChoice)))
    def end_in_a_batch(self, pk: int | None, choice: TermChoice) -> None:
        if found := self.one(pk):
            until = datetime.date(2026, 1, 1)
            self.attempt(
                actions.end_loans, endings=[Ending(found.pk, choice)], at=self.now, renewed_until=until, reason="examen"
            )

    @rule(which=st.integers(0, 2))
    def bench(self, which: int) -> None:
        """A machine that came back is put on the shelf again."""
        device = self.devices[which]
        device.refresh_from_db()
        if device.state == DeviceState.REPAIR:
            self.attempt(actions.finish_repair, device=device, at=self.now)
        elif device.state == DeviceState.LOST:
            self.attempt(actions.find_again, device=device)
        elif device.state in (DeviceState.RETURNED, DeviceState.TRIAGED):
            refurbish(device, by=self.user)

    @invariant()
    def everything_is_right(self) -> None:
        if not hasattr(self, "operator"):
            return
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        assert list(book_problems()) == []
        assert list(claim_problems()) == []
        open_deposits = sum(Allocation.objects.filter(state__in=HELD_STATES).values_list("deposit", flat=True))
        assert open_deposits == -balance(operator=self.operator, role=AccountRole.DEPOSITS_HELD)
        for device in Device.objects.filter(pk__in=[device.pk for device in self.devices]):
            assert Claim.objects.filter(device=device, released_at__isnull=True).count() <= 1
        for allocation in Allocation.objects.select_related("account"):
            story = statement(allocation)
            assert story.adds_up
            assert (story.held, story.owed) == (held(allocation), owed(allocation))
        unsettled = Allocation.objects.filter(state=AllocationState.SETTLED, ended_on__isnull=True)
        assert not unsettled.exists()


@pytest.mark.django_db
def test_any_sequence_of_actions_leaves_right_books_and_one_holder():
    run_state_machine_as_test(
        AnyDayInTheShop,
        settings=settings(
            max_examples=5,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
