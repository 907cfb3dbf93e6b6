"""Internet aid, and recharges at a solidarity price with what the person saves."""

from declic.connectivity.enums import AID_TRANSITIONS, CODE_TRANSITIONS, AidState, CodeState, Stocked
from declic.connectivity.models.aids import InternetAid, SocialEvaluation
from declic.connectivity.models.shop import (
    CodeBatch,
    CodeShowing,
    RechargeCode,
    RechargePrice,
    RechargeProduct,
    RechargeSale,
    SaleCancellation,
)

__all__ = [
    "AID_TRANSITIONS",
    "CODE_TRANSITIONS",
    "AidState",
    "CodeBatch",
    "CodeShowing",
    "CodeState",
    "InternetAid",
    "RechargeCode",
    "RechargePrice",
    "RechargeProduct",
    "RechargeSale",
    "SaleCancellation",
    "SocialEvaluation",
    "Stocked",
]
