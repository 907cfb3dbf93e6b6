"""What a signed-in user reaches: the operators, sites and partner organisations that the memberships open."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Q

from declic.accounts.enums import PARTNERS, Permission, Relation, Role, own_relation, rights_of
from declic.accounts.models import User
from declic.core.dates import today

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


_HANDED_OVER = """
     FROM accounts_replacement r
    WHERE r.substitute_id = %(user)s AND r.starts_on <= %(day)s AND r.ends_on >= %(day)s AND r.stopped_at IS NULL"""
# Written out, since every page asks it: composing it anew each time took Python longer than PostgreSQL takes to answer.
_HELD = """
    SELECT m.role, m.user_id, m.organisation_id, m.site_id, m.caseload_only, o.name, 'operator' = ANY(o.kinds),
           o.registered_by_id, p.ids, p.kinds
      FROM accounts_membership m
      JOIN organisations_organisation o ON o.id = m.organisation_id
     -- Whoever registered a partner gives its roles: they open that operator's cases and no other's.
     CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(p.id ORDER BY p.id), '{}') AS ids,
               coalesce(array_agg(p.kind::text ORDER BY p.id), '{}') AS kinds
          FROM organisations_partnership p
         WHERE m.user_id = %(user)s AND p.partner_id = m.organisation_id AND p.operator_id = o.registered_by_id
           AND p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)) AS p
     WHERE m.starts_on <= %(day)s AND (m.ends_on IS NULL OR m.ends_on >= %(day)s)
       AND m.user_id = ANY (ARRAY(SELECT %(user)s UNION ALL SELECT r.absent_id {handed_over}))
       AND (m.user_id = %(user)s
            -- Coordination is never handed over: it is given by a role of one's own.
            OR m.role = 'adviser' AND (m.user_id, m.organisation_id) IN (SELECT r.absent_id, r.organisation_id {handed_over}))
     ORDER BY m.user_id <> %(user)s, m.id""".replace("{handed_over}", _HANDED_OVER)


class _Held(NamedTuple):
    """A membership of the user, or one that an absent colleague hands over, with the partnerships of its organisation."""

    role: Role
    user: int
    organisation: int
    site: int | None
    caseload_only: bool
    organisation_name: str
    is_operator: bool
    registered_by: int | None
    partnerships: list[int]
    partnership_kinds: list[str]


def _reaches(user: User, memberships: list[_Held]) -> Iterator[Reach]:
    staff = {held.organisation for held in memberships if held.user == user.pk and held.role in STAND_INS}
    for held in memberships:
        absent = held.user if held.user != user.pk else None
        # Who no longer works there stands in for nobody.
        if held.is_operator and (absent is None or held.organisation in staff):
            yield Reach(
                held.organisation, held.organisation, held.role, held.site, held.organisation_name,
                (held.user,) if held.caseload_only else None, absent,
            )  # fmt: skip
    partners = [
        (partnership, Reach(held.registered_by, held.organisation, held.role, None, held.organisation_name))
        for held in memberships
        for partnership, kind in zip(held.partnerships, held.partnership_kinds, strict=True)
        if held.registered_by is not None and held.role in PARTNERS and PARTNERS[held.role][0] == kind
    ]
    for _partnership, reach in sorted(partners, key=itemgetter(0)):
        yield reach


def replacements_on(day: datetime.date) -> Q:
    """Replacements under way on a day."""
    return Q(starts_on__lte=day, ends_on__gte=day, stopped_at__isnull=True)


def scope_of(user: User | AnonymousUser, *, on: datetime.date | None = None) -> Scope:
    """The scope of `user` on a date, with what absent colleagues hand over (one query, kept on the user for a request)."""
    if not isinstance(user, User) or not user.is_active:
        return Scope(())
    cached: Scope | None = getattr(user, "_scope", None)
    if cached is not None and on is None:
        return cached
    with connection.cursor() as cursor:
        cursor.execute(_HELD, {"user": user.pk, "day": on or today()})
        memberships = [_Held(Role(role), *others) for role, *others in cursor.fetchall()]
    scope = Scope(tuple(_reaches(user, memberships)))
    if on is None:
        user._scope = scope  # type: ignore[attr-defined]
    return scope
