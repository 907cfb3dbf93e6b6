"""The only ways to a referral or an enrolment: the operator's own, or what a prescriber's member referred."""

from django.db.models import Q, QuerySet
from django.http import Http404

from declic.accounts.enums import Permission, Role
from declic.accounts.models import User
from declic.accounts.scope import Reach, scope_of
from declic.orientation.models import Enrolment, Referral
from declic.people.access import joined, within
from declic.people.openings import note_opening

READ_PERMISSIONS = (Permission.SEE_PEOPLE, Permission.REFER, Permission.DECIDE_AID)


def _reached(reach: Reach, *, referral: str, sites: tuple[str, ...]) -> Q | None:
    """Rows of one reach: a prescriber's own referrals, else what it opens of the operator's people, or of its own `sites`."""
    if reach.role == Role.PRESCRIBER:
        sent = Q(**{f"{referral}prescriber": reach.organisation_id})
        return sent & Q(operator=reach.operator_id, person__archived_on__isnull=True)
    if reach.is_partner and reach.role != Role.ADVISER:
        return None
    return within(reach, "person", sites=sites)


def visible_referrals(user: User, *permissions: Permission) -> QuerySet[Referral]:
    """Referrals that `user` reaches with one of `permissions` (reading, if none is named)."""
    where = Q(pk__in=[])
    for permission in permissions or (Permission.ANSWER_REFERRALS, Permission.REFER):
        for reach in joined(scope_of(user).having(permission)):
            rows = _reached(reach, referral="", sites=("site",))
            if rows is not None:
                where |= rows
    return Referral.objects.filter(where)


def access_referral(pk: int, user: User, *permissions: Permission, for_update: bool = False) -> Referral:
    """The referral `pk` if `user` reaches it, locked if asked; 404 otherwise."""
    referrals = visible_referrals(user, *permissions).select_related("person", "edition__programme", "prescriber")
    if for_update:
        referrals = referrals.select_for_update(of=("self",))
    try:
        referral = referrals.get(pk=pk)
    except Referral.DoesNotExist:
        raise Http404 from None
    note_opening(user, person_id=referral.person_id, operator_id=referral.operator_id)
    return referral


def visible_enrolments(user: User, permission: Permission = Permission.SEE_PEOPLE) -> QuerySet[Enrolment]:
    """Enrolments that `user` reaches with `permission`; a prescriber's member only those that came from it."""
    where = Q(pk__in=[])
    for reach in joined(scope_of(user).having(permission)):
        rows = _reached(reach, referral="referral__", sites=("site",))
        if rows is not None:
            where |= rows
    return Enrolment.objects.filter(where)


def access_enrolment(
    pk: int, user: User, permission: Permission = Permission.SEE_PEOPLE, *, for_update: bool = False
) -> Enrolment:
    """The enrolment `pk` if `user` reaches it with `permission`, locked if asked; 404 otherwise."""
    enrolments = visible_enrolments(user, permission).select_related("person", "edition__programme", "terms")
    if for_update:
        enrolments = enrolments.select_for_update(of=("self",))
    try:
        enrolment = enrolments.get(pk=pk)
    except Enrolment.DoesNotExist:
        raise Http404 from None
    note_opening(user, person_id=enrolment.person_id, operator_id=enrolment.operator_id)
    return enrolment
