"""Pôle emploi in Marseille, 2020: help beside the person on shared tablets, barriers lifted by a plan, workshops by theme."""

import datetime

from declic.accounts.enums import Role
from declic.accounts.models import User
from declic.demo.stage import Stage, spread
from declic.diagnosis.actions import finish_action, lift_barrier, plan_action, spot_barrier
from declic.orientation.models import Enrolment
from declic.training.actions import open_group, record_visit, take_place
from declic.training.enums import HalfDay

D = datetime.date
BARRIERS = (
    ("peur_de_l_erreur", "Trois essais de déclaration avec quelqu'un à côté"),
    ("absence_email", "Créer une adresse et la noter sur une carte"),
    ("illettrisme", "Rendez-vous avec le centre de ressources illettrisme"),
    ("mauvaise_maitrise_des_outils", "Atelier tablette le mardi"),
    ("fle", "Inscription au cours de français de l'association"),
    ("absence_connexion_autre", "Passer à l'agence pour chaque actualisation"),
)
QUESTIONS = ("Actualisation mensuelle", "Justificatif à envoyer", "Mot de passe perdu", "Déclaration à corriger")


def play(case: str) -> Stage:
    """Play 2020: the shared tablets, the Actu2.0 workshop and the partners' workshops."""
    stage = Stage.open(
        case,
        operator="Pôle emploi, agence de Marseille Carré Gabriel",
        domain="marseille.exemple.fr",
        since=D(2019, 12, 1),
    )
    stage.site("Agence Carré Gabriel", city="Marseille", postal_code="13001", commune_code="13055", cog_year=2020)
    stage.member("conseil@marseille.exemple.fr", "Leïla Mansouri", Role.ADVISER)
    stage.member("service-civique@marseille.exemple.fr", "Hugo Picard", Role.VOLUNTEER, site=stage.sites[0])
    association = stage.partner("Tous ensemble")
    trainer = stage.member("ateliers@tous-ensemble.exemple.fr", "Anaïs Robin", Role.ADVISER, organisation=association)
    edition = stage.edition("2020")
    people = []
    for number, day in enumerate(spread(D(2020, 1, 13), D(2020, 9, 28), 36)):
        person = stage.person(day, ages=(18, 58), site=stage.sites[0])
        enrolment = stage.welcome(
            person, edition, day, labour_status="chomeur" if number % 3 else "chomeur_longue_duree",
            has_email_address=number % 2 == 0, needs_help_online=number % 3 == 0 if number != 35 else None,
        )  # fmt: skip
        people.append(enrolment)
        _barriers(stage, enrolment, number, day)
    _drop_in(stage, people)
    _workshops(stage, people, trainer)
    return stage


def _barriers(stage: Stage, enrolment: Enrolment, number: int, day: datetime.date) -> None:
    """One or two barriers, an action each, most of them lifted."""
    adviser = stage.users["adviser"]
    for offset in range(1 + number % 2):
        code, words = BARRIERS[(number + offset * 2) % len(BARRIERS)]
        barrier = spot_barrier(
            acting_user=adviser, enrolment=enrolment, code=code, source="observed" if offset else "declared", on=day
        )
        action = plan_action(
            acting_user=adviser, barrier=barrier, text=words, due_on=day + datetime.timedelta(days=30), on=day,
            owner=adviser,
        )  # fmt: skip
        if (number + offset) % 5 == 0:
            continue
        end = day + datetime.timedelta(days=20 + number % 9)
        finish_action(acting_user=adviser, action=action, on=end)
        lift_barrier(acting_user=adviser, barrier=barrier, on=end)


def _drop_in(stage: Stage, people: list[Enrolment]) -> None:
    """The first days of each month, on the tablets: named when the person is known, else without a name."""
    helpers = (stage.users["adviser"], stage.users["volunteer"])
    for number in range(150):
        month, place = 1 + number % 12, number // 12
        day = D(2020, month, 1 + place % 12)
        day += datetime.timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))
        known = [e for e in people if e.starts_on <= day and (number + e.pk) % 5 == 0]
        record_visit(
            acting_user=helpers[number % 2],
            operator=stage.operator,
            on=day,
            theme="insertion_professionnelle",
            minutes=10 + (number * 7) % 35,
            helper=helpers[number % 2],
            person=known[0].person if known else None,
            edition=stage.edition("2020"),
            site=stage.sites[0],
            question=QUESTIONS[number % len(QUESTIONS)],
            equipment_used="tablette",
            autonomy=("entierement_accompagne", "partiellement_autonome", "autonome")[number % 3],
            solved=number % 8 != 0,
            redirected_to="" if number % 8 else "administration",
        )


def _workshops(stage: Stage, people: list[Enrolment], trainer: User) -> None:
    """One session of each workshop of the terms; the fab lab's visitors are counted without a name."""
    edition = stage.edition("2020")
    workshops = edition.versions.get(number=1).terms.workshops
    for number, (workshop, day) in enumerate(
        zip(workshops, spread(D(2020, 2, 4), D(2020, 11, 24), len(workshops)), strict=True)
    ):
        group = open_group(
            acting_user=stage.coordinator, edition=edition, kind="workshop", name=workshop.theme, planned_minutes=120,
            capacity=12, starts_on=day, ends_on=day, theme=workshop.theme, audience=workshop.audience,
            site=stage.sites[0], trainer=trainer,
        )  # fmt: skip
        session = stage.schedule(group, [day], minutes=120, trainer=trainer, half_day=HalfDay.AFTERNOON)[0]
        coming = [e for e in people if e.starts_on <= day and (e.pk + number) % 4 == 0][:10]
        if "16 à 25 ans" in workshop.audience or not coming:
            stage.held(session, 6 + number % 5)
            continue
        for enrolment in coming:
            take_place(acting_user=stage.users["adviser"], group=group, enrolment=enrolment, on=day)
        stage.sign(session, coming, present=0.9)
