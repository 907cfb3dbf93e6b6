"""Every write on machines and allocations, by the moment at which it happens; all of them are imported from here."""

from declic.equipment.actions.bench import (
    clear_lock,
    grade_device,
    install_system,
    make_ready,
    quarantine,
    record_test,
    report_lock,
    triage,
)
from declic.equipment.actions.ceremonies import (
    add_to_ceremony,
    cancel_ceremony,
    hold_ceremony,
    invite_to_ceremony,
    prepare_ceremony,
)
from declic.equipment.actions.collecting import (
    add_by_count,
    attach_transfer_document,
    cancel_collection,
    complete_collection,
    correct_promise,
    give_up_promise,
    open_lot,
    plan_collection,
    receive_lot,
    record_promise,
)
from declic.equipment.actions.endings import (
    buy_device,
    keep_device,
    receive_payment,
    receive_return,
)
from declic.equipment.actions.erasing import (
    add_drive,
    certify_by_hand,
    certify_from_reading,
    record_erasure,
    record_failure,
    remove_drive,
)
from declic.equipment.actions.handover import (
    allocate,
    cancel_allocation,
    hand_over,
    prepare_allocation,
    reserve_device,
)
from declic.equipment.actions.instalments import agree_instalments, waive_debt
from declic.equipment.actions.labels import enter_by_label, print_labels, undo_label
from declic.equipment.actions.loans import declare_return, renew, swap
from declic.equipment.actions.losses import find_lost, report_lost
from declic.equipment.actions.papers import add_photo, add_scan, make_agreement_pdf
from declic.equipment.actions.reminders import remind, remind_due_loans
from declic.equipment.actions.stock import (
    correct_device,
    find_again,
    finish_repair,
    keep_for_parts,
    scrap,
    send_to_repair,
)
from declic.equipment.actions.terms_end import end_loans, record_choice

__all__ = [
    "add_by_count",
    "add_drive",
    "add_photo",
    "add_scan",
    "add_to_ceremony",
    "agree_instalments",
    "allocate",
    "attach_transfer_document",
    "buy_device",
    "cancel_allocation",
    "cancel_ceremony",
    "cancel_collection",
    "certify_by_hand",
    "certify_from_reading",
    "clear_lock",
    "complete_collection",
    "correct_device",
    "correct_promise",
    "declare_return",
    "end_loans",
    "enter_by_label",
    "find_again",
    "find_lost",
    "finish_repair",
    "give_up_promise",
    "grade_device",
    "hand_over",
    "hold_ceremony",
    "install_system",
    "invite_to_ceremony",
    "keep_device",
    "keep_for_parts",
    "make_agreement_pdf",
    "make_ready",
    "open_lot",
    "plan_collection",
    "prepare_allocation",
    "prepare_ceremony",
    "print_labels",
    "quarantine",
    "receive_lot",
    "receive_payment",
    "receive_return",
    "record_choice",
    "record_erasure",
    "record_failure",
    "record_promise",
    "record_test",
    "remind",
    "remind_due_loans",
    "remove_drive",
    "renew",
    "report_lock",
    "report_lost",
    "reserve_device",
    "scrap",
    "send_to_repair",
    "swap",
    "triage",
    "undo_label",
    "waive_debt",
]
