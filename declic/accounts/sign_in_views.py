"""Pages around signing in that are ours: taking up an invitation, where one is signed in, the second factor."""

from typing import Any

from allauth.mfa.base.views import IndexView
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from declic.accounts import actions
from declic.accounts.access import access_invitation
from declic.accounts.devices import device_named
from declic.accounts.enums import Permission
from declic.accounts.forms import ChoosePasswordForm
from declic.accounts.http import user_of
from declic.accounts.queries import open_sessions
from declic.accounts.scope import scope_of
from declic.accounts.second_factor import lacks_second_factor
from declic.core.dates import now
from declic.core.errors import DomainError
from declic.core.forms import posted
from declic.core.views import Done, post_action, submit


@never_cache
@login_not_required
def accept(request: HttpRequest, token: str) -> HttpResponseBase:
    """Choose the password of an account that one was invited to; then sign in with it."""
    invitation = access_invitation(token)
    if invitation is None or not invitation.is_open(now()):
        return render(request, "accounts/invitation_over.html", {"invitation": invitation}, status=404)
    return submit(
        request,
        ChoosePasswordForm(**posted(request), user=invitation.user),
        lambda *, password: actions.accept_invitation(token=token, password=password, at=now()),
        success=_("Votre mot de passe est choisi. Connectez-vous avec lui."),
        to=reverse("account_login"),
        template="accounts/accept.html",
        context={"invitation": invitation},
    )


class AccountView(IndexView):
    """The user's own account, with the door to absences for whoever follows people."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_be_absent = scope_of(self.request.user).can(Permission.SEE_PEOPLE)
        return {**super().get_context_data(**kwargs), "may_be_absent": may_be_absent}


def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in now."""
    found = open_sessions(user_of(request), now())
    for one in found:
        one.device = device_named(one.user_agent)
        one.here = one.session_key == request.session.session_key
    return render(
        request, "accounts/sessions.html", {"sessions": found, "elsewhere": any(not one.here for one in found)}
    )


@post_action
def end_session(request: HttpRequest) -> Done:
    """Sign out on one other device, or on all of them."""
    others = UserSession.objects.filter(user=user_of(request)).exclude(session_key=request.session.session_key)
    wanted = request.POST.get("session", "")
    if wanted != "toutes":
        others = (
            others.filter(pk=int(wanted))
            if wanted.isascii() and wanted.isdigit() and len(wanted) < 18
            else others.none()
        )
    if not actions.end_sessions(sessions=others):
        raise DomainError(_("Cet appareil est déjà déconnecté."))
    return Done(
        _("C’est fait : il faudra le mot de passe pour s’y connecter de nouveau."), to=reverse("accounts:sessions")
    )


def second_factor(request: HttpRequest) -> HttpResponseBase:
    """Why a coordinator needs a second proof, and the two ways to have one."""
    if not lacks_second_factor(request.user):
        messages.success(request, _("Votre compte a ses deux preuves."))
        return redirect("web:today")
    return render(request, "accounts/second_factor.html")
