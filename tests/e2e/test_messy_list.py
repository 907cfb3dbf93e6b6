"""An adviser imports a messy list and calls, takes another list back whole, reunites two files and parts them again."""

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from declic.accounts.enums import Role
from declic.core.dates import today
from declic.orientation.enums import Need
from declic.orientation.models import Spotted
from declic.people.duplicates import find_duplicates
from declic.people.models import Person
from tests.e2e.conftest import Clock, Visitor
from tests.factories import a_person, a_site, a_user, an_edition, an_operator

pytestmark = pytest.mark.django_db(transaction=True)

MESSY = """\
Liste des allocataires sans connexion;;;
CCAS, février 2024;;;
;;;
Bénéficiaire;Né(e) le;À rappeler au;Quartier
DIARRA Awa;12/03/1980;06 12 34 56 78;Nord
BENALI Nadia;1975-02-02;06.98.76.54.32;Nord
Benali Nadia;02/02/1975;;Sud
TRAORÉ Samuel;31/02/1968;07 73 12 34 56;Sud
MÜLLER Hélène;5/6/1951;;Nord
"""
"""A title before the titles, names in one column, two ways to write dates, someone twice, a day that does not exist."""

MISTAKEN = "Nom;Prénom;Date de naissance\nKeïta;Fatou;01/01/1990\nBa;Moussa;02/02/1991\nDiarra;Awa;12/03/1980\n"


@pytest.fixture
def ccas(clock: Clock) -> SimpleNamespace:
    """A place whose adviser knows Awa already, under two files."""
    clock.turn(2024, 3, 4)
    operator = an_operator("CCAS de Lunel")
    coordinator = a_user(operator, name="Claire Vidal")
    site = a_site(operator, "Maison de Lunel")
    adviser = a_user(operator, Role.ADVISER, site=site, name="Julien Marchand")
    edition = an_edition(operator, by=coordinator, name="Printemps 2024", places=12)
    known: dict[str, Any] = {"by": coordinator, "site": site, "birth_date": datetime.date(1980, 3, 12)}
    awa = a_person(operator, first_name="Awa", last_name="Diarra", city="Lunel", phones=["+33612345678"], **known)
    again = a_person(
        operator, first_name="Awa", last_name="Diara", city="Marsillargues", phones=["+33467000000"],
        email="awa@exemple.fr", **known,
    )  # fmt: skip
    return SimpleNamespace(operator=operator, adviser=adviser, edition=edition, awa=awa, again=again)


def send(visitor: Visitor, name: str, content: bytes, source: str) -> None:
    """Send a list: its columns are proposed."""
    visitor.go("/orientations/reperage/").click("Importer une liste").fill(source=source)
    visitor.page.locator("[name=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    visitor.press("Lire la liste").sees("Que disent les colonnes ?")


def people() -> set[str]:
    return {f"{person.first_name} {person.last_name}" for person in Person.objects.filter(merged_into=None)}


def test_a_messy_list_is_imported_and_called_and_another_is_taken_back(visitor: Visitor, ccas: SimpleNamespace) -> None:
    before = people()
    visitor.sign_in(ccas.adviser.email)

    # --- the list is read; one column is not understood and is mapped by hand
    send(visitor, "liste CCAS.csv", MESSY.encode("cp1252"), "allocataires sans connexion")
    visitor.sees("5 lignes lues").sees("Bénéficiaire").sees("Né(e) le")
    chosen = [field.input_value() for field in visitor.page.locator("main select").all()]
    assert chosen == ["full_name", "birth_date", "", ""]
    visitor.fill(c2="phone").press("Vérifier la liste")

    # --- line by line: what would be done and why; nothing is written yet
    visitor.sees("3 personnes prêtes").sees("2 nouveaux dossiers, 1 déjà connu")
    visitor.sees("Ligne 8").sees("31/02/1968").sees("1 ligne refusée ou à vérifier restera de côté")
    visitor.click("Laissées de côté").sees("Même personne que la ligne 6").sees("Nadia")
    visitor.click("Déjà connues").sees("Diarra Awa").sees(ccas.awa.case_number)
    assert people() == before

    # --- the refused line is corrected in the page
    visitor.click("Refusées").page.locator("main details summary").click()
    assert visitor.page.locator("main [name=birth_date]").input_value() == "31/02/1968"
    visitor.fill(birth_date="28/02/1968").press("Corriger cette ligne")
    visitor.sees("Ligne 8 : un nouveau dossier sera ouvert").sees("4 personnes prêtes")
    assert people() == before

    # --- imported: three files more, one known
    visitor.press("Importer 4 personnes").sees("4 personnes repérées").sees("3 nouveaux dossiers, 1 déjà connu")
    assert people() - before == {"Nadia Benali", "Samuel Traoré", "Hélène Müller"}
    assert Spotted.objects.filter(edition=ccas.edition).count() == 4
    nadia = Person.objects.get(last_name="Benali")
    assert (nadia.birth_date, nadia.phones.get().number) == (datetime.date(1975, 2, 2), "+33698765432")

    # --- calls: one does not answer, another is interested and her request begins at once
    visitor.click("Les appeler").sees("3 personnes à appeler aujourd’hui").sees("1 personne n’a pas de numéro valable")
    row = visitor.page.locator("main li", has_text="Traoré Samuel")
    row.get_by_role("button", name="pas de réponse").click()
    visitor.check().sees("Elle revient dans la liste le").sees("2 personnes à appeler aujourd’hui")
    visitor.click("Benali Nadia").sees("allocataires sans connexion")
    visitor.fill(result="interested", note="préfère le matin", informed="on").press("Noter l’appel")
    visitor.sees("Elle est intéressée : voici la demande, déjà commencée")
    visitor.fill(channel="self", needs=Need.CONNECTION).press("Enregistrer l’orientation")

    # --- the funnel counts them, and each figure opens its people
    visitor.go(reverse("orientation:funnel", args=[ccas.edition.pk]))
    for step, count in (("repérées", "4"), ("jointes", "1"), ("orientées", "1"), ("acceptées", "0"), ("entrées", "0")):
        visitor.tells(step, count)
    visitor.sees("2 appelées, 0 ne souhaitent pas").sees("12")
    visitor.page.locator("main table").get_by_role("row", name="jointes").get_by_role("link").click()
    visitor.check().sees("1 personne jointes").sees("Benali Nadia").sees("1 appel").lacks("Traoré")

    # --- another list was a mistake: it is taken back as a whole, the file that was known stays as it was
    stayed = people()
    send(visitor, "erreur.csv", MISTAKEN.encode(), "liste envoyée par erreur")
    visitor.press("Vérifier la liste").sees("2 personnes prêtes").press("Importer 2 personnes").sees(
        "2 personnes repérées"
    )
    assert people() - stayed == {"Fatou Keïta", "Moussa Ba"}
    visitor.agree("Annuler tout l’import").sees("Cette liste a été annulée : il n’en reste rien")
    assert people() == stayed
    assert Spotted.objects.filter(edition=ccas.edition).count() == 4
    visitor.go("/personnes/?q=Keïta").sees("Personne ne correspond")

    # --- the first one has been acted upon: it can no longer be taken back, and says so
    visitor.go("/orientations/reperage/").click("allocataires sans connexion").agree("Annuler tout l’import")
    visitor.sees("Benali").lacks("il n’en reste rien")
    assert people() == stayed


def test_two_files_are_reunited_side_by_side_and_parted_again(visitor: Visitor, ccas: SimpleNamespace) -> None:
    assert find_duplicates(on=today()) == 1
    awa, again = reverse("web:file", args=[ccas.awa.pk]), reverse("web:file", args=[ccas.again.pk])
    visitor.sign_in(ccas.adviser.email)

    # --- the queue proposes the two files; side by side, each says what it says
    visitor.go("/personnes/").click("Doublons").sees(ccas.awa.case_number).sees(ccas.again.case_number)
    visitor.sees("même date de naissance").click("Comparer").sees("Est-ce la même personne ?")
    for words in ("Lunel", "Marsillargues", "06 12 34 56 78", "04 67 00 00 00", "12/03/1980"):
        visitor.sees(words)
    if not visitor.path().startswith(awa):
        visitor.click(f"Garder plutôt {ccas.awa.case_number}")
    visitor.fill(last_name="kept", city="other").press("C’est la même personne, réunir")

    # --- one file holds everything; the address and the number of the other lead to it
    visitor.sees("Les deux dossiers n’en font plus qu’un").sees("06 12 34 56 78").sees("04 67 00 00 00")
    visitor.sees("awa@exemple.fr").sees("Réuni avec").go(again)
    assert visitor.path() == awa
    visitor.go(f"/personnes/?q={ccas.again.case_number}").sees("1 personne trouvée").sees("Diarra Awa")
    visitor.go("/personnes/doublons/").sees("Aucun dossier à rapprocher")

    # --- it was a mistake: they are parted, everything is back where it was
    visitor.go(awa).agree("Séparer les deux dossiers").sees("Les deux dossiers sont de nouveau séparés")
    visitor.go(awa).sees("06 12 34 56 78").lacks("04 67 00 00 00").lacks("awa@exemple.fr")
    visitor.go(again).sees("Awa Diara").sees("04 67 00 00 00").sees("awa@exemple.fr").lacks("06 12 34 56 78")
    assert visitor.path() == again
    ccas.awa.refresh_from_db()
    ccas.again.refresh_from_db()
    assert (ccas.awa.city, ccas.again.city) == ("Lunel", "Marsillargues")
    assert (ccas.awa.merged_into, ccas.again.merged_into) == (None, None)
    visitor.go("/personnes/doublons/").sees(ccas.again.case_number)
