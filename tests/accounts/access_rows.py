"""Who may open the pages about accounts: the access matrix reads these rows."""

from types import SimpleNamespace
from typing import Any

from declic.accounts.actions import digest_of, invite, replace, send_invitation
from declic.accounts.enums import Permission, Role
from declic.accounts.models import Membership, Replacement
from declic.core.dates import now, today


def nothing(_world: SimpleNamespace) -> dict[str, Any]:
    return {}


def membership(world: SimpleNamespace) -> dict[str, Any]:
    return {"membership_id": Membership.objects.get(user=world.users[Role.ADVISER]).pk}


def waiting(world: SimpleNamespace) -> dict[str, Any]:
    """The role of someone invited who has not chosen a password."""
    return {"membership_id": _invited(world).pk}


def token(world: SimpleNamespace) -> dict[str, Any]:
    """A link of invitation that still serves."""
    invited = _invited(world)
    send_invitation(
        acting_user=world.users[Role.COORDINATOR], user=invited.user, organisation=world.operator, at=now(), link=str
    )
    # A token that the test knows; the mail leaves after the test's transaction, so never.
    known = f"lien-{world.operator.pk}"
    invited.user.invitations.update(digest=digest_of(known))
    return {"token": known}


def _invited(world: SimpleNamespace) -> Membership:
    email = f"invitee{world.operator.pk}@exemple.fr"
    found = Membership.objects.filter(user__email=email).first()
    return found or invite(
        acting_user=world.users[Role.COORDINATOR], email=email, name="Invitée", organisation=world.operator,
        role=Role.ADVISER, starts_on=today(),
    )  # fmt: skip


def replacement(world: SimpleNamespace) -> dict[str, Any]:
    """The coordinator stands in for the adviser."""
    found = Replacement.objects.filter(absent=world.users[Role.ADVISER], stopped_at__isnull=True).first()
    found = found or replace(
        acting_user=world.users[Role.ADVISER], organisation=world.operator, absent=world.users[Role.ADVISER],
        substitute=world.users[Role.COORDINATOR], starts_on=today(), ends_on=today(), on=today(),
    )  # fmt: skip
    return {"replacement_id": found.pk}


ROWS = {
    "accounts:resend": (waiting, Permission.MANAGE_SITES),
    "accounts:rights": (nothing, Permission.MANAGE_SITES),
    "accounts:absences": (nothing, Permission.SEE_PEOPLE),
    "accounts:absence_create": (nothing, Permission.SEE_PEOPLE),
    "accounts:absence_stop": (replacement, Permission.SEE_PEOPLE),
    "accounts:accept": (token, "public"),
    "accounts:sessions": (nothing, "any"),
    "accounts:end_session": (nothing, "any"),
    "accounts:second_factor": (nothing, "any"),
    "accounts:team": (nothing, Permission.MANAGE_SITES),
    "accounts:invite": (nothing, Permission.MANAGE_SITES),
    "accounts:end_role": (membership, Permission.MANAGE_SITES),
    "accounts:operator": (nothing, "any"),
    "accounts:choose_operator": (nothing, "any"),
}
