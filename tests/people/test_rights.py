"""What a person is told and asks about her data, and the copy of her file."""

import datetime
import json
from typing import Any

import pytest

from declic.accounts.enums import Role
from declic.core.errors import DomainError
from declic.core.personal import declarations
from declic.people.enums import Purpose, RightsKind
from declic.people.models import AccessLog, RightsEvent
from declic.people.queries import objects_to
from declic.people.rights_actions import place_hold, record_right, release_hold
from declic.people.rights_export import WORDS, as_json, as_pdf, copy_of, sections, shown_columns
from tests.factories import DAY, a_person, a_user, an_operator, at, signed_in
from tests.lives import ADDRESS, EMAIL, LAST, PHONE, Life, held

pytestmark = pytest.mark.django_db


def noted(person: Any, user: Any, kind: str, **said: Any) -> RightsEvent:
    said = {"on": DAY, "how": "oral", "at": at(DAY), **said}
    return record_right(acting_user=user, person=person, kind=kind, **said)


def test_information_is_dated_and_shows_on_the_file() -> None:
    person = a_person(an_operator())
    user = a_user(person.operator)
    noted(person, user, "informed")
    noted(person, user, "informed", on=DAY - datetime.timedelta(days=9))
    person.refresh_from_db()
    assert person.informed_on == DAY


def test_an_objection_holds_until_it_is_lifted() -> None:
    person = a_person(an_operator())
    user = a_user(person.operator)
    with pytest.raises(DomainError, match="à quoi"):
        noted(person, user, "objection")
    with pytest.raises(DomainError, match="rien à retirer"):
        noted(person, user, "objection_lifted", purpose="messages")
    noted(person, user, "objection", purpose="messages")
    assert objects_to(person, Purpose.MESSAGES)
    assert not objects_to(person, Purpose.SHARING)
    noted(person, user, "objection_lifted", purpose="messages", at=at(DAY, 11))
    assert not objects_to(person, Purpose.MESSAGES)


def test_the_same_thing_sent_twice_is_noted_once_and_nothing_to_come_is() -> None:
    person = a_person(an_operator())
    user = a_user(person.operator)
    assert noted(person, user, "informed") == noted(person, user, "informed")
    assert person.rights.count() == 1
    with pytest.raises(DomainError, match="à venir"):
        noted(person, user, "informed", on=DAY + datetime.timedelta(days=1))
    with pytest.raises(DomainError, match="corriger"):
        noted(person, user, "correction", note=" ")
    with pytest.raises(DomainError, match="Choisissez"):
        noted(person, user, "export")


@pytest.mark.parametrize(
    ("born", "refused"),
    [(datetime.date(2010, 3, 4), ""), (datetime.date(2009, 3, 4), "15 ans"), (None, "date de naissance")],
)
def test_a_parent_agrees_with_a_minor_under_fifteen_only(born: datetime.date | None, refused: str) -> None:
    person = a_person(an_operator(), birth_date=born)
    user = a_user(person.operator)
    if not refused:
        assert noted(person, user, "joint_consent").kind == RightsKind.JOINT_CONSENT
        return
    with pytest.raises(DomainError, match=refused):
        noted(person, user, "joint_consent")


def test_a_hold_is_placed_once_and_lifted_once() -> None:
    person = a_person(an_operator())
    user = a_user(person.operator)
    hold = place_hold(acting_user=user, person=person, kind="legal", reason="loi", on=DAY)
    assert place_hold(acting_user=user, person=person, kind="legal", reason="loi", on=DAY) == hold
    release_hold(acting_user=user, hold=hold, on=DAY)
    with pytest.raises(DomainError, match="déjà levée"):
        release_hold(acting_user=user, hold=hold, on=DAY)


def test_the_copy_forgets_no_table_and_tells_nothing_of_others() -> None:
    life = Life()
    other = life.stage.others[0]
    other.first_name, other.last_name = "Tiphaine", "Bréhadour"
    other.save()
    copied = json.loads(as_json(life.person, at=at(DAY)))
    wanted = {declared.label for declared, rows in held(life.person).items() if declared.copied and rows}
    assert wanted <= set(copied["tables"])
    assert {"people.PersonEvent", "orientation.ReferralEvent"} <= set(copied["tables"])
    for declared, rows in held(life.person).items():
        if declared.copied:
            assert set(rows) <= {row["id"] for row in copied["tables"][declared.label]}, declared.label
    text = json.dumps(copied, ensure_ascii=False)
    for word in (LAST, EMAIL, PHONE, ADDRESS):
        assert word in text
    told = text + str(sections(life.person))
    assert "Bréhadour" not in told
    assert "Tiphaine" not in told
    assert as_pdf(life.person, on=DAY).startswith(b"%PDF-1.7")


def test_every_column_of_the_copy_has_a_french_name() -> None:
    nameless = {
        f"{declared.label}.{column.name}"
        for declared in declarations()
        if declared.copied
        for column in shown_columns(declared)
        if column.name not in WORDS and str(column.verbose_name) == column.name.replace("_", " ")
    }
    assert nameless == set()


def test_the_copy_has_stable_keys() -> None:
    person = a_person(an_operator(), phones=["+33611111111"])
    copied = copy_of(person, at=at(DAY))
    assert list(copied) == ["format", "version", "edite_le", "operateur", "dossier", "tables"]
    assert (copied["format"], copied["version"]) == ("declic-dossier", 1)
    assert copied["tables"]["people.PersonPhone"][0]["number"] == "+33611111111"


def test_a_copy_is_logged_and_noted_and_only_for_who_keeps_rights() -> None:
    operator = an_operator()
    user = a_user(operator)
    person = a_person(operator, by=user)
    url = f"/personnes/{person.pk}/droits/copie/"
    assert signed_in(a_user(operator, Role.ADVISER)).post(url, {"format": "json"}).status_code == 404
    client = signed_in(user)
    assert client.get(url).status_code == 405
    assert client.post(url, {"format": "exe"}).status_code == 303
    answer = client.post(url, {"format": "json"})
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert json.loads(answer.content)["dossier"] == person.case_number
    assert client.post(url, {"format": "pdf"}).content.startswith(b"%PDF")
    assert AccessLog.objects.filter(person=person, user=user, act=AccessLog.Act.EXPORT).count() == 2
    assert sorted(person.rights.filter(kind=RightsKind.EXPORT).values_list("note", flat=True)) == ["JSON", "PDF"]


def test_the_pages_of_rights_speak_and_keep_what_was_typed() -> None:
    operator = an_operator()
    client = signed_in(a_user(operator))
    person = a_person(operator)
    page = client.get(f"/personnes/{person.pk}/droits/").content.decode()
    assert "n’est pas encore notée" in page
    said = {"kind": "objection", "purpose": "sharing", "on": "04/03/2024", "how": "paper", "note": ""}
    assert client.post(f"/personnes/{person.pk}/droits/", said).status_code == 303
    assert "le partage de son dossier" in client.get(f"/personnes/{person.pk}/droits/").content.decode()
    again = client.post(f"/personnes/{person.pk}/droits/", {**said, "note": "répété"})
    assert again.status_code == 422
    assert "répété" in again.content.decode()
    held_page = client.post(f"/personnes/{person.pk}/garder/", {"kind": "funder", "reason": "contrôle", "until": ""})
    assert held_page.status_code == 303
    assert "contrôle" in client.get(f"/personnes/{person.pk}/garder/").content.decode()
