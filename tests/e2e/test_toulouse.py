"""Toulouse, 2021, told through the screens: from the referent's form to books that hold nothing and a report that says so."""

import datetime
import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import reverse

from declic.accounts.enums import Role
from declic.accounts.models import User
from declic.core.french import of
from declic.demo.stage import PASSWORD, Stage
from declic.diagnosis.enums import Skill
from declic.equipment.models import Allocation, Device
from declic.orientation.enums import Need
from declic.orientation.models import Referral
from declic.people.models import Person
from declic.programmes.actions import write_terms
from declic.programmes.models import Edition
from declic.programmes.queries import current_terms
from declic.programmes.schema import Terms
from tests.e2e.conftest import Clock, Visitor

pytestmark = pytest.mark.django_db(transaction=True)

REFERENT, COORDINATOR, ADVISER, REFURBISHER = (
    "referente@plie.exemple.fr", "coordination@toulouse.exemple.fr",
    "mediation@toulouse.exemple.fr", "atelier@envoi.exemple.fr",
)  # fmt: skip


@dataclass
class Toulouse:
    """The stage before anyone is referred: the programme of the example, its team and three machines on the shelf."""

    stage: Stage
    edition: Edition
    machines: list[Device]

    def user(self, role: str) -> User:
        return self.stage.users[role]

    def referred(self, first_name: str, last_name: str, on: datetime.date, **known: Any) -> Referral:
        """Someone whom the referent has referred already."""
        person = self.stage.person(on, first_name=first_name, last_name=last_name, **known)
        return self.stage.refer(
            person, self.edition, on, prescriber=self.stage.partner("PLIE de Toulouse Métropole"),
            referent=self.user("prescriber"),
        )  # fmt: skip

    def lent(self, first_name: str, last_name: str, on: datetime.date) -> Allocation:
        """Someone who holds a machine since `on`."""
        enrolment = self.stage.accept(self.referred(first_name, last_name, on), on, equipment=[])
        return self.stage.lend(enrolment, self.machines.pop(), on)


@pytest.fixture
def toulouse(clock: Clock) -> Toulouse:
    day = clock.turn(2021, 4, 12)
    stage = Stage.open(
        "toulouse-2021", operator="Toulouse Métropole", domain="toulouse.exemple.fr", since=datetime.date(2021, 3, 1)
    )
    site = stage.site("Maison du PLIE")
    envoi = stage.partner("ENVOI")
    stage.member(ADVISER, "Julien Marchand", Role.ADVISER, site=site)
    stage.member(REFERENT, "Sonia Perrin", Role.PRESCRIBER, organisation=stage.partner("PLIE de Toulouse Métropole"))
    stage.member(REFURBISHER, "Denis Caron", Role.REFURBISHER, organisation=envoi)
    edition = stage.edition("vague 1")
    # The programme lends machines and teaches in workshops; a course shows where an assessment leads.
    terms = current_terms(edition).terms.model_dump(mode="json")
    courses = [{"code": "bases", "name": "Premiers pas", "hours": 12, "level": "debutant"}]
    write_terms(
        acting_user=stage.coordinator, edition=edition, terms=Terms.model_validate({**terms, "courses": courses})
    )
    machines = stage.stock(3, "laptop", day, label="Portables de la mairie", refurbisher=envoi)
    return Toulouse(stage, edition, machines)


def sign_in(visitor: Visitor, email: str) -> Visitor:
    return visitor.sign_in(email, PASSWORD)


def refer(visitor: Visitor, first_name: str, last_name: str, phone: str) -> None:
    visitor.click("Orienter une personne").sees("vague 2, à partir du 1er octobre 2021")
    visitor.fill(first_name=first_name, last_name=last_name, birth_date="14/07/1985", phone=phone)
    visitor.fill(needs=Need.EQUIPMENT, motive="Écrire son CV.")
    visitor.page.locator("main [name='informed']").check(force=True)
    visitor.press("Envoyer l’orientation").sees("Votre orientation est bien arrivée").sees("réponse attendue")


def in_the_till(visitor: Visitor) -> tuple[str, str]:
    """What the page of the till says of cash and of deposits held, once it says that they are right."""
    visitor.sees("juste")
    amount = r"(?<!\d)(\d{1,3}(?: \d{3})*,\d\d €)"
    found = re.search(amount + " en espèces.* " + amount + " de cautions détenues", visitor.text())
    assert found, visitor.text()
    return found[1], found[2]


def test_from_the_referral_to_books_that_hold_nothing(visitor: Visitor, toulouse: Toulouse, clock: Clock) -> None:
    # The referent refers two people.
    sign_in(visitor, REFERENT)
    refer(visitor, "Awa", "Diarra", "06 12 34 56 78")
    visitor.click("Aujourd’hui")
    refer(visitor, "Karim", "Benali", "06 98 76 54 32")
    awa, karim = Person.objects.order_by("pk")

    # The coordinator finds them in "today", reads the rules, completes the situation and accepts.
    clock.turn(2021, 4, 13)
    sign_in(visitor, COORDINATOR).sees("Bonjour. 2 choses vous attendent.")
    visitor.sees("Répondre à l'orientation d’Awa Diarra").sees("1 jour")
    visitor.click("Répondre : Répondre à l'orientation d’Awa Diarra")
    rules = visitor.page.locator("#conditions li")
    assert rules.count() == 3
    visitor.sees("être orientée par : PLIE").sees("matériel à la maison non renseigné")
    visitor.fill(decision="accepter").press("Envoyer la réponse")
    visitor.sees("Une condition d'entrée n'est pas remplie ou pas connue")
    visitor.fill(equipment="aucun", labour_status="chomeur").press("Vérifier les conditions").sees("aucun matériel")
    assert rules.get_by_text("remplie", exact=True).count() == 3
    visitor.fill(decision="accepter", answer="Nous l’appelons cette semaine.").press("Envoyer la réponse")
    visitor.sees("Awa Diarra entre dans").sees("Sonia Perrin reçoit la réponse par courriel").sees(
        "Faire le diagnostic"
    )

    visitor.click("Aujourd’hui").click("Répondre : Répondre à l'orientation de Karim Benali")
    visitor.fill(equipment="telephone", decision="accepter").press("Envoyer la réponse").sees("Karim Benali entre dans")

    sign_in(visitor, REFERENT).click("Orientations").sees("acceptée").click("Awa Diarra")
    visitor.sees("Nous l’appelons cette semaine.")

    # The adviser assesses Awa: sixteen skills, a level proposed, confirmed; a course comes next.
    clock.turn(2021, 4, 14)
    sign_in(visitor, ADVISER).go(reverse("web:file", args=[awa.pk])).click("Commencer le diagnostic")
    scores = visitor.page.locator("fieldset.scale")
    assert scores.count() == len(Skill) == 16
    for number in range(16):
        scores.nth(number).get_by_text("avec beaucoup d'aide" if number % 4 else "pas encore", exact=True).click()
    visitor.press("Voir le niveau proposé").sees("Niveau proposé : débutant").sees("16 compétences connues sur 16")
    visitor.press("Confirmer ce niveau").sees("Niveau confirmé : débutant").sees("12 heures")

    # A machine is set aside and handed over with 50 € in cash; the deposit is in the till, once.
    tag, other_tag = (machine.tag for machine in toulouse.machines[:2])
    visitor.go(reverse("web:file", args=[awa.pk])).sees("Lui donner une place dans un parcours")
    visitor.click("Attribuer une machine").fill(device=tag.lower()).press("Réserver pour cette personne")
    visitor.sees(f"La machine {tag} est réservée").click("Remettre").sees("Caution à encaisser : 50,00 €")
    visitor.fill(means="cash").press(f"Remettre {tag} et encaisser 50,00 €")
    visitor.sees(f"{tag} remis à Awa Diarra. La caution de 50,00 € est encaissée. Fin du prêt : 31 décembre 2021.")
    sign_in(visitor, COORDINATOR).click("Caisse")
    assert in_the_till(visitor) == ("50,00 €", "50,00 €")

    # Karim's is handed over by a double click; a page left open elsewhere says that it is done.
    visitor.go(reverse("web:file", args=[karim.pk])).click("Attribuer une machine").fill(device=other_tag)
    visitor.press("Réserver pour cette personne")
    loan = Allocation.objects.get(person=karim)
    elsewhere = Visitor(visitor.page.context.new_page(), visitor.base).go(
        reverse("equipment:hand_over", args=[loan.pk])
    )
    visitor.click("Remettre")
    visitor.page.get_by_role("button", name=f"Remettre {other_tag}").dblclick()
    visitor.page.get_by_text("est encaissée").wait_for()
    visitor.check().sees("La caution de 50,00 € est encaissée")
    elsewhere.press(f"Remettre {other_tag}").sees(
        "La machine est déjà remise (le 14 avril 2021) : rien n'a été fait deux fois"
    )
    elsewhere.page.close()
    assert in_the_till(visitor.click("Caisse")) == ("100,00 €", "100,00 €")

    # In May the machine no longer starts: the adviser asks, the refurbisher answers and mends without the file.
    clock.turn(2021, 5, 20)
    sign_in(visitor, ADVISER).go(reverse("web:file", args=[awa.pk])).click("une demande d'assistance").sees(tag)
    visitor.fill(symptom="wont_start", description="L'ordinateur ne s'allume plus depuis hier.").press(
        "Envoyer la demande"
    )
    visitor.sees("Demande confiée à ENVOI")
    sign_in(visitor, REFURBISHER).sees("Awa demande de l'aide : ne démarre pas").lacks("Diarra")
    visitor.click("Répondre : Awa").lacks("Diarra").fill(body="Branchez-la une heure, puis rallumez.")
    visitor.press("Envoyer la réponse").sees("Réponse envoyée").lacks("Diarra").click("Résoudre")
    visitor.fill(resolution="advice", body="La batterie était vide : elle repart branchée.").press(
        "Marquer comme résolue"
    )
    visitor.sees("Demande résolue").lacks("Diarra")
    sign_in(visitor, ADVISER).click("Assistance").click("Résolues").click("Awa Diarra").sees("elle repart branchée")

    # Three months after the handover the referent gives the review.
    clock.turn(2021, 7, 16)
    sign_in(visitor, REFERENT).sees("Donner le bilan à 3 mois d’Awa Diarra")
    for name in ("Awa Diarra", "Karim Benali"):
        visitor.click("Aujourd’hui").click(f"Donner le bilan : Donner le bilan à 3 mois {of(name)}")
        visitor.fill(observed_uses="Gagne en autonomie", testimony="Je réponds aux offres le jour même.")
        visitor.press("Donner le bilan").sees(f"Bilan à 3 mois enregistré pour {name}. Merci.")

    # At term one gives the machine back, the other keeps it.
    clock.turn(2021, 12, 30)
    sign_in(visitor, COORDINATOR).sees(f"L'ordinateur {tag} revient le 31/12/2021")
    visitor.click(f"Ouvrir le prêt : L'ordinateur {tag}").click("La machine revient").sees("Caution détenue : 50,00 €")
    visitor.fill(condition="good").press("Enregistrer le retour").sees(
        f"{tag} est revenu. La caution de 50,00 € est rendue."
    )
    visitor.click("Aujourd’hui").click(f"Ouvrir le prêt : L'ordinateur {other_tag}").click("Elle la garde")
    visitor.sees("La caution de 50,00 € n’est pas rendue").press("Confirmer : elle la garde")
    visitor.sees(f"Karim Benali garde la machine {other_tag}. La caution de 50,00 € est conservée : le prêt est soldé.")
    assert in_the_till(visitor.click("Caisse")) == ("50,00 €", "0,00 €")
    visitor.go(reverse("equipment:loans")).sees("Cautions détenues : 0,00 € · juste")

    # The report says the same.
    visitor.click("Bilans").click("vague 1")
    visitor.sees("Prêter 100 ordinateurs").sees("Calculé sur 2 personnes accompagnées")
    visitor.sees("Visé : 100 · écart −98").sees("2 Personnes équipées")
    visitor.sees("Cautions reçues 100 € Cautions rendues 50 € Cautions conservées 50 € Cautions détenues 0 €")
    visitor.click("Voir les dossiers : Prêter 100 ordinateurs").sees("Awa Diarra").sees("Karim Benali")


# ------------------------------------------------------------------------------------------- without a mouse, on a telephone


def test_a_referral_is_answered_with_the_keyboard_alone(visitor: Visitor, toulouse: Toulouse, clock: Clock) -> None:
    referral = toulouse.referred("Awa", "Diarra", clock.turn(2021, 4, 12))
    sign_in(visitor, COORDINATOR).go(reverse("orientation:answer", args=[referral.pk]))
    visitor.reach("a.skip").key("Enter")
    visitor.reach("[name=equipment][value=aucun]").key("Space").reach("button[name=check]").key("Enter")
    visitor.page.get_by_text("aucun matériel").wait_for()
    visitor.check().reach("[name=decision]").key("Space")
    visitor.reach("main .form-end button").key("Enter")
    visitor.page.get_by_text("entre dans").wait_for()
    visitor.check().sees("Awa Diarra entre dans « Prêt d'ordinateurs aux participants du PLIE")


def test_the_file_and_the_handover_hold_on_a_telephone(
    small_visitor: Visitor, toulouse: Toulouse, clock: Clock
) -> None:
    day = clock.turn(2021, 4, 12)
    enrolment = toulouse.stage.accept(toulouse.referred("Awa", "Diarra", day), day, equipment=[])
    loan = toulouse.stage.reserve(enrolment, toulouse.machines[0], day, mode="loan")
    sign_in(small_visitor, ADVISER).go(reverse("web:file", args=[enrolment.person_id])).sees("Faire le diagnostic")
    small_visitor.page.locator("main").get_by_text("Ajouter…").click()
    small_visitor.check().sees("une demande d'assistance")
    small_visitor.go(reverse("equipment:hand_over", args=[loan.pk]))
    small_visitor.reach("main .form-end button").key("Enter")
    small_visitor.page.get_by_text("est encaissée").wait_for()
    small_visitor.check().sees("Fin du prêt : 31 décembre 2021")


# ---------------------------------------------------------------------------------------------------------- what goes wrong


def test_whoever_answers_second_is_told_and_keeps_the_words_typed(
    visitor: Visitor, toulouse: Toulouse, clock: Clock
) -> None:
    day = clock.turn(2021, 4, 13)
    referral = toulouse.referred("Awa", "Diarra", day)
    sign_in(visitor, COORDINATOR).go(reverse("orientation:answer", args=[referral.pk]))
    toulouse.stage.accept(referral, day, equipment=[])
    visitor.fill(equipment="aucun", decision="refuser", reason="non_joignable", answer="Rappelez-nous en mai.")
    visitor.press("Envoyer la réponse")
    visitor.sees("Cette orientation est déjà « acceptée » : quelqu'un a répondu avant vous")
    assert visitor.page.locator("[name=answer]").input_value() == "Rappelez-nous en mai."


def test_amounts_dates_and_phones_that_cannot_be_are_told_in_a_sentence(
    visitor: Visitor, toulouse: Toulouse, clock: Clock
) -> None:
    day = clock.turn(2021, 4, 14)
    loan = toulouse.lent("Awa", "Diarra", day)
    clock.turn(2021, 12, 30)
    sign_in(visitor, ADVISER).go(reverse("equipment:return", args=[loan.pk]))
    visitor.fill(condition="damaged", damage="vingt", on="31/02/2021").press("Enregistrer le retour")
    visitor.sees("Cette date n’existe pas. Vérifiez le jour et le mois.").sees("Tout ce que vous avez écrit est gardé.")
    assert visitor.page.locator("[name=damage]").input_value() == "vingt"
    visitor.sees("Écrivez le montant ainsi : 50,00 €.")
    visitor.fill(damage="-5", on="01/01/2022").press("Enregistrer le retour")
    visitor.sees("Le montant doit être d’au moins 0,00 €").sees("Cette date n'est pas encore là")
    visitor.fill(damage="5", on="01/04/2021").press("Enregistrer le retour")
    visitor.sees("La fin ne peut pas précéder la remise")
    # More damage than the deposit covers: nothing is given back, the rest is owed, and no more than the rest is taken.
    visitor.fill(damage="80", on="30/12/2021").press("Enregistrer le retour")
    visitor.sees("Le dommage dépasse la caution : il reste 30,00 € à payer.").click("Encaisser")
    visitor.fill(amount="50").press("Encaisser")
    visitor.sees("Il reste 30,00 € à payer : écrivez un montant qui ne le dépasse pas.")
    visitor.fill(amount="30").press("Encaisser").sees("Paiement reçu")
    visitor.go(reverse("equipment:loans")).sees("Cautions détenues : 0,00 € · juste")

    sign_in(visitor, REFERENT)
    visitor.go(reverse("orientation:create")).fill(first_name="Awa", last_name="Diarra", phone="06 12")
    visitor.press("Envoyer l’orientation").sees("Ce numéro n’a pas l’air complet")
