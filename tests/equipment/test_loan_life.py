"""While a loan lasts and after: choices, reminders, swaps, losses, instalments, debts given up; who owes what to the cent."""

import datetime
import uuid

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from declic.core.dates import add_months
from declic.core.errors import DomainError
from declic.documents.actions import check_file
from declic.equipment.actions import (
    agree_instalments,
    buy_device,
    declare_return,
    find_lost,
    receive_payment,
    receive_return,
    record_choice,
    remind,
    remind_due_loans,
    renew,
    report_lost,
    swap,
    waive_debt,
)
from declic.equipment.actions.reminders import step_began
from declic.equipment.effects import effect_of
from declic.equipment.enums import AllocationState, DeviceState, LoanEventKind, TermChoice
from declic.equipment.instalments import late_instalments, matched, plans_of, split
from declic.equipment.models import Allocation, LoanEvent, Part, PartMovement
from declic.equipment.queries import in_view, money_of
from declic.equipment.statement import statement
from declic.ledger.enums import AccountRole
from declic.ledger.queries import balance
from declic.messaging.models import Message
from tests.equipment.stories import OPTION_TERMS, lent, ready
from tests.factories import DAY, a_user, an_edition, an_enrolment, an_operator, at, terms

LATER = DAY + datetime.timedelta(days=90)
db = pytest.mark.django_db


def _option_loan(**changes):
    operator = an_operator()
    user = a_user(operator)
    equipment = [{**OPTION_TERMS["equipment"][0], **changes}]
    enrolment = an_enrolment(edition=an_edition(operator, by=user, terms=terms(equipment=equipment)), by=user)
    return lent(enrolment, by=user, mode="loan_then_option"), user


def _owing(**changes):
    """Someone who bought her machine and still owes 90 €."""
    loan, user = _option_loan(deposit_eur="30", option_price_eur="120", **changes)
    return buy_device(acting_user=user, allocation=loan, at=at(LATER), means="cash", paid=0), user


def _kinds(loan):
    return list(LoanEvent.objects.filter(allocation=loan).order_by("pk").values_list("kind", flat=True))


# ------------------------------------------------------------------------------------------------------------ choices


@db
def test_a_choice_said_ahead_is_kept_and_ends_nothing():
    loan, user = _option_loan()
    for _twice in range(2):
        chosen = record_choice(acting_user=user, allocation=loan, choice="buy", on=LATER, words="par téléphone")
    assert (chosen.state, chosen.choice_at_term, chosen.choice_on) == (AllocationState.ACTIVE, "buy", LATER)
    assert _kinds(loan) == [LoanEventKind.CHOICE]
    with pytest.raises(DomainError, match="ne prévoit pas"):
        record_choice(acting_user=user, allocation=loan, choice="keep", on=LATER)
    renewed = renew(acting_user=user, allocation=loan, due_on=add_months(LATER, 6), on=LATER, reason="examen")
    assert renewed.choice_at_term == "", "what was chosen was for the former end"


@given(held=st.integers(0, 50_000), price=st.none() | st.integers(0, 50_000), choice=st.sampled_from(list(TermChoice)))
def test_every_cent_of_a_deposit_is_given_back_kept_or_stays(held, price, choice):
    effect = effect_of(choice, held=held, option_price=price)
    assert effect.given_back + effect.kept + effect.stays == held
    assert min(effect.given_back, effect.kept, effect.to_pay, effect.stays) >= 0
    if choice == TermChoice.BUY:
        assert effect.kept + effect.to_pay == (price or 0)


# ---------------------------------------------------------------------------------------------------------- reminders


@db
def test_a_reminder_leaves_once_a_day_and_is_remembered():
    loan = lent()
    user = a_user(loan.operator)
    due = loan.due_on
    first = remind(acting_user=user, allocations=[loan], at=at(due - datetime.timedelta(days=20)))
    again = remind(acting_user=user, allocations=[loan], at=at(due - datetime.timedelta(days=20), 16))
    assert (first.count, again.count) == (1, 0)
    assert "aujourd'hui" in again.left[0][1]
    message = Message.objects.get(reference=f"allocation:{loan.pk}")
    assert message.template == "loan_due_soon"
    assert "rendre le matériel" in message.body
    late = remind(acting_user=user, allocations=[loan], at=at(due + datetime.timedelta(days=3)), by_letter=True)
    assert late.by_channel == {"letter": 1}
    assert Message.objects.filter(template="loan_overdue").count() == 1


@db
def test_the_night_writes_at_thirty_and_seven_days_then_every_two_weeks_and_stops():
    loan = lent()
    days = []
    for before in range(-40, 130):
        on = loan.due_on + datetime.timedelta(days=before)
        if before % 10 and before not in (-30, -29, -7, -6, 1, 2, 15, 29, 43, 57, 71, 85, 99):
            continue
        if remind_due_loans(on=on, at=at(on, 3)):
            days.append(before)
        assert remind_due_loans(on=on, at=at(on, 4)) == 0, "a second run finds nothing left to do"
    assert days == [-30, -7, 1, 15, 29, 43, 57, 71, 85]
    assert set(LoanEvent.objects.filter(allocation=loan).values_list("recorded_by", flat=True)) == {None}


@given(st.integers(-400, 400))
def test_a_step_of_reminders_begins_before_the_day_and_belongs_to_it(days):
    due, on = DAY, DAY + datetime.timedelta(days=days)
    start = step_began(due, on)
    assert (start is None) == (days < -30 or days > 90)
    if start is not None:
        assert start <= on
        assert step_began(due, start) == start


# --------------------------------------------------------------------------------------------------------- the return


@db
def test_a_return_says_what_came_back_and_what_is_missing():
    loan = lent()
    user = a_user(loan.operator)
    for kind in ("charger", "bag"):
        part = Part.objects.create(operator=loan.operator, kind=kind, name=kind)
        for quantity, reason in ((1, "bought"), (-1, "given")):
            PartMovement.objects.create(
                operator=loan.operator, part=part, quantity=quantity, reason=reason, on=DAY, recorded_by=user,
                device=loan.device if quantity < 0 else None, token=uuid.uuid4(),
            )  # fmt: skip
    receive_return(
        acting_user=user, allocation=loan, at=at(LATER), condition="worn", accessories=["charger"], damage=500,
        damage_words="sacoche perdue",
    )  # fmt: skip
    inspected, damage = LoanEvent.objects.filter(allocation=loan).order_by("pk")
    assert inspected.kind == LoanEventKind.INSPECTED
    assert "revenus : chargeur" in inspected.note
    assert "non rendus : sacoche" in inspected.note
    assert "sacoche perdue" in damage.note
    assert balance(operator=loan.operator, role=AccountRole.CASH) == 500


@db
def test_a_deposit_goes_back_as_it_came_unless_a_reason_is_given():
    loan = lent()
    user = a_user(loan.operator)
    with pytest.raises(DomainError, match="autre moyen"):
        receive_return(acting_user=user, allocation=loan, at=at(LATER), condition="good", means="bank")
    back = receive_return(
        acting_user=user, allocation=loan, at=at(LATER), condition="good", means="bank", reason="caisse fermée"
    )
    assert back.state == AllocationState.SETTLED
    assert balance(operator=loan.operator, role=AccountRole.BANK) == -5000


@db
def test_an_announced_return_waits_in_its_list_until_the_machine_is_here():
    loan = lent()
    user = a_user(loan.operator)
    declare_return(acting_user=user, allocation=loan, on=LATER)
    rows = Allocation.objects.filter(operator=loan.operator)
    assert in_view(rows, "retours-annonces", on=LATER).count() == 1
    renewed = renew(acting_user=user, allocation=loan, due_on=add_months(LATER, 6), on=LATER, reason="change d'avis")
    assert renewed.state == AllocationState.ACTIVE
    declare_return(acting_user=user, allocation=loan, on=LATER)
    receive_return(acting_user=user, allocation=loan, at=at(LATER), condition="good")
    assert in_view(rows, "retours-annonces", on=LATER).count() == 0


@db
def test_a_swap_writes_an_amendment_and_goes_on_after_a_return_announced():
    loan = lent()
    user = a_user(loan.operator)
    spares = ready(loan.operator, by=user, count=2)
    declare_return(acting_user=user, allocation=loan, on=DAY)
    for spare in spares:
        loan = swap(acting_user=user, allocation=loan, new_device=spare, at=at(LATER), reason="écran noir")
    amendments = loan.happenings.filter(kind=LoanEventKind.AMENDED).order_by("pk")
    assert [words[:4] for words in amendments.values_list("note", flat=True)] == ["n° 1", "n° 2"]
    assert f"{spares[1].tag}" in amendments.last().note
    assert (loan.state, loan.device) == (AllocationState.ACTIVE, spares[1])
    assert statement(loan).held == 5000
    (spare,) = ready(loan.operator, by=user)
    before = at(DAY - datetime.timedelta(days=3))
    with pytest.raises(DomainError, match="précéder"):
        swap(acting_user=user, allocation=loan, new_device=spare, at=before, reason="panne")


# --------------------------------------------------------------------------------------------------------- the losses


@db
def test_a_theft_names_the_complaint_and_may_give_the_deposit_back():
    loan = lent()
    user = a_user(loan.operator)
    words = {"acting_user": user, "allocation": loan, "at": at(LATER), "note": "vol dans le métro", "kind": "stolen"}
    with pytest.raises(DomainError, match="plainte"):
        report_lost(**words)
    paper = check_file(ContentFile(b"%PDF-1.4\n%%EOF", name="plainte.pdf"))
    stolen = report_lost(**words, police_reference="2024/1234", receipt=paper, damage=0)
    assert stolen.state == AllocationState.SETTLED
    assert stolen.loss.document.mime == "application/pdf"
    assert balance(operator=loan.operator, role=AccountRole.CASH) == 0


@db
@pytest.mark.parametrize(
    ("damage", "paid", "given_back"), [(5000, 0, 5000), (8000, 0, 8000), (8000, 3000, 6000), (5000, 0, 0)]
)
def test_a_machine_found_again_gives_back_what_the_loss_cost(damage, paid, given_back):
    loan = lent()
    user = a_user(loan.operator)
    lost = report_lost(acting_user=user, allocation=loan, at=at(LATER), note="oublié dans le bus", damage=damage)
    if paid:
        receive_payment(acting_user=user, allocation=lost, at=at(LATER), amount=paid, means="cash", token="a")
    tell = {"acting_user": user, "at": at(LATER, 18), "means": "cash", "note": "chez sa sœur"}
    with pytest.raises(DomainError, match="a coûté"):
        find_lost(**tell, allocation=lost, given_back=damage + 1)
    found = find_lost(**tell, allocation=lost, given_back=given_back)
    found.device.refresh_from_db()
    assert (found.device.state, found.device.cycle) == (DeviceState.RETURNED, 2)
    story = statement(found)
    assert story.adds_up
    assert story.owed == max(damage - 5000 - paid - given_back, 0)
    assert balance(operator=loan.operator, role=AccountRole.DAMAGE_RECOVERY) == -(damage - given_back)
    with pytest.raises(DomainError, match="déjà notée comme retrouvée"):
        find_lost(**tell, allocation=lost, given_back=0)


# --------------------------------------------------------------------------------------- instalments and debts given up


@given(st.integers(1, 100_000), st.integers(1, 24), st.integers(0, 100_000))
def test_instalments_add_up_and_payments_cover_the_oldest_first(amount, count, owed):
    shares = split(amount, count, DAY)
    assert sum(share.amount for share in shares) == amount
    assert max(share.amount for share in shares) - min(share.amount for share in shares) <= 1
    plan = matched(shares, owed)
    assert plan.left + plan.beyond == owed or owed > amount
    open_ones = [share.left > 0 for share in plan.shares]
    assert open_ones == sorted(open_ones), "what is paid comes before what is not"
    assert plan.late(DAY) == 0


@db
def test_a_purchase_is_paid_in_instalments_and_a_late_one_is_seen():
    bought, user = _owing()
    first = add_months(LATER, 1)
    for _twice in range(2):
        plan = agree_instalments(acting_user=user, allocation=bought, count=3, first_on=first, on=LATER)
    assert [one.amount for one in plan] == [3000, 3000, 3000]
    assert _kinds(bought).count(LoanEventKind.SCHEDULED) == 1
    with pytest.raises(DomainError, match="déjà été convenu"):
        agree_instalments(acting_user=user, allocation=bought, count=2, first_on=first, on=LATER)
    receive_payment(acting_user=user, allocation=bought, at=at(first), amount=4000, means="cash", token="a")
    after = add_months(LATER, 2) + datetime.timedelta(days=1)
    (late,) = late_instalments(Allocation.objects.filter(operator=bought.operator), after)
    assert late.late == 2000
    found = plans_of({bought.pk: 5000})[bought.pk]
    assert (found.late(after), found.late_since(after)) == (2000, add_months(LATER, 2))
    sent = remind(acting_user=user, allocations=[bought], at=at(after))
    assert sent.count == 1
    assert "20,00" in sent.messages[0].body
    later = agree_instalments(acting_user=user, allocation=bought, count=5, first_on=after, on=after)
    assert sum(one.amount for one in later) == 5000
    assert plans_of({bought.pk: 5000})[bought.pk].late(after) == 0, "the later plan replaces the former"
    assert not late_instalments(Allocation.objects.filter(operator=bought.operator), after).exists()


@db
def test_a_debt_given_up_says_why_and_settles():
    bought, user = _owing()
    tell = {"acting_user": user, "allocation": bought, "on": LATER}
    with pytest.raises(DomainError, match="pourquoi"):
        waive_debt(**tell, amount=1000, reason=" ", token="a")
    with pytest.raises(DomainError, match="90,00"):
        waive_debt(**tell, amount=9001, reason="surendettement", token="a")
    part = waive_debt(**tell, amount=4000, reason="surendettement", token="a")
    assert part.state == AllocationState.PURCHASED
    done = waive_debt(**tell, amount=5000, reason="surendettement", token="b")
    assert done.state == AllocationState.SETTLED
    story = statement(done)
    assert (story.charged, story.set_off, story.waived, story.owed) == (12000, 3000, 9000, 0)
    assert story.adds_up
    assert balance(operator=bought.operator, role=AccountRole.WAIVER_EXPENSE) == 9000


@db
def test_a_loan_is_never_settled_while_a_balance_is_open():
    bought, _user = _owing()
    with transaction.atomic(), connection.cursor() as cursor:
        Allocation.objects.filter(pk=bought.pk).update(state=AllocationState.SETTLED)
        with pytest.raises(IntegrityError, match="still has an open balance"):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)
    assert money_of([bought])[bought.pk] == (0, 9000)


@db
def test_the_statement_tells_each_end_of_a_deposit():
    loan = lent()
    user = a_user(loan.operator)
    assert statement(loan).held == 5000
    back = receive_return(acting_user=user, allocation=loan, at=at(LATER), condition="damaged", damage=8000)
    story = statement(back)
    assert (story.deposit_paid, story.deposit_kept, story.charged, story.owed) == (5000, 5000, 3000, 3000)
    receive_payment(acting_user=user, allocation=back, at=at(LATER), amount=3000, means="bank", token="a")
    story = statement(back)
    assert story.is_even
    assert story.adds_up
    assert story.paid == 3000
