"""A coordinator reads answer times; a stranger and a colleague from elsewhere find nothing; a share and a relay open what they say."""

import datetime
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils.http import urlencode

from declic.accounts.enums import Role
from declic.core.dates import now, today
from declic.documents.actions import check_file
from declic.orientation.actions import accept_referral, add_proofs, put_on_waiting_list, refuse_referral
from declic.orientation.enums import RefusalReason, WaitingReason
from declic.orientation.models import Referral
from declic.orientation.spotting.actions import receive_list
from declic.people.actions import follow
from declic.people.models import AccessLog, Person
from tests.documents.files import PDF
from tests.e2e.conftest import Clock, Visitor
from tests.factories import a_partner, a_person, a_referral, a_site, a_user, an_edition, an_operator
from tests.orientation.spotting_rows import a_file, csv

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lunel(clock: Clock) -> SimpleNamespace:
    """An operator in two places, with a coordinator, an adviser of each place, and a partner that refers."""
    clock.turn(2024, 5, 6)
    operator = an_operator("Réseau Passerelle")
    coordinator = a_user(operator, name="Claire Vidal")
    north, south = a_site(operator, "Maison du Nord"), a_site(operator, "Maison du Sud")
    partner = a_partner(operator, name="Maison des solidarités")
    return SimpleNamespace(
        operator=operator,
        coordinator=coordinator,
        north=north,
        south=south,
        julien=a_user(operator, Role.ADVISER, site=north, name="Julien Marchand"),
        sarah=a_user(operator, Role.ADVISER, site=south, name="Sarah Cohen"),
        partner=partner,
        prescriber=a_user(partner, Role.PRESCRIBER, name="Inès Morel"),
        edition=an_edition(operator, by=coordinator, name="Printemps 2024"),
    )


def referred(lunel: SimpleNamespace, last_name: str, on: datetime.date, *, north: bool = True) -> Referral:
    person = a_person(
        lunel.operator, by=lunel.coordinator, first_name="Awa", last_name=last_name,
        site=lunel.north if north else lunel.south, phones=["+33612345678"],
    )  # fmt: skip
    return a_referral(person, lunel.edition, by=lunel.prescriber, prescriber=lunel.partner, on=on)


def _asked_and_answered(lunel: SimpleNamespace) -> None:
    """In the north: after 2, 3 and 12 days, one that waits since 20 days; in the south: after 4 days, one of yesterday."""

    def day(ago: int) -> datetime.date:
        return today() - datetime.timedelta(days=ago)

    given: dict[str, Any] = {"acting_user": lunel.coordinator}
    accept_referral(**given, referral=referred(lunel, "Diarra", day(30)), on=day(28), facts={}, site=lunel.north)
    put_on_waiting_list(**given, referral=referred(lunel, "Ba", day(30)), on=day(27), reason=WaitingReason.NO_PLACE)
    late: dict[str, Any] = {"referral": referred(lunel, "Sow", day(30)), "on": day(18)}
    refuse_referral(**given, **late, reason=RefusalReason.NON_MOBILE)
    referred(lunel, "Keïta", day(20))
    south: dict[str, Any] = {"referral": referred(lunel, "Camara", day(10), north=False), "on": day(6)}
    refuse_referral(**given, **south, reason=RefusalReason.NON_JOIGNABLE)
    referred(lunel, "Traoré", day(1), north=False)


def test_a_coordinator_reads_the_answer_times_down_to_the_records(visitor: Visitor, lunel: SimpleNamespace) -> None:
    _asked_and_answered(lunel)
    visitor.sign_in(lunel.coordinator.email).go("/orientations/").click("Délais").sees("Délais de réponse")

    def line(name: str) -> list[str]:
        row = visitor.page.locator("main tr", has=visitor.page.get_by_role("rowheader", name=name))
        return [" ".join(cell.split()) for cell in row.first.locator("td").all_inner_texts()]

    # Five answers out of six: mean of 2, 3, 12 and 4 days; nine in ten within 12 days.
    edition, north, south = line("Printemps 2024"), line("Maison du Nord"), line("Maison du Sud")
    assert edition[:2] == ["5,3 j", "12 j"], edition
    assert north[:2] == ["5,7 j", "12 j"], north
    assert south[:2] == ["4,0 j", "4 j"], south
    assert [cell.split()[0] for cell in edition[2:5]] == ["6", "4", "2"], edition
    assert [cell.split()[0] for cell in north[2:5]] == ["4", "3", "1"], north
    assert [cell.split()[0] for cell in south[2:5]] == ["2", "1", "1"], south

    # Each figure opens as many requests as it says; the late one is the one that waits.
    table = visitor.page.locator("main table").first
    figures = [(link.inner_text(), link.get_attribute("href") or "") for link in table.locator("tbody a").all()]
    assert len(figures) >= 4
    for words, address in figures:
        (count,) = [int(word) for word in words.split() if word.isdigit()]
        visitor.page.goto(visitor.base + address)
        assert visitor.page.locator("main tbody tr").count() == count, (words, address)
    late = next(address for _words, address in figures if "quoi=late&" in address or address.endswith("quoi=late"))
    visitor.go(late).sees("Keïta Awa").lacks("Traoré").click("Keïta Awa").sees("en retard, 20 jours")

    # Another period holds other numbers.
    visitor.go("/orientations/delais/").fill(du="01/05/2024").press("Filtrer").lacks("Maison du Nord")
    assert line("Maison du Sud")[2].split()[0] == "1"


def test_a_stranger_finds_nothing_by_any_way(visitor: Visitor, lunel: SimpleNamespace) -> None:
    referral = referred(lunel, "Diarra", today())
    add_proofs(
        acting_user=lunel.prescriber, referral=referral, proofs=[check_file(ContentFile(PDF, name="attestation.pdf"))]
    )
    batch = receive_list(
        acting_user=lunel.coordinator, edition=lunel.edition, site=lunel.north, source="allocataires", at=now(),
        upload=a_file(csv(("Benali", "Nadia", "02/02/1975", ""))),
    )  # fmt: skip
    person, proof = referral.person, referral.documents.get().document_id
    addresses = [
        reverse("web:file", args=[person.pk]),
        reverse("people:edit", args=[person.pk]),
        reverse("people:accesses", args=[person.pk]),
        reverse("orientation:detail", args=[referral.pk]),
        reverse("orientation:answer", args=[referral.pk]),
        reverse("orientation:document", args=[referral.pk, proof]),
        reverse("documents:download", args=[proof]),
        reverse("orientation:spotting_columns", args=[batch.pk]),
        reverse("orientation:funnel", args=[lunel.edition.pk]),
    ]
    elsewhere = an_operator("Autre réseau")
    stranger = a_user(elsewhere, name="Paul Roche")
    missing = person.pk + 1000

    visitor.sign_in(stranger.email).meets(reverse("web:file", args=[missing]), 404)
    nothing = visitor.text()
    for address in addresses:
        # The same words as for what does not exist: not even that someone has a file is told.
        visitor.meets(address, 404)
        assert visitor.text() == nothing, address
    for words in ("Diarra", "06 12 34 56 78", person.case_number, "Awa"):
        for page in ("web:search", "people:list"):
            visitor.go(f"{reverse(page)}?{urlencode({'q': words})}").sees("Personne ne correspond")
            assert addresses[0] not in visitor.page.content(), words
    visitor.go("/orientations/").lacks("Diarra").go("/orientations/delais/").lacks("Printemps 2024")
    visitor.go("/personnes/nouvelle/").fill(
        first_name="Awa", last_name="Diarra", **{"phones-0-number": "06 12 34 56 78"}
    )
    visitor.press("Ouvrir le dossier").sees("Le dossier d’Awa Diarra est ouvert")
    assert not AccessLog.objects.filter(person=person, user=stranger).exists()
    assert Person.objects.filter(last_name="Diarra", operator=elsewhere).count() == 1


def test_another_place_reads_a_file_once_it_is_shared_and_the_file_says_who_looked(
    visitor: Visitor, others: Callable[..., Visitor], lunel: SimpleNamespace, clock: Clock
) -> None:
    person = a_person(lunel.operator, by=lunel.coordinator, first_name="Awa", last_name="Diarra", site=lunel.north)
    file, search = reverse("web:file", args=[person.pk]), "/chercher/?q=Diarra"
    julien, sarah = visitor, others()

    # --- the adviser of the south finds nothing
    sarah.sign_in(lunel.sarah.email).meets(file, 404).go(search).sees("Personne ne correspond").lacks("Awa")

    # --- the file is shared with her team, for a reason and until a day
    julien.sign_in(lunel.julien.email).go(file).click("Partager").fill(site=str(lunel.south.pk), until="04/05/2024")
    julien.press("Partager")
    assert julien.page.locator("[name=reason][aria-invalid=true]").count() == 1
    julien.fill(reason="Suit l’atelier du mardi").press("Partager").sees("Cette date est passée")
    julien.fill(until="31/05/2024").press("Partager").sees("jusqu’au 31/05/2024").sees("Suit l’atelier du mardi")

    # --- she finds it and reads it; the file says so
    sarah.go(search).click("Awa Diarra").sees("Suit l’atelier du mardi")
    assert sarah.path().startswith(file)
    julien.go(file).sees("Maison du Sud").click("Qui a lu ce dossier").sees("Sarah Cohen").sees("Julien Marchand")

    # --- the last day is over: it is closed to her again
    clock.turn(2024, 5, 31)
    sarah.sign_in(lunel.sarah.email).go(file).sees("Awa Diarra")
    clock.turn(2024, 6, 1)
    sarah.sign_in(lunel.sarah.email).meets(file, 404).go(search).sees("Personne ne correspond")


def test_a_colleague_takes_over_the_caseload_of_who_is_away(
    visitor: Visitor, others: Callable[..., Visitor], lunel: SimpleNamespace, clock: Clock
) -> None:
    marc = a_user(lunel.operator, Role.ADVISER, name="Marc Lefèvre", caseload_only=True)
    lea = a_user(lunel.operator, Role.ADVISER, name="Léa Fabre", caseload_only=True)
    followed = [a_person(lunel.operator, by=lunel.coordinator, last_name=name) for name in ("Benali", "Lambert")]
    for person in followed:
        follow(acting_user=lunel.coordinator, person=person, user=lea, since=today())
    colleague, away = others(), visitor
    colleague.sign_in(marc.email).go("/personnes/").sees("Aucun dossier pour l’instant")

    # --- one form, by the keys alone: who, until when
    away.sign_in(lea.email).go("/personnes/").sees("Benali").go("/comptes/absences/").click("Prévoir une absence")
    away.page.evaluate("document.activeElement.blur()")
    away.type(substitute=str(marc.pk)).reach("main [name=ends_on]")
    away.page.keyboard.type("12/05/2024")
    away.reach("main button[type=submit]").key("Enter")
    away.page.get_by_role("status").get_by_text("prend le relais").wait_for()
    away.check().sees("Marc Lefèvre prend le relais de Léa Fabre du 6 mai 2024 au 12 mai 2024")

    # --- he sees the people followed, opens a file, and the last day over sees them no more
    colleague.go("/personnes/").sees("Benali").sees("Lambert").click("Benali").sees("suivie par Léa Fabre")
    clock.turn(2024, 5, 13)
    colleague.sign_in(marc.email).go("/personnes/").lacks("Benali").meets(
        reverse("web:file", args=[followed[0].pk]), 404
    )
    away.sign_in(lea.email).go(reverse("people:accesses", args=[followed[0].pk])).sees("Marc Lefèvre")
