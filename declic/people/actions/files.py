"""Opening and correcting a file: who the person is, how to reach her, her situation on a date."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.organisations.models import Organisation
from declic.people.access import sees_caseload_only
from declic.people.enums import SnapshotMoment
from declic.people.models import CaseNumber, CaseWorker, Person, PersonPhone, Snapshot

FACTS = (
    "labour_status",
    "household",
    "housing",
    "education",
    "benefits",
    "income",
    "charges",
    "commune_code",
    "in_priority_zone",
    "priority_zone_code",
    "equipment",
    "has_connection",
    "has_email_address",
    "needs_help_online",
)
"""Facts of a situation that a snapshot may hold; amounts are monthly, in cents."""


def hold_register(operator_id: int) -> None:
    """Until the end of the transaction, nobody else opens a file at this operator: look first, then register."""
    CaseNumber.objects.select_for_update().get_or_create(operator_id=operator_id)


def _next_case_number(operator: Organisation) -> str:
    counter, _created = CaseNumber.objects.select_for_update().get_or_create(operator=operator)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"D-{counter.last:05d}"


def _check_identity(*, first_name: str, last_name: str, birth_date: datetime.date | None, on: datetime.date) -> None:
    if not first_name.strip() or not last_name.strip():
        raise DomainError(_("Écrivez au moins un prénom et un nom."), field="last_name")
    if birth_date is not None and birth_date > on:
        raise DomainError(_("La date de naissance est dans le futur : vérifiez l'année."), field="birth_date")


@transaction.atomic
def register_person(
    *,
    acting_user: User,
    operator: Organisation,
    first_name: str,
    last_name: str,
    on: datetime.date,
    phones: Sequence["str | Phone"] = (),
    **fields: Any,
) -> Person:
    """Open a person's file at `operator` and give it the next case number; `phones` are E.164 numbers.

    Whoever sees only the people followed follows the one whose file she or he opens: it would be out of sight at once.
    """
    _check_identity(first_name=first_name, last_name=last_name, birth_date=fields.get("birth_date"), on=on)
    person = Person.objects.create(
        operator=operator,
        case_number=_next_case_number(operator),
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        **fields,
    )
    _set_phones(person, phones, on=on)
    if sees_caseload_only(acting_user, operator.pk):
        CaseWorker.objects.create(operator=operator, person=person, user=acting_user, since=on)
    return person


@dataclass(frozen=True)
class Phone:
    """A number (E.164) at which a person can be reached, whose it is or when to call, and whether it stopped answering."""

    number: str
    note: str = ""
    wrong: bool = False


def _set_phones(person: Person, phones: Sequence[str | Phone], *, on: datetime.date) -> None:
    """Make `phones` the person's numbers: rows that stay are kept, with the day since which one no longer answers."""
    typed = [Phone(phone) if isinstance(phone, str) else phone for phone in phones]
    wanted = {phone.number: phone for phone in reversed(typed) if phone.number}
    person.phones.exclude(number__in=wanted).delete()
    known = {row.number: row for row in person.phones.all()}
    for number in dict.fromkeys(phone.number for phone in typed if phone.number):
        phone = wanted[number]
        row = known.get(number) or PersonPhone(operator_id=person.operator_id, person=person, number=number)
        wrong_since = (row.wrong_since or on) if phone.wrong else None
        if number not in known or (row.note, row.wrong_since) != (phone.note, wrong_since):
            row.note, row.wrong_since = phone.note, wrong_since
            row.save()


@transaction.atomic
def add_phones(*, acting_user: User, person: Person, phones: Sequence[str]) -> None:
    """Add numbers (E.164) at which the person can be reached, without touching those already there."""
    known = set(person.phones.values_list("number", flat=True))
    PersonPhone.objects.bulk_create(
        PersonPhone(operator_id=person.operator_id, person=person, number=number)
        for number in dict.fromkeys(phones)
        if number and number not in known
    )


@transaction.atomic
def mark_phone(*, acting_user: User, person: Person, number: str, wrong_since: datetime.date | None) -> None:
    """Note since when a number (E.164) of the person no longer reaches her, or that it does again (None)."""
    if not person.phones.filter(number=number).update(wrong_since=wrong_since):
        raise DomainError(_("Ce numéro n'est plus dans le dossier."), field="number")


@transaction.atomic
def correct_person(
    *,
    acting_user: User,
    person: Person,
    on: datetime.date,
    changes: Mapping[str, Any],
    phones: Sequence[str | Phone] | None = None,
) -> Person:
    """Correct what the file says of the person; the former values stay in its history."""
    for field, value in changes.items():
        setattr(person, field, value)
    _check_identity(first_name=person.first_name, last_name=person.last_name, birth_date=person.birth_date, on=on)
    person.save()
    if phones is not None:
        _set_phones(person, phones, on=on)
    return person


@transaction.atomic
def take_snapshot(
    *, acting_user: User, person: Person, moment: str, on: datetime.date, facts: Mapping[str, Any]
) -> Snapshot:
    """Freeze the person's situation on a date; facts that are missing or None stay unknown (rule 3)."""
    unknown = set(facts) - set(FACTS)
    if unknown:
        raise ValueError(f"not facts of a situation: {sorted(unknown)}")
    if moment == SnapshotMoment.CHANGE and not any(value not in (None, "") for value in facts.values()):
        raise DomainError(_("Rien n'est renseigné : notez au moins un changement."))
    if moment == SnapshotMoment.CHANGE:
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        last = Snapshot.objects.filter(person=person, corrected_by__isnull=True).order_by("-on", "-pk").first()
        # Sent twice, a situation is noted once.
        if last and (last.moment, last.on) == (moment, on) and all(getattr(last, f) == v for f, v in facts.items()):
            return last
    return Snapshot.objects.create(
        operator_id=person.operator_id,
        person=person,
        moment=SnapshotMoment(moment),
        on=on,
        recorded_by=acting_user,
        **facts,
    )
