"""The pages of the hotline: an adviser hands a question over, the refurbisher answers, everyone stays informed."""

from typing import Any

import pytest
from django.urls import reverse

from declic.core.dates import now
from declic.hotline.actions import open_ticket, solve_ticket
from declic.hotline.models import Ticket, TicketState
from declic.messaging.models import Message
from tests.factories import a_partner, a_person, a_user, a_world, an_enrolment, signed_in
from tests.hotline.machines import a_loan, a_ready_machine
from tests.hotline.worlds import a_referred_enrolment, a_request_about_a_machine

pytestmark = pytest.mark.django_db


def test_an_adviser_hands_a_question_over_and_the_refurbisher_solves_it_by_a_swap() -> None:
    world = a_world()
    loan = a_loan(world.enrolment, by=world.users["coordinator"], refurbisher=world.refurbisher)
    spare = a_ready_machine(world.operator, by=world.users["coordinator"], refurbisher=world.refurbisher)
    adviser, refurbisher = signed_in(world.users["adviser"]), signed_in(world.users["refurbisher"])
    create = reverse("hotline:create", args=[world.person.pk])
    assert str(loan.device) in adviser.get(create).text
    told = adviser.post(
        create,
        {
            "allocation": str(loan.pk),
            "symptom": "wont_start",
            "description": "Rien ne s'allume.",
            "priority": "urgent",
            "channel": "adviser",
        },
        follow=True,
    )
    assert str(world.refurbisher) in told.text
    ticket = Ticket.objects.get()
    assert ticket.allocation == loan
    one, solve = reverse("hotline:ticket", args=[ticket.pk]), reverse("hotline:solve", args=[ticket.pk])
    assert "urgente" in refurbisher.get(reverse("hotline:list")).text
    assert "reste à suivre" in refurbisher.post(one, {"body": "Essayez une autre prise."}, follow=True).text
    assert str(spare) in refurbisher.get(solve).text
    told = refurbisher.post(
        solve, {"resolution": "swap", "new_device": str(spare.pk), "body": "Échangée ce matin."}, follow=True
    )
    assert "Échange enregistré" in told.text
    loan.refresh_from_db()
    assert loan.device == spare
    assert list(Message.objects.values_list("address", flat=True)) == [world.users["adviser"].email] * 2


def test_the_refurbisher_sees_a_first_name_and_a_phone_and_nothing_else() -> None:
    world = a_world()
    ticket = a_request_about_a_machine(world)
    person = ticket.person
    person.__class__.objects.filter(pk=person.pk).update(last_name="Confidentielle", email="ines@exemple.fr")
    person.phones.create(operator=person.operator, number="+33612345678", note="chez sa sœur")
    refurbisher = signed_in(world.users["refurbisher"])
    for address in (
        reverse("hotline:list"),
        reverse("hotline:ticket", args=[ticket.pk]),
        reverse("hotline:solve", args=[ticket.pk]),
    ):
        page = refurbisher.get(address).text
        assert "Inès" in page
        for secret in ("Confidentielle", "ines@exemple.fr", "sœur", person.case_number):
            assert secret not in page, (address, secret)
    assert "06\u00a012\u00a034\u00a056\u00a078" in refurbisher.get(reverse("hotline:ticket", args=[ticket.pk])).text


def test_a_refurbisher_never_sees_what_is_given_to_another() -> None:
    world = a_world()
    ticket = a_request_about_a_machine(world)
    other = a_user(a_partner(world.operator, "refurbisher"), "refurbisher")
    assert signed_in(other).get(reverse("hotline:ticket", args=[ticket.pk])).status_code == 404
    assert "Inès" not in signed_in(other).get(reverse("hotline:list")).text


def test_a_referent_opens_a_request_for_people_they_sent_and_adds_details_but_solves_nothing() -> None:
    world = a_world()
    enrolment = a_referred_enrolment(world)
    referent = signed_in(world.users["prescriber"])
    create = reverse("hotline:create", args=[enrolment.person_id])
    assert create in referent.get(reverse("orientation:detail", args=[enrolment.referral_id])).text
    told = referent.post(
        create, {"symptom": "internet", "description": "Plus de réseau.", "priority": "normal"}, follow=True
    )
    assert "Demande enregistrée" in told.text
    ticket = Ticket.objects.get()
    assert ticket.channel == "prescriber"
    one = reverse("hotline:ticket", args=[ticket.pk])
    assert "revient dans la file" in referent.post(one, {"body": "Depuis lundi."}, follow=True).text
    assert referent.get(reverse("hotline:solve", args=[ticket.pk])).status_code == 404
    assert referent.get(reverse("hotline:create", args=[world.person.pk])).status_code == 404


def test_an_adviser_who_handed_a_question_over_adds_details_and_does_not_answer_it() -> None:
    world = a_world()
    loan = a_loan(world.enrolment, by=world.users["coordinator"], refurbisher=world.refurbisher)
    ticket = open_ticket(
        acting_user=world.users["adviser"],
        person=world.person,
        channel="adviser",
        symptom="slow",
        description="Lent depuis la mise à jour.",
        at=now(),
        allocation=loan,
    )
    signed_in(world.users["adviser"]).post(reverse("hotline:ticket", args=[ticket.pk]), {"body": "Surtout le matin."})
    ticket.refresh_from_db()
    assert (ticket.state, ticket.first_answer_at) == (TicketState.OPEN, None)


def test_a_page_solved_meanwhile_keeps_the_words_and_says_so() -> None:
    world = a_world()
    ticket = a_request_about_a_machine(world)
    solve_ticket(
        acting_user=world.users["coordinator"], ticket=ticket, resolution="advice", body="Rebranchée.", at=now()
    )
    refurbisher = signed_in(world.users["refurbisher"])
    shown = refurbisher.post(
        reverse("hotline:solve", args=[ticket.pk]), {"resolution": "repair", "body": "Batterie changée."}
    )
    assert shown.status_code == 422
    assert "déjà résolue" in shown.text
    assert "Batterie changée." in shown.text
    reopened = refurbisher.post(reverse("hotline:ticket", args=[ticket.pk]), {"body": "Elle s'éteint."}, follow=True)
    assert "rouverte" in reopened.text
    ticket.refresh_from_db()
    assert ticket.state == TicketState.OPEN


def test_the_same_answer_sent_twice_is_said_once() -> None:
    world = a_world()
    ticket = a_request_about_a_machine(world)
    refurbisher = signed_in(world.users["refurbisher"])
    for _twice in range(2):
        refurbisher.post(reverse("hotline:ticket", args=[ticket.pk]), {"body": "Je regarde."})
    assert ticket.messages.count() == 1
    assert Message.objects.filter(reference=f"ticket:{ticket.pk}").count() == 1


def test_a_request_without_words_or_symptom_keeps_the_rest() -> None:
    world = a_world()
    shown = signed_in(world.users["adviser"]).post(
        reverse("hotline:create", args=[world.person.pk]),
        {"symptom": "", "description": "Elle a essayé hier.", "priority": "normal", "channel": "phone"},
    )
    assert shown.status_code == 422
    assert "Elle a essayé hier." in shown.text
    assert not Ticket.objects.exists()


def test_urgent_requests_come_first_then_the_oldest() -> None:
    world = a_world()
    for number, priority in enumerate(["normal", "urgent", "normal"]):
        open_ticket(
            acting_user=world.users["adviser"],
            person=world.person,
            channel="desk",
            symptom="slow",
            description=f"demande {number}",
            at=now(),
            priority=priority,
        )
    page = signed_in(world.users["adviser"]).get(reverse("hotline:list")).text
    assert page.index("demande 1") < page.index("demande 0") < page.index("demande 2")


def test_the_queue_costs_the_same_queries_however_long(django_assert_max_num_queries: Any) -> None:
    world = a_world()
    for number in range(8):
        open_ticket(
            acting_user=world.users["adviser"],
            person=a_person(world.operator, site=world.site),
            channel="desk",
            symptom="slow",
            description=f"demande {number}",
            at=now(),
        )
    client = signed_in(world.users["adviser"])
    with django_assert_max_num_queries(12):
        assert client.get(reverse("hotline:list")).status_code == 200
    loan = a_loan(an_enrolment(edition=world.edition, site=world.site), by=world.users["coordinator"])
    ticket = open_ticket(
        acting_user=world.users["adviser"],
        person=loan.person,
        channel="desk",
        symptom="slow",
        description="une machine lente",
        at=now(),
        allocation=loan,
    )
    with django_assert_max_num_queries(15):
        assert client.get(reverse("hotline:ticket", args=[ticket.pk])).status_code == 200
