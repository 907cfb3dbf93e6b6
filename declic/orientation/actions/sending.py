"""Asking: a referral is sent, for someone known or new, and may be taken back."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.organisations.models import Organisation
from declic.orientation.actions.states import locked
from declic.orientation.enums import OPEN_STATES, Need, ReferralState
from declic.orientation.models import Enrolment, Referral
from declic.people.access import visible_people
from declic.people.actions import add_phones, hold_register, register_person
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


@transaction.atomic
def withdraw_referral(*, acting_user: User, referral: Referral, on: datetime.date) -> Referral:
    """The prescriber takes the request back."""
    referral = locked(referral, ReferralState.WITHDRAWN)
    referral.state = ReferralState.WITHDRAWN
    referral.save()
    return referral
