"""Reads on accounts that more than one place needs: who works where, whom one may give access to."""

import datetime
from collections.abc import Iterable

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet

from declic.accounts.enums import Permission, Role
from declic.accounts.models import Invitation, Membership, Replacement, User
from declic.accounts.scope import STAND_INS, replacements_on, scope_of
from declic.organisations.models import Organisation, Partnership


def _open_on(day: datetime.date) -> Q:
    return Q(ends_on__isnull=True) | Q(ends_on__gte=day)


def advisers_of(operator: Organisation | int, on: datetime.date) -> QuerySet[User]:
    """Those who may follow a person at this operator on that day: its advisers and coordinators."""
    roles = Membership.objects.filter(
        _open_on(on), organisation=operator, role__in=(Role.ADVISER, Role.COORDINATOR), user=OuterRef("pk")
    )
    return User.objects.filter(Exists(roles), is_active=True).order_by("name", "pk")


def _operators_in_charge(user: User) -> set[int]:
    """Operators whose accounts `user` keeps: whoever has one place in charge would otherwise give roles over all of them."""
    return {
        reach.operator_id
        for reach in scope_of(user).having(Permission.MANAGE_SITES)
        if not reach.is_partner and reach.site_id is None
    }


def organisations_to_staff(user: User, on: datetime.date) -> QuerySet[Organisation]:
    """Structures in which `user` may give roles: the own operators, and the partners that they registered and work with."""
    own = _operators_in_charge(user)
    current = Partnership.objects.filter(
        Q(until__isnull=True) | Q(until__gte=on), partner=OuterRef("pk"), operator=OuterRef("registered_by")
    )
    return Organisation.objects.filter(Q(pk__in=own) | Q(Exists(current), registered_by__in=own)).order_by("name", "pk")


def memberships_to_manage(user: User) -> QuerySet[Membership]:
    """Every role, past ones included, in the own operators and in the partners that they registered."""
    own = _operators_in_charge(user)
    return Membership.objects.filter(Q(organisation__in=own) | Q(organisation__registered_by__in=own)).select_related(
        "user", "organisation", "site"
    )


def waiting_invitations(users: Iterable[int]) -> dict[int, Invitation]:
    """The invitation that each of these users has not taken up yet, whether its link still serves or not."""
    found = Invitation.objects.filter(user__in=list(users), used_at__isnull=True).select_related("user")
    return {invitation.user_id: invitation for invitation in found}


def replacements_seen_by(user: User, on: datetime.date) -> QuerySet[Replacement]:
    """Replacements not over on that day: the own ones, and all of the operators whose accounts `user` keeps."""
    return (
        Replacement.objects.filter(
            Q(absent=user) | Q(substitute=user) | Q(organisation__in=_operators_in_charge(user)),
            ends_on__gte=on,
            stopped_at__isnull=True,
        )
        .select_related("absent", "substitute", "organisation")
        .order_by("starts_on", "pk")
    )


def may_be_absent(user: User, operator: Organisation, on: datetime.date) -> QuerySet[User]:
    """Whose absence `user` may plan at the operator: the own one, or any adviser's for who keeps its accounts."""
    advisers = _holding(operator, (Role.ADVISER,), on)
    return advisers if operator.pk in _operators_in_charge(user) else advisers.filter(pk=user.pk)


def may_stand_in(operator: Organisation, on: datetime.date) -> QuerySet[User]:
    """Those who may stand in for an absent adviser of the operator."""
    return _holding(operator, STAND_INS, on)


def _holding(operator: Organisation, roles: Iterable[Role], on: datetime.date) -> QuerySet[User]:
    held = Membership.objects.filter(
        _open_on(on), organisation=operator, role__in=list(roles), starts_on__lte=on, user=OuterRef("pk")
    )
    return User.objects.filter(Exists(held), is_active=True).order_by("name", "pk")


def covered_users(user: User, on: datetime.date) -> set[int]:
    """Whose work waits for `user` on that day: the own, and that of the colleagues whom `user` stands in for."""
    absent = Replacement.objects.filter(replacements_on(on), substitute=user).values_list("absent", flat=True)
    return {user.pk, *absent}


def open_sessions(user: User, at: datetime.datetime) -> list[UserSession]:
    """Where `user` is signed in, the latest first (two queries)."""
    found = list(UserSession.objects.filter(user=user).order_by("-created_at", "-pk"))
    alive = set(
        Session.objects.filter(session_key__in=[one.session_key for one in found], expire_date__gt=at).values_list(
            "session_key", flat=True
        )
    )
    return [one for one in found if one.session_key in alive]
