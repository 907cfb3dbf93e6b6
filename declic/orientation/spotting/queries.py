"""Reads on lists, calls and the funnel that more than one page needs."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.orientation.access import visible_enrolments, visible_referrals
from declic.orientation.enums import OPEN_STATES, ReferralState
from declic.orientation.models import Enrolment, Referral, Spotted
from declic.orientation.spotting.access import visible_spotted
from declic.people.access import visible_people
from declic.people.enums import Purpose, RightsKind
from declic.people.models import Person, PersonPhone, RightsEvent
from declic.programmes.access import visible_editions
from declic.programmes.models import Edition

IDENTIFIED, ENTERED = ("identified",), ("participants", "people_supported")
"""The indicators by which an edition aims at people referred, and at people entered."""


@dataclass(frozen=True)
class Step:
    """One step of the funnel: how many people, how many of them spotted, and how many the edition aims at."""

    code: str
    label: str
    count: int
    detail: str = ""
    target: int | None = None

    @property
    def missing(self) -> int:
        """How many are still missing to the target; 0 without one."""
        return max((self.target or 0) - self.count, 0)


def _referred(user: User, edition: Edition) -> QuerySet[Referral]:
    sent = visible_referrals(user, Permission.ANSWER_REFERRALS).filter(edition=edition)
    return sent.exclude(state__in=(ReferralState.DRAFT, ReferralState.WITHDRAWN))


def _entered(user: User, edition: Edition) -> QuerySet[Enrolment]:
    return visible_enrolments(user, Permission.ANSWER_REFERRALS).filter(edition=edition)


def funnel(user: User, edition: Edition, on: datetime.date) -> list[Step]:
    """From those spotted to those who entered, among the people whom `user` reaches, against the targets. Four queries.

    Referred, accepted and entered count everybody, and say how many had been spotted.
    """
    spotted = visible_spotted(user).filter(edition=edition).order_by()
    of_spotted = Exists(Spotted.objects.filter(edition=edition, person=OuterRef("person")))
    seen = spotted.aggregate(
        spotted=Count("pk"),
        tried=Count("pk", filter=Q(attempts__gt=0)),
        reached=Count("pk", filter=Q(reached_on__isnull=False)),
        declined=Count("pk", filter=Q(declined_on__isnull=False)),
    )
    accepted = Q(state=ReferralState.ACCEPTED)
    asked = (
        _referred(user, edition)
        .order_by()
        .annotate(was_spotted=of_spotted)
        .aggregate(
            referred=Count("person", distinct=True),
            referred_spotted=Count("person", distinct=True, filter=Q(was_spotted=True)),
            accepted=Count("person", distinct=True, filter=accepted),
            accepted_spotted=Count("person", distinct=True, filter=accepted & Q(was_spotted=True)),
        )
    )
    entered = (
        _entered(user, edition)
        .order_by()
        .annotate(was_spotted=of_spotted)
        .aggregate(
            entered=Count("person", distinct=True),
            entered_spotted=Count("person", distinct=True, filter=Q(was_spotted=True)),
        )
    )
    aims = dict(edition.objectives.order_by().values_list("indicator", "target"))
    return [
        Step("reperees", _("repérées"), seen["spotted"]),
        Step(
            "jointes",
            _("jointes"),
            seen["reached"],
            _("%(tried)s appelées, %(declined)s ne souhaitent pas")
            % {"tried": seen["tried"], "declined": seen["declined"]},
        ),
        Step(
            "orientees",
            _("orientées"),
            asked["referred"],
            _spotted_among(asked["referred_spotted"]),
            _aim(aims, IDENTIFIED),
        ),
        Step("acceptees", _("acceptées"), asked["accepted"], _spotted_among(asked["accepted_spotted"])),
        Step(
            "entrees",
            _("entrées"),
            entered["entered"],
            _spotted_among(entered["entered_spotted"]),
            _aim(aims, ENTERED) or edition.places,
        ),
    ]


def _spotted_among(count: int) -> str:
    return ngettext("dont %(n)d repérée", "dont %(n)d repérées", count) % {"n": count}


def _aim(aims: dict[str, Any], indicators: Iterable[str]) -> int | None:
    return next((int(aims[name]) for name in indicators if name in aims), None)


ASIDE_STEPS = {
    "sans-numero": gettext_lazy("sans numéro valable"),
    "refus": gettext_lazy("qui ne souhaitent pas"),
    "injoignables": gettext_lazy("injoignables"),
}


def people_at(user: User, edition: Edition, code: str) -> QuerySet[Person] | None:
    """The people behind a figure of the funnel, or of what stands beside it; None for an unknown code."""
    spotted = visible_spotted(user).filter(edition=edition)
    rows: Any = {
        "reperees": lambda: spotted,
        "jointes": lambda: spotted.filter(reached_on__isnull=False),
        "orientees": lambda: _referred(user, edition),
        "acceptees": lambda: _referred(user, edition).filter(state=ReferralState.ACCEPTED),
        "entrees": lambda: _entered(user, edition),
        "sans-numero": lambda: without_number(spotted),
        "refus": lambda: spotted.filter(declined_on__isnull=False),
        "injoignables": lambda: spotted.filter(call_on__isnull=True, reached_on__isnull=True),
    }.get(code)
    if rows is None:
        return None
    return Person.objects.filter(pk__in=rows().order_by().values("person"))


def without_number(spotted: QuerySet[Spotted]) -> QuerySet[Spotted]:
    """Those not reached yet who have no telephone that works."""
    return spotted.filter(~_has_number(), reached_on__isnull=True, call_on__isnull=False)


def _has_number() -> Exists:
    return Exists(PersonPhone.objects.filter(person=OuterRef("person"), wrong_since__isnull=True))


def _objects() -> Exists:
    """The person objects to being written to or called, and has not changed her mind."""
    about: dict[str, Any] = {"person": OuterRef("person"), "purpose": Purpose.MESSAGES}
    last = RightsEvent.objects.filter(**about, kind__in=(RightsKind.OBJECTION, RightsKind.OBJECTION_LIFTED))
    newest = last.order_by("-on", "-recorded_at", "-pk").values("pk")[:1]
    return Exists(RightsEvent.objects.filter(**about, kind=RightsKind.OBJECTION, pk=newest))


def to_call(spotted: QuerySet[Spotted], on: datetime.date) -> QuerySet[Spotted]:
    """Of those spotted, whom to call on a day: due, reachable by telephone, who did not object and are not referred yet."""
    here: dict[str, Any] = {"person": OuterRef("person"), "edition": OuterRef("edition")}
    underway = Referral.objects.filter(**here, state__in=(*OPEN_STATES, ReferralState.ACCEPTED))
    return spotted.filter(
        _has_number(),
        ~Exists(underway),
        ~Exists(Enrolment.objects.filter(**here)),
        ~_objects(),
        call_on__lte=on,
        declined_on__isnull=True,
    )


def with_phones(spotted: QuerySet[Spotted]) -> QuerySet[Spotted]:
    """The same with each person and her telephones, in one query more (`.person.good_phones`)."""
    good = PersonPhone.objects.filter(wrong_since__isnull=True)
    return spotted.select_related("person", "batch").prefetch_related(
        Prefetch("person__phones", queryset=good, to_attr="good_phones")
    )


def spotting_editions(user: User, on: datetime.date) -> QuerySet[Edition]:
    """The editions that take or will take people, or for which someone was spotted, those that end last first."""
    return (
        visible_editions(user, Permission.ANSWER_REFERRALS)
        .filter(
            Q(ends_on__gte=on, programme__archived_on__isnull=True)
            | Exists(Spotted.objects.filter(edition=OuterRef("pk")))
        )
        .select_related("programme", "operator")
        .order_by("-ends_on", "programme__name", "pk")
    )


def editions_to_spot_for(user: User, on: datetime.date) -> QuerySet[Edition]:
    """The editions not over for which `user` may import a list."""
    return (
        visible_editions(user, Permission.IMPORT_PEOPLE)
        .filter(ends_on__gte=on, programme__archived_on__isnull=True)
        .select_related("programme", "operator")
        .order_by("programme__name", "starts_on", "pk")
    )


def seen_of(user: User, people: Iterable[int]) -> set[int]:
    """Of these people (ids), those whose files `user` may open."""
    return set(visible_people(user).filter(pk__in=list(people)).values_list("pk", flat=True))
