"""What a signed-in user reaches: the operators, sites and partner organisations that the memberships open."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from declic.accounts.enums import PARTNER_PERMISSIONS, PERMISSIONS, Permission, Role
from declic.accounts.models import Membership, User
from declic.core.dates import today
from declic.organisations.enums import PartnershipKind
from declic.organisations.models import Partnership

# A partner's member reaches an operator only through a partnership of the matching kind.
_PARTNER_ROLES = {
    Role.PRESCRIBER: PartnershipKind.PRESCRIBER,
    Role.REFURBISHER: PartnershipKind.REFURBISHER,
    Role.FUNDER: PartnershipKind.FUNDER,
    Role.ADVISER: PartnershipKind.TRAINING,
}


@dataclass(frozen=True)
class Reach:
    """One role over one operator's cases; `organisation_id` is the member's own organisation, `site_id` None for all sites."""

    operator_id: int
    organisation_id: int
    role: Role
    site_id: int | None
    organisation_name: str = ""

    @property
    def is_partner(self) -> bool:
        return self.organisation_id != self.operator_id

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the role may do here: less for a partner's member than for the operator's own (rule 18)."""
        if self.is_partner and self.role in PARTNER_PERMISSIONS:
            return PARTNER_PERMISSIONS[self.role]
        return PERMISSIONS[self.role]


@dataclass(frozen=True)
class Scope:
    """All that a user reaches; empty for a stranger, so that everything is denied by default."""

    reaches: tuple[Reach, ...]

    def having(self, permission: Permission) -> list[Reach]:
        """The reaches whose role has `permission`."""
        return [reach for reach in self.reaches if permission in reach.permissions]

    def operators(self, permission: Permission) -> set[int]:
        """Operators over which some role has `permission`, whatever the site."""
        return {reach.operator_id for reach in self.having(permission)}

    def can(self, permission: Permission, operator_id: int | None = None) -> bool:
        """Whether some role has `permission`, over `operator_id` if given."""
        return any(operator_id in (None, reach.operator_id) for reach in self.having(permission))

    def own_operators(self, permission: Permission) -> set[int]:
        """Operators of which the user is a member (not a partner's) with `permission`."""
        return {reach.operator_id for reach in self.having(permission) if not reach.is_partner}

    def roles(self) -> set[Role]:
        return {reach.role for reach in self.reaches}


def _reaches(memberships: Iterable[Membership], partnerships: Iterable[Partnership]) -> Iterable[Reach]:
    memberships = list(memberships)
    for membership in memberships:
        role = Role(membership.role)
        if "operator" in membership.organisation.kinds:
            yield Reach(
                membership.organisation_id,
                membership.organisation_id,
                role,
                membership.site_id,
                membership.organisation.name,
            )
    for partnership in partnerships:
        for membership in memberships:
            role = Role(membership.role)
            if membership.organisation_id == partnership.partner_id and _PARTNER_ROLES.get(role) == partnership.kind:
                yield Reach(
                    partnership.operator_id, membership.organisation_id, role, None, membership.organisation.name
                )


def scope_of(user: User | AnonymousUser, *, on: datetime.date | None = None) -> Scope:
    """The scope of `user` on a date (two queries, kept on the user for the time of a request)."""
    if not isinstance(user, User) or not user.is_active:
        return Scope(())
    cached: Scope | None = getattr(user, "_scope", None)
    if cached is not None and on is None:
        return cached
    day = on or today()
    memberships = list(
        Membership.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), user=user, starts_on__lte=day)
        .select_related("organisation")
        .order_by("pk")
    )
    partnerships = Partnership.objects.filter(
        Q(until__isnull=True) | Q(until__gte=day),
        since__lte=day,
        partner__in=[membership.organisation_id for membership in memberships],
    ).order_by("pk")
    scope = Scope(tuple(_reaches(memberships, partnerships)))
    if on is None:
        user._scope = scope  # type: ignore[attr-defined]
    return scope
