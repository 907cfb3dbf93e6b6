"""What happens now: one edition under way beside each replayed programme, so that every role finds something to do today."""

import datetime
import random
from typing import Any

from declic.accounts.enums import Role
from declic.accounts.models import Membership, User
from declic.connectivity.actions import request_aid, sell_recharge
from declic.connectivity.models import RechargeProduct
from declic.demo.demand import play_demand
from declic.demo.stage import Stage, at, working_days
from declic.demo.things import play_things
from declic.diagnosis.actions import plan_action, spot_barrier
from declic.diagnosis.enums import Level
from declic.equipment import actions as equipment
from declic.equipment.enums import DeviceState
from declic.equipment.models import Device
from declic.hotline.actions import open_ticket
from declic.organisations.enums import PartnershipKind
from declic.organisations.models import Organisation, Partnership, Site
from declic.orientation.models import Enrolment
from declic.programmes.actions import create_edition, create_programme
from declic.programmes.models import Edition, Programme
from declic.programmes.queries import current_terms
from declic.programmes.schema import Terms
from declic.training.actions import open_group, take_place
from declic.training.models import CourseGroup

EVALUATION = "Sans ordinateur, loyer à jour, motivée. Avis favorable."


def _days(count: int) -> datetime.timedelta:
    return datetime.timedelta(days=count)


def stage_of(programme: Programme) -> Stage:
    """The stage of a programme replayed before: its team and its places."""
    operator = programme.operator
    members = Membership.objects.filter(organisation=operator, ends_on__isnull=True).select_related("user")
    users: dict[str, User] = {}
    for membership in members.order_by("pk"):
        users.setdefault(membership.role, membership.user)
    for kind, role in ((PartnershipKind.PRESCRIBER, Role.PRESCRIBER), (PartnershipKind.REFURBISHER, Role.REFURBISHER)):
        outside = Membership.objects.filter(
            organisation__in=_partners(operator, kind).values("pk"), role=role, ends_on__isnull=True
        ).select_related("user")
        for membership in outside.order_by("pk")[:1]:
            users.setdefault(role.value, membership.user)
    return Stage(
        case=programme.slug,
        operator=operator,
        coordinator=users[Role.COORDINATOR.value],
        programme=programme,
        rng=random.Random(f"{programme.slug} live"),
        since=datetime.date(2014, 1, 1),
        users=users,
        sites=list(Site.objects.filter(operator=operator).order_by("pk")),
    )


def _partners(operator: Organisation, kind: PartnershipKind) -> Any:
    partnerships = Partnership.objects.filter(operator=operator, kind=kind, until__isnull=True)
    return Organisation.objects.filter(pk__in=partnerships.values("partner")).order_by("pk")


def _present_terms(source: Edition) -> Terms:
    """The last terms of the programme, with a loan's fixed end turned into nine months."""
    body = current_terms(source).terms.model_dump(mode="json")
    for offer in body["equipment"]:
        if offer["due_on"] is not None:
            offer["due_on"], offer["months"] = None, 9
    return Terms.model_validate(body)


def play_live(source: Programme, *, on: datetime.date) -> Edition:
    """An edition that began two months before `on` and ends in eight, with its queue, classes, loans and tickets."""
    stage = stage_of(source)
    programme = create_programme(
        acting_user=stage.coordinator,
        operator=stage.operator,
        name=f"{source.name} (en cours)",
        slug=f"{source.slug}-en-cours"[:60],
        summary=source.summary,
        audience=source.audience,
    )
    edition = create_edition(
        acting_user=stage.coordinator,
        programme=programme,
        name=str(on.year),
        starts_on=on - _days(60),
        ends_on=on + _days(240),
        places=30,
        terms=_present_terms(source.editions.order_by("starts_on", "pk")[0]),
    )
    people = [_enter(stage, edition, number, on) for number in range(10)]
    _queue(stage, edition, on)
    _assessments(stage, edition, people, on)
    _courses(stage, edition, people, on)
    _machines(stage, edition, people, on)
    _connection(stage, edition, people, on)
    partners = list(_partners(stage.operator, PartnershipKind.PRESCRIBER))
    play_demand(stage, edition, people, partners, on)
    play_things(stage, edition, people, on)
    return edition


def _enter(stage: Stage, edition: Edition, number: int, on: datetime.date) -> Enrolment:
    entry = current_terms(edition).terms.entry
    day = on - _days(50 - number * 3)
    person = stage.person(day, site=stage.sites[number % len(stage.sites)])
    known: dict[str, Any] = {"labour_status": "chomeur", "equipment": [], "benefits": ["RSA"]}
    if not entry.prescriber_required:
        return stage.welcome(person, edition, day, **known)
    partner, referent = _referrer(stage, number)
    referral = stage.refer(
        person, edition, day, prescriber=partner, referent=referent, motive="Candidatures et démarches en ligne.",
        evaluation=EVALUATION if entry.social_evaluation_required else "",
    )  # fmt: skip
    return stage.accept(referral, min(day + _days(4), on), site=person.site, **known)


def _referrer(stage: Stage, number: int) -> tuple[Organisation, User | None]:
    """The prescriber that has an account, so that it finds its referrals when it signs in."""
    partners = list(_partners(stage.operator, PartnershipKind.PRESCRIBER))
    with_account = next((p for p in partners if p.memberships.exists()), partners[0])
    if number % 5 == 4:
        return partners[-1], None
    return with_account, stage.users.get("prescriber")


def _queue(stage: Stage, edition: Edition, on: datetime.date) -> None:
    """Three referrals without an answer: one late, two fresh."""
    if not _partners(stage.operator, PartnershipKind.PRESCRIBER).exists():
        return
    entry = current_terms(edition).terms.entry
    for number, age in enumerate((13, 4, 1)):
        partner, referent = _referrer(stage, number)
        stage.refer(
            stage.person(on - _days(age), site=stage.sites[0]), edition, on - _days(age), prescriber=partner,
            referent=referent, motive="N'a pas d'ordinateur, cherche un emploi.",
            evaluation=EVALUATION if entry.social_evaluation_required else "",
        )  # fmt: skip


def _assessments(stage: Stage, edition: Edition, people: list[Enrolment], on: datetime.date) -> None:
    terms = current_terms(edition).terms
    adviser = stage.users.get("adviser", stage.coordinator)
    if terms.courses:
        for number, enrolment in enumerate(people[:7]):
            level = (Level.DEBUTANT, Level.INTERMEDIAIRE)[number % 2]
            stage.assessed(enrolment, on - _days(12 - number), level, confirm=number < 5)
    for number, enrolment in enumerate(people[:3]):
        barrier = spot_barrier(
            acting_user=adviser, enrolment=enrolment, code=terms.barriers[number % len(terms.barriers)].code,
            source="declared", on=on - _days(11),
        )  # fmt: skip
        if number < 2:
            plan_action(
                acting_user=adviser, barrier=barrier, text="Refaire ensemble la démarche qui inquiète",
                due_on=on + _days(-2 + number * 6), on=on - _days(10), owner=adviser,
            )  # fmt: skip


def _courses(stage: Stage, edition: Edition, people: list[Enrolment], on: datetime.date) -> None:
    """A group under way: classes behind, one today without its sheet, more to come."""
    terms = current_terms(edition).terms
    trainer = stage.users.get("adviser", stage.coordinator)
    volunteer = stage.users.get("volunteer")
    led = bool(volunteer and volunteer.volunteer_trainings.filter(operator=stage.operator).exists())
    if terms.courses:
        course = terms.courses[0]
        kind, name, minutes, code, theme = (
            "course",
            f"{course.name}, groupe du moment",
            course.hours * 60,
            course.code,
            "",
        )
    elif terms.workshops:
        workshop = terms.workshops[0]
        kind, name, minutes, code, theme = "workshop", workshop.theme, 480, "", workshop.theme
    else:
        return
    before = working_days(on - _days(9), 3, every=3)
    after = working_days(on + _days(2), 2, every=3)
    days = sorted({day for day in before if day < on} | {on} | {day for day in after if day > on})
    group: CourseGroup = open_group(
        acting_user=stage.coordinator, edition=edition, kind=kind, name=name, planned_minutes=minutes, capacity=10,
        starts_on=days[0], ends_on=days[-1], course_code=code, theme=theme, site=stage.sites[0], trainer=trainer,
    )  # fmt: skip
    pupils = [enrolment for enrolment in people if enrolment.starts_on <= days[0]][:8]
    for enrolment in pupils:
        take_place(acting_user=trainer, group=group, enrolment=enrolment, on=days[0])
    leader = volunteer if led and volunteer else trainer
    for session in stage.schedule(group, days, minutes=150, trainer=leader, volunteer=led):
        if session.on < on:
            stage.sign(session, pupils, present=0.9)


def _machines(stage: Stage, edition: Edition, people: list[Enrolment], on: datetime.date) -> None:
    """Machines on the bench and on the shelf; where the terms lend without condition, some are lent and one calls for help."""
    offers = [offer for offer in current_terms(edition).terms.equipment if offer.mode != "sale"]
    if not offers and not current_terms(edition).terms.equipment:
        return
    kind = (offers or current_terms(edition).terms.equipment)[0].kinds[0]
    refurbisher = next(iter(_partners(stage.operator, PartnershipKind.REFURBISHER)), None)
    machines: list[Device] = stage.stock(
        14, kind, on - _days(55), label="Lot de l'automne", refurbisher=refurbisher, model="ThinkPad T480", ready=10
    )
    equipment.triage(acting_user=stage.coordinator, device=machines[10])
    if not offers or offers[0].condition != "none":
        return
    shelf = [machine for machine in machines if Device.objects.get(pk=machine.pk).state == DeviceState.READY]
    mode = offers[0].mode
    loans = [
        stage.lend(enrolment, shelf[number], enrolment.starts_on + _days(3), mode=mode)
        for number, enrolment in enumerate(people[:5])
    ]
    stage.reserve(people[5], shelf[5], on - _days(1), mode=mode)
    for loan, words, age in (
        (loans[0], "L'écran reste noir au démarrage.", 3),
        (loans[1], "Le chargeur ne tient plus.", 1),
    ):
        open_ticket(
            acting_user=stage.users.get("adviser", stage.coordinator), person=loan.person, channel="phone",
            symptom="screen" if age == 3 else "battery", description=words, at=at(on - _days(age), 9), allocation=loan,
        )  # fmt: skip
    if loans[2].due_on:
        equipment.renew(
            acting_user=stage.coordinator, allocation=loans[2], due_on=loans[2].due_on + _days(60), on=on - _days(2),
            reason="Formation en cours",
        )  # fmt: skip


def _connection(stage: Stage, edition: Edition, people: list[Enrolment], on: datetime.date) -> None:
    terms = current_terms(edition).terms
    if terms.connectivity.aid_eur:
        for enrolment in people[:3]:
            request_aid(acting_user=stage.coordinator, enrolment=enrolment, on=on - _days(6))
    seller = stage.users.get("cashier", stage.coordinator)
    for number, product in enumerate(RechargeProduct.objects.filter(operator=stage.operator).order_by("pk")[:3]):
        sell_recharge(
            acting_user=seller, person=people[number].person, product=product, on=on - _days(number), token=stage.token(),
            means="cash", edition=edition, site=people[number].site,
        )  # fmt: skip
