"""What a messy line says: titles recognised, names parted, dates and telephones understood, numbers never kept."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declic.orientation.spotting.columns import FIELDS, NIR, SENSITIVE, holds_nir, meaning_of, recognise
from declic.orientation.spotting.reading import part_names, shown, understand, values_of, well_cased

DAY = datetime.date(2026, 3, 2)


@pytest.mark.parametrize(
    ("title", "meaning"),
    [
        ("Nom", "last_name"),
        ("NOM D'USAGE", "last_name"),
        ("Nom de famille", "last_name"),
        ("Nom de naissance", "birth_name"),
        ("Nom de jeune fille", "birth_name"),
        ("Prénom(s)", "first_name"),
        ("NOM Prénom", "full_name"),
        ("Prénom et nom", "full_name"),
        ("Bénéficiaire", "full_name"),
        ("DDN", "birth_date"),
        ("Né(e) le", "birth_date"),
        ("Date de naissance", "birth_date"),
        ("Date naiss.", "birth_date"),
        ("Lieu de naissance", ""),
        ("Ville de naissance", ""),
        ("Tél. portable", "phone"),
        ("Téléphone fixe", "phone"),
        ("N° de mobile 2", "phone"),
        ("Adresse mail", "email"),
        ("E-mail", "email"),
        ("Courriel", "email"),
        ("Adresse", "address"),
        ("CP", "postal_code"),
        ("Code postal", "postal_code"),
        ("Commune", "city"),
        ("Ville", "city"),
        ("Code INSEE commune", ""),
        ("Civilité", "gender"),
        ("Sexe", "gender"),
        ("Langue parlée", "language"),
        ("N° de dossier", "reference"),
        ("N° allocataire", "reference"),
        ("Structure", "prescriber"),
        ("Orienté par", "prescriber"),
        ("Référent", "referent"),
        ("Téléphone du référent", ""),
        ("Mail prescripteur", ""),
        ("NIR", NIR),
        ("N° de sécurité sociale", NIR),
        ("N° Sécu", NIR),
        ("RQTH (O/N)", SENSITIVE),
        ("Problème de santé", SENSITIVE),
        ("Commentaire", ""),
        ("", ""),
    ],
)
def test_titles_are_recognised_however_they_are_written(title: str, meaning: str) -> None:
    assert meaning_of(title) == meaning


def test_a_column_of_social_security_numbers_is_found_by_its_content() -> None:
    sample = [["Sow", "Ali", "1 85 05 78 006 084 91"], ["Ba", "Mo", "2 60 12 75 113 004"], ["Ka", "Io", None]]
    assert recognise(["Nom", "Prénom", "Divers"], sample) == {"0": "last_name", "1": "first_name", "2": NIR}
    assert holds_nir(185057800608491)
    assert not holds_nir("0612345678 / 0773123456")
    assert not holds_nir(612345678)


def test_several_telephones_are_taken_and_other_fields_once() -> None:
    found = recognise(["Nom", "Prénom", "Portable", "Fixe", "Nom 2", "Âge"], [])
    assert found == {"0": "last_name", "1": "first_name", "2": "phone", "3": "phone"}


def test_one_column_of_names_holds_both() -> None:
    assert recognise(["Nom", "Tél"], []) == {"0": "full_name", "1": "phone"}
    assert recognise(["Nom de naissance", "Prénom"], []) == {"0": "last_name", "1": "first_name"}


@pytest.mark.parametrize(
    ("whole", "name_first", "parted"),
    [
        ("DIARRA Awa", True, ("DIARRA", "Awa", True)),
        ("Awa DIARRA", True, ("DIARRA", "Awa", True)),
        ("DE LA TOUR Jean-Pierre", True, ("DE LA TOUR", "Jean-Pierre", True)),
        ("Diarra, Awa Marie", True, ("Diarra", "Awa Marie", True)),
        ("Diarra Awa", True, ("Diarra", "Awa", True)),
        ("Awa Diarra", False, ("Diarra", "Awa", True)),
        ("DIARRA AWA", True, ("DIARRA", "AWA", True)),
        ("de la Tour Jean", True, ("de la Tour", "Jean", True)),
        ("Sow Ali Mamadou", True, ("Sow", "Ali Mamadou", False)),
        ("Awa", True, ("Awa", "", True)),
    ],
)
def test_names_in_one_cell_are_parted(whole: str, name_first: bool, parted: tuple[str, str, bool]) -> None:
    assert part_names(whole, name_first=name_first) == parted


def test_a_line_is_understood_as_one_writes_it() -> None:
    said = understand(
        {
            "last_name": "N'DIAYE-SOW",
            "first_name": "marie-hélène",
            "birth_date": 29292,
            "phone": 612345678,
            "email": "MH@Exemple.fr",
            "postal_code": 1000,
            "city": "Bourg",
            "gender": "Mme",
            "language": "Français, wolof",
        },
        on=DAY,
    )
    assert (said.last_name, said.first_name) == ("N'Diaye-Sow", "Marie-Hélène")
    assert said.birth_date == datetime.date(1980, 3, 12)
    assert said.phones == ["+33612345678"]
    assert (said.email, said.postal_code, said.gender) == ("mh@exemple.fr", "01000", "feminin")
    assert (said.preferred_language, said.languages) == ("fr", "Français, wolof")
    assert said.problems == []


def test_two_telephones_in_one_cell_and_dates_of_two_digits() -> None:
    said = understand(
        {"full_name": "Mme DIARRA Awa", "phone": "06 12 34 56 78 / 01.43.12.12.12", "birth_date": "3/4/61"}, on=DAY
    )
    assert said.phones == ["+33612345678", "+33143121212"]
    assert said.birth_date == datetime.date(1961, 4, 3)
    assert (said.first_name, said.last_name, said.gender) == ("Awa", "Diarra", "feminin")
    assert understand({"full_name": "Sow Ali", "phone": "06/12/34/56/78"}, on=DAY).phones == ["+33612345678"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"first_name": "Awa"}, "last_name"),
        ({"last_name": "Sow"}, "first_name"),
        ({"first_name": "Awa", "last_name": "1234"}, "last_name"),
        ({"first_name": "Awa", "last_name": "Sow", "birth_date": "31/02/1980"}, "birth_date"),
        ({"first_name": "Awa", "last_name": "Sow", "birth_date": "12/03/2030"}, "birth_date"),
        ({"first_name": "Awa", "last_name": "Sow", "birth_date": "12/03/1902"}, "birth_date"),
        ({"first_name": "Awa", "last_name": "Sow 1 85 05 78 006 084 91"}, "last_name"),
    ],
)
def test_what_cannot_be_read_refuses_the_line_and_says_where(typed: dict[str, str], field: str) -> None:
    said = understand(typed, on=DAY)
    assert said.refused
    assert [problem["field"] for problem in said.problems if problem["stop"]] == [field]


def test_a_wrong_telephone_or_email_is_said_and_left_out() -> None:
    said = understand({"first_name": "Awa", "last_name": "Sow", "phone": "06 12", "email": "awa@"}, on=DAY)
    assert not said.refused
    assert {problem["field"] for problem in said.problems} == {"phone", "email"}
    assert said.phones == []
    assert values_of(said, {"phone": "06 12", "email": "awa@"})["phone"] == "06 12"


_texts = st.text(max_size=40)


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), st.one_of(_texts, st.integers(), st.floats(), st.booleans())))
def test_any_line_is_read_without_failing_and_read_again_says_the_same(typed: dict[str, object]) -> None:
    first = understand(typed, on=DAY)
    values = values_of(first, typed)
    again = understand(values, on=DAY)
    if not first.refused:
        assert again.person_fields() == first.person_fields()
        assert again.phones == first.phones
        assert again.key() == first.key()
    shown(values)


@given(_texts)
def test_the_case_of_a_name_never_changes_its_letters(name: str) -> None:
    assert well_cased(name).casefold() == name.casefold()
