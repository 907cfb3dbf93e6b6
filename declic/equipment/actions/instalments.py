"""After the end: what is owed is paid in instalments, or waived with a reason; the books alone say what is paid."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.dates import add_months, format_day
from declic.core.errors import DomainError
from declic.core.money import format_euros
from declic.equipment.actions import money
from declic.equipment.actions.loans import note
from declic.equipment.actions.locks import lock_allocation
from declic.equipment.enums import LoanEventKind
from declic.equipment.instalments import MOST_INSTALMENTS, OWING_STATES, Share, split
from declic.equipment.models import Allocation, Instalment


@transaction.atomic
def agree_instalments(
    *, acting_user: User, allocation: Allocation, count: int, first_on: datetime.date, on: datetime.date
) -> list[Instalment]:
    """Agree on `count` monthly payments from `first_on` for all that is owed; a plan of an earlier day is replaced.

    The same plan sent twice is agreed on once. Raises `DomainError` when nothing is owed, when the first day is before
    `on` or more than a year away, or when another plan was agreed on the same day.
    """
    allocation = lock_allocation(allocation)
    owed = money.owed(allocation)
    if not owed or allocation.state not in OWING_STATES:
        raise DomainError(_("Rien n'est dû sur cette attribution : il n'y a pas d'échéancier à convenir."))
    if not 1 <= count <= MOST_INSTALMENTS:
        raise DomainError(_("Choisissez entre 1 et %(most)d échéances.") % {"most": MOST_INSTALMENTS}, field="count")
    if not on <= first_on <= add_months(on, 12):
        raise DomainError(
            _("La première échéance vient entre aujourd'hui et le %(day)s.") % {"day": format_day(add_months(on, 12))},
            field="first_on",
        )
    shares = split(owed, count, first_on)
    mine = list(Instalment.objects.filter(allocation=allocation, agreed_on__gte=on).order_by("due_on"))
    if mine:
        if [(one.due_on, one.amount) for one in mine] == [(share.due_on, share.amount) for share in shares]:
            return mine
        raise DomainError(
            _("Un échéancier a déjà été convenu le %(day)s : convenez d'un autre à partir du lendemain.")
            % {"day": format_day(mine[0].agreed_on)}
        )
    made = [
        Instalment(
            operator=allocation.operator,
            allocation=allocation,
            due_on=share.due_on,
            amount=share.amount,
            agreed_on=on,
            agreed_by=acting_user,
        )
        for share in shares
    ]
    note(acting_user, allocation, LoanEventKind.SCHEDULED, on, _plan_words(shares))
    return Instalment.objects.bulk_create(made)


def _plan_words(shares: list[Share]) -> str:
    return _("%(total)s en %(count)d fois, du %(first)s au %(last)s") % {
        "total": format_euros(sum(share.amount for share in shares)),
        "count": len(shares),
        "first": format_day(shares[0].due_on),
        "last": format_day(shares[-1].due_on),
    }


@transaction.atomic
def waive_debt(
    *, acting_user: User, allocation: Allocation, amount: int, reason: str, on: datetime.date, token: str
) -> Allocation:
    """Give up `amount` cents of what the person owes, for a reason that stays written; settled when nothing is left.

    `token` makes a double click count once. Raises `DomainError` without a reason or above what is owed.
    """
    allocation = lock_allocation(allocation)
    owed = money.owed(allocation)
    if not reason.strip():
        raise DomainError(_("Dites pourquoi cette somme n'est plus demandée."), field="reason")
    if not 0 < amount <= owed:
        raise DomainError(
            _("Il reste %(owed)s à payer : écrivez un montant qui ne le dépasse pas.") % {"owed": format_euros(owed)},
            field="amount",
        )
    money.waive(acting_user, allocation, on, amount, reason.strip(), key=f"waiver:{allocation.pk}:{token}")
    words = _("%(amount)s : %(reason)s") % {"amount": format_euros(amount), "reason": reason.strip()}
    note(acting_user, allocation, LoanEventKind.WAIVED, on, words)
    return money.settle_if_even(allocation)
