"""Deny by default: what a page that belongs to no single object asks of the user."""

from django.http import Http404, HttpRequest

from declic.accounts.actions import digest_of
from declic.accounts.enums import Permission
from declic.accounts.models import Invitation, Membership, Replacement, User
from declic.accounts.queries import memberships_to_manage, replacements_seen_by
from declic.accounts.scope import Scope, scope_of
from declic.core.dates import today
from declic.organisations.models import Organisation, Partnership, Site

OPERATOR_KEY = "operator"


def require(user: object, *permissions: Permission) -> Scope:
    """The scope of `user`, or 404 when no role has any of `permissions`."""
    scope = scope_of(user) if isinstance(user, User) else Scope(())
    if not any(scope.can(permission) for permission in permissions):
        raise Http404
    return scope


def acting_operator(request: HttpRequest, permission: Permission, *, whole: bool = False) -> Organisation:
    """The operator for whom the user works on this page: the one chosen in the session, else the first; 404 if none.

    `whole`: what it changes concerns all places, so a role limited to one of them does not open it.
    """
    scope = require(request.user, permission)
    operators = {reach.operator_id for reach in scope.having(permission) if not whole or reach.site_id is None}
    if not operators:
        raise Http404
    chosen = request.session.get(OPERATOR_KEY)
    operator_id = chosen if chosen in operators else min(operators)
    return Organisation.objects.get(pk=operator_id)


def access_site(pk: int, user: object, permission: Permission = Permission.MANAGE_SITES) -> Site:
    """The place `pk` of an operator for whom `user` has `permission`; 404 otherwise."""
    try:
        return Site.objects.select_related("operator").get(
            pk=pk, operator__in=require(user, permission).own_operators(permission)
        )
    except Site.DoesNotExist:
        raise Http404 from None


def access_partnership(pk: int, user: object) -> Partnership:
    """The partnership `pk` of an operator whose partners `user` keeps; 404 otherwise."""
    operators = require(user, Permission.MANAGE_SITES).own_operators(Permission.MANAGE_SITES)
    try:
        return Partnership.objects.select_related("partner", "operator").get(pk=pk, operator__in=operators)
    except Partnership.DoesNotExist:
        raise Http404 from None


def access_membership(pk: int, user: object) -> Membership:
    """The role `pk` in a structure whose accounts `user` keeps; 404 otherwise."""
    require(user, Permission.MANAGE_SITES)
    try:
        return memberships_to_manage(user).get(pk=pk)  # type: ignore[arg-type]
    except Membership.DoesNotExist:
        raise Http404 from None


def access_replacement(pk: int, user: object) -> Replacement:
    """The replacement `pk`, not over yet, if `user` is one of the two or keeps the accounts there; 404 otherwise."""
    require(user, Permission.SEE_PEOPLE)
    try:
        return replacements_seen_by(user, today()).get(pk=pk)  # type: ignore[arg-type]
    except Replacement.DoesNotExist:
        raise Http404 from None


def access_invitation(token: str) -> Invitation | None:
    """The invitation behind a link, used or not; None when no link ever had that token."""
    return Invitation.objects.select_related("user", "organisation").filter(digest=digest_of(token)).first()
