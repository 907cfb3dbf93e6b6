"""Every write on aids and in the shop; all of them are imported from here."""

from declic.connectivity.actions.aids import (
    add_social_evaluation,
    close_ended_aids,
    grant_aid,
    pay_aid,
    prove_subscription,
    refuse_aid,
    request_aid,
    tell_ending_aids,
)
from declic.connectivity.actions.products import add_product, change_price, change_product, stop_product
from declic.connectivity.actions.sales import cancel_sale, sell_recharge, show_code
from declic.connectivity.actions.stock import add_codes, reseal_codes

__all__ = [
    "add_codes",
    "add_product",
    "add_social_evaluation",
    "cancel_sale",
    "change_price",
    "change_product",
    "close_ended_aids",
    "grant_aid",
    "pay_aid",
    "prove_subscription",
    "refuse_aid",
    "request_aid",
    "reseal_codes",
    "sell_recharge",
    "show_code",
    "stop_product",
    "tell_ending_aids",
]
