"""Every write about a person: file, situation, and the trace of who looked."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.organisations.models import Organisation
from declic.people.enums import SnapshotMoment
from declic.people.models import AccessLog, CaseNumber, Person, PersonPhone, Snapshot

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
    phones: Sequence[str] = (),
    **fields: Any,
) -> Person:
    """Open a person's file at `operator` and give it the next case number; `phones` are E.164 numbers."""
    _check_identity(first_name=first_name, last_name=last_name, birth_date=fields.get("birth_date"), on=on)
    person = Person.objects.create(
        operator=operator,
        case_number=_next_case_number(operator),
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        **fields,
    )
    _give_phones(person, phones)
    return person


def _give_phones(person: Person, phones: Sequence[str]) -> None:
    numbers = dict.fromkeys(number for number in phones if number)
    PersonPhone.objects.bulk_create(
        [PersonPhone(operator_id=person.operator_id, person=person, number=number) for number in numbers]
    )


def _set_phones(person: Person, phones: Sequence[str]) -> None:
    wanted = [number for number in phones if number]
    person.phones.exclude(number__in=wanted).delete()
    known = set(person.phones.values_list("number", flat=True))
    _give_phones(person, [number for number in wanted if number not in known])


@transaction.atomic
def add_phones(*, acting_user: User, person: Person, phones: Sequence[str]) -> None:
    """Add numbers (E.164) at which the person can be reached, without touching those already there."""
    _set_phones(person, [*person.phones.values_list("number", flat=True), *phones])


@transaction.atomic
def correct_person(
    *,
    acting_user: User,
    person: Person,
    on: datetime.date,
    changes: Mapping[str, Any],
    phones: Sequence[str] | None = None,
) -> Person:
    """Correct what the file says of the person; the former values stay in its history."""
    for field, value in changes.items():
        setattr(person, field, value)
    _check_identity(first_name=person.first_name, last_name=person.last_name, birth_date=person.birth_date, on=on)
    person.save()
    if phones is not None:
        _set_phones(person, phones)
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


def log_accesses(
    *, acting_user: User, operator_id: int, people: Iterable[int], act: str, at: datetime.datetime
) -> None:
    """Record that a paper or a list with the names of `people` (ids) was opened or printed (rule 17), each once."""
    AccessLog.objects.bulk_create(
        [
            AccessLog(operator_id=operator_id, person_id=person, user=acting_user, act=AccessLog.Act(act), at=at)
            for person in dict.fromkeys(people)
        ]
    )


def log_access(*, acting_user: User, person: Person, act: str, at: datetime.datetime) -> AccessLog:
    """Record that a file was opened, exported or printed (rule 17): one INSERT, so no transaction of its own."""
    return AccessLog.objects.create(
        operator_id=person.operator_id, person=person, user=acting_user, act=AccessLog.Act(act), at=at
    )
