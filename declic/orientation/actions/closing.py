"""Closing what stayed without an answer for too long, one request or several, and telling each prescriber."""

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.orientation.actions.states import locked, owe_answer, tell
from declic.orientation.enums import ReferralState
from declic.orientation.models import Referral
from declic.orientation.queries import may_close
from declic.programmes.queries import current_terms


@transaction.atomic
def expire_referral(*, acting_user: User, referral: Referral, on: datetime.date, answer: str = "") -> Referral:
    """Close without deciding a request that nobody could answer, with a word for the prescriber; she may ask again.

    Raises `DomainError` before the terms' `close_days`: until then the prescriber is owed an answer.
    """
    referral = locked(referral, ReferralState.EXPIRED)
    close_days = current_terms(referral.edition).terms.entry.close_days
    if not may_close(referral, close_days, on):
        begun = referral.waiting_since or referral.sent_on or on
        raise DomainError(
            _(
                "%(person)s : cette demande n'attend que depuis %(waited)d jours. On ne la clôt sans suite qu'après"
                " %(days)d jours : répondez-lui, même par un refus avec sa raison."
            )
            % {"person": referral.person.case_number, "waited": max((on - begun).days, 0), "days": close_days}
        )
    referral.state = ReferralState.EXPIRED
    referral.answered_on, referral.answered_by, referral.answer = on, acting_user, answer.strip()
    owe_answer(referral, acting_user)
    referral.save()
    tell(referral, "expired")
    return referral


@transaction.atomic
def expire_referrals(
    *, acting_user: User, referrals: Sequence[Referral], on: datetime.date, answer: str = ""
) -> list[Referral]:
    """Close several requests at once with the same word: all of them, or none when one of them cannot be."""
    if not referrals:
        raise DomainError(_("Cochez au moins une orientation à clore."), field="referrals")
    closed = []
    # Always in the same order, so that two colleagues who close the same ones never wait for each other.
    for referral in sorted(referrals, key=lambda one: one.pk):
        try:
            closed.append(expire_referral(acting_user=acting_user, referral=referral, on=on, answer=answer))
        except DomainError as error:
            raise DomainError(
                _("Dossier %(number)s : %(why)s Rien n'a été clos.")
                % {"number": referral.person.case_number, "why": error.message},
                field="referrals",
            ) from None
    return closed
