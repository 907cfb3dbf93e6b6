"""A machine that disappears, and one that is found again: the declaration stays, the deposit follows what was decided."""

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.core.money import format_euros
from declic.documents.actions import CheckedFile, store_checked
from declic.documents.models import Document, DocumentKind
from declic.equipment.actions import claims, money
from declic.equipment.actions.endings import end, keep_account, refund_means, start_ending
from declic.equipment.actions.loans import note as write_down
from declic.equipment.actions.locks import lock_allocation, lock_device
from declic.equipment.enums import AllocationState, DeviceState, LoanEventKind, LossKind
from declic.equipment.models import Allocation, LoanEvent, LossDeclaration
from declic.equipment.statement import statement
from declic.ledger.actions import MONEY_ROLES, Posting, post
from declic.ledger.enums import AccountRole, Event, Means


@transaction.atomic
def report_lost(
    *,
    acting_user: User,
    allocation: Allocation,
    at: datetime.datetime,
    note: str,
    damage: int | None = None,
    means: Means | str | None = None,
    reason: str = "",
    kind: LossKind | str = LossKind.LOST,
    police_reference: str = "",
    receipt: CheckedFile | None = None,
) -> Allocation:
    """The machine is lost or stolen: `note` says how. The whole deposit is kept, or `damage` cents of it if given.

    A theft names the complaint: its reference, or the `receipt` of the police. What is given back goes by the means by
    which the deposit came, unless `reason` says why not.
    """
    allocation, device = start_ending(allocation, at)
    if not note.strip():
        raise DomainError(_("Dites en quelques mots comment le matériel a disparu."), field="note")
    kind = LossKind(kind)
    if kind == LossKind.STOLEN and not police_reference.strip() and receipt is None:
        raise DomainError(
            _("Pour un vol, écrivez la référence de la plainte ou joignez son récépissé ; sinon déclarez une perte."),
            field="police_reference",
        )
    claims.release_allocation(allocation, at)
    device.state = DeviceState.LOST
    device.note = str(kind.label)
    device.save()
    end(allocation, AllocationState.LOST, at)
    on = timezone.localtime(at).date()
    kept = money.held(allocation) if damage is None else damage
    money.end_deposit(acting_user, allocation, on, refund_means(allocation, means, reason, kept), kept)
    keep_account(allocation)
    write_down(acting_user, allocation, LoanEventKind.LOSS, on, str(kind.label))
    settled = money.settle_if_even(allocation)
    LossDeclaration.objects.create(
        operator=allocation.operator,
        allocation=allocation,
        kind=kind,
        on=on,
        circumstances=note.strip(),
        police_reference=police_reference.strip()[:120],
        document=_stored(acting_user, allocation, receipt),
        recorded_by=acting_user,
        recorded_at=at,
    )
    return settled


def _stored(user: User, allocation: Allocation, receipt: CheckedFile | None) -> Document | None:
    if receipt is None:
        return None
    return store_checked(
        acting_user=user,
        operator=allocation.operator,
        kind=DocumentKind.PROOF,
        title=_("Récépissé de la plainte"),
        checked=receipt,
    )


@transaction.atomic
def find_lost(
    *,
    acting_user: User,
    allocation: Allocation,
    at: datetime.datetime,
    given_back: int,
    means: Means | str,
    note: str,
) -> Allocation:
    """The machine of a loan ended by a loss is found: it comes back as if returned, to be erased and tested again.

    `given_back` cents of what the loss cost the person are written back: first what she still owes, then what was kept
    of the deposit, then what she paid beyond it. The loan stays ended: she borrows again by a new one. Once only.
    """
    allocation = lock_allocation(allocation)
    if not hasattr(allocation, "loss"):
        raise DomainError(_("Ce prêt n'a pas fini par une perte ou un vol."))
    if LoanEvent.objects.filter(allocation=allocation, kind=LoanEventKind.FOUND).exists():
        raise DomainError(_("La machine est déjà notée comme retrouvée : rien n'a été fait deux fois."))
    if allocation.device_id is None:
        raise DomainError(_("La machine n'est pas encore remise."))
    on = timezone.localtime(at).date()
    if allocation.ended_on is not None and on < allocation.ended_on:
        raise DomainError(
            _("Elle ne peut pas être retrouvée avant d'être perdue : choisissez une date plus tard."), field="on"
        )
    device = allocation.device = lock_device(allocation.device_id)
    # Somebody may have taken it back to the bench already.
    if device.state == DeviceState.LOST:
        device.cycle += 1
        device.state = DeviceState.RETURNED
        device.note = ""
        device.save()
    story = statement(allocation)
    most = story.owed + story.deposit_kept + story.paid
    if not 0 <= given_back <= most:
        raise DomainError(
            _("La perte a coûté %(most)s à la personne : écrivez un montant qui ne le dépasse pas.")
            % {"most": format_euros(most)},
            field="given_back",
        )
    forgiven = min(given_back, story.owed)
    from_deposit = min(given_back - forgiven, story.deposit_kept)
    _give_back(
        acting_user, allocation, on, Means(means),
        forgiven=forgiven, from_deposit=from_deposit, from_payments=given_back - forgiven - from_deposit,
    )  # fmt: skip
    words = _("%(note)s (rendu : %(amount)s)") if given_back else "%(note)s"
    write_down(
        acting_user, allocation, LoanEventKind.FOUND, on,
        (words % {"note": note.strip() or _("machine retrouvée"), "amount": format_euros(given_back)}),
    )  # fmt: skip
    return money.settle_if_even(allocation) if allocation.state == AllocationState.LOST else allocation


def _give_back(
    user: User,
    allocation: Allocation,
    on: datetime.date,
    means: Means,
    *,
    forgiven: int,
    from_deposit: int,
    from_payments: int,
) -> None:
    """Write back what a loss cost: a debt that is no longer owed, the deposit after all, money paid beyond it."""
    account = money.account_of(allocation)
    back = MONEY_ROLES.get(means, AccountRole.BANK)
    recovery, receivable, deposits = AccountRole.DAMAGE_RECOVERY, AccountRole.RECEIVABLE, AccountRole.DEPOSITS_HELD
    writings = (
        (
            "debt", Event.DEPOSIT_SETTLED_WITH_DAMAGE, _("Machine retrouvée, somme non due"), forgiven + from_payments,
            [(recovery, None, 1), (receivable, account, -1)],
        ),
        # By way of the deposit's own account, so that the books tie it to the person's share.
        (
            "deposit", Event.DEPOSIT_REFUNDED, _("Machine retrouvée, caution rendue"), from_deposit,
            [(recovery, None, 1), (deposits, account, -1), (deposits, account, 1), (back, None, -1)],
        ),
        (
            "payment", Event.SALE_PAYMENT, _("Machine retrouvée, paiement rendu"), from_payments,
            [(receivable, account, 1), (back, None, -1)],
        ),
    )  # fmt: skip
    for name, event, label, amount, lines in writings:
        if not amount:
            continue
        post(
            acting_user=user,
            operator=allocation.operator,
            on=on,
            event=event,
            label=f"{label} · {allocation.person.case_number}",
            section=allocation.edition.section,
            idempotency_key=f"found-{name}:{allocation.pk}",
            postings=[
                Posting(role, debit=amount, auxiliary=auxiliary)
                if side > 0
                else Posting(role, credit=amount, auxiliary=auxiliary)
                for role, auxiliary, side in lines
            ],
        )
