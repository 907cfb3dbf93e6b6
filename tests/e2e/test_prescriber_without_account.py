"""A social worker without an account refers two people: receipt, rank, acceptance, start and refusal reach her by email."""

import datetime
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache

from declic.core.dates import now, today
from declic.orientation.actions import put_on_waiting_list
from declic.orientation.enums import Motive, Need, ReferralState, WaitingReason
from declic.orientation.models import AnswerLinkView, Enrolment, Referral
from declic.training.actions import AttendanceLine, open_group, schedule_class, sign_attendance, take_place
from declic.web.nightly import run
from tests.documents.files import PDF
from tests.e2e.conftest import Clock, Visitor
from tests.factories import a_partner, a_person, a_referral, a_site, a_user, an_edition, an_operator, at

pytestmark = pytest.mark.django_db(transaction=True)

INES = "ines.morel@departement.exemple.fr"


@pytest.fixture
def lunel(clock: Clock, live_server: Any, settings: Any) -> SimpleNamespace:
    """An operator whose waiting list has someone already, and a partner none of whose people has an account."""
    settings.PUBLIC_URL = live_server.url
    cache.clear()
    clock.turn(2024, 3, 4)
    operator = an_operator("Réseau Passerelle")
    coordinator = a_user(operator, name="Claire Vidal")
    site = a_site(operator, "Maison de Lunel")
    partner = a_partner(operator, name="Maison des solidarités")
    edition = an_edition(operator, by=coordinator, name="Printemps 2024")
    first = a_person(operator, by=coordinator, first_name="Odette", last_name="Lambert", site=site)
    put_on_waiting_list(
        acting_user=coordinator,
        referral=a_referral(first, edition, by=coordinator, prescriber=partner),
        on=today(),
        reason=WaitingReason.NO_DEVICE,
    )
    mail.outbox.clear()
    return SimpleNamespace(operator=operator, coordinator=coordinator, partner=partner, edition=edition, site=site)


def last_mail(words: str) -> tuple[str, str]:
    """The words of the last email, which is for the social worker and about `words`, and the address in it."""
    sent = mail.outbox[-1]
    assert sent.to == [INES], sent.to
    assert words in sent.subject, sent.subject
    body = " ".join(sent.body.split())
    (address,) = re.findall(r"https?://\S+", body)
    return body, address


def test_a_social_worker_without_an_account_refers_and_always_gets_an_answer(
    visitor: Visitor, others: Callable[..., Visitor], lunel: SimpleNamespace, clock: Clock
) -> None:
    team, social = visitor, others(width=320)

    # --- the coordinator opens a link for her, and sends it
    team.sign_in(lunel.coordinator.email).go("/orientations/").click("Liens").click("Ouvrir un lien")
    team.fill(prescriber=str(lunel.partner.pk), referent_name="Inès Morel", referent_email=INES)
    team.press("Ouvrir le lien").sees("Le lien de Inès Morel est prêt").press(f"Envoyer à {INES}")
    team.sees(f"Le lien part par courriel à {INES}")
    _body, door = last_mail("Votre lien pour orienter")
    door = door.removeprefix(social.base)

    # --- on her small telephone she opens it; what is missing is said, what she typed stays
    social.go(door).sees("Orienter une personne vers Réseau Passerelle").sees("réponse sous 10 jours")
    assert social.page.locator("[name=referent_email]").input_value() == INES
    social.fill(first_name="Awa", last_name="Diarra", birth_date="12/03/1980", needs=Need.EQUIPMENT)
    social.fill(motives=Motive.BENEFITS, motive="Faire sa déclaration seule.")
    social.press("Envoyer la demande")
    assert social.page.locator("[name=phone][aria-invalid=true]").count() == 1
    assert social.page.locator("[name=motive]").input_value() == "Faire sa déclaration seule."
    assert not Referral.objects.filter(person__last_name="Diarra").exists()
    social.page.locator("[name=proofs]").set_input_files(
        {"name": "attestation.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    social.fill(phone="06 12 34 56 78", informed="on").press("Envoyer la demande")
    social.sees("Votre demande est bien arrivée")
    referral = Referral.objects.get(person__last_name="Diarra")
    social.sees(f"Elle porte le numéro {referral.number}")

    # --- the receipt comes at once; its link shows where the request stands, and nothing of the file
    body, follow = last_mail(f"Demande {referral.number} bien arrivée")
    assert "Diarra" not in body
    social.page.goto(follow)
    social.check().sees("Awa D., vers").sees("L’équipe a reçu votre orientation").lacks("Diarra").lacks("06 12 34")
    early = social.path()

    # --- the team finds her, reads the proof, takes charge, then puts her on the waiting list
    clock.turn(2024, 3, 6)
    team.sign_in(lunel.coordinator.email).sees("Répondre à l'orientation d’Awa Diarra").go("/orientations/")
    team.click("Diarra Awa").sees("Faire sa déclaration seule.").sees("06 12 34 56 78")
    proof = team.page.get_by_role("link", name=f"Justificatif {referral.number}").get_attribute("href")
    assert team.page.request.get(team.base + str(proof)).body() == PDF
    team.press("Je m’en occupe").sees("Claire Vidal s’en occupe depuis le")
    body, follow = last_mail("quelqu'un s'en occupe")
    social.page.goto(follow)
    social.check().sees("Quelqu’un s’en occupe")
    team.click("Répondre").fill(
        decision="attendre", waiting_reason=WaitingReason.NO_DEVICE, answer="Des ordinateurs arrivent fin mars."
    )
    team.press("Envoyer la réponse").sees("est en liste d’attente").sees("Inès Morel reçoit la réponse par courriel")
    body, follow = last_mail("en liste d'attente")
    assert "Rang dans la liste aujourd'hui : 2." in body
    social.page.goto(follow)
    social.check().tells("Rang dans la liste", "2").sees("pas de matériel disponible").sees("arrivent fin mars")

    # --- eight days later the links are over; a fresh one is asked for, and only the address on file gets it
    clock.turn(2024, 3, 18)
    before = len(mail.outbox)
    for old in (early, follow.removeprefix(social.base)):
        social.meets(old, 410).sees("Ce lien a plus de huit jours").lacks("Awa")
    social.press("M’envoyer un nouveau lien").sees("Regardez vos courriels")
    assert len(mail.outbox) == before + 1
    body, fresh = last_mail("votre nouveau lien")
    social.page.goto(fresh)
    social.check().tells("Rang dans la liste", "2")

    # --- a place is free: she enters, and her first class is told
    team.sign_in(lunel.coordinator.email).go("/orientations/?vue=en-attente").click("Diarra Awa").click("Répondre")
    team.fill(decision="accepter", site=str(lunel.site.pk), answer="Elle commence mercredi.").press(
        "Envoyer la réponse"
    )
    team.sees("Awa Diarra entre dans")
    body, follow = last_mail("acceptée")
    assert "Elle commence mercredi." in body
    social.page.set_viewport_size({"width": 1280, "height": 900})
    social.page.goto(follow)
    social.check().tells("Réponse", "Acceptée").sees("Elle commence mercredi.").sees("vous serez prévenu").lacks(
        "Retirer"
    )
    day = clock.turn(2024, 3, 20, hour=20)
    _first_class(lunel, Enrolment.objects.get(referral=referral), day)
    assert not [outcome for outcome in run(on=day, at=now()) if outcome.error]
    body, follow = last_mail("la personne a commencé")
    social.page.goto(follow)
    social.check().sees("elle a commencé")

    # --- the same link serves again, by the keys alone; this time the answer is no, and why
    _refer_by_the_keys(social, door)
    second = Referral.objects.get(person__last_name="Traoré")
    team.sign_in(lunel.coordinator.email).go("/orientations/").click("Traoré Samuel").click("Répondre")
    team.fill(decision="refuser", answer="La médiathèque de son village l’accueille.").press("Envoyer la réponse")
    team.sees("Choisissez la raison du refus").fill(reason="non_mobile").press("Envoyer la réponse")
    team.sees("est refusée, avec sa raison")
    body, follow = last_mail(f"Demande {second.number} : la réponse et sa raison")
    assert "la personne ne peut pas se déplacer" in body
    assert "La médiathèque de son village" in body
    social.page.goto(follow)
    social.check().tells("Réponse", "Refusée").tells("Raison", "La personne ne peut pas se déplacer")
    social.sees("La médiathèque de son village l’accueille.").lacks("Traoré")
    assert AnswerLinkView.objects.filter(referral=second).count() == 1

    # --- the link is closed: it opens nothing any more, what it brought keeps its answer
    team.go("/orientations/liens/").sees("2 orientations reçues").agree("Fermer ce lien").sees("Le lien est fermé")
    social.meets(door, 404).sees("Ce lien n’ouvre rien").sees("demandez-en un autre")
    social.page.goto(follow)
    social.check().tells("Réponse", "Refusée")
    assert set(Referral.objects.values_list("state", flat=True)) == {
        ReferralState.WAITING, ReferralState.ACCEPTED, ReferralState.REFUSED,
    }  # fmt: skip


def _refer_by_the_keys(social: Visitor, door: str) -> None:
    """The whole form without a mouse: its first field to its button."""
    social.go(door).reach("main [name=referent_phone]")
    social.page.keyboard.type("04 67 00 00 00")
    social.type(first_name="Samuel", last_name="Traoré", birth_date="02/02/1975", phone="06 98 76 54 32")
    social.type(contact_preference="phone", preferred_language="bm", needs_help_reading="oui", needs=Need.SKILLS)
    social.type(motive="Lire ses courriels.", informed="on").reach("main button[type=submit]").key("Enter")
    social.page.wait_for_url("**/envoyee/**")
    social.check().sees("Votre demande est bien arrivée")
    referral = Referral.objects.select_related("person").get(person__last_name="Traoré")
    person = referral.person
    assert (person.first_name, person.birth_date) == ("Samuel", datetime.date(1975, 2, 2))
    assert (person.contact_preference, person.preferred_language, person.needs_help_reading) == ("phone", "bm", True)
    assert (referral.needs, referral.motive) == ([Need.SKILLS], "Lire ses courriels.")


def _first_class(lunel: SimpleNamespace, enrolment: Enrolment, day: datetime.date) -> None:
    """She came to the first class of a group."""
    group = open_group(
        acting_user=lunel.coordinator, edition=lunel.edition, kind="course", name="Débutants", planned_minutes=32 * 60,
        capacity=8, starts_on=day, ends_on=day + datetime.timedelta(days=40), course_code="debutant",
        trainer=lunel.coordinator,
    )  # fmt: skip
    take_place(acting_user=lunel.coordinator, group=group, enrolment=enrolment, on=day)
    lesson = schedule_class(
        acting_user=lunel.coordinator, group=group, on=day, half_day="morning", minutes=180, trainer=lunel.coordinator
    )
    sign_attendance(
        acting_user=lunel.coordinator, class_session=lesson, lines=[AttendanceLine(enrolment, "present", 180)],
        at=at(day, 12),
    )  # fmt: skip
