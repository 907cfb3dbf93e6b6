"""The end of a term: what each person chooses, said ahead; then many loans ended in one go, each wholly or not at all."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.equipment.actions.endings import buy_device, keep_device, receive_return
from declic.equipment.actions.loans import note, renew, require_held
from declic.equipment.actions.locks import lock_allocation
from declic.equipment.actions.money import means_of_deposit
from declic.equipment.effects import offered_choices
from declic.equipment.enums import HELD_STATES, Condition, LoanEventKind, TermChoice
from declic.equipment.models import Allocation


@transaction.atomic
def record_choice(
    *, acting_user: User, allocation: Allocation, choice: TermChoice | str, on: datetime.date, words: str = ""
) -> Allocation:
    """Write down what the person wants at the end (by phone, at a meeting); nothing is ended for all that.

    The same choice again changes nothing; another one replaces it, and both stay in the story. Raises `DomainError` when
    the agreement does not offer it.
    """
    allocation = lock_allocation(allocation)
    require_held(allocation)
    choice = TermChoice(choice)
    if choice not in offered_choices(allocation):
        raise DomainError(
            _("La convention ne prévoit pas « %(choice)s » : choisissez autre chose.") % {"choice": choice.label},
            field="choice",
        )
    if allocation.choice_at_term == choice:
        return allocation
    allocation.choice_at_term, allocation.choice_on = choice, on
    allocation.save(update_fields=["choice_at_term", "choice_on", "updated_at"])
    said = f"{choice.label} : {words.strip()}" if words.strip() else str(choice.label)
    note(acting_user, allocation, LoanEventKind.CHOICE, on, said)
    return allocation


@dataclass(frozen=True)
class Ending:
    """What is to be done with one loan; `condition` is for a machine that is back."""

    allocation: int
    choice: TermChoice
    condition: Condition | str = Condition.GOOD


class Outcome(StrEnum):
    """What became of one loan of a batch."""

    DONE = "done"
    ALREADY = "already"
    REFUSED = "refused"


@dataclass(frozen=True)
class EndingResult:
    """`words` is why it was refused."""

    allocation: int
    outcome: Outcome
    words: str = ""


def end_loans(
    *,
    acting_user: User,
    endings: Sequence[Ending],
    at: datetime.datetime,
    renewed_until: datetime.date | None = None,
    reason: str = "",
) -> list[EndingResult]:
    """End or renew many loans, each in its own transaction: one that is refused stops no other and is left as it was.

    Sent again, loans already ended are told as such and nothing is done twice; cut in the middle, it goes on where it
    stopped. Deposits go back as they came; what a purchase leaves to pay stays owed. `renewed_until` and `reason` are
    for those that are renewed.
    """
    results = []
    for ending in endings:
        try:
            outcome = _end_one(acting_user, ending, at, renewed_until, reason)
        except DomainError as refusal:
            results.append(EndingResult(ending.allocation, Outcome.REFUSED, str(refusal)))
        else:
            results.append(EndingResult(ending.allocation, outcome))
    return results


@transaction.atomic
def _end_one(
    user: User, ending: Ending, at: datetime.datetime, renewed_until: datetime.date | None, reason: str
) -> Outcome:
    allocation = lock_allocation(Allocation.objects.get(pk=ending.allocation))
    renewing = ending.choice == TermChoice.RENEW
    if allocation.state not in HELD_STATES and allocation.ended_on is not None:
        return Outcome.ALREADY
    if renewing and allocation.due_on is not None and allocation.due_on == renewed_until:
        return Outcome.ALREADY
    # The summary that was read said something else: nobody is made to return what she has just decided to keep.
    if allocation.choice_at_term and allocation.choice_at_term != ending.choice:
        raise DomainError(
            _("Le choix a changé depuis (« %(choice)s ») : relisez le bilan.")
            % {"choice": allocation.get_choice_at_term_display()}
        )
    on = timezone.localtime(at).date()
    if ending.choice in offered_choices(allocation):
        record_choice(acting_user=user, allocation=allocation, choice=ending.choice, on=on)
    match ending.choice:
        case TermChoice.RETURN:
            receive_return(acting_user=user, allocation=allocation, at=at, condition=ending.condition)
        case TermChoice.KEEP:
            keep_device(acting_user=user, allocation=allocation, at=at)
        case TermChoice.BUY:
            # What exceeds the price goes back as the deposit came; a cheque that is kept is cashed by the bank.
            means = means_of_deposit(allocation)
            buy_device(acting_user=user, allocation=allocation, at=at, means=means, paid=0)
        case TermChoice.RENEW:
            if renewed_until is None:
                raise DomainError(_("Choisissez jusqu'à quand ces prêts sont prolongés."), field="renewed_until")
            renew(acting_user=user, allocation=allocation, due_on=renewed_until, on=on, reason=reason)
    return Outcome.DONE
