"""Reads on referrals and enrolments that more than one place needs."""

import datetime
from collections.abc import Iterable

from django.db.models import (
    Case,
    Count,
    DateField,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce

from declic.accounts.enums import Permission, Role
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.organisations.enums import PartnershipKind
from declic.organisations.models import Organisation
from declic.orientation.enums import OPEN_STATES, UNANSWERED_STATES, ReferralState
from declic.orientation.models import Enrolment, Referral
from declic.programmes.models import Edition, TermsVersion
from declic.programmes.schema import EntryTerms

TABS: dict[str, tuple[str, ...]] = {
    "a-traiter": UNANSWERED_STATES,
    "en-attente": (ReferralState.WAITING,),
    "repondues": (
        ReferralState.ACCEPTED,
        ReferralState.REFUSED,
        ReferralState.WITHDRAWN,
        ReferralState.EXPIRED,
    ),
}
"""How a team's referrals are sorted: the name in the address, the states shown."""


def with_deadlines(referrals: QuerySet[Referral]) -> QuerySet[Referral]:
    """The same with `answer_days` and `close_days`, as the edition's terms in force promise them."""
    entry = KeyTransform("entry", "body")
    newest = TermsVersion.objects.filter(edition=OuterRef("edition")).order_by("-number")
    usual = EntryTerms()
    return referrals.annotate(
        **{
            # Terms written before a delay could be chosen do not have it: they keep the usual one.
            name: Coalesce(
                Subquery(newest.annotate(days=Cast(KeyTextTransform(name, entry), IntegerField())).values("days")[:1]),
                Value(getattr(usual, name)),
                output_field=IntegerField(),
            )
            for name in ("answer_days", "close_days")
        }
    )


def _before(on: datetime.date, days: str) -> ExpressionWrapper:
    return ExpressionWrapper(Value(on, DateField()) - F(days), output_field=DateField())


def is_late(on: datetime.date) -> Q:
    """Those of `with_deadlines` without an answer beyond the delay promised."""
    return Q(state__in=UNANSWERED_STATES, sent_on__lt=_before(on, "answer_days"))


def to_remind(on: datetime.date) -> Q:
    """Those of `with_deadlines` whose promised delay ends that day or before."""
    return Q(state__in=UNANSWERED_STATES, sent_on__lte=_before(on, "answer_days"))


def is_closable(on: datetime.date) -> Q:
    """Those of `with_deadlines` that stayed without any answer for so long that closing is proposed."""
    return Q(state__in=UNANSWERED_STATES, sent_on__lte=_before(on, "close_days"))


def may_close(referral: Referral, close_days: int, on: datetime.date) -> bool:
    """Whether nothing has moved for `close_days`: no answer since it was sent, or no place since it waits."""
    if referral.state not in OPEN_STATES:
        return False
    begun = referral.waiting_since if referral.state == ReferralState.WAITING else referral.sent_on
    return begun is not None and (on - begun).days >= close_days


def to_close(referral: Referral, on: datetime.date) -> bool:
    """Whether a referral of `with_deadlines` may be closed without an answer on that day."""
    return referral.state in UNANSWERED_STATES and days_waiting(referral, on) >= referral.close_days  # type: ignore[attr-defined]


def days_waiting(referral: Referral, on: datetime.date) -> int:
    """Days since it was sent, while it has no answer; 0 otherwise."""
    if referral.state not in UNANSWERED_STATES or referral.sent_on is None:
        return 0
    return (on - referral.sent_on).days


def counts_by_tab(referrals: QuerySet[Referral], on: datetime.date) -> dict[str, int]:
    """How many of `referrals` stand in each tab that waits for someone, how many are late and how many may be closed."""
    return with_deadlines(referrals.order_by()).aggregate(
        sent=Count("pk", filter=Q(state__in=UNANSWERED_STATES)),
        waiting=Count("pk", filter=Q(state=ReferralState.WAITING)),
        late=Count("pk", filter=is_late(on)),
        to_close=Count("pk", filter=is_closable(on)),
    )


def with_rank(referrals: QuerySet[Referral]) -> QuerySet[Referral]:
    """The same with `rank`: the place in the waiting list of the edition, the first being 1; None if it does not wait."""
    before = (
        Referral.objects.filter(
            Q(waiting_since__lt=OuterRef("waiting_since"))
            | Q(waiting_since=OuterRef("waiting_since"), pk__lt=OuterRef("pk")),
            edition=OuterRef("edition"),
            state=ReferralState.WAITING,
        )
        .order_by()
        .values("edition")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return referrals.annotate(
        rank=Case(When(state=ReferralState.WAITING, then=Coalesce(Subquery(before), Value(0)) + 1), default=None)
    )


def editions_to_refer_to(user: User, on: datetime.date) -> QuerySet[Edition]:
    """Editions, begun or coming, to which `user` may refer someone on that day."""
    return (
        Edition.objects.filter(
            operator__in=scope_of(user).operators(Permission.REFER),
            ends_on__gte=on,
            programme__archived_on__isnull=True,
        )
        .filter(Q(enrolment_ends_on__isnull=True) | Q(enrolment_ends_on__gte=on))
        .select_related("programme", "operator")
        .order_by("programme__name", "starts_on", "pk")
    )


def prescriber_of(user: User, operator_id: int) -> Organisation | None:
    """The structure on whose behalf `user` refers people to the operator; None for the operator's own team."""
    for reach in scope_of(user).having(Permission.REFER):
        if reach.operator_id == operator_id and reach.role == Role.PRESCRIBER:
            return Organisation.objects.get(pk=reach.organisation_id)
    return None


def prescribers_for(operator: Organisation | int, on: datetime.date) -> QuerySet[Organisation]:
    """The structures that refer people to the operator on that day."""
    return (
        Organisation.objects.filter(
            Q(partnerships__until__isnull=True) | Q(partnerships__until__gte=on),
            partnerships__operator=operator,
            partnerships__kind=PartnershipKind.PRESCRIBER,
        )
        .distinct()
        .order_by("name", "pk")
    )


def entry_terms(editions: Iterable[Edition]) -> dict[int, EntryTerms]:
    """The entry terms in force for each edition, by its id, in one query."""
    newest = (
        TermsVersion.objects.filter(edition__in=[edition.pk for edition in editions])
        .order_by("edition_id", "-number")
        .distinct("edition_id")
    )
    return {version.edition_id: version.terms.entry for version in newest}


def places_left(edition: Edition) -> int | None:
    """How many more people may enter; None when the edition has no limit. A place freed by an exit is not given again."""
    if edition.places is None:
        return None
    return max(edition.places - Enrolment.objects.filter(edition=edition).count(), 0)
