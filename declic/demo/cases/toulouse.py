"""Toulouse Métropole, 2021: a hundred laptops lent against 50 €, then a second wave; return or keep at the end."""

import datetime

from declic.accounts.enums import Role
from declic.core.dates import add_months
from declic.demo.stage import Stage, at, spread
from declic.equipment import actions as equipment
from declic.equipment.enums import Condition
from declic.equipment.models import Allocation, Device
from declic.followup.actions import give_review, record_exit, record_outcome
from declic.hotline.actions import answer_ticket, open_ticket, solve_ticket
from declic.orientation.actions import put_on_waiting_list, refuse_referral
from declic.orientation.enums import Need, WaitingReason
from declic.orientation.models import Enrolment
from declic.programmes.models import Edition
from declic.training.actions import record_visit

D = datetime.date
MOTIVES = (
    "Cherche un poste d'aide à domicile, fait ses candidatures sur son téléphone.",
    "Prépare le code de la route à distance.",
    "Doit rendre un rapport de stage.",
    "Monte son projet de couture, a besoin d'écrire son dossier.",
    "Suit un cours de français en ligne.",
)
TICKETS = (
    (
        "wont_start",
        "L'ordinateur ne s'allume plus depuis hier.",
        "advice",
        "La batterie était vide : il repart branché.",
    ),
    ("internet", "Ne se connecte plus à la box.", "advice", "Mot de passe du wifi saisi à nouveau ensemble."),
    ("keyboard", "La touche E ne répond plus.", "repair", "Clavier changé à l'atelier."),
    ("slow", "Très lent depuis une semaine.", "repair", "Mémoire ajoutée."),
    ("account", "A oublié le mot de passe de sa session.", "advice", "Nouveau mot de passe choisi avec elle."),
)


def play(case: str) -> Stage:
    """Play both waves to their end."""
    stage = Stage.open(case, operator="Toulouse Métropole", domain="toulouse.exemple.fr", since=D(2021, 3, 1))
    stage.site("Maison du PLIE, Toulouse", city="Toulouse", postal_code="31000", commune_code="31555", cog_year=2021)
    plie, envoi = stage.partner("PLIE de Toulouse Métropole"), stage.partner("ENVOI")
    stage.member("mediation@toulouse.exemple.fr", "Julien Marchand", Role.ADVISER)
    stage.member("referente@plie.exemple.fr", "Sonia Perrin", Role.PRESCRIBER, organisation=plie)
    stage.member("atelier@envoi.exemple.fr", "Denis Caron", Role.REFURBISHER, organisation=envoi)
    _wave(
        stage, stage.edition("vague 1"), first=D(2021, 4, 1), last=D(2021, 8, 27),
        ends=(D(2021, 12, 13), D(2022, 1, 14)), kept=38, tickets=14,
    )  # fmt: skip
    _wave(
        stage, stage.edition("vague 2"), first=D(2021, 10, 4), last=D(2021, 12, 20),
        ends=(D(2022, 6, 20), D(2022, 7, 8)), kept=41, tickets=9,
    )  # fmt: skip
    return stage


def _wave(
    stage: Stage,
    edition: Edition,
    *,
    first: datetime.date,
    last: datetime.date,
    ends: tuple[datetime.date, datetime.date],
    kept: int,
    tickets: int,
) -> None:
    plie, envoi = stage.partner("PLIE de Toulouse Métropole"), stage.partner("ENVOI")
    referent = stage.users["prescriber"]
    places = edition.places or 0
    machines = stage.stock(
        places, "laptop", first - datetime.timedelta(days=10), label=f"Portables reconditionnés, {edition.name}",
        refurbisher=envoi,
    )  # fmt: skip
    loans: list[Allocation] = []
    for number, (day, machine) in enumerate(zip(spread(first, last, places), machines, strict=True)):
        sent = max(day - datetime.timedelta(days=4 + number % 7), edition.starts_on)
        person = stage.person(sent, ages=(21, 59), site=stage.sites[0])
        referral = stage.refer(
            person, edition, sent, prescriber=plie, referent=referent, needs=[Need.EQUIPMENT],
            motive=MOTIVES[number % len(MOTIVES)],
        )  # fmt: skip
        enrolment = stage.accept(referral, day, equipment=stage.rng.choice([[], ["telephone"]]))
        loans.append(_handed_over(stage, enrolment, machine, day, means="bank" if number % 5 == 0 else "cash"))
    _others(stage, edition, last)
    _hotline(stage, loans, tickets)
    _reviews(stage, loans)
    _ends(stage, loans, ends=ends, kept=kept)


def _handed_over(stage: Stage, enrolment: Enrolment, machine: Device, day: datetime.date, *, means: str) -> Allocation:
    """The machine, its deposit, and an hour with the mediator to get started."""
    loan = stage.hand_over(stage.reserve(enrolment, machine, day, mode="loan"), day, means=means)
    record_visit(
        acting_user=stage.users["adviser"],
        operator=stage.operator,
        on=day,
        theme="prendre_en_main_du_materiel",
        minutes=60,
        helper=stage.users["adviser"],
        person=enrolment.person,
        edition=enrolment.edition,
        site=stage.sites[0],
        question="Premiers pas avec l'ordinateur prêté",
        solved=True,
    )
    return loan


def _others(stage: Stage, edition: Edition, last: datetime.date) -> None:
    """Not everybody enters: two refusals with their reason, one who waits for a place."""
    plie, referent = stage.partner("PLIE de Toulouse Métropole"), stage.users["prescriber"]
    day = last - datetime.timedelta(days=3)
    for reason, words in (
        ("non_joignable", "Trois appels et un SMS sans réponse."),
        ("en_emploi", "A signé un CDI la semaine dernière."),
    ):
        referral = stage.refer(
            stage.person(day), edition, day, prescriber=plie, referent=referent, needs=[Need.EQUIPMENT]
        )
        refuse_referral(acting_user=stage.coordinator, referral=referral, on=last, reason=reason, answer=words)
    referral = stage.refer(stage.person(day), edition, day, prescriber=plie, referent=referent, needs=[Need.EQUIPMENT])
    put_on_waiting_list(
        acting_user=stage.coordinator,
        referral=referral,
        on=last,
        reason=WaitingReason.NO_DEVICE,
        answer="Toutes les machines sont remises.",
    )


def _hotline(stage: Stage, loans: list[Allocation], count: int) -> None:
    technician = stage.users["refurbisher"]
    for number in range(count):
        loan = loans[(number * 7) % len(loans)]
        if loan.handed_over_on is None:
            continue
        symptom, words, resolution, answer = TICKETS[number % len(TICKETS)]
        day = loan.handed_over_on + datetime.timedelta(days=12 + number)
        ticket = open_ticket(
            acting_user=stage.users["adviser"], person=loan.person, channel="phone", symptom=symptom,
            description=words, at=at(day, 9), allocation=loan,
        )  # fmt: skip
        if number % 2:
            answer_ticket(
                acting_user=technician, ticket=ticket, body="Je vous rappelle cet après-midi.", at=at(day, 11)
            )
        solve_ticket(
            acting_user=technician, ticket=ticket, resolution=resolution, body=answer,
            at=at(day + datetime.timedelta(days=number % 3), 16),
        )  # fmt: skip


def _reviews(stage: Stage, loans: list[Allocation]) -> None:
    """The referent's review three months after the handover."""
    for number, loan in enumerate(loans):
        enrolment = loan.enrolment
        if enrolment is None or loan.handed_over_on is None:
            continue
        uses = enrolment.terms.terms.reviews.observed_uses
        seen = [use for place, use in enumerate(uses) if (number + place * 3) % 7 < 3]
        give_review(
            acting_user=stage.users["prescriber"], enrolment=enrolment, months=3,
            on=add_months(loan.handed_over_on, 3), observed_uses=seen,
            testimony="Elle se sent plus à l'aise pour postuler." if number % 9 == 0 else "",
        )  # fmt: skip


def _ends(stage: Stage, loans: list[Allocation], *, ends: tuple[datetime.date, datetime.date], kept: int) -> None:
    """Each person returns the machine or keeps it, then leaves the programme."""
    keepers = set(stage.rng.sample(range(len(loans)), kept))
    reasons = (
        ("emploi_durable", "CDD de 9 mois, agent d'entretien", "contrat de travail"),
        ("autonome_recherche_active", "", ""),
        ("autonome_recherche_active", "", ""),
        ("emploi_court", "", ""),
        ("formation_qualifiante", "titre professionnel, 8 mois", "attestation d'entrée en formation"),
    )
    for number, (loan, day) in enumerate(zip(loans, spread(*ends, len(loans)), strict=True)):
        if number in keepers:
            equipment.keep_device(acting_user=stage.coordinator, allocation=loan, at=at(day, 15))
        else:
            equipment.receive_return(
                acting_user=stage.coordinator, allocation=loan, at=at(day, 15),
                condition=Condition.GOOD if number % 6 else Condition.WORN,
            )  # fmt: skip
        if loan.enrolment is None:
            continue
        reason, detail, proof = reasons[number % len(reasons)]
        left = record_exit(
            acting_user=stage.users["adviser"],
            enrolment=loan.enrolment,
            on=day,
            reason=reason,
            detail=detail,
            proof=proof,
        )
        reached = {"emploi_durable": "en_emploi", "formation_qualifiante": "en_formation"}.get(reason, "en_recherche")
        record_outcome(
            acting_user=stage.users["adviser"], outcome=left.outcome, on=left.outcome.due_on,
            status=reached if number % 4 else "injoignable",
        )  # fmt: skip
