"""Answering: accepted, waiting or refused with a reason, and the prescriber told each time."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.dates import now
from declic.core.errors import DomainError
from declic.messaging.actions import queue_message
from declic.messaging.models import Channel
from declic.organisations.models import Site
from declic.orientation.actions.enrolling import enter
from declic.orientation.actions.states import locked
from declic.orientation.enums import ReferralState, RefusalReason
from declic.orientation.models import Enrolment, Referral
from declic.people.actions import take_snapshot
from declic.people.enums import SnapshotMoment
from declic.people.models import Person


def _answer(
    *, acting_user: User, referral: Referral, state: ReferralState, on: datetime.date, answer: str, reason: str = ""
) -> Referral:
    if referral.sent_on is not None and on < referral.sent_on:
        raise DomainError(_("La réponse ne peut pas précéder l'envoi de l'orientation."), field="on")
    referral.state = state
    referral.answered_on = on
    referral.first_answered_on = referral.first_answered_on or on
    if state == ReferralState.WAITING:
        referral.waiting_since = on
    referral.answered_by = acting_user
    referral.answer = answer
    referral.refusal_reason = reason
    referral.save()
    _tell_prescriber(referral)
    return referral


def _tell_prescriber(referral: Referral) -> None:
    if not referral.referent_email:
        return
    words = {
        ReferralState.ACCEPTED: _("est acceptée"),
        ReferralState.REFUSED: _("n'a pas pu être acceptée : %(reason)s")
        % {"reason": referral.get_refusal_reason_display()},
        ReferralState.WAITING: _("est en liste d'attente"),
    }
    queue_message(
        operator=referral.operator,
        channel=Channel.EMAIL,
        template="referral_answer",
        recipient=referral.referent_name,
        address=referral.referent_email,
        subject=_("Votre orientation vers « %(edition)s »") % {"edition": referral.edition.programme.name},
        body=_("Bonjour,\n\nVotre orientation du %(sent)s (dossier %(number)s) %(outcome)s.\n%(answer)s")
        % {
            "sent": f"{referral.sent_on:%d/%m/%Y}",
            "number": referral.person.case_number,
            "outcome": words[ReferralState(referral.state)],
            "answer": referral.answer,
        },
        reference=f"referral:{referral.pk}",
        at=now(),
    )


@transaction.atomic
def put_on_waiting_list(
    *,
    acting_user: User,
    referral: Referral,
    on: datetime.date,
    answer: str = "",
    facts: Mapping[str, Any] | None = None,
) -> Referral:
    """Tell the prescriber that the person waits for a place; `facts` learnt meanwhile are kept as a dated situation."""
    referral = locked(referral, ReferralState.WAITING)
    if facts and any(value not in (None, "") for value in facts.values()):
        take_snapshot(acting_user=acting_user, person=referral.person, moment=SnapshotMoment.CHANGE, on=on, facts=facts)
    return _answer(acting_user=acting_user, referral=referral, state=ReferralState.WAITING, on=on, answer=answer)


@transaction.atomic
def refuse_referral(
    *, acting_user: User, referral: Referral, on: datetime.date, reason: str, answer: str = ""
) -> Referral:
    """Refuse, with a reason of the list and, if it is "another reason", a sentence."""
    referral = locked(referral, ReferralState.REFUSED)
    if not reason:
        raise DomainError(_("Choisissez la raison du refus : le prescripteur la lira."), field="reason")
    if reason == RefusalReason.AUTRE and not answer.strip():
        raise DomainError(_("Expliquez cette autre raison en une phrase au prescripteur."), field="answer")
    return _answer(
        acting_user=acting_user,
        referral=referral,
        state=ReferralState.REFUSED,
        on=on,
        answer=answer,
        reason=RefusalReason(reason),
    )


@transaction.atomic
def accept_referral(
    *,
    acting_user: User,
    referral: Referral,
    on: datetime.date,
    facts: Mapping[str, Any],
    site: Site | None = None,
    adviser: User | None = None,
    answer: str = "",
    exception_reason: str = "",
    birth_date: datetime.date | None = None,
) -> Enrolment:
    """Accept and enrol in one act, on the snapshot `facts`; a rule that is not met needs `exception_reason`.

    `birth_date` completes a file that has none.
    """
    # The person's row first, then the referral: the same order in every action.
    Person.objects.select_for_update().get(pk=referral.person_id)
    referral = locked(referral, ReferralState.ACCEPTED)
    enrolment = enter(
        acting_user=acting_user,
        person=referral.person,
        edition=referral.edition,
        on=on,
        facts=facts,
        site=site,
        adviser=adviser,
        exception_reason=exception_reason,
        referral=referral,
        birth_date=birth_date,
    )
    _answer(acting_user=acting_user, referral=referral, state=ReferralState.ACCEPTED, on=on, answer=answer)
    return enrolment
