"""What waits for a user today: late, waiting, coming; each source asks for one permission and reads a few rows."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.accounts.enums import Permission, Role
from declic.accounts.models import User
from declic.accounts.scope import Scope, scope_of
from declic.connectivity.access import visible_aids
from declic.connectivity.models import AidState
from declic.core.money import format_euros
from declic.diagnosis.access import visible_assessments, visible_plan_actions
from declic.equipment.access import visible_allocations, visible_devices
from declic.equipment.enums import HELD_STATES, AllocationState, DeviceState
from declic.equipment.models import Ceremony
from declic.followup.access import visible_outcomes
from declic.followup.queries import reviews_to_give, visible_outcomes_due
from declic.hotline.access import visible_tickets
from declic.hotline.models import Priority, TicketState
from declic.ledger.enums import AccountRole
from declic.ledger.queries import balance, deposits_held
from declic.orientation.access import visible_enrolments, visible_referrals
from declic.orientation.enums import ReferralState
from declic.programmes.models import Edition
from declic.training.access import visible_sessions
from declic.web.journey import REPLY_DAYS

P = Permission
PER_SOURCE = 5
"""Rows that one source shows; the rest is one click away."""


@dataclass(frozen=True)
class Task:
    """One line of the page: a sentence, why, one button."""

    sentence: str
    detail: str
    href: str
    label: str
    day: datetime.date
    chip: str = ""
    chip_kind: str = "wait"


@dataclass(frozen=True)
class Glance:
    """One figure at the side."""

    label: str
    value: str
    part: int | None = None
    whole: int | None = None
    href: str = ""


@dataclass
class Today:
    late: list[Task] = field(default_factory=list)
    waiting: list[Task] = field(default_factory=list)
    coming: list[Task] = field(default_factory=list)
    glances: list[Glance] = field(default_factory=list)
    more: list[tuple[str, str]] = field(default_factory=list)
    doors: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.late) + len(self.waiting)


type _Found = Iterator[tuple[str, Task]]


def _days(count: int) -> str:
    return ngettext("%(n)d jour", "%(n)d jours", count) % {"n": count}


def _referrals(user: User, on: datetime.date) -> _Found:
    rows = (
        visible_referrals(user, P.ANSWER_REFERRALS)
        .filter(state=ReferralState.SENT)
        .select_related("person", "prescriber", "edition__programme")
        .order_by("sent_on", "pk")[: PER_SOURCE * 2]
    )
    for referral in rows:
        days = (on - referral.sent_on).days if referral.sent_on else 0
        late = days > REPLY_DAYS
        by = referral.prescriber.name if referral.prescriber else _("la personne elle-même")
        yield (
            "late" if late else "waiting",
            Task(
                _("Répondre à l'orientation de %(person)s") % {"person": referral.person},
                _("Envoyée par %(by)s vers « %(programme)s ».") % {"by": by, "programme": referral.edition.programme},
                reverse("orientation:answer", args=[referral.pk]),
                _("Répondre"),
                referral.sent_on or on,
                _days(days),
                "bad" if late else "wait",
            ),
        )


def _levels(user: User, on: datetime.date) -> _Found:
    rows = (
        visible_assessments(user)
        .filter(confirmed_level="", enrolment__ended_on__isnull=True)
        .select_related("enrolment__person", "enrolment__edition__programme")
        .order_by("on", "pk")[:PER_SOURCE]
    )
    for assessment in rows:
        proposed = assessment.get_proposed_level_display()
        between = (
            _("entre %(a)s et %(b)s") % {"a": proposed, "b": assessment.get_other_level_display()}
            if assessment.other_level
            else proposed
        )
        yield (
            "waiting",
            Task(
                _("Choisir le niveau de %(person)s") % {"person": assessment.enrolment.person},
                str(assessment.enrolment.edition.programme),
                reverse("diagnosis:confirm", args=[assessment.pk]),
                _("Choisir"),
                assessment.on,
                str(between),
            ),
        )


def _plans(user: User, on: datetime.date) -> _Found:
    rows = (
        visible_plan_actions(user)
        .filter(state="to_do", due_on__lte=on + datetime.timedelta(days=7), barrier__enrolment__ended_on__isnull=True)
        .select_related("barrier__enrolment__person", "owner")
        .order_by("due_on", "pk")[:PER_SOURCE]
    )
    for action in rows:
        late = action.due_on < on
        yield (
            "late" if late else "coming",
            Task(
                _("%(action)s pour %(person)s") % {"action": action.text, "person": action.barrier.enrolment.person},
                _("Pour lever le frein : %(barrier)s.") % {"barrier": action.barrier.label},
                reverse("diagnosis:plan", args=[action.barrier_id]),
                _("Ouvrir le plan"),
                action.due_on,
                _days((on - action.due_on).days) if late else f"{action.due_on:%d/%m}",
                "bad" if late else "note",
            ),
        )


def _loans(user: User, on: datetime.date) -> _Found:
    rows = (
        visible_allocations(user, P.HAND_OVER)
        .filter(state__in=HELD_STATES, due_on__lte=on + datetime.timedelta(days=14))
        .select_related("person", "device")
        .order_by("due_on", "pk")[:PER_SOURCE]
    )
    for allocation in rows:
        if allocation.due_on is None:
            continue
        late = allocation.due_on < on
        back = (_("devait revenir le %(day)s") if late else _("revient le %(day)s")) % {
            "day": f"{allocation.due_on:%d/%m/%Y}"
        }
        yield (
            "late" if late else "coming",
            Task(
                _("L'ordinateur %(tag)s %(back)s") % {"tag": allocation.device, "back": back},
                _("Prêté à %(person)s. Son choix reste à demander.") % {"person": allocation.person},
                reverse("equipment:allocation", args=[allocation.pk]),
                _("Ouvrir le prêt"),
                allocation.due_on,
                _days((on - allocation.due_on).days) if late else "",
                "bad" if late else "note",
            ),
        )
    reserved = (
        visible_allocations(user, P.HAND_OVER)
        .filter(state=AllocationState.RESERVED, ceremony_place__isnull=True)
        .select_related("person", "device")
        .order_by("planned_on", "pk")[:PER_SOURCE]
    )
    for allocation in reserved:
        yield (
            "waiting",
            Task(
                _("Remettre %(tag)s à %(person)s") % {"tag": allocation.device, "person": allocation.person},
                _("La machine est réservée.")
                if not allocation.deposit
                else _("Caution de %(amount)s à encaisser.") % {"amount": format_euros(allocation.deposit)},
                reverse("equipment:hand_over", args=[allocation.pk]),
                _("Remettre"),
                allocation.planned_on or on,
            ),
        )


def _ceremonies(user: User, on: datetime.date) -> _Found:
    rows = (
        Ceremony.objects.filter(
            operator__in=scope_of(user).operators(P.HAND_OVER),
            state="prepared",
            on__gte=on,
            on__lte=on + datetime.timedelta(days=31),
        )
        .annotate(expected=Count("places"))
        .order_by("on", "pk")[:PER_SOURCE]
    )
    for ceremony in rows:
        yield (
            "coming",
            Task(
                _("%(name)s, le %(day)s") % {"name": ceremony.name, "day": f"{ceremony.on:%d/%m}"},
                ngettext("%(n)d machine à remettre", "%(n)d machines à remettre", ceremony.expected)
                % {"n": ceremony.expected},
                reverse("equipment:ceremony", args=[ceremony.pk]),
                _("Ouvrir la remise"),
                ceremony.on,
            ),
        )


def _tickets(user: User, on: datetime.date) -> _Found:
    rows = (
        visible_tickets(user, P.ANSWER_TICKETS)
        .filter(state=TicketState.OPEN)
        .select_related("person", "allocation__device")
        .order_by("opened_at", "pk")[:PER_SOURCE]
    )
    for ticket in rows:
        days = (on - ticket.opened_at.date()).days
        late = days > 2 or ticket.priority == Priority.URGENT
        machine = f", {ticket.allocation.device}" if ticket.allocation else ""
        yield (
            "late" if late else "waiting",
            Task(
                _("%(first)s demande de l'aide : %(symptom)s%(machine)s")
                % {
                    "first": ticket.person.first_name,
                    "symptom": ticket.get_symptom_display(),
                    "machine": machine,
                },
                ticket.description[:140],
                reverse("hotline:ticket", args=[ticket.pk]),
                _("Répondre"),
                ticket.opened_at.date(),
                _days(days),
                "bad" if late else "wait",
            ),
        )


def _reviews(user: User, on: datetime.date) -> _Found:
    for review in reviews_to_give(user, on, limit=PER_SOURCE):
        days = (on - review.due_on).days
        yield (
            "late" if days > 7 else "waiting",
            Task(
                _("Donner le bilan à %(n)d mois de %(person)s")
                % {"n": review.months, "person": review.enrolment.person},
                _("Attendu depuis le %(day)s.") % {"day": f"{review.due_on:%d/%m/%Y}"},
                reverse("followup:review", args=[review.enrolment.pk, review.months]),
                _("Donner le bilan"),
                review.due_on,
                _days(days),
                "bad" if days > 7 else "wait",
            ),
        )


def _aids(user: User, on: datetime.date) -> _Found:
    rows = (
        visible_aids(user, P.DECIDE_AID)
        .filter(state__in=[AidState.REQUESTED, AidState.GRANTED])
        .select_related("enrolment__person", "enrolment__edition__programme")
        .order_by("requested_on", "pk")[:PER_SOURCE]
    )
    for aid in rows:
        asked = aid.state == AidState.REQUESTED
        verb = _("Décider de l'aide internet de %(person)s") if asked else _("Verser l'aide internet de %(person)s")
        yield (
            "waiting",
            Task(
                verb % {"person": aid.enrolment.person},
                f"{format_euros(aid.amount)}, {aid.enrolment.edition.programme}",
                reverse("connectivity:aid", args=[aid.pk]),
                _("Ouvrir"),
                aid.requested_on,
                str(aid.get_state_display()),
            ),
        )


def _classes(user: User, on: datetime.date) -> _Found:
    rows = (
        visible_sessions(user, on=on)
        .filter(on__gte=on - datetime.timedelta(days=7), on__lte=on + datetime.timedelta(days=7), held__isnull=True)
        .select_related("group", "trainer")
        .annotate(expected=Count("group__places", filter=Q(group__places__left_on__isnull=True)))
        .order_by("on", "-half_day", "pk")[: PER_SOURCE * 2]
    )
    for session in rows:
        when = "late" if session.on < on else "waiting" if session.on == on else "coming"
        sentence = {
            "late": _("Noter les présences de « %(group)s »"),
            "waiting": _("Aujourd'hui, %(half)s : « %(group)s »"),
            "coming": _("« %(group)s », %(day)s %(half)s"),
        }[when]
        yield (
            when,
            Task(
                sentence
                % {
                    "group": session.group.name,
                    "half": session.get_half_day_display(),
                    "day": f"{session.on:%d/%m}",
                },
                ngettext("%(n)d personne attendue", "%(n)d personnes attendues", session.expected)
                % {"n": session.expected},
                reverse("training:sheet", args=[session.pk]),
                _("Émarger") if when != "coming" else _("Voir la feuille"),
                session.on,
                f"{session.on:%d/%m}" if when == "late" else "",
                "bad",
            ),
        )


def _outcomes(user: User, on: datetime.date) -> _Found:
    rows = visible_outcomes_due(visible_outcomes(user), on).select_related("exit__enrolment__person")[:PER_SOURCE]
    for outcome in rows:
        days = (on - outcome.due_on).days
        yield (
            "late" if days > 14 else "waiting",
            Task(
                _("Demander à %(person)s ce qu'elle est devenue") % {"person": outcome.exit.enrolment.person},
                _("Sortie le %(day)s : %(reason)s.")
                % {"day": f"{outcome.exit.on:%d/%m/%Y}", "reason": outcome.exit.get_reason_display()},
                reverse("followup:outcome", args=[outcome.pk]),
                _("Noter sa situation"),
                outcome.due_on,
                _days(days),
                "bad" if days > 14 else "wait",
            ),
        )


def _own_referrals(user: User, on: datetime.date) -> _Found:
    rows = (
        visible_referrals(user, P.REFER)
        .exclude(state__in=[ReferralState.DRAFT, ReferralState.WITHDRAWN])
        .filter(Q(state=ReferralState.SENT) | Q(answered_on__gte=on - datetime.timedelta(days=30)))
        .select_related("person", "edition__programme")
        .order_by("-sent_on", "-pk")[: PER_SOURCE * 2]
    )
    kinds = {ReferralState.ACCEPTED: "done", ReferralState.REFUSED: "bad"}
    for referral in rows:
        yield (
            "coming",
            Task(
                _("Votre orientation de %(person)s") % {"person": referral.person},
                _("Envoyée le %(day)s vers « %(programme)s ».")
                % {"day": f"{referral.sent_on:%d/%m/%Y}", "programme": referral.edition.programme},
                reverse("orientation:detail", args=[referral.pk]),
                _("Voir"),
                referral.sent_on or on,
                str(referral.get_state_display()),
                kinds.get(ReferralState(referral.state), "wait"),
            ),
        )


_BENCH = (
    DeviceState.RECEIVED,
    DeviceState.TRIAGED,
    DeviceState.WIPING,
    DeviceState.WIPED,
    DeviceState.TESTED,
    DeviceState.INSTALLED,
    DeviceState.RETURNED,
    DeviceState.REPAIR,
)


def _bench(user: User, on: datetime.date) -> _Found:
    states = dict(
        visible_devices(user, P.MANAGE_STOCK)
        .filter(state__in=_BENCH)
        .order_by()
        .values_list("state")
        .annotate(n=Count("pk"))
    )
    for state in _BENCH:
        if states.get(state):
            yield (
                "waiting",
                Task(
                    ngettext("%(n)d machine : %(state)s", "%(n)d machines : %(state)s", states[state])
                    % {"n": states[state], "state": DeviceState(state).label},
                    _("L'étape suivante est sur la page de chaque machine."),
                    f"{reverse('equipment:list')}?state={state}",
                    _("Ouvrir la liste"),
                    on,
                ),
            )


# Who hears of what: the first permission that matches, in this order of importance.
_SOURCES: tuple[tuple[Permission, Callable[[User, datetime.date], _Found], str], ...] = (
    (P.ANSWER_REFERRALS, _referrals, "orientation:list"),
    (P.ANSWER_TICKETS, _tickets, "hotline:list"),
    (P.HAND_OVER, _loans, "equipment:loans"),
    (P.HAND_OVER, _ceremonies, "equipment:ceremonies"),
    (P.DECIDE_AID, _aids, "connectivity:aids"),
    (P.GIVE_REVIEWS, _reviews, "followup:reviews"),
    (P.ASSESS, _levels, ""),
    (P.ASSESS, _plans, ""),
    (P.TEACH, _classes, "training:list"),
    (P.CLOSE_ENROLMENTS, _outcomes, "followup:outcomes"),
    (P.MANAGE_STOCK, _bench, "equipment:list"),
)


def _doors(scope: Scope) -> list[tuple[str, str, str]]:
    """What one may begin from here."""
    known = (
        (P.REFER, _("Orienter une personne"), "orientation:create", "send"),
        (P.EDIT_PEOPLE, _("Ouvrir un dossier"), "people:create", "person"),
        (P.WELCOME, _("Noter une visite"), "training:visit_create", "hand"),
        (P.TAKE_MONEY, _("Vendre une recharge"), "connectivity:shop", "phone"),
        (P.SEE_BOOKS, _("Ouvrir la caisse"), "ledger:till", "euro"),
        (P.MANAGE_STOCK, _("Recevoir un lot"), "equipment:lot_create", "box"),
        (P.SEE_REPORTS, _("Lire les bilans"), "reporting:list", "chart"),
    )
    return [(label, reverse(name), icon) for permission, label, name, icon in known if scope.can(permission)]


def today_of(user: Any, *, on: datetime.date) -> Today:
    """Everything that waits for `user` on the day `on`, by role; a fixed number of queries for each role."""
    scope = scope_of(user)
    page = Today(doors=_doors(scope))
    sources = [(source, name) for permission, source, name in _SOURCES if scope.can(permission)]
    if Role.PRESCRIBER in scope.roles():
        sources.append((_own_referrals, "orientation:list"))
    for source, _name in sources:
        for place, task in source(user, on):
            getattr(page, place).append(task)
    page.late.sort(key=lambda task: task.day)
    page.waiting.sort(key=lambda task: task.day)
    page.coming.sort(key=lambda task: task.day)
    page.glances = list(_glances(user, scope, on))
    return page


def _glances(user: User, scope: Scope, on: datetime.date) -> Iterator[Glance]:
    if scope.can(P.SEE_PROGRAMMES):
        operators = scope.operators(P.SEE_PROGRAMMES)
        editions = (
            Edition.objects.filter(operator__in=operators, starts_on__lte=on, ends_on__gte=on)
            .select_related("programme")
            .annotate(entered=Count("enrolments"))
            .order_by("-starts_on", "pk")[:2]
        )
        for edition in editions:
            href = reverse("programmes:edition", args=[edition.pk])
            if edition.places:
                value = _("%(entered)d places prises sur %(places)d") % {
                    "entered": edition.entered,
                    "places": edition.places,
                }
                yield Glance(str(edition), value, edition.entered, edition.places, href)
            else:
                value = ngettext("%(n)d personne entrée", "%(n)d personnes entrées", edition.entered) % {
                    "n": edition.entered
                }
                yield Glance(str(edition), value, href=href)
    if scope.can(P.ANSWER_REFERRALS):
        wait = ExpressionWrapper(F("answered_on") - F("sent_on"), output_field=DurationField())
        mean = (
            visible_referrals(user, P.ANSWER_REFERRALS)
            .filter(answered_on__isnull=False, answered_on__gte=on - datetime.timedelta(days=365))
            .aggregate(mean=Avg(wait))["mean"]
        )
        if mean is not None:
            yield Glance(_("Réponse aux prescripteurs"), _("%(n)s en moyenne") % {"n": _days(round(mean.days))})
        active = visible_enrolments(user).filter(ended_on__isnull=True).count()
        yield Glance(
            _("Personnes suivies"),
            ngettext("%(n)d parcours ouvert", "%(n)d parcours ouverts", active) % {"n": active},
            href=reverse("people:list"),
        )
    if scope.can(P.SEE_BOOKS):
        for operator_id in sorted(scope.operators(P.SEE_BOOKS))[:1]:
            cash = balance(operator=operator_id, role=AccountRole.CASH)
            yield Glance(_("Dans la caisse"), format_euros(cash), href=reverse("ledger:till"))
            yield Glance(_("Cautions détenues"), format_euros(deposits_held(operator_id)), href=reverse("ledger:till"))
