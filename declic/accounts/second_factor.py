"""Coordinators see and change everything: a password alone does not open their account (setting MFA_REQUIRED)."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from declic.accounts.enums import Role
from declic.accounts.models import User
from declic.accounts.scope import scope_of

# What it takes to set up a second factor, or to leave.
_OPEN = {"accounts:second_factor", "account_logout", "account_login", "account_reauthenticate"}


def lacks_second_factor(user: object) -> bool:
    """Whether `user` must set up a code or a passkey before anything else."""
    return (
        settings.MFA_REQUIRED
        and isinstance(user, User)
        and Role.COORDINATOR in scope_of(user).roles()
        and not is_mfa_enabled(user, types=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
    )


class SecondFactor:
    """Leads a coordinator without a second factor to the page that sets one up, whatever was asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponseBase | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in _OPEN or name.startswith("mfa_") or not lacks_second_factor(request.user):
            return None
        return redirect("accounts:second_factor")
