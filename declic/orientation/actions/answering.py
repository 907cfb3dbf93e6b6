"""Answering: accepted, waiting or refused with a reason, and the prescriber told each time."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.organisations.models import Site
from declic.orientation.actions.enrolling import enter
from declic.orientation.actions.states import locked, owe_answer, tell
from declic.orientation.enums import ReferralState, RefusalReason, WaitingReason
from declic.orientation.models import Enrolment, Referral
from declic.people.actions import take_snapshot
from declic.people.enums import SnapshotMoment
from declic.people.models import Person

_EVENTS = {
    ReferralState.ACCEPTED: "accepted",
    ReferralState.REFUSED: "refused",
    ReferralState.WAITING: "waiting",
}


def _answer(
    *, acting_user: User, referral: Referral, state: ReferralState, on: datetime.date, answer: str, reason: str = ""
) -> Referral:
    if referral.sent_on is not None and on < referral.sent_on:
        raise DomainError(_("La réponse ne peut pas précéder l'envoi de l'orientation."), field="on")
    if referral.first_answered_on is not None and on < referral.first_answered_on:
        raise DomainError(
            _("Une première réponse a été donnée le %(day)s : celle-ci vient ce jour-là ou après.")
            % {"day": f"{referral.first_answered_on:%d/%m/%Y}"},
            field="on",
        )
    referral.state = state
    referral.answered_on = on
    referral.first_answered_on = referral.first_answered_on or on
    if state == ReferralState.WAITING:
        referral.waiting_since, referral.waiting_reason = on, reason
    referral.answered_by = acting_user
    referral.answer = answer
    if state == ReferralState.REFUSED:
        referral.refusal_reason = reason
    owe_answer(referral, acting_user)
    referral.save()
    tell(referral, _EVENTS[state])
    return referral


def _keep_facts(
    *, acting_user: User, referral: Referral, on: datetime.date, facts: Mapping[str, Any] | None, persons: int | None
) -> None:
    """What was learnt before an answer that lets nobody in is kept: a dated situation, and the household with the request."""
    if facts and any(value not in (None, "") for value in facts.values()):
        take_snapshot(acting_user=acting_user, person=referral.person, moment=SnapshotMoment.CHANGE, on=on, facts=facts)
    if persons is not None:
        referral.facts = {**referral.facts, "persons": persons}


@transaction.atomic
def put_on_waiting_list(
    *,
    acting_user: User,
    referral: Referral,
    on: datetime.date,
    reason: str,
    answer: str = "",
    facts: Mapping[str, Any] | None = None,
    persons: int | None = None,
) -> Referral:
    """Tell the prescriber that the person waits, why and at which rank; `facts` learnt meanwhile are kept, dated."""
    referral = locked(referral, ReferralState.WAITING)
    if not reason:
        raise DomainError(_("Choisissez la raison de l'attente : le prescripteur la lira."), field="waiting_reason")
    if reason == WaitingReason.OTHER and not answer.strip():
        raise DomainError(_("Expliquez cette autre raison en une phrase au prescripteur."), field="answer")
    _keep_facts(acting_user=acting_user, referral=referral, on=on, facts=facts, persons=persons)
    return _answer(
        acting_user=acting_user,
        referral=referral,
        state=ReferralState.WAITING,
        on=on,
        answer=answer,
        reason=WaitingReason(reason),
    )


@transaction.atomic
def refuse_referral(
    *,
    acting_user: User,
    referral: Referral,
    on: datetime.date,
    reason: str,
    answer: str = "",
    facts: Mapping[str, Any] | None = None,
    persons: int | None = None,
) -> Referral:
    """Refuse, with a reason of the list and, if it is "another reason", a sentence; `facts` learnt are kept, dated."""
    referral = locked(referral, ReferralState.REFUSED)
    if not reason:
        raise DomainError(_("Choisissez la raison du refus : le prescripteur la lira."), field="reason")
    if reason == RefusalReason.AUTRE and not answer.strip():
        raise DomainError(_("Expliquez cette autre raison en une phrase au prescripteur."), field="answer")
    _keep_facts(acting_user=acting_user, referral=referral, on=on, facts=facts, persons=persons)
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
    persons: int | None = None,
) -> Enrolment:
    """Accept and enrol in one act, on the snapshot `facts`; a rule that is not met needs `exception_reason`.

    `birth_date` completes a file that has none; `persons` is how many live together, for scales that depend on it.
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
        persons=persons,
    )
    _answer(acting_user=acting_user, referral=referral, state=ReferralState.ACCEPTED, on=on, answer=answer)
    return enrolment
