"""Pages of referrals: ask, follow the answer, answer, enrol."""

from declic.orientation.views.answering import agreed, answer, detail, enrol
from declic.orientation.views.asking import add_proofs, create, document, draft_delete, drafts, withdraw
from declic.orientation.views.closing import close, evaluation, expire, take
from declic.orientation.views.links import link_close, link_create, link_send, links
from declic.orientation.views.lists import referral_list
from declic.orientation.views.times import exceptions, times, times_records
from declic.orientation.views.writing import write

__all__ = [
    "add_proofs",
    "agreed",
    "answer",
    "close",
    "create",
    "detail",
    "document",
    "draft_delete",
    "drafts",
    "enrol",
    "evaluation",
    "exceptions",
    "expire",
    "link_close",
    "link_create",
    "link_send",
    "links",
    "referral_list",
    "take",
    "times",
    "times_records",
    "withdraw",
    "write",
]
