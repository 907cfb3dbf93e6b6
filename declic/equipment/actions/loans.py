"""While a loan lasts: a return announced, a longer term, another machine; the deposit stays where it is."""

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.dates import format_day
from declic.core.errors import DomainError
from declic.equipment.actions import claims
from declic.equipment.actions.handover import require_free
from declic.equipment.actions.locks import lock_allocation, lock_devices
from declic.equipment.actions.stock import open_repair
from declic.equipment.enums import (
    ALLOCATION_TRANSITIONS,
    HELD_STATES,
    AllocationState,
    ClaimKind,
    DeviceState,
    LoanEventKind,
)
from declic.equipment.models import Allocation, Device, LoanEvent


def require_held(allocation: Allocation) -> None:
    """Refuse what is only possible while the person holds the machine as a loan."""
    if allocation.state in HELD_STATES:
        return
    if allocation.handed_over_on is None:
        raise DomainError(_("La machine n'est pas encore remise."))
    raise DomainError(
        _("Ce prêt est déjà terminé (« %(state)s ») : rien n'a été fait deux fois.")
        % {"state": AllocationState(allocation.state).label}
    )


def note(user: User | None, allocation: Allocation, kind: LoanEventKind, on: datetime.date, words: str) -> LoanEvent:
    """Write down something that happened during the allocation; nobody did what the night did by itself."""
    return LoanEvent.objects.create(
        operator=allocation.operator, allocation=allocation, kind=kind, on=on, note=words[:300], recorded_by=user
    )


@transaction.atomic
def declare_return(*, acting_user: User, allocation: Allocation, on: datetime.date) -> Allocation:
    """The person says that the machine comes back; it is not received for all that (rule 25)."""
    allocation = lock_allocation(allocation)
    if allocation.state == AllocationState.RETURN_DECLARED:
        raise DomainError(_("Le retour est déjà annoncé : enregistrez-le quand la machine est là."))
    require_held(allocation)
    ALLOCATION_TRANSITIONS.require(
        allocation.state, AllocationState.RETURN_DECLARED, _("Ce prêt ne peut pas être rendu.")
    )
    allocation.state = AllocationState.RETURN_DECLARED
    allocation.save()
    note(acting_user, allocation, LoanEventKind.RETURN_DECLARED, on, "")
    return allocation


@transaction.atomic
def renew(
    *, acting_user: User, allocation: Allocation, due_on: datetime.date, on: datetime.date, reason: str
) -> Allocation:
    """Let the loan last until `due_on`, later than before; the former date and the reason stay written."""
    allocation = lock_allocation(allocation)
    require_held(allocation)
    former = allocation.due_on
    if former is None or due_on <= former:
        raise DomainError(
            _("La nouvelle fin vient après le %(day)s, la fin actuelle.")
            % {"day": format_day(former) if former else ""},
            field="due_on",
        )
    if not reason.strip():
        raise DomainError(_("Dites pourquoi le prêt est prolongé."), field="reason")
    allocation.due_on = due_on
    _holds_on(allocation)
    # What was chosen was for the former end.
    allocation.choice_at_term, allocation.choice_on = "", None
    allocation.save()
    words = _("du %(former)s au %(due)s : %(reason)s") % {
        "former": format_day(former),
        "due": format_day(due_on),
        "reason": reason.strip(),
    }
    note(acting_user, allocation, LoanEventKind.RENEWED, on, words)
    return allocation


@transaction.atomic
def swap(
    *, acting_user: User, allocation: Allocation, new_device: Device, at: datetime.datetime, reason: str
) -> Allocation:
    """Give the person another machine: the former one goes to repair, the agreement and the deposit stay."""
    allocation = lock_allocation(allocation)
    require_held(allocation)
    former_id = allocation.device_id
    if former_id is None or former_id == new_device.pk:
        raise DomainError(_("La personne a déjà cette machine : choisissez-en une autre."), field="new_device")
    former, device = lock_devices(former_id, new_device)
    require_free(device, allocation)
    if former.state != DeviceState.ON_LOAN:
        raise claims.taken_just_now(former)
    if not reason.strip():
        raise DomainError(_("Dites pourquoi la machine est échangée."), field="reason")
    if allocation.handed_over_on is not None and timezone.localtime(at).date() < allocation.handed_over_on:
        raise DomainError(_("L'échange ne peut pas précéder la remise : choisissez une date plus tard."), field="on")

    freed_at = claims.release_allocation(allocation, at)
    former.state = DeviceState.RETURNED
    former.cycle += 1
    former.save()
    open_repair(former, freed_at)
    claims.take(device=device, kind=ClaimKind.LOAN, at=freed_at, allocation=allocation)
    device.state = DeviceState.ON_LOAN
    device.save()
    allocation.device = device
    _holds_on(allocation)
    allocation.save()
    on = timezone.localtime(at).date()
    note(acting_user, allocation, LoanEventKind.SWAPPED, on, f"{former.tag} → {device.tag} : {reason.strip()}")
    note(acting_user, allocation, LoanEventKind.AMENDED, on, _amendment(allocation, former, device, on))
    return allocation


def _holds_on(allocation: Allocation) -> None:
    """A return that was announced is off: the person goes on with a machine."""
    if allocation.state == AllocationState.RETURN_DECLARED:
        allocation.state = AllocationState.ACTIVE


def _amendment(allocation: Allocation, former: Device, device: Device, on: datetime.date) -> str:
    """What changes in the agreement, and that nothing else does."""
    number = LoanEvent.objects.filter(allocation=allocation, kind=LoanEventKind.AMENDED).count() + 1
    return _(
        "n° %(number)d, le %(day)s : la machine %(new)s (%(machine)s) remplace %(former)s. Le reste de la convention, la"
        " caution et la fin du prêt ne changent pas."
    ) % {
        "number": number,
        "day": format_day(on),
        "new": device.tag,
        "machine": " ".join(filter(None, [str(device.get_kind_display()), device.brand, device.model]))[:80],
        "former": former.tag,
    }
