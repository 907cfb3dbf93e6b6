"""An adviser goes from the first look at the skills to a barrier lifted, on the screens."""

import datetime

import pytest
from django.urls import reverse

from declic.accounts.enums import Role
from declic.core.dates import today
from declic.diagnosis.enums import BarrierState, Skill
from declic.diagnosis.models import Assessment, Barrier, PlanAction
from tests.factories import a_world, signed_in

pytestmark = pytest.mark.django_db

ALL_AT_ONE = {skill.value: "1" for skill in Skill}


def test_from_the_first_look_to_a_confirmed_level() -> None:
    world = a_world()
    client = signed_in(world.users[Role.ADVISER])
    url = reverse("diagnosis:assess", args=[world.enrolment.pk])
    assert "Que sait faire" in client.get(url).text
    sent = client.post(url, {"kind": "entry", "on": "04/03/2024", **ALL_AT_ONE, "fraud": "", "mouse": "0"})
    assessment = Assessment.objects.get()
    assert sent.url == reverse("diagnosis:confirm", args=[assessment.pk])
    page = client.get(sent.url).text
    assert "Niveau proposé" in page
    assert "parcours de 32 heures" in page
    assert "Moyenne de 0,9 sur 4, pour 15 compétences" in page
    refused = client.post(sent.url, {"level": "avance", "reason": ""})
    assert refused.status_code == 422
    assert "pourquoi" in refused.text
    client.post(sent.url, {"level": "avance", "reason": "Très fatiguée ce jour-là"})
    page = client.get(reverse("diagnosis:assessment", args=[assessment.pk])).text
    assert "Très fatiguée ce jour-là" in page


def test_a_refused_assessment_keeps_every_answer() -> None:
    world = a_world()
    client = signed_in(world.users[Role.ADVISER])
    answers = {**ALL_AT_ONE, "fraud": "3", "note": "Veut écrire à sa fille"}
    page = client.post(
        reverse("diagnosis:assess", args=[world.enrolment.pk]), {"kind": "entry", "on": "31/02/2024", **answers}
    )
    assert page.status_code == 422
    assert page.text.count("checked") == 17
    assert "Veut écrire à sa fille" in page.text


def test_an_exit_assessment_shows_the_progress_by_theme() -> None:
    world = a_world()
    client = signed_in(world.users[Role.ADVISER])
    url = reverse("diagnosis:assess", args=[world.enrolment.pk])
    client.post(url, {"kind": "entry", "on": "04/03/2024", **ALL_AT_ONE})
    client.post(url, {"kind": "exit", "on": "04/06/2024", **{skill.value: "3" for skill in Skill}})
    page = client.get(reverse("diagnosis:assessment", args=[Assessment.objects.get(kind="exit").pk])).text
    assert "Progrès, thème par thème" in page
    assert "+2" in page


def test_from_a_barrier_to_its_lifting() -> None:
    world = a_world()
    client = signed_in(world.users[Role.ADVISER])
    client.post(
        reverse("diagnosis:barrier", args=[world.enrolment.pk]),
        {"code": "absence_email", "source": "declared", "on": "04/03/2024"},
    )
    barrier = Barrier.objects.get()
    plan = reverse("diagnosis:plan", args=[barrier.pk])
    assert "Rien n’est encore prévu" in client.get(plan).text
    due = today() + datetime.timedelta(days=7)
    client.post(plan, {"text": "Créer l’adresse ensemble", "owner_name": "Awa", "due_on": f"{due:%d/%m/%Y}"})
    action = PlanAction.objects.get()
    blocked = client.post(reverse("diagnosis:lift", args=[barrier.pk]), {"next": plan}, follow=True)
    assert "Il reste 1 action" in blocked.text
    client.post(reverse("diagnosis:finish_action", args=[action.pk]), {"done": "oui"})
    assert "Le frein est-il levé" in client.get(plan).text
    client.post(reverse("diagnosis:lift", args=[barrier.pk]), {"next": plan})
    barrier.refresh_from_db()
    assert barrier.state == BarrierState.LEVE
    again = client.post(reverse("diagnosis:lift", args=[barrier.pk]), {"next": plan}, follow=True)
    assert "déjà levé" in again.text


def test_a_barrier_outside_the_catalogue_is_said_in_words() -> None:
    world = a_world()
    client = signed_in(world.users[Role.ADVISER])
    url = reverse("diagnosis:barrier", args=[world.enrolment.pk])
    typed = {"code": "autre", "source": "observed", "on": "04/03/2024"}
    assert client.post(url, typed).status_code == 422
    client.post(url, {**typed, "label": "Pas de garde d’enfant"})
    assert Barrier.objects.get().label == "Pas de garde d’enfant"
