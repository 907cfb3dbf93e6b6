"""The stage on which a programme is replayed: its operator, its team, its stock, and the gestures of the screens in one call."""

import datetime
import itertools
import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from declic.accounts.actions import invite
from declic.accounts.enums import Role
from declic.accounts.models import User
from declic.connectivity.actions import add_product
from declic.connectivity.models import RechargeProduct
from declic.demo.names import made_up
from declic.diagnosis.actions import assess, confirm_level
from declic.diagnosis.enums import AssessmentKind, Level, Skill
from declic.equipment import actions as equipment
from declic.equipment.enums import Condition
from declic.equipment.models import Allocation, Device
from declic.organisations.actions import create_organisation, create_site, partner_called
from declic.organisations.models import Organisation, Site
from declic.orientation.actions import accept_referral, enrol, send_referral
from declic.orientation.enums import ReferralChannel
from declic.orientation.models import Enrolment, Referral
from declic.people.actions import register_person
from declic.people.models import Person
from declic.programmes.actions import import_programme
from declic.programmes.models import Edition, Programme
from declic.programmes.queries import current_terms
from declic.programmes.schema import cents
from declic.training.actions import AttendanceLine, close_class, schedule_class, sign_attendance
from declic.training.enums import AttendanceStatus, HalfDay
from declic.training.models import ClassSession, CourseGroup

EXAMPLES = Path(__file__).resolve().parent.parent / "programmes" / "examples"
PARIS = ZoneInfo("Europe/Paris")
PASSWORD = "declic-essai-2026"  # noqa: S105 -- the made-up accounts of the demonstration share it, the README says so
CHECKS = {"écran": True, "clavier": True, "souris": True, "wifi": True, "son": True, "batterie": True}
METHODS = ("nwipe 0.35, PRNG Stream", "ATA Secure Erase")


def at(day: datetime.date, hour: int = 10, minute: int = 0) -> datetime.datetime:
    """An instant of `day`, Paris time."""
    return datetime.datetime.combine(day, datetime.time(hour, minute), tzinfo=PARIS)


def working_days(first: datetime.date, count: int, *, every: int = 1) -> list[datetime.date]:
    """`count` days from `first` on, `every` days apart; one that falls on a weekend waits for Monday."""
    days: list[datetime.date] = []
    day = first
    while len(days) < count:
        day += datetime.timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))
        days.append(day)
        day += datetime.timedelta(days=every)
    return days


def spread(first: datetime.date, last: datetime.date, count: int) -> list[datetime.date]:
    """`count` working days between two dates, evenly, in order."""
    length = (last - first).days
    days = [first + datetime.timedelta(days=length * number // max(count - 1, 1)) for number in range(count)]
    return [day - datetime.timedelta(days={5: 1, 6: 2}.get(day.weekday(), 0)) for day in days]


@dataclass
class Stage:
    """One case being replayed; `rng` is seeded by the case, so that it repeats with the same people."""

    case: str
    operator: Organisation
    coordinator: User
    programme: Programme
    rng: random.Random
    since: datetime.date
    users: dict[str, User] = field(default_factory=dict)
    sites: list[Site] = field(default_factory=list)
    _clock: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @classmethod
    def open(cls, case: str, *, operator: str, domain: str, since: datetime.date, kinds: Sequence[str] = ()) -> "Stage":
        """Create the operator, its coordinator and the programme of `examples/CASE.toml`."""
        organisation = partner_called(None, operator) or create_organisation(
            acting_user=None, name=operator, kinds=["operator", *kinds]
        )
        rng = random.Random(case)
        stage_user = cls._invite(
            organisation, f"coordination@{domain}", "Claire Vasseur", Role.COORDINATOR, since, None
        )
        text = (EXAMPLES / f"{case}.toml").read_text(encoding="utf-8")
        programme = import_programme(acting_user=stage_user, operator=organisation, text=text)
        return cls(case, organisation, stage_user, programme, rng, since, {"coordinator": stage_user})

    @staticmethod
    def _invite(
        organisation: Organisation, email: str, name: str, role: Role, since: datetime.date, site: Site | None
    ) -> User:
        return invite(
            acting_user=None,
            email=email,
            name=name,
            organisation=organisation,
            role=role,
            starts_on=since,
            site=site,
            password=PASSWORD,
        ).user

    def member(
        self,
        email: str,
        name: str,
        role: Role,
        *,
        organisation: Organisation | None = None,
        site: Site | None = None,
    ) -> User:
        """Someone of the team, or of a partner."""
        user = self._invite(organisation or self.operator, email, name, role, self.since, site)
        self.users.setdefault(role.value, user)
        return user

    def site(self, name: str, **fields: Any) -> Site:
        """A place of the operator."""
        site = create_site(acting_user=self.coordinator, operator=self.operator, name=name, **fields)
        self.sites.append(site)
        return site

    def edition(self, name: str) -> Edition:
        """An edition of the programme, by its name."""
        return self.programme.editions.get(name=name)

    def partner(self, name: str) -> Organisation:
        """A partner that the document named."""
        return Organisation.objects.get(registered_by=self.operator, name=name)

    def person(
        self, on: datetime.date, *, ages: tuple[int, int] = (22, 58), site: Site | None = None, **fields: Any
    ) -> Person:
        """Open a file for someone made up."""
        words = made_up(self.rng, ages=ages, on=on).fields() | fields
        return register_person(
            acting_user=self.users.get("adviser", self.coordinator), operator=self.operator, on=on, site=site, **words
        )

    def facts(self, **known: Any) -> dict[str, Any]:
        """A situation: what is `known`, the rest drawn, some of it unknown as in life."""
        rng = self.rng
        drawn: dict[str, Any] = {
            "labour_status": rng.choices(["chomeur_longue_duree", "chomeur", None], [6, 3, 1])[0],
            "household": rng.choices(
                ["seul", "seul_avec_enfants", "couple", "couple_avec_enfants", None], [4, 3, 1, 2, 1]
            )[0],
            "housing": rng.choices(["logement_personnel", "heberge", "hebergement_collectif", None], [6, 2, 1, 1])[0],
            "education": rng.choices(["0-2", "3-4", "5-8", None], [5, 3, 1, 1])[0],
            "benefits": rng.choices([["RSA"], ["ASS"], [], None], [5, 2, 2, 1])[0],
            "income": rng.choice([None, *range(48000, 92000, 1500)]),
            "equipment": rng.choices([["telephone"], []], [7, 3])[0],
            "has_connection": rng.choice([True, False, None]),
            "has_email_address": rng.choices([True, False, None], [5, 4, 1])[0],
            "needs_help_online": rng.choices([True, False, None], [6, 3, 1])[0],
            "in_priority_zone": rng.choices([True, False, None], [4, 4, 2])[0],
        }
        return drawn | known

    def refer(
        self,
        person: Person,
        edition: Edition,
        on: datetime.date,
        *,
        prescriber: Organisation,
        referent: User | None = None,
        needs: Sequence[str] = (),
        motive: str = "",
        evaluation: str = "",
    ) -> Referral:
        """A prescriber asks for a person."""
        return send_referral(
            acting_user=referent or self.coordinator,
            edition=edition,
            person=person,
            on=on,
            channel=ReferralChannel.ACCOUNT if referent else ReferralChannel.PAPER,
            prescriber=prescriber,
            referent=referent,
            referent_name="" if referent else "Accueil social",
            needs=list(needs),
            motive=motive,
            social_evaluation=evaluation,
        )

    def accept(self, referral: Referral, on: datetime.date, *, site: Site | None = None, **known: Any) -> Enrolment:
        """The team says yes: the person enters."""
        return accept_referral(
            acting_user=self.coordinator,
            referral=referral,
            on=on,
            facts=self.facts(**known),
            site=site or (self.sites[0] if self.sites else None),
            adviser=self.users.get("adviser"),
            answer="Nous l'appelons cette semaine.",
        )

    def welcome(
        self, person: Person, edition: Edition, on: datetime.date, *, exception: str = "", site: Site | None = None,
        **known: Any,
    ) -> Enrolment:  # fmt: skip
        """Someone enters without a prescriber."""
        return enrol(
            acting_user=self.coordinator,
            person=person,
            edition=edition,
            on=on,
            facts=self.facts(**known),
            site=site or (self.sites[0] if self.sites else None),
            adviser=self.users.get("adviser"),
            exception_reason=exception,
        )

    def assessed(
        self, enrolment: Enrolment, on: datetime.date, level: Level, *, kind: AssessmentKind = AssessmentKind.ENTRY,
        confirm: bool = True,
    ) -> None:  # fmt: skip
        """An assessment whose answers lead to `level`, confirmed by the adviser."""
        user = self.users.get("adviser", self.coordinator)
        mean = {Level.DEBUTANT: 0.7, Level.INTERMEDIAIRE: 1.9, Level.AVANCE: 2.9, Level.AUTONOME: 3.7}[level]
        # Whole scores around the mean: as many of the higher one as it takes.
        low = int(mean)
        share = mean - low
        skills = list(Skill)
        scores: dict[Skill, int | None] = {
            skill: low + (1 if (number * 7) % len(skills) < share * len(skills) else 0)
            for number, skill in enumerate(skills)
        }
        assessment = assess(acting_user=user, enrolment=enrolment, kind=kind, on=on, scores=scores)
        if confirm:
            reason = "" if assessment.proposed_level == level else "l'entretien le confirme"
            confirm_level(acting_user=user, assessment=assessment, level=level, on=on, reason=reason)

    def stock(
        self,
        count: int,
        kind: str,
        on: datetime.date,
        *,
        label: str,
        refurbisher: Organisation | None = None,
        donor: Organisation | None = None,
        brand: str = "Lenovo",
        model: str = "ThinkPad L470",
        prefix: str = "PC",
        ready: int | None = None,
    ) -> list[Device]:
        """A lot that came in, and its machines wiped, tested and ready (`ready` of them, all by default)."""
        user = self.users.get("refurbisher", self.coordinator)
        lot = equipment.receive_lot(
            acting_user=user,
            operator=self.operator,
            label=label,
            on=on,
            count=count,
            kind=kind,
            refurbisher=refurbisher,
            donor=donor,
            brand=brand,
            model=model,
            tag_prefix=prefix,
            site=self.sites[0] if self.sites else None,
        )
        devices = list(lot.devices.order_by("tag"))
        for device in devices[: count if ready is None else ready]:
            self.prepare(device, on)
        return devices

    def prepare(self, device: Device, on: datetime.date) -> None:
        """From the van to the shelf: triage, erasure per drive, tests, system, ready."""
        user = self.users.get("refurbisher", self.coordinator)
        equipment.triage(acting_user=user, device=device)
        equipment.record_erasure(
            acting_user=user,
            device=device,
            drive_serial=f"D{device.pk:06d}",
            method=self.rng.choice(METHODS),
            verification="relecture complète, aucun secteur non effacé",
            errors=0,
            on=on,
            reason="Relu secteur par secteur à l'atelier : le journal de l'outil est rangé avec le lot.",
        )
        equipment.record_test(acting_user=user, device=device, on=on, checks=CHECKS)
        equipment.install_system(acting_user=user, device=device, system="Linux Mint 21")
        equipment.make_ready(
            acting_user=user, device=device, condition=self.rng.choice([Condition.GOOD, Condition.WORN])
        )

    def reserve(self, enrolment: Enrolment, device: Device, day: datetime.date, *, mode: str) -> Allocation:
        """Set a machine aside for someone."""
        allocation = equipment.prepare_allocation(
            acting_user=self.coordinator,
            person=enrolment.person,
            edition=enrolment.edition,
            mode=mode,
            device_kind=device.kind,
            on=day,
            enrolment=enrolment,
        )
        return equipment.reserve_device(
            acting_user=self.coordinator, allocation=allocation, device=device, at=at(day, 8, 30)
        )

    def hand_over(self, allocation: Allocation, day: datetime.date, *, means: str = "cash") -> Allocation:
        """Remettre: agreement, money, machine."""
        person = allocation.person
        return equipment.hand_over(
            acting_user=self.users.get("adviser", self.coordinator),
            allocation=allocation,
            at=at(day, 14, next(self._clock) % 60),
            means=means,
            signed_by=f"{person.first_name} {person.last_name}",
        )

    def lend(self, enrolment: Enrolment, device: Device, day: datetime.date, *, mode: str = "loan") -> Allocation:
        """Reserve in the morning, hand over in the afternoon."""
        return self.hand_over(self.reserve(enrolment, device, day, mode=mode), day)

    def schedule(
        self,
        group: CourseGroup,
        days: Sequence[datetime.date],
        *,
        minutes: int,
        trainer: User,
        half_day: HalfDay = HalfDay.MORNING,
        volunteer: bool = False,
    ) -> list[ClassSession]:
        """Classes on these days."""
        return [
            schedule_class(
                acting_user=self.coordinator,
                group=group,
                on=day,
                half_day=half_day,
                minutes=minutes,
                trainer=trainer,
                led_by_volunteer=volunteer,
            )
            for day in days
        ]

    def sign(self, session: ClassSession, enrolments: Sequence[Enrolment], *, present: float = 1.0) -> None:
        """The sheet of a class: everyone, or about a share `present` of them, the others excused."""
        lines = [
            AttendanceLine(enrolment, AttendanceStatus.PRESENT, session.minutes)
            if self.rng.random() < present
            else AttendanceLine(enrolment, AttendanceStatus.EXCUSE, 0)
            for enrolment in enrolments
        ]
        sign_attendance(acting_user=session.trainer, class_session=session, lines=lines, at=at(session.on, 12, 30))

    def held(self, session: ClassSession, headcount: int) -> None:
        """A class whose people gave no name: only their number is known."""
        close_class(acting_user=session.trainer, class_session=session, held=True, headcount=headcount)

    def fill_shop(self, edition: Edition) -> dict[str, RechargeProduct]:
        """Put the recharges that the terms promise on sale, by name."""
        return {
            recharge.name: add_product(
                acting_user=self.coordinator,
                operator=self.operator,
                name=recharge.name,
                public_price=cents(recharge.public_price_eur),
                solidarity_price=cents(recharge.solidarity_price_eur),
                months=recharge.months,
            )
            for recharge in current_terms(edition).terms.connectivity.recharges
        }

    def token(self) -> uuid.UUID:
        """The token of a form, as a page would carry it."""
        return uuid.UUID(int=self.rng.getrandbits(128))
