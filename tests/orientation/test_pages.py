"""Referrals in the screens: the team's queue and answers, what a prescriber reads, what a stranger never finds."""

import datetime
from typing import Any

import pytest
from django.urls import reverse

from declic.accounts.enums import Role
from declic.core.dates import today
from declic.orientation import actions
from declic.orientation.models import Enrolment, Referral
from declic.people.models import AccessLog, Person
from tests.factories import (
    a_partner,
    a_person,
    a_referral,
    a_site,
    a_user,
    a_world,
    an_edition,
    an_operator,
    signed_in,
    terms,
)
from tests.orientation.access_rows import ROWS

pytestmark = pytest.mark.django_db


class Now:
    """A story on today's dates, as the screens read the clock."""

    def __init__(self, **edition: Any) -> None:
        self.day = today()
        self.operator = an_operator()
        self.team = a_user(self.operator)
        self.prescriber = a_partner(self.operator, "prescriber")
        self.referent = a_user(self.prescriber, Role.PRESCRIBER)
        self.edition = an_edition(
            self.operator,
            by=self.team,
            starts_on=self.day - datetime.timedelta(days=60),
            ends_on=self.day + datetime.timedelta(days=60),
            **edition,
        )

    def referral(self, days_ago: int = 0, **who: Any) -> Referral:
        return a_referral(
            a_person(self.operator, by=self.team, **who),
            self.edition,
            by=self.referent,
            prescriber=self.prescriber,
            on=self.day - datetime.timedelta(days=days_ago),
        )

    def asked(self, **typed: Any) -> dict[str, Any]:
        return {
            "edition": self.edition.pk,
            "first_name": "Awa",
            "last_name": "Diarra",
            "birth_date": "12/03/1980",
            "phone": "06 12 34 56 78",
            "needs": ["numerique--acquerir-un-equipement"],
            "informed": "on",
            **typed,
        }

    def answered(self, decision: str, **typed: Any) -> dict[str, Any]:
        return {"decision": decision, "on": f"{self.day:%d/%m/%Y}", **typed}


def test_the_queue_shows_the_oldest_first_and_who_is_late() -> None:
    story = Now()
    recent, late, limit = story.referral(1), story.referral(11), story.referral(10)
    page = signed_in(story.team).get(reverse("orientation:list"))
    rows = page.context["page"].rows
    assert [row.pk for row in rows] == [late.pk, limit.pk, recent.pk]
    assert [row.is_late for row in rows] == [True, False, False]
    assert page.context["counts"] == {"sent": 3, "waiting": 0, "late": 1, "to_close": 0}
    assert "en retard, 11" in page.text


def test_the_tabs_and_the_search_of_the_queue() -> None:
    story = Now()
    sent, waiting, refused = story.referral(last_name="Keïta"), story.referral(), story.referral()
    actions.put_on_waiting_list(acting_user=story.team, referral=waiting, on=story.day, reason="no_place")
    actions.refuse_referral(acting_user=story.team, referral=refused, on=story.day, reason="absent")
    client = signed_in(story.team)

    def rows(**params: str) -> list[int]:
        return [row.pk for row in client.get(reverse("orientation:list"), params).context["page"].rows]

    assert rows() == [sent.pk]
    assert rows(vue="en-attente") == [waiting.pk]
    assert rows(vue="repondues") == [refused.pk]
    assert rows(q="keita") == [sent.pk]
    assert rows(q="nadia") == []
    assert rows(edition=str(story.edition.pk)) == [sent.pk]


def test_the_queue_asks_as_many_queries_for_one_as_for_thirty(django_assert_max_num_queries) -> None:
    story = Now()
    counts = []
    for more in (1, 29):
        for _ in range(more):
            story.referral()
        for user in (story.team, story.referent):
            client = signed_in(user)
            with django_assert_max_num_queries(15) as asked:
                client.get(reverse("orientation:list"))
            counts.append(len(asked))
    assert counts[:2] == counts[2:]


def test_a_prescriber_refers_someone_in_one_form() -> None:
    story = Now()
    client = signed_in(story.referent)
    sent = client.post(reverse("orientation:create"), story.asked(), follow=True)
    referral = Referral.objects.get()
    assert referral.prescriber == story.prescriber
    assert "bien arrivée" in sent.text
    again = client.post(reverse("orientation:create"), story.asked())
    assert again.status_code == 422
    assert "a déjà orienté cette personne" in again.text
    assert Person.objects.count() == 1


def test_the_evaluation_is_asked_only_where_the_terms_ask_for_it() -> None:
    plain = Now()
    form = signed_in(plain.referent).get(reverse("orientation:create")).context["form"]
    assert "social_evaluation" not in form.fields
    story = Now(terms=terms(entry={"social_evaluation_required": True}))
    client = signed_in(story.referent)
    missing = client.post(reverse("orientation:create"), story.asked(motive="Cherche du travail"))
    assert missing.status_code == 422
    assert "social_evaluation" in missing.context["form"].errors
    assert "Cherche du travail" in missing.text
    assert Person.objects.filter(operator=story.operator).count() == 0


def test_a_person_whom_nobody_can_reach_is_asked_about() -> None:
    story = Now()
    client = signed_in(story.referent)
    page = client.post(reverse("orientation:create"), story.asked(phone=""))
    assert "phone" in page.context["form"].errors
    assert (
        client.post(reverse("orientation:create"), story.asked(phone="", contact_preference="prescriber")).status_code
        == 303
    )


def test_the_confirmation_is_the_same_when_others_know_the_person() -> None:
    story = Now()
    known = story.referral(first_name="Awa", last_name="Diarra", birth_date=datetime.date(1980, 3, 12))
    other = a_partner(story.operator, "prescriber")
    client = signed_in(a_user(other, Role.PRESCRIBER))
    page = client.post(reverse("orientation:create"), story.asked(), follow=True)
    assert "bien arrivée" in page.text
    assert known.person.case_number not in page.text
    assert Referral.objects.count() == 2


def test_a_team_writes_down_a_referral_received_by_phone() -> None:
    story = Now()
    client = signed_in(story.team)
    received = {
        "channel": "phone",
        "on": f"{story.day:%d/%m/%Y}",
        "prescriber": story.prescriber.pk,
        "referent_name": "Paul Marchand",
        "referent_email": "paul@exemple.fr",
    }
    assert client.post(reverse("orientation:create"), story.asked(**received)).status_code == 303
    person = a_person(story.operator, by=story.team)
    asked = {key: value for key, value in story.asked(**received).items() if key in ("edition", "needs", *received)}
    assert client.post(f"{reverse('orientation:create')}?person={person.pk}", asked).status_code == 303
    assert Referral.objects.get(person=person).referent_email == "paul@exemple.fr"


def test_checking_the_rules_decides_nothing_and_keeps_what_was_typed() -> None:
    story = Now(terms=terms(entry={"rules": [{"fact": "priority_zone"}, {"fact": "income", "max_eur": "900"}]}))
    referral = story.referral()
    client = signed_in(story.team)
    url = reverse("orientation:answer", args=[referral.pk])
    assert [rule.outcome for rule in client.get(url).context["rules"]] == ["unknown", "unknown"]
    page = client.post(url, {"check": "1", "in_priority_zone": "oui", "income": "950", "answer": "Venez lundi"})
    assert page.status_code == 200
    assert [rule.outcome for rule in page.context["rules"]] == ["met", "unmet"]
    assert "Venez lundi" in page.text
    assert not page.context["form"].errors
    referral.refresh_from_db()
    assert referral.state == "sent"


def test_accepting_enrols_and_says_what_comes_next() -> None:
    story = Now()
    site = a_site(story.operator)
    referral = story.referral()
    client = signed_in(story.team)
    url = reverse("orientation:answer", args=[referral.pk])
    done = client.post(
        url, story.answered("accepter", site=site.pk, adviser=story.team.pk, benefits=["RSA"], answer="Bienvenue")
    )
    assert done.url == reverse("web:file", args=[referral.person_id])
    enrolment = Enrolment.objects.get(referral=referral)
    assert (enrolment.site, enrolment.adviser) == (site, story.team)
    assert enrolment.entry_snapshot.benefits == ["RSA"]
    assert client.get(url).status_code == 303
    stale = client.post(url, story.answered("refuser", reason="absent", answer="Mon mot"))
    assert stale.status_code == 422
    assert "a répondu avant vous" in stale.text
    assert "Mon mot" in stale.text


def test_a_full_edition_says_to_use_the_waiting_list() -> None:
    story = Now(places=1)
    first, second = story.referral(), story.referral()
    client = signed_in(story.team)
    client.post(reverse("orientation:answer", args=[first.pk]), story.answered("accepter"))
    url = reverse("orientation:answer", args=[second.pk])
    assert "Toutes les places sont prises" in client.get(url).text
    full = client.post(url, story.answered("accepter"))
    assert full.status_code == 422
    assert "liste d&#x27;attente" in full.text
    assert client.post(url, story.answered("attendre", waiting_reason="no_place")).status_code == 303


def test_a_refusal_without_reason_is_asked_again() -> None:
    story = Now()
    url = reverse("orientation:answer", args=[story.referral().pk])
    client = signed_in(story.team)
    assert "reason" in client.post(url, story.answered("refuser")).context["form"].errors
    assert client.post(url, story.answered("refuser", reason="non_mobile")).status_code == 303


def test_enrolling_without_referral_where_none_is_asked() -> None:
    story = Now()
    person = a_person(story.operator, by=story.team)
    url = reverse("orientation:enrol", args=[person.pk])
    client = signed_in(story.team)
    entry = {"edition": story.edition.pk, "on": f"{story.day:%d/%m/%Y}", "birth_date": "12/03/1980"}
    assert client.post(url, {**entry, "check": "1"}).status_code == 200
    assert client.post(url, entry).status_code == 303
    twice = client.post(url, entry)
    assert twice.status_code == 422
    assert "déjà dans cette édition" in twice.text


def test_enrolling_sends_to_a_referral_where_one_is_asked() -> None:
    story = Now(terms=terms(entry={"prescriber_required": True}))
    person = a_person(story.operator, by=story.team)
    page = signed_in(story.team).get(reverse("orientation:enrol", args=[person.pk]))
    assert page.context["editions"] == []
    assert f"?person={person.pk}&amp;edition={story.edition.pk}" in page.text


def test_a_prescriber_reads_only_what_was_agreed() -> None:
    story = Now()
    referral = story.referral(phones=["+33612345678"], called="Mme Diarra", address="3 rue Secrète")
    enrolment = actions.accept_referral(
        acting_user=story.team,
        referral=referral,
        on=story.day,
        facts={"income": 62_050},
        exception_reason="",
        answer="À lundi",
    )
    client = signed_in(story.referent)
    page = client.get(reverse("orientation:detail", args=[referral.pk]))
    assert "À lundi" in page.text
    assert "Entrée dans le dispositif" in page.text
    for secret in ("06 12 34 56 78", "Mme Diarra", "rue Secrète", "620,50", referral.person.case_number):
        assert secret not in page.text.replace("\u00a0", " ")
    assert client.get(reverse("orientation:agreed", args=[enrolment.pk])).status_code == 303
    assert AccessLog.objects.filter(person=referral.person, user=story.referent).exists()


def test_a_prescriber_sees_only_the_referrals_of_its_structure() -> None:
    story = Now()
    mine = story.referral()
    other = a_partner(story.operator, "prescriber")
    theirs = a_referral(
        a_person(story.operator, first_name="Nadia", last_name="Benali"),
        story.edition,
        by=a_user(other, Role.PRESCRIBER),
        prescriber=other,
        on=story.day,
    )
    client = signed_in(story.referent)
    assert [row.pk for row in client.get(reverse("orientation:list")).context["page"].rows] == [mine.pk]
    assert client.get(reverse("orientation:list"), {"q": "benali"}).context["page"].rows == []
    assert client.get(reverse("orientation:detail", args=[theirs.pk])).status_code == 404
    assert client.post(reverse("orientation:withdraw", args=[theirs.pk])).status_code == 404
    assert client.get(reverse("orientation:answer", args=[mine.pk])).status_code == 404
    assert client.post(reverse("orientation:withdraw", args=[mine.pk])).status_code == 303
    mine.refresh_from_db()
    assert mine.state == "withdrawn"


def test_a_stranger_finds_no_page() -> None:
    world = a_world()
    stranger = signed_in(a_user(an_operator()))
    outside = signed_in(a_user(a_partner(an_operator(), "prescriber"), Role.PRESCRIBER))
    for name, (kwargs, permission) in ROWS.items():
        if permission != "public" and (url_kwargs := kwargs(world)):
            for client in (stranger, outside):
                assert client.get(reverse(name, kwargs=url_kwargs)).status_code in (404, 405), name
                assert client.post(reverse(name, kwargs=url_kwargs)).status_code in (404, 405), name
