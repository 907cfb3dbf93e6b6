"""The only way by which a machine stops being free, and becomes free again."""

import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from declic.core.errors import DomainError
from declic.equipment.enums import ClaimKind
from declic.equipment.models import Allocation, Claim, Device

# Two claims that follow each other within one action bear the same instant: the later one gives way by this much.
_TICK = datetime.timedelta(microseconds=1)
_SAME_INSTANT = datetime.timedelta(seconds=1)


def taken_just_now(device: Device) -> DomainError:
    """The sentence for someone who comes second."""
    return DomainError(
        _("La machine %(tag)s vient d'être prise par quelqu'un d'autre : choisissez-en une autre.")
        % {"tag": device.tag}
    )


def take(*, device: Device, kind: ClaimKind, at: datetime.datetime, allocation: Allocation | None = None) -> Claim:
    """Claim `device` (locked by the caller) from `at` on; refused while another claim lasts, by the database itself."""
    last = Claim.objects.filter(device=device, released_at__isnull=False).order_by("-released_at").first()
    if last is not None and last.released_at is not None and at < last.released_at <= at + _SAME_INSTANT:
        at = last.released_at
    try:
        with transaction.atomic():
            return Claim.objects.create(
                operator=device.operator, device=device, kind=kind, allocation=allocation, taken_at=at
            )
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if constraint in ("one_holder_at_any_instant", "one_open_claim_per_allocation"):
            raise taken_just_now(device) from None
        raise


def release(claim: Claim, at: datetime.datetime) -> datetime.datetime:
    """End `claim` at `at` and return the instant at which the machine is free."""
    if at <= claim.taken_at:
        if claim.taken_at - at > _SAME_INSTANT:
            raise DomainError(
                _("Cette date vient avant le moment où la machine %(tag)s a été prise : choisissez une date plus tard.")
                % {"tag": claim.device.tag},
                field="on",
            )
        at = claim.taken_at + _TICK
    claim.released_at = at
    claim.save(update_fields=["released_at"])
    return at


def open_claim(allocation: Allocation) -> Claim | None:
    """The claim that `allocation` holds now, if any."""
    return Claim.objects.select_related("device").filter(allocation=allocation, released_at__isnull=True).first()


def release_allocation(allocation: Allocation, at: datetime.datetime) -> datetime.datetime:
    """End the open claim of `allocation`, if it has one."""
    claim = open_claim(allocation)
    return at if claim is None else release(claim, at)
