"""What the actions would have written, row by row: from the file opened to the situation six months after the exit."""

import datetime
import json
import random
import uuid
from dataclasses import dataclass

from bench.lending import Stock
from bench.tables import Table
from bench.words import CITIES, FIRST_NAMES, LAST_NAMES, MOTIVES, PLANS, QUESTIONS, TESTIMONY, TROUBLES
from bench.world import Ground, Run
from declic.connectivity.models import InternetAid, RechargeSale
from declic.core.dates import add_months
from declic.diagnosis.enums import CUT_POINTS, Level, Skill
from declic.diagnosis.models import Assessment, Barrier, PlanAction, SkillScore
from declic.equipment.models import Agreement, Allocation, Claim, Device, DeviceIdentifier, DeviceTest, Erasure, Lot
from declic.followup.models import Exit, Outcome, Review, SatisfactionAnswer
from declic.hotline.models import Symptom, Ticket, TicketMessage
from declic.ledger.models import Auxiliary, Entry, Line
from declic.orientation.models import Enrolment, Referral
from declic.people.models import AccessLog, CaseNumber, Person, PersonPhone, Snapshot
from declic.training.enums import Autonomy, VisitTheme
from declic.training.models import Attendance, ClassSession, CourseGroup, GroupPlace, Visit

DAY = datetime.timedelta(days=1)
LEVELS = (Level.DEBUTANT, Level.INTERMEDIAIRE, Level.AVANCE, Level.AUTONOME)
SCORE_OF_LEVEL = {Level.DEBUTANT: 0.8, Level.INTERMEDIAIRE: 1.9, Level.AVANCE: 2.8, Level.AUTONOME: 3.7}
CLASSES_PER_GROUP = 8
GROUP_SIZE = 10
# Six ranges that the French regulator sets aside for fiction, ten thousand numbers each.
PHONE_RANGES = ("63998", "19900", "26191", "35301", "46571", "53649")
RULES_MET = json.dumps(
    [
        {"code": "prescriber_required", "label": "Orientée par un prescripteur", "outcome": "met", "fact": "oui"},
        {"code": "labour_status", "label": "En recherche d'emploi", "outcome": "met", "fact": "en recherche d'emploi"},
        {"code": "equipment_at_home", "label": "Pas d'ordinateur", "outcome": "unknown", "fact": ""},
    ]
)


def at(day: datetime.date, hour: int = 9, minute: int = 0) -> datetime.datetime:
    return datetime.datetime(day.year, day.month, day.day, hour, minute, tzinfo=datetime.UTC)


class Tables:
    """Every table that the bench fills itself; what `bench.world` makes comes from the actions."""

    def __init__(self, now: datetime.datetime) -> None:
        def table(model: type, columns: str) -> Table:
            made = Table(model, columns, at=now)
            self.all.append(made)
            return made

        self.all: list[Table] = []
        self.fates: list[tuple[int, str]] = []
        """How each loan that is over ended, by allocation."""
        self.person = table(
            Person,
            "operator case_number first_name last_name birth_name birth_date gender email contact_preference languages"
            " address postal_code city site informed_on created_at",
        )
        self.phone = table(PersonPhone, "operator person number")
        self.counter = table(CaseNumber, "operator last")
        self.access = table(AccessLog, "operator person user act at")
        self.snapshot = table(
            Snapshot,
            "operator person moment on labour_status household housing education benefits income charges commune_code"
            " in_priority_zone equipment has_connection has_email_address needs_help_online recorded_by",
        )
        self.referral = table(
            Referral,
            "operator edition person prescriber referent referent_name channel needs motive social_evaluation state"
            " sent_on waiting_since waiting_reason first_answered_on answered_on answered_by refusal_reason answer"
            " recorded_by",
        )
        self.enrolment = table(
            Enrolment,
            "operator person edition terms referral site adviser starts_on ended_on entry_snapshot exit_snapshot"
            " eligibility",
        )
        self.assessment = table(
            Assessment,
            "operator enrolment kind on adviser cut_points proposed_level confirmed_level confirmed_by confirmed_on note",
        )
        self.score = table(SkillScore, "operator assessment skill score")
        self.barrier = table(Barrier, "operator enrolment code label source spotted_on state ended_on recorded_by")
        self.plan = table(PlanAction, "operator barrier text owner due_on state ended_on")
        self.group = table(
            CourseGroup,
            "operator edition name course_code site trainer planned_minutes capacity starts_on ends_on",
        )
        self.place = table(GroupPlace, "operator group enrolment taken_on")
        self.session = table(ClassSession, "operator group on half_day minutes trainer led_by_volunteer held")
        self.attendance = table(Attendance, "operator class_session enrolment status minutes recorded_by recorded_at")
        self.visit = table(
            Visit, "operator edition site person on theme question minutes helper autonomy solved"
        )  # fmt: skip
        self.lot = table(Lot, "operator label received_on count")
        self.device = table(
            Device, "operator tag kind brand model lot refurbisher site state condition cycle system"
        )  # fmt: skip
        self.identifier = table(DeviceIdentifier, "operator device kind value")
        self.erasure = table(
            Erasure, "operator device cycle drive_serial method verification on done_by certified review_reason"
        )  # fmt: skip
        self.test = table(DeviceTest, "operator device cycle on checks passed done_by")
        self.allocation = table(
            Allocation,
            "operator person enrolment edition device state mode device_kind deposit price option_price options_at_term"
            " planned_on handed_over_on due_on ended_on condition_out condition_in account",
        )
        self.claim = table(Claim, "operator device kind allocation taken_at released_at")
        self.agreement = table(Agreement, "operator allocation text sha256 signed_on signed_by witnessed_by")
        self.auxiliary = table(Auxiliary, "operator label")
        self.entry = table(Entry, "operator on event label section idempotency_key recorded_by")
        self.line = table(Line, "operator entry account auxiliary debit credit")
        self.aid = table(
            InternetAid,
            "operator enrolment amount months state requested_on requested_by decided_on decided_by paid_on proof account",
        )
        self.recharge = table(
            RechargeSale, "operator person product edition site on public_price paid months sold_by token"
        )  # fmt: skip
        self.ticket = table(
            Ticket,
            "operator person allocation assigned_to channel symptom description state resolution opened_at opened_by"
            " first_answer_at solved_at",
        )
        self.answer = table(TicketMessage, "operator ticket at author body")
        self.review = table(Review, "operator enrolment months on given_by observed_uses testimony")
        self.satisfaction = table(SatisfactionAnswer, "operator enrolment on score comment recorded_by")
        self.exit = table(Exit, "operator enrolment on reason detail proof recorded_by")
        self.outcome = table(Outcome, "operator exit due_on recorded_on status recorded_by")


@dataclass
class Entered:
    """One enrolment while its rows are made."""

    pk: int
    person: int
    name: str
    site: int | None
    adviser: int
    starts_on: datetime.date
    ends_on: datetime.date
    ended: bool
    level: Level
    run: Run


class Case:
    """Fills one operator: `fill()` writes everything; `rng` makes it repeat."""

    def __init__(self, ground: Ground, tables: Tables, rng: random.Random, on: datetime.date) -> None:
        self.g, self.t, self.rng, self.on = ground, tables, rng, on
        self.op = ground.operator.pk
        self.advisers = ground.user_ids()
        self.stock = Stock(ground, tables, rng, on)
        self.people = 0
        self.seen: list[tuple[int, int | None, int | None, datetime.date]] = []
        self.course_share = self._course_share()
        self.attendances_before = tables.attendance.count

    def _course_share(self) -> float:
        """Which part of those entered where there are courses follow one: two thirds of the activities are attendances."""
        entered = self.g.people * 0.88
        with_courses = sum(bool(run.terms.courses) for run in self.g.runs) / len(self.g.runs)
        return min(0.95, self.g.activities * 0.65 / (entered * with_courses * CLASSES_PER_GROUP))

    def fill(self) -> None:
        made = 0
        for number, run in enumerate(self.g.runs, start=1):
            wanted = self.g.people * number // len(self.g.runs)
            self._edition(run, wanted - made)
            made = wanted
        self.stock.finish()
        self._visits()
        self.t.counter.add(self.op, self.people)

    # ------------------------------------------------------------------------------------------------------- people

    def _name(self) -> tuple[str, str, str]:
        rng = self.rng
        gender = "feminin" if rng.random() < 0.58 else "masculin"
        first, last = rng.choice(FIRST_NAMES[gender]), rng.choice(LAST_NAMES)
        if rng.random() < 0.06:
            first = f"{first}-{rng.choice(FIRST_NAMES[gender])}"
        if rng.random() < 0.08:
            last = f"{last}-{rng.choice(LAST_NAMES)}"
        return first, last, gender

    def _person(self, day: datetime.date) -> tuple[int, str, int | None]:
        rng, op = self.rng, self.op
        first, last, gender = self._name()
        born = rng.choice(LAST_NAMES) if gender == "feminin" and rng.random() < 0.25 else ""
        site = rng.choice(self.g.sites)
        site_id = site.pk if rng.random() < 0.95 else None
        city, postal, _code = CITIES[self.g.sites.index(site)]
        self.people += 1
        pk = self.t.person.add(
            op, f"D-{self.people:05d}", first, last, born,
            day - datetime.timedelta(days=rng.randint(19 * 365, 78 * 365)), gender,
            f"personne{self.people}@exemple.fr" if rng.random() < 0.5 else "", "phone", "français",
            f"{rng.randint(1, 90)} rue des Lilas", postal, city, site_id, day, at(day),
        )  # fmt: skip
        if rng.random() < 0.94:
            self.t.phone.add(op, pk, f"+33{rng.choice(PHONE_RANGES)}{rng.randint(0, 9999):04d}")
        for back in range(3):
            opened = day + back * 20 * DAY
            if opened <= self.on:
                self.t.access.add(op, pk, rng.choice(self.advisers), "view", at(opened, 10 + back))
        return pk, f"{first} {last}", site_id

    def _snapshot(self, person: int, moment: str, day: datetime.date, by: int) -> int:
        rng = self.rng

        def known[T](value: T) -> T | None:
            return value if rng.random() < 0.85 else None

        return self.t.snapshot.add(
            self.op, person, moment, day,
            known(rng.choice(("chomeur", "chomeur", "chomeur_longue_duree", "inactif", "en_emploi"))),
            known(rng.choice(("seul", "seul_avec_enfants", "couple", "couple_avec_enfants"))),
            known(rng.choice(("logement_personnel", "heberge", "hebergement_collectif"))),
            known(rng.choice(("0-2", "3-4", "5-8"))), known(rng.choice((["RSA"], ["RSA"], ["AAH"], ["ASS"], []))),
            known(rng.randrange(40_000, 130_000, 500)), known(rng.randrange(20_000, 80_000, 500)),
            known(rng.choice(CITIES)[2]), known(rng.random() < 0.4),
            known(rng.choice(([], ["telephone"], ["telephone", "tablette"]))), known(rng.random() < 0.5),
            known(rng.random() < 0.6), known(rng.random() < 0.7), by,
        )  # fmt: skip

    # ----------------------------------------------------------------------------------------------------- editions

    def _edition(self, run: Run, people: int) -> None:
        """Everybody whose first edition this is: entered (88 %), refused, waiting for an answer, or only a file."""
        edition, rng = run.edition, self.rng
        span = max((min(edition.ends_on - 60 * DAY, self.on - 2 * DAY) - edition.starts_on).days, 1)
        under_way = edition.ends_on > self.on
        entries = []
        for _number in range(people):
            draw = rng.random()
            day = edition.starts_on + rng.randrange(span) * DAY
            if draw < 0.88:
                entries.append(day)
                continue
            person, _name, site = self._person(day)
            self.seen.append((person, site, None, day))
            if draw < 0.97:
                self._unanswered_or_refused(run, person, day, waiting=draw > 0.94 and under_way)
        self._courses(run, [self._enter(run, day) for day in sorted(entries)])

    def _refer(
        self,
        run: Run,
        person: int,
        day: datetime.date,
        state: str,
        answered: datetime.date | None,
        by: int,
        reason: str,
    ) -> int:
        partner, referent = self.g.prescribers[run.case]
        waits = state == "waiting"
        return self.t.referral.add(
            self.op, run.edition.pk, person, partner.pk, referent.pk, referent.name, "account",
            ["numerique--acquerir-un-equipement", "numerique--maitriser-les-fondamentaux-du-numerique"],
            self.rng.choice(MOTIVES), "Évaluation jointe : ressources faibles, projet d'emploi en cours.", state, day,
            answered if waits else None, "no_place" if waits else "", answered, answered, by if answered else None, reason, "Nous la recevons cette semaine." if answered else "",
            referent.pk,
        )  # fmt: skip

    def _unanswered_or_refused(self, run: Run, person: int, day: datetime.date, *, waiting: bool) -> None:
        by = self.rng.choice(self.advisers)
        if waiting:
            sent = self.on - self.rng.randrange(25) * DAY
            state = "sent" if self.rng.random() < 0.7 else "waiting"
            self._refer(run, person, sent, state, sent + DAY if state == "waiting" else None, by, "")
            return
        reason = self.rng.choice(("non_eligible", "non_joignable", "session_complete", "non_interesse"))
        self._refer(run, person, day, "refused", min(day + 5 * DAY, self.on), by, reason)

    def _enter(self, run: Run, day: datetime.date) -> Entered:
        rng, op = self.rng, self.op
        person, name, site = self._person(day)
        adviser = rng.choice(self.advisers)
        referral = self._refer(run, person, day - rng.randint(2, 12) * DAY, "accepted", day, adviser, "")
        entry = self._snapshot(person, "entry", day, adviser)
        if rng.random() < 0.1:
            self._snapshot(person, "change", min(day + 40 * DAY, self.on), adviser)
        # Long enough for the classes, the loan and the reviews to find their place before the exit.
        ends_on = day + rng.randint(270, 420) * DAY
        ended = ends_on <= self.on and rng.random() < 0.93
        leaving = self._snapshot(person, "exit", ends_on, adviser) if ended and rng.random() < 0.7 else None
        pk = self.t.enrolment.add(
            op, person, run.edition.pk, run.version.pk, referral, site, adviser, day, ends_on if ended else None, entry,
            leaving, RULES_MET,
        )  # fmt: skip
        level = rng.choices(LEVELS, (4, 3, 2, 1))[0]
        entered = Entered(pk, person, name, site, adviser, day, ends_on if ended else self.on, ended, level, run)
        self.seen.append((person, site, run.edition.pk, day))
        self._diagnosis(entered)
        self._aid(entered)
        self._recharges(entered)
        allocation = self.stock.equip(entered)
        if allocation is not None:
            self._ticket(entered, *allocation)
        self._reviews(entered, allocation[1] if allocation is not None else day)
        if ended:
            self._exit(entered)
        return entered

    # ---------------------------------------------------------------------------------------------------- diagnosis

    def _diagnosis(self, e: Entered) -> None:
        if e.run.terms.courses and self.rng.random() < 0.92:
            first = e.starts_on + 1 * DAY
            recent = (self.on - first).days < 20
            self._assess(e, "entry", first, e.level, confirmed=not recent or self.rng.random() < 0.6)
            if e.ended and self.rng.random() < 0.5:
                self._assess(e, "exit", e.ends_on, LEVELS[min(LEVELS.index(e.level) + 1, 3)], confirmed=True)
        codes = self.rng.sample(e.run.terms.barriers, k=min(len(e.run.terms.barriers), self.rng.randrange(3)))
        for barrier in codes:
            lifted = e.ended or self.rng.random() < 0.4
            state = (
                self.rng.choice(("leve", "leve", "abandonne")) if lifted else self.rng.choice(("repere", "en_cours"))
            )
            ended_on = min(e.starts_on + self.rng.randint(20, 200) * DAY, e.ends_on) if lifted else None
            pk = self.t.barrier.add(
                self.op, e.pk, barrier.code, barrier.label, "observed", e.starts_on, state, ended_on, e.adviser
            )
            if state != "repere":
                due = ended_on or self.on + self.rng.randint(-20, 60) * DAY
                self.t.plan.add(
                    self.op, pk, self.rng.choice(PLANS), e.adviser, due, "done" if lifted else "to_do", ended_on
                )

    def _assess(self, e: Entered, kind: str, day: datetime.date, level: Level, *, confirmed: bool) -> None:
        rng = self.rng
        pk = self.t.assessment.add(
            self.op, e.pk, kind, day, e.adviser, CUT_POINTS.version, level, level if confirmed else "",
            e.adviser if confirmed else None, day if confirmed else None, "À l'aise avec le téléphone, pas le clavier.",
        )  # fmt: skip
        mean = SCORE_OF_LEVEL[level]
        for skill in Skill.values:
            draw = rng.random()
            self.t.score.add(
                self.op, pk, skill, None if draw < 0.05 else max(0, min(4, round(mean + (draw - 0.52) * 2.4)))
            )

    # ------------------------------------------------------------------------------------------------------ courses

    def _courses(self, run: Run, entered: list[Entered]) -> None:
        """Groups of ten in order of entry, eight half-days each; those to come have no sheet yet."""
        if not run.terms.courses:
            return
        following = [e for e in entered if self.rng.random() < self.course_share]
        for number in range(0, len(following), GROUP_SIZE):
            self._group(run, number // GROUP_SIZE + 1, following[number : number + GROUP_SIZE])

    def _group(self, run: Run, number: int, members: list[Entered]) -> None:
        rng, op = self.rng, self.op
        course = run.terms.courses[number % len(run.terms.courses)]
        minutes = 180
        first = members[-1].starts_on + 7 * DAY
        last = first + 7 * (CLASSES_PER_GROUP - 1) * DAY
        members = [e for e in members if not e.ended or e.ends_on >= last]
        trainer = rng.choice(self.advisers)
        group = self.t.group.add(
            op, run.edition.pk, f"{course.name}, groupe {number}", course.code, rng.choice(self.g.sites).pk, trainer,
            minutes * CLASSES_PER_GROUP, GROUP_SIZE + 2, first, last,
        )  # fmt: skip
        for e in members:
            self.t.place.add(op, group, e.pk, e.starts_on)
        for rank in range(CLASSES_PER_GROUP):
            day = first + 7 * rank * DAY
            done = day < self.on - 2 * DAY or (day < self.on and rng.random() < 0.5)
            session = self.t.session.add(
                op, group, day, "morning", minutes, trainer, rng.random() < 0.3, True if done else None
            )
            if not done:
                continue
            recorded = at(day, 12)
            for e in members:
                there = rng.random()
                status = "present" if there < 0.86 else "excuse" if there < 0.94 else "absent"
                self.t.attendance.add(
                    op, session, e.pk, status, minutes if status == "present" else 0, trainer, recorded
                )

    def _visits(self) -> None:
        """The rest of the activities: drop-in visits over the last three years, six in ten by name."""
        rng, add, op = self.rng, self.t.visit.add, self.op
        themes, autonomies = VisitTheme.values, Autonomy.values
        here = self.t.attendance.count - self.attendances_before
        for _number in range(max(self.g.activities - here, 0)):
            day = self.on - rng.randrange(1, 1095) * DAY
            person, site, edition = None, None, None
            if rng.random() < 0.6:
                person, site, edition, since = rng.choice(self.seen)
                if day < since:
                    day = min(since + rng.randrange(120) * DAY, self.on)
            add(
                op, edition, site or rng.choice(self.g.sites).pk, person, day, rng.choice(themes), rng.choice(QUESTIONS),
                rng.choice((10, 15, 20, 30, 45, 60)), rng.choice(self.advisers), rng.choice(autonomies),
                rng.random() < 0.8,
            )  # fmt: skip

    # ---------------------------------------------------------------------------------------------- aid, shop, help

    def _aid(self, e: Entered) -> None:
        promised = e.run.terms.connectivity
        asked = min(e.starts_on + self.rng.randint(10, 60) * DAY, self.on)
        if not promised.aid_eur or self.rng.random() > 0.7:
            return
        amount = int(promised.aid_eur * 100)
        decided = asked + 15 * DAY
        paid = decided + 20 * DAY
        state = "paid" if paid <= self.on else "granted" if decided <= self.on else "requested"
        account = None
        pk = self.t.aid.next
        if state != "requested":
            account = self.t.auxiliary.add(self.op, f"Aide internet {pk}")
            self.stock.post(
                decided, "aid_granted", f"Aide internet {pk}", e.run, f"aid:{pk}",
                [("aid_expense", None, amount, 0), ("aid_payable", account, 0, amount)],
            )  # fmt: skip
        if state == "paid":
            self.stock.post(
                paid, "aid_paid", f"Aide internet {pk}", e.run, f"aid-paid:{pk}",
                [("aid_payable", account, amount, 0), ("bank", None, 0, amount)],
            )  # fmt: skip
        self.t.aid.add(
            self.op, e.pk, amount, promised.aid_months, state, asked, e.adviser,
            decided if state != "requested" else None, self.g.coordinator.pk if state != "requested" else None,
            paid if state == "paid" else None, "Facture d'abonnement" if state == "paid" else "", account,
        )  # fmt: skip

    def _recharges(self, e: Entered) -> None:
        if not e.run.terms.connectivity.recharges or self.rng.random() > 0.4:
            return
        for month in range(self.rng.randint(1, 5)):
            day = add_months(e.starts_on, month) + 5 * DAY
            if day > self.on:
                return
            product = self.rng.choice(self.g.products)
            token = uuid.UUID(int=self.rng.getrandbits(128), version=4)
            self.t.recharge.add(
                self.op, e.person, product.pk, e.run.edition.pk, e.site, day, product.public_price,
                product.solidarity_price, product.months, e.adviser, token,
            )  # fmt: skip
            self.stock.post(
                day,
                "recharge_sold",
                f"Recharge {product.name}",
                e.run,
                f"recharge:{token}",
                [("cash", None, product.solidarity_price, 0), ("recharge_revenue", None, 0, product.solidarity_price)],
            )

    def _ticket(self, e: Entered, allocation: int, handed_over: datetime.date, ended_on: datetime.date) -> None:
        if self.rng.random() > 0.25:
            return
        opened = at(min(handed_over + self.rng.randrange(1, 150) * DAY, ended_on), 11, self.rng.randrange(60))
        age = (self.on - opened.date()).days
        state = "solved" if age > 12 else self.rng.choice(("open", "answered", "solved"))
        answered = None if state == "open" else opened + datetime.timedelta(hours=3)
        solved = opened + datetime.timedelta(hours=26) if state == "solved" else None
        pk = self.t.ticket.add(
            self.op, e.person, allocation, self.g.refurbisher.pk, "phone", self.rng.choice(Symptom.values),
            self.rng.choice(TROUBLES), state, self.rng.choice(("advice", "repair", "no_fault")) if solved else "", opened,
            e.adviser, answered, solved,
        )  # fmt: skip
        if answered is not None:
            self.t.answer.add(self.op, pk, answered, e.adviser, "Bonjour, passez à l'accueil, nous regardons ensemble.")

    # ----------------------------------------------------------------------------------------------------- afterwards

    def _reviews(self, e: Entered, counted_from: datetime.date) -> None:
        reviews = e.run.terms.reviews
        _partner, referent = self.g.prescribers[e.run.case]
        giver = referent.pk if reviews.by == "prescriber" else e.adviser
        for months in reviews.months:
            due = add_months(counted_from, months)
            if due > self.on or self.rng.random() > (0.97 if (self.on - due).days > 45 else 0.6):
                continue
            given = min(due + self.rng.randrange(15) * DAY, self.on)
            self.t.review.add(
                self.op, e.pk, months, given, giver, self.rng.sample(reviews.observed_uses, k=2) if reviews.observed_uses else [],
                self.rng.choice(TESTIMONY),
            )  # fmt: skip

    def _exit(self, e: Entered) -> None:
        rng, op, day = self.rng, self.op, e.ends_on
        reason = rng.choice(
            ("emploi_durable", "emploi_court", "formation_qualifiante", "autonome_recherche_active", "abandon")
        )
        positive = reason in ("emploi_durable", "formation_qualifiante")
        pk = self.t.exit.add(
            op, e.pk, day, reason, "CDI, 35 heures" if positive else "", "Contrat de travail" if positive else "", e.adviser
        )  # fmt: skip
        due = add_months(day, 6)
        asked = due <= self.on and rng.random() < (0.96 if (self.on - due).days > 45 else 0.5)
        self.t.outcome.add(
            op, pk, due, min(due + 10 * DAY, self.on) if asked else None,
            rng.choice(("en_emploi", "en_formation", "en_recherche", "injoignable")) if asked else "",
            e.adviser if asked else None,
        )  # fmt: skip
        if rng.random() < 0.7:
            self.t.satisfaction.add(op, e.pk, day, rng.choices((1, 2, 3, 4), (1, 2, 9, 8))[0], "", e.adviser)
