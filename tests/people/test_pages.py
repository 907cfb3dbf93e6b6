"""Opening, correcting and dating a file in the screens."""

from typing import Any

import pytest
from django.urls import reverse

from declic.accounts.enums import Role
from declic.core.dates import now, today
from declic.people.actions import log_access
from declic.people.models import AccessLog, Person, Snapshot
from tests.factories import a_person, a_site, a_user, an_operator, signed_in

pytestmark = pytest.mark.django_db


def typed(*numbers: str, **fields: Any) -> dict[str, Any]:
    rows = numbers or ("",)
    return {
        "first_name": "Awa",
        "last_name": "Diarra",
        "phones-TOTAL_FORMS": len(rows),
        "phones-INITIAL_FORMS": 0,
        **{f"phones-{index}-number": number for index, number in enumerate(rows)},
        **fields,
    }


def test_a_file_is_opened_with_several_phones() -> None:
    operator = an_operator()
    client = signed_in(a_user(operator))
    answer = client.post(
        reverse("people:create"),
        typed("06 12 34 56 78", "05 61 00 00 00", birth_date="12/03/1980", informed="on", needs_help_reading="oui"),
    )
    person = Person.objects.get(operator=operator)
    assert answer.status_code == 303
    assert answer.url == reverse("web:file", args=[person.pk])
    assert set(person.phones.values_list("number", flat=True)) == {"+33612345678", "+33561000000"}
    assert person.informed_on == today()
    assert person.needs_help_reading is True


def test_a_likely_same_person_is_shown_before_a_second_file_is_opened() -> None:
    operator = an_operator()
    twin = a_person(operator, first_name="Awa", last_name="Diara")
    client = signed_in(a_user(operator))
    asked = client.post(reverse("people:create"), typed(called="Mme Diarra"))
    assert asked.status_code == 422
    assert asked.context["twins"] == [twin]
    assert "C’est elle" in asked.text
    assert 'value="Mme Diarra"' in asked.text
    assert Person.objects.count() == 1
    answered = client.post(reverse("people:create"), typed(called="Mme Diarra", other=[str(twin.pk)]))
    assert answered.status_code == 303
    assert Person.objects.count() == 2


def test_an_answer_about_one_twin_does_not_hide_another() -> None:
    operator = an_operator()
    twin = a_person(operator, first_name="Awa", last_name="Diarra")
    a_person(operator, first_name="Nadia", last_name="Benali")
    client = signed_in(a_user(operator))
    asked = client.post(reverse("people:create"), typed(first_name="Nadia", last_name="Benali", other=[str(twin.pk)]))
    assert asked.status_code == 422


def test_a_person_of_another_site_or_operator_is_never_proposed() -> None:
    operator = an_operator()
    here, there = a_site(operator), a_site(operator)
    a_person(operator, first_name="Awa", last_name="Diarra", site=there)
    a_person(an_operator(), first_name="Awa", last_name="Diarra")
    client = signed_in(a_user(operator, Role.ADVISER, site=here))
    assert client.post(reverse("people:create"), typed()).status_code == 303


def test_wrong_values_keep_what_was_typed() -> None:
    client = signed_in(a_user(an_operator()))
    page = client.post(
        reverse("people:create"), typed("06 12", birth_date="31/02/1980", email="awa", languages="wolof")
    )
    assert page.status_code == 422
    assert Person.objects.count() == 0
    for words in ("31/02/1980", "06 12", "wolof", "n’a pas l’air complet", "nom@exemple.fr", "n’existe pas"):
        assert words in page.text


def test_a_stale_correction_does_not_overwrite_a_colleague() -> None:
    operator = an_operator()
    person = a_person(operator, first_name="Awa", last_name="Diarra")
    client = signed_in(a_user(operator))
    url = reverse("people:edit", args=[person.pk])
    version = client.get(url).context["form"]["version"].value()
    assert client.post(url, typed(version=version, city="Toulouse")).status_code == 303
    stale = client.post(url, typed(version=version, city="Blagnac"))
    assert stale.status_code == 422
    assert "Quelqu’un d’autre a modifié" in stale.text
    person.refresh_from_db()
    assert person.city == "Toulouse"


def test_a_correction_keeps_untouched_phones_and_drops_emptied_ones() -> None:
    operator = an_operator()
    person = a_person(operator, phones=["+33612345678", "+33561000000"])
    client = signed_in(a_user(operator))
    url = reverse("people:edit", args=[person.pk])
    version = client.get(url).context["form"]["version"].value()
    rows = {"phones-INITIAL_FORMS": 2, "phones-TOTAL_FORMS": 3, "phones-0-number": "06 12 34 56 78"}
    assert (
        client.post(url, {**typed(version=version), **rows, "phones-1-number": "", "phones-2-number": ""}).status_code
        == 303
    )
    assert list(person.phones.values_list("number", flat=True)) == ["+33612345678"]


def test_a_file_given_to_another_place_leads_back_to_the_list() -> None:
    operator = an_operator()
    here, there = a_site(operator), a_site(operator)
    client = signed_in(a_user(operator, Role.ADVISER, site=here))
    person = a_person(operator, site=here)
    url = reverse("people:edit", args=[person.pk])
    version = client.get(url).context["form"]["version"].value()
    answer = client.post(url, typed(version=version, site=there.pk), follow=True)
    assert answer.redirect_chain == [(reverse("people:list"), 303)]
    assert "Le dossier est corrigé" in answer.text


def test_an_unknown_fact_stays_unknown_and_none_is_said() -> None:
    operator = an_operator()
    person = a_person(operator)
    client = signed_in(a_user(operator))
    url = reverse("people:snapshot", args=[person.pk])
    day = f"{today():%d/%m/%Y}"
    assert client.post(url, {"on": day, "benefits": ["aucun"], "income": "620,50"}).status_code == 303
    snapshot = Snapshot.objects.get(person=person)
    assert snapshot.benefits == []
    assert snapshot.income == 62_050
    assert (snapshot.equipment, snapshot.labour_status, snapshot.has_connection) == (None, None, None)
    assert client.post(url, {"on": day, "benefits": ["aucun", "RSA"]}).status_code == 422
    assert client.post(url, {"on": day}).status_code == 422
    again = client.get(url).context["form"]
    assert again["benefits"].value() == ["aucun"]


def test_the_file_shows_who_looked() -> None:
    operator = an_operator()
    person = a_person(operator)
    user = a_user(operator, name="Claire Vidal")
    log_access(acting_user=user, person=person, act=AccessLog.Act.VIEW, at=now())
    assert "Claire Vidal" in signed_in(user).get(reverse("people:accesses", args=[person.pk])).text
