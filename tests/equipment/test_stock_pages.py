"""The pages of the stock as a whole, as someone uses them."""

import csv
import datetime
import re
import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from declic.core.errors import DomainError
from declic.equipment import actions
from declic.equipment.enums import DeviceState
from declic.equipment.models import Allocation, CategoryReservation, Journey, Part, PartMovement, StockCount
from tests.equipment.stories import prepared, ready, received
from tests.equipment.test_priority import ORDER
from tests.factories import DAY, a_site, a_user, an_edition, an_enrolment, an_operator, at, signed_in, terms

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Any:
    operator = an_operator()
    user = a_user(operator)
    return SimpleNamespace(
        operator=operator,
        user=user,
        client=signed_in(user),
        here=a_site(operator, "Atelier"),
        there=a_site(operator, "Boutique"),
    )


def text_of(client: Client, address: str, typed: dict[str, Any] | None = None) -> str:
    response = client.get(address) if typed is None else client.post(address, typed, follow=True)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).replace("\u202f", " ")


def test_machines_are_sent_and_received_in_the_screens(house: Any) -> None:
    first, second = received(house.operator, by=house.user, count=2, site=house.here)
    address = reverse("equipment:journey_create")
    page = house.client.get(f"{address}?de={house.here.pk}")
    token = re.search(r'name="form_token" value="([^"]+)"', page.content.decode())
    assert token is not None
    typed = {
        "form_token": token[1],
        "origin": house.here.pk,
        "destination": house.there.pk,
        "labels": f"{first.tag}\nhttps://x.fr/e/{first.tag}/",
        "ticked": [second.pk],
    }
    assert "en route" in text_of(house.client, address, typed)
    text_of(house.client, address, typed)
    journey = Journey.objects.get()
    assert journey.lines.count() == 2
    here = reverse("equipment:journey", args=[journey.pk])
    assert "INCONNUE" in text_of(house.client, here, {"labels": f"{first.tag}\nINCONNUE"})
    assert "1 machine reçue" in text_of(house.client, here, {"labels": first.tag.lower()})
    assert "déjà reçues" in text_of(house.client, here, {"labels": first.tag})
    assert "Il manque" in text_of(house.client, reverse("equipment:journey_missing", args=[journey.pk]), {})
    lost = reverse("equipment:journey_lost", args=[journey.pk, second.pk])
    assert "est déclarée perdue" in text_of(house.client, lost, {"reason": "introuvable"})


def test_a_place_is_counted_and_corrected_in_the_screens(house: Any) -> None:
    (mine,) = received(house.operator, by=house.user, site=house.here)
    (far,) = received(house.operator, by=house.user, site=house.there)
    text_of(house.client, reverse("equipment:counts"), {"site": house.here.pk})
    count = StockCount.objects.get()
    page = reverse("equipment:count", args=[count.pk])
    assert "sa fiche dit « Boutique »" in text_of(house.client, page, {"text": far.tag}).replace("\xa0", " ")
    assert "Commencez" not in text_of(house.client, page)
    assert "il manque 1" in text_of(house.client, reverse("equipment:count_close", args=[count.pk]), {})
    text_of(house.client, reverse("equipment:count_put_here", args=[count.pk]), {"tag": far.tag})
    text_of(house.client, reverse("equipment:count_lost", args=[count.pk]), {"tag": mine.tag})
    far.refresh_from_db()
    mine.refresh_from_db()
    assert (far.site, mine.state) == (house.here, "lost")
    assert mine.tag in text_of(house.client, reverse("equipment:count_sheet", args=[count.pk]))


def test_the_result_of_a_closed_count_leaves_as_a_sheet_that_runs_nothing(house: Any) -> None:
    here, missing = received(house.operator, by=house.user, count=2, site=house.here)
    (far,) = received(house.operator, by=house.user, site=house.there)
    (gone,) = received(house.operator, by=house.user, site=house.here)
    actions.scrap(acting_user=house.user, device=gone, reason="hors d'usage")
    count = actions.open_count(acting_user=house.user, operator=house.operator, site=house.here, at=at(DAY))
    for text in (here.tag, far.tag, gone.tag, "=HYPERLINK(1)"):
        actions.scan_label(acting_user=house.user, count=count, text=text, at=at(DAY))
    address = reverse("equipment:count_csv", args=[count.pk])
    assert house.client.get(address).status_code == 404
    actions.close_count(acting_user=house.user, count=count, at=at(DAY))
    rows = list(csv.reader(house.client.get(address).content.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert rows[1:] == [
        [here.tag, "à sa place", "Atelier", ""],
        [missing.tag, "manque", "Atelier", "reçu"],
        [far.tag, "ici, rangée ailleurs", "Boutique", ""],
        [gone.tag, "ici, notée sortie du stock", "", str(DeviceState.SCRAPPED.label)],
        ["'=HYPERLINK(1)", "étiquette inconnue", "", ""],
    ]


def test_a_part_leaves_the_lists_once_none_is_left_and_can_come_back(house: Any) -> None:
    part = actions.create_part(acting_user=house.user, operator=house.operator, kind="memory", name="DDR2 1 Go")
    address, end = (reverse(f"equipment:{name}", args=[part.pk]) for name in ("part", "part_end"))
    moved = {"acting_user": house.user, "part": part, "site": house.here, "on": DAY}
    actions.move_part(**moved, quantity=2, reason="bought", token=uuid.uuid4())
    assert "Ne plus l" not in text_of(house.client, address)
    assert "Il en reste 2" in text_of(house.client, end, {}).replace("\xa0", " ")
    actions.move_part(**moved, quantity=-2, reason="lost", token=uuid.uuid4())
    assert "Ne plus l" in text_of(house.client, address)
    assert "est plus comptée" in text_of(house.client, end, {})
    assert "est plus utilisée" in text_of(house.client, end, {})
    page = text_of(house.client, reverse("equipment:parts"))
    assert page.index("Plus utilisées") < page.index("DDR2 1 Go")
    assert "Plus utilisée depuis" in text_of(house.client, address).replace("\xa0", " ")
    with pytest.raises(DomainError, match="reprenez-la"):
        actions.move_part(**moved, quantity=1, reason="bought", token=uuid.uuid4())
    back = reverse("equipment:part_resume", args=[part.pk])
    assert "se compte de nouveau" in text_of(house.client, back, {})
    assert "déjà parmi" in text_of(house.client, back, {})
    assert actions.move_part(**moved, quantity=1, reason="bought", token=uuid.uuid4()).quantity == 1


def test_parts_minimums_and_needs_are_told_on_the_page_of_the_stock(house: Any) -> None:
    ready(house.operator, by=house.user, site=house.here)
    typed = {"kind": "charger", "name": "Chargeur 65 W", "minimum": "4"}
    text_of(house.client, reverse("equipment:part_create"), typed)
    part = Part.objects.get()
    move = reverse("equipment:part_move", args=[part.pk])
    moved = {"what": "bought", "quantity": "3", "site": house.here.pk, "on": "04/03/2024"}
    assert "Il y a maintenant 3" in text_of(house.client, move, moved).replace("\xa0", " ")
    assert "Dites de quelle machine" in text_of(house.client, move, {**moved, "what": "used"})
    assert "Il n'y a que 3" in text_of(house.client, move, {**moved, "what": "lost", "quantity": "5"}).replace(
        "&#x27;", "'"
    ).replace("\xa0", " ")
    assert PartMovement.objects.count() == 1
    text_of(house.client, reverse("equipment:minimum"), {"kind": "laptop", "minimum": "2"})
    edition = an_edition(house.operator, by=house.user, ends_on=datetime.date(2099, 1, 1))
    typed = {"edition": edition.pk, "kind": "laptop", "count": "3", "needed_on": "01/01/2098"}
    said = text_of(house.client, reverse("equipment:reservation_create"), typed)
    assert "il manque encore 2" in said.replace("\xa0", " ")
    assert CategoryReservation.objects.count() == 1
    with CaptureQueriesContext(connection) as few:
        page = text_of(house.client, reverse("equipment:shelves"))
    assert "Le stock est bas" in page
    assert "Des pièces vont manquer" in page
    for _ in range(3):
        received(house.operator, by=house.user, site=house.there, kind="tablet", tag_prefix="TAB")
        other = an_edition(house.operator, by=house.user)
        actions.reserve_category(
            acting_user=house.user,
            edition=other,
            kind="tablet",
            count=1,
            needed_on=other.ends_on,
            on=other.starts_on,
        )
    with CaptureQueriesContext(connection) as many:
        house.client.get(reverse("equipment:shelves"))
    assert len(many) <= len(few)


def test_the_page_says_who_is_next_and_passing_her_asks_why(house: Any) -> None:
    edition = an_edition(house.operator, by=house.user, terms=terms(equipment=[ORDER]))
    facts = ({"equipment": ["ordinateur"]}, {"equipment": []})
    late, early = (an_enrolment(edition=edition, by=house.user, facts=known) for known in facts)
    page = text_of(house.client, reverse("equipment:serve_next", args=[edition.pk])).replace("\xa0", " ")
    assert page.index(str(early.person)) < page.index(str(late.person))
    assert "ni ordinateur ni tablette à la maison" in page
    (machine,) = ready(house.operator, by=house.user)
    address = reverse("equipment:allocate", args=[late.pk])
    typed = {"offer": "loan:laptop", "device": machine.tag, "on": "01/01/2098"}
    assert "d&#x27;autres personnes passent avant" in house.client.post(address, typed).content.decode()
    text_of(house.client, address, {**typed, "exception_reason": "Entretien demain"})
    assert Allocation.objects.get().exception_reason == "Entretien demain"


def test_a_ready_machine_is_picked_from_the_shelf_shown_beside(house: Any) -> None:
    machine, _other = ready(house.operator, by=house.user, count=2, site=house.here)
    edition = an_edition(house.operator, by=house.user)
    allocation = prepared(an_enrolment(edition=edition, by=house.user), None, by=house.user)
    address = reverse("equipment:reserve", args=[allocation.pk])
    assert f"?machine={machine.tag}" in house.client.get(address).content.decode()
    box = rf'<input[^>]*name="device"[^>]*value="{machine.tag}"'
    assert not re.search(box, house.client.get(address).content.decode())
    assert re.search(box, house.client.get(f"{address}?machine={machine.tag}").content.decode())
