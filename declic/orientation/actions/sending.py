"""Asking: a referral is sent, for someone known or new, completed with proofs, and may be taken back."""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.documents.actions import CheckedFile, store_checked
from declic.documents.models import DocumentKind
from declic.organisations.models import Organisation
from declic.orientation.actions.states import locked
from declic.orientation.actions.telling import tell_prescriber
from declic.orientation.enums import OPEN_STATES, Motive, Need, ReferralChannel, ReferralState
from declic.orientation.models import Enrolment, PrescriberLink, Referral, ReferralDocument, ReferralDraft
from declic.people.access import visible_people
from declic.people.actions import add_phones, correct_person, hold_register, register_person
from declic.people.enums import RightsHow, RightsKind
from declic.people.models import Person, RightsEvent
from declic.people.queries import same_identity
from declic.programmes.models import Edition
from declic.programmes.queries import current_terms

MOST_PROOFS = 20
"""Proofs that one referral may hold: enough for a thick file, little for whoever would fill our disk."""


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
    referent_phone: str = "",
    needs: Sequence[str] = (),
    motives: Sequence[str] = (),
    motive: str = "",
    social_evaluation: str = "",
    facts: Mapping[str, Any] | None = None,
    proofs: Sequence[CheckedFile] = (),
    informed: bool = False,
    link: PrescriberLink | None = None,
    token: uuid.UUID | None = None,
    draft: ReferralDraft | None = None,
    at: datetime.datetime | None = None,
) -> Referral:
    """Ask for `person` to enter `edition`; it waits for an answer from `on`.

    With `at`, the instant of the request, the prescriber is sent a receipt; without it nobody is written to. `facts`
    has the names of a snapshot's fields, amounts in cents. The same `token` from the same sender gives back the
    referral that it made. A `draft` that this was is removed.
    Raises `DomainError` when the person is already enrolled or referred there, entries are over, or the terms ask for a
    prescriber or a social evaluation that is missing.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    own_token = _own(token, acting_user, link)
    if (earlier := _sent_with(own_token, edition)) is not None:
        return earlier
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
    referral = Referral.objects.create(
        operator_id=edition.operator_id,
        edition=edition,
        person=person,
        prescriber=prescriber,
        referent=referent,
        referent_name=referent_name or (referent.name if referent else ""),
        referent_email=referent_email or (referent.email if referent else ""),
        referent_phone=referent_phone,
        channel=channel,
        link=link,
        token=own_token,
        needs=[Need(need).value for need in needs],
        motives=[Motive(one).value for one in motives],
        motive=motive,
        social_evaluation=social_evaluation,
        facts=dict(facts or {}),
        state=ReferralState.SENT,
        sent_on=on,
        recorded_by=acting_user,
    )
    if informed:
        _note_informed(acting_user=acting_user, person=person, on=on, at=at)
    if draft is not None:
        ReferralDraft.objects.filter(pk=draft.pk, user=acting_user).delete()
    if at is not None:
        tell_prescriber(referral, event="receipt", at=at)
    # Last: what is on the disk outlives a transaction that is undone.
    _join(acting_user=acting_user, referral=referral, proofs=proofs)
    return referral


def _own(token: uuid.UUID | None, user: User, link: PrescriberLink | None) -> uuid.UUID | None:
    """A token that only this sender can repeat: that of another never gives a referral away."""
    if token is None:
        return None
    return uuid.uuid5(link.key if link else uuid.UUID(int=user.pk), str(token))


def _sent_with(own_token: uuid.UUID | None, edition: Edition) -> Referral | None:
    if own_token is None:
        return None
    return Referral.objects.filter(operator=edition.operator_id, token=own_token).first()


def _note_informed(*, acting_user: User, person: Person, on: datetime.date, at: datetime.datetime | None) -> None:
    """The prescriber told the person what is kept about her, to whom it goes and what she may ask (rule 21)."""
    if at is None:
        raise ValueError("the instant at which it was said is needed")
    RightsEvent.objects.create(
        operator_id=person.operator_id,
        person=person,
        kind=RightsKind.INFORMED,
        how=RightsHow.BY_PRESCRIBER,
        on=on,
        recorded_by=acting_user,
        recorded_at=at,
    )
    if person.informed_on is None:
        correct_person(acting_user=acting_user, person=person, on=on, changes={"informed_on": on})


def _join(*, acting_user: User, referral: Referral, proofs: Sequence[CheckedFile]) -> None:
    held = ReferralDocument.objects.filter(referral=referral).count() if proofs else 0
    if held + len(proofs) > MOST_PROOFS:
        raise DomainError(
            _("Une orientation tient %(most)d justificatifs au plus : celle-ci en a déjà %(held)d.")
            % {"most": MOST_PROOFS, "held": held},
            field="proofs",
        )
    for number, checked in enumerate(proofs, held + 1):
        ReferralDocument.objects.create(
            operator_id=referral.operator_id,
            referral=referral,
            document=store_checked(
                acting_user=acting_user,
                operator=referral.operator,
                kind=DocumentKind.REFERRAL_PROOF,
                title=_("Justificatif %(number)s n° %(n)d") % {"number": referral.number, "n": number},
                checked=checked,
            ),
        )


@transaction.atomic
def add_proofs(*, acting_user: User, referral: Referral, proofs: Sequence[CheckedFile]) -> Referral:
    """Join proofs to a referral that was sent. The same file twice is joined once."""
    referral = Referral.objects.select_for_update().get(pk=referral.pk)
    held = set(ReferralDocument.objects.filter(referral=referral).values_list("document__sha256", flat=True))
    new = {checked.sha256: checked for checked in proofs if checked.sha256 not in held}
    _join(acting_user=acting_user, referral=referral, proofs=list(new.values()))
    return referral


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
    prescriber: Organisation | None = None,
    link: PrescriberLink | None = None,
    token: uuid.UUID | None = None,
    email: str = "",
    contact_preference: str = "",
    preferred_language: str = "",
    needs_help_reading: bool | None = None,
    **referral: Any,
) -> Referral:
    """Refer someone whom the professional describes: her file is opened, or the one with the same identity used.

    Never says that a person whom the sender may not see exists (rule 19): when such a file cannot be used, because
    that person is already referred or enrolled there by others, a new one is opened, which the team will recognise
    when it answers. With a `link`, the sender sees nobody: `acting_user` is only who answers for the link. Raises
    `DomainError` when this prescriber (with a link: this very professional) has already referred this person there.
    """
    # Sent twice at the same instant, the second one waits here and then finds what the first wrote.
    hold_register(edition.operator_id)
    if (earlier := _sent_with(_own(token, acting_user, link), edition)) is not None:
        return earlier
    # An archived file is closed: a request put on it would reach nobody.
    known = same_identity(
        Person.objects.filter(
            operator=edition.operator_id,
            merged_into__isnull=True,
            archived_on__isnull=True,
            anonymised_on__isnull=True,
        ),
        first_name=first_name,
        last_name=last_name,
        birth_date=birth_date,
    )
    seen: set[int] = set()
    if link is None:
        seen.update(visible_people(acting_user).filter(pk__in=[one.pk for one in known]).values_list("pk", flat=True))
    by_prescriber = channel in (ReferralChannel.ACCOUNT, ReferralChannel.LINK)
    if prescriber is not None:
        by = {} if link is None else {"referent_email__iexact": referral.get("referent_email", "")}
        # A team that writes down a request is told of none about someone whom it does not see.
        told = known if by_prescriber else [one for one in known if one.pk in seen]
        _refuse_second_referral(told, edition, prescriber, **by)
    # Without a birth date, a name alone does not make two people one. A team is never led to a file that it cannot open.
    describes = birth_date is not None and by_prescriber
    usable = [one for one in known if one.pk in seen or (describes and not _is_engaged(one, edition))]
    described = {
        "email": email,
        "contact_preference": contact_preference,
        "preferred_language": preferred_language,
        "needs_help_reading": needs_help_reading,
    }
    if usable:
        person = usable[0]
        add_phones(acting_user=acting_user, person=person, phones=phones)
        # What the file does not say yet; what it says is the team's to correct.
        news = {
            name: value
            for name, value in described.items()
            if getattr(person, name) in ("", None) and value not in ("", None)
        }
        if news:
            correct_person(acting_user=acting_user, person=person, on=on, changes=news)
    else:
        person = register_person(
            acting_user=acting_user,
            operator=edition.operator,
            first_name=first_name,
            last_name=last_name,
            birth_date=birth_date,
            on=on,
            phones=phones,
            **described,
        )
    return send_referral(
        acting_user=acting_user,
        edition=edition,
        person=person,
        on=on,
        channel=channel,
        prescriber=prescriber,
        link=link,
        token=token,
        **referral,
    )


def _is_engaged(person: Person, edition: Edition) -> bool:
    return (
        Enrolment.objects.filter(person=person, edition=edition, ended_on__isnull=True).exists()
        or Referral.objects.filter(person=person, edition=edition, state__in=OPEN_STATES).exists()
    )


def _refuse_second_referral(known: Sequence[Person], edition: Edition, prescriber: Organisation, **by: str) -> None:
    own = Referral.objects.filter(person__in=known, edition=edition, prescriber=prescriber, **by)
    earlier = own.filter(
        Q(state__in=OPEN_STATES) | Q(enrolment__isnull=False, enrolment__ended_on__isnull=True)
    ).first()
    if earlier is None or earlier.sent_on is None:
        return
    about = {"day": f"{earlier.sent_on:%d/%m/%Y}", "number": earlier.number}
    if by:
        raise DomainError(
            _(
                "Vous avez déjà orienté cette personne le %(day)s (demande %(number)s) : la réponse viendra par courriel."
            )
            % about
        )
    raise DomainError(
        _("Votre structure a déjà orienté cette personne le %(day)s : suivez la réponse dans vos orientations.") % about
    )


@transaction.atomic
def withdraw_referral(
    *, acting_user: User, referral: Referral, on: datetime.date, at: datetime.datetime | None = None
) -> Referral:
    """The request is taken back; with `at`, the prescriber is told."""
    referral = locked(referral, ReferralState.WITHDRAWN)
    referral.state = ReferralState.WITHDRAWN
    referral.save()
    if at is not None:
        tell_prescriber(referral, event="withdrawn", at=at)
    return referral
