"""One change of state at a time: the referral is locked, and the table says whether it may go there."""

from django.utils.translation import gettext as _

from declic.orientation.enums import REFERRAL_TRANSITIONS, ReferralState
from declic.orientation.models import Referral


def locked(referral: Referral, target: ReferralState) -> Referral:
    """The referral, locked, if it may go to `target`; `DomainError` when someone was quicker."""
    locked = Referral.objects.select_for_update().get(pk=referral.pk)
    REFERRAL_TRANSITIONS.require(
        locked.state,
        target,
        _("Cette orientation est déjà « %(state)s » : quelqu'un a répondu avant vous. Rechargez la page.")
        % {"state": locked.get_state_display()},
    )
    return locked
