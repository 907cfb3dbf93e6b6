"""By what money passes at the counter and for an aid."""

from django.utils.translation import gettext as _

from declic.core.errors import DomainError
from declic.ledger.actions import MONEY_ROLES
from declic.ledger.enums import AccountRole, Means


def money_account(means: str) -> AccountRole:
    """The account through which money passes. Raises `DomainError` for other means than cash or bank."""
    if means not in (Means.CASH, Means.BANK):
        raise DomainError(_("Dites comment l'argent est passé : espèces ou banque."), field="means")
    return MONEY_ROLES[means]
