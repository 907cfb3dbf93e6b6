"""What waits about things: loans, handovers, days of handovers, the bench; tickets and internet aids."""

import datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    DateField,
    F,
    IntegerField,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, TruncDate
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
from declic.equipment.access import visible_allocations, visible_devices
from declic.equipment.enums import HELD_STATES, AllocationState, DeviceState, TermChoice
from declic.equipment.models import Ceremony
from declic.hotline.access import visible_tickets
from declic.hotline.models import Priority, Symptom, TicketState
from declic.web.waiting.rows import Found, Row, Task, days, own, person_name, rows_of, text_of

P = Permission


def loans(user: User, on: datetime.date) -> QuerySet[Any]:
    return rows_of(
        visible_allocations(user, P.HAND_OVER).filter(
            state__in=HELD_STATES, due_on__lte=on + datetime.timedelta(days=14)
        ),
        "loan", F("due_on"), who=person_name("person"), first=F("device__tag"), second=F("choice_at_term"),
    )  # fmt: skip


def tell_loan(row: Row, on: datetime.date) -> Found:
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


def reserved(user: User, on: datetime.date) -> QuerySet[Any]:
    return rows_of(
        visible_allocations(user, P.HAND_OVER).filter(state=AllocationState.RESERVED, ceremony_place__isnull=True),
        "reserved", Coalesce(F("planned_on"), Value(on)), who=person_name("person"), first=F("device__tag"),
        number=F("deposit"),
    )  # fmt: skip


def tell_reserved(row: Row, on: datetime.date) -> Found:
    deposit = _("Caution de %(amount)s à encaisser.") % {"amount": format_euros(row.number)}
    task = Task(
        _("Remettre %(tag)s à %(person)s") % {"tag": row.first, "person": row.who},
        deposit if row.number else _("La machine est réservée."),
        reverse("equipment:hand_over", args=[row.pk]),
        _("Remettre"),
        row.day,
    )
    return "waiting", task


def ceremonies(user: User, on: datetime.date) -> QuerySet[Any]:
    return rows_of(
        Ceremony.objects.filter(
            operator__in=scope_of(user).operators(P.HAND_OVER),
            state="prepared",
            on__gte=on,
            on__lte=on + datetime.timedelta(days=31),
        ).annotate(expected=Count("places")),
        "ceremony", F("on"), first=F("name"), number=F("expected"),
    )  # fmt: skip


def tell_ceremony(row: Row, on: datetime.date) -> Found:
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


def bench(user: User, on: datetime.date) -> QuerySet[Any]:
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
            t_first=text_of(F("state")),
            t_second=nothing,
            t_third=nothing,
            t_number=Cast(Count("pk"), IntegerField()),
        )
        .values_list("t_kind", "t_day", "t_pk", "t_who", "t_first", "t_second", "t_third", "t_number")
    )


def _bench_words(state: DeviceState, n: int) -> str:
    """What is to do next with the machines of a state."""
    return {
        DeviceState.RECEIVED: ngettext("%(n)d machine à trier", "%(n)d machines à trier", n),
        DeviceState.TRIAGED: ngettext("%(n)d machine à effacer", "%(n)d machines à effacer", n),
        DeviceState.WIPING: ngettext("%(n)d effacement à finir", "%(n)d effacements à finir", n),
        DeviceState.WIPED: ngettext("%(n)d machine à tester", "%(n)d machines à tester", n),
        DeviceState.TESTED: ngettext(
            "%(n)d machine où installer un système", "%(n)d machines où installer un système", n
        ),
        DeviceState.INSTALLED: ngettext("%(n)d machine à déclarer prête", "%(n)d machines à déclarer prêtes", n),
        DeviceState.RETURNED: ngettext(
            "%(n)d machine revenue à remettre en état", "%(n)d machines revenues à remettre en état", n
        ),
        DeviceState.REPAIR: ngettext("%(n)d machine en réparation", "%(n)d machines en réparation", n),
    }[state]


def tell_bench(row: Row, on: datetime.date) -> Found:
    task = Task(
        _bench_words(DeviceState(row.first), row.number) % {"n": row.number},
        "",
        reverse("equipment:bench"),
        _("Ouvrir l'établi"),
        row.day,
    )
    return "waiting", task


def tickets(user: User, on: datetime.date) -> QuerySet[Any]:
    return rows_of(
        visible_tickets(user, P.ANSWER_TICKETS).filter(state=TicketState.OPEN),
        "ticket", TruncDate("opened_at"), who=F("person__first_name"), first=F("symptom"),
        second=F("allocation__device__tag"), third=F("description"),
        number=Case(When(priority=Priority.URGENT, then=1), default=0),
    )  # fmt: skip


def tell_ticket(row: Row, on: datetime.date) -> Found:
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


def aids(user: User, on: datetime.date) -> QuerySet[Any]:
    return rows_of(
        own(visible_aids(user, P.DECIDE_AID), user, P.DECIDE_AID).filter(
            state__in=[AidState.REQUESTED, AidState.GRANTED]
        ),
        "aid", F("requested_on"), who=person_name("enrolment__person"), first=F("state"),
        second=F("enrolment__edition__programme__name"), number=F("amount"),
    )  # fmt: skip


def tell_aid(row: Row, on: datetime.date) -> Found:
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
