"""Bagnolet's ceremony: twenty people receive their machine on one telephone, and the connection drops in the middle."""

import datetime
import os
from types import SimpleNamespace

import pytest
from django.contrib.sessions.models import Session

from declic.core.dates import now, today
from declic.equipment.actions import hand_over, prepare_ceremony
from declic.equipment.models import Agreement, Allocation, CeremonySync, Claim
from tests.e2e.conftest import Visitor
from tests.equipment.stories import prepared, ready
from tests.factories import PASSWORD, a_user, an_edition, an_enrolment, an_operator, terms

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 20
SMALL, LARGE = {"width": 320, "height": 640}, {"width": 1280, "height": 900}


def _ccas() -> SimpleNamespace:
    operator = an_operator("CCAS de Bagnolet")
    coordinator = a_user(operator, name="Claire Vidal")
    edition = an_edition(
        operator,
        by=coordinator,
        name="Cette année",
        starts_on=today() - datetime.timedelta(days=60),
        ends_on=today() + datetime.timedelta(days=120),
        terms=terms(equipment=[{"mode": "gift", "kinds": ["laptop"]}]),
    )
    enrolments = [an_enrolment(edition=edition, by=coordinator, on=today()) for _number in range(PEOPLE)]
    ready(operator, by=coordinator, count=PEOPLE)
    allocations = [prepared(enrolment, by=coordinator, on=today(), mode="gift") for enrolment in enrolments]
    ceremony = prepare_ceremony(
        acting_user=coordinator, edition=edition, name="Remise de novembre", on=today(), place="Salle des fêtes",
        allocations=allocations,
    )  # fmt: skip
    return SimpleNamespace(coordinator=coordinator, edition=edition, ceremony=ceremony)


def _serve(visitor: Visitor, tag: str, *, draws: bool = False) -> None:
    """Scan the label, sign, hand over."""
    page = visitor.page
    page.locator("#q").fill(tag)
    page.locator("#q").press("Enter")
    button = page.locator("#serve-go")
    button.wait_for()
    if draws:
        page.locator("canvas").scroll_into_view_if_needed()
        box = page.locator("canvas").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 30, box["y"] + 60)
        page.mouse.down()
        page.mouse.move(box["x"] + 120, box["y"] + 20, steps=3)
        page.mouse.move(box["x"] + 200, box["y"] + 50, steps=3)
        page.mouse.up()
        _look(visitor, "serve")
    button.click()
    page.locator("#day").wait_for()


def _served(visitor: Visitor, number: int) -> None:
    """The progress of the day, once it shows."""
    visitor.page.locator("#served-count").get_by_text(str(number), exact=True).wait_for()


def _look(visitor: Visitor, name: str) -> None:
    """The page at the two sizes: accessible, no wider than the window; a picture of it when someone asks."""
    for size in (SMALL, LARGE):
        visitor.page.set_viewport_size(size)
        visitor.check()
        if folder := os.environ.get("DECLIC_LOOK"):
            visitor.page.screenshot(path=f"{folder}/{name}-{size['width']}.png", full_page=True)


def test_twenty_people_are_served_though_the_connection_drops(visitor: Visitor) -> None:
    ccas = _ccas()
    page, context = visitor.page, visitor.page.context
    there = f"/materiel/remises/{ccas.ceremony.pk}/"

    # --- machines for everybody, then the page of the day is opened once with a connection
    visitor.sign_in(ccas.coordinator.email).go(there).sees("0 sur 20").click("Attribuer les machines")
    _look(visitor, "machines")
    visitor.press("Prendre les machines prêtes").sees("20 machines mises de côté").sees("Tout est prêt")
    _look(visitor, "ceremony")
    visitor.click("Page du jour")
    page.locator("main[data-ready]").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    tags = list(Allocation.objects.order_by("device__tag").values_list("device__tag", flat=True))
    _look(visitor, "day")
    for number, tag in enumerate(tags[:3], 1):
        _serve(visitor, tag, draws=number == 1)
        _served(visitor, number)
    page.locator("#part-kept").wait_for(state="hidden")
    assert Agreement.objects.filter(how="screen").count() == 1

    # --- the connection drops: what is done stays on the telephone, even when the page is opened again
    context.set_offline(True)
    for tag in tags[3:15]:
        _serve(visitor, tag)
    page.get_by_text("Hors connexion : 12 remises gardées sur cet appareil").wait_for()
    page.reload()
    page.locator("main[data-ready]").wait_for()
    page.get_by_text("Hors connexion : 12 remises gardées sur cet appareil").wait_for()
    _served(visitor, 15)
    visitor.complaints.clear()  # the browser says itself that it has no connection
    _look(visitor, "offline")
    assert Agreement.objects.count() == 3

    # --- meanwhile a colleague serves one of them, and the session of the telephone ends
    twice = Allocation.objects.select_related("person").get(device__tag=tags[5])
    hand_over(acting_user=ccas.coordinator, allocation=twice, at=now(), means="cash", signed_by=str(twice.person))
    Session.objects.all().delete()
    context.set_offline(False)
    page.get_by_text("Reconnectez-vous").wait_for()
    assert CeremonySync.objects.count() == 3
    page.get_by_role("link", name="Se connecter, puis revenir ici").click()
    page.get_by_label("Courriel").fill(ccas.coordinator.email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()

    # --- everything is sent; the one who was served twice is told
    page.locator("#part-refused").get_by_text("a déjà reçu").wait_for()
    _served(visitor, 15)
    page.locator("#part-kept").wait_for(state="hidden")
    visitor.complaints.clear()
    _look(visitor, "refused")
    visitor.agree("Écarter")
    page.locator("#part-refused").wait_for(state="hidden")
    assert Agreement.objects.count() == 15

    # --- the last five, and the day is closed: the telephone forgets its list
    for number, tag in enumerate(tags[15:], 16):
        _serve(visitor, tag)
        _served(visitor, number)
    page.locator("#part-kept").wait_for(state="hidden")
    visitor.sees("20 sur 20").go(there).sees("20 sur 20").press("Clore la remise").sees("La remise est close")
    page.goto(visitor.base + there + "jour/")
    page.get_by_text("La liste a été effacée de cet appareil").wait_for()
    lists = """() => new Promise((resolve) => { const asked = indexedDB.open("declic-remises"); asked.onsuccess = () => {
      const read = asked.result.transaction(["lists", "queue"]).objectStore("lists").count();
      read.onsuccess = () => resolve(read.result); }; })"""
    assert page.evaluate(lists) == 0

    # --- twenty times once
    assert Agreement.objects.count() == PEOPLE
    assert Claim.objects.filter(kind="transfer").count() == PEOPLE
    assert CeremonySync.objects.filter(outcome="done").count() == PEOPLE - 1
    assert CeremonySync.objects.filter(outcome="refused").count() == 1
    visitor.go(f"/bilans/edition/{ccas.edition.pk}/").tells("Personnes servies à chaque remise", "20")
