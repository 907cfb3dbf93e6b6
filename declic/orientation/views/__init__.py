"""Pages of referrals: ask, follow the answer, answer, enrol."""

from declic.orientation.views.answering import agreed, answer, detail, enrol
from declic.orientation.views.asking import create, withdraw
from declic.orientation.views.lists import referral_list

__all__ = ["agreed", "answer", "create", "detail", "enrol", "referral_list", "withdraw"]
