"""What waits about people: referrals, levels, plans, classes, outcomes."""

import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.core.french import of
from declic.diagnosis.access import visible_assessments, visible_plan_actions
from declic.diagnosis.enums import Level
from declic.followup.access import visible_outcomes
from declic.followup.models import ExitReason
from declic.followup.queries import visible_outcomes_due
from declic.orientation.access import visible_referrals
from declic.orientation.enums import UNANSWERED_STATES, ReferralState
from declic.orientation.queries import with_deadlines
from declic.training.access import visible_sessions
from declic.training.enums import HalfDay
from declic.web.waiting.rows import PER_SOURCE, Found, Row, Task, days, own, person_name, rows_of

P = Permission


def referrals(user: User, on: datetime.date) -> QuerySet[Any]:
    return rows_of(
        with_deadlines(visible_referrals(user, P.ANSWER_REFERRALS).filter(state__in=UNANSWERED_STATES)),
        "referral", F("sent_on"), who=person_name("person"), first=F("prescriber__name"),
        second=F("edition__programme__name"), third=F("received_by__name"), number=F("answer_days"),
        limit=PER_SOURCE * 2,
    )  # fmt: skip


def tell_referral(row: Row, on: datetime.date) -> Found:
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


def own_referrals(user: User, on: datetime.date) -> QuerySet[Any]:
    return rows_of(
        visible_referrals(user, P.REFER)
        .exclude(state__in=[ReferralState.DRAFT, ReferralState.WITHDRAWN])
        .filter(Q(state__in=UNANSWERED_STATES) | Q(answered_on__gte=on - datetime.timedelta(days=30))),
        "own_referral", F("sent_on"), who=person_name("person"), first=F("edition__programme__name"),
        second=F("state"), limit=PER_SOURCE * 2,
    )  # fmt: skip


def tell_own_referral(row: Row, on: datetime.date) -> Found:
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


def levels(user: User, on: datetime.date) -> QuerySet[Any]:
    return rows_of(
        own(visible_assessments(user), user, P.ASSESS).filter(confirmed_level="", enrolment__ended_on__isnull=True),
        "level", F("on"), who=person_name("enrolment__person"), first=F("proposed_level"), second=F("other_level"),
        third=F("enrolment__edition__programme__name"),
    )  # fmt: skip


def tell_level(row: Row, on: datetime.date) -> Found:
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


def plans(user: User, on: datetime.date) -> QuerySet[Any]:
    return rows_of(
        own(visible_plan_actions(user), user, P.ASSESS).filter(
            state="to_do", due_on__lte=on + datetime.timedelta(days=7), barrier__enrolment__ended_on__isnull=True
        ),
        "plan", F("due_on"), pk=F("barrier"), who=person_name("barrier__enrolment__person"), first=F("text"),
        second=F("barrier__label"),
    )  # fmt: skip


def tell_plan(row: Row, on: datetime.date) -> Found:
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


def classes(user: User, on: datetime.date) -> QuerySet[Any]:
    week = datetime.timedelta(days=7)
    return rows_of(
        own(visible_sessions(user, on=on), user, P.TEACH)
        .filter(on__gte=on - week, on__lte=on + week, held__isnull=True)
        .annotate(expected=Count("group__places", filter=Q(group__places__left_on__isnull=True))),
        "class", F("on"), first=F("group__name"), second=F("half_day"), number=F("expected"), limit=PER_SOURCE * 2,
    )  # fmt: skip


def tell_class(row: Row, on: datetime.date) -> Found:
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


def outcomes(user: User, on: datetime.date) -> QuerySet[Any]:
    return rows_of(
        visible_outcomes_due(own(visible_outcomes(user), user, P.CLOSE_ENROLMENTS), on),
        "outcome", F("due_on"), who=person_name("exit__enrolment__person"), first=F("exit__reason"),
        second=F("exit__on"),
    )  # fmt: skip


def tell_outcome(row: Row, on: datetime.date) -> Found:
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
