"""Every write about referrals and enrolments: each referral gets an answer, each entry its terms and its snapshot."""

from declic.orientation.actions.answering import accept_referral, put_on_waiting_list, refuse_referral
from declic.orientation.actions.closing import expire_referral, expire_referrals
from declic.orientation.actions.drafts import KEPT_DAYS, delete_draft, purge_drafts, save_draft
from declic.orientation.actions.enrolling import check_entry, enrol
from declic.orientation.actions.links import (
    close_prescriber_link,
    log_link_view,
    open_prescriber_link,
    send_prescriber_link,
)
from declic.orientation.actions.reminding import remind_teams
from declic.orientation.actions.sending import add_proofs, refer_new_person, send_referral, withdraw_referral
from declic.orientation.actions.taking import complete_evaluation, take_charge
from declic.orientation.actions.telling import tell_prescriber, was_told
from declic.orientation.actions.writing import write_to_person

__all__ = [
    "KEPT_DAYS",
    "accept_referral",
    "add_proofs",
    "check_entry",
    "close_prescriber_link",
    "complete_evaluation",
    "delete_draft",
    "enrol",
    "expire_referral",
    "expire_referrals",
    "log_link_view",
    "open_prescriber_link",
    "purge_drafts",
    "put_on_waiting_list",
    "refer_new_person",
    "refuse_referral",
    "remind_teams",
    "save_draft",
    "send_prescriber_link",
    "send_referral",
    "take_charge",
    "tell_prescriber",
    "was_told",
    "withdraw_referral",
    "write_to_person",
]
