"""Two people act at the same instant, on two real connections: one wins, the other reads a French sentence."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from declic.core.errors import DomainError
from declic.equipment.actions import hand_over, keep_device, receive_return, reserve_device
from declic.equipment.enums import DeviceState
from declic.equipment.models import Claim
from declic.ledger.enums import AccountRole, Event
from declic.ledger.models import Entry
from declic.ledger.queries import balance, deposits_held
from tests.equipment.stories import lent, prepared, ready
from tests.factories import DAY, a_user, an_enrolment, at

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads that start together, each on its own connection; give back results or refusals."""
    gate = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(number: int, call: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            gate.wait(timeout=10)
            results[number] = call()
        except DomainError as refusal:
            results[number] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    return results


def refusals(results: list[Any]) -> list[str]:
    return [str(result) for result in results if isinstance(result, DomainError)]


def test_one_machine_lent_twice_at_the_same_instant_goes_to_one_person():
    first = an_enrolment()
    user = a_user(first.operator)
    second = an_enrolment(edition=first.edition, by=user)
    (device,) = ready(first.operator, by=user)
    pair = [prepared(enrolment, by=user) for enrolment in (first, second)]

    def lend(allocation: Any) -> Any:
        with transaction.atomic():
            reserve_device(acting_user=user, allocation=allocation, device=device, at=at(DAY))
            return hand_over(acting_user=user, allocation=allocation, at=at(DAY), means="cash", signed_by="Awa Diarra")

    results = at_once(*[partial(lend, allocation) for allocation in pair])
    assert len(refusals(results)) == 1
    assert "vient d'être prise par quelqu'un d'autre" in refusals(results)[0]
    device.refresh_from_db()
    assert device.state == DeviceState.ON_LOAN
    assert Claim.objects.filter(device=device, released_at__isnull=True).count() == 1
    assert deposits_held(first.operator) == 5000


def test_a_double_click_on_hand_over_lends_once_and_takes_one_deposit():
    enrolment = an_enrolment()
    user = a_user(enrolment.operator)
    (device,) = ready(enrolment.operator, by=user)
    allocation = prepared(enrolment, device, by=user)

    def click() -> Any:
        return hand_over(acting_user=user, allocation=allocation, at=at(DAY), means="cash", signed_by="Awa Diarra")

    results = at_once(click, click)
    assert len(refusals(results)) == 1
    assert "déjà remise" in refusals(results)[0]
    assert deposits_held(enrolment.operator) == 5000


def test_a_deposit_is_refunded_exactly_once():
    loan = lent()
    user = a_user(loan.operator)

    def refund() -> Any:
        return receive_return(acting_user=user, allocation=loan, at=at(DAY, 15), condition="good", means="cash")

    results = at_once(refund, refund)
    assert len(refusals(results)) == 1
    assert "déjà terminé" in refusals(results)[0]
    assert Entry.objects.filter(event=Event.DEPOSIT_REFUNDED).count() == 1
    assert balance(operator=loan.operator, role=AccountRole.CASH) == 0


def test_returned_and_kept_at_the_same_instant_ends_the_deposit_once():
    loan = lent()
    user = a_user(loan.operator)
    results = at_once(
        lambda: receive_return(acting_user=user, allocation=loan, at=at(DAY, 15), condition="good", means="cash"),
        lambda: keep_device(acting_user=user, allocation=loan, at=at(DAY, 15)),
    )
    assert len(refusals(results)) == 1
    assert deposits_held(loan.operator) == 0
    assert Entry.objects.filter(idempotency_key=f"deposit-end:{loan.pk}").count() == 1
