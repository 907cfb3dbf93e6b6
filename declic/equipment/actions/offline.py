"""Handovers done on a device, with or without connection: each is sent under a key of its own and counts once (ADR 018)."""

import datetime
import uuid

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.dates import format_day
from declic.core.errors import DomainError
from declic.core.money import format_euros
from declic.documents.actions import CheckedFile
from declic.equipment.actions.ceremonies import reason_of_invitation
from declic.equipment.actions.claims import open_claim
from declic.equipment.actions.handover import hand_over, reserve_device
from declic.equipment.actions.locks import lock_allocation
from declic.equipment.ceremony_day import amount_of
from declic.equipment.enums import HANDED_OVER_STATES, CeremonyState, SigningWay, SyncOutcome
from declic.equipment.models import Agreement, Allocation, Ceremony, CeremonyPlace, CeremonySync, Device
from declic.ledger.enums import Means


@transaction.atomic
def sync_handover(
    *,
    acting_user: User,
    place: CeremonyPlace,
    key: uuid.UUID,
    done_at: datetime.datetime,
    received_at: datetime.datetime,
    means: Means | str,
    signed_by: str,
    amount: int,
    tag: str = "",
    how: SigningWay | str = SigningWay.NAME,
    drawing: CheckedFile | None = None,
) -> CeremonySync:
    """Write a handover that a device did at `done_at`, whole or not at all, and answer what became of it.

    The same `key` sent again answers the same and changes nothing. `amount` (cents) is what the device showed and
    took, `tag` the machine that was given: another one than the one set aside is set aside first. What the rules refuse
    is kept as a refusal with its sentence, for the person to be served again. The fact bears the device's time, brought
    back between the beginning of the ceremony's day (or the moment when the machine was set aside) and now.
    """
    allocation = lock_allocation(place.allocation)
    known = CeremonySync.objects.filter(key=key).first()
    if known is not None:
        if known.place_id != place.pk:
            raise _foreign_key()
        return known
    message = ""
    try:
        with transaction.atomic():
            _serve(
                acting_user, place.ceremony, allocation, means=means, signed_by=signed_by, amount=amount, tag=tag.strip(),
                how=how, drawing=drawing, at=_bounded(done_at, place.ceremony, allocation, received_at),
            )  # fmt: skip
    except DomainError as refusal:
        message = refusal.message
    try:
        with transaction.atomic():
            return CeremonySync.objects.create(
                operator=place.operator,
                key=key,
                place=place,
                done_at=done_at,
                received_at=received_at,
                received_from=acting_user,
                outcome=SyncOutcome.REFUSED if message else SyncOutcome.DONE,
                message=message[:300],
            )
    except IntegrityError:
        # A key that another operator's device used: nobody draws it by chance.
        raise _foreign_key() from None


def _foreign_key() -> DomainError:
    return DomainError(_("Cette remise porte le numéro d'une autre : faites-la de nouveau."))


def _bounded(
    done_at: datetime.datetime, ceremony: Ceremony, allocation: Allocation, received_at: datetime.datetime
) -> datetime.datetime:
    earliest = timezone.make_aware(datetime.datetime.combine(ceremony.on, datetime.time.min))
    claim = open_claim(allocation)
    if claim is not None:
        earliest = max(earliest, claim.taken_at)
    return min(max(done_at, earliest), received_at)


def _serve(
    user: User,
    ceremony: Ceremony,
    allocation: Allocation,
    *,
    at: datetime.datetime,
    means: Means | str,
    signed_by: str,
    amount: int,
    tag: str,
    how: SigningWay | str,
    drawing: CheckedFile | None,
) -> None:
    if ceremony.state == CeremonyState.CANCELLED:
        raise DomainError(_("Cette remise a été annulée : remettez la machine depuis la fiche de la personne."))
    if allocation.state in HANDED_OVER_STATES:
        raise _served_already(allocation)
    former = _tag_of(allocation)
    if tag and former.casefold() != tag.casefold():
        device = Device.objects.filter(operator=allocation.operator_id, tag__iexact=tag[:20]).first()
        if device is None:
            raise DomainError(
                _("Aucune machine ne porte l'étiquette %(tag)s : vérifiez-la, puis recommencez.") % {"tag": tag[:20]}
            )
        allocation = reserve_device(
            acting_user=user,
            allocation=allocation,
            device=device,
            at=at,
            exception_reason=reason_of_invitation(ceremony),
        )
    try:
        hand_over(
            acting_user=user, allocation=allocation, at=at, means=means, signed_by=signed_by, paid=amount, how=how,
            drawing=drawing,
        )  # fmt: skip
    except DomainError as refusal:
        if refusal.field != "paid":
            raise
        raise DomainError(
            _(
                "Le montant a changé depuis que la liste a été prise sur l'appareil (%(amount)s) : rendez ou complétez,"
                " puis faites signer de nouveau."
            )
            % {"amount": format_euros(amount_of(allocation))}
        ) from None


def _tag_of(allocation: Allocation) -> str:
    """The label of the machine set aside or handed over; empty where there is none yet."""
    return Device.objects.filter(allocations=allocation).values_list("tag", flat=True).first() or ""


def _served_already(allocation: Allocation) -> DomainError:
    """The sentence for the second of two devices that served the same person."""
    agreement = Agreement.objects.select_related("witnessed_by").filter(allocation=allocation).first()
    sync = CeremonySync.objects.filter(place__allocation=allocation, outcome=SyncOutcome.DONE).first()
    tag = _tag_of(allocation)
    when = format_day(allocation.handed_over_on) if allocation.handed_over_on else ""
    if sync is not None:
        when = f"{when}, {timezone.localtime(sync.done_at):%H h %M}"
    words = {
        "person": allocation.person,
        "tag": tag,
        "when": when,
        "by": agreement.witnessed_by if agreement is not None else "",
    }
    return DomainError(
        _(
            "%(person)s a déjà reçu %(tag)s (%(when)s, par %(by)s) : rien n'a été fait deux fois. Si une machine ou de"
            " l'argent a été donné de nouveau, reprenez-le."
        )
        % words
    )
