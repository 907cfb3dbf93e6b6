"""Between the request and its answer: someone takes charge of it, and what is missing is completed."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.orientation.actions.states import locked, locked_while_open, owe_answer, tell
from declic.orientation.enums import ReferralState
from declic.orientation.models import Referral


@transaction.atomic
def take_charge(*, acting_user: User, referral: Referral, on: datetime.date) -> Referral:
    """Say to colleagues and to the prescriber that `acting_user` sees to this request; the answer is still owed.

    Raises `DomainError` when someone else does already, or it has its answer.
    """
    current = Referral.objects.select_for_update(of=("self",)).select_related("received_by").get(pk=referral.pk)
    if current.state == ReferralState.RECEIVED and current.received_by is not None and current.received_on is not None:
        about = {"who": current.received_by.name, "day": f"{current.received_on:%d/%m/%Y}"}
        if current.received_by_id == acting_user.pk:
            raise DomainError(_("Vous vous en occupez déjà, depuis le %(day)s : il reste à répondre.") % about)
        raise DomainError(
            _("%(who)s s'en occupe depuis le %(day)s. Voyez ensemble ; chacun de vous peut répondre.") % about
        )
    referral = locked(referral, ReferralState.RECEIVED)
    if referral.sent_on is not None and on < referral.sent_on:
        raise DomainError(_("Cette orientation n'était pas encore envoyée ce jour-là."), field="on")
    referral.state = ReferralState.RECEIVED
    referral.received_on, referral.received_by = on, acting_user
    owe_answer(referral, acting_user)
    referral.save()
    tell(referral, "received")
    return referral


@transaction.atomic
def complete_evaluation(*, acting_user: User, referral: Referral, social_evaluation: str) -> Referral:
    """Write the social evaluation that came late, or add to it; the former text stays in the history."""
    referral = locked_while_open(referral)
    if not social_evaluation.strip():
        raise DomainError(_("Écrivez l'évaluation : quelques lignes suffisent."), field="social_evaluation")
    if referral.social_evaluation == social_evaluation.strip():
        return referral
    referral.social_evaluation = social_evaluation.strip()
    referral.save(update_fields=["social_evaluation", "updated_at"])
    return referral
