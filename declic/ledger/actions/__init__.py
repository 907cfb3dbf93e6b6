"""Every writing in the books goes through `post` or `reverse`; who may ask for it is decided before, by the access rule."""

from declic.ledger.actions.books import (
    MONEY_ROLES,
    Posting,
    close_month,
    correct_means,
    map_accounts,
    notify_grant,
    open_books,
    post,
    receive_grant,
    reverse,
    undo,
)
from declic.ledger.actions.cheques import (
    bank_cheque,
    describe_cheque,
    expiry_of,
    give_cheque_back,
    held_cheque,
    keep_cheque,
    replace_cheque,
)

__all__ = [
    "MONEY_ROLES",
    "Posting",
    "bank_cheque",
    "close_month",
    "correct_means",
    "describe_cheque",
    "expiry_of",
    "give_cheque_back",
    "held_cheque",
    "keep_cheque",
    "map_accounts",
    "notify_grant",
    "open_books",
    "post",
    "receive_grant",
    "replace_cheque",
    "reverse",
    "undo",
]
