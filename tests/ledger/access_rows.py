"""Who may open the books: the access matrix reads these rows."""

from types import SimpleNamespace
from typing import Any

from declic.accounts.enums import Permission
from declic.core.dates import today
from declic.ledger.actions import Posting, add_till, enter_expense, keep_cheque, notify_grant, open_till, post
from declic.ledger.enums import AccountRole, Event
from declic.ledger.models import Auxiliary, Grant, Receipt
from tests.documents.files import a_document
from tests.factories import DAY, at

P = Permission


def entry_of(world: SimpleNamespace) -> dict[str, Any]:
    """A grant written in the books."""
    if not hasattr(world, "entry"):
        world.entry = notify_grant(
            acting_user=world.users["coordinator"],
            operator=world.operator,
            section=world.edition.section,
            funder_name="Fondation",
            amount=100_000,
            on=DAY,
            key="access",
        )
    return {"entry_id": world.entry.pk}


def nothing(_world: SimpleNamespace) -> dict[str, Any]:
    return {}


def till_of(world: SimpleNamespace) -> dict[str, Any]:
    """A drawer that stands closed and empty."""
    if not hasattr(world, "till"):
        world.till = add_till(
            acting_user=world.users["coordinator"], operator=world.operator, site=world.site, name="Accueil"
        )
    return {"till_id": world.till.pk}


def session_of(world: SimpleNamespace) -> dict[str, Any]:
    """Another drawer, open, with fifty euros from the bank."""
    if not hasattr(world, "session"):
        boss = world.users["coordinator"]
        till = add_till(acting_user=boss, operator=world.operator, site=world.site, name="Atelier")
        world.session = open_till(acting_user=boss, till=till, at=at(today()), counted=5000, source="bank")
    return {"session_id": world.session.pk}


def receipt_of(world: SimpleNamespace) -> dict[str, Any]:
    """A recharge paid by card."""
    if not hasattr(world, "receipt"):
        entry = post(
            acting_user=world.users["coordinator"],
            operator=world.operator,
            on=today(),
            event=Event.RECHARGE_SOLD,
            label="Recharge",
            idempotency_key="access-receipt",
            postings=[Posting(AccountRole.BANK, debit=700), Posting(AccountRole.RECHARGE_REVENUE, credit=700)],
        )
        world.receipt = Receipt.objects.get(entry=entry)
    return {"receipt_id": world.receipt.pk}


def cheque_of(world: SimpleNamespace) -> dict[str, Any]:
    """A deposit cheque that is kept."""
    if not hasattr(world, "cheque"):
        world.cheque = keep_cheque(
            acting_user=world.users["coordinator"],
            auxiliary=Auxiliary.objects.create(operator=world.operator, label="Attribution"),
            on=today(),
            amount=5000,
            label="Chèque gardé",
        )
    return {"cheque_id": world.cheque.pk}


def grant_of(world: SimpleNamespace) -> dict[str, Any]:
    entry_of(world)
    return {"grant_id": Grant.objects.get(entry=world.entry).pk}


def expense_of(world: SimpleNamespace) -> dict[str, Any]:
    """An invoice that waits for its payment."""
    if not hasattr(world, "expense"):
        world.expense = enter_expense(
            acting_user=world.users["coordinator"],
            operator=world.operator,
            section=world.edition.section,
            supplier="Papeterie",
            label="Papier",
            amount=4200,
            role="purchases",
            on=DAY,
            means="",
            token="access-expense",
        )
    return {"expense_id": world.expense.pk}


def paper_of(world: SimpleNamespace) -> dict[str, Any]:
    expense_of(world)
    if world.expense.document is None:
        world.expense.document = a_document(world.operator, by=world.users["coordinator"])
        world.expense.save(update_fields=["document"])
    return {"expense_id": world.expense.pk}


def share_of(world: SimpleNamespace) -> dict[str, Any]:
    expense_of(world)
    return {**grant_of(world), "line_id": world.expense.line_id}


ROWS = {
    "ledger:till": (nothing, P.SEE_BOOKS),
    "ledger:tills": (nothing, P.TAKE_MONEY),
    "ledger:till_create": (nothing, P.MANAGE_SITES),
    "ledger:till_open": (till_of, P.TAKE_MONEY),
    "ledger:till_retire": (till_of, P.MANAGE_SITES),
    "ledger:session": (session_of, P.TAKE_MONEY),
    "ledger:session_join": (session_of, P.TAKE_MONEY),
    "ledger:session_move": (session_of, P.TAKE_MONEY),
    "ledger:session_close": (session_of, P.TAKE_MONEY),
    "ledger:session_sheet": (session_of, P.TAKE_MONEY),
    "ledger:receipts": (nothing, P.SEE_BOOKS),
    "ledger:receipt_pdf": (receipt_of, P.SEE_BOOKS),
    "ledger:cheques": (nothing, P.SEE_BOOKS),
    "ledger:cheque_edit": (cheque_of, P.SEE_BOOKS),
    "ledger:cheque_replace": (cheque_of, P.SEE_BOOKS),
    "ledger:cheque_bank": (cheque_of, P.SEE_BOOKS),
    "ledger:journal": (nothing, P.SEE_BOOKS),
    "ledger:entry": (entry_of, P.SEE_BOOKS),
    "ledger:entry_reverse": (entry_of, P.SEE_BOOKS),
    "ledger:entry_means": (entry_of, P.SEE_BOOKS),
    "ledger:accounts": (nothing, P.SEE_BOOKS),
    "ledger:accounts_edit": (nothing, P.MANAGE_SITES),
    "ledger:siret": (nothing, P.MANAGE_SITES),
    "ledger:month_close": (nothing, P.MANAGE_SITES),
    "ledger:grants": (nothing, P.SEE_BOOKS),
    "ledger:grant_create": (nothing, P.MANAGE_SITES),
    "ledger:grant": (grant_of, P.SEE_BOOKS),
    "ledger:grant_payment": (grant_of, P.MANAGE_SITES),
    "ledger:grant_share": (share_of, P.MANAGE_SITES),
    "ledger:grant_file": (lambda world: {**grant_of(world), "extension": "csv"}, P.SEE_BOOKS),
    "ledger:expenses": (nothing, P.SEE_BOOKS),
    "ledger:expense_create": (nothing, P.MANAGE_SITES),
    "ledger:expense_file": (paper_of, P.SEE_BOOKS),
    "ledger:expense_pay": (expense_of, P.MANAGE_SITES),
    "ledger:income_create": (nothing, P.MANAGE_SITES),
    "ledger:exports": (nothing, P.SEE_BOOKS),
    "ledger:fec": (nothing, P.SEE_BOOKS),
}
