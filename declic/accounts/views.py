"""Pages about accounts: who works here, invitations, and for whom one works."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts import actions
from declic.accounts.access import OPERATOR_KEY, access_membership, acting_operator
from declic.accounts.enums import Permission
from declic.accounts.forms import ROLE_SENTENCES, EndRoleForm, InviteForm
from declic.accounts.models import User
from declic.accounts.queries import memberships_to_manage, organisations_to_staff
from declic.accounts.scope import scope_of
from declic.core.dates import format_day, today
from declic.core.errors import DomainError
from declic.core.forms import posted
from declic.core.pagination import keyset_page
from declic.core.views import Done, post_action, submit
from declic.organisations.models import Organisation, Site


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 (the login middleware lets nobody else in)
    return request.user


def team(request: HttpRequest) -> HttpResponse:
    """Who has an access, in the own structure and at partners."""
    operator = acting_operator(request, Permission.MANAGE_SITES)
    day = today()
    roles = memberships_to_manage(_user(request), day)
    past = request.GET.get("vue") == "anciens"
    roles = roles.filter(ends_on__lt=day) if past else roles.exclude(ends_on__lt=day)
    page = keyset_page(roles, request.GET, order=(("organisation__name", False), ("user__name", False), ("pk", False)))
    for role in page.rows:
        role.sentence = ROLE_SENTENCES[role.role]
    may_invite = organisations_to_staff(_user(request), day).exists()
    context = {"page": page, "past": past, "operator": operator, "today": day, "may_invite": may_invite}
    return render(request, "accounts/team.html", context)


def invite(request: HttpRequest) -> HttpResponseBase:
    """Give someone a role; a new address receives an invitation."""
    operator = acting_operator(request, Permission.MANAGE_SITES)
    organisations = list(organisations_to_staff(_user(request), today()))
    if not organisations:
        raise Http404
    return submit(
        request,
        InviteForm(
            **posted(request),
            organisations=organisations,
            sites=list(Site.objects.filter(operator=operator, closed_on__isnull=True)),
            initial={"organisation": request.GET.get("structure") or operator.pk, "starts_on": today()},
        ),
        lambda **typed: actions.invite(acting_user=_user(request), **typed),
        success=lambda role: (
            _("%(name)s a maintenant un accès. Si son compte est nouveau, l’invitation est partie à %(email)s.")
            % {"name": role.user.name, "email": role.user.email}
        ),
        to=reverse("accounts:team"),
        template="accounts/invite.html",
        context={"operator": operator},
    )


def end_role(request: HttpRequest, membership_id: int) -> HttpResponseBase:
    """End a role after a day; what the person did stays signed with her name."""
    role = access_membership(membership_id, request.user)
    return submit(
        request,
        EndRoleForm(**posted(request), initial={"on": today()}),
        lambda *, on: actions.end_membership(acting_user=_user(request), membership=role, on=on),
        success=lambda ended: (
            _("L’accès de %(name)s s’arrête après le %(day)s.")
            % {"name": ended.user.name, "day": format_day(ended.ends_on)}
        ),
        to=reverse("accounts:team"),
        template="accounts/end_role.html",
        context={"role": role},
    )


def _operators(request: HttpRequest) -> list[Organisation]:
    reached = {reach.operator_id for reach in scope_of(_user(request)).reaches}
    return list(Organisation.objects.filter(pk__in=reached).order_by("name", "pk"))


def operator(request: HttpRequest) -> HttpResponse:
    """For which operator one works now, when there are several."""
    operators = _operators(request)
    if not operators:
        raise Http404
    chosen = request.session.get(OPERATOR_KEY)
    current = next((one for one in operators if one.pk == chosen), min(operators, key=lambda one: one.pk))
    return render(request, "accounts/operator.html", {"operators": operators, "current": current})


@post_action
def choose_operator(request: HttpRequest) -> Done:
    """Work for another operator until one signs out."""
    wanted = request.POST.get("operator", "")
    chosen = next((one for one in _operators(request) if str(one.pk) == wanted), None)
    if chosen is None:
        raise DomainError(_("Vous n’avez pas de rôle chez cet opérateur : choisissez-en un de la liste."))
    request.session[OPERATOR_KEY] = chosen.pk
    return Done(_("Vous travaillez maintenant pour %(operator)s.") % {"operator": chosen.name}, to="/")
