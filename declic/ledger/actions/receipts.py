"""A receipt is written with the entry that it proves, in the same transaction; the database draws its number."""

import datetime
from collections.abc import Mapping

from django.db import transaction

from declic.accounts.models import User
from declic.ledger.enums import RECEIPT_EVENTS, AccountRole, Means, ReceiptKind
from declic.ledger.models import Entry, Receipt, ReceiptPrint

MEANS_OF: Mapping[str, Means] = {
    AccountRole.CASH: Means.CASH,
    AccountRole.BANK: Means.BANK,
    AccountRole.CHEQUES_HELD: Means.CHEQUE,
}


def issue_receipt(*, acting_user: User, entry: Entry, came: Mapping[AccountRole, int], payer: str) -> Receipt | None:
    """The receipt of money that a person has just handed over; None for an entry that brings none."""
    means = next((MEANS_OF[role] for role, cents in came.items() if cents and role in MEANS_OF), None)
    if means is None or entry.event not in RECEIPT_EVENTS:
        return None
    return Receipt.objects.create(
        operator_id=entry.operator_id,
        entry=entry,
        year=entry.on.year,
        on=entry.on,
        amount=sum(cents for role, cents in came.items() if role in MEANS_OF),
        means=means,
        payer=" ".join(payer.split())[:160],
        issued_by=acting_user,
    )


def cancel_receipt(*, acting_user: User, entry: Entry, mirror: Entry) -> Receipt | None:
    """The receipt that cancels that of `entry`, now undone by `mirror`; a receipt is never taken out of the sequence."""
    receipt = Receipt.objects.filter(entry=entry).first()
    if receipt is None:
        return None
    return Receipt.objects.create(
        operator_id=mirror.operator_id,
        entry=mirror,
        kind=ReceiptKind.CANCEL,
        cancels=receipt,
        year=mirror.on.year,
        on=mirror.on,
        amount=receipt.amount,
        means=receipt.means,
        payer=receipt.payer,
        issued_by=acting_user,
    )


@transaction.atomic
def print_receipt(*, acting_user: User, receipt: Receipt, at: datetime.datetime) -> int:
    """Write down that a receipt is printed; how many papers of it there were before this one."""
    receipt = Receipt.objects.select_for_update(of=("self",), no_key=True).get(pk=receipt.pk)
    before = ReceiptPrint.objects.filter(receipt=receipt).count()
    ReceiptPrint.objects.create(operator_id=receipt.operator_id, receipt=receipt, printed_by=acting_user, printed_at=at)
    return before
