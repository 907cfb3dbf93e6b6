"""The signed addresses by which someone without an account reads the answer to one referral, for eight days."""

import datetime
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.urls import reverse

from declic.orientation.models import Referral

VALID_FOR = datetime.timedelta(days=8)
_signer = signing.Signer(salt="declic.orientation.answer_link", sep=".")


class AnswerLink(NamedTuple):
    """What a link whose signature holds names, and the instant at which it was made."""

    operator_id: int
    referral_id: int
    made_at: datetime.datetime

    def has_expired(self, at: datetime.datetime) -> bool:
        """Whether `at` is more than eight days after the link was made."""
        return at - self.made_at > VALID_FOR


def sign(referral: Referral, at: datetime.datetime) -> str:
    """The signed part of an address: the operator, the referral and the second in which it was made."""
    return _signer.sign(f"{referral.operator_id}-{referral.pk}-{int(at.timestamp())}")


def make_link(referral: Referral, at: datetime.datetime) -> str:
    """The absolute address (`settings.PUBLIC_URL` before it) that opens the answer without an account for eight days."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("referring:follow", args=[sign(referral, at)])


def read(signed: str) -> AnswerLink | None:
    """What `signed` names, None when we did not sign it; one that has expired is read too."""
    try:
        operator, referral, second = _signer.unsign(signed).split("-")
        return AnswerLink(int(operator), int(referral), datetime.datetime.fromtimestamp(int(second), tz=datetime.UTC))
    except (signing.BadSignature, ValueError, OverflowError):
        return None
