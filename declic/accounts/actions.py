"""Who may sign in: invitations and the end of a role."""

import datetime

from django.core.mail import send_mail
from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.enums import Role
from declic.accounts.models import Membership, User
from declic.core.errors import DomainError
from declic.organisations.models import Organisation, Site


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
    password: str | None = None,
) -> Membership:
    """Give someone a role in `organisation`; a new address gets an account and, without password, an invitation by email.

    Raises `DomainError` when the person already has this role there, or the site is another operator's.
    """
    if site is not None and site.operator_id != organisation.pk:
        raise DomainError(_("Ce lieu n'appartient pas à cette structure."), field="site")
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(email=email, password=password, name=name)
        if password is None:
            transaction.on_commit(lambda: _send_invitation(user, organisation))
    if Membership.objects.filter(
        user=user, organisation=organisation, role=role, site=site, ends_on__isnull=True
    ).exists():
        raise DomainError(_("Cette personne a déjà ce rôle ici."), field="role")
    return Membership.objects.create(
        user=user, organisation=organisation, role=Role(role), site=site, starts_on=starts_on
    )


def _send_invitation(user: User, organisation: Organisation) -> None:
    send_mail(
        subject=_("Votre accès à Déclic"),
        message=_(
            "Bonjour %(name)s,\n\n%(organisation)s vous ouvre un accès à Déclic. Pour choisir votre mot de passe,"
            " allez sur la page de connexion et cliquez sur « Mot de passe oublié »."
        )
        % {"name": user.name, "organisation": organisation.name},
        from_email=None,
        recipient_list=[user.email],
    )


@transaction.atomic
def end_membership(*, acting_user: User, membership: Membership, on: datetime.date) -> Membership:
    """End a role after the day `on`; the account closes with its last role."""
    if membership.ends_on is not None:
        raise DomainError(_("Ce rôle est déjà terminé."))
    if on < membership.starts_on:
        raise DomainError(_("La fin vient avant le début du rôle."), field="on")
    if membership.user_id == acting_user.pk:
        raise DomainError(_("Vous ne pouvez pas retirer votre propre accès : demandez-le à un collègue."))
    membership.ends_on = on
    membership.save(update_fields=["ends_on"])
    return membership
