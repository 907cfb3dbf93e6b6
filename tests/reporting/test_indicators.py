"""Each indicator counts what its definition says, at its date, and keeps apart what nobody knows."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from declic.connectivity.actions import add_product, grant_aid, refuse_aid, request_aid, sell_recharge
from declic.diagnosis.actions import assess, confirm_level
from declic.diagnosis.enums import Skill
from declic.equipment import actions as equipment
from declic.equipment.models import Allocation, Device
from declic.followup.actions import give_review, record_exit, record_satisfaction
from declic.hotline.actions import open_ticket, solve_ticket
from declic.ledger.actions import notify_grant, reverse
from declic.orientation.actions import accept_referral
from declic.people.models import Snapshot
from declic.programmes.models import BudgetLine, Objective
from declic.reporting.indicators import INDICATORS, Figure, figure, records
from declic.training.actions import correct_attendance, record_visit
from declic.training.models import Attendance
from tests import factories
from tests.reporting.stories import DAY, END, D, Story, token

pytestmark = pytest.mark.django_db
LATER = END + datetime.timedelta(days=1)


@pytest.fixture
def story() -> Story:
    return Story.open()


def read(story: Story, name: str, at: datetime.date = END) -> Figure:
    return figure(name, [story.edition], at)


def value(story: Story, name: str, at: datetime.date = END) -> Any:
    return read(story, name, at).value


def opened(story: Story, name: str, part: str = "counted", at: datetime.date = END) -> int:
    return len(records(name, [story.edition], at, part=part).rows)


def machines(story: Story, count: int, kind: str = "laptop") -> list[Device]:
    """Machines ready to go, as fast as a test may."""
    lot = equipment.receive_lot(
        acting_user=story.user, operator=story.operator, label="Don", on=D(2024, 1, 8), count=count, kind=kind
    )
    ready = []
    for device in lot.devices.order_by("pk"):
        equipment.triage(acting_user=story.user, device=device)
        equipment.record_erasure(
            acting_user=story.user, device=device, drive_serial=device.tag, method="nwipe", verification="relecture",
            errors=0, on=D(2024, 1, 9), reason="relu à l'atelier",
        )  # fmt: skip
        equipment.record_test(acting_user=story.user, device=device, on=D(2024, 1, 9), checks={"écran": True})
        equipment.install_system(acting_user=story.user, device=device, system="Linux")
        ready.append(equipment.make_ready(acting_user=story.user, device=device, condition="good"))
    return ready


def lent(story: Story, device: Device, on: datetime.date = DAY, mode: str = "loan") -> Allocation:
    enrolment = story.entered()
    allocation = equipment.prepare_allocation(
        acting_user=story.user, person=enrolment.person, edition=story.edition, mode=mode, device_kind=device.kind,
        on=on, enrolment=enrolment,
    )  # fmt: skip
    at = factories.at(on, 10)
    allocation = equipment.reserve_device(acting_user=story.user, allocation=allocation, device=device, at=at)
    return equipment.hand_over(
        acting_user=story.user, allocation=allocation, at=at, means="cash", signed_by=str(enrolment.person)
    )


def test_every_indicator_has_words_and_can_be_read_of_an_empty_edition(story: Story) -> None:
    for name, indicator in INDICATORS.items():
        assert str(indicator.label), name
        assert str(indicator.definition), name
        empty = read(story, name)
        assert empty.value in (None, 0), name
        for part in ("counted", "others", "unknown"):
            if indicator.relation != "editions":
                assert opened(story, name, part) == 0, name


def test_people_who_entered_count_once_however_often_they_enter(story: Story) -> None:
    enrolment = story.entered()
    record_exit(acting_user=story.user, enrolment=enrolment, on=D(2024, 4, 1), reason="abandon")
    story.entered(on=D(2024, 5, 2), person=enrolment.person)
    story.entered()
    assert value(story, "participants") == 2
    assert opened(story, "participants") == 2


def test_facts_dated_after_the_day_do_not_count(story: Story) -> None:
    story.entered(on=DAY)
    story.entered(on=D(2024, 6, 1))
    assert value(story, "participants", D(2024, 5, 31)) == 1
    assert value(story, "participants", D(2024, 6, 1)) == 2
    assert opened(story, "participants", at=D(2024, 5, 31)) == 1


def test_identified_asks_for_the_evaluation_where_the_terms_do() -> None:
    story = Story.open(terms=factories.terms(entry={"social_evaluation_required": True}))
    story.referred(evaluation="Situation connue du service.")
    bare = story.referred(evaluation="Vue en entretien.")
    type(bare).objects.filter(pk=bare.pk).update(social_evaluation="")
    assert value(story, "identified") == 1
    Objective.objects.create(
        operator=story.operator, edition=story.edition, indicator="identified", label="Repérer", target=40
    )
    rate = read(story, "identified_rate_pct")
    assert (rate.value, rate.numerator, rate.denominator) == (Decimal("2.5"), 1, 40)


def test_identified_counts_every_person_referred_where_no_evaluation_is_asked(story: Story) -> None:
    story.referred()
    story.referred(on=D(2024, 9, 1))
    assert value(story, "identified", D(2024, 8, 31)) == 1
    assert value(story, "identified") == 2


def test_a_rate_without_target_is_unknown(story: Story) -> None:
    story.referred()
    assert value(story, "identified_rate_pct") is None


def test_ages_are_those_of_the_entry_and_unknown_ages_stand_apart(story: Story) -> None:
    for birth in (D(1999, 3, 4), D(1979, 3, 5), D(1979, 3, 4), None):
        referral = story.referred(person=story.person(birth_date=birth))
        accept_referral(acting_user=story.user, referral=referral, on=DAY, facts={}, adviser=story.user)
    found = read(story, "age_25_44_pct", D(2024, 12, 1))
    # 25 that very day, 44 until the day after, 45 that very day.
    assert (found.numerator, found.denominator, found.unknown) == (2, 3, 1)
    assert [opened(story, "age_25_44_pct", part) for part in ("counted", "others", "unknown")] == [2, 1, 1]


def test_the_household_is_read_from_the_snapshot_as_last_corrected(story: Story) -> None:
    referral = story.referred()
    enrolment = accept_referral(
        acting_user=story.user, referral=referral, on=DAY, facts={"household": "seul"}, adviser=story.user
    )
    assert value(story, "single_with_children_pct") == 0
    first = enrolment.entry_snapshot
    for household in ("couple", "seul_avec_enfants"):
        first = Snapshot.objects.create(
            operator=story.operator, person=enrolment.person, moment="entry", on=first.on, household=household,
            corrects=first, recorded_by=story.user,
        )  # fmt: skip
    assert value(story, "single_with_children_pct") == 100


def test_people_supported_adds_those_helped_by_name_at_the_desk(story: Story) -> None:
    enrolment = story.entered()
    visit: dict[str, Any] = {
        "acting_user": story.user, "operator": story.operator, "theme": "email", "minutes": 20, "helper": story.user,
        "edition": story.edition,
    }  # fmt: skip
    record_visit(on=DAY, person=enrolment.person, **visit)
    record_visit(on=DAY, person=story.person(), **visit)
    record_visit(on=DAY, **visit)
    record_visit(on=END, person=story.person(), **visit)
    assert value(story, "people_supported", D(2024, 6, 1)) == 2
    assert value(story, "people_supported") == 3
    assert value(story, "visits") == 4
    assert opened(story, "visits") == 4


def test_benefits_that_nobody_noted_are_neither_rsa_nor_seniors(story: Story) -> None:
    old, young = D(1950, 1, 1), D(1990, 1, 1)
    story.entered(benefits=["RSA"], person=story.person(birth_date=young))
    story.entered(benefits=["RSA"], person=story.person(birth_date=old))
    story.entered(benefits=["ASPA"], person=story.person(birth_date=old))
    story.entered(benefits=[], person=story.person(birth_date=old))
    story.entered(benefits=["ASPA"])
    story.entered()
    rsa, seniors = read(story, "supported_rsa"), read(story, "supported_seniors")
    assert (rsa.value, rsa.denominator, rsa.unknown) == (2, 5, 1)
    assert (seniors.value, seniors.denominator, seniors.unknown) == (1, 4, 2)
    assert opened(story, "supported_seniors", "unknown") == 2


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("priority_zone_share_pct", "in_priority_zone"),
        ("has_email_address_pct", "has_email_address"),
        ("needs_help_on_line_pct", "needs_help_online"),
    ],
)
def test_shares_of_the_entry_leave_out_what_is_unknown(story: Story, name: str, fact: str) -> None:
    for known in (True, True, False, None):
        story.entered(**{fact: known})
    found = read(story, name)
    assert (found.value, found.numerator, found.denominator, found.unknown) == (Decimal("66.667"), 2, 3, 1)
    assert [opened(story, name, part) for part in ("counted", "others", "unknown")] == [2, 1, 1]


def test_places_are_those_of_the_edition_else_of_its_courses(story: Story) -> None:
    story.group("A", capacity=12)
    story.group("B", capacity=8, on=D(2024, 10, 1))
    story.group("Atelier", kind="workshop", capacity=30)
    story.entered()
    assert (value(story, "places", D(2024, 9, 30)), value(story, "places")) == (12, 20)
    assert (value(story, "courses", D(2024, 9, 30)), value(story, "courses")) == (1, 2)
    assert value(story, "fill_rate_pct") == 5
    story.edition.places = 50
    story.edition.save()
    assert value(story, "places") == 50


def test_hours_are_those_signed_and_a_correction_replaces_its_line(story: Story) -> None:
    group = story.group("A")
    one, other = story.entered(), story.entered()
    story.taught(group, D(2024, 3, 11), [one, other])
    story.taught(group, D(2024, 11, 4), [one])
    assert value(story, "hours_attended", D(2024, 6, 1)) == 4
    assert value(story, "hours_attended") == 6
    assert value(story, "people_trained") == 2
    line = Attendance.objects.get(enrolment=other)
    correct_attendance(
        acting_user=story.user, attendance=line, status="absent", minutes=0, reason="erreur", at=factories.at(END)
    )
    assert value(story, "hours_attended") == 4
    assert value(story, "people_trained") == 1


def test_training_by_volunteers_counts_the_minutes_of_held_classes_for_the_public(story: Story) -> None:
    group, other = story.group("A"), story.group("Aidants", kind="professionals")
    for day, minutes, volunteer in ((11, 90, True), (12, 30, False)):
        session = story.taught(group, D(2024, 3, day), [], minutes=minutes)
        type(session).objects.filter(pk=session.pk).update(led_by_volunteer=volunteer)
    story.taught(other, D(2024, 3, 13), [], minutes=180)
    found = read(story, "training_by_volunteers_pct")
    assert (found.value, found.numerator, found.denominator) == (75, Decimal("1.5"), 2)


def test_autonomy_is_the_last_level_confirmed_at_exit(story: Story) -> None:
    for level in ("autonome", "debutant", None):
        enrolment = story.entered()
        if level:
            done = assess(
                acting_user=story.user, enrolment=enrolment, kind="exit", on=D(2024, 9, 2), scores={Skill.MOUSE: 2}
            )
            confirm_level(
                acting_user=story.user, assessment=done, level=level, on=D(2024, 9, 2), reason="vu en situation"
            )
    found = read(story, "autonomous_share_pct")
    assert (found.value, found.denominator, found.unknown) == (50, 2, 1)
    assert read(story, "autonomous_share_pct", D(2024, 9, 1)).unknown == 3


def test_loans_deposits_and_how_they_end(story: Story) -> None:
    first, second, third = (lent(story, device) for device in machines(story, 3))
    assert value(story, "devices_lent") == 3
    assert value(story, "deposit_per_loan_eur") == 50
    assert value(story, "deposits_held_eur", D(2024, 3, 3)) == 0
    assert value(story, "deposits_held_eur", D(2024, 3, 4)) == 150
    end = factories.at(D(2024, 9, 2), 11)
    equipment.receive_return(
        acting_user=story.user, allocation=first, at=end, condition="good", means="cash", damage=2000
    )
    equipment.keep_device(acting_user=story.user, allocation=second, at=end)
    assert value(story, "deposits_held_eur") == 50
    assert opened(story, "deposits_held_eur") == 1
    assert value(story, "deposits_held_eur", D(2024, 9, 1)) == 150
    assert (value(story, "deposits_refunded_eur"), value(story, "deposits_retained_eur")) == (30, 70)
    assert [value(story, name) for name in ("loans_open", "loans_returned", "loans_kept")] == [1, 1, 1]
    assert value(story, "loans_open", D(2024, 9, 1)) == 3
    assert value(story, "devices_lent") == 3
    assert opened(story, "devices_lent") == 3
    assert third.pk


def test_gifts_by_kind_and_people_served_at_each_ceremony() -> None:
    story = Story.open(terms=factories.terms(equipment=[{"mode": "gift", "kinds": ["laptop", "desktop"]}]))
    devices = machines(story, 2) + machines(story, 1, "desktop")
    for day, name, some in ((D(2024, 11, 4), "Novembre", devices[:1]), (D(2024, 12, 20), "Décembre", devices[1:])):
        prepared = []
        for device in some:
            enrolment = story.entered()
            prepared.append(
                equipment.prepare_allocation(
                    acting_user=story.user, person=enrolment.person, edition=story.edition, mode="gift",
                    device_kind=device.kind, on=day, enrolment=enrolment,
                )
            )  # fmt: skip
        ceremony = equipment.prepare_ceremony(
            acting_user=story.user, edition=story.edition, name=name, on=day, place="Mairie", allocations=prepared
        )
        for allocation, device in zip(prepared, some, strict=True):
            at = factories.at(day, 10)
            reserved = equipment.reserve_device(acting_user=story.user, allocation=allocation, device=device, at=at)
            equipment.hand_over(
                acting_user=story.user, allocation=reserved, at=at, means="cash", signed_by="la personne"
            )
        equipment.hold_ceremony(acting_user=story.user, ceremony=ceremony)
    assert value(story, "handovers", D(2024, 12, 1)) == [1]
    assert value(story, "handovers") == [1, 2]
    assert (value(story, "laptops_given"), value(story, "desktops_given")) == (2, 1)
    assert (value(story, "laptops_given", D(2024, 12, 1)), value(story, "machines_given")) == (1, 3)
    assert opened(story, "handovers") == 2


def test_aids_count_once_granted_and_not_when_refused(story: Story) -> None:
    for number in range(3):
        aid = request_aid(acting_user=story.user, enrolment=story.entered(), on=D(2024, 4, 1))
        if number == 0:
            refuse_aid(acting_user=story.user, aid=aid, on=D(2024, 4, 9), reason="déjà abonnée")
        elif number == 1:
            grant_aid(acting_user=story.user, aid=aid, on=D(2024, 4, 9))
    assert value(story, "aids_granted", D(2024, 4, 8)) == 0
    assert (value(story, "aids_granted"), value(story, "aids_total_eur")) == (1, 150)
    assert opened(story, "aids_granted") == 1


def test_the_saving_is_a_mean_over_people_per_month(story: Story) -> None:
    def product(name: str, public: int, solidarity: int, months: int) -> Any:
        return add_product(
            acting_user=story.user, operator=story.operator, name=name, public_price=public,
            solidarity_price=solidarity, months=months,
        )  # fmt: skip

    monthly, quarterly = product("un mois", 3000, 700, 1), product("trois mois", 9000, 2700, 3)
    often, once = story.entered().person, story.entered().person
    for person, bought, on in (
        (often, monthly, D(2024, 4, 1)), (often, monthly, D(2024, 5, 1)), (once, quarterly, D(2024, 4, 1)),
        (once, quarterly, LATER),
    ):  # fmt: skip
        sell_recharge(
            acting_user=story.user, person=person, product=bought, on=on, token=token(), means="cash",
            edition=story.edition,
        )  # fmt: skip
    assert value(story, "recharges_distributed") == 3
    assert value(story, "saving_per_month_eur") == 22
    assert value(story, "saving_per_month_eur", D(2024, 3, 31)) is None
    assert opened(story, "saving_per_month_eur") == 2


def test_satisfaction_of_those_who_answered(story: Story) -> None:
    for score in (4, 3, 2, None):
        enrolment = story.entered()
        if score:
            record_satisfaction(acting_user=story.user, enrolment=enrolment, on=D(2024, 9, 2), score=score)
    found = read(story, "satisfied_or_very_satisfied_pct")
    assert (found.numerator, found.denominator, found.unknown) == (2, 3, 1)


def test_reviews_exits_and_tickets(story: Story) -> None:
    enrolment = story.entered()
    give_review(acting_user=story.user, enrolment=enrolment, months=3, on=D(2024, 6, 4), observed_uses=[])
    ticket = open_ticket(
        acting_user=story.user, person=enrolment.person, channel="phone", symptom="slow", description="lent",
        at=factories.at(D(2024, 6, 5)),
    )  # fmt: skip
    solve_ticket(
        acting_user=story.user, ticket=ticket, resolution="advice", body="redémarrer", at=factories.at(D(2024, 6, 7))
    )
    record_exit(
        acting_user=story.user, enrolment=enrolment, on=D(2024, 7, 1), reason="emploi_durable", detail="CDI",
        proof="contrat",
    )  # fmt: skip
    names = ("reviews_given", "tickets_solved", "positive_exits", "people_exited")
    assert [value(story, name) for name in names] == [1, 1, 1, 1]
    assert [value(story, name, D(2024, 6, 3)) for name in names] == [0, 0, 0, 0]
    assert value(story, "tickets_solved", D(2024, 6, 6)) == 0
    assert [opened(story, name) for name in names] == [1, 1, 1, 1]


def test_grants_are_what_the_books_say_and_a_reversal_takes_back(story: Story) -> None:
    notify: dict[str, Any] = {
        "acting_user": story.user, "operator": story.operator, "section": story.edition.section,
        "funder_name": "Fondation",
    }  # fmt: skip
    notify_grant(amount=1_500_000, on=D(2024, 2, 1), key="un", **notify)
    mistaken = notify_grant(amount=100_000, on=D(2024, 2, 2), key="deux", **notify)
    reverse(acting_user=story.user, entry=mistaken, on=D(2024, 2, 3), reason="doublon")
    assert value(story, "grant_eur", D(2024, 1, 31)) == 0
    assert value(story, "grant_eur", D(2024, 2, 2)) == 16_000
    assert value(story, "grant_eur") == 15_000


def test_the_budget_is_the_sum_of_planned_expenses(story: Story) -> None:
    for year in (2024, 2025, 2026):
        BudgetLine.objects.create(
            operator=story.operator, edition=story.edition, side="expense", label="Action", year=year, planned=8_665_000
        )
    assert value(story, "budget_three_years") == 259_950


def test_next_year_is_unknown_before_it_begins_and_then_counts_entries(story: Story) -> None:
    assert value(story, "next_year_beneficiaries") is None
    next_edition = factories.an_edition(
        story.operator,
        by=story.user,
        programme=story.edition.programme,
        starts_on=D(2025, 1, 1),
        ends_on=D(2025, 12, 31),
    )
    enrolment = story.entered()
    factories.an_enrolment(person=enrolment.person, edition=next_edition, by=story.user, on=D(2025, 2, 3))
    assert value(story, "next_year_beneficiaries", D(2025, 2, 2)) == 0
    assert value(story, "next_year_beneficiaries", D(2025, 2, 3)) == 1
