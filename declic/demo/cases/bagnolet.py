"""CCAS de Bagnolet, 2014: two trainings, machines given at two ceremonies, 150 € towards a year of internet."""

import datetime
from dataclasses import dataclass
from typing import Any

from declic.accounts.enums import Role
from declic.connectivity.actions import grant_aid, pay_aid, request_aid
from declic.demo.stage import Stage, working_days
from declic.diagnosis.enums import AssessmentKind, Level
from declic.equipment import actions as equipment
from declic.equipment.models import Device
from declic.followup.actions import record_exit, record_outcome
from declic.orientation.enums import Need
from declic.orientation.models import Enrolment
from declic.training.actions import open_group, take_place
from declic.training.models import CourseGroup

D = datetime.date
EVALUATION = "Vit seule avec deux enfants, sans ordinateur ; motivée, disponible le matin. Avis favorable."
CEREMONIES = ((D(2014, 11, 4), "Remise de novembre", 12), (D(2014, 12, 22), "Remise de décembre", 20))
LAPTOPS, DESKTOPS, AIDS = 25, 7, 22


@dataclass(frozen=True)
class Profile:
    """What the case says of one of the 32 people who received a machine."""

    ages: tuple[int, int]
    household: str


def _profiles() -> list[Profile]:
    """Nineteen people of 25 to 44 years and thirteen of other ages; twenty alone with children."""
    ages = [(25, 44)] * 19 + [(18, 24)] * 3 + [(45, 49)] * 6 + [(50, 58)] * 4
    households = ["seul_avec_enfants"] * 20 + ["seul"] * 7 + ["couple_avec_enfants"] * 5
    # Mixed, so that age and household do not go hand in hand.
    return [Profile(ages[number], households[(number * 7) % 32]) for number in range(32)]


def play(case: str) -> Stage:
    """Play the year 2014."""
    stage = Stage.open(case, operator="CCAS de Bagnolet", domain="bagnolet.exemple.fr", since=D(2014, 1, 1))
    stage.site(
        "Atelier du service insertion, centre Anne-Frank", city="Bagnolet", postal_code="93170", commune_code="93006"
    )
    stage.site(
        "Atelier de la résidence La Butte-aux-Pinsons", city="Bagnolet", postal_code="93170", commune_code="93006"
    )
    insertion = stage.partner("Service insertion RSA de Bagnolet")
    workshop = stage.partner("TAE (Travailler et apprendre ensemble)")
    stage.member("atelier@bagnolet.exemple.fr", "Karim Haddad", Role.ADVISER)
    stage.member("insertion@bagnolet.exemple.fr", "Odile Garnier", Role.PRESCRIBER, organisation=insertion)
    stage.member("aide-legale@bagnolet.exemple.fr", "Marc Lefèvre", Role.AID_OFFICER)
    stage.member("atelier@tae.exemple.fr", "Rosa Pereira", Role.REFURBISHER, organisation=workshop)
    machines = stage.stock(
        LAPTOPS, "laptop", D(2014, 9, 15), label="Portables de TAE", refurbisher=workshop, brand="HP", model="ProBook 6560b"
    ) + stage.stock(
        DESKTOPS, "desktop", D(2014, 9, 15), label="Fixes de TAE", refurbisher=workshop, brand="Dell",
        model="OptiPlex 780", prefix="UC",
    )  # fmt: skip

    # Two groups learn before the first ceremony, the others before the second.
    rsa = [_rsa_enrolment(stage, number, profile) for number, profile in enumerate(_profiles())]
    _training(stage, "Redynamisation, printemps", "redynamisation", D(2014, 4, 7), rsa[:12], every=3, half_days=1)
    _training(stage, "Stage intensif, juin", "stage_intensif", D(2014, 6, 2), rsa[12:22], every=2, half_days=2)
    _training(stage, "Stage intensif, octobre", "stage_intensif", D(2014, 10, 6), rsa[22:32], every=2, half_days=2)
    _seniors_and_others(stage)

    for day, name, count in CEREMONIES:
        served = 0 if count == CEREMONIES[0][2] else CEREMONIES[0][2]
        _ceremony(stage, name, day, rsa[served : served + count], machines[served : served + count])
    _aids(stage, rsa[:AIDS])
    for number, enrolment in enumerate(rsa[:10]):
        left = record_exit(
            acting_user=stage.users["adviser"], enrolment=enrolment, on=D(2014, 12, 29),
            reason="autonome_recherche_active" if number % 2 else "autre_formation",
        )  # fmt: skip
        record_outcome(
            acting_user=stage.users["adviser"], outcome=left.outcome, on=left.outcome.due_on, status="en_recherche"
        )
    return stage


def _rsa_enrolment(stage: Stage, number: int, profile: Profile) -> Enrolment:
    """A recipient of RSA, referred with a social evaluation."""
    edition = stage.edition("2014")
    sent = D(2014, 2, 3) + datetime.timedelta(days=number)
    entry = D(2014, 3, 10) + datetime.timedelta(days=number // 2)
    person = stage.person(entry, ages=profile.ages, site=stage.sites[0])
    referral = stage.refer(
        person, edition, sent, prescriber=stage.partner("Service insertion RSA de Bagnolet"),
        referent=stage.users["prescriber"], needs=[Need.EQUIPMENT, Need.CONNECTION, Need.SKILLS], evaluation=EVALUATION,
    )  # fmt: skip
    zone = None if number % 4 == 3 else number % 2 == 0
    return stage.accept(
        referral, entry, benefits=["RSA"], household=profile.household, labour_status="chomeur_longue_duree",
        in_priority_zone=zone, commune_code="93006", equipment=[],
    )  # fmt: skip


def _training(
    stage: Stage, name: str, code: str, first: datetime.date, people: list[Enrolment], *, every: int, half_days: int
) -> CourseGroup:
    """Seventy-two hours: three half-days a week for two months, or three days a week for one."""
    edition = stage.edition("2014")
    days = working_days(first, 24 // half_days, every=every)
    days = sorted(set(days))
    group = open_group(
        acting_user=stage.coordinator, edition=edition, kind="course", name=name, planned_minutes=72 * 60, capacity=15,
        starts_on=days[0], ends_on=days[-1], course_code=code, site=stage.sites[0], trainer=stage.users["adviser"],
    )  # fmt: skip
    for enrolment in people:
        take_place(acting_user=stage.users["adviser"], group=group, enrolment=enrolment, on=days[0])
    for half_day in ("morning", "afternoon")[:half_days]:
        sessions = stage.schedule(
            group,
            days,
            minutes=180,
            trainer=stage.users["adviser"],
            half_day=half_day,  # type: ignore[arg-type]
        )
        for session in sessions:
            stage.sign(session, people, present=1.0 if session.on == days[0] else 0.9)
    return group


def _seniors_and_others(stage: Stage) -> None:
    """Fifteen seniors on minimum benefits and four people of no recorded status, initiated at the residence's workshop."""
    edition = stage.edition("2014")
    people: list[Enrolment] = []
    for number in range(19):
        senior = number < 15
        day = D(2014, 9, 1)
        known: dict[str, Any] = (
            {"benefits": ["ASPA"], "labour_status": "inactif", "household": "seul"}
            if senior
            else {"benefits": None, "labour_status": None, "household": None, "in_priority_zone": None}
        )
        people.append(
            stage.welcome(
                stage.person(day, ages=(64, 82) if senior else (30, 60), site=stage.sites[1]),
                edition,
                day,
                exception="Initiation à l'atelier de la résidence, sans demande d'ordinateur.",
                site=stage.sites[1],
                **known,
            )
        )
    _training(
        stage, "Initiation, résidence, groupe 1", "redynamisation", D(2014, 9, 8), people[:10], every=3, half_days=1
    )
    _training(
        stage, "Initiation, résidence, groupe 2", "redynamisation", D(2014, 9, 9), people[10:], every=3, half_days=1
    )


def _ceremony(stage: Stage, name: str, day: datetime.date, people: list[Enrolment], machines: list[Device]) -> None:
    """Evaluated, prepared, then handed over one by one on the day."""
    prepared = []
    for number, (enrolment, machine) in enumerate(zip(people, machines, strict=True)):
        level = Level.AUTONOME if number % 5 else Level.INTERMEDIAIRE
        stage.assessed(enrolment, day - datetime.timedelta(days=4), level, kind=AssessmentKind.EXIT)
        prepared.append(stage.reserve(enrolment, machine, day, mode="gift"))
    ceremony = equipment.prepare_ceremony(
        acting_user=stage.coordinator, edition=people[0].edition, name=name, on=day, place="Salle des fêtes",
        allocations=prepared,
    )  # fmt: skip
    for allocation in prepared:
        stage.hand_over(allocation, day)
    equipment.hold_ceremony(acting_user=stage.coordinator, ceremony=ceremony)


def _aids(stage: Stage, people: list[Enrolment]) -> None:
    """Decided by the legal aid service on the social evaluation, paid on proof of a subscription."""
    officer = stage.users["aid_officer"]
    for number, enrolment in enumerate(people):
        day = D(2014, 11, 10) + datetime.timedelta(days=number % 9)
        aid = request_aid(acting_user=stage.users["adviser"], enrolment=enrolment, on=day)
        aid = grant_aid(acting_user=officer, aid=aid, on=day + datetime.timedelta(days=6))
        pay_aid(
            acting_user=officer, aid=aid, on=day + datetime.timedelta(days=15), means="bank",
            proof=f"contrat internet n° {2014000 + number}",
        )  # fmt: skip
