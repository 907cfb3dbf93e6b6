"""Help without an account, requests taken in charge, ready answers, machines at the workshop, times that are told right."""

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from declic.core.dates import now
from declic.core.errors import DomainError
from declic.equipment import actions as equipment
from declic.equipment.enums import DeviceState
from declic.equipment.models import Claim
from declic.hotline import figures, help_link
from declic.hotline.actions import (
    add_answer,
    answer_ticket,
    ask_help,
    open_ticket,
    release_ticket,
    reopen_ticket,
    solve_ticket,
    take_in_repair,
    take_ticket,
)
from declic.hotline.models import Answer, Ticket, TicketRepair, TicketState
from declic.hotline.queries import due, library
from declic.messaging.models import Message
from tests.factories import DAY, a_person, a_world, at, signed_in
from tests.hotline.machines import a_loan, a_ready_machine
from tests.hotline.worlds import a_request_about_a_machine

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_counts() -> None:
    cache.clear()


def opened(world: SimpleNamespace, **changes: Any) -> Ticket:
    return open_ticket(
        **{
            "acting_user": world.users["adviser"],
            "person": world.person,
            "channel": "adviser",
            "symptom": "wont_start",
            "description": "L'écran reste noir.",
            "at": at(DAY, 11),
            **changes,
        }
    )


# ----------------------------------------------------------------------------------------------------- without account


def test_whoever_holds_a_machine_asks_for_help_by_its_page_and_her_adviser_is_told() -> None:
    world = a_world()
    loan = a_loan(world.enrolment, by=world.users["coordinator"], refurbisher=world.refurbisher)
    page = reverse("hotline:help", args=[help_link.sign(loan)])
    visitor = Client()
    shown = visitor.get(page)
    assert loan.device.tag in shown.text
    for secret in (world.person.last_name, world.person.first_name, world.person.case_number):
        assert secret not in shown.text
    typed = {"symptom": "screen", "description": "Des traits partout.", "phone": "06 12 34 56 78"}
    for _twice in range(2):
        told = visitor.post(page, typed, follow=True)
    assert "C&#x27;est noté" in told.text or "C’est noté" in told.text or "C'est noté" in told.text
    ticket = Ticket.objects.get()
    assert (ticket.opened_by, ticket.channel, ticket.assigned_to) == (None, "person", world.refurbisher)
    assert (ticket.device, ticket.person) == (loan.device, world.person)
    assert "Des traits partout." not in visitor.get(page).text
    [message] = Message.objects.filter(reference=f"ticket:{ticket.pk}")
    assert message.address == world.enrolment.adviser.email
    assert world.person.last_name not in message.subject + message.body
    answered = signed_in(world.users["refurbisher"]).get(reverse("hotline:ticket", args=[ticket.pk])).text
    assert "par la page de sa machine" in answered


def test_the_page_of_a_machine_closes_when_it_comes_back_and_a_forged_link_opens_nothing() -> None:
    world = a_world()
    user = world.users["coordinator"]
    loan = a_loan(world.enrolment, by=user)
    signed = help_link.sign(loan)
    assert Client().get(reverse("hotline:help", args=[signed])).status_code == 200
    assert Client().get(reverse("hotline:help", args=[signed + "x"])).status_code == 404
    equipment.receive_return(acting_user=user, allocation=loan, at=at(DAY, 15), condition="good", means="cash")
    assert Client().get(reverse("hotline:help", args=[signed])).status_code == 404


def test_a_machine_asks_so_often_a_day_and_then_is_told_that_it_was_heard() -> None:
    world = a_world()
    loan = a_loan(world.enrolment, by=world.users["coordinator"])
    page, visitor = reverse("hotline:help", args=[help_link.sign(loan)]), Client()
    for number in range(6):
        assert visitor.post(page, {"symptom": "slow", "description": f"lent {number}"}).status_code == 303
    refused = visitor.post(page, {"symptom": "slow", "description": "lent encore"})
    assert (refused.status_code, "nous les avons bien reçues" in refused.text) == (422, True)
    assert Ticket.objects.count() == 6


def test_the_label_of_a_machine_carries_its_link() -> None:
    world = a_world()
    loan = a_loan(world.enrolment, by=world.users["coordinator"])
    page = signed_in(world.users["coordinator"]).get(reverse("hotline:help_label", args=[loan.pk])).text
    assert "<svg" in page
    assert help_link.make_link(loan) in page


# ------------------------------------------------------------------------------------------------- charge and workshop


def test_who_answers_is_said_and_a_colleague_may_take_over() -> None:
    world = a_world()
    ticket, first, second = opened(world), world.users["coordinator"], world.users["refurbisher"]
    take_ticket(acting_user=first, ticket=ticket, at=at(DAY, 12))
    ticket = take_ticket(acting_user=second, ticket=ticket, at=at(DAY, 13))
    assert ticket.taken_by == second
    with pytest.raises(DomainError, match="ne vous occupez pas"):
        release_ticket(acting_user=first, ticket=ticket, at=at(DAY, 14))
    assert release_ticket(acting_user=second, ticket=ticket, at=at(DAY, 14)).taken_by is None
    assert answer_ticket(acting_user=first, ticket=ticket, body="Branchez-le.", at=at(DAY, 15)).taken_by == first


def test_what_is_owed_next_depends_on_priority_and_counts_again_when_it_reopens() -> None:
    world = a_world()
    user, urgent = world.users["coordinator"], opened(world, priority="urgent")
    owed = due(urgent, at(DAY, 12))
    assert owed == (True, at(DAY, 11) + datetime.timedelta(days=1), False)
    assert due(urgent, at(DAY + datetime.timedelta(days=2))).late
    urgent = answer_ticket(acting_user=user, ticket=urgent, body="Essayez.", at=at(DAY, 12))
    assert due(urgent, at(DAY, 13)) == (False, at(DAY, 11) + datetime.timedelta(days=3), False)
    urgent = solve_ticket(acting_user=user, ticket=urgent, resolution="advice", body="Réglé.", at=at(DAY, 14))
    assert due(urgent, at(DAY, 15)) is None
    later = at(DAY + datetime.timedelta(days=9))
    urgent = reopen_ticket(acting_user=user, ticket=urgent, body="Noir.", at=later)
    assert due(urgent, later) == (True, later + datetime.timedelta(days=1), False)


@pytest.mark.parametrize("resolution", ["repair", "swap"])
def test_a_machine_at_the_workshop_stays_hers_until_it_comes_back_or_is_swapped(resolution: str) -> None:
    world = a_world()
    user = world.users["coordinator"]
    loan = a_loan(world.enrolment, by=user, refurbisher=world.refurbisher)
    ticket, broken = opened(world, allocation=loan), loan.device
    take_in_repair(acting_user=user, ticket=ticket, body="Trois jours.", at=at(DAY, 12))
    ticket.refresh_from_db()
    assert ticket.state == TicketState.REPAIRING
    assert Claim.objects.filter(device=broken, released_at=None).get().allocation == loan
    with pytest.raises(DomainError, match="déjà à l'atelier"):
        take_in_repair(acting_user=user, ticket=ticket, body="encore", at=at(DAY, 13))
    with pytest.raises(DomainError, match="pour une autre demande"):
        take_in_repair(
            acting_user=user, ticket=opened(world, allocation=loan, symptom="slow"), body="x", at=at(DAY, 13)
        )
    spare = a_ready_machine(world.operator, by=user) if resolution == "swap" else None
    solve_ticket(acting_user=user, ticket=ticket, resolution=resolution, body="Fait.", at=at(DAY, 16), new_device=spare)
    repair = TicketRepair.objects.get()
    assert (repair.device, repair.ended_at, repair.swapped) == (broken, at(DAY, 16), resolution == "swap")
    loan.refresh_from_db()
    broken.refresh_from_db()
    assert (loan.device, broken.state) == ((spare, DeviceState.REPAIR) if spare else (broken, DeviceState.ON_LOAN))


def test_a_request_without_machine_has_nothing_to_repair() -> None:
    world = a_world()
    with pytest.raises(DomainError, match="aucune machine"):
        take_in_repair(acting_user=world.users["coordinator"], ticket=opened(world), body="x", at=at(DAY, 12))


# -------------------------------------------------------------------------------------------------------------- library


def test_a_ready_answer_is_taken_up_in_one_click_and_the_most_used_comes_first() -> None:
    world = a_world()
    ticket = a_request_about_a_machine(world)
    refurbisher = signed_in(world.users["refurbisher"])
    for title in ("Changer le chargeur", "La batterie se vide"):
        refurbisher.post(
            reverse("hotline:answer_create"),
            {"symptom": "battery", "title": title, "body": f"{title} : branchez-le.\nAttendez une heure."},
        )
    chosen = Answer.objects.get(title="La batterie se vide")
    one = reverse("hotline:ticket", args=[ticket.pk])
    page = refurbisher.get(f"{one}?reponse={chosen.pk}").text
    assert "La batterie se vide : branchez-le." in page.replace("\u00a0", " ")
    refurbisher.post(one, {"body": chosen.body, "answer": str(chosen.pk)})
    assert ticket.messages.get().answer == chosen
    assert [(answer.title, answer.used) for answer in library({world.operator.pk})] == [
        ("La batterie se vide", 1),
        ("Changer le chargeur", 0),
    ]
    refurbisher.post(reverse("hotline:answer_archive", args=[chosen.pk]))
    assert f"reponse={chosen.pk}" not in refurbisher.get(one).text
    foreign = add_answer(
        acting_user=a_world().users["coordinator"], operator=a_world().operator, symptom="battery", title="Ailleurs",
        body="Ailleurs.",
    )  # fmt: skip
    assert refurbisher.get(reverse("hotline:answer_edit", args=[foreign.pk])).status_code == 404
    assert "Ailleurs." not in refurbisher.get(f"{one}?reponse={foreign.pk}").text


def test_two_answers_never_share_a_title() -> None:
    world = a_world()
    answer: dict[str, Any] = {
        "acting_user": world.users["coordinator"], "operator": world.operator, "symptom": "slow", "title": "Lent",
        "body": "Redémarrez.",
    }  # fmt: skip
    add_answer(**answer)
    with pytest.raises(DomainError, match="déjà ce titre"):
        add_answer(**answer)


# --------------------------------------------------------------------------------------------------------------- report


def test_times_are_medians_over_what_was_answered_and_none_is_not_zero() -> None:
    world = a_world()
    user = world.users["coordinator"]
    assert figures.speed(Ticket.objects.all()).answer_median is None
    for minutes in (10, 20, 120, None):
        ticket = opened(world, description=f"attend {minutes}", symptom="screen" if minutes else "account")
        if minutes:
            answer_ticket(
                acting_user=user, ticket=ticket, body="Oui.", at=at(DAY, 11) + datetime.timedelta(minutes=minutes)
            )
    solved = Ticket.objects.get(description="attend 10")
    solve_ticket(acting_user=user, ticket=solved, resolution="advice", body="Réglé.", at=at(DAY, 15))
    reopen_ticket(acting_user=user, ticket=solved, body="Encore.", at=at(DAY, 16))
    solve_ticket(acting_user=user, ticket=solved, resolution="advice", body="Réglé.", at=at(DAY, 17))
    found = figures.speed(Ticket.objects.all())
    assert (found.opened, found.answered, found.solved, found.reopened, found.once_solved) == (4, 3, 1, 1, 1)
    assert found.answer_median == datetime.timedelta(minutes=20)
    assert found.answer_p90 == datetime.timedelta(minutes=100)
    assert found.solve_median == datetime.timedelta(hours=6)
    by_symptom = {row.label: row for row in figures.speed_by_symptom(Ticket.objects.all())}
    assert by_symptom["mot de passe ou compte bloqué"].answer_median is None


def test_a_model_s_breakages_are_told_per_hundred_machines_handed_over_and_few_is_said() -> None:
    world = a_world()
    user = world.users["coordinator"]
    loans = [a_loan(world.enrolment, by=user, refurbisher=world.refurbisher)]
    device = loans[0].device
    device.brand, device.model = "Dell", "E5470"
    device.save()
    opened(world, allocation=loans[0])
    opened(world, allocation=loans[0], symptom="internet", description="Pas de réseau.")
    no_fault = opened(world, allocation=loans[0], symptom="slow", description="Lent.")
    solve_ticket(acting_user=user, ticket=no_fault, resolution="no_fault", body="Rien.", at=at(DAY, 12))
    [row] = figures.breakages(Ticket.objects.all(), Claim.objects.all(), now())
    assert (row.model, row.requests, row.lent, row.per_hundred, row.is_few) == ("Dell E5470", 1, 1, 100.0, True)


def test_the_report_is_read_by_who_answers_over_what_they_reach(django_assert_max_num_queries: Any) -> None:
    world = a_world()
    a_request_about_a_machine(world)
    opened(world, person=a_person(world.operator, site=world.site), at=now())
    report = reverse("hotline:report")
    for role, count in (("coordinator", 2), ("refurbisher", 1)):
        client = signed_in(world.users[role])
        with django_assert_max_num_queries(15):
            page = client.get(report)
        assert page.context["all"].opened == count, role
    assert signed_in(world.users["cashier"]).get(report).status_code == 404
    assert (
        signed_in(world.users["coordinator"]).get(report, {"du": "01/01/2001", "au": "02/01/2001"}).status_code == 200
    )


def test_the_same_words_by_the_page_open_one_request() -> None:
    world = a_world()
    loan = a_loan(world.enrolment, by=world.users["coordinator"])
    asked: dict[str, Any] = {"allocation": loan, "symptom": "slow", "description": "Lent.", "phone": ""}
    assert ask_help(at=at(DAY, 11), **asked) == ask_help(at=at(DAY, 11, 5), **asked)
    assert Message.objects.count() == 1
