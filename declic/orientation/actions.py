"""Every write about referrals and enrolments: each referral gets an answer, each entry its terms and its snapshot."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.dates import now
from declic.core.errors import DomainError
from declic.messaging.actions import queue_message
from declic.messaging.models import Channel
from declic.organisations.models import Organisation, Site
from declic.orientation.eligibility import RuleResult, all_met, evaluate
from declic.orientation.enums import OPEN_STATES, REFERRAL_TRANSITIONS, Need, ReferralState, RefusalReason
from declic.orientation.models import Enrolment, Referral
from declic.people.access import visible_people
from declic.people.actions import add_phones, correct_person, hold_register, register_person, take_snapshot
from declic.people.enums import SnapshotMoment
from declic.people.models import Person
from declic.people.queries import same_identity
from declic.programmes.models import Edition
from declic.programmes.queries import current_terms


@transaction.atomic
def send_referral(
    *,
    acting_user: User,
    edition: Edition,
    person: Person,
    on: datetime.date,
    channel: str,
    prescriber: Organisation | None = None,
    referent: User | None = None,
    referent_name: str = "",
    referent_email: str = "",
    needs: Sequence[str] = (),
    motive: str = "",
    social_evaluation: str = "",
) -> Referral:
    """Ask for `person` to enter `edition`; it waits for an answer from `on`.

    Raises `DomainError` when the person is already enrolled or referred there, entries are over, or the terms ask for a
    prescriber or a social evaluation that is missing.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    entry = current_terms(edition).terms.entry
    if person.operator_id != edition.operator_id:
        raise DomainError(_("Ce dossier et cette édition n'appartiennent pas à la même structure."))
    if Enrolment.objects.filter(person=person, edition=edition, ended_on__isnull=True).exists():
        raise DomainError(
            _("%(person)s est déjà dans « %(edition)s » : ouvrez son dossier, il n'y a rien à demander.")
            % {"person": person, "edition": edition.name}
        )
    if Referral.objects.filter(person=person, edition=edition, state__in=OPEN_STATES).exists():
        raise DomainError(_("Une orientation de cette personne attend déjà une réponse pour cette édition."))
    if on > (edition.enrolment_ends_on or edition.ends_on):
        raise DomainError(
            _("Les entrées de cette édition sont closes : choisissez une édition ouverte."), field="edition"
        )
    if entry.prescriber_required and prescriber is None:
        raise DomainError(
            _("Ce dispositif demande un prescripteur : indiquez la structure qui oriente."), field="prescriber"
        )
    if entry.social_evaluation_required and not social_evaluation.strip():
        raise DomainError(
            _("Ce dispositif demande une évaluation sociale : quelques lignes suffisent."), field="social_evaluation"
        )
    return Referral.objects.create(
        operator_id=edition.operator_id,
        edition=edition,
        person=person,
        prescriber=prescriber,
        referent=referent,
        referent_name=referent_name or (referent.name if referent else ""),
        referent_email=referent_email or (referent.email if referent else ""),
        channel=channel,
        needs=[Need(need).value for need in needs],
        motive=motive,
        social_evaluation=social_evaluation,
        state=ReferralState.SENT,
        sent_on=on,
        recorded_by=acting_user,
    )


@transaction.atomic
def refer_new_person(
    *,
    acting_user: User,
    edition: Edition,
    on: datetime.date,
    channel: str,
    first_name: str,
    last_name: str,
    birth_date: datetime.date | None = None,
    phones: Sequence[str] = (),
    email: str = "",
    contact_preference: str = "",
    prescriber: Organisation | None = None,
    **referral: Any,
) -> Referral:
    """Refer someone whom the professional describes: her file is opened, or the one with the same identity used.

    Never says that a person whom `acting_user` may not see exists (rule 19): when such a file cannot be used, because
    that person is already referred or enrolled there by others, a new one is opened, which the team will recognise
    when it answers. Raises `DomainError` when this prescriber has already referred this person there.
    """
    # Sent twice at the same instant, the second one waits here and then finds what the first wrote.
    hold_register(edition.operator_id)
    known = same_identity(
        Person.objects.filter(operator=edition.operator_id),
        first_name=first_name,
        last_name=last_name,
        birth_date=birth_date,
    )
    if prescriber is not None:
        _refuse_second_referral(known, edition, prescriber)
    seen = set(visible_people(acting_user).filter(pk__in=[one.pk for one in known]).values_list("pk", flat=True))
    # Without a birth date, a name alone does not make two people one.
    usable = [one for one in known if one.pk in seen or (birth_date is not None and not _is_engaged(one, edition))]
    if usable:
        person = usable[0]
        add_phones(acting_user=acting_user, person=person, phones=phones)
    else:
        person = register_person(
            acting_user=acting_user,
            operator=edition.operator,
            first_name=first_name,
            last_name=last_name,
            birth_date=birth_date,
            on=on,
            phones=phones,
            email=email,
            contact_preference=contact_preference,
        )
    return send_referral(
        acting_user=acting_user,
        edition=edition,
        person=person,
        on=on,
        channel=channel,
        prescriber=prescriber,
        **referral,
    )


def _is_engaged(person: Person, edition: Edition) -> bool:
    return (
        Enrolment.objects.filter(person=person, edition=edition, ended_on__isnull=True).exists()
        or Referral.objects.filter(person=person, edition=edition, state__in=OPEN_STATES).exists()
    )


def _refuse_second_referral(known: Sequence[Person], edition: Edition, prescriber: Organisation) -> None:
    own = Referral.objects.filter(person__in=known, edition=edition, prescriber=prescriber)
    earlier = own.filter(
        Q(state__in=OPEN_STATES) | Q(enrolment__isnull=False, enrolment__ended_on__isnull=True)
    ).first()
    if earlier is not None and earlier.sent_on is not None:
        raise DomainError(
            _("Votre structure a déjà orienté cette personne le %(day)s : suivez la réponse dans vos orientations.")
            % {"day": f"{earlier.sent_on:%d/%m/%Y}"}
        )


def _locked(referral: Referral, target: ReferralState) -> Referral:
    locked = Referral.objects.select_for_update().get(pk=referral.pk)
    REFERRAL_TRANSITIONS.require(
        locked.state,
        target,
        _("Cette orientation est déjà « %(state)s » : quelqu'un a répondu avant vous. Rechargez la page.")
        % {"state": locked.get_state_display()},
    )
    return locked


def _answer(
    *, acting_user: User, referral: Referral, state: ReferralState, on: datetime.date, answer: str, reason: str = ""
) -> Referral:
    if referral.sent_on is not None and on < referral.sent_on:
        raise DomainError(_("La réponse ne peut pas précéder l'envoi de l'orientation."), field="on")
    referral.state = state
    referral.answered_on = on
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
    referral = _locked(referral, ReferralState.WAITING)
    if facts and any(value not in (None, "") for value in facts.values()):
        take_snapshot(acting_user=acting_user, person=referral.person, moment=SnapshotMoment.CHANGE, on=on, facts=facts)
    return _answer(acting_user=acting_user, referral=referral, state=ReferralState.WAITING, on=on, answer=answer)


@transaction.atomic
def refuse_referral(
    *, acting_user: User, referral: Referral, on: datetime.date, reason: str, answer: str = ""
) -> Referral:
    """Refuse, with a reason of the list and, if it is "another reason", a sentence."""
    referral = _locked(referral, ReferralState.REFUSED)
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
def withdraw_referral(*, acting_user: User, referral: Referral, on: datetime.date) -> Referral:
    """The prescriber takes the request back."""
    referral = _locked(referral, ReferralState.WITHDRAWN)
    referral.state = ReferralState.WITHDRAWN
    referral.save()
    return referral


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
    referral = _locked(referral, ReferralState.ACCEPTED)
    enrolment = _enrol(
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


@transaction.atomic
def enrol(
    *,
    acting_user: User,
    person: Person,
    edition: Edition,
    on: datetime.date,
    facts: Mapping[str, Any],
    site: Site | None = None,
    adviser: User | None = None,
    exception_reason: str = "",
    birth_date: datetime.date | None = None,
) -> Enrolment:
    """Enrol someone who came alone, where the terms ask for no prescriber (or with an exception that says why).

    `birth_date` completes a file that has none.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    waiting = Referral.objects.filter(person=person, edition=edition, state__in=OPEN_STATES).exists()
    if waiting:
        raise DomainError(_("Une orientation attend une réponse pour cette édition : répondez-lui, cela l'inscrit."))
    return _enrol(
        acting_user=acting_user,
        person=person,
        edition=edition,
        on=on,
        facts=facts,
        site=site,
        adviser=adviser,
        exception_reason=exception_reason,
        referral=None,
        birth_date=birth_date,
    )


def check_entry(
    *, person: Person, edition: Edition, referral: Referral | None, facts: Mapping[str, Any], on: datetime.date
) -> list[RuleResult]:
    """Each entry rule of the edition's current terms, read for this person on that day."""
    return evaluate(
        current_terms(edition).terms,
        person=person,
        facts=facts,
        prescriber_kind=referral.prescriber.prescriber_kind if referral and referral.prescriber else "",
        has_prescriber=bool(referral and referral.prescriber_id),
        social_evaluation=referral.social_evaluation if referral else "",
        on=on,
    )


def _enrol(
    *,
    acting_user: User,
    person: Person,
    edition: Edition,
    on: datetime.date,
    facts: Mapping[str, Any],
    site: Site | None,
    adviser: User | None,
    exception_reason: str,
    referral: Referral | None,
    birth_date: datetime.date | None,
) -> Enrolment:
    # Locked so that the last place is given once.
    edition = Edition.objects.select_for_update().get(pk=edition.pk)
    if person.operator_id != edition.operator_id:
        raise DomainError(_("Ce dossier et cette édition n'appartiennent pas à la même structure."))
    if Enrolment.objects.filter(person=person, edition=edition, ended_on__isnull=True).exists():
        raise DomainError(_("%(person)s est déjà dans cette édition.") % {"person": person})
    last_day = edition.enrolment_ends_on or edition.ends_on
    if not edition.starts_on <= on <= last_day:
        raise DomainError(
            _("Les entrées de cette édition vont du %(first)s au %(last)s : changez la date ou l'édition.")
            % {"first": f"{edition.starts_on:%d/%m/%Y}", "last": f"{last_day:%d/%m/%Y}"},
            field="on",
        )
    if edition.places is not None and Enrolment.objects.filter(edition=edition).count() >= edition.places:
        raise DomainError(
            _("Les %(places)d places de cette édition sont prises : mettez la personne en liste d'attente.")
            % {"places": edition.places}
        )
    if birth_date is not None and person.birth_date is None:
        correct_person(acting_user=acting_user, person=person, on=on, changes={"birth_date": birth_date})
    results = check_entry(person=person, edition=edition, referral=referral, facts=facts, on=on)
    if not all_met(results) and not exception_reason.strip():
        raise DomainError(
            _(
                "Une condition d'entrée n'est pas remplie ou pas connue : complétez la situation, ou écrivez pourquoi vous faites une exception."
            ),
            field="exception_reason",
        )
    snapshot = take_snapshot(acting_user=acting_user, person=person, moment=SnapshotMoment.ENTRY, on=on, facts=facts)
    if site is not None and person.site_id is None:
        person.site = site
        person.save(update_fields=["site", "updated_at"])
    return Enrolment.objects.create(
        operator_id=edition.operator_id,
        person=person,
        edition=edition,
        terms=current_terms(edition),
        referral=referral,
        site=site,
        adviser=adviser,
        starts_on=on,
        entry_snapshot=snapshot,
        eligibility=[result.as_json() for result in results],
        exception_reason="" if all_met(results) else exception_reason.strip(),
    )
