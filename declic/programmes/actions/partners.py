"""The structures that a programme names: found by their name, created when nobody has written them yet."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.organisations.actions import create_organisation, open_partnership, partner_called
from declic.organisations.enums import OrganisationKind, PartnershipKind
from declic.organisations.models import Organisation, Partnership


@transaction.atomic
def partner_named(
    *,
    acting_user: User,
    operator: Organisation,
    name: str,
    kind: str,
    since: datetime.date,
    prescriber_kind: str = "",
) -> Organisation:
    """The structure of that name, with a partnership of that kind under way (opened on `since` when there is none).

    An existing structure and an open partnership stay as they are. Raises `DomainError` if it is the operator itself.
    """
    name = " ".join(name.split())
    if name.casefold() == operator.name.casefold():
        raise DomainError(_("« %(name)s » est votre structure : un partenaire en est une autre.") % {"name": name})
    partner = partner_called(operator, name)
    if partner is None:
        partner = _created(acting_user, operator, name, kind, prescriber_kind)
    if not Partnership.objects.filter(operator=operator, partner=partner, kind=kind, until__isnull=True).exists():
        open_partnership(acting_user=acting_user, operator=operator, partner=partner, kind=kind, since=since)
    return partner


def _created(acting_user: User, operator: Organisation, name: str, kind: str, prescriber_kind: str) -> Organisation:
    if kind == PartnershipKind.NETWORK:
        # A partner of the network plays none of the roles that a structure can be filed under.
        return Organisation.objects.create(registered_by=operator, name=name, kinds=[])
    return create_organisation(
        acting_user=acting_user,
        name=name,
        kinds=[OrganisationKind(kind)],
        registered_by=operator,
        prescriber_kind=prescriber_kind,
    )
