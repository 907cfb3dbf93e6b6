"""The answer by a signed link: what was agreed on, for eight days, and a fresh link only to the address on file."""

import datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from declic.core.dates import now
from declic.orientation import actions, answer_link
from declic.orientation.actions.telling import EVENTS
from declic.orientation.answer_link import read, sign
from declic.orientation.enums import ReferralState
from declic.orientation.models import AnswerLinkView, Referral
from tests.orientation.story import Doors, anyone, link_in, written

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _calm() -> None:
    cache.clear()


def page_of(referral: Referral, days_ago: float = 0) -> str:
    return reverse("referring:follow", args=[sign(referral, now() - datetime.timedelta(days=days_ago))])


def answered(story: Doors, referral: Referral, state: str, **words: Any) -> None:
    """The referral as an answer leaves it, whatever the action that gave it."""
    Referral.objects.filter(pk=referral.pk).update(state=state, answered_on=story.day, answered_by=story.team, **words)


def test_the_answer_shows_what_was_agreed_on_and_nothing_else() -> None:
    story = Doors()
    referral = story.referral(
        first_name="Awa", last_name="Diarra", birth_date=datetime.date(1980, 3, 12), phones=["+33612345678"],
        email="awa@exemple.fr", address="3 rue des Lilas",
    )  # fmt: skip
    Referral.objects.filter(pk=referral.pk).update(social_evaluation="Secret social", motive="Secret motif")
    answered(story, referral, ReferralState.REFUSED, refusal_reason="session_complete", answer="Essayez en mars.")
    page = anyone().get(page_of(referral))
    assert page.status_code == 200
    for shown in ("Awa D.", referral.number, "Refusée", "il n'y a plus de place".capitalize(), "Essayez en mars."):
        assert shown.replace("'", "&#x27;") in page.text or shown in page.text, shown
    for hidden in (
        "Diarra", "1980", "Lilas", "awa@", "06", "Secret", referral.person.case_number, story.team.name, "Se connecter",
    ):  # fmt: skip
        assert hidden not in page.text.replace(referral.number, ""), hidden
    assert AnswerLinkView.objects.filter(referral=referral).count() == 1


@pytest.mark.parametrize("state", [state for state in ReferralState.values if state != "draft"])
def test_each_state_has_its_plain_words(state: str) -> None:
    story = Doors()
    referral = story.referral()
    more: dict[str, Any] = {
        "waiting": {"waiting_since": story.day, "waiting_reason": "no_place"},
        "refused": {"refusal_reason": "absent"},
    }.get(state, {})
    if state == "received":
        Referral.objects.filter(pk=referral.pk).update(state=state, received_on=story.day, received_by=story.team)
    elif state != "sent":
        answered(story, referral, state, **more)
    page = anyone().get(page_of(referral))
    assert page.status_code == 200
    words = {
        "sent": "a reçu votre orientation", "received": "s’en occupe", "waiting": "Rang dans la liste",
        "accepted": "Acceptée", "refused": "Raison", "withdrawn": "retirée", "expired": "close",
    }  # fmt: skip
    assert words[state] in page.text
    assert ("Retirer ma demande" in page.text) == (state in ("sent", "received", "waiting"))


def test_the_start_and_the_end_are_told_to_the_prescriber() -> None:
    story = Doors()
    referral = story.referral()
    enrolment = actions.accept_referral(acting_user=story.team, referral=referral, on=story.day, facts={})
    assert "Entrée dans le dispositif" in anyone().get(page_of(referral)).text
    type(enrolment).objects.filter(pk=enrolment.pk).update(ended_on=story.day)
    assert "Fin du parcours" in anyone().get(page_of(referral)).text


def test_a_link_lasts_eight_days_then_offers_another_to_the_address_on_file() -> None:
    story = Doors()
    referral = story.referral()
    assert anyone().get(page_of(referral, 7.99)).status_code == 200
    old = page_of(referral, 8.01)
    page = anyone().get(old)
    assert page.status_code == 410
    assert "Awa" not in page.text
    assert story.operator.name not in page.text
    views = AnswerLinkView.objects.count()
    again = anyone().post(reverse("referring:send_again", args=[old.split("/")[2]]))
    assert [message.address for message in written()] == [story.referent.email]
    assert story.referent.email not in again.text
    assert anyone().get(link_in(written()[-1])).status_code == 200
    assert AnswerLinkView.objects.count() == views + 1


def test_asking_for_a_link_says_the_same_when_no_address_is_known_and_when_too_many_were_sent() -> None:
    story = Doors()
    referral, silent = story.referral(), story.referral()
    Referral.objects.filter(pk=silent.pk).update(referent_email="")
    pages = set()
    for one in (referral, silent):
        for _click in range(5):
            address = reverse("referring:send_again", args=[sign(one, now())])
            pages.add(anyone().post(address).content)
    assert len(pages) == 1
    assert len(written()) == 3


def test_the_request_is_taken_back_by_its_link_and_the_prescriber_told() -> None:
    story = Doors()
    referral = story.referral()
    address = reverse("referring:withdraw", args=[sign(referral, now())])
    assert anyone().get(address).status_code == 405
    client = anyone()
    assert client.post(address, follow=True).status_code == 200
    referral.refresh_from_db()
    assert referral.state == ReferralState.WITHDRAWN
    again = client.post(address, follow=True)
    assert "déjà" in again.text
    assert len(written()) == 1
    old = reverse("referring:withdraw", args=[sign(referral, now() - datetime.timedelta(days=9))])
    assert anyone().post(old).status_code == 410


@given(said=st.text(st.characters(exclude_characters="/", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80))
def test_what_we_did_not_sign_opens_nothing(said: str) -> None:
    assert read(said) is None


def test_a_signed_address_cannot_be_changed_into_another() -> None:
    story = Doors()
    first, second = story.referral(), story.referral()
    value, _dot, signature = sign(first, now()).rpartition(".")
    forged = sign(second, now()).rpartition(".")[0] + "." + signature
    for wrong in (forged, value, value + ".", signature, f"{value}.{signature[:-1]}"):
        page = anyone().get(reverse("referring:follow", args=[wrong]))
        assert page.status_code == 404
        assert "Awa" not in page.text
    found = read(sign(first, now()))
    assert found is not None
    assert (found.operator_id, found.referral_id) == (first.operator_id, first.pk)
    assert abs(found.made_at - timezone.now()) < datetime.timedelta(seconds=5)
    assert answer_link.VALID_FOR.days == 8


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_each_event_is_told_in_words_with_a_link_and_without_a_name(event: str) -> None:
    story = Doors()
    referral = story.referral(first_name="Awa", last_name="Diarra")
    waits = {"waiting_since": story.day, "waiting_reason": "no_place", "refusal_reason": "absent"}
    answered(story, referral, "waiting", answer="À mardi.", **waits)
    referral.refresh_from_db()
    message = actions.tell_prescriber(referral, event=event, at=now())
    assert message is not None
    assert referral.number in message.subject
    assert "%(" not in message.subject + message.body
    assert "Awa" not in message.subject + message.body
    assert "Diarra" not in message.subject + message.body
    assert anyone().get(link_in(message)).status_code == 200
    assert ("Rang dans la liste aujourd'hui : 1" in message.body) == (event == "waiting")
    assert ("À mardi." in message.body) == (event in ("accepted", "waiting", "refused", "expired"))


def test_nobody_is_told_when_no_email_is_known() -> None:
    story = Doors()
    referral = story.referral()
    referral.referent_email = ""
    assert actions.tell_prescriber(referral, event="receipt", at=now()) is None
    with pytest.raises(ValueError, match="unknown"):
        actions.tell_prescriber(referral, event="perdu", at=now())
