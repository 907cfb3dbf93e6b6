"""A request for help goes to whoever can mend, is answered, solved once, and whoever opened it stays informed."""

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail

from declic.core.errors import DomainError
from declic.equipment import actions as equipment
from declic.equipment.enums import DeviceState
from declic.hotline.actions import add_detail, answer_ticket, open_ticket, reopen_ticket, solve_ticket
from declic.hotline.models import Ticket, TicketMessage, TicketState
from declic.hotline.queries import held_machines
from declic.ledger.queries import deposits_held
from declic.messaging.models import Message
from tests.factories import DAY, a_person, a_user, a_world, an_enrolment, at
from tests.hotline.machines import a_loan, a_ready_machine

pytestmark = pytest.mark.django_db

MORNING = at(DAY, 11)
NOON = at(DAY, 12)


def opened(world: SimpleNamespace, **changes: Any) -> Ticket:
    return open_ticket(
        **{
            "acting_user": world.users["adviser"],
            "person": world.person,
            "channel": "adviser",
            "symptom": "wont_start",
            "description": "L'écran reste noir.",
            "at": MORNING,
            **changes,
        }
    )


def test_a_request_about_a_machine_goes_to_its_refurbisher() -> None:
    world = a_world()
    loan = a_loan(world.enrolment, by=world.users["coordinator"], refurbisher=world.refurbisher)
    ticket = opened(world, allocation=loan)
    assert (ticket.assigned_to, ticket.state) == (world.refurbisher, TicketState.OPEN)
    assert opened(world, symptom="account").assigned_to is None


def test_the_same_words_sent_twice_open_one_request() -> None:
    world = a_world()
    assert opened(world) == opened(world, at=MORNING + datetime.timedelta(seconds=2))
    assert opened(world, at=MORNING + datetime.timedelta(days=20)) != opened(world)
    assert Ticket.objects.count() == 2


def test_a_request_says_what_happens_and_names_the_person_s_own_machine() -> None:
    world = a_world()
    loan = a_loan(world.enrolment, by=world.users["coordinator"])
    with pytest.raises(DomainError, match="quelques mots"):
        opened(world, description=" ")
    with pytest.raises(DomainError, match="pas celle de cette personne"):
        opened(world, person=a_person(world.operator), allocation=loan)


def test_the_first_answer_is_timed_and_told_to_whoever_opened(django_capture_on_commit_callbacks: Any) -> None:
    world = a_world()
    ticket = opened(world)
    with django_capture_on_commit_callbacks(execute=True):
        ticket = answer_ticket(acting_user=world.users["coordinator"], ticket=ticket, body="Branchez-le.", at=NOON)
    answer_ticket(acting_user=world.users["coordinator"], ticket=ticket, body="Et maintenant ?", at=at(DAY, 15))
    ticket.refresh_from_db()
    assert (ticket.state, ticket.first_answer_at) == (TicketState.ANSWERED, NOON)
    [sent] = mail.outbox
    assert sent.to == [world.users["adviser"].email]
    assert "Branchez-le." in sent.body
    assert world.person.last_name not in sent.subject + sent.body


def test_nobody_is_written_to_about_their_own_answer() -> None:
    world = a_world()
    ticket = opened(world)
    solve_ticket(acting_user=ticket.opened_by, ticket=ticket, resolution="advice", body="Rebranché.", at=NOON)
    assert not Message.objects.exists()


def test_a_detail_puts_an_answered_request_back_in_the_queue() -> None:
    world = a_world()
    ticket = answer_ticket(acting_user=world.users["coordinator"], ticket=opened(world), body="Essayez.", at=NOON)
    ticket = add_detail(acting_user=ticket.opened_by, ticket=ticket, body="Toujours noir.", at=at(DAY, 13))
    assert ticket.state == TicketState.OPEN
    assert [message.body for message in TicketMessage.objects.filter(ticket=ticket)] == ["Essayez.", "Toujours noir."]


def test_a_request_is_solved_once_and_reopened_when_the_trouble_is_back() -> None:
    world = a_world()
    user, stale = world.users["coordinator"], opened(world)
    solve_ticket(acting_user=user, ticket=stale, resolution="repair", body="Barrette changée.", at=NOON)
    for again in (
        lambda: solve_ticket(acting_user=user, ticket=stale, resolution="advice", body="encore", at=NOON),
        lambda: answer_ticket(acting_user=user, ticket=stale, body="encore", at=NOON),
        lambda: add_detail(acting_user=user, ticket=stale, body="encore", at=NOON),
    ):
        with pytest.raises(DomainError, match="déjà résolue"):
            again()
    ticket = reopen_ticket(acting_user=user, ticket=stale, body="Le noir est revenu.", at=at(DAY, 16))
    assert (ticket.state, ticket.resolution, ticket.solved_at, ticket.first_answer_at) == ("open", "", None, NOON)
    with pytest.raises(DomainError, match="déjà ouverte"):
        reopen_ticket(acting_user=user, ticket=stale, body="encore", at=at(DAY, 17))


def test_a_swap_hands_another_machine_over_and_leaves_the_deposit_where_it_is() -> None:
    world = a_world()
    user = world.users["coordinator"]
    loan = a_loan(world.enrolment, by=user, refurbisher=world.refurbisher)
    spare = a_ready_machine(world.operator, by=user)
    ticket = opened(world, allocation=loan)
    solve_ticket(acting_user=user, ticket=ticket, resolution="swap", body="Échangée.", at=NOON, new_device=spare)
    broken, loan.device_id = loan.device, None
    loan.refresh_from_db()
    broken.refresh_from_db()
    assert (loan.device, broken.state) == (spare, DeviceState.REPAIR)
    assert deposits_held(world.operator) == 5000


def test_a_swap_that_cannot_be_leaves_the_request_open() -> None:
    world = a_world()
    user = world.users["coordinator"]
    loan = a_loan(world.enrolment, by=user)
    spare = a_ready_machine(world.operator, by=user)
    about_loan, about_nothing = opened(world, allocation=loan), opened(world, symptom="account")
    swap: dict[str, Any] = {"acting_user": user, "resolution": "swap", "body": "Échange", "at": NOON}
    with pytest.raises(DomainError, match="pas de machine en prêt"):
        solve_ticket(ticket=about_nothing, new_device=spare, **swap)
    with pytest.raises(DomainError, match="Choisissez la machine"):
        solve_ticket(ticket=about_loan, **swap)
    with pytest.raises(DomainError):
        solve_ticket(ticket=about_loan, new_device=loan.device, **swap)
    with pytest.raises(DomainError, match="va avec un échange"):
        solve_ticket(ticket=about_loan, new_device=spare, **{**swap, "resolution": "advice"})
    about_loan.refresh_from_db()
    assert about_loan.state == TicketState.OPEN
    assert not TicketMessage.objects.exists()


def test_a_request_is_about_what_the_person_still_has() -> None:
    world = a_world()
    user = world.users["coordinator"]
    back, kept = a_loan(world.enrolment, by=user), a_loan(an_enrolment(operator=world.operator, by=user), by=user)
    assert list(held_machines(world.person)) == [back]
    equipment.receive_return(acting_user=user, allocation=back, at=at(DAY, 15), condition="good", means="cash")
    equipment.keep_device(acting_user=user, allocation=kept, at=at(DAY, 15))
    assert list(held_machines(world.person)) == []
    assert list(held_machines(kept.person)) == [kept]


def test_nothing_happens_to_a_request_before_it_was_opened() -> None:
    world = a_world()
    with pytest.raises(DomainError, match="précède l'ouverture"):
        answer_ticket(acting_user=a_user(world.operator), ticket=opened(world), body="Déjà ?", at=at(DAY, 8))


def test_an_answer_without_words_is_refused() -> None:
    world = a_world()
    with pytest.raises(DomainError, match="quelques mots"):
        answer_ticket(acting_user=a_user(world.operator), ticket=opened(world), body="  ", at=NOON)
