"""What each choice at the end of a loan does to the money, told before it is done; amounts in cents."""

from dataclasses import dataclass

from declic.equipment.enums import TermChoice
from declic.equipment.models import Allocation


@dataclass(frozen=True)
class Effect:
    """`given_back` to the person, `kept` of the deposit, `to_pay` by the person; `stays` is a deposit still held after."""

    given_back: int = 0
    kept: int = 0
    to_pay: int = 0
    stays: int = 0


def effect_of(choice: str, *, held: int, option_price: int | None) -> Effect:
    """The money of a choice when `held` cents of deposit are held: what is held is given back, kept, or stays, to the cent."""
    match TermChoice(choice):
        case TermChoice.RETURN:
            return Effect(given_back=held)
        case TermChoice.KEEP:
            return Effect(kept=held)
        case TermChoice.BUY:
            price = option_price or 0
            return Effect(given_back=max(held - price, 0), kept=min(held, price), to_pay=max(price - held, 0))
        case TermChoice.RENEW:
            return Effect(stays=held)


def offered_choices(allocation: Allocation) -> list[TermChoice]:
    """What the agreement lets the person choose; returning and asking for more time always can be said."""
    offered = [TermChoice.RETURN]
    if "keep" in allocation.options_at_term:
        offered.append(TermChoice.KEEP)
    if "buy" in allocation.options_at_term and allocation.option_price is not None:
        offered.append(TermChoice.BUY)
    return [*offered, TermChoice.RENEW]
