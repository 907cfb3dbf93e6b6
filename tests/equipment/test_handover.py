"""A machine goes into a person's hands: everything is written at once, or nothing."""

import hashlib

import pytest
from django.db import IntegrityError, transaction

from declic.core.errors import DomainError
from declic.core.money import format_euros
from declic.equipment.actions import cancel_allocation, hand_over, prepare_allocation, reserve_device
from declic.equipment.enums import AllocationState, ClaimKind, DeviceState
from declic.equipment.models import Agreement, Allocation, Claim
from declic.ledger.actions import close_month
from declic.ledger.enums import AccountRole, Event
from declic.ledger.models import Entry
from declic.ledger.queries import balance, deposits_held
from tests.equipment.stories import OPTION_TERMS, lent, prepared, ready, received
from tests.factories import DAY, a_person, a_user, an_edition, an_enrolment, an_operator, at, terms

pytestmark = pytest.mark.django_db


def test_a_loan_writes_claim_agreement_deposit_and_term_at_once():
    allocation = lent()
    assert allocation.state == AllocationState.ACTIVE
    assert allocation.device.state == DeviceState.ON_LOAN
    assert allocation.due_on.isoformat() == "2024-09-04"
    claims = Claim.objects.filter(allocation=allocation).order_by("taken_at")
    assert [claim.kind for claim in claims] == [ClaimKind.RESERVATION, ClaimKind.LOAN]
    assert claims[0].released_at == claims[1].taken_at
    assert claims[1].released_at is None
    assert deposits_held(allocation.operator) == 5000
    assert balance(operator=allocation.operator, role=AccountRole.CASH) == 5000
    agreement = allocation.agreement
    assert format_euros(5000) in agreement.text
    assert "4 septembre 2024" in agreement.text
    assert agreement.sha256 == hashlib.sha256(agreement.text.encode()).hexdigest()


def test_a_second_click_on_hand_over_says_that_it_is_done_and_takes_no_second_deposit():
    allocation = lent()
    with pytest.raises(DomainError, match="déjà remise"):
        hand_over(
            acting_user=a_user(allocation.operator), allocation=allocation, at=at(DAY, 11), means="cash", signed_by="X"
        )
    assert deposits_held(allocation.operator) == 5000


def test_a_machine_reserved_for_one_person_is_refused_to_another():
    first = an_enrolment()
    user = a_user(first.operator)
    second = an_enrolment(edition=first.edition, by=user)
    (device,) = ready(first.operator, by=user)
    prepared(first, device, by=user)
    allocation = prepared(second, by=user)
    with pytest.raises(DomainError, match="vient d'être prise"):
        reserve_device(acting_user=user, allocation=allocation, device=device, at=at(DAY))


def test_the_database_itself_refuses_a_second_holder():
    allocation = lent()
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.create(
            operator=allocation.operator, device=allocation.device, kind=ClaimKind.LOAN, taken_at=at(DAY, 12)
        )


def test_a_claim_that_the_state_does_not_show_is_refused_in_french():
    enrolment = an_enrolment()
    user = a_user(enrolment.operator)
    (device,) = ready(enrolment.operator, by=user)
    allocation = prepared(enrolment, by=user)
    Claim.objects.create(operator=device.operator, device=device, kind=ClaimKind.TRANSIT, taken_at=at(DAY, 8))
    with pytest.raises(DomainError, match="vient d'être prise"):
        reserve_device(acting_user=user, allocation=allocation, device=device, at=at(DAY))
    allocation.refresh_from_db()
    assert allocation.state == AllocationState.DRAFT


def test_a_machine_that_is_not_ready_or_of_another_kind_is_refused():
    enrolment = an_enrolment()
    user = a_user(enrolment.operator)
    allocation = prepared(enrolment, by=user)
    (raw,) = received(enrolment.operator, by=user)
    with pytest.raises(DomainError, match="n'est pas prête"):
        reserve_device(acting_user=user, allocation=allocation, device=raw, at=at(DAY))
    (tablet,) = ready(enrolment.operator, by=user, kind="tablet", tag_prefix="TAB")
    with pytest.raises(DomainError, match="tablette"):
        reserve_device(acting_user=user, allocation=allocation, device=tablet, at=at(DAY))


def test_another_choice_puts_the_first_machine_back_on_the_shelf():
    enrolment = an_enrolment()
    user = a_user(enrolment.operator)
    first, second = ready(enrolment.operator, by=user, count=2)
    allocation = prepared(enrolment, first, by=user)
    allocation = reserve_device(acting_user=user, allocation=allocation, device=second, at=at(DAY, 10))
    first.refresh_from_db()
    assert (first.state, allocation.device) == (DeviceState.READY, second)
    assert Claim.objects.filter(released_at__isnull=True).count() == 1


def test_cancelling_frees_the_machine_and_the_person_may_have_another():
    enrolment = an_enrolment()
    user = a_user(enrolment.operator)
    (device,) = ready(enrolment.operator, by=user)
    allocation = prepared(enrolment, device, by=user)
    cancel_allocation(acting_user=user, allocation=allocation, at=at(DAY, 9))
    device.refresh_from_db()
    assert device.state == DeviceState.READY
    again = prepared(enrolment, device, by=user)
    assert again.state == AllocationState.RESERVED
    with pytest.raises(DomainError, match="annulée"):
        hand_over(acting_user=user, allocation=allocation, at=at(DAY), means="cash", signed_by="X")


def test_one_open_allocation_per_person_and_kind():
    enrolment = an_enrolment()
    user = a_user(enrolment.operator)
    prepared(enrolment, by=user)
    with pytest.raises(DomainError, match="déjà une attribution"):
        prepared(enrolment, by=user)


def test_what_the_terms_do_not_offer_is_refused():
    enrolment = an_enrolment()
    user = a_user(enrolment.operator)
    with pytest.raises(DomainError, match="ne prévoit pas"):
        prepared(enrolment, by=user, mode="gift")


def test_a_loan_or_a_gift_needs_an_enrolment_and_a_sale_does_not():
    operator = an_operator()
    user = a_user(operator)
    edition = an_edition(operator, by=user, terms=terms(**OPTION_TERMS))
    person = a_person(operator, by=user)
    with pytest.raises(DomainError, match="Inscrivez d'abord"):
        prepare_allocation(acting_user=user, person=person, edition=edition, mode="gift", device_kind="laptop", on=DAY)
    sale = prepare_allocation(
        acting_user=user, person=person, edition=edition, mode="sale", device_kind="laptop", on=DAY
    )
    assert sale.price == 9000


def test_a_gift_costs_nothing_and_is_settled_at_once():
    operator = an_operator()
    user = a_user(operator)
    enrolment = an_enrolment(edition=an_edition(operator, by=user, terms=terms(**OPTION_TERMS)), by=user)
    given = lent(enrolment, by=user, mode="gift")
    assert given.state == AllocationState.SETTLED
    assert given.device.state == DeviceState.TRANSFERRED
    assert Entry.objects.count() == 0


def test_a_sale_paid_in_part_stays_open_until_the_rest_is_paid():
    operator = an_operator()
    user = a_user(operator)
    edition = an_edition(operator, by=user, terms=terms(**OPTION_TERMS))
    enrolment = an_enrolment(edition=edition, by=user)
    (device,) = ready(operator, by=user)
    allocation = prepared(enrolment, device, by=user, mode="sale")
    sold = hand_over(
        acting_user=user, allocation=allocation, at=at(DAY), means="bank", signed_by="Awa Diarra", paid=3000
    )
    assert sold.state == AllocationState.PURCHASED
    assert balance(operator=operator, role=AccountRole.RECEIVABLE) == 6000
    assert balance(operator=operator, role=AccountRole.BANK) == 3000


def test_a_deposit_is_paid_whole():
    enrolment = an_enrolment()
    user = a_user(enrolment.operator)
    (device,) = ready(enrolment.operator, by=user)
    allocation = prepared(enrolment, device, by=user)
    with pytest.raises(DomainError, match="50,00"):
        hand_over(acting_user=user, allocation=allocation, at=at(DAY), means="cash", signed_by="Awa", paid=2000)
    allocation.refresh_from_db()
    assert allocation.state == AllocationState.RESERVED
    assert not Agreement.objects.exists()


def test_in_a_closed_month_nothing_at_all_is_handed_over():
    enrolment = an_enrolment()
    user = a_user(enrolment.operator)
    (device,) = ready(enrolment.operator, by=user)
    allocation = prepared(enrolment, device, by=user)
    close_month(acting_user=user, operator=enrolment.operator, month=DAY, at=at(DAY.replace(month=4)))
    with pytest.raises(DomainError, match="clôturé"):
        hand_over(acting_user=user, allocation=allocation, at=at(DAY), means="cash", signed_by="Awa")
    device.refresh_from_db()
    assert device.state == DeviceState.RESERVED
    assert Claim.objects.get(released_at__isnull=True).kind == ClaimKind.RESERVATION
    assert not Agreement.objects.exists()


def test_a_condition_that_is_not_met_is_said_before_anything_happens():
    operator = an_operator()
    user = a_user(operator)
    equipment = [{"mode": "gift", "kinds": ["laptop"], "condition": "course_evaluated"}]
    enrolment = an_enrolment(edition=an_edition(operator, by=user, terms=terms(equipment=equipment)), by=user)
    (device,) = ready(operator, by=user)
    allocation = prepared(enrolment, device, by=user, mode="gift")
    with pytest.raises(DomainError, match="fin du parcours"):
        hand_over(acting_user=user, allocation=allocation, at=at(DAY), means="cash", signed_by="Awa")


def test_the_terms_handed_over_no_longer_change_whatever_the_path():
    allocation = lent()
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        Allocation.objects.filter(pk=allocation.pk).update(deposit=1)


def test_the_deposit_entry_names_the_edition_and_the_person():
    allocation = lent()
    entry = Entry.objects.get(event=Event.DEPOSIT_PAID)
    assert entry.section == allocation.edition.section
    assert allocation.person.case_number in entry.label
    assert allocation.person.last_name not in entry.label
