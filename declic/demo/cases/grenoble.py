"""Emmaüs Connect in Grenoble, 2022: ten courses of ten places, 32, 24 or 16 hours by level, a laptop lent for six months."""

import datetime
from collections.abc import Iterator

from declic.accounts.enums import Role
from declic.core.dates import add_months
from declic.demo.stage import Stage, at, working_days
from declic.diagnosis.enums import AssessmentKind, Level
from declic.equipment import actions as equipment
from declic.equipment.enums import Condition
from declic.equipment.models import Allocation, Device
from declic.followup.actions import record_exit, record_outcome, record_satisfaction
from declic.ledger.actions import notify_grant, receive_grant
from declic.orientation.enums import Need
from declic.orientation.models import Enrolment
from declic.training.actions import open_group, take_place

D = datetime.date
# Ten courses: the level, the first day, and how many of the ten places were taken (eighty in all).
COURSES = (
    (Level.DEBUTANT, D(2022, 1, 17), 8),
    (Level.INTERMEDIAIRE, D(2022, 2, 14), 9),
    (Level.DEBUTANT, D(2022, 3, 14), 8),
    (Level.AVANCE, D(2022, 4, 11), 7),
    (Level.INTERMEDIAIRE, D(2022, 5, 9), 8),
    (Level.DEBUTANT, D(2022, 6, 7), 9),
    (Level.INTERMEDIAIRE, D(2022, 7, 4), 7),
    (Level.DEBUTANT, D(2022, 9, 5), 8),
    (Level.AVANCE, D(2022, 10, 3), 8),
    (Level.DEBUTANT, D(2022, 11, 7), 8),
)
CLASS_MINUTES = 240
GRANT = 1_500_000
"""Cents given by the foundation."""
UNSATISFIED = 4
"""People of the eighty who answered that they were little satisfied: 76 were satisfied or very satisfied."""


def play(case: str) -> Stage:
    """Play the year, then the loans to their end in 2023."""
    stage = Stage.open(case, operator="Emmaüs Connect, Grenoble", domain="grenoble.exemple.fr", since=D(2021, 12, 1))
    stage.site("Espace de Grenoble", city="Grenoble", postal_code="38000", commune_code="38185", cog_year=2022)
    agency, workshop = stage.partner("Pôle emploi Isère"), stage.partner("Tri-Rhône-Alpes")
    stage.member("mediation@grenoble.exemple.fr", "Camille Vidal", Role.ADVISER)
    stage.member("conseillere@pole-emploi-38.exemple.fr", "Nathalie Roux", Role.PRESCRIBER, organisation=agency)
    stage.member("atelier@tri-rhone-alpes.exemple.fr", "Franck Morin", Role.REFURBISHER, organisation=workshop)
    foundation = stage.partner("Fondation Transdev")
    stage.member("mecenat@transdev.exemple.fr", "Isabelle Lambert", Role.FUNDER, organisation=foundation)
    edition = stage.edition("2022")
    notify_grant(
        acting_user=stage.coordinator, operator=stage.operator, section=edition.section, funder_name=foundation.name,
        amount=GRANT, on=D(2022, 1, 10), key="transdev-2022",
    )  # fmt: skip
    receive_grant(
        acting_user=stage.coordinator, operator=stage.operator, section=edition.section, funder_name=foundation.name,
        amount=GRANT, on=D(2022, 2, 3), key="transdev-2022-1",
    )  # fmt: skip
    machines = iter(
        stage.stock(100, "laptop", D(2022, 1, 10), label="Portables de la collecte-tech", refurbisher=workshop)
    )
    stage.fill_shop(edition)
    trainees = 0
    for number, (level, first, taken) in enumerate(COURSES):
        trainees = _course(stage, number, level, first, taken, machines, trainees)
    return stage


def _course(
    stage: Stage, number: int, level: Level, first: datetime.date, taken: int, machines: Iterator[Device], trainees: int
) -> int:
    edition = stage.edition("2022")
    terms = edition.versions.get(number=1).terms
    course = terms.course(level.value)
    assert course is not None  # noqa: S101 -- the example's own terms have the three levels
    minutes = course.hours * 60
    days = working_days(first, minutes // CLASS_MINUTES, every=2)
    group = open_group(
        acting_user=stage.coordinator, edition=edition, kind="course", name=f"{course.name} n° {number + 1}",
        planned_minutes=minutes, capacity=10, starts_on=days[0], ends_on=days[-1], course_code=course.code,
        site=stage.sites[0], trainer=stage.users["adviser"],
    )  # fmt: skip
    people: list[Enrolment] = []
    for _place in range(taken):
        sent = first - datetime.timedelta(days=stage.rng.randint(9, 13))
        enters = first - datetime.timedelta(days=stage.rng.randint(2, 6))
        sent, enters = max(sent, edition.starts_on), max(enters, edition.starts_on)
        person = stage.person(sent, site=stage.sites[0])
        referral = stage.refer(
            person, edition, sent, prescriber=stage.partner("Pôle emploi Isère"), referent=stage.users["prescriber"],
            needs=[Need.SKILLS, Need.EQUIPMENT], motive="Besoin identifié en entretien : candidatures en ligne.",
        )  # fmt: skip
        enrolment = stage.accept(
            referral, enters, labour_status=stage.rng.choice(["chomeur", "chomeur_longue_duree"]),
            income=stage.rng.randrange(52000, 82000, 1000),
        )  # fmt: skip
        stage.assessed(enrolment, enters, level)
        take_place(acting_user=stage.users["adviser"], group=group, enrolment=enrolment, on=enters)
        people.append(enrolment)
    for session in stage.schedule(group, days, minutes=CLASS_MINUTES, trainer=stage.users["adviser"]):
        stage.sign(session, people, present=1.0 if session.on == days[0] else 0.93)
    for place, enrolment in enumerate(people):
        _afterwards(stage, enrolment, days[-1], machines, trainees + place)
    return trainees + taken


def _afterwards(stage: Stage, enrolment: Enrolment, day: datetime.date, machines: Iterator[Device], rank: int) -> None:
    """What the person thought of it, then the loan, and for those whose six months are over the return or the purchase."""
    score = 2 if rank % 20 == 13 else (4 if rank % 3 else 3)
    record_satisfaction(
        acting_user=stage.users["adviser"], enrolment=enrolment, on=day, score=score,
        comment="On avance à son rythme, personne ne juge." if rank % 11 == 0 else "",
    )  # fmt: skip
    if rank % 2 == 0:
        level = Level.AVANCE if rank % 5 else Level.AUTONOME
        stage.assessed(enrolment, day, level, kind=AssessmentKind.EXIT)
    if rank % 8 == 7:
        return
    machine: Device = next(machines)
    loan = stage.lend(enrolment, machine, day, mode="loan_then_option")
    end = add_months(day, 6)
    if rank % 3 == 0:
        equipment.receive_return(
            acting_user=stage.coordinator, allocation=loan, at=at(end, 11), condition=Condition.GOOD
        )
    else:
        equipment.buy_device(acting_user=stage.coordinator, allocation=_fresh(loan), at=at(end, 11), means="cash")
    if rank % 4 == 0:
        left = record_exit(
            acting_user=stage.users["adviser"], enrolment=enrolment, on=end, reason="autonome_recherche_active"
        )
        record_outcome(
            acting_user=stage.users["adviser"], outcome=left.outcome, on=left.outcome.due_on, status="en_recherche"
        )


def _fresh(loan: Allocation) -> Allocation:
    return Allocation.objects.get(pk=loan.pk)
