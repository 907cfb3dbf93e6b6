"""The ways in that are nobody's account: links for prescribers and links to an answer; and one's own drafts."""

import datetime
import uuid
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.urls import reverse

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.accounts.wall import enter_operators
from declic.orientation import answer_link
from declic.orientation.models import PrescriberLink, Referral, ReferralDraft
from declic.orientation.queries import prescribers_for
from declic.programmes.models import Edition

_signer = signing.Signer(salt="declic.orientation.prescriber_link", sep=".")


def address_of(link: PrescriberLink) -> str:
    """The absolute address of a link; it names the operator, whose rows no page reads before the signature is checked."""
    key = _signer.sign(f"{link.operator_id}-{link.key.hex}")
    return settings.PUBLIC_URL.rstrip("/") + reverse("referring:refer", args=[key])


def open_link(key: str, on: datetime.date) -> PrescriberLink | None:
    """The link behind the signed `key`, None unless it is ours, neither closed nor expired, and its partner still one.

    Enters the operator that the key names, and no other.
    """
    try:
        operator, drawn = _signer.unsign(key).split("-")
        operator_id, drawn_key = int(operator), uuid.UUID(drawn)
    except (signing.BadSignature, ValueError):
        return None
    enter_operators({operator_id})
    link = (
        PrescriberLink.objects.filter(operator=operator_id, key=drawn_key, revoked_on__isnull=True, expires_on__gte=on)
        .select_related("operator", "prescriber", "created_by")
        .first()
    )
    if link is None or not prescribers_for(link.operator_id, on).filter(pk=link.prescriber_id).exists():
        return None
    return link


def editions_behind(link: PrescriberLink, on: datetime.date) -> QuerySet[Edition]:
    """The editions, begun or coming, to which a link lets refer on that day."""
    editions = (
        Edition.objects.filter(operator=link.operator_id, ends_on__gte=on, programme__archived_on__isnull=True)
        .filter(Q(enrolment_ends_on__isnull=True) | Q(enrolment_ends_on__gte=on))
        .select_related("programme", "operator")
        .order_by("programme__name", "starts_on", "pk")
    )
    return editions if link.edition_id is None else editions.filter(pk=link.edition_id)


class Followed(NamedTuple):
    """A referral that a signed address opens, or would have opened before it expired."""

    referral: Referral
    expired: bool


def follow(signed: str, at: datetime.datetime, *, for_update: bool = False) -> Followed | None:
    """The referral behind a signed address, None when we did not sign it. Enters the operator that it names."""
    link = answer_link.read(signed)
    if link is None:
        return None
    enter_operators({link.operator_id})
    referrals = Referral.objects.select_related("person", "edition__programme", "operator", "enrolment")
    if for_update:
        referrals = referrals.select_for_update(of=("self",))
    # An archived file is closed to whoever referred the person too.
    referral = referrals.filter(
        pk=link.referral_id, operator=link.operator_id, person__archived_on__isnull=True
    ).first()
    return None if referral is None else Followed(referral, link.has_expired(at))


def visible_links(user: User) -> QuerySet[PrescriberLink]:
    """The links of the operators whose referrals `user` answers, each with `used`, the referrals that it brought."""
    operators = scope_of(user).own_operators(Permission.ANSWER_REFERRALS)
    return PrescriberLink.objects.filter(operator__in=operators).annotate(used=Count("referrals"))


def access_prescriber_link(pk: int, user: User) -> PrescriberLink:
    """The link `pk` if `user` reaches it; 404 otherwise."""
    try:
        return visible_links(user).select_related("operator", "prescriber", "edition__programme").get(pk=pk)
    except PrescriberLink.DoesNotExist:
        raise Http404 from None


def visible_drafts(user: User) -> QuerySet[ReferralDraft]:
    """One's own drafts, where one may still refer."""
    return ReferralDraft.objects.filter(user=user, operator__in=scope_of(user).operators(Permission.REFER))


def access_draft(pk: int, user: User) -> ReferralDraft:
    """The draft `pk` if it is `user`'s; 404 otherwise."""
    try:
        return visible_drafts(user).get(pk=pk)
    except ReferralDraft.DoesNotExist:
        raise Http404 from None
