"""One machine told through the screens: from its lot to a first person, a swap, a return, and a second person."""

import pytest
from django.urls import reverse

from declic.core.dates import today
from declic.equipment.enums import DeviceState
from declic.equipment.models import Allocation, Device
from declic.ledger.queries import deposits_held
from tests.e2e.conftest import Visitor
from tests.equipment.stories import ready
from tests.factories import a_person, a_user, an_edition, an_enrolment, an_operator

pytestmark = pytest.mark.django_db(transaction=True)


def over_the_bench(visitor: Visitor, device: Device, drive: str) -> None:
    """Sort, erase, test, install, grade, put on the shelf: what a refurbisher does on the page of a machine."""
    visitor.go(reverse("equipment:device", args=[device.pk])).press("Sans verrou : à effacer")
    visitor.page.get_by_text("Sans fichier de preuve", exact=True).click()
    visitor.fill(
        drive_serial=drive, method="nwipe, une passe de zéros", verification="relecture", reason="journal perdu, relu"
    )
    visitor.press("Enregistrer l’effacement").sees("Effacement certifié à la main")
    visitor.press("Tout le reste fonctionne").sees("Essais réussis")
    visitor.fill(system="Linux Mint 22").press("Enregistrer l’installation").sees("Système installé")
    visitor.fill(condition="good", memory_gb="8").press("Calculer le grade").press("Mettre en rayon")
    visitor.sees("elle peut être attribuée")


def handed_over(visitor: Visitor, enrolment: int, device: Device) -> Allocation:
    """Reserve the machine for someone and hand it over with its deposit."""
    visitor.go(reverse("equipment:allocate", args=[enrolment])).fill(device=device.tag)
    visitor.press("Réserver pour cette personne").click("Remettre").fill(means="cash")
    visitor.press(f"Remettre {device.tag} et encaisser 50,00 €").sees("La caution de 50,00 € est encaissée")
    return Allocation.objects.get(enrolment=enrolment)


def test_a_machine_goes_from_its_lot_to_a_second_person(visitor: Visitor) -> None:
    operator = an_operator()
    user = a_user(operator)
    edition = an_edition(
        operator, by=user, starts_on=today().replace(month=1, day=1), ends_on=today().replace(year=2199)
    )
    first, second = (
        an_enrolment(person=a_person(operator, by=user, first_name=name), edition=edition, by=user, on=today())
        for name in ("Awa", "Karim")
    )
    (spare,) = ready(operator, by=user)

    # A lot comes in and its machine goes over the bench.
    visitor.sign_in(user.email).go(reverse("equipment:lot_create"))
    visitor.fill(label="Mairie", count="1", kind="laptop", brand="Dell", model="Latitude").press("Recevoir le lot")
    device = Device.objects.exclude(pk=spare.pk).get()
    over_the_bench(visitor, device, "DISQUE-1")

    # Awa receives it; it breaks down and is swapped: the deposit stays, the agreement has an amendment.
    loan = handed_over(visitor, first.pk, device)
    page = reverse("equipment:allocation", args=[loan.pk])
    visitor.go(page).click("Échanger").fill(new_device=spare.tag, reason="écran noir").press("Échanger")
    visitor.sees(f"{device.tag} part en réparation").sees("Avenant à la convention : n° 1").sees("50,00 €")

    # She says ahead that she will give it back, announces it, brings it: inspected, deposit refunded, nobody owes anything.
    visitor.click("Noter son choix").fill(choice="return").press("Noter son choix").sees(
        "au terme, la personne veut rendre"
    )
    visitor.press("Noter le retour annoncé").go(f"{reverse('equipment:loans')}?vue=retours-annonces").sees("Awa")
    visitor.go(page).click("La machine revient").fill(condition="good", accessories="charger")
    visitor.press("Enregistrer le retour").sees("La caution de 50,00 € est rendue").sees("Personne ne doit plus rien")
    visitor.sees("revenus : chargeur")
    assert deposits_held(operator) == 0

    # The first machine is mended and proved again, then goes to Karim: nothing of its former life counts.
    visitor.go(reverse("equipment:device", args=[device.pk])).press("Elle est réparée")
    device.refresh_from_db()
    assert device.state == DeviceState.TRIAGED
    assert device.cycle > 1
    visitor.page.get_by_text("Sans fichier de preuve", exact=True).click()
    visitor.fill(
        drive_serial="DISQUE-1", method="nwipe, une passe de zéros", verification="relecture", reason="journal perdu"
    )
    visitor.press("Enregistrer l’effacement").press("Tout le reste fonctionne").sees("Essais réussis")
    visitor.fill(system="Linux Mint 22").press("Enregistrer l’installation")
    visitor.fill(condition="good", memory_gb="8").press("Calculer le grade").press("Mettre en rayon")
    handed_over(visitor, second.pk, device)
    visitor.go(reverse("equipment:loans")).sees("Cautions détenues : 50,00 € · juste")
