"""What donors are told: where each machine ended, how many serve again, what that spares, and never a name."""

import datetime

import pytest
from django.urls import reverse

from declic.equipment.actions import hand_over, receive_lot, receive_return, scrap
from declic.equipment.carbon import FACTORS, Factor, factor_of
from declic.equipment.donor_report import FATES, donor_report
from declic.equipment.enums import DeviceKind, DeviceState
from declic.equipment.models import Device
from tests.equipment.stories import prepared, refurbish
from tests.factories import (
    DAY,
    a_partner,
    a_person,
    a_user,
    an_edition,
    an_enrolment,
    an_operator,
    at,
    signed_in,
    terms,
)

pytestmark = pytest.mark.django_db

TERMS = {
    "equipment": [
        {"mode": "gift", "kinds": ["laptop"]},
        {"mode": "loan", "kinds": ["laptop"], "months": 6, "options_at_term": ["return", "keep"]},
    ]
}


@pytest.fixture
def story():
    """Six laptops of one donor: given, lent and back, on the bench, scrapped, too old, of unknown age."""
    operator = an_operator()
    user = a_user(operator)
    donor = a_partner(operator, "donor", "Mairie de Test")
    lot = receive_lot(acting_user=user, operator=operator, label="Mairie", on=DAY, count=6, kind="laptop", donor=donor)
    devices = list(lot.devices.order_by("tag"))
    for device, year in zip(devices, (2018, 2019, 2020, 2014, 2013, None), strict=True):
        Device.objects.filter(pk=device.pk).update(made_in=year)
    edition = an_edition(operator, by=user, terms=terms(**TERMS))
    for device, mode in ((devices[0], "gift"), (devices[1], "loan")):
        person = a_person(operator, by=user, first_name="Zélie", last_name="Introuvable")
        enrolment = an_enrolment(person=person, edition=edition, by=user)
        allocation = prepared(enrolment, refurbish(device, by=user), by=user, mode=mode)
        hand_over(acting_user=user, allocation=allocation, at=at(DAY), means="cash", signed_by="Z. I.")
    receive_return(acting_user=user, allocation=allocation, at=at(DAY, 15), condition="good", means="cash")
    scrap(acting_user=user, device=devices[3], reason="carte mère")
    return operator, donor, lot, user


def test_the_report_counts_where_each_machine_is(story):
    operator, donor, _lot, _user = story
    report = donor_report(operator, donor)
    assert {code: number for code, _label, _tint, number in report.fates} == {"given": 1, "bench": 4, "scrapped": 1}
    assert sum(number for *_words, number in report.fates) == report.entered == 6
    # 2014 is ten years old in 2024 and counts; 2013 does not; unknown does.
    assert (report.too_old, report.age_unknown, report.counted, report.reused) == (1, 1, 5, 2)
    assert report.rate == 0.4
    assert (report.certificates, report.erased_machines) == (2, 2)
    assert report.tonnes == pytest.approx(2 * FACTORS[0].kilograms["laptop"] / 1000)


def test_every_state_of_a_machine_has_its_words():
    from types import SimpleNamespace

    from declic.equipment.donor_report import fate_of

    codes = {code for code, _label, _tint in FATES}
    for state in DeviceState:
        for how in ("", "gift", "sale", "loan", None):
            assert fate_of(SimpleNamespace(state=state, how=how)) in codes
    assert all(set(factor.kilograms) == set(DeviceKind.values) for factor in FACTORS)


def test_a_new_factor_does_not_rewrite_what_was_reported(story):
    operator, donor, _lot, _user = story
    before = donor_report(operator, donor).tonnes
    newer = Factor("demain", DAY + datetime.timedelta(days=1), dict.fromkeys(DeviceKind.values, 1.0), "essai")
    assert donor_report(operator, donor, factors=(*FACTORS, newer)).tonnes == before
    of_the_day = Factor("le jour même", DAY, dict.fromkeys(DeviceKind.values, 1000.0), "essai")
    assert donor_report(operator, donor, factors=(*FACTORS, of_the_day)).tonnes == 2.0
    assert factor_of(DAY, (newer,)) is None


def test_a_period_and_a_lot_narrow_the_report(story):
    operator, donor, lot, user = story
    receive_lot(
        acting_user=user, operator=operator, label="Plus tard", on=DAY + datetime.timedelta(days=30), count=2,
        kind="tablet", donor=donor,
    )  # fmt: skip
    assert donor_report(operator, donor).entered == 8
    assert donor_report(operator, donor, until=DAY).entered == 6
    assert donor_report(operator, donor, since=DAY + datetime.timedelta(days=1)).entered == 2
    assert donor_report(operator, donor, lot=lot).entered == 6


def test_the_page_and_the_paper_name_no_person(story):
    _operator, donor, lot, user = story
    client = signed_in(user)
    address = reverse("equipment:donor", args=[donor.pk])
    for asked in ("", f"?lot={lot.pk}", "?du=01/03/2024&au=31/03/2024", "?lot=abc&du=hier"):
        text = client.get(address + asked).content.decode()
        assert "Introuvable" not in text
        assert "Zélie" not in text
    assert "ADEME" in text
    assert "40" in text
    paper = client.get(reverse("equipment:donor_pdf", args=[donor.pk]))
    assert paper.content.startswith(b"%PDF")
    assert signed_in(a_user(an_operator())).get(address).status_code == 404
