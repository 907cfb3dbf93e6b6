"""What surrounds a person: phones with a note, who is close, who follows her, which other team reads her file."""

import datetime
from typing import Any

import pytest
from django.urls import reverse

from declic.accounts.enums import Role
from declic.core.dates import add_months, today
from declic.core.errors import DomainError
from declic.people.actions import (
    change_follower,
    end_link,
    end_share,
    follow,
    hand_over_caseload,
    link_people,
    mark_phone,
    share_file,
    take_snapshot,
    unfollow,
)
from declic.people.models import CaseWorker, FileShare, Person, PersonLink, RightsEvent
from declic.people.queries import objects_to
from tests.factories import DAY, a_person, a_site, a_user, an_operator, at, signed_in
from tests.people.test_pages import typed

pytestmark = pytest.mark.django_db

ONE_DAY = datetime.timedelta(days=1)


@pytest.fixture
def operator() -> Any:
    return an_operator()


@pytest.fixture
def user(operator: Any) -> Any:
    return a_user(operator, name="Claire Vidal")


@pytest.fixture
def person(operator: Any, user: Any) -> Person:
    return a_person(operator, by=user, site=a_site(operator))


def test_each_phone_says_whose_it_is_and_since_when_it_no_longer_answers(operator: Any, user: Any) -> None:
    client = signed_in(user)
    client.post(
        reverse("people:create"),
        typed("06 12 34 56 78", "05 61 00 00 00", **{"phones-0-note": "celui de sa sœur", "phones-1-wrong": "on"}),
    )
    person = Person.objects.get(operator=operator)
    phones = list(person.phones.order_by("pk").values_list("number", "note", "wrong_since"))
    assert phones == [("+33612345678", "celui de sa sœur", None), ("+33561000000", "", today())]
    page = client.get(reverse("web:file", args=[person.pk])).text
    assert "celui de sa sœur" in page
    assert page.count("ne répond plus") == 1
    edit = reverse("people:edit", args=[person.pk])
    form = client.get(edit)
    assert [row.initial["wrong"] for row in form.context["formset"].initial_forms] == [False, True]


def test_a_number_keeps_the_day_since_which_it_no_longer_answers(user: Any, operator: Any) -> None:
    person = a_person(operator, by=user, phones=["+33612345678"])
    mark_phone(acting_user=user, person=person, number="+33612345678", wrong_since=DAY)
    client = signed_in(user)
    edit = reverse("people:edit", args=[person.pk])
    version = client.get(edit).context["form"]["version"].value()
    rows = {"phones-INITIAL_FORMS": 1, "phones-0-wrong": "on", "phones-0-note": "éteint"}
    assert client.post(edit, typed("06 12 34 56 78", version=version, **rows)).status_code == 303
    phone = person.phones.get()
    assert (phone.wrong_since, phone.note) == (DAY, "éteint")
    with pytest.raises(DomainError):
        mark_phone(acting_user=user, person=person, number="+33699999999", wrong_since=None)


def test_no_phone_no_email_no_address_and_a_shared_email_are_ordinary(operator: Any, user: Any) -> None:
    client = signed_in(user)
    for first_name in ("Awa", "Moussa"):
        answer = client.post(
            reverse("people:create"), typed(first_name=first_name, email="famille@exemple.fr", preferred_language="ar")
        )
        assert answer.status_code == 303
    assert client.post(reverse("people:create"), typed(first_name="Nadia", last_name="Benali")).status_code == 303
    nadia = Person.objects.get(last_name="Benali")
    assert "ni téléphone ni courriel" in client.get(reverse("web:file", args=[nadia.pk])).text
    awa = Person.objects.get(first_name="Awa")
    assert "lui parler en arabe" in client.get(reverse("web:file", args=[awa.pk])).text


def test_a_person_without_a_home_has_a_dated_situation_like_anybody(person: Person, user: Any) -> None:
    take_snapshot(acting_user=user, person=person, moment="change", on=DAY, facts={"housing": "sans_domicile"})
    later = take_snapshot(
        acting_user=user, person=person, moment="change", on=DAY + ONE_DAY, facts={"housing": "heberge"}
    )
    assert list(person.snapshots.values_list("on", "housing")) == [
        (later.on, "heberge"),
        (DAY, "sans_domicile"),
    ]


def test_a_couple_is_noted_once_whoever_writes_it(person: Person, user: Any, operator: Any) -> None:
    other = a_person(operator, by=user, phones=["+33612345678"])
    client = signed_in(user)
    found = client.get(reverse("people:link_find", args=[person.pk]), {"q": other.last_name}).text
    address = reverse("people:link_add", args=[person.pk, other.pk])
    assert address in found
    link = {"kind": "couple", "since": f"{today():%d/%m/%Y}"}
    assert client.post(address, link).status_code == 303
    back = client.post(reverse("people:link_add", args=[other.pk, person.pk]), link)
    assert back.status_code == 422
    assert "déjà noté" in back.text
    for one, two in ((person, other), (other, person)):
        assert reverse("web:file", args=[two.pk]) in client.get(reverse("web:file", args=[one.pk])).text
    written = PersonLink.objects.get()
    client.post(reverse("people:link_end", args=[other.pk, written.pk]))
    written.refresh_from_db()
    assert written.until == today()


def test_a_parent_and_a_child_read_each_other_the_right_way_round(person: Person, user: Any, operator: Any) -> None:
    child = a_person(operator, by=user)
    client = signed_in(user)
    client.post(
        reverse("people:link_add", args=[child.pk, person.pk]), {"kind": "child", "since": f"{today():%d/%m/%Y}"}
    )
    link = PersonLink.objects.get()
    assert (link.person, link.other) == (person, child)
    assert "son enfant" in client.get(reverse("web:file", args=[person.pk])).text
    assert "son parent" in client.get(reverse("web:file", args=[child.pk])).text


def test_links_that_cannot_be_say_so(person: Person, user: Any, operator: Any) -> None:
    other = a_person(operator, by=user)
    stranger = a_person(an_operator())
    for two, since, said in (
        (person, DAY, "même personne"),
        (stranger, DAY, "même structure"),
        (other, DAY + ONE_DAY, "futur"),
    ):
        with pytest.raises(DomainError, match=said):
            link_people(acting_user=user, person=person, other=two, kind="couple", since=since, on=DAY)
    link = link_people(acting_user=user, person=person, other=other, kind="couple", since=DAY, on=DAY)
    end_link(acting_user=user, link=link, until=DAY)
    with pytest.raises(DomainError, match="déjà terminé"):
        end_link(acting_user=user, link=link, until=DAY)


def test_a_follower_is_changed_in_one_go(person: Person, user: Any, operator: Any) -> None:
    other = a_user(operator, Role.ADVISER, name="Karim Haddad")
    follow(acting_user=user, person=person, user=user, since=DAY)
    client = signed_in(user)
    address = reverse("people:followers", args=[person.pk])
    assert client.post(address, {"user": other.pk, "instead_of": user.pk}).status_code == 303
    assert list(CaseWorker.objects.filter(person=person, until=None).values_list("user", flat=True)) == [other.pk]
    assert CaseWorker.objects.get(user=user).until == today()
    assert "suivie par Karim Haddad" in client.get(reverse("web:file", args=[person.pk])).text
    row = CaseWorker.objects.get(user=other)
    client.post(reverse("people:unfollow", args=[person.pk, row.pk]))
    again = client.post(reverse("people:unfollow", args=[person.pk, row.pk]), follow=True)
    assert "ne suit déjà plus" in again.text


def test_only_a_colleague_who_follows_people_may_follow_one(person: Person, user: Any, operator: Any) -> None:
    for stranger in (a_user(operator, Role.CASHIER), a_user(an_operator())):
        with pytest.raises(DomainError, match="ne suit pas de personnes"):
            follow(acting_user=user, person=person, user=stranger, since=DAY)
    assert follow(acting_user=user, person=person, user=user, since=DAY) == follow(
        acting_user=user, person=person, user=user, since=DAY + ONE_DAY
    )
    with pytest.raises(DomainError, match="même personne"):
        change_follower(acting_user=user, person=person, user=user, on=DAY, instead_of=user)
    assert unfollow(acting_user=user, person=person, user=user, until=DAY - ONE_DAY).until == DAY


def test_a_whole_caseload_is_handed_over_at_once_whatever_its_size(
    user: Any, operator: Any, django_assert_max_num_queries: Any
) -> None:
    giver, taker = a_user(operator, Role.ADVISER), a_user(operator, Role.ADVISER)
    people = [a_person(operator, by=user) for _ in range(12)]
    for person in people:
        follow(acting_user=user, person=person, user=giver, since=DAY)
    follow(acting_user=user, person=people[0], user=taker, since=DAY)
    client = signed_in(user)
    address = reverse("people:hand_over")
    assert f"{giver.name} (12)" in client.get(address).text
    with django_assert_max_num_queries(24):
        answer = client.post(address, {"giver": giver.pk, "taker": taker.pk}, follow=True)
    assert "12 personnes sont désormais suivies" in answer.text
    assert CaseWorker.objects.filter(user=taker, until=None).count() == 12
    assert not CaseWorker.objects.filter(user=giver, until=None).exists()
    with pytest.raises(DomainError, match="rien à transmettre"):
        hand_over_caseload(acting_user=user, operator_id=operator.pk, giver=giver, taker=taker, on=today())
    with pytest.raises(DomainError, match="même personne"):
        hand_over_caseload(acting_user=user, operator_id=operator.pk, giver=taker, taker=taker, on=today())


def test_a_file_is_shared_with_a_reason_and_an_end_and_taken_back_early(
    person: Person, user: Any, operator: Any
) -> None:
    there = a_site(operator, "Maison des associations")
    client = signed_in(user)
    address = reverse("people:share", args=[person.pk])
    day = today() + 30 * ONE_DAY
    assert client.post(address, {"site": there.pk, "reason": "", "until": f"{day:%d/%m/%Y}"}).status_code == 422
    sent = {"site": there.pk, "reason": "atelier du mardi", "until": f"{day:%d/%m/%Y}"}
    assert client.post(address, sent).status_code == 303
    again = client.post(address, sent)
    assert "déjà partagé" in again.text
    file = client.get(reverse("web:file", args=[person.pk])).text
    assert "Maison des associations" in file
    assert "atelier du mardi" in file
    share = FileShare.objects.get()
    client.post(reverse("people:share_end", args=[person.pk, share.pk]))
    assert "atelier du mardi" not in client.get(reverse("web:file", args=[person.pk])).text
    with pytest.raises(DomainError, match="déjà terminé"):
        end_share(acting_user=user, share=share, on=today())
    assert client.post(address, sent).status_code == 303


def test_a_share_that_ran_out_is_renewed(person: Person, user: Any, operator: Any) -> None:
    there = a_site(operator)
    old = share_file(acting_user=user, person=person, site=there, reason="relais", until=DAY, on=DAY)
    new = share_file(
        acting_user=user, person=person, site=there, reason="relais", until=DAY + ONE_DAY, on=DAY + ONE_DAY
    )
    old.refresh_from_db()
    assert (old.ended_on, new.ended_on) == (DAY, None)


def test_a_share_too_long_past_or_useless_is_refused(person: Person, user: Any, operator: Any) -> None:
    there = a_site(operator)
    closed = a_site(operator)
    closed.closed_on = DAY
    closed.save()
    assert person.site is not None
    for site, until, said in (
        (there, add_months(DAY, 12) + ONE_DAY, "un an au plus"),
        (there, DAY - ONE_DAY, "passée"),
        (person.site, DAY, "voit déjà"),
        (a_site(an_operator()), DAY, "de votre structure"),
        (closed, DAY, "lieu ouvert"),
    ):
        with pytest.raises(DomainError, match=said):
            share_file(acting_user=user, person=person, site=site, reason="relais", until=until, on=DAY)
    assert share_file(
        acting_user=user, person=person, site=there, reason="relais", until=add_months(DAY, 12), on=DAY
    ).pk


def test_who_objects_to_sharing_is_not_shared(person: Person, user: Any, operator: Any) -> None:
    def said(kind: str, day: datetime.date) -> None:
        RightsEvent.objects.create(
            operator=operator,
            person=person,
            kind=kind,
            purpose="sharing",
            on=day,
            recorded_by=user,
            recorded_at=at(day),
        )

    there = a_site(operator)
    said("objection", DAY)
    assert objects_to(person, "sharing")
    assert not objects_to(person, "messages")
    with pytest.raises(DomainError, match="s'oppose au partage"):
        share_file(acting_user=user, person=person, site=there, reason="relais", until=DAY, on=DAY)
    said("objection_lifted", DAY + ONE_DAY)
    assert not objects_to(person, "sharing")
    share_file(acting_user=user, person=person, site=there, reason="relais", until=DAY, on=DAY)
