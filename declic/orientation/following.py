"""What a prescriber may know of a referral, wherever it is read: in a message, through a link, or with an account."""

from django.db.models import Q

from declic.orientation.enums import ReferralState
from declic.orientation.models import Referral
from declic.programmes.queries import current_terms


def waiting_rank(referral: Referral) -> int | None:
    """The place in the edition's waiting list, the first being 1; None when the referral does not wait."""
    if referral.state != ReferralState.WAITING:
        return None
    before = Q(waiting_since__lt=referral.waiting_since) | Q(waiting_since=referral.waiting_since, pk__lt=referral.pk)
    return 1 + Referral.objects.filter(before, edition=referral.edition_id, state=ReferralState.WAITING).count()


def answer_days(referral: Referral) -> int:
    """Within how many days the team has promised an answer."""
    return current_terms(referral.edition).terms.entry.answer_days


def short_name(referral: Referral) -> str:
    """The first name and an initial: enough for who referred her, little for who finds the address."""
    person = referral.person
    return f"{person.first_name} {person.last_name[:1]}."
