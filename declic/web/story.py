"""The dated story of a person: facts of every domain read in one query, newest first, each said in one sentence."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import (
    CharField,
    DateField,
    F,
    IntegerField,
    Max,
    Q,
    QuerySet,
    Sum,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, TruncMonth
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.connectivity.models import InternetAid, RechargeSale
from declic.core.dates import MONTHS
from declic.core.money import format_euros
from declic.diagnosis.enums import Level
from declic.diagnosis.models import Assessment, Barrier, PlanAction
from declic.equipment.enums import AllocationMode, LoanEventKind
from declic.equipment.models import Allocation, LoanEvent
from declic.followup.models import Exit, ExitReason, Outcome, OutcomeStatus, Review, Satisfaction, SatisfactionAnswer
from declic.hotline.models import Resolution, Symptom, Ticket
from declic.ledger.enums import AccountRole, Event
from declic.ledger.models import Line
from declic.orientation.enums import ReferralState, RefusalReason
from declic.orientation.models import Enrolment, Referral
from declic.people.enums import SnapshotMoment
from declic.people.models import Person, Snapshot
from declic.training.enums import VisitTheme
from declic.training.models import Attendance, GroupPlace, Visit

SHOWN = 150
"""Facts shown at once; a longer story says that older ones exist."""


@dataclass(frozen=True)
class Fact:
    """One line of the story; `kind` chooses its tint."""

    on: datetime.date
    icon: str
    text: str
    detail: str
    href: str
    tint: str = ""


@dataclass(frozen=True)
class Month:
    title: str
    facts: list[Fact]


@dataclass(frozen=True)
class _Row:
    kind: str
    on: datetime.date
    pk: int
    code: str
    words: str
    who: str
    number: int


def _text(value: Any) -> Any:
    return Cast(value, TextField())


def _rows(
    queryset: QuerySet[Any],
    kind: str,
    on: str,
    *,
    code: Any = None,
    words: Any = None,
    who: Any = None,
    number: Any = None,
) -> QuerySet[Any]:
    """The seven columns that every source of the story gives, in one order."""
    nothing = Value("", output_field=TextField())
    return (
        queryset.order_by()
        .annotate(
            s_kind=Value(kind, output_field=CharField()),
            s_on=Cast(F(on), DateField()),
            s_code=_text(code) if code is not None else nothing,
            s_words=_text(words) if words is not None else nothing,
            s_who=Coalesce(_text(who), nothing) if who is not None else nothing,
            s_number=Cast(number, IntegerField()) if number is not None else Value(0, output_field=IntegerField()),
        )
        .values_list("s_kind", "s_on", "pk", "s_code", "s_words", "s_who", "s_number")
    )


def _attended_months(person: Person) -> QuerySet[Any]:
    """Hours by group and month: one line of story for a month of classes, not one per half-day."""
    nothing = Value("", output_field=TextField())
    return (
        Attendance.objects.filter(enrolment__person=person, status="present", corrected_by__isnull=True)
        .order_by()
        .values("class_session__group", month=TruncMonth("class_session__on"))
        .annotate(
            s_kind=Value("attended", output_field=CharField()),
            s_on=Max("class_session__on"),
            s_pk=F("class_session__group"),
            s_code=nothing,
            s_words=_text(F("class_session__group__name")),
            s_who=nothing,
            s_number=Cast(Sum("minutes"), IntegerField()),
        )
        .values_list("s_kind", "s_on", "s_pk", "s_code", "s_words", "s_who", "s_number")
    )


def _sources(person: Person) -> Iterator[QuerySet[Any]]:
    referrals = Referral.objects.filter(person=person)
    yield _rows(
        referrals.filter(sent_on__isnull=False),
        "referred",
        "sent_on",
        code=F("prescriber__name"),
        words=F("edition__programme__name"),
        who=F("referent_name"),
    )
    yield _rows(
        referrals.filter(answered_on__isnull=False),
        "answered",
        "answered_on",
        code=F("state"),
        words=F("refusal_reason"),
        who=F("answered_by__name"),
    )
    enrolments = Enrolment.objects.filter(person=person)
    yield _rows(
        enrolments, "enrolled", "starts_on", code=F("edition__name"), words=F("edition__programme__name"),
        who=F("adviser__name"),
    )  # fmt: skip
    yield _rows(
        Snapshot.objects.filter(person=person, moment=SnapshotMoment.CHANGE),
        "changed",
        "on",
        who=F("recorded_by__name"),
    )
    yield _rows(
        Assessment.objects.filter(enrolment__person=person),
        "assessed",
        "on",
        code=F("confirmed_level"),
        words=F("note"),
        who=F("adviser__name"),
    )
    barriers = Barrier.objects.filter(enrolment__person=person)
    yield _rows(barriers, "barrier", "spotted_on", code=F("state"), words=F("label"), who=F("recorded_by__name"))
    yield _rows(barriers.filter(ended_on__isnull=False), "barrier_ended", "ended_on", code=F("state"), words=F("label"))
    yield _rows(
        PlanAction.objects.filter(barrier__enrolment__person=person, state="done"),
        "plan_done",
        "ended_on",
        words=F("text"),
        who=F("owner_name"),
    )
    yield _rows(GroupPlace.objects.filter(enrolment__person=person), "placed", "taken_on", words=F("group__name"))
    yield _attended_months(person)
    yield _rows(
        Visit.objects.filter(person=person),
        "visited",
        "on",
        code=F("theme"),
        words=F("question"),
        who=F("helper__name"),
        number=F("minutes"),
    )
    yield _rows(
        Allocation.objects.filter(person=person, handed_over_on__isnull=False),
        "handed_over",
        "handed_over_on",
        code=F("mode"),
        words=F("device__tag"),
        number=F("deposit"),
    )
    yield _rows(
        LoanEvent.objects.filter(allocation__person=person),
        "loan_event",
        "on",
        code=F("kind"),
        words=F("note"),
        who=F("recorded_by__name"),
    )
    # Money: one line of each entry, the debit side, for what is tied to the person's allocations.
    yield _rows(
        Line.objects.filter(auxiliary__allocation__person=person).filter(
            Q(entry__event__in=[Event.DEPOSIT_PAID], credit__gt=0)
            | Q(
                entry__event__in=[
                    Event.DEPOSIT_REFUNDED,
                    Event.DEPOSIT_RETAINED,
                    Event.DEPOSIT_SETTLED_WITH_DAMAGE,
                    Event.SALE,
                ],
                debit__gt=0,
            )
        ),
        "money",
        "entry__on",
        code=F("entry__event"),
        words=F("account__role"),
        who=F("entry__recorded_by__name"),
        number=F("debit") + F("credit"),
    )
    aids = InternetAid.objects.filter(enrolment__person=person)
    yield _rows(aids, "aid_requested", "requested_on", who=F("requested_by__name"), number=F("amount"))
    yield _rows(
        aids.filter(decided_on__isnull=False),
        "aid_decided",
        "decided_on",
        code=F("state"),
        words=F("refusal_reason"),
        who=F("decided_by__name"),
        number=F("amount"),
    )
    yield _rows(aids.filter(paid_on__isnull=False), "aid_paid", "paid_on", number=F("amount"))
    yield _rows(
        RechargeSale.objects.filter(person=person, cancellation__isnull=True),
        "recharge",
        "on",
        words=F("product__name"),
        who=F("sold_by__name"),
        number=F("public_price") - F("paid"),
    )
    tickets = Ticket.objects.filter(person=person)
    yield _rows(tickets, "ticket", "opened_at", code=F("symptom"), words=F("description"), who=F("opened_by__name"))
    yield _rows(tickets.filter(solved_at__isnull=False), "ticket_solved", "solved_at", code=F("resolution"))
    yield _rows(
        Review.objects.filter(enrolment__person=person),
        "review",
        "on",
        words=F("testimony"),
        who=F("given_by__name"),
        number=F("months"),
    )
    yield _rows(
        SatisfactionAnswer.objects.filter(enrolment__person=person),
        "satisfaction",
        "on",
        words=F("comment"),
        number=F("score"),
    )
    yield _rows(
        Exit.objects.filter(enrolment__person=person),
        "exit",
        "on",
        code=F("reason"),
        words=F("detail"),
        who=F("recorded_by__name"),
    )
    yield _rows(
        Outcome.objects.filter(exit__enrolment__person=person, recorded_on__isnull=False),
        "outcome",
        "recorded_on",
        code=F("status"),
        words=F("note"),
        who=F("recorded_by__name"),
    )


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return _("%(hours)d h %(rest)02d") % {"hours": hours, "rest": rest} if rest else _("%(hours)d h") % {"hours": hours}


def _label(choices: Any, code: str) -> str:
    return str(dict(choices.choices).get(code, code))


def _referred(row: _Row) -> Fact:
    by = row.code or _("elle-même")
    text = _("Orientée vers « %(programme)s » par %(by)s") % {"programme": row.words, "by": by}
    return Fact(row.on, "send", text, row.who, reverse("orientation:detail", args=[row.pk]))


def _answered(row: _Row) -> Fact:
    words = {
        ReferralState.ACCEPTED: _("Orientation acceptée, le prescripteur est prévenu"),
        ReferralState.REFUSED: _("Orientation refusée : %(reason)s") % {"reason": _label(RefusalReason, row.words)},
        ReferralState.WAITING: _("Mise en liste d'attente, le prescripteur est prévenu"),
    }
    text = str(words.get(ReferralState(row.code), _("Orientation répondue")))
    tint = {"accepted": "done", "refused": "bad"}.get(row.code, "wait")
    return Fact(row.on, "check", text, row.who, reverse("orientation:detail", args=[row.pk]), tint)


def _enrolled(row: _Row) -> Fact:
    text = _("Entrée dans « %(programme)s », %(edition)s") % {"programme": row.words, "edition": row.code}
    return Fact(row.on, "flag", text, _("suivie par %(who)s") % {"who": row.who} if row.who else "", "", "done")


def _changed(row: _Row) -> Fact:
    return Fact(row.on, "pencil", _("Situation mise à jour"), row.who, "")


def _assessed(row: _Row) -> Fact:
    text = (
        _("Diagnostic : niveau %(level)s") % {"level": _label(Level, row.code)}
        if row.code
        else _("Diagnostic fait, niveau à confirmer")
    )
    return Fact(
        row.on, "clipboard", text, row.words or row.who, reverse("diagnosis:assessment", args=[row.pk]),
        "" if row.code else "wait",
    )  # fmt: skip


def _barrier(row: _Row) -> Fact:
    text = _("Frein repéré : %(label)s") % {"label": row.words}
    return Fact(row.on, "flag", text, row.who, reverse("diagnosis:plan", args=[row.pk]), "wait")


def _barrier_ended(row: _Row) -> Fact:
    lifted = row.code == "leve"
    text = (_("Frein levé : %(label)s") if lifted else _("Frein laissé de côté : %(label)s")) % {"label": row.words}
    return Fact(row.on, "check", text, "", reverse("diagnosis:plan", args=[row.pk]), "done" if lifted else "")


def _plan_done(row: _Row) -> Fact:
    return Fact(row.on, "check", _("Action faite : %(text)s") % {"text": row.words}, row.who, "", "done")


def _placed(row: _Row) -> Fact:
    return Fact(row.on, "calendar", _("Inscrite dans « %(group)s »") % {"group": row.words}, "", "")


def _attended(row: _Row) -> Fact:
    text = _("%(hours)s suivies dans « %(group)s »") % {"hours": _hours(row.number), "group": row.words}
    return Fact(row.on, "book", text, _("sur le mois, dernière séance ce jour-là"), "")


def _visited(row: _Row) -> Fact:
    text = _("Venue à la permanence : %(theme)s") % {"theme": _label(VisitTheme, row.code)}
    detail = ", ".join(part for part in (row.words, _hours(row.number) if row.number >= 60 else
                                         _("%(n)d min") % {"n": row.number}, row.who) if part)  # fmt: skip
    return Fact(row.on, "hand", text, detail, "")


def _handed_over(row: _Row) -> Fact:
    text = _("%(tag)s remis (%(mode)s)") % {"tag": row.words, "mode": _label(AllocationMode, row.code)}
    detail = _("caution de %(amount)s") % {"amount": format_euros(row.number)} if row.number else ""
    return Fact(row.on, "laptop", text, detail, reverse("equipment:allocation", args=[row.pk]), "done")


def _loan_event(row: _Row) -> Fact:
    return Fact(row.on, "laptop", _label(LoanEventKind, row.code).capitalize(), row.words or row.who, "")


def _money(row: _Row) -> Fact:
    # What a damage exceeds the deposit by is a second line of the same entry.
    beyond = row.code == Event.DEPOSIT_SETTLED_WITH_DAMAGE and row.words == AccountRole.RECEIVABLE
    text = _("%(event)s : %(amount)s") % {
        "event": _("Dommage à payer en plus de la caution") if beyond else _label(Event, row.code).capitalize(),
        "amount": format_euros(row.number),
    }
    return Fact(row.on, "euro", text, row.who, "")


def _aid_requested(row: _Row) -> Fact:
    text = _("Aide internet demandée : %(amount)s") % {"amount": format_euros(row.number)}
    return Fact(row.on, "wifi", text, row.who, reverse("connectivity:aid", args=[row.pk]))


def _aid_decided(row: _Row) -> Fact:
    refused = row.code == "refused"
    text = _("Aide internet refusée") if refused else _("Aide internet accordée")
    return Fact(
        row.on, "wifi", text, row.words or row.who, reverse("connectivity:aid", args=[row.pk]),
        "bad" if refused else "done",
    )  # fmt: skip


def _aid_paid(row: _Row) -> Fact:
    text = _("Aide internet versée : %(amount)s") % {"amount": format_euros(row.number)}
    return Fact(row.on, "euro", text, "", reverse("connectivity:aid", args=[row.pk]), "done")


def _recharge(row: _Row) -> Fact:
    text = _("Recharge « %(name)s »") % {"name": row.words}
    return Fact(row.on, "phone", text, _("%(saving)s économisés") % {"saving": format_euros(row.number)}, "")


def _ticket(row: _Row) -> Fact:
    text = _("Demande d'assistance : %(symptom)s") % {"symptom": _label(Symptom, row.code)}
    return Fact(row.on, "tool", text, row.words[:120], reverse("hotline:ticket", args=[row.pk]), "wait")


def _ticket_solved(row: _Row) -> Fact:
    text = _("Assistance : %(resolution)s") % {"resolution": _label(Resolution, row.code)}
    return Fact(row.on, "tool", text, "", reverse("hotline:ticket", args=[row.pk]), "done")


def _review(row: _Row) -> Fact:
    return Fact(
        row.on, "clipboard", _("Bilan à %(n)d mois") % {"n": row.number}, row.words[:160] or row.who, "", "done"
    )


def _satisfaction(row: _Row) -> Fact:
    return Fact(row.on, "heart", str(Satisfaction(row.number).label).capitalize(), row.words[:160], "")


def _exit(row: _Row) -> Fact:
    text = _("Sortie : %(reason)s") % {"reason": _label(ExitReason, row.code)}
    return Fact(row.on, "flag", text, row.words or row.who, "", "done")


def _outcome(row: _Row) -> Fact:
    text = _("Situation après la sortie : %(status)s") % {"status": _label(OutcomeStatus, row.code)}
    return Fact(row.on, "clipboard", text, row.words or row.who, "")


_SENTENCES: dict[str, Callable[[_Row], Fact]] = {
    "referred": _referred,
    "answered": _answered,
    "enrolled": _enrolled,
    "changed": _changed,
    "assessed": _assessed,
    "barrier": _barrier,
    "barrier_ended": _barrier_ended,
    "plan_done": _plan_done,
    "placed": _placed,
    "attended": _attended,
    "visited": _visited,
    "handed_over": _handed_over,
    "loan_event": _loan_event,
    "money": _money,
    "aid_requested": _aid_requested,
    "aid_decided": _aid_decided,
    "aid_paid": _aid_paid,
    "recharge": _recharge,
    "ticket": _ticket,
    "ticket_solved": _ticket_solved,
    "review": _review,
    "satisfaction": _satisfaction,
    "exit": _exit,
    "outcome": _outcome,
}
# On one day, what came last in the journey stands on top.
_ORDER = {kind: number for number, kind in enumerate(_SENTENCES)}


_NOBODY = Person(pk=-1)


@cache
def _statement() -> tuple[str, tuple[Any, ...]]:
    """Every source as one statement, written once: from one file to the next, only the person changes.

    Composing it takes longer than PostgreSQL takes to answer it.
    """
    first, *others = _sources(_NOBODY)
    statement: tuple[str, tuple[Any, ...]] = (
        first.union(*others, all=True).order_by("-s_on")[: SHOWN + 1].query.sql_with_params()
    )
    return statement


def story(person: Person) -> tuple[list[Month], bool]:
    """The person's facts by month, newest first, and whether older ones are left out; one query."""
    sql, params = _statement()
    with connection.cursor() as cursor:
        cursor.execute(sql, [person.pk if value == _NOBODY.pk else value for value in params])
        rows = [_Row(*row) for row in cursor.fetchall()]
    more = len(rows) > SHOWN
    rows = sorted(rows[:SHOWN], key=lambda row: (row.on, _ORDER[row.kind], row.pk), reverse=True)
    months = [
        Month(f"{MONTHS[month - 1].capitalize()} {year}", [_SENTENCES[row.kind](row) for row in group])
        for (year, month), group in groupby(rows, key=lambda row: (row.on.year, row.on.month))
    ]
    return months, more
