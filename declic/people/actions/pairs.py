"""Pairs of files that may be one person's: proposed by the search for duplicates, settled by someone."""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.people.enums import PairState
from declic.people.models import DuplicatePair, Person


@transaction.atomic
def propose_pair(
    *, one: Person, other: Person, score: int, reasons: Iterable[str], on: datetime.date
) -> DuplicatePair | None:
    """Put two files in the queue, or refresh why they stand there; None for a pair that someone has settled.

    `score` goes from 0 to 100, `reasons` are codes of `PairReason`. Two persons said to be different are never proposed
    again.
    """
    if one.pk == other.pk or one.operator_id != other.operator_id:
        raise ValueError("a pair is made of two files of one operator")
    first, second = sorted((one.pk, other.pk))
    pair, created = DuplicatePair.objects.get_or_create(
        first_id=first,
        second_id=second,
        defaults={
            "operator_id": one.operator_id,
            "score": score,
            "reasons": list(reasons),
            "found_on": on,
        },
    )
    if created:
        return pair
    pair = DuplicatePair.objects.select_for_update().get(pk=pair.pk)
    if pair.state != PairState.OPEN:
        return None
    pair.score, pair.reasons = score, list(reasons)
    pair.save(update_fields=["score", "reasons"])
    return pair


@transaction.atomic
def settle_pair(*, acting_user: User, pair: DuplicatePair, why: str, at: datetime.datetime) -> DuplicatePair:
    """Say that the two files are two different persons', and why: they are never proposed together again."""
    pair = DuplicatePair.objects.select_for_update().get(pk=pair.pk)
    if pair.state == PairState.MERGED:
        raise DomainError(_("Ces deux dossiers ont été réunis entre-temps : défaites d'abord cette réunion."))
    if pair.state == PairState.DISTINCT:
        raise DomainError(_("C'est déjà noté : ces dossiers sont à deux personnes différentes."))
    if not why.strip():
        raise DomainError(_("Dites en quelques mots comment vous le savez."), field="why")
    pair.state, pair.decided_by, pair.decided_at, pair.decided_why = PairState.DISTINCT, acting_user, at, why.strip()
    pair.save(update_fields=["state", "decided_by", "decided_at", "decided_why"])
    return pair
