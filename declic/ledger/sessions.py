"""Which open till the cash of an operation passes through."""

from django.db import connection
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.ledger.models import Till, TillCashier, TillSession
from declic.organisations.models import Organisation


def open_sessions(operator: Organisation | int) -> list[TillSession]:
    """The sessions of an operator that are open, by till."""
    found = TillSession.objects.filter(operator=operator, closed_at__isnull=True).select_related(
        "till__site", "opened_by"
    )
    return list(found.order_by("till__name", "pk"))


def own_session(operator: Organisation | int, user: User) -> TillSession | None:
    """The open session at which `user` takes money: the one joined or opened last."""
    place = (
        TillCashier.objects.filter(user=user, operator=operator, session__closed_at__isnull=True)
        .select_related("session")
        .order_by("-joined_at", "-pk")
        .first()
    )
    return None if place is None else place.session


def session_for(operator: Organisation, user: User, till: TillSession | None) -> TillSession | None:
    """The session that cash passes through, held open until the transaction ends; None as long as there is no till.

    `till` if one is named, else the user's own, else the only one open. Raises `DomainError` when none is, or when
    several are and none is the user's.
    """
    if till is None:
        if not Till.objects.filter(operator=operator, retired_on__isnull=True).exists():
            return None
        till = own_session(operator, user)
    if till is None:
        opened = open_sessions(operator)
        if not opened:
            raise DomainError(_("Aucune caisse n'est ouverte : ouvrez-en une pour prendre ou rendre des espèces."))
        if len(opened) > 1:
            raise DomainError(
                _("Plusieurs caisses sont ouvertes : choisissez la vôtre sur la page Caisse, puis recommencez.")
            )
        till = opened[0]
    with connection.cursor() as cursor:
        # Shared: colleagues sell side by side, and whoever closes the till waits for them.
        cursor.execute(
            "SELECT 1 FROM ledger_tillsession WHERE id = %s AND operator_id = %s AND closed_at IS NULL FOR SHARE",
            [till.pk, operator.pk],
        )
        if cursor.fetchone() is None:
            raise DomainError(_("Cette caisse vient d'être fermée : ouvrez-la de nouveau, puis recommencez."))
    return till
