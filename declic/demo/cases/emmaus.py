"""Emmaüs Connect, 2021: several sites, a solidarity shop, volunteers trained first, help for other structures' workers."""

import datetime

from declic.accounts.enums import Role
from declic.accounts.models import User
from declic.connectivity.actions import sell_recharge
from declic.demo.stage import Stage, spread, working_days
from declic.diagnosis.enums import Level
from declic.organisations.actions import create_organisation, open_partnership
from declic.orientation.enums import Need
from declic.orientation.models import Enrolment
from declic.training.actions import open_group, record_visit, record_volunteer_training, take_place

D = datetime.date
# What each of forty people buys, as (product, how many): a mean of 23 € saved a month over people.
BASKETS = (("téléphone et internet", 3), ("téléphone seul", 2), ("Recharge internet, un mois", 2), ("trois mois", 1))
CLASSES, BY_VOLUNTEERS = 40, 38


def play(case: str) -> Stage:
    """Play a year in three of the network's places."""
    stage = Stage.open(case, operator="Emmaüs Connect", domain="emmaus-connect.exemple.fr", since=D(2020, 12, 1))
    for name, city, code in (
        ("Espace de Paris 18e", "Paris", "75056"),
        ("Espace de Marseille", "Marseille", "13055"),
        ("Espace de Lille", "Lille", "59350"),
    ):
        stage.site(name, city=city, commune_code=code, cog_year=2021)
    stage.member("mediation@emmaus-connect.exemple.fr", "Nadia Fontaine", Role.ADVISER, site=stage.sites[0])
    volunteer = stage.member(
        "benevole@emmaus-connect.exemple.fr", "Gérard Meunier", Role.VOLUNTEER, site=stage.sites[0]
    )
    stage.member("caisse@emmaus-connect.exemple.fr", "Yasmine Cissé", Role.CASHIER)
    shelter = create_organisation(
        acting_user=stage.coordinator, name="Accueil de jour La Halte", kinds=["prescriber"], prescriber_kind="CHRS",
        registered_by=stage.operator,
    )  # fmt: skip
    open_partnership(
        acting_user=stage.coordinator, operator=stage.operator, partner=shelter, kind="prescriber", since=D(2021, 1, 1)
    )
    worker = stage.member("travail-social@la-halte.exemple.fr", "Thierry Boyer", Role.PRESCRIBER, organisation=shelter)
    record_volunteer_training(
        acting_user=stage.coordinator, operator=stage.operator, user=volunteer, on=D(2021, 1, 8),
        topic="Accueillir et transmettre les bases",
    )  # fmt: skip
    people = []
    for number, day in enumerate(spread(D(2021, 1, 11), D(2021, 5, 17), 40)):
        site = stage.sites[number % 3]
        person = stage.person(day, ages=(19, 66), site=site)
        referral = stage.refer(
            person, stage.edition("2021"), day, prescriber=shelter, referent=worker, needs=[Need.SKILLS, Need.CONNECTION],
            motive="Compte bloqué, pas de forfait.",
        )  # fmt: skip
        enrolment = stage.accept(
            referral, day + datetime.timedelta(days=3), site=site,
            housing=("sans_domicile", "hebergement_collectif", "heberge", None)[number % 4],
        )  # fmt: skip
        stage.assessed(
            enrolment,
            day + datetime.timedelta(days=3),
            (Level.DEBUTANT, Level.DEBUTANT, Level.INTERMEDIAIRE)[number % 3],
        )
        people.append(enrolment)
    _shop(stage, people)
    _classes(stage, people, volunteer)
    _drop_in(stage, people)
    _professionals(stage)
    return stage


def _shop(stage: Stage, people: list[Enrolment]) -> None:
    """Recharges month after month, and a few machines sold."""
    cashier = stage.users["cashier"]
    products = stage.fill_shop(stage.edition("2021"))
    for number, enrolment in enumerate(people):
        words, count = BASKETS[number % len(BASKETS)]
        product = next(product for name, product in products.items() if words in name)
        for month in range(count):
            sell_recharge(
                acting_user=cashier, person=enrolment.person, product=product,
                on=enrolment.starts_on + datetime.timedelta(days=2 + 31 * month), token=stage.token(), means="cash",
                edition=stage.edition("2021"), site=enrolment.site,
            )  # fmt: skip
    for kind, count, brand, model, prefix in (
        ("laptop", 6, "Lenovo", "ThinkPad X240", "PC"),
        ("smartphone", 6, "Samsung", "Galaxy A20", "TEL"),
    ):
        machines = stage.stock(
            count, kind, D(2021, 2, 1), label=f"Collecte : {brand}", brand=brand, model=model, prefix=prefix
        )
        for machine, enrolment in zip(machines[:4], people[::5], strict=False):
            day = max(enrolment.starts_on + datetime.timedelta(days=20), D(2021, 2, 10))
            stage.hand_over(stage.reserve(enrolment, machine, day, mode="sale"), day)


def _classes(stage: Stage, people: list[Enrolment], volunteer: User) -> None:
    """Five initiation courses of eight two-hour classes; thirty-eight of the forty are led by volunteers."""
    edition = stage.edition("2021")
    led = 0
    for number in range(5):
        first = D(2021, 5, 25) + datetime.timedelta(days=35 * number)
        days = working_days(first, CLASSES // 5, every=4)
        group = open_group(
            acting_user=stage.coordinator, edition=edition, kind="course", name=f"Initiation n° {number + 1}",
            planned_minutes=16 * 60, capacity=8, starts_on=days[0], ends_on=days[-1], course_code="initiation",
            site=stage.sites[0], trainer=volunteer,
        )  # fmt: skip
        pupils = people[number * 8 : number * 8 + 8]
        for enrolment in pupils:
            take_place(acting_user=stage.users["adviser"], group=group, enrolment=enrolment, on=days[0])
        for day in days:
            by_volunteer = led < BY_VOLUNTEERS
            led += by_volunteer
            trainer = volunteer if by_volunteer else stage.users["adviser"]
            session = stage.schedule(group, [day], minutes=120, trainer=trainer, volunteer=by_volunteer)[0]
            stage.sign(session, pupils, present=0.85)


def _drop_in(stage: Stage, people: list[Enrolment]) -> None:
    themes = ("email", "securite_numerique", "aide_aux_demarches_administratives", "sante")
    for number, day in enumerate(spread(D(2021, 2, 1), D(2021, 12, 10), 90)):
        known = number % 3 != 0
        enrolment = people[(number * 3) % len(people)]
        record_visit(
            acting_user=stage.users["volunteer"],
            operator=stage.operator,
            on=day,
            theme=themes[number % 4],
            minutes=15 + (number * 5) % 40,
            helper=stage.users["volunteer"],
            person=enrolment.person if known and enrolment.starts_on <= day else None,
            edition=stage.edition("2021"),
            site=stage.sites[0],
            question=("Mot de passe perdu", "Compte bloqué", "Dossier CAF", "Rendez-vous médical")[number % 4],
            equipment_used=("telephone", "ordinateur")[number % 2],
            solved=number % 6 != 0,
        )


def _professionals(stage: Stage) -> None:
    """Training of other structures' workers: their number, no names. A day of help, not a class of the programme's people."""
    edition = stage.edition("2021")
    group = open_group(
        acting_user=stage.coordinator, edition=edition, kind="professionals", name="Parcours vers l'autonomie, juin",
        planned_minutes=180, capacity=15, starts_on=D(2021, 6, 10), ends_on=D(2021, 6, 10),
        audience="Travailleurs sociaux et aidants d'autres structures", site=stage.sites[0], trainer=stage.users["adviser"],
    )  # fmt: skip
    stage.held(stage.schedule(group, [D(2021, 6, 10)], minutes=180, trainer=stage.users["adviser"])[0], 11)
