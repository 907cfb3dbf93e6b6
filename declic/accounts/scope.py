"""What a signed-in user reaches: the operators, sites and partner organisations that the memberships open."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q

from declic.accounts.enums import PARTNERS, Permission, Relation, Role, own_relation, rights_of
from declic.accounts.models import Membership, Replacement, User
from declic.core.dates import today
from declic.organisations.enums import OrganisationKind
from declic.organisations.models import Partnership

STAND_INS = (Role.COORDINATOR, Role.ADVISER)
"""The roles that let someone stand in for an absent adviser of the same operator."""


@dataclass(frozen=True)
class Reach:
    """One role over one operator's cases; `organisation_id` is the member's own organisation, `site_id` None for all sites.

    `caseload_of` names the users whose people alone are reached (None: not limited to a caseload); `stands_in_for` the
    absent colleague from whom the reach comes.
    """

    operator_id: int
    organisation_id: int
    role: Role
    site_id: int | None
    organisation_name: str = ""
    caseload_of: tuple[int, ...] | None = None
    stands_in_for: int | None = None

    @property
    def is_partner(self) -> bool:
        return self.organisation_id != self.operator_id

    @property
    def relation(self) -> Relation:
        """Over what the role is held here."""
        if self.is_partner:
            return PARTNERS[self.role][1]
        return own_relation(self.role, on_site=self.site_id is not None, caseload_only=self.caseload_of is not None)

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the role may do over what it reaches here (rule 18)."""
        return rights_of(self.role, self.relation)


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


def _reaches(user: User, memberships: Iterable[Membership], partnerships: Iterable[Partnership]) -> Iterable[Reach]:
    memberships = list(memberships)
    staff = {one.organisation_id for one in memberships if one.user_id == user.pk and one.role in STAND_INS}
    for membership in memberships:
        if OrganisationKind.OPERATOR not in membership.organisation.kinds:
            continue
        absent = membership.user_id if membership.user_id != user.pk else None
        # Who no longer works there stands in for nobody.
        if absent is None or membership.organisation_id in staff:
            yield Reach(
                membership.organisation_id,
                membership.organisation_id,
                Role(membership.role),
                membership.site_id,
                membership.organisation.name,
                (membership.user_id,) if membership.caseload_only else None,
                absent,
            )
    for partnership in partnerships:
        for membership in memberships:
            role = Role(membership.role)
            if (
                membership.user_id == user.pk
                and membership.organisation_id == partnership.partner_id
                and role in PARTNERS
                and PARTNERS[role][0] == partnership.kind
                # Whoever registered a partner gives its roles: they open that operator's cases and no other's.
                and membership.organisation.registered_by_id == partnership.operator_id
            ):
                yield Reach(
                    partnership.operator_id, membership.organisation_id, role, None, membership.organisation.name
                )


def replacements_on(day: datetime.date) -> Q:
    """Replacements under way on a day."""
    return Q(starts_on__lte=day, ends_on__gte=day, stopped_at__isnull=True)


def scope_of(user: User | AnonymousUser, *, on: datetime.date | None = None) -> Scope:
    """The scope of `user` on a date, with what absent colleagues hand over (two queries, kept on the user for a request)."""
    if not isinstance(user, User) or not user.is_active:
        return Scope(())
    cached: Scope | None = getattr(user, "_scope", None)
    if cached is not None and on is None:
        return cached
    day = on or today()
    handed_over = Replacement.objects.filter(replacements_on(day), substitute=user)
    of_absent = (
        # Coordination is never handed over: it is given by a role of one's own.
        Q(role=Role.ADVISER)
        # Found once for the whole query; the exact question below is then asked of few rows.
        & Q(user__in=handed_over.values("absent"))
        & Q(Exists(handed_over.filter(absent=OuterRef("user"), organisation=OuterRef("organisation"))))
    )
    memberships = sorted(
        Membership.objects.filter(Q(user=user) | of_absent)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)
        .select_related("organisation"),
        key=lambda membership: (membership.user_id != user.pk, membership.pk),
    )
    partnerships = Partnership.objects.filter(
        Q(until__isnull=True) | Q(until__gte=day),
        since__lte=day,
        partner__in=[membership.organisation_id for membership in memberships if membership.user_id == user.pk],
    ).order_by("pk")
    scope = Scope(tuple(_reaches(user, memberships, partnerships)))
    if on is None:
        user._scope = scope  # type: ignore[attr-defined]
    return scope
