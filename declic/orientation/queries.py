"""Reads on referrals and enrolments that more than one place needs."""

import datetime
from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from declic.accounts.enums import Permission, Role
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.organisations.enums import PartnershipKind
from declic.organisations.models import Organisation
from declic.orientation.enums import ReferralState
from declic.orientation.models import Enrolment, Referral
from declic.programmes.models import Edition, TermsVersion
from declic.programmes.schema import EntryTerms

LATE_AFTER_DAYS = 10
"""A referral without answer after this many days is late: a month of silence is what prescribers complain of."""

TABS: dict[str, tuple[str, ...]] = {
    "a-traiter": (ReferralState.SENT,),
    "en-attente": (ReferralState.WAITING,),
    "repondues": (
        ReferralState.ACCEPTED,
        ReferralState.REFUSED,
        ReferralState.WITHDRAWN,
        ReferralState.EXPIRED,
    ),
}
"""How a team's referrals are sorted: the name in the address, the states shown."""


def days_waiting(referral: Referral, on: datetime.date) -> int:
    """Days since it was sent, while it has no answer; 0 otherwise."""
    if referral.state != ReferralState.SENT or referral.sent_on is None:
        return 0
    return (on - referral.sent_on).days


def counts_by_tab(referrals: QuerySet[Referral], on: datetime.date) -> dict[str, int]:
    """How many of `referrals` stand in each tab that waits for someone, and under "late" how many are late."""
    before = on - datetime.timedelta(days=LATE_AFTER_DAYS)
    return referrals.order_by().aggregate(
        sent=Count("pk", filter=Q(state=ReferralState.SENT)),
        waiting=Count("pk", filter=Q(state=ReferralState.WAITING)),
        late=Count("pk", filter=Q(state=ReferralState.SENT, sent_on__lt=before)),
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
