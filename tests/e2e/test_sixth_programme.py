"""A sixth programme: someone who has only the leaflet enters it in the screens, then carries a person through it.

The leaflet, made up: « Tablette en main ». The mission locale lends a tablet, with no deposit, for four months, to young
people of 16 to 25 who live in Romans-sur-Isère or Bourg-de-Péage. Twelve hours of workshops in groups of four to eight. A
review after two months. Internet recharges at 10 € instead of 25 €. Thirty young people in the year, eight in ten satisfied.
The Région pays 6 000 € of 7 700 €.
"""

import re

import pytest

from declic.diagnosis.enums import Skill
from declic.equipment.models import Allocation
from declic.orientation.models import Enrolment
from declic.programmes.models import Edition, Programme
from declic.programmes.queries import current_terms
from tests.e2e.conftest import Clock, Visitor
from tests.equipment.stories import ready
from tests.factories import a_site, a_user, an_operator

pytestmark = pytest.mark.django_db(transaction=True)

ENTRY_LEVEL = dict.fromkeys((skill.value for skill in Skill), "1")


def _tick(visitor: Visitor, name: str, *values: str) -> None:
    for value in values:
        visitor.fill(**{name: value})


def _row(visitor: Visitor, number: int, **typed: str) -> None:
    """Fill one repeated row, asked for with the button when it is not there yet."""
    if visitor.page.locator(f"main [name='rows-{number}-{next(iter(typed))}']").count() == 0:
        visitor.page.locator(".formset-add").first.click()
    visitor.fill(**{f"rows-{number}-{name}": value for name, value in typed.items()})


def _value(visitor: Visitor, name: str) -> str:
    return visitor.page.locator(f"main [name='{name}']").first.input_value()


def _enter_programme(visitor: Visitor) -> Edition:
    """From the leaflet to an edition that people can join, with two slips on the way."""
    visitor.go("/").click("Dispositifs").click("Créer")
    visitor.press("Créer le dispositif")
    assert visitor.page.locator("[name=name][aria-invalid=true]").count() == 1
    visitor.fill(
        name="Tablette en main",
        summary="Une tablette prêtée quatre mois et douze heures d'ateliers.",
        audience="Les 16-25 ans de Romans-sur-Isère et de Bourg-de-Péage",
    ).press("Créer le dispositif")

    # A date that does not exist: what was typed stays, the sentence says what to do.
    visitor.fill(name="2026", starts_on="30 février 2026", ends_on="31/12/2026", places="30").press("Enregistrer")
    assert (_value(visitor, "name"), _value(visitor, "starts_on"), _value(visitor, "places")) == (
        "2026",
        "30 février 2026",
        "30",
    )
    assert visitor.page.locator("[name=starts_on][aria-invalid=true]").count() == 1
    visitor.fill(starts_on="1er mars 2026").press("Enregistrer").sees("Dire qui peut entrer")
    edition = Edition.objects.get()

    # Who may enter.
    visitor.click("Commencer")
    visitor.fill(prescriber_required="non", social_evaluation_required="non", age_min="16", age_max="25")
    visitor.fill(commune="26281, Romans").press("Enregistrer, puis").sees("n'est pas un code INSEE")
    assert _value(visitor, "commune") == "26281, Romans"
    visitor.fill(commune="26281, 26057").press("Enregistrer, puis")

    # Twelve hours, then the workshop on request and the drop-in.
    _row(visitor, 0, name="Ateliers tablette", hours="12", rhythm="2 h par semaine", group_min="4", group_max="8")
    visitor.press("Enregistrer, puis")
    _row(visitor, 0, theme="Ses démarches sur tablette", audience="Après les ateliers")
    visitor.fill(drop_in="oui").press("Enregistrer, puis")

    # A text in an amount.
    _row(visitor, 0, mode="loan", kinds="tablet", months="4", options_at_term="return", deposit_eur="sans")
    visitor.press("Enregistrer, puis")
    assert (_value(visitor, "rows-0-deposit_eur"), _value(visitor, "rows-0-months")) == ("sans", "4")
    assert visitor.page.locator("[name=rows-0-deposit_eur][aria-invalid=true]").count() == 1
    _row(visitor, 0, deposit_eur="")
    visitor.press("Enregistrer, puis")

    _row(visitor, 0, name="Internet 10 Go", public_price_eur="25", solidarity_price_eur="10", months="1")
    visitor.press("Enregistrer, puis")
    visitor.page.locator("[name=usual]").first.check(force=True)
    _row(visitor, 0, label="Partage un seul téléphone à plusieurs")
    visitor.press("Enregistrer, puis")
    visitor.fill(
        months="2", by="adviser", observed_uses="Répond seul à ses messages\nFait ses démarches en ligne",
        satisfaction="oui", outcome_months="6",
    ).press("Enregistrer")  # fmt: skip

    # Aims, means and money, from the edition's own page.
    visitor.click("Modifier les objectifs")
    _row(visitor, 0, indicator="participants", label="30 jeunes dans l'année", target="30")
    _row(visitor, 1, indicator="satisfied_or_very_satisfied_pct", label="8 jeunes sur 10 satisfaits", target="80")
    visitor.press("Enregistrer").click("Modifier les moyens")
    _row(visitor, 0, role="Conseillère numérique", hours="30,5", per="month")
    visitor.press("Enregistrer").click("Modifier le budget")
    _row(visitor, 0, side="expense", label="Tablettes", year="2026", planned="4 500")
    _row(visitor, 1, side="expense", label="Animation", year="2026", planned="3200,00 €")
    _row(visitor, 2, side="income", label="Subvention", year="2026", planned="6000", funder_name="Région")
    _row(visitor, 3, side="income", label="Fonds propres", year="2026", planned="beaucoup")
    visitor.press("Enregistrer")
    assert (_value(visitor, "rows-3-planned"), _value(visitor, "rows-1-planned")) == ("beaucoup", "3200,00 €")
    visitor.fill(**{"rows-3-planned": "1 700"}).press("Enregistrer")
    visitor.sees("7 700,00 €").sees("30 jeunes dans l'année").sees("Prêt").sees("12").sees("30,5 h")
    return edition


def test_someone_with_only_the_leaflet_enters_a_programme_and_carries_a_person_through_it(
    visitor: Visitor, clock: Clock
) -> None:
    clock.turn(2026, 3, 2)
    operator = an_operator("Mission locale du pays de Romans")
    coordinator = a_user(operator, name="Inès Morel")
    a_site(operator, "Antenne de Romans")
    visitor.sign_in(coordinator.email)
    edition = _enter_programme(visitor)
    terms = current_terms(edition).terms
    assert [rule.fact for rule in terms.entry.rules] == ["age", "commune"]
    assert (terms.courses[0].hours, terms.equipment[0].months, terms.equipment[0].deposit_eur) == (12, 4, 0)

    # --- she is registered; a telephone that is too short stays typed
    visitor.click("Personnes").click("Ouvrir un dossier")
    visitor.fill(first_name="Lina", last_name="Costa", birth_date="14/07/2006", **{"phones-0-number": "06 12 34"})
    visitor.press("Ouvrir le dossier").sees("06 12 34 56 78")
    assert (_value(visitor, "phones-0-number"), _value(visitor, "last_name")) == ("06 12 34", "Costa")
    visitor.fill(**{"phones-0-number": "06 12 34 56 78"}).press("Ouvrir le dossier").sees("19 ans")
    file = visitor.page.url.removeprefix(visitor.base)

    # --- she enters, the rules read one by one: the commune is not the one first typed
    visitor.click("Inscrire").fill(commune_code="26000").press("Vérifier les conditions").sees("non remplie")
    visitor.fill(commune_code="26281", labour_status="inactif", has_connection="non")
    visitor.press("Vérifier les conditions").sees("remplie")
    visitor.page.get_by_role("button", name="Inscrire", exact=True).click()
    visitor.check().sees("entre dans").sees("diagnostic")
    enrolment = Enrolment.objects.get()

    # --- what she can do, and the level that follows
    visitor.click("Commencer le diagnostic").fill(kind="entry", **ENTRY_LEVEL).press("Voir le niveau proposé")
    visitor.sees("Niveau proposé").press("Confirmer ce niveau")

    # --- a group is opened, she has a place in it, a class is signed
    visitor.go(file).click("Choisir un groupe").click("Ouvrir un groupe")
    visitor.page.get_by_role("link", name=re.compile("^Ouvrir Ateliers tablette")).click()
    assert (_value(visitor, "hours"), _value(visitor, "capacity")) == ("12", "8")
    visitor.press("Ouvrir ce groupe").sees("Prochain pas : ses séances")
    visitor.fill(first="02/03/2026", last="02/03/2026", weekdays="0", half_days="morning", minutes="120")
    visitor.page.locator("[name=trainer]").select_option(label="Inès Morel")
    visitor.press("Ajouter les séances").press("Donner une place").sees("1 sur 8")
    visitor.click("2 mars 2026").press("Signer la feuille").sees("2 h")

    # --- a tablet is lent with no deposit
    (tablet,) = ready(operator, by=coordinator, kind="tablet", tag_prefix="TB")
    visitor.go(file).sees("2 h").click("Attribuer une machine").fill(device="TB-9999")
    visitor.press("Réserver pour cette personne").sees("TB-9999").fill(device=tablet.tag.lower())
    visitor.press("Réserver pour cette personne").click("Remettre")
    visitor.fill(signed_by="Lina Costa").press(f"Remettre {tablet.tag}")
    allocation = Allocation.objects.get()
    assert (allocation.deposit, f"{allocation.due_on:%d/%m/%Y}") == (0, "02/07/2026")

    # --- the review after two months, the return at term, her word, her exit
    clock.turn(2026, 5, 4)
    visitor.sign_in(coordinator.email).go(file).click("Donner le bilan")
    visitor.fill(observed_uses="Fait ses démarches en ligne").press("Donner le bilan")
    clock.turn(2026, 7, 2)
    visitor.sign_in(coordinator.email).go(file).click("Ouvrir le prêt").click("La machine revient")
    visitor.fill(condition="good").press("Enregistrer le retour")
    visitor.go(file).click("son avis").fill(score="4").press("Noter son avis")
    visitor.go(file).click("sa sortie")
    visitor.fill(reason="formation_qualifiante", on="31/07/2026").press("Enregistrer la sortie")
    assert visitor.page.locator("[name=on][aria-invalid=true]").count() == 1
    visitor.fill(on="02/07/2026").press("Enregistrer la sortie").sees("dit le contrat ou la formation")
    visitor.fill(detail="CAP cuisine, un an", proof="contrat du 01/07/2026").press("Enregistrer la sortie")
    enrolment.refresh_from_db()
    assert enrolment.ended_on is not None

    # --- the report tells it, each figure with the records behind it
    visitor.go("/").click("Bilans").click("2026")
    visitor.sees("30 jeunes dans l'année").sees("8 jeunes sur 10 satisfaits")
    visitor.tells("Machines prêtées", "1").tells("Bilans de suivi donnés", "1").tells(
        "Heures de formation suivies", "2 h"
    )
    visitor.sees("1 Sorties positives").sees("1 machine Machines prêtées")
    visitor.go(f"/bilans/edition/{edition.pk}/chiffre/hours_attended/").sees("2")


WRONG = """format = 1
[programme]
name = ""
slug = "Faux Nom"
[terms.entry]
rules = [{ fact = "taille", min = 3 }]
[[terms.equipment]]
mode = "loan"
kinds = ["laptop"]
[[edition]]
name = "2026"
starts_on = 2026-12-31
ends_on = 2026-01-01
"""


def test_a_wrong_file_is_refused_with_every_error_at_once(visitor: Visitor, small_visitor: Visitor) -> None:
    operator = an_operator()
    coordinator = a_user(operator)
    visitor.sign_in(coordinator.email).go("/dispositifs/").click("Importer un fichier")
    visitor.press("Importer").sees("Choisissez un fichier, ou collez son texte")
    visitor.page.locator("[name=file]").set_input_files(
        {"name": "faux.toml", "mimeType": "text/plain", "buffer": WRONG.encode()}
    )
    visitor.press("Importer").sees("points à corriger dans le fichier").sees("Rien n’a été enregistré")
    for key in ("programme.name", "programme.slug", "terms.entry.rules", "terms.equipment", "edition"):
        visitor.sees(key)
    assert not Programme.objects.exists()
    # The text is there to be mended on the spot.
    assert visitor.page.locator("[name=text]").input_value().replace("\r\n", "\n").strip() == WRONG.strip()
    right = WRONG.replace('name = ""', 'name = "Le bus"').replace("Faux Nom", "le-bus")
    right = right.replace('{ fact = "taille", min = 3 }', '{ fact = "age", min = 3 }')
    right = right.replace('kinds = ["laptop"]', 'kinds = ["laptop"]\nmonths = 3').replace("2026-01-01", "2027-01-01")
    small_visitor.sign_in(coordinator.email).go("/dispositifs/importer/").fill(text=WRONG).press("Importer")
    small_visitor.sees("points à corriger").fill(text=right).press("Importer").sees("Le bus")
    assert Programme.objects.get().editions.get().name == "2026"
