"""One change of state at a time: the referral is locked, the table says whether it may go there, the prescriber is told."""

from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.dates import now
from declic.core.errors import DomainError
from declic.orientation.actions.telling import tell_prescriber
from declic.orientation.enums import OPEN_STATES, REFERRAL_TRANSITIONS, ReferralState
from declic.orientation.models import Referral
from declic.people.access import own_site


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


def locked_while_open(referral: Referral) -> Referral:
    """The referral, locked, if it still waits for an answer; `DomainError` otherwise."""
    locked = Referral.objects.select_for_update().get(pk=referral.pk)
    if locked.state not in OPEN_STATES:
        raise DomainError(
            _("Cette orientation est déjà « %(state)s » : il n'y a plus rien à y compléter.")
            % {"state": locked.get_state_display()}
        )
    return locked


def owe_answer(referral: Referral, acting_user: User) -> None:
    """Name the place that answers, where none is named: where the person is followed, else where `acting_user` works."""
    if referral.site_id is None:
        referral.site_id = referral.person.site_id or own_site(acting_user, referral.operator_id)


def tell(referral: Referral, event: str) -> None:
    """Tell the prescriber of this change, once: a message leaves today, whatever the day that the answer bears."""
    tell_prescriber(referral, event=event, at=now())
