"""What waits for a user: rows of every domain read in one query, each told in one sentence with one button."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    DateField,
    F,
    IntegerField,
    Model,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, TruncDate
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.connectivity.access import visible_aids
from declic.connectivity.models import AidState
from declic.core.french import of
from declic.core.money import format_euros
from declic.diagnosis.access import visible_assessments, visible_plan_actions
from declic.diagnosis.enums import Level
from declic.equipment.access import visible_allocations, visible_devices
from declic.equipment.enums import HELD_STATES, AllocationState, DeviceState, TermChoice
from declic.equipment.models import Ceremony
from declic.followup.access import visible_outcomes
from declic.followup.models import ExitReason
from declic.followup.queries import visible_outcomes_due
from declic.hotline.access import visible_tickets
from declic.hotline.models import Priority, Symptom, TicketState
from declic.orientation.access import visible_referrals
from declic.orientation.enums import UNANSWERED_STATES, ReferralState
from declic.orientation.queries import with_deadlines
from declic.training.access import visible_sessions
from declic.training.enums import HalfDay

P = Permission
PER_SOURCE = 5  # rows that one source shows: the rest is one click away


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


# Where a task stands (`late`, `waiting`, `coming` or `own`), and the task.
type Found = tuple[str, Task]


@dataclass(frozen=True)
class Row:
    """The columns that every source gives; `who` is a person, the others are what the sentence of the source needs."""

    kind: str
    day: datetime.date
    pk: int
    who: str
    first: str
    second: str
    third: str
    number: int


def days(count: int) -> str:
    return ngettext("%(n)d jour", "%(n)d jours", count) % {"n": count}


def _text(value: Any) -> Any:
    return Coalesce(Cast(value, TextField()), Value("", output_field=TextField()))


def person_name(path: str) -> Case:
    """As `Person.__str__` names her, in SQL."""
    return Case(
        When(**{f"{path}__called": ""}, then=Concat(f"{path}__first_name", Value(" "), f"{path}__last_name")),
        default=F(f"{path}__called"),
        output_field=TextField(),
    )


def _rows(
    queryset: QuerySet[Any],
    kind: str,
    day: Any,
    *,
    pk: Any = None,
    who: Any = None,
    first: Any = None,
    second: Any = None,
    third: Any = None,
    number: Any = None,
    limit: int = PER_SOURCE,
) -> QuerySet[Any]:
    """The oldest rows of one source, in the eight columns of `Row`."""
    nothing = Value("", output_field=TextField())
    columns = {
        "t_kind": Value(kind, output_field=CharField()),
        "t_day": Cast(day, DateField()),
        "t_pk": Cast(F("pk") if pk is None else pk, BigIntegerField()),
        "t_who": nothing if who is None else _text(who),
        "t_first": nothing if first is None else _text(first),
        "t_second": nothing if second is None else _text(second),
        "t_third": nothing if third is None else _text(third),
        "t_number": Value(0, output_field=IntegerField()) if number is None else Cast(number, IntegerField()),
    }
    return queryset.order_by().annotate(**columns).values_list(*columns).order_by("t_day", "t_pk")[:limit]


def _own[T: Model](rows: QuerySet[T], user: User, permission: Permission) -> QuerySet[T]:
    """The same rows with the operator said again on the rows themselves, which is where the queues have their indexes."""
    return rows.filter(operator__in=scope_of(user).operators(permission))


# --------------------------------------------------------------------------------------------------------- referrals


def _referrals(user: User, on: datetime.date) -> QuerySet[Any]:
    return _rows(
        with_deadlines(visible_referrals(user, P.ANSWER_REFERRALS).filter(state__in=UNANSWERED_STATES)),
        "referral", F("sent_on"), who=person_name("person"), first=F("prescriber__name"),
        second=F("edition__programme__name"), third=F("received_by__name"), number=F("answer_days"),
        limit=PER_SOURCE * 2,
    )  # fmt: skip


def _tell_referral(row: Row, on: datetime.date) -> Found:
    waited = (on - row.day).days
    late = waited > row.number
    sent = _("Envoyée par %(by)s vers « %(programme)s ».") % {
        "by": row.first or _("la personne elle-même"),
        "programme": row.second,
    }
    taken = _("%(who)s s'en occupe.") % {"who": row.third} if row.third else ""
    task = Task(
        _("Répondre à l'orientation %(of_person)s") % {"of_person": of(row.who)},
        f"{sent} {taken}".strip(),
        reverse("orientation:answer", args=[row.pk]),
        _("Répondre"),
        row.day,
        days(waited),
        "bad" if late else "wait",
    )
    return "late" if late else "waiting", task


def _own_referrals(user: User, on: datetime.date) -> QuerySet[Any]:
    return _rows(
        visible_referrals(user, P.REFER)
        .exclude(state__in=[ReferralState.DRAFT, ReferralState.WITHDRAWN])
        .filter(Q(state__in=UNANSWERED_STATES) | Q(answered_on__gte=on - datetime.timedelta(days=30))),
        "own_referral", F("sent_on"), who=person_name("person"), first=F("edition__programme__name"),
        second=F("state"), limit=PER_SOURCE * 2,
    )  # fmt: skip


def _tell_own_referral(row: Row, on: datetime.date) -> Found:
    kinds = {ReferralState.ACCEPTED: "done", ReferralState.RECEIVED: "note"}
    settled = (ReferralState.REFUSED, ReferralState.WITHDRAWN, ReferralState.EXPIRED)
    state = ReferralState(row.second)
    task = Task(
        _("Votre orientation %(of_person)s") % {"of_person": of(row.who)},
        _("Envoyée le %(day)s vers « %(programme)s ».") % {"day": f"{row.day:%d/%m/%Y}", "programme": row.first},
        reverse("orientation:detail", args=[row.pk]),
        _("Voir"),
        row.day,
        _("réponse attendue") if state == ReferralState.SENT else str(state.label),
        "plain" if state in settled else kinds.get(state, "wait"),
    )
    return "own", task


# --------------------------------------------------------------------------------------------------------- diagnosis


def _levels(user: User, on: datetime.date) -> QuerySet[Any]:
    return _rows(
        _own(visible_assessments(user), user, P.ASSESS).filter(confirmed_level="", enrolment__ended_on__isnull=True),
        "level", F("on"), who=person_name("enrolment__person"), first=F("proposed_level"), second=F("other_level"),
        third=F("enrolment__edition__programme__name"),
    )  # fmt: skip


def _tell_level(row: Row, on: datetime.date) -> Found:
    labels = dict(Level.choices)
    proposed = str(labels.get(row.first, row.first))
    between = (
        _("entre %(a)s et %(b)s") % {"a": proposed, "b": labels.get(row.second, row.second)} if row.second else proposed
    )
    task = Task(
        _("Choisir le niveau %(of_person)s") % {"of_person": of(row.who)},
        row.third,
        reverse("diagnosis:confirm", args=[row.pk]),
        _("Choisir"),
        row.day,
        str(between),
    )
    return "waiting", task


def _plans(user: User, on: datetime.date) -> QuerySet[Any]:
    return _rows(
        _own(visible_plan_actions(user), user, P.ASSESS).filter(
            state="to_do", due_on__lte=on + datetime.timedelta(days=7), barrier__enrolment__ended_on__isnull=True
        ),
        "plan", F("due_on"), pk=F("barrier"), who=person_name("barrier__enrolment__person"), first=F("text"),
        second=F("barrier__label"),
    )  # fmt: skip


def _tell_plan(row: Row, on: datetime.date) -> Found:
    late = row.day < on
    task = Task(
        _("%(action)s pour %(person)s") % {"action": row.first, "person": row.who},
        _("Pour lever le frein : %(barrier)s.") % {"barrier": row.second},
        reverse("diagnosis:plan", args=[row.pk]),
        _("Ouvrir le plan"),
        row.day,
        days((on - row.day).days) if late else f"{row.day:%d/%m}",
        "bad" if late else "note",
    )
    return "late" if late else "coming", task


# ---------------------------------------------------------------------------------------------------------- machines


def _loans(user: User, on: datetime.date) -> QuerySet[Any]:
    return _rows(
        visible_allocations(user, P.HAND_OVER).filter(
            state__in=HELD_STATES, due_on__lte=on + datetime.timedelta(days=14)
        ),
        "loan", F("due_on"), who=person_name("person"), first=F("device__tag"), second=F("choice_at_term"),
    )  # fmt: skip


def _tell_loan(row: Row, on: datetime.date) -> Found:
    late = row.day < on
    back = (_("devait revenir le %(day)s") if late else _("revient le %(day)s")) % {"day": f"{row.day:%d/%m/%Y}"}
    task = Task(
        _("L'ordinateur %(tag)s %(back)s") % {"tag": row.first, "back": back},
        _("Prêté à %(person)s. Son choix : %(choice)s.")
        % {"person": row.who, "choice": TermChoice(row.second).label if row.second else _("à demander")},
        reverse("equipment:allocation", args=[row.pk]),
        _("Ouvrir le prêt"),
        row.day,
        days((on - row.day).days) if late else "",
        "bad" if late else "note",
    )
    return "late" if late else "coming", task


def _reserved(user: User, on: datetime.date) -> QuerySet[Any]:
    return _rows(
        visible_allocations(user, P.HAND_OVER).filter(state=AllocationState.RESERVED, ceremony_place__isnull=True),
        "reserved", Coalesce(F("planned_on"), Value(on)), who=person_name("person"), first=F("device__tag"),
        number=F("deposit"),
    )  # fmt: skip


def _tell_reserved(row: Row, on: datetime.date) -> Found:
    deposit = _("Caution de %(amount)s à encaisser.") % {"amount": format_euros(row.number)}
    task = Task(
        _("Remettre %(tag)s à %(person)s") % {"tag": row.first, "person": row.who},
        deposit if row.number else _("La machine est réservée."),
        reverse("equipment:hand_over", args=[row.pk]),
        _("Remettre"),
        row.day,
    )
    return "waiting", task


def _ceremonies(user: User, on: datetime.date) -> QuerySet[Any]:
    return _rows(
        Ceremony.objects.filter(
            operator__in=scope_of(user).operators(P.HAND_OVER),
            state="prepared",
            on__gte=on,
            on__lte=on + datetime.timedelta(days=31),
        ).annotate(expected=Count("places")),
        "ceremony", F("on"), first=F("name"), number=F("expected"),
    )  # fmt: skip


def _tell_ceremony(row: Row, on: datetime.date) -> Found:
    task = Task(
        _("%(name)s, le %(day)s") % {"name": row.first, "day": f"{row.day:%d/%m}"},
        ngettext("%(n)d machine à remettre", "%(n)d machines à remettre", row.number) % {"n": row.number},
        reverse("equipment:ceremony", args=[row.pk]),
        _("Ouvrir la remise"),
        row.day,
    )
    return "coming", task


_BENCH = (
    DeviceState.RECEIVED, DeviceState.TRIAGED, DeviceState.WIPING, DeviceState.WIPED, DeviceState.TESTED,
    DeviceState.INSTALLED, DeviceState.RETURNED, DeviceState.REPAIR,
)  # fmt: skip


def _bench(user: User, on: datetime.date) -> QuerySet[Any]:
    nothing = Value("", output_field=TextField())
    return (
        visible_devices(user, P.MANAGE_STOCK)
        .filter(state__in=_BENCH)
        .order_by()
        .values("state")
        .annotate(
            t_kind=Value("bench", output_field=CharField()),
            t_day=Cast(Value(on), DateField()),
            t_pk=Value(0, output_field=BigIntegerField()),
            t_who=nothing,
            t_first=_text(F("state")),
            t_second=nothing,
            t_third=nothing,
            t_number=Cast(Count("pk"), IntegerField()),
        )
        .values_list("t_kind", "t_day", "t_pk", "t_who", "t_first", "t_second", "t_third", "t_number")
    )


def _tell_bench(row: Row, on: datetime.date) -> Found:
    task = Task(
        ngettext("%(n)d machine : %(state)s", "%(n)d machines : %(state)s", row.number)
        % {"n": row.number, "state": DeviceState(row.first).label},
        _("L'établi dit laquelle attend depuis le plus longtemps."),
        reverse("equipment:bench"),
        _("Ouvrir l'établi"),
        row.day,
    )
    return "waiting", task


# --------------------------------------------------------------------------------------------------- help and internet


def _tickets(user: User, on: datetime.date) -> QuerySet[Any]:
    return _rows(
        visible_tickets(user, P.ANSWER_TICKETS).filter(state=TicketState.OPEN),
        "ticket", TruncDate("opened_at"), who=F("person__first_name"), first=F("symptom"),
        second=F("allocation__device__tag"), third=F("description"),
        number=Case(When(priority=Priority.URGENT, then=1), default=0),
    )  # fmt: skip


def _tell_ticket(row: Row, on: datetime.date) -> Found:
    waited = (on - row.day).days
    late = waited > 2 or bool(row.number)
    task = Task(
        _("%(first)s demande de l'aide : %(symptom)s%(machine)s")
        % {
            "first": row.who,
            "symptom": Symptom(row.first).label,
            "machine": f", {row.second}" if row.second else "",
        },
        row.third[:140],
        reverse("hotline:ticket", args=[row.pk]),
        _("Répondre"),
        row.day,
        days(waited),
        "bad" if late else "wait",
    )
    return "late" if late else "waiting", task


def _aids(user: User, on: datetime.date) -> QuerySet[Any]:
    return _rows(
        _own(visible_aids(user, P.DECIDE_AID), user, P.DECIDE_AID).filter(
            state__in=[AidState.REQUESTED, AidState.GRANTED]
        ),
        "aid", F("requested_on"), who=person_name("enrolment__person"), first=F("state"),
        second=F("enrolment__edition__programme__name"), number=F("amount"),
    )  # fmt: skip


def _tell_aid(row: Row, on: datetime.date) -> Found:
    asked = row.first == AidState.REQUESTED
    verb = _("Décider de l'aide internet %(of_person)s") if asked else _("Verser l'aide internet %(of_person)s")
    task = Task(
        verb % {"of_person": of(row.who)},
        f"{format_euros(row.number)}, {row.second}",
        reverse("connectivity:aid", args=[row.pk]),
        _("Ouvrir"),
        row.day,
        str(AidState(row.first).label),
    )
    return "waiting", task


# -------------------------------------------------------------------------------------------------- classes, outcomes


def _classes(user: User, on: datetime.date) -> QuerySet[Any]:
    week = datetime.timedelta(days=7)
    return _rows(
        _own(visible_sessions(user, on=on), user, P.TEACH)
        .filter(on__gte=on - week, on__lte=on + week, held__isnull=True)
        .annotate(expected=Count("group__places", filter=Q(group__places__left_on__isnull=True))),
        "class", F("on"), first=F("group__name"), second=F("half_day"), number=F("expected"), limit=PER_SOURCE * 2,
    )  # fmt: skip


def _tell_class(row: Row, on: datetime.date) -> Found:
    when = "late" if row.day < on else "waiting" if row.day == on else "coming"
    sentence = {
        "late": _("Noter les présences de « %(group)s »"),
        "waiting": _("Aujourd'hui, %(half)s : « %(group)s »"),
        "coming": _("« %(group)s », %(day)s %(half)s"),
    }[when]
    task = Task(
        sentence % {"group": row.first, "half": HalfDay(row.second).label, "day": f"{row.day:%d/%m}"},
        ngettext("%(n)d personne attendue", "%(n)d personnes attendues", row.number) % {"n": row.number},
        reverse("training:sheet", args=[row.pk]),
        _("Émarger") if when != "coming" else _("Voir la feuille"),
        row.day,
        f"{row.day:%d/%m}" if when == "late" else "",
        "bad",
    )
    return when, task


def _outcomes(user: User, on: datetime.date) -> QuerySet[Any]:
    return _rows(
        visible_outcomes_due(_own(visible_outcomes(user), user, P.CLOSE_ENROLMENTS), on),
        "outcome", F("due_on"), who=person_name("exit__enrolment__person"), first=F("exit__reason"),
        second=F("exit__on"),
    )  # fmt: skip


def _tell_outcome(row: Row, on: datetime.date) -> Found:
    waited = (on - row.day).days
    left_on = datetime.date.fromisoformat(row.second)
    task = Task(
        _("Demander à %(person)s ce qu'elle est devenue") % {"person": row.who},
        _("Sortie le %(day)s : %(reason)s.") % {"day": f"{left_on:%d/%m/%Y}", "reason": ExitReason(row.first).label},
        reverse("followup:outcome", args=[row.pk]),
        _("Noter sa situation"),
        row.day,
        days(waited),
        "bad" if waited > 14 else "wait",
    )
    return "late" if waited > 14 else "waiting", task


# Who hears of what.
_SOURCES: tuple[tuple[Permission, Callable[[User, datetime.date], QuerySet[Any]]], ...] = (
    (P.ANSWER_REFERRALS, _referrals),
    (P.ANSWER_TICKETS, _tickets),
    (P.HAND_OVER, _loans),
    (P.HAND_OVER, _reserved),
    (P.HAND_OVER, _ceremonies),
    (P.DECIDE_AID, _aids),
    (P.ASSESS, _levels),
    (P.ASSESS, _plans),
    (P.TEACH, _classes),
    (P.CLOSE_ENROLMENTS, _outcomes),
    (P.MANAGE_STOCK, _bench),
)
_SENTENCES: dict[str, Callable[[Row, datetime.date], Found]] = {
    "referral": _tell_referral,
    "ticket": _tell_ticket,
    "loan": _tell_loan,
    "reserved": _tell_reserved,
    "ceremony": _tell_ceremony,
    "aid": _tell_aid,
    "level": _tell_level,
    "plan": _tell_plan,
    "class": _tell_class,
    "outcome": _tell_outcome,
    "bench": _tell_bench,
    "own_referral": _tell_own_referral,
}
_ORDER = {kind: number for number, kind in enumerate(_SENTENCES)}


def waiting_for(user: User, on: datetime.date, *, prescriber: bool) -> Iterator[Found]:
    """The tasks of every source that the user's roles open, in one query; `prescriber` adds the user's own referrals."""
    scope = scope_of(user)
    parts = [source(user, on) for permission, source in _SOURCES if scope.can(permission)]
    if prescriber:
        parts.append(_own_referrals(user, on))
    if not parts:
        return
    first, *others = parts
    rows = [Row(*row) for row in (first.union(*others, all=True).order_by("t_day") if others else first)]
    for row in sorted(rows, key=lambda row: (_ORDER[row.kind], row.day, row.pk)):
        yield _SENTENCES[row.kind](row, on)
