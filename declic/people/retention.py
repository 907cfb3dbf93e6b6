"""How long files are kept, as code: what would happen on a day, and what happens each night (rule 15).

Contact lost for as long as the operator's policy says, the team is warned; then the file is archived, out of everyone's
sight but of those who keep the rights of persons; later, after another notice, it is anonymised. What is still in use and
what someone holds stays, and says why.
"""

import datetime
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import batched
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import DateField, DateTimeField, F, Q, QuerySet
from django.db.models.functions import Cast, TruncDate
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.accounts.enums import PERMISSIONS, Permission
from declic.accounts.models import Membership
from declic.core.dates import add_months, format_short
from declic.core.personal import Personal, declarations
from declic.messaging.actions import queue_message
from declic.messaging.enums import Channel
from declic.organisations.enums import OrganisationKind
from declic.organisations.models import Organisation
from declic.people.models import Person, RetentionHold, RetentionNotice, RetentionPolicy, RetentionRun
from declic.people.privacy import anonymise

_SLICE = 1000
_ROUNDS = 3
"""A night may archive and, where the archive lasts no time, warn of the next step: more rounds never happen."""

Step = RetentionNotice.Step


class Act(StrEnum):
    """What a night would do for a file."""

    WARN = "warn"
    ARCHIVE = "archive"
    ANONYMISE = "anonymise"
    WAIT = "wait"
    KEEP = "keep"


TO_DO = (Act.WARN, Act.ARCHIVE, Act.ANONYMISE)


@dataclass(frozen=True)
class Planned:
    """What retention would do with one file on the day of the plan.

    `since` is the last contact, or the day of the archive; `due_on` when the step would be taken; `why` the reasons for
    which the file stays (`Act.KEEP`).
    """

    person_id: int
    case_number: str
    step: str
    act: Act
    since: datetime.date
    due_on: datetime.date
    why: tuple[str, ...] = ()

    @property
    def step_words(self) -> str:
        return str(Step(self.step).label)

    @property
    def act_words(self) -> str:
        return {
            Act.WARN: _("préavis à donner"),
            Act.ARCHIVE: _("à archiver"),
            Act.ANONYMISE: _("à anonymiser"),
            Act.WAIT: _("préavis donné"),
            Act.KEEP: _("gardé"),
        }[self.act]


def policy_of(operator_id: int) -> RetentionPolicy:
    """The operator's policy; unsaved, with the usual durations, while it has chosen none."""
    return RetentionPolicy.objects.filter(operator=operator_id).first() or RetentionPolicy(operator_id=operator_id)


def plan(operator_id: int, on: datetime.date, people: Collection[int] | None = None) -> list[Planned]:
    """What the night of `on` would do, soonest first; of `people` (ids) alone if given. Writes nothing.

    The last contact is the latest date on which any app says that the person and the team met, else the day on which the
    file was opened.
    """
    policy = policy_of(operator_id)
    found = []
    for slice_ in batched(_candidates(policy, on, people), _SLICE):
        ids = [row[0] for row in slice_]
        reasons, notices = reasons_to_keep(ids, on), _notices(ids)
        for pk, number, archived_on, last in slice_:
            step = Step.ARCHIVE if archived_on is None else Step.ANONYMISE
            since = last if archived_on is None else archived_on
            months = policy.contact_months if archived_on is None else policy.archive_months
            due = add_months(since, months)
            if due - datetime.timedelta(days=policy.notice_days) > on:
                continue
            # A notice given before the last contact was for another time.
            given = [was_due for told, was_due in notices.get((pk, step), ()) if told >= since]
            warned = bool(given) or not policy.notice_days
            earliest = max(given) if given else on + datetime.timedelta(days=policy.notice_days)
            due = max(due, earliest)
            why = tuple(reasons.get(pk, ()))
            act = _act(step, kept=bool(why), warned=warned, due=due <= on)
            found.append(Planned(pk, number, step, act, since, due, why))
    return sorted(found, key=lambda one: (one.due_on, one.person_id))


def _act(step: str, *, kept: bool, warned: bool, due: bool) -> Act:
    if kept:
        return Act.KEEP
    if not warned:
        return Act.WARN
    if not due:
        return Act.WAIT
    return Act.ARCHIVE if step == Step.ARCHIVE else Act.ANONYMISE


def _contacts(operator_id: int, people: Collection[int] | None) -> Iterator[QuerySet[Any, Any]]:
    for declared in declarations():
        for lookup in declared.contacts:
            rows = declared.model._base_manager.filter(
                operator=operator_id, **{f"{lookup}__isnull": False, f"{declared.person}__isnull": False}
            )
            if people is not None:
                rows = rows.filter(**{f"{declared.person}__in": list(people)})
            day = TruncDate(lookup) if _is_instant(declared, lookup) else Cast(lookup, DateField())
            yield rows.order_by().annotate(_of=F(declared.person), _day=day).values_list("_of", "_day")


def _is_instant(declared: Personal, lookup: str) -> bool:
    model = declared.model
    *path, last = lookup.split("__")
    for name in path:
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]
    return isinstance(model._meta.get_field(last), DateTimeField)


_CANDIDATES = """
    WITH contact(person, day) AS ({contacts}),
         met AS (SELECT person, max(day) AS day FROM contact GROUP BY person)
    SELECT p.id, p.case_number, p.archived_on,
           GREATEST((p.created_at AT TIME ZONE %s)::date, met.day) AS last
      FROM people_person p LEFT JOIN met ON met.person = p.id
     WHERE p.operator_id = %s AND p.merged_into_id IS NULL AND p.anonymised_on IS NULL
       AND (p.archived_on <= %s
            OR p.archived_on IS NULL AND GREATEST((p.created_at AT TIME ZONE %s)::date, met.day) <= %s){only}
     ORDER BY p.id"""


def _candidates(policy: RetentionPolicy, on: datetime.date, people: Collection[int] | None) -> list[tuple[Any, ...]]:
    """Files whose time could be near: their number, their archive, their last contact. One query."""
    # A few days more than the months: months end on different days, and each file is looked at by itself afterwards.
    horizon = on + datetime.timedelta(days=policy.notice_days + 4)
    first, *others = _contacts(policy.operator_id, people)
    contacts, params = first.union(*others, all=True).order_by().query.sql_with_params()
    zone = settings.TIME_ZONE
    values: list[Any] = [
        *params, zone, policy.operator_id, add_months(horizon, -policy.archive_months), zone,
        add_months(horizon, -policy.contact_months),
    ]  # fmt: skip
    if people is not None:
        values.append(list(people))
    only = "" if people is None else " AND p.id = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES.format(contacts=contacts, only=only), values)
        return list(cursor.fetchall())


def _notices(people: list[int]) -> dict[tuple[int, str], list[tuple[datetime.date, datetime.date]]]:
    found: dict[tuple[int, str], list[tuple[datetime.date, datetime.date]]] = {}
    rows = RetentionNotice.objects.filter(person__in=people).order_by("pk")
    for person, step, given, due in rows.values_list("person", "step", "given_on", "due_on"):
        found.setdefault((person, step), []).append((given, due))
    return found


def holding(on: datetime.date) -> Q:
    """Holds in force on a day, as a condition on `RetentionHold`."""
    return Q(since__lte=on, released_on__isnull=True) & (Q(until__isnull=True) | Q(until__gte=on))


def reasons_to_keep(people: Iterable[int], on: datetime.date) -> dict[int, list[str]]:
    """Why files of `people` are kept whatever the calendar says: what is still in use, what someone holds."""
    ids = list(people)
    found: dict[int, list[str]] = {}
    holds = RetentionHold.objects.filter(holding(on), person__in=ids).order_by("person", "pk")
    for hold in holds:
        found.setdefault(hold.person_id, []).append(f"{hold.get_kind_display()} : {hold.reason}")
    for declared in declarations():
        for condition, words in declared.open:
            rows = declared.model._base_manager.filter(condition, **{f"{declared.person}__in": ids}).order_by()
            for person in rows.values_list(declared.person, flat=True).distinct():
                found.setdefault(person, []).append(str(words))
    return found


# ------------------------------------------------------------------------------------------------------------ the night


def apply_retention(*, on: datetime.date, at: datetime.datetime) -> dict[int, dict[str, int]]:
    """For the nightly job: give the notices, archive, anonymise what is due; how many of each, by operator.

    One transaction a file: cut short, the next night goes on from there. Run twice on a day, it finds nothing to do.
    """
    operators = Organisation.objects.filter(kinds__contains=[OrganisationKind.OPERATOR]).order_by("pk")
    return {operator.pk: _apply(operator, on, at) for operator in operators}


def _apply(operator: Organisation, on: datetime.date, at: datetime.datetime) -> dict[str, int]:
    done = {"noticed": 0, "archived": 0, "anonymised": 0}
    columns = {Act.WARN: "noticed", Act.ARCHIVE: "archived", Act.ANONYMISE: "anonymised"}
    warned: list[Planned] = []
    kept = 0
    for _round in range(_ROUNDS):
        planned = plan(operator.pk, on)
        kept = sum(one.act == Act.KEEP for one in planned)
        to_do = [one for one in planned if one.act in TO_DO]
        for one in to_do:
            if _take(operator.pk, one, on):
                done[columns[one.act]] += 1
                if one.act == Act.WARN:
                    warned.append(one)
                _report(operator, on, at, kept, columns[one.act])
        if not to_do:
            break
    if not RetentionRun.objects.filter(operator=operator, on=on).exists():
        RetentionRun.objects.create(operator=operator, on=on, ran_at=at, held=kept)
    if warned:
        _tell_team(operator, warned, on, at)
    return done


def _report(operator: Organisation, on: datetime.date, at: datetime.datetime, kept: int, column: str) -> None:
    run, _created = RetentionRun.objects.get_or_create(operator=operator, on=on, defaults={"ran_at": at})
    RetentionRun.objects.filter(pk=run.pk).update(**{column: F(column) + 1}, held=kept)


@transaction.atomic
def _take(operator_id: int, one: Planned, on: datetime.date) -> bool:
    """One step for one file, looked at again once it is locked: someone may have met the person meanwhile."""
    person = Person.objects.select_for_update(of=("self",)).get(pk=one.person_id)
    again = plan(operator_id, on, people=[person.pk])
    if not again or (again[0].act, again[0].step) != (one.act, one.step):
        return False
    if one.act == Act.WARN:
        RetentionNotice.objects.create(
            operator_id=operator_id, person=person, step=one.step, given_on=on, due_on=again[0].due_on
        )
    elif one.act == Act.ARCHIVE:
        Person.objects.filter(Q(pk=person.pk) | Q(merged_into=person)).update(archived_on=on)
    else:
        anonymise(person=person, on=on)
    return True


def _tell_team(operator: Organisation, warned: list[Planned], on: datetime.date, at: datetime.datetime) -> None:
    """One message to each colleague who keeps the rights of persons: how many files and by when, no name."""
    archive = sum(one.step == Step.ARCHIVE for one in warned)
    anonymous = len(warned) - archive
    first = min(one.due_on for one in warned)
    told = [
        ngettext("%(n)d dossier sera archivé", "%(n)d dossiers seront archivés", archive) % {"n": archive}
        if archive
        else "",
        ngettext("%(n)d dossier sera anonymisé", "%(n)d dossiers seront anonymisés", anonymous) % {"n": anonymous}
        if anonymous
        else "",
    ]
    body = "\n\n".join(
        [
            _("Bonjour,"),
            _("À partir du %(day)s, %(what)s, faute de contact.")
            % {"day": format_short(first), "what": _(" et ").join(filter(None, told))},
            _("Voyez lesquels et pourquoi, et gardez ceux qui doivent l'être en donnant la raison :\n%(link)s")
            % {"link": settings.PUBLIC_URL.rstrip("/") + reverse("people:retention")},
            _("%(operator)s, avec Déclic") % {"operator": operator.name},
        ]
    )
    members = (
        Membership.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=on),
            organisation=operator,
            role__in=[role for role, may in PERMISSIONS.items() if Permission.MANAGE_RIGHTS in may],
            starts_on__lte=on,
            user__is_active=True,
        )
        .select_related("user")
        .order_by("pk")
    )
    for user in {member.user_id: member.user for member in members if member.user.email}.values():
        queue_message(
            operator=operator,
            channel=Channel.EMAIL,
            template="retention_team",
            recipient=user.name,
            address=user.email,
            subject=_("Des dossiers arrivent au bout de leur durée de conservation"),
            body=body,
            reference=f"retention:{on:%Y-%m-%d}",
            at=at,
        )
