"""The pages of messages, as those who use them see them."""

import contextlib
import re
import zlib
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from declic.accounts.enums import Role
from declic.messaging.enums import Failure, MessageState
from declic.messaging.letters import letters_document
from declic.messaging.models import Message, MessageBudget
from tests.factories import DAY, a_person, a_site, a_user, an_operator, at, signed_in
from tests.messaging.factories import a_budget, a_letter, an_sms, queued

pytestmark = pytest.mark.django_db


def _streams(pdf: bytes) -> Iterator[bytes]:
    """The compressed parts of a PDF, opened."""
    for part in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL):
        with contextlib.suppress(zlib.error):
            yield zlib.decompress(part)


def failed(message: Message, failure: str = Failure.WRONG_ADDRESS) -> Message:
    Message.objects.filter(pk=message.pk).update(
        state=MessageState.FAILED, failure=failure, error="Ce numéro n'existe pas."
    )
    message.refresh_from_db()
    return message


def text(response: Any) -> str:
    words = unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))
    return re.sub(r"\s+", " ", words).replace("’", "'")


def test_the_first_tab_shows_what_nobody_received() -> None:
    operator = an_operator()
    client = signed_in(a_user(operator, Role.ADVISER))
    failed(an_sms(operator, recipient="Awa Diarra"))
    queued(operator, recipient="Zoé Petit")
    page = text(client.get(reverse("messaging:list")))
    assert "Awa Diarra" in page
    assert "Ce numéro n'existe pas" in page
    assert "Zoé Petit" not in page
    everything = text(client.get(reverse("messaging:list") + "?vue=tous"))
    assert "Awa Diarra" in everything
    assert "Zoé Petit" in everything


def test_filters_narrow_the_list() -> None:
    operator = an_operator()
    client = signed_in(a_user(operator))
    failed(an_sms(operator, recipient="Awa Diarra"))
    queued(operator, recipient="Zoé Petit")
    address = reverse("messaging:list") + "?vue=tous&"
    assert "Zoé Petit" not in text(client.get(address + "canal=sms"))
    assert "Awa Diarra" not in text(client.get(address + "etat=queued"))
    assert "Aucun message ne correspond" in text(client.get(address + "canal=letter"))


def test_an_empty_list_says_that_all_is_well() -> None:
    client = signed_in(a_user(an_operator()))
    assert "Tous les messages sont arrivés" in text(client.get(reverse("messaging:list")))
    assert "Aucun message pour l'instant" in text(client.get(reverse("messaging:list") + "?vue=tous"))
    assert "Aucune lettre à poster" in text(client.get(reverse("messaging:letters")))
    assert "Aucun budget" in text(client.get(reverse("messaging:budgets")))


def test_the_lists_cost_the_same_queries_however_long(django_assert_max_num_queries: Any) -> None:
    operator = an_operator()
    user = a_user(operator)
    person = a_person(operator, by=user)
    for number in range(8):
        queued(operator, about_person=person.pk, subject=f"Message {number}")
        failed(an_sms(operator, about_person=person.pk))
        a_letter(operator, about_person=person.pk)
    client = signed_in(user)
    for address in (
        reverse("messaging:list"),
        reverse("messaging:list") + "?vue=tous",
        reverse("messaging:letters"),
        reverse("messaging:budgets"),
    ):
        with django_assert_max_num_queries(13):
            assert client.get(address).status_code == 200


def test_a_wrong_number_is_corrected_and_the_message_leaves_again() -> None:
    operator = an_operator()
    client = signed_in(a_user(operator))
    message = failed(an_sms(operator))
    page = client.get(reverse("messaging:message", args=[message.pk]))
    assert "adresse ou numéro faux" in text(page)
    again = reverse("messaging:again", args=[message.pk])
    assert again in page.content.decode()
    refused = client.post(again, {"address": "05 61 23 45 67"})
    assert refused.status_code == 422
    assert "téléphone fixe" in text(refused)
    assert 'value="05 61 23 45 67"' in refused.content.decode(), "what was typed is kept"
    accepted = client.post(again, {"address": "07 57 12 34 56"}, follow=True)
    assert "Le message repart" in text(accepted)
    message.refresh_from_db()
    assert (message.state, message.address) == (MessageState.QUEUED, "+33757123456")
    twice = client.post(again, {"address": "07 57 12 34 56"})
    assert twice.status_code == 422
    assert "déjà parti" in text(twice)


def test_a_task_is_done_in_one_click_and_says_by_whom() -> None:
    operator = an_operator()
    user = a_user(operator, name="Claire Vidal")
    client = signed_in(user)
    message = failed(queued(operator))
    handled = reverse("messaging:handled", args=[message.pk])
    assert "n'attend plus personne" in text(client.post(handled, follow=True))
    assert "Traité par Claire Vidal" in text(client.get(reverse("messaging:message", args=[message.pk])))
    assert "déjà traité" in text(client.post(handled, follow=True))


def test_an_email_that_came_back_becomes_a_task() -> None:
    operator = an_operator()
    client = signed_in(a_user(operator))
    message = queued(operator)
    Message.objects.filter(pk=message.pk).update(state=MessageState.SENT, sent_at=at(DAY))
    page = client.get(reverse("messaging:message", args=[message.pk]))
    assert "Le courriel est revenu" in text(page)
    said = text(client.post(reverse("messaging:returned", args=[message.pk]), follow=True))
    assert "demandez la bonne adresse" in said
    assert "revenu à l'expéditeur" in said


def test_exactly_the_letters_shown_are_posted() -> None:
    operator = an_operator()
    client = signed_in(a_user(operator))
    letters = [a_letter(operator, recipient=f"Personne {number}") for number in range(2)]
    a_letter(operator, recipient="Sans adresse", address="")
    page = client.get(reverse("messaging:letters"))
    assert "Imprimer les 3 lettres" in text(page)
    assert "à remettre en main propre" in text(page)
    posted = reverse("messaging:posted")
    said = client.post(posted, {"letter": [letter.pk for letter in letters]}, follow=True)
    assert "2 lettres notées comme postées" in text(said)
    assert Message.objects.filter(state=MessageState.QUEUED).count() == 1
    assert "déjà notées" in text(client.post(posted, {"letter": letters[0].pk}, follow=True))
    assert "déjà notées" in text(client.post(posted, follow=True))


def test_the_address_of_a_letter_is_corrected_before_it_is_posted() -> None:
    operator = an_operator()
    client = signed_in(a_user(operator))
    letter = a_letter(operator, address="")
    again = reverse("messaging:again", args=[letter.pk])
    assert "Corriger l'adresse" in text(client.get(again))
    typed = {"address": "1 rue A\r\n31000 TOULOUSE"}
    assert "Lettres à poster" in text(client.post(again, typed, follow=True))
    letter.refresh_from_db()
    assert (letter.address, letter.state) == ("1 rue A\n31000 TOULOUSE", MessageState.QUEUED)
    client.post(reverse("messaging:posted"), {"letter": letter.pk})
    late = client.post(again, typed)
    assert late.status_code == 422
    assert "déjà parti" in text(late)


def test_nobody_posts_or_prints_the_letters_of_another_operator() -> None:
    letter = a_letter(an_operator())
    client = signed_in(a_user(an_operator()))
    assert "déjà notées" in text(client.post(reverse("messaging:posted"), {"letter": letter.pk}, follow=True))
    assert Message.objects.get().state == MessageState.QUEUED
    assert client.get(reverse("messaging:letters_pdf"), {"lettre": letter.pk}).status_code == 303
    assert client.get(reverse("messaging:letter_pdf", args=[letter.pk])).status_code == 404


def test_letters_are_printed_one_a_page() -> None:
    operator = an_operator()
    client = signed_in(a_user(operator))
    letters = [a_letter(operator, subject="Votre dossier : à lire"), a_letter(operator, language="ar", body="مرحبا")]
    response = client.get(reverse("messaging:letters_pdf"), {"lettre": [letter.pk for letter in letters]})
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    inside = response.content + b"".join(_streams(response.content))
    assert b"/Count 2" in inside
    assert b"/StructTreeRoot" in inside, "read aloud in its order"
    assert b"pdfuaid" in inside


def test_the_address_shows_through_the_window_of_the_envelope() -> None:
    """Between 105 and 185 mm from the left, 55 and 79 mm from the top, however long the address may be (six lines)."""
    lines = [
        "Résidence Les Lilas, bâtiment C, appt 45",
        "12 rue des Lilas",
        "Lieu-dit La Plaine",
        "BP 12",
        "31000 TOULOUSE",
    ]
    letter = a_letter(an_operator(), address="\n".join(lines), recipient="Marie-Christine Delahaye-Fontanarosa")
    (page,) = letters_document([letter]).pages
    window = _window(page)
    millimetre = 96 / 25.4
    left, top = window.position_x / millimetre, window.position_y / millimetre
    texts = [box for box in window.descendants() if hasattr(box, "text")]
    right = max((box.position_x + box.width) / millimetre for box in texts)
    bottom = max((box.position_y + box.height) / millimetre for box in texts)
    assert [box.text for box in texts] == [letter.recipient, *lines], "each on a line of its own"
    assert left >= 104.9
    assert top >= 54.9
    assert right <= 185.1
    assert bottom <= 79.6


def test_an_sms_handed_over_on_paper_shows_no_number() -> None:
    message = an_sms(an_operator(), recipient="Awa Diarra")
    (page,) = letters_document([message]).pages
    assert [box.text for box in _window(page).descendants() if hasattr(box, "text")] == ["Awa Diarra"]


def _window(page: Any) -> Any:
    """What is laid out behind the window of the envelope."""
    boxes = [box for box in page._page_box.descendants() if box.element is not None]
    (window,) = [box for box in boxes if box.element.get("class") == "window"]
    return window


def test_an_adviser_of_one_place_reads_no_message_about_someone_of_another() -> None:
    operator = an_operator()
    here, there = a_site(operator), a_site(operator)
    coordinator = a_user(operator)
    adviser = signed_in(a_user(operator, Role.ADVISER, site=here))
    known, unknown = (a_person(operator, by=coordinator, site=site) for site in (here, there))
    mine = failed(queued(operator, about_person=known.pk, recipient="Awa Ici"))
    other = failed(queued(operator, about_person=unknown.pk, recipient="Awa Ailleurs"))
    page = text(adviser.get(reverse("messaging:list")))
    assert "Awa Ici" in page
    assert "Awa Ailleurs" not in page
    assert adviser.get(reverse("messaging:message", args=[mine.pk])).status_code == 200
    assert adviser.get(reverse("messaging:message", args=[other.pk])).status_code == 404
    assert signed_in(coordinator).get(reverse("messaging:message", args=[other.pk])).status_code == 200


def test_a_budget_is_made_and_changed_and_shows_what_is_left() -> None:
    operator = an_operator()
    client = signed_in(a_user(operator))
    typed = {"name": "Messages 2024", "amount_cents": "50", "warn_at_percent": "80", "letter_cents": "1,39"}
    client.post(reverse("messaging:budget_create"), typed)
    budget = MessageBudget.objects.get()
    assert (budget.amount_cents, budget.letter_cents, budget.operator) == (5000, 139, operator)
    again = client.post(reverse("messaging:budget_create"), typed)
    assert again.status_code == 422
    assert "déjà ce nom" in text(again)
    message = a_letter(operator, budget=budget)
    Message.objects.filter(pk=message.pk).update(cost_mills=45000)
    page = text(client.get(reverse("messaging:budgets")))
    assert "45,00 € sur 50,00 €, soit 90 %" in page
    assert "bientôt épuisé" in page
    edit = reverse("messaging:budget_edit", args=[budget.pk])
    form = client.get(edit).context["form"]
    stale = client.post(edit, {**typed, "amount_cents": "40", "version": "hier"})
    assert stale.status_code == 422
    client.post(edit, {**typed, "amount_cents": "40", "version": form.current_version})
    budget.refresh_from_db()
    assert budget.amount_cents == 4000
    assert "épuisé" in text(client.get(reverse("messaging:budgets")))


def test_an_adviser_keeps_no_budget() -> None:
    operator = an_operator()
    client = signed_in(a_user(operator, Role.ADVISER))
    assert client.get(reverse("messaging:budgets")).status_code == 404
    assert client.get(reverse("messaging:budget_edit", args=[a_budget(operator).pk])).status_code == 404
    assert "Budgets" not in text(client.get(reverse("messaging:list")))
