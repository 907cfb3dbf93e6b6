"""Where a person stands in each programme, and what comes next: computed from the facts, never stored."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Count,
    Exists,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.enums import Permission
from declic.accounts.scope import Scope
from declic.connectivity.models import AidState, InternetAid
from declic.core.dates import add_months
from declic.diagnosis.enums import AssessmentKind, Level
from declic.diagnosis.models import Assessment, Barrier, PlanAction
from declic.equipment.enums import HELD_STATES, AllocationState
from declic.equipment.models import Allocation
from declic.followup.models import Review
from declic.hotline.models import Ticket, TicketState
from declic.ledger.enums import AccountRole
from declic.ledger.models import Line
from declic.orientation.enums import OPEN_STATES, ReferralState
from declic.orientation.models import Enrolment, Referral
from declic.orientation.queries import with_deadlines
from declic.people.models import Person
from declic.programmes.schema import Terms, cents
from declic.training.models import Attendance, GroupPlace


@dataclass(frozen=True)
class Step:
    """One thing to do: a title, why, and the page where one click does it. `due` orders it; `late` says so."""

    title: str
    detail: str
    href: str
    label: str
    permission: Permission
    due: datetime.date | None = None
    late: bool = False
    weight: int = 50


@dataclass(frozen=True)
class Stand:
    """One enrolment as the file shows it."""

    enrolment: Enrolment
    level: str
    attended: int
    prescribed: int
    allocations: list[Allocation]
    steps: list[Step] = field(default_factory=list)

    @property
    def open(self) -> bool:
        return self.enrolment.ended_on is None


def _latest(queryset: QuerySet[Any], column: str) -> Subquery:
    return Subquery(queryset.values(column)[:1])


def enrolments_with_facts(person: Person) -> QuerySet[Enrolment]:
    """The person's enrolments, newest first, with all that the next steps are read from: one query."""
    here = OuterRef("pk")
    entry = Assessment.objects.filter(enrolment=here, kind=AssessmentKind.ENTRY).order_by("-on", "-pk")
    aids = InternetAid.objects.filter(enrolment=here).exclude(state=AidState.REFUSED)
    barriers = Barrier.objects.filter(enrolment=here, state__in=["repere", "en_cours"])
    todo = PlanAction.objects.filter(barrier__enrolment=here, state="to_do").order_by("due_on")
    attended = (
        Attendance.objects.filter(enrolment=here, status="present", corrected_by__isnull=True)
        .order_by()
        .values("enrolment")
        .annotate(total=Sum("minutes"))
    )
    places = GroupPlace.objects.filter(enrolment=here, left_on__isnull=True, group__kind="course").order_by("-pk")
    return (
        Enrolment.objects.filter(person=person)
        .select_related("edition__programme", "terms", "exit__outcome", "satisfaction", "adviser", "site")
        .annotate(
            assessment_id=_latest(entry, "pk"),
            level=Coalesce(_latest(entry.exclude(confirmed_level=""), "confirmed_level"), Value("")),
            proposed=Coalesce(_latest(entry, "proposed_level"), Value("")),
            level_now=Coalesce(
                _latest(
                    Assessment.objects.filter(enrolment=here).exclude(confirmed_level="").order_by("-on", "-pk"),
                    "confirmed_level",
                ),
                Value(""),
            ),
            barrier_count=Coalesce(
                Subquery(barriers.order_by().values("enrolment").annotate(n=Count("pk")).values("n")),
                0,
                output_field=IntegerField(),
            ),
            barrier_unplanned=_latest(
                barriers.filter(~Exists(PlanAction.objects.filter(barrier=OuterRef("pk")))).order_by("pk"), "pk"
            ),
            todo_due=_latest(todo, "due_on"),
            todo_text=_latest(todo, "text"),
            todo_barrier=_latest(todo, "barrier"),
            attended_minutes=Coalesce(Subquery(attended.values("total")), 0, output_field=IntegerField()),
            group_id=_latest(places, "group"),
            group_minutes=_latest(places, "group__planned_minutes"),
            group_ends=_latest(places, "group__ends_on"),
            aid_id=_latest(aids, "pk"),
            aid_state=_latest(aids, "state"),
            reviews_given=ArraySubquery(Review.objects.filter(enrolment=here).order_by("months").values("months")),
        )
        .order_by("-starts_on", "-pk")
    )


def stands(person: Person, *, on: datetime.date) -> list[Stand]:
    """Every enrolment of the person with its next steps: two queries."""
    allocations: dict[int | None, list[Allocation]] = {}
    for allocation in (
        Allocation.objects.filter(person=person)
        .exclude(state=AllocationState.CANCELLED)
        .select_related("device", "edition")
        .annotate(
            held=Coalesce(
                Subquery(
                    Line.objects.filter(auxiliary=OuterRef("account"), account__role=AccountRole.DEPOSITS_HELD)
                    .order_by()
                    .values("auxiliary")
                    .annotate(total=Sum("credit") - Sum("debit"))
                    .values("total")
                ),
                0,
                output_field=IntegerField(),
            )
        )
        .order_by("-pk")
    ):
        allocations.setdefault(allocation.enrolment_id, []).append(allocation)
    result = []
    for enrolment in enrolments_with_facts(person):
        terms = enrolment.terms.terms
        facts: Any = enrolment
        prescribed = (terms.hours_for(facts.level) or 0) * 60 or facts.group_minutes or 0
        stand = Stand(
            enrolment=enrolment,
            level=facts.level,
            attended=facts.attended_minutes,
            prescribed=prescribed,
            allocations=allocations.get(enrolment.pk, []),
        )
        steps = list(_steps(stand, terms, on)) if stand.open else list(_after_exit(enrolment, on))
        result.append(Stand(enrolment, facts.level, stand.attended, prescribed, stand.allocations, steps))
    return result


def _steps(stand: Stand, terms: Terms, on: datetime.date) -> Iterator[Step]:
    yield from _diagnosis(stand, terms, on)
    yield from _course(stand, terms)
    yield from _machine(stand, terms, on)
    yield from _connection(stand, terms)
    yield from _reviews(stand, terms, on)


def _diagnosis(stand: Stand, terms: Terms, on: datetime.date) -> Iterator[Step]:
    facts: Any = stand.enrolment
    pk = stand.enrolment.pk
    if facts.assessment_id is None and (terms.courses or terms.barriers):
        yield Step(
            _("faire le diagnostic"), _("Seize compétences, une vingtaine de minutes ensemble."),
            reverse("diagnosis:assess", args=[pk]), _("Commencer le diagnostic"), Permission.ASSESS, weight=20,
        )  # fmt: skip
    elif facts.assessment_id is not None and not stand.level:
        proposed = dict(Level.choices).get(facts.proposed)
        detail = (
            _("Le diagnostic propose : %(level)s.") % {"level": proposed} if proposed else _("Le diagnostic hésite.")
        )
        yield Step(
            _("choisir le niveau"), detail, reverse("diagnosis:confirm", args=[facts.assessment_id]),
            _("Choisir le niveau"), Permission.ASSESS, weight=15,
        )  # fmt: skip
    if facts.todo_due is not None:
        late = facts.todo_due < on
        yield Step(
            _("suivre le plan d'action"), facts.todo_text, reverse("diagnosis:plan", args=[facts.todo_barrier]),
            _("Ouvrir le plan"), Permission.ASSESS, due=facts.todo_due, late=late, weight=30 if late else 70,
        )  # fmt: skip
    elif facts.barrier_unplanned is not None:
        yield Step(
            _("prévoir une action pour lever un frein"), _("Un frein est repéré, personne ne s'en charge encore."),
            reverse("diagnosis:plan", args=[facts.barrier_unplanned]), _("Ouvrir le plan"), Permission.ASSESS, weight=35,
        )  # fmt: skip


def _course(stand: Stand, terms: Terms) -> Iterator[Step]:
    facts: Any = stand.enrolment
    if terms.courses and stand.level not in ("", Level.AUTONOME) and facts.group_id is None:
        hours = terms.hours_for(stand.level)
        detail = (
            _("Niveau %(level)s : %(hours)d heures.") % {"level": Level(stand.level).label, "hours": hours}
            if hours
            else _("Choisissez un groupe qui lui convient.")
        )
        yield Step(
            _("lui donner une place dans un parcours"), detail,
            reverse("training:place", args=[stand.enrolment.pk]), _("Choisir un groupe"), Permission.RUN_COURSES, weight=25,
        )  # fmt: skip


_SETTLED = (AllocationState.SETTLED, AllocationState.CANCELLED)


def _machine(stand: Stand, terms: Terms, on: datetime.date) -> Iterator[Step]:
    wanted = [offer for offer in terms.equipment if offer.mode != "sale"]
    if wanted and not stand.allocations:
        offer = wanted[0]
        waits = offer.condition != "none" and not stand.attended
        yield Step(
            _("lui attribuer une machine"),
            _("Le dispositif la demande après le parcours.") if waits else _("Choisissez une machine prête."),
            reverse("equipment:allocate", args=[stand.enrolment.pk]), _("Attribuer une machine"),
            Permission.HAND_OVER, weight=80 if waits else 40,
        )  # fmt: skip
    for allocation in stand.allocations:
        href = reverse("equipment:allocation", args=[allocation.pk])
        if allocation.state == AllocationState.DRAFT:
            yield Step(
                _("choisir la machine à lui remettre"),
                _("L'attribution est préparée."),
                href,
                _("Choisir la machine"),
                Permission.HAND_OVER,
                weight=38,
            )
        elif allocation.state == AllocationState.RESERVED:
            yield Step(
                _("remettre %(tag)s") % {"tag": allocation.device},
                _("La machine est réservée à son nom."),
                reverse("equipment:hand_over", args=[allocation.pk]),
                _("Remettre"),
                Permission.HAND_OVER,
                due=allocation.planned_on,
                weight=36,
            )
        elif allocation.state in HELD_STATES and allocation.due_on is not None:
            late = allocation.due_on < on
            soon = allocation.due_on <= on + datetime.timedelta(days=30)
            if late or soon:
                known = allocation.choice_at_term
                words = _("finir le prêt de %(tag)s : %(choice)s") if known else _("demander son choix pour %(tag)s")
                yield Step(
                    words % {"tag": allocation.device, "choice": allocation.get_choice_at_term_display()},
                    (_("Le prêt devait finir le %(day)s.") if late else _("Le prêt prend fin le %(day)s."))
                    % {"day": f"{allocation.due_on:%d/%m/%Y}"},
                    href, _("Ouvrir le prêt"), Permission.HAND_OVER, due=allocation.due_on, late=late,
                    weight=10 if late else 45,
                )  # fmt: skip
        elif allocation.ended_on is not None and allocation.state not in _SETTLED:
            yield Step(
                _("solder ce qui reste dû pour %(tag)s") % {"tag": allocation.device},
                _("La somme, ou son échéancier, est sur la page de l'attribution."),
                href, _("Voir ce qui reste dû"), Permission.TAKE_MONEY, weight=44,
            )  # fmt: skip


def _connection(stand: Stand, terms: Terms) -> Iterator[Step]:
    facts: Any = stand.enrolment
    if cents(terms.connectivity.aid_eur) and facts.aid_id is None:
        yield Step(
            _("demander l'aide internet"), _("Le dispositif la prévoit."),
            reverse("connectivity:aid_request", args=[stand.enrolment.pk]), _("Demander l'aide"),
            Permission.REQUEST_AID, weight=60,
        )  # fmt: skip
    elif facts.aid_state == AidState.REQUESTED:
        yield Step(
            _("décider de l'aide internet"), _("La demande attend une décision."),
            reverse("connectivity:aid", args=[facts.aid_id]), _("Ouvrir la demande"), Permission.DECIDE_AID, weight=42,
        )  # fmt: skip
    elif facts.aid_state == AidState.GRANTED:
        yield Step(
            _("verser l'aide internet"), _("Elle est accordée, il manque le justificatif d'abonnement."),
            reverse("connectivity:aid", args=[facts.aid_id]), _("Verser l'aide"), Permission.DECIDE_AID, weight=43,
        )  # fmt: skip


def _reviews(stand: Stand, terms: Terms, on: datetime.date) -> Iterator[Step]:
    facts: Any = stand.enrolment
    starts = min(
        (a.handed_over_on for a in stand.allocations if a.handed_over_on is not None), default=stand.enrolment.starts_on
    )
    for months in sorted(terms.reviews.months):
        due = add_months(starts, months)
        if months not in facts.reviews_given and due <= on + datetime.timedelta(days=30):
            yield Step(
                _("donner le bilan à %(n)d mois") % {"n": months},
                _("Attendu le %(day)s.") % {"day": f"{due:%d/%m/%Y}"},
                reverse("followup:review", args=[stand.enrolment.pk, months]),
                _("Donner le bilan"),
                Permission.GIVE_REVIEWS,
                due=due,
                late=due < on,
                weight=32 if due < on else 65,
            )
            break
    done = bool(stand.prescribed) and stand.attended >= stand.prescribed
    held = any(a.state in HELD_STATES for a in stand.allocations)
    if terms.reviews.satisfaction and not hasattr(stand.enrolment, "satisfaction") and done:
        yield Step(
            _("recueillir son avis"), _("Son parcours est terminé."),
            reverse("followup:satisfaction", args=[stand.enrolment.pk]), _("Noter son avis"),
            Permission.CLOSE_ENROLMENTS, weight=62,
        )  # fmt: skip
    yield Step(
        _("enregistrer sa sortie"),
        _("Reprenez d'abord la machine prêtée.") if held else _("Quand l'accompagnement prend fin."),
        reverse("followup:exit", args=[stand.enrolment.pk]), _("Enregistrer la sortie"),
        Permission.CLOSE_ENROLMENTS, weight=95 if held or not done else 85,
    )  # fmt: skip


def _after_exit(enrolment: Enrolment, on: datetime.date) -> Iterator[Step]:
    outcome = getattr(getattr(enrolment, "exit", None), "outcome", None)
    if outcome is not None and outcome.recorded_on is None and outcome.due_on <= on + datetime.timedelta(days=31):
        yield Step(
            _("demander ce qu'elle est devenue"),
            _("Situation à demander le %(day)s.") % {"day": f"{outcome.due_on:%d/%m/%Y}"},
            reverse("followup:outcome", args=[outcome.pk]), _("Noter sa situation"), Permission.CLOSE_ENROLMENTS,
            due=outcome.due_on, late=outcome.due_on < on, weight=33,
        )  # fmt: skip


def waiting_on_person(person: Person, *, on: datetime.date) -> Iterator[Step]:
    """Steps that belong to no enrolment: an open referral, an open ticket (two queries)."""
    waiting_ones = Referral.objects.filter(person=person, state__in=OPEN_STATES).select_related("edition__programme")
    referrals = with_deadlines(waiting_ones)
    for referral in referrals.order_by("sent_on", "pk"):
        days = (on - referral.sent_on).days if referral.sent_on else 0
        waiting = referral.state == ReferralState.WAITING
        late = days > referral.answer_days and not waiting  # type: ignore[attr-defined]
        yield Step(
            _("donner une réponse au prescripteur"),
            _("« %(programme)s » : envoyée il y a %(n)d jours%(queue)s.")
            % {
                "programme": referral.edition.programme,
                "n": days,
                "queue": _(", en liste d'attente") if waiting else "",
            },
            reverse("orientation:answer", args=[referral.pk]), _("Répondre"), Permission.ANSWER_REFERRALS,
            due=referral.sent_on, late=late, weight=5 if not waiting else 50,
        )  # fmt: skip
    tickets = Ticket.objects.filter(person=person).exclude(state=TicketState.SOLVED)
    for ticket in tickets.order_by("opened_at", "pk"):
        yield Step(
            _("répondre à sa demande d'assistance"), f"{ticket.get_symptom_display()} : {ticket.description[:120]}",
            reverse("hotline:ticket", args=[ticket.pk]), _("Ouvrir la demande"), Permission.ANSWER_TICKETS,
            due=ticket.opened_at.date(), weight=8,
        )  # fmt: skip


def next_steps(person: Person, all_stands: list[Stand], scope: Scope, *, on: datetime.date) -> list[Step]:
    """What the user may do next for this person, the most pressing first."""
    steps = [*waiting_on_person(person, on=on), *(step for stand in all_stands for step in stand.steps)]
    if not all_stands and not steps:
        steps += [
            Step(
                _("l'orienter vers un dispositif"), _("Son dossier est ouvert, elle n'est encore nulle part."),
                f"{reverse('orientation:create')}?person={person.pk}", _("Orienter"), Permission.REFER, weight=50,
            ),
            Step(
                _("l'inscrire sans orientation"), _("Pour un dispositif qui n'en demande pas."),
                reverse("orientation:enrol", args=[person.pk]), _("Inscrire"), Permission.ANSWER_REFERRALS, weight=51,
            ),
        ]  # fmt: skip
    allowed = [step for step in steps if scope.can(step.permission, person.operator_id)]
    return sorted(allowed, key=lambda step: (not step.late, step.weight, step.due or on))
