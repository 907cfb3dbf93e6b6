"""Deny by default: what a page that belongs to no single object asks of the user."""

from django.http import Http404, HttpRequest

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.accounts.scope import Scope, scope_of
from declic.organisations.models import Organisation

OPERATOR_KEY = "operator"


def require(user: object, *permissions: Permission) -> Scope:
    """The scope of `user`, or 404 when no role has any of `permissions`."""
    scope = scope_of(user) if isinstance(user, User) else Scope(())
    if not any(scope.can(permission) for permission in permissions):
        raise Http404
    return scope


def acting_operator(request: HttpRequest, permission: Permission) -> Organisation:
    """The operator for whom the user works on this page: the one chosen in the session, else the first; 404 if none."""
    operators = require(request.user, permission).operators(permission)
    chosen = request.session.get(OPERATOR_KEY)
    operator_id = chosen if chosen in operators else min(operators)
    return Organisation.objects.get(pk=operator_id)
