"""One account per role, for who tries the demonstration."""

from declic.accounts.enums import Role
from declic.accounts.models import Membership
from declic.demo.stage import PASSWORD

ACCOUNTS: tuple[tuple[Role, str], ...] = (
    (Role.COORDINATOR, "coordination@toulouse.exemple.fr"),
    (Role.ADVISER, "mediation@grenoble.exemple.fr"),
    (Role.VOLUNTEER, "benevole@emmaus-connect.exemple.fr"),
    (Role.PRESCRIBER, "referente@plie.exemple.fr"),
    (Role.AID_OFFICER, "aide-legale@bagnolet.exemple.fr"),
    (Role.REFURBISHER, "atelier@envoi.exemple.fr"),
    (Role.CASHIER, "caisse@emmaus-connect.exemple.fr"),
    (Role.FUNDER, "mecenat@transdev.exemple.fr"),
)


def sign_ins() -> list[str]:
    """Lines to print: role, address, organisation; the password they share last. Empty when no demonstration is there."""
    there = {
        membership.user.email: membership
        for membership in Membership.objects.filter(user__email__in=[email for _role, email in ACCOUNTS])
        .select_related("user", "organisation")
        .order_by("pk")
    }
    lines = [
        f"  {there[email].get_role_display():<24} {email:<38} {there[email].organisation.name}"
        for _role, email in ACCOUNTS
        if email in there
    ]
    return [*lines, f"  mot de passe de tous : {PASSWORD}"] if lines else []
