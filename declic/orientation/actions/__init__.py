"""Every write about referrals and enrolments: each referral gets an answer, each entry its terms and its snapshot."""

from declic.orientation.actions.answering import accept_referral, put_on_waiting_list, refuse_referral
from declic.orientation.actions.enrolling import check_entry, enrol
from declic.orientation.actions.sending import refer_new_person, send_referral, withdraw_referral

__all__ = [
    "accept_referral",
    "check_entry",
    "enrol",
    "put_on_waiting_list",
    "refer_new_person",
    "refuse_referral",
    "send_referral",
    "withdraw_referral",
]
