"""Who may sign in: roles, invitations, the end of both, and who stands in for an absent colleague."""

import datetime
import hashlib
import logging
import secrets
from collections.abc import Callable, Collection
from smtplib import SMTPException
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from declic.accounts.enums import PARTNERS, Role
from declic.accounts.models import Invitation, Membership, Replacement, User
from declic.accounts.scope import STAND_INS
from declic.core.dates import add_months
from declic.core.errors import DomainError
from declic.organisations.models import Organisation, Site

logger = logging.getLogger(__name__)

INVITATION_DAYS = 7
"""How long a link of invitation serves."""

LONGEST_ABSENCE_MONTHS = 12
"""A longer absence is a role that ends, and another that begins."""


# ------------------------------------------------------------------------------------------------------------- roles


@transaction.atomic
def invite(
    *,
    acting_user: User | None,
    email: str,
    name: str,
    organisation: Organisation,
    role: str,
    starts_on: datetime.date,
    site: Site | None = None,
    caseload_only: bool = False,
    password: str | None = None,
    at: datetime.datetime | None = None,
    link: Callable[[str], str] | None = None,
) -> Membership:
    """Give someone a role in `organisation`, with an account if there is none, opened again if it was closed.

    Whoever has no password yet is sent an invitation: `link` makes its address from a token and `at` is now; without
    them nobody is written to. Raises `DomainError` when the person already has this role there, when the site is another
    operator's, or when the role is none of a partner's.
    """
    if site is not None and site.operator_id != organisation.pk:
        raise DomainError(_("Ce lieu n'appartient pas à cette structure."), field="site")
    if organisation.registered_by_id is not None and Role(role) not in PARTNERS:
        raise DomainError(
            _("Ce rôle est réservé à votre structure. Un partenaire oriente, forme, reconditionne ou finance."),
            field="role",
        )
    if caseload_only and role != Role.ADVISER:
        raise DomainError(_("Seule la médiation peut se limiter aux personnes suivies."), field="caseload_only")
    user = User.objects.select_for_update().filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(email=email, password=password, name=name)
    elif not user.is_active:
        # What was known of the old password opens nothing: the invitation leads to a new one.
        user.is_active = True
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
    if Membership.objects.filter(
        user=user, organisation=organisation, role=role, site=site, ends_on__isnull=True
    ).exists():
        raise DomainError(_("Cette personne a déjà ce rôle ici."), field="role")
    membership = Membership.objects.create(
        user=user,
        organisation=organisation,
        role=Role(role),
        site=site,
        starts_on=starts_on,
        caseload_only=caseload_only,
    )
    if at is not None and link is not None and not user.has_usable_password():
        send_invitation(acting_user=acting_user, user=user, organisation=organisation, at=at, link=link)
    return membership


@transaction.atomic
def end_membership(
    *, acting_user: User, membership: Membership, on: datetime.date, today: datetime.date | None = None
) -> Membership:
    """End a role after the day `on`; the account closes with its last role.

    It closes at once when that day is before `today`, else in the night that follows (`close_ended_accounts`).
    """
    membership = Membership.objects.select_for_update().select_related("user").get(pk=membership.pk)
    if membership.ends_on is not None:
        raise DomainError(_("Ce rôle est déjà terminé."))
    if on < membership.starts_on:
        raise DomainError(_("La fin vient avant le début du rôle."), field="on")
    if membership.user_id == acting_user.pk:
        raise DomainError(_("Vous ne pouvez pas retirer votre propre accès : demandez-le à un collègue."))
    membership.ends_on = on
    membership.save(update_fields=["ends_on"])
    if today is not None:
        _close(User.objects.filter(pk=membership.user_id), on=today)
    return membership


@transaction.atomic
def close_ended_accounts(*, on: datetime.date) -> int:
    """Close the accounts whose last role ended before `on`, sessions included; how many. Run by the night's work."""
    return _close(User.objects.all(), on=on)


def _close(users: QuerySet[User], *, on: datetime.date) -> int:
    roles = Membership.objects.filter(user=OuterRef("pk"))
    ended = users.filter(
        Exists(roles), ~Exists(roles.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))), is_active=True
    ).order_by("pk")
    # Asked again once locked: an invitation may have given a role meanwhile.
    locked = [
        user.pk for user in User.objects.select_for_update().filter(pk__in=list(ended.values_list("pk", flat=True)))
    ]
    closed = list(ended.filter(pk__in=locked).values_list("pk", flat=True))
    User.objects.filter(pk__in=closed).update(is_active=False)
    Invitation.objects.filter(user__in=closed, used_at__isnull=True).delete()
    end_sessions(sessions=UserSession.objects.filter(user__in=closed))
    return len(closed)


def end_sessions(*, sessions: QuerySet[Any]) -> int:
    """Sign out of these sessions at once; how many."""
    keys = list(sessions.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return len(keys)


# ------------------------------------------------------------------------------------------------------- invitations


def digest_of(token: str) -> str:
    """What is kept of a token: enough to recognise it, not to write it again."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def send_invitation(
    *,
    acting_user: User | None,
    user: User,
    organisation: Organisation,
    at: datetime.datetime,
    link: Callable[[str], str],
) -> Invitation:
    """Write to someone who has no password yet: a link, good once and for a week, that replaces any earlier one.

    Raises `DomainError` when the account is closed or in use.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        raise DomainError(_("Ce compte est fermé : invitez la personne de nouveau pour le rouvrir."))
    if user.has_usable_password():
        raise DomainError(
            _("%(name)s a déjà choisi son mot de passe : la page de connexion permet d'en changer.")
            % {"name": user.name}
        )
    Invitation.objects.filter(user=user, used_at__isnull=True).delete()
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        user=user,
        organisation=organisation,
        invited_by=acting_user,
        digest=digest_of(token),
        made_at=at,
        expires_at=at + datetime.timedelta(days=INVITATION_DAYS),
    )
    transaction.on_commit(lambda: _post(invitation, link(token)))
    return invitation


def _post(invitation: Invitation, address: str) -> None:
    """Send the mail; when the server refuses, the invitation stays "not sent" and the team page offers to send again."""
    inviter = invitation.invited_by.name if invitation.invited_by else invitation.organisation.name
    message = _(
        "Bonjour %(name)s,\n\n%(inviter)s vous ouvre un accès à Déclic pour %(organisation)s.\n\n"
        "Choisissez votre mot de passe ici :\n%(address)s\n\n"
        "Ce lien sert une seule fois, pendant %(days)s jours. Passé ce délai, demandez-en un autre à la personne qui"
        " vous a invité.\n\nSi ce message vous étonne, ne faites rien."
    )
    words = {
        "name": invitation.user.name,
        "inviter": inviter,
        "organisation": invitation.organisation.name,
        "address": address,
        "days": INVITATION_DAYS,
    }
    try:
        send_mail(
            subject=_("Votre accès à Déclic"),
            message=message % words,
            from_email=None,
            recipient_list=[invitation.user.email],
        )
    except (SMTPException, OSError):
        logger.exception("invitation %s not sent", invitation.pk)
        return
    Invitation.objects.filter(pk=invitation.pk).update(sent_at=invitation.made_at)


@transaction.atomic
def accept_invitation(*, token: str, password: str, at: datetime.datetime) -> User:
    """Take up an invitation: the account gets its password, and the link serves no more."""
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(digest=digest_of(token))
        .first()
    )
    if invitation is None or not invitation.is_open(at):
        raise DomainError(_("Ce lien ne marche plus : il a déjà servi, ou il est trop ancien. Demandez-en un autre."))
    user = invitation.user
    user.set_password(password)
    user.save(update_fields=["password"])
    invitation.used_at = at
    invitation.save(update_fields=["used_at"])
    return user


# ------------------------------------------------------------------------------------------------------ replacements


@transaction.atomic
def replace(
    *,
    acting_user: User,
    organisation: Organisation,
    absent: User,
    substitute: User,
    starts_on: datetime.date,
    ends_on: datetime.date,
    on: datetime.date,
    reason: str = "",
) -> Replacement:
    """For these days, both included, `substitute` also reaches what `absent` reaches as an adviser of the operator.

    Raises `DomainError` when the days are past, too many or already covered by the same colleague, or when one of the
    two does not have the role that it takes.
    """
    if absent.pk == substitute.pk:
        raise DomainError(_("Personne ne se remplace : choisissez un collègue."), field="substitute")
    if ends_on < starts_on:
        raise DomainError(_("Le retour vient avant le départ."), field="ends_on")
    if ends_on < on:
        raise DomainError(_("Ces jours sont passés : il n'y a plus de relais à prendre."), field="ends_on")
    if ends_on > add_months(starts_on, LONGEST_ABSENCE_MONTHS):
        raise DomainError(
            _("Au-delà d'un an, terminez le rôle de la personne absente et donnez-le à son collègue."), field="ends_on"
        )
    # Two colleagues who plan the same absence at once: the second one sees the first.
    User.objects.select_for_update(no_key=True).get(pk=absent.pk)
    first_day = max(starts_on, on)
    if not _holds(absent, organisation, (Role.ADVISER,), first_day):
        raise DomainError(_("Seule une personne en médiation chez vous peut être relayée."), field="absent")
    if not _holds(substitute, organisation, STAND_INS, first_day):
        raise DomainError(
            _("Le relais se donne à une personne de votre équipe, en médiation ou en coordination."), field="substitute"
        )
    if Replacement.objects.filter(
        organisation=organisation,
        absent=absent,
        substitute=substitute,
        stopped_at__isnull=True,
        starts_on__lte=ends_on,
        ends_on__gte=starts_on,
    ).exists():
        raise DomainError(_("Ce relais est déjà prévu ces jours-là."), field="starts_on")
    return Replacement.objects.create(
        organisation=organisation,
        absent=absent,
        substitute=substitute,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason,
        created_by=acting_user,
    )


def _holds(user: User, organisation: Organisation, roles: Collection[Role], day: datetime.date) -> bool:
    return Membership.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day),
        user=user,
        user__is_active=True,
        organisation=organisation,
        role__in=roles,
        starts_on__lte=day,
    ).exists()


@transaction.atomic
def stop_replacement(*, acting_user: User, replacement: Replacement, at: datetime.datetime) -> Replacement:
    """End a replacement now: the colleague reaches only her own people again."""
    replacement = Replacement.objects.select_for_update().get(pk=replacement.pk)
    if replacement.stopped_at is not None:
        raise DomainError(_("Ce relais est déjà arrêté."))
    replacement.stopped_at, replacement.stopped_by = at, acting_user
    replacement.save(update_fields=["stopped_at", "stopped_by"])
    return replacement
