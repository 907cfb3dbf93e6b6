"""How loans end: the deposit ends once, the machine is erased again, and the books say so."""

import datetime

import pytest

from declic.core.errors import DomainError
from declic.equipment.actions import (
    buy_device,
    declare_return,
    find_again,
    keep_device,
    receive_payment,
    receive_return,
    renew,
    report_lost,
    swap,
)
from declic.equipment.enums import AllocationState, ClaimKind, DeviceState, LoanEventKind
from declic.equipment.models import Claim
from declic.ledger.enums import AccountRole
from declic.ledger.queries import balance, deposits_held
from tests.equipment.stories import OPTION_TERMS, lent, ready, refurbish
from tests.factories import DAY, a_user, an_edition, an_enrolment, an_operator, at, terms

pytestmark = pytest.mark.django_db
LATER = DAY + datetime.timedelta(days=90)


def _books(operator):
    return {role.value: amount for role in AccountRole if (amount := balance(operator=operator, role=role))}


def _option_loan():
    operator = an_operator()
    user = a_user(operator)
    enrolment = an_enrolment(edition=an_edition(operator, by=user, terms=terms(**OPTION_TERMS)), by=user)
    return lent(enrolment, by=user, mode="loan_then_option"), user


def test_a_return_refunds_the_deposit_exactly_once():
    loan = lent()
    user = a_user(loan.operator)
    back = receive_return(acting_user=user, allocation=loan, at=at(LATER), condition="good", means="cash")
    assert back.state == AllocationState.SETTLED
    assert _books(loan.operator) == {}
    with pytest.raises(DomainError, match="déjà terminé"):
        receive_return(acting_user=user, allocation=loan, at=at(LATER), condition="good", means="cash")
    assert deposits_held(loan.operator) == 0


def test_a_return_asks_for_erasure_and_tests_again():
    loan = lent()
    user = a_user(loan.operator)
    back = receive_return(acting_user=user, allocation=loan, at=at(LATER), condition="worn", means="cash")
    device = back.device
    device.refresh_from_db()
    assert (device.state, device.cycle) == (DeviceState.RETURNED, 2)
    assert not Claim.objects.filter(device=device, released_at__isnull=True).exists()
    assert refurbish(device, by=user).state == DeviceState.READY


def test_a_damage_is_taken_from_the_deposit():
    loan = lent()
    back = receive_return(
        acting_user=a_user(loan.operator), allocation=loan, at=at(LATER), condition="damaged", means="cash", damage=2000
    )
    assert back.state == AllocationState.SETTLED
    assert _books(loan.operator) == {"cash": 2000, "damage_recovery": -2000}
    assert back.happenings.get().kind == LoanEventKind.DAMAGE


def test_a_damage_above_the_deposit_is_owed_until_it_is_paid():
    loan = lent()
    user = a_user(loan.operator)
    back = receive_return(
        acting_user=user, allocation=loan, at=at(LATER), condition="damaged", means="cash", damage=8000
    )
    assert back.state == AllocationState.INSPECTED
    assert _books(loan.operator) == {"cash": 5000, "receivable": 3000, "damage_recovery": -8000}
    with pytest.raises(DomainError, match="30,00"):
        receive_payment(acting_user=user, allocation=back, at=at(LATER), amount=3001, means="cash", token="a")
    paid = receive_payment(acting_user=user, allocation=back, at=at(LATER), amount=1000, means="bank", token="b")
    assert paid.state == AllocationState.INSPECTED
    with pytest.raises(DomainError, match="déjà enregistrée"):
        receive_payment(acting_user=user, allocation=back, at=at(LATER), amount=1000, means="bank", token="b")
    paid = receive_payment(acting_user=user, allocation=back, at=at(LATER), amount=2000, means="cash", token="c")
    assert paid.state == AllocationState.SETTLED


def test_a_refund_above_the_deposit_is_refused_and_nothing_is_done():
    loan = lent()
    with pytest.raises(DomainError, match="ne peut pas dépasser la caution"):
        receive_return(
            acting_user=a_user(loan.operator), allocation=loan, at=at(LATER), condition="good", means="cash", damage=-1
        )
    loan.refresh_from_db()
    assert loan.state == AllocationState.ACTIVE
    assert deposits_held(loan.operator) == 5000


def test_who_keeps_the_machine_leaves_the_deposit():
    loan = lent()
    kept = keep_device(acting_user=a_user(loan.operator), allocation=loan, at=at(LATER))
    assert kept.state == AllocationState.SETTLED
    assert kept.device.state == DeviceState.TRANSFERRED
    assert Claim.objects.get(device=kept.device, released_at__isnull=True).kind == ClaimKind.TRANSFER
    assert _books(loan.operator) == {"cash": 5000, "sale_revenue": -5000}


def test_buying_sets_the_deposit_off_against_the_price():
    loan, user = _option_loan()
    bought = buy_device(acting_user=user, allocation=loan, at=at(LATER), means="bank")
    assert bought.state == AllocationState.SETTLED
    assert _books(loan.operator) == {"cash": 3000, "bank": 1500, "sale_revenue": -4500}


def test_buying_by_instalments_leaves_the_rest_owed():
    loan, user = _option_loan()
    bought = buy_device(acting_user=user, allocation=loan, at=at(LATER), means="bank", paid=500)
    assert bought.state == AllocationState.PURCHASED
    assert balance(operator=loan.operator, role=AccountRole.RECEIVABLE) == 1000


def test_keeping_or_buying_is_refused_where_the_agreement_does_not_say_so():
    loan, user = _option_loan()
    with pytest.raises(DomainError, match="ne prévoit pas de garder"):
        keep_device(acting_user=user, allocation=loan, at=at(LATER))
    other = lent()
    with pytest.raises(DomainError, match="ne prévoit pas d'achat"):
        buy_device(acting_user=a_user(other.operator), allocation=other, at=at(LATER), means="cash")


def test_an_announced_return_is_not_a_return():
    loan = lent()
    user = a_user(loan.operator)
    announced = declare_return(acting_user=user, allocation=loan, on=LATER)
    assert announced.state == AllocationState.RETURN_DECLARED
    assert deposits_held(loan.operator) == 5000
    with pytest.raises(DomainError, match="déjà annoncé"):
        declare_return(acting_user=user, allocation=loan, on=LATER)
    assert keep_device(acting_user=user, allocation=loan, at=at(LATER)).state == AllocationState.SETTLED


def test_a_lost_machine_keeps_the_deposit_unless_it_was_stolen():
    loan = lent()
    lost = report_lost(acting_user=a_user(loan.operator), allocation=loan, at=at(LATER), note="oublié dans le bus")
    assert lost.state == AllocationState.SETTLED
    assert _books(loan.operator) == {"cash": 5000, "damage_recovery": -5000}
    stolen = lent()
    user = a_user(stolen.operator)
    report_lost(acting_user=user, allocation=stolen, at=at(LATER), note="volé, plainte déposée", damage=0, means="cash")
    assert _books(stolen.operator) == {}
    found = find_again(acting_user=user, device=stolen.device)
    assert (found.state, found.cycle) == (DeviceState.RETURNED, 2)


def test_a_renewal_only_goes_further():
    loan = lent()
    user = a_user(loan.operator)
    with pytest.raises(DomainError, match="vient après"):
        renew(acting_user=user, allocation=loan, due_on=loan.due_on, on=LATER, reason="formation")
    longer = renew(
        acting_user=user, allocation=loan, due_on=datetime.date(2024, 12, 1), on=LATER, reason="formation en cours"
    )
    assert longer.due_on == datetime.date(2024, 12, 1)
    assert "4 septembre 2024" in longer.happenings.get().note


def test_a_swap_moves_the_loan_and_leaves_the_deposit():
    loan = lent()
    user = a_user(loan.operator)
    former = loan.device
    (other,) = ready(loan.operator, by=user)
    swapped = swap(acting_user=user, allocation=loan, new_device=other, at=at(LATER), reason="écran noir")
    former.refresh_from_db()
    other.refresh_from_db()
    assert swapped.device == other
    assert (former.state, other.state) == (DeviceState.REPAIR, DeviceState.ON_LOAN)
    open_claims = Claim.objects.filter(released_at__isnull=True).values_list("device", "kind")
    assert set(open_claims) == {(former.pk, ClaimKind.REPAIR), (other.pk, ClaimKind.LOAN)}
    assert deposits_held(loan.operator) == 5000
    back = receive_return(acting_user=user, allocation=swapped, at=at(LATER, 15), condition="good", means="cash")
    assert back.state == AllocationState.SETTLED


def test_a_return_before_the_handover_is_refused():
    loan = lent()
    with pytest.raises(DomainError, match="précéder"):
        keep_device(acting_user=a_user(loan.operator), allocation=loan, at=at(DAY - datetime.timedelta(days=2)))
