"""What waits for a user today: late, waiting, coming, and what the user follows; with a few figures at the side."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import (
    Avg,
    BigIntegerField,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.accounts.enums import Permission, Role
from declic.accounts.models import User
from declic.accounts.scope import Scope, scope_of
from declic.core.french import of
from declic.core.money import format_euros
from declic.followup.queries import reviews_to_give
from declic.ledger.enums import AccountRole
from declic.ledger.models import Line
from declic.orientation.access import visible_enrolments, visible_referrals
from declic.programmes.models import Edition
from declic.reporting.access import visible_editions as reported_editions
from declic.web.queues import Queue, queues_of
from declic.web.waiting import waiting_for
from declic.web.waiting.rows import PER_SOURCE, Found, Task, days

P = Permission


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
    own: list[Task] = field(default_factory=list)
    glances: list[Glance] = field(default_factory=list)
    doors: list[tuple[str, str, str]] = field(default_factory=list)
    queues: list[Queue] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.late) + len(self.waiting)


def _reviews(user: User, on: datetime.date) -> Iterator[Found]:
    for review in reviews_to_give(user, on, limit=PER_SOURCE):
        waited = (on - review.due_on).days
        yield (
            "late" if waited > 7 else "waiting",
            Task(
                _("Donner le bilan à %(n)d mois %(of_person)s")
                % {"n": review.months, "of_person": of(review.enrolment.person)},
                _("Attendu depuis le %(day)s.") % {"day": f"{review.due_on:%d/%m/%Y}"},
                reverse("followup:review", args=[review.enrolment.pk, review.months]),
                _("Donner le bilan"),
                review.due_on,
                days(waited),
                "bad" if waited > 7 else "wait",
            ),
        )


def _reports(user: User, on: datetime.date) -> Iterator[Found]:
    """What a funder comes for: the reports of what it pays for."""
    editions = reported_editions(user).select_related("programme", "operator")
    for edition in editions.order_by("-ends_on", "pk")[:PER_SOURCE]:
        over = edition.ends_on < on
        yield (
            "own",
            Task(
                str(edition),
                str(edition.operator),
                reverse("reporting:edition", args=[edition.pk]),
                _("Lire le bilan"),
                edition.ends_on,
                _("terminée") if over else _("en cours"),
                "done" if over else "note",
            ),
        )


def _doors(scope: Scope) -> list[tuple[str, str, str]]:
    """What one may begin from here."""
    known = (
        (P.REFER, _("Orienter une personne"), "orientation:create", "send"),
        (P.EDIT_PEOPLE, _("Ouvrir un dossier"), "people:create", "person"),
        (P.IMPORT_PEOPLE, _("Repérer des personnes"), "orientation:spotting", "search"),
        (P.SEND_MESSAGES, _("Suivre les messages"), "messaging:list", "mail"),
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
    found = waiting_for(user, on, prescriber=Role.PRESCRIBER in scope.roles())
    reviews = _reviews(user, on) if scope.can(P.GIVE_REVIEWS) else ()
    reports = _reports(user, on) if Role.FUNDER in scope.roles() else ()
    for place, task in (*found, *reviews, *reports):
        getattr(page, place).append(task)
    page.late.sort(key=lambda task: task.day)
    page.waiting.sort(key=lambda task: task.day)
    page.coming.sort(key=lambda task: task.day)
    page.glances = list(_glances(user, scope, on))
    page.queues = queues_of(user, scope, on=on)
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
    figures = _figures(user, scope, on)
    if figures["wait"] is not None:
        words = {"n": days(round(figures["wait"].days))}
        yield Glance(_("Réponse aux prescripteurs"), _("%(n)s en moyenne") % words)
    if figures["active"] is not None:
        words = {"n": figures["active"]}
        yield Glance(
            _("Personnes suivies"),
            ngettext("%(n)d parcours ouvert", "%(n)d parcours ouverts", figures["active"]) % words,
            href=reverse("people:list"),
        )
    if figures["cash"] is not None:
        till = reverse("ledger:till")
        yield Glance(_("Dans la caisse"), format_euros(figures["cash"]), href=till)
        yield Glance(_("Cautions détenues"), format_euros(-figures["deposits"]), href=till)


def _one(queryset: QuerySet[Any], figure: Any) -> Subquery:
    """A figure over a whole queryset as a column of another query."""
    return Subquery(queryset.order_by().annotate(whole=Value(1)).values("whole").annotate(one=figure).values("one"))


def _figures(user: User, scope: Scope, on: datetime.date) -> dict[str, Any]:
    """The figures at the side that the roles open, None for the others, in one query."""
    columns: dict[str, Any] = {}
    if scope.can(P.ANSWER_REFERRALS):
        answered = visible_referrals(user, P.ANSWER_REFERRALS).filter(
            answered_on__isnull=False, answered_on__gte=on - datetime.timedelta(days=365)
        )
        wait = ExpressionWrapper(F("answered_on") - F("sent_on"), output_field=DurationField())
        columns["wait"] = _one(answered, Avg(wait))
        columns["active"] = Coalesce(_one(visible_enrolments(user).filter(ended_on__isnull=True), Count("pk")), 0)
    for operator in sorted(scope.operators(P.SEE_BOOKS))[:1]:
        for name, role in (("cash", AccountRole.CASH), ("deposits", AccountRole.DEPOSITS_HELD)):
            lines = Line.objects.filter(account__operator=operator, account__role=role)
            columns[name] = Coalesce(_one(lines, Sum("debit") - Sum("credit")), 0, output_field=BigIntegerField())
    found = User.objects.filter(pk=user.pk).values(**columns).get() if columns else {}
    return {"wait": None, "active": None, "cash": None, "deposits": None, **found}
