"""What must always be true of machines, allocations and their money; each problem is one French sentence."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from declic.core.money import format_euros
from declic.equipment.enums import HANDED_OVER_STATES, HELD_STATES, AllocationState, ClaimKind, DeviceState
from declic.equipment.models import Agreement, Allocation, Claim, Device
from declic.equipment.terms import LOAN_MODES
from declic.ledger.enums import AccountRole
from declic.ledger.models import Line

# The claim that must be open in each state of a machine; every other state must have none.
CLAIM_OF_STATE = {
    DeviceState.RESERVED: ClaimKind.RESERVATION,
    DeviceState.ON_LOAN: ClaimKind.LOAN,
    DeviceState.REPAIR: ClaimKind.REPAIR,
    DeviceState.TRANSIT: ClaimKind.TRANSIT,
    DeviceState.TRANSFERRED: ClaimKind.TRANSFER,
}


def _role_balance(role: AccountRole) -> Coalesce:
    """Credit minus debit of the allocation's own account in a role, in one subquery."""
    lines = (
        Line.objects.filter(auxiliary=OuterRef("account"), account__role=role)
        .order_by()
        .values("auxiliary")
        .annotate(balance=Sum("credit") - Sum("debit"))
        .values("balance")
    )
    return Coalesce(Subquery(lines, output_field=IntegerField()), Value(0))


def with_money(allocations: QuerySet[Allocation]) -> QuerySet[Any]:
    """Allocations with `held` (cents of deposit still held) and `owed` (cents the person still owes)."""
    return allocations.annotate(
        held=_role_balance(AccountRole.DEPOSITS_HELD), owed=Value(0) - _role_balance(AccountRole.RECEIVABLE)
    )


def claim_problems() -> Iterator[str]:
    """Everything wrong between machines, claims, allocations and deposits, for every operator."""
    yield from _claims_and_states()
    yield from _holders()
    yield from _deposits()
    yield from _settled_with_balance()
    yield from _without_agreement()


def _claims_and_states() -> Iterator[str]:
    opened = Q(claims__released_at__isnull=True, claims__isnull=False)
    devices = Device.objects.annotate(
        open_claims=Count("claims", filter=opened),
    ).order_by("pk")
    for state, kind in CLAIM_OF_STATE.items():
        wrong = devices.filter(state=state).annotate(right_claims=Count("claims", filter=opened & Q(claims__kind=kind)))
        for device in wrong.exclude(open_claims=1, right_claims=1).iterator():
            yield _("La machine %(tag)s est « %(state)s » sans l'occupation qui va avec.") % {
                "tag": device.tag,
                "state": device.get_state_display(),
            }
    # A machine still on the bench travels too, and keeps its state: its work goes on where it arrives.
    travelling = Exists(Claim.objects.filter(device=OuterRef("pk"), kind=ClaimKind.TRANSIT, released_at__isnull=True))
    others = devices.exclude(state__in=CLAIM_OF_STATE).filter(open_claims__gt=0)
    for taken in others.exclude(travelling, ~Q(state=DeviceState.LOST)).iterator():
        yield _("La machine %(tag)s est « %(state)s » et reste pourtant occupée.") % {
            "tag": taken.tag,
            "state": taken.get_state_display(),
        }


def _holders() -> Iterator[str]:
    claimed = Claim.objects.filter(
        allocation=OuterRef("pk"), device=OuterRef("device"), kind=ClaimKind.LOAN, released_at__isnull=True
    )
    wrong = Allocation.objects.filter(state__in=HELD_STATES).exclude(Exists(claimed)).select_related("person")
    for allocation in wrong.order_by("pk").iterator():
        yield _("L'attribution %(number)s est en cours sans que la machine soit occupée par elle.") % {
            "number": allocation.pk
        }


def _deposits() -> Iterator[str]:
    """An open loan holds its whole deposit; anything else holds none (rule 24)."""
    allocations = with_money(Allocation.objects.all())
    held = allocations.filter(state__in=HELD_STATES, mode__in=LOAN_MODES).exclude(held=F("deposit"))
    rest = allocations.exclude(state__in=HELD_STATES).exclude(held=0)
    for allocation in [*held.order_by("pk"), *rest.order_by("pk")]:
        expected = allocation.deposit if allocation.state in HELD_STATES else 0
        yield _("L'attribution %(number)s devrait tenir une caution de %(expected)s ; les comptes disent %(held)s.") % {
            "number": allocation.pk,
            "expected": format_euros(expected),
            "held": format_euros(allocation.held),
        }


def _settled_with_balance() -> Iterator[str]:
    settled = with_money(Allocation.objects.filter(state=AllocationState.SETTLED)).exclude(owed=0)
    for allocation in settled.order_by("pk"):
        yield _("L'attribution %(number)s est soldée et il reste %(owed)s.") % {
            "number": allocation.pk,
            "owed": format_euros(allocation.owed),
        }


def _without_agreement() -> Iterator[str]:
    signed = Agreement.objects.filter(allocation=OuterRef("pk"))
    for allocation in Allocation.objects.filter(state__in=HANDED_OVER_STATES).exclude(Exists(signed)).order_by("pk"):
        yield _("L'attribution %(number)s est remise sans convention signée.") % {"number": allocation.pk}
