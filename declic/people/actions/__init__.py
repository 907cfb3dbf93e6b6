"""Every write about a person: file, situation, phones, links, who follows her, shares, reunions, and who looked."""

from declic.people.actions.caseload import change_follower, follow, hand_over_caseload, unfollow
from declic.people.actions.files import (
    FACTS,
    Phone,
    add_phones,
    correct_person,
    hold_register,
    mark_phone,
    register_person,
    take_snapshot,
)
from declic.people.actions.links import end_link, link_people
from declic.people.actions.logs import log_access, log_accesses, purge_access_log
from declic.people.actions.merging import gather_stragglers, merge_people, undo_merge
from declic.people.actions.pairs import propose_pair, settle_pair
from declic.people.actions.sharing import end_share, share_file

__all__ = [
    "FACTS",
    "Phone",
    "add_phones",
    "change_follower",
    "correct_person",
    "end_link",
    "end_share",
    "follow",
    "gather_stragglers",
    "hand_over_caseload",
    "hold_register",
    "link_people",
    "log_access",
    "log_accesses",
    "mark_phone",
    "merge_people",
    "propose_pair",
    "purge_access_log",
    "register_person",
    "settle_pair",
    "share_file",
    "take_snapshot",
    "undo_merge",
    "unfollow",
]
