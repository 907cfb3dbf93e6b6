"""Who gives a review: the referent who sent the person, or the structure that accompanies, as the terms say."""

import datetime

from declic.accounts.enums import Permission, Role
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.orientation.models import Enrolment


def awaits_referent(enrolment: Enrolment) -> bool:
    """Whether the review is the referent's to give.

    A referent without an account answers by phone or on paper: then the accompanying structure writes it down.
    """
    referral = enrolment.referral
    return (
        enrolment.terms.terms.reviews.by == "prescriber"
        and referral is not None
        and referral.prescriber_id is not None
        and referral.referent_id is not None
    )


def may_review(user: User, enrolment: Enrolment, on: datetime.date) -> bool:
    """Whether `user` is one of those from whom the enrolment's terms expect its reviews."""
    reaches = [
        reach
        for reach in scope_of(user, on=on).having(Permission.GIVE_REVIEWS)
        if reach.operator_id == enrolment.operator_id
    ]
    if awaits_referent(enrolment):
        assert enrolment.referral is not None  # noqa: S101 -- said by awaits_referent
        return any(
            reach.role == Role.PRESCRIBER and reach.organisation_id == enrolment.referral.prescriber_id
            for reach in reaches
        )
    return any(reach.role != Role.PRESCRIBER for reach in reaches)
