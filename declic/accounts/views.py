"""Pages about accounts: who works here and may do what, invitations, absences, and for whom one works."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts import actions
from declic.accounts.access import OPERATOR_KEY, access_membership, access_replacement, acting_operator
from declic.accounts.enums import Permission, Role
from declic.accounts.forms import ROLE_SENTENCES, AbsenceForm, EndRoleForm, InviteForm
from declic.accounts.models import User
from declic.accounts.queries import (
    may_be_absent,
    may_stand_in,
    memberships_to_manage,
    organisations_to_staff,
    replacements_seen_by,
    waiting_invitations,
)
from declic.accounts.rights import rights_table
from declic.accounts.scope import scope_of
from declic.core.dates import format_day, now, today
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
    roles = memberships_to_manage(_user(request))
    past = request.GET.get("vue") == "anciens"
    roles = roles.filter(ends_on__lt=day) if past else roles.exclude(ends_on__lt=day)
    page = keyset_page(roles, request.GET, order=(("organisation__name", False), ("user__name", False), ("pk", False)))
    waiting = waiting_invitations(role.user_id for role in page.rows)
    present = now()
    for role in page.rows:
        role.sentence = ROLE_SENTENCES[role.role]
        role.invitation = waiting.get(role.user_id)
        role.invitation_serves = role.invitation is not None and role.invitation.is_open(present)
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
        lambda **typed: actions.invite(acting_user=_user(request), at=now(), link=_link(request), **typed),
        success=lambda role: (
            _("%(name)s a maintenant un accès. Sans mot de passe encore, l’invitation lui part à %(email)s.")
            % {"name": role.user.name, "email": role.user.email}
        ),
        to=reverse("accounts:team"),
        template="accounts/invite.html",
        context={"operator": operator},
    )


def _link(request: HttpRequest) -> Callable[[str], str]:
    """How the address of an invitation is made, on the server that was asked."""
    return lambda token: request.build_absolute_uri(reverse("accounts:accept", args=[token]))


@post_action
def resend(request: HttpRequest, membership_id: int) -> Done:
    """Send the invitation again to someone who has not chosen a password yet; the earlier link serves no more."""
    role = access_membership(membership_id, request.user)
    actions.send_invitation(
        acting_user=_user(request), user=role.user, organisation=role.organisation, at=now(), link=_link(request)
    )
    return Done(
        _("L’invitation est repartie à %(email)s. Le lien sert %(days)s jours.")
        % {"email": role.user.email, "days": actions.INVITATION_DAYS}
    )


def end_role(request: HttpRequest, membership_id: int) -> HttpResponseBase:
    """End a role after a day; what the person did stays signed with her name."""
    role = access_membership(membership_id, request.user)
    return submit(
        request,
        EndRoleForm(**posted(request), initial={"on": today()}),
        lambda *, on: actions.end_membership(acting_user=_user(request), membership=role, on=on, today=today()),
        success=lambda ended: (
            _("L’accès de %(name)s s’arrête après le %(day)s.")
            % {"name": ended.user.name, "day": format_day(ended.ends_on)}
        ),
        to=reverse("accounts:team"),
        template="accounts/end_role.html",
        context={"role": role},
    )


def rights(request: HttpRequest) -> HttpResponse:
    """Who may do what, over what: the table from which the product itself decides."""
    acting_operator(request, Permission.MANAGE_SITES)
    return render(request, "accounts/rights.html", {"roles": list(Role), "parts": rights_table()})


def absences(request: HttpRequest) -> HttpResponse:
    """Who stands in for whom, now and soon."""
    operator = acting_operator(request, Permission.SEE_PEOPLE)
    user, day = _user(request), today()
    context = {
        "operator": operator,
        "replacements": list(replacements_seen_by(user, day)),
        "today": day,
        "may_plan": may_be_absent(user, operator, day).exists(),
        "keeps_accounts": scope_of(user).can(Permission.MANAGE_SITES),
    }
    return render(request, "accounts/absences.html", context)


def absence_create(request: HttpRequest) -> HttpResponseBase:
    """Plan one's own absence, or a colleague's for who keeps the accounts: one form, one colleague, two dates."""
    operator = acting_operator(request, Permission.SEE_PEOPLE)
    user, day = _user(request), today()
    absent = list(may_be_absent(user, operator, day))
    if not absent:
        raise Http404
    mine = absent[0].pk if len(absent) == 1 else request.GET.get("absent", "")
    return submit(
        request,
        AbsenceForm(
            **posted(request),
            absent=absent,
            substitutes=[one for one in may_stand_in(operator, day) if [one.pk] != [only.pk for only in absent]],
            initial={"absent": mine, "starts_on": day},
        ),
        lambda **typed: actions.replace(acting_user=user, organisation=operator, on=day, **typed),
        success=lambda made: (
            _("%(substitute)s prend le relais de %(absent)s du %(first)s au %(last)s.")
            % {
                "substitute": made.substitute.name,
                "absent": made.absent.name,
                "first": format_day(made.starts_on),
                "last": format_day(made.ends_on),
            }
        ),
        to=reverse("accounts:absences"),
        template="accounts/absence.html",
        context={"operator": operator},
    )


@post_action
def absence_stop(request: HttpRequest, replacement_id: int) -> Done:
    """End a replacement now."""
    found = access_replacement(replacement_id, request.user)
    actions.stop_replacement(acting_user=_user(request), replacement=found, at=now())
    return Done(
        _("Le relais est arrêté : %(substitute)s ne voit plus ce que voyait %(absent)s.")
        % {"substitute": found.substitute.name, "absent": found.absent.name},
        to=reverse("accounts:absences"),
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
