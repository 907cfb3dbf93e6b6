"""Who follows whom: the caseload of each adviser, changed for one person or handed over whole."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.accounts.queries import advisers_of
from declic.core.errors import DomainError
from declic.people.models import CaseWorker, Person


def _check_colleague(user: User, operator_id: int, on: datetime.date) -> None:
    if not advisers_of(operator_id, on).filter(pk=user.pk).exists():
        raise DomainError(
            _("%(name)s ne suit pas de personnes dans cette structure à cette date : choisissez un autre collègue.")
            % {"name": user.name},
            field="user",
        )


@transaction.atomic
def follow(*, acting_user: User, person: Person, user: User, since: datetime.date) -> CaseWorker:
    """`user` follows the person from that day; whoever follows her already goes on as before.

    Raises `DomainError` when `user` is neither adviser nor coordinator of the person's operator that day.
    """
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    running = CaseWorker.objects.filter(person=person, user=user, until__isnull=True).first()
    if running is not None:
        return running
    _check_colleague(user, person.operator_id, since)
    return CaseWorker.objects.create(operator_id=person.operator_id, person=person, user=user, since=since)


@transaction.atomic
def unfollow(*, acting_user: User, person: Person, user: User, until: datetime.date) -> CaseWorker:
    """`user` no longer follows the person; that she was followed stays written."""
    running = CaseWorker.objects.select_for_update().filter(person=person, user=user, until__isnull=True).first()
    if running is None:
        raise DomainError(_("%(name)s ne suit déjà plus cette personne.") % {"name": user.name})
    _end(running, until)
    return running


def _end(running: CaseWorker, until: datetime.date) -> None:
    # Someone who began to follow later than the day given never did before it.
    running.until = max(until, running.since)
    running.save(update_fields=["until"])


@transaction.atomic
def change_follower(
    *, acting_user: User, person: Person, user: User, on: datetime.date, instead_of: User | None = None
) -> CaseWorker:
    """`user` follows the person from `on`, instead of a colleague if one is named, in one go."""
    if instead_of == user:
        raise DomainError(_("C'est la même personne : choisissez un autre collègue."), field="user")
    taken = follow(acting_user=acting_user, person=person, user=user, since=on)
    if instead_of is not None:
        unfollow(acting_user=acting_user, person=person, user=instead_of, until=on)
    return taken


@transaction.atomic
def hand_over_caseload(*, acting_user: User, operator_id: int, giver: User, taker: User, on: datetime.date) -> int:
    """Every person whom `giver` follows at the operator is followed by `taker` from `on`: how many.

    Raises `DomainError` when there is nobody to hand over or `taker` cannot follow people there.
    """
    if giver == taker:
        raise DomainError(_("C'est la même personne : choisissez un autre collègue."), field="taker")
    _check_colleague(taker, operator_id, on)
    # Persons first and in order, as everywhere.
    handed = CaseWorker.objects.filter(operator=operator_id, user=giver, until__isnull=True)
    people = Person.objects.select_for_update(no_key=True).filter(pk__in=handed.values("person")).order_by("pk")
    followed = [person.pk for person in people]
    rows = list(handed.select_for_update().filter(person__in=followed).order_by("pk"))
    if not rows:
        raise DomainError(_("%(name)s ne suit personne ici : il n'y a rien à transmettre.") % {"name": giver.name})
    already = set(
        CaseWorker.objects.filter(user=taker, person__in=followed, until__isnull=True).values_list("person", flat=True)
    )
    for row in rows:
        row.until = max(on, row.since)
    CaseWorker.objects.bulk_update(rows, ["until"], batch_size=500)
    CaseWorker.objects.bulk_create(
        [
            CaseWorker(operator_id=operator_id, person_id=row.person_id, user=taker, since=on)
            for row in rows
            if row.person_id not in already
        ],
        batch_size=500,
    )
    return len(rows)
