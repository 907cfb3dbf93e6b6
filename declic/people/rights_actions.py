"""What a person is told and asks about her data, why her file is kept, and how she comes back from the archive."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.dates import age_on, format_short
from declic.core.errors import DomainError
from declic.organisations.models import Organisation
from declic.people.enums import HoldKind, Purpose, RightsHow, RightsKind
from declic.people.models import Person, RetentionHold, RetentionPolicy, RightsEvent
from declic.people.queries import objects_to

JOINT_CONSENT_AGE = 15
"""Below it, a minor's own consent goes with a parent's (GDPR article 8, Loi informatique et libertés article 45)."""
SAID = (
    RightsKind.INFORMED,
    RightsKind.CORRECTION,
    RightsKind.OBJECTION,
    RightsKind.OBJECTION_LIFTED,
    RightsKind.JOINT_CONSENT,
)
"""What someone records by hand; copies and reopenings are written by what they do."""


@transaction.atomic
def record_right(
    *,
    acting_user: User,
    person: Person,
    kind: str,
    on: datetime.date,
    how: str,
    at: datetime.datetime,
    purpose: str = "",
    note: str = "",
) -> RightsEvent:
    """Write down what the person was told or asked on a day; sent twice, it is written once.

    Raises `DomainError` for a day to come, an objection that says not to what, one already made or already lifted, and a
    joint consent from 15 years on (it is asked only below, where consent is the basis).
    """
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    kind, how = RightsKind(kind), RightsHow(how) if how else ""
    if kind not in SAID:
        raise DomainError(_("Choisissez ce qui a été dit ou demandé."), field="kind")
    if on > at.date():
        raise DomainError(_("Cette date est à venir : notez ce qui a eu lieu."), field="on")
    purpose = purpose if kind in (RightsKind.OBJECTION, RightsKind.OBJECTION_LIFTED) else ""
    same = RightsEvent.objects.filter(
        person=person, kind=kind, on=on, how=how, purpose=purpose, note=note.strip(), recorded_by=acting_user
    ).first()
    if same is not None and same == RightsEvent.objects.filter(person=person).order_by("-recorded_at", "-pk").first():
        return same
    if kind in (RightsKind.OBJECTION, RightsKind.OBJECTION_LIFTED):
        _check_objection(person, kind, purpose)
    if kind == RightsKind.JOINT_CONSENT:
        _check_age(person, on)
    if kind == RightsKind.CORRECTION and not note.strip():
        raise DomainError(_("Écrivez ce que la personne demande de corriger."), field="note")
    if kind == RightsKind.INFORMED and (person.informed_on is None or person.informed_on < on):
        person.informed_on = on
        person.save(update_fields=["informed_on", "updated_at"])
    return _write(acting_user, person, kind, on, how, at, purpose, note.strip())


def _write(
    user: User, person: Person, kind: str, on: datetime.date, how: str, at: datetime.datetime, purpose: str, note: str
) -> RightsEvent:
    return RightsEvent.objects.create(
        operator_id=person.operator_id,
        person=person,
        kind=kind,
        purpose=purpose,
        on=on,
        how=how,
        note=note,
        recorded_by=user,
        recorded_at=at,
    )


def _check_objection(person: Person, kind: str, purpose: str) -> None:
    if purpose not in Purpose.values:
        raise DomainError(_("Dites à quoi la personne s'oppose."), field="purpose")
    objects = objects_to(person, purpose)
    if kind == RightsKind.OBJECTION and objects:
        raise DomainError(_("Cette opposition est déjà notée : rien à ajouter."), field="purpose")
    if kind == RightsKind.OBJECTION_LIFTED and not objects:
        raise DomainError(_("Aucune opposition de ce genre n'est en cours : rien à retirer."), field="purpose")


def _check_age(person: Person, on: datetime.date) -> None:
    if person.birth_date is None:
        raise DomainError(_("Notez d'abord sa date de naissance, en corrigeant le dossier."), field="kind")
    if age_on(person.birth_date, on) >= JOINT_CONSENT_AGE:
        raise DomainError(
            _("À %(age)d ans, la personne décide seule : l'accord d'un parent se demande avant 15 ans.")
            % {"age": age_on(person.birth_date, on)},
            field="kind",
        )


@transaction.atomic
def record_copy(*, acting_user: User, person: Person, on: datetime.date, at: datetime.datetime, note: str) -> None:
    """Write down that a copy of the file was made for the person: once a day in each form."""
    if not RightsEvent.objects.filter(person=person, kind=RightsKind.EXPORT, on=on, note=note).exists():
        _write(acting_user, person, RightsKind.EXPORT, on, "", at, "", note)


@transaction.atomic
def restore(*, acting_user: User, person: Person, reason: str, on: datetime.date, at: datetime.datetime) -> Person:
    """Open an archived file again because the person is back: it counts as a contact, and the time begins anew."""
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if person.anonymised_on is not None:
        raise DomainError(_("Ce dossier est anonymisé : ouvrez-en un nouveau."))
    if person.archived_on is None:
        raise DomainError(_("Ce dossier est déjà ouvert."))
    if not reason.strip():
        raise DomainError(_("Écrivez pourquoi ce dossier est rouvert."), field="reason")
    person.archived_on = None
    person.save(update_fields=["archived_on", "updated_at"])
    Person.objects.filter(merged_into=person).update(archived_on=None)
    _write(acting_user, person, RightsKind.RESTORED, on, "", at, "", reason.strip())
    return person


@transaction.atomic
def place_hold(
    *,
    acting_user: User,
    person: Person,
    kind: str,
    reason: str,
    on: datetime.date,
    until: datetime.date | None = None,
) -> RetentionHold:
    """Keep a file beyond its time for a reason (rule 15), until a day or until it is lifted; sent twice, it is placed once."""
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if person.anonymised_on is not None:
        raise DomainError(_("Ce dossier est anonymisé : il n'y a plus rien à garder."))
    if not reason.strip():
        raise DomainError(_("Écrivez pourquoi ce dossier doit être gardé."), field="reason")
    if until is not None and until < on:
        raise DomainError(_("Cette date est passée : choisissez le dernier jour de garde."), field="until")
    hold, _created = RetentionHold.objects.get_or_create(
        operator_id=person.operator_id,
        person=person,
        kind=HoldKind(kind),
        reason=reason.strip(),
        until=until,
        released_on=None,
        defaults={"since": on, "placed_by": acting_user},
    )
    return hold


@transaction.atomic
def release_hold(*, acting_user: User, hold: RetentionHold, on: datetime.date) -> RetentionHold:
    """The reason to keep the file is over: the calendar counts again."""
    hold = RetentionHold.objects.select_for_update(of=("self",)).get(pk=hold.pk)
    if hold.released_on is not None:
        raise DomainError(_("Cette garde est déjà levée, le %(day)s.") % {"day": format_short(hold.released_on)})
    hold.released_on, hold.released_by = max(on, hold.since), acting_user
    hold.save(update_fields=["released_on", "released_by"])
    return hold


@transaction.atomic
def set_policy(
    *,
    acting_user: User,
    operator: Organisation,
    contact_months: int,
    archive_months: int,
    notice_days: int,
    log_months: int,
) -> RetentionPolicy:
    """Choose how long the operator keeps files: months without contact, months of archive, days of notice, months of log."""
    policy, _created = RetentionPolicy.objects.update_or_create(
        operator=operator,
        defaults={
            "contact_months": contact_months,
            "archive_months": archive_months,
            "notice_days": notice_days,
            "log_months": log_months,
        },
    )
    return policy
