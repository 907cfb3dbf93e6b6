"""Books, tills, receipts, cheques, grants: everything of money that the database holds."""

from declic.ledger.models.books import Account, Auxiliary, BudgetHead, ClosedMonth, Entry, Line, Section
from declic.ledger.models.cheques import Cheque
from declic.ledger.models.closing import CheckRun, MonthBalance
from declic.ledger.models.grants import Expense, Grant, GrantPayment, GrantShare
from declic.ledger.models.receipts import Receipt, ReceiptCounter, ReceiptPrint
from declic.ledger.models.tills import Till, TillCashier, TillSession

__all__ = [
    "Account",
    "Auxiliary",
    "BudgetHead",
    "CheckRun",
    "Cheque",
    "ClosedMonth",
    "Entry",
    "Expense",
    "Grant",
    "GrantPayment",
    "GrantShare",
    "Line",
    "MonthBalance",
    "Receipt",
    "ReceiptCounter",
    "ReceiptPrint",
    "Section",
    "Till",
    "TillCashier",
    "TillSession",
]
