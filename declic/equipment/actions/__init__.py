"""Every write on machines and allocations, by the moment at which it happens; all of them are imported from here."""

from declic.equipment.actions.ceremonies import (
    add_to_ceremony,
    cancel_ceremony,
    hold_ceremony,
    invite_to_ceremony,
    prepare_ceremony,
)
from declic.equipment.actions.endings import (
    buy_device,
    keep_device,
    receive_payment,
    receive_return,
    report_lost,
)
from declic.equipment.actions.handover import (
    allocate,
    cancel_allocation,
    hand_over,
    prepare_allocation,
    reserve_device,
)
from declic.equipment.actions.loans import declare_return, renew, swap
from declic.equipment.actions.stock import (
    correct_device,
    find_again,
    finish_repair,
    install_system,
    keep_for_parts,
    make_ready,
    quarantine,
    receive_lot,
    record_erasure,
    record_test,
    scrap,
    send_to_repair,
    triage,
)

__all__ = [
    "add_to_ceremony",
    "allocate",
    "buy_device",
    "cancel_allocation",
    "cancel_ceremony",
    "correct_device",
    "declare_return",
    "find_again",
    "finish_repair",
    "hand_over",
    "hold_ceremony",
    "install_system",
    "invite_to_ceremony",
    "keep_device",
    "keep_for_parts",
    "make_ready",
    "prepare_allocation",
    "prepare_ceremony",
    "quarantine",
    "receive_lot",
    "receive_payment",
    "receive_return",
    "record_erasure",
    "record_test",
    "renew",
    "report_lost",
    "reserve_device",
    "scrap",
    "send_to_repair",
    "swap",
    "triage",
]
