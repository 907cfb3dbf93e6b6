"""Pages of referrals: ask, follow the answer, answer, enrol."""

from declic.orientation.views.answering import agreed, answer, detail, enrol
from declic.orientation.views.asking import add_proofs, create, document, draft_delete, drafts, withdraw
from declic.orientation.views.links import link_close, link_create, link_send, links
from declic.orientation.views.lists import referral_list

__all__ = [
    "add_proofs",
    "agreed",
    "answer",
    "create",
    "detail",
    "document",
    "draft_delete",
    "drafts",
    "enrol",
    "link_close",
    "link_create",
    "link_send",
    "links",
    "referral_list",
    "withdraw",
]
