"""Every write about organisations, sites and partnerships."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from declic.core.errors import DomainError
from declic.organisations.enums import OrganisationKind, PartnershipKind
from declic.organisations.models import Organisation, Partnership, Site


@transaction.atomic
def create_organisation(
    *,
    acting_user: object,
    name: str,
    kinds: Sequence[str],
    prescriber_kind: str = "",
    email: str = "",
    phone: str = "",
) -> Organisation:
    """Create a structure; a name already taken is refused, whatever its case."""
    if Organisation.objects.filter(name__iexact=name).exists():
        raise DomainError(_("Cette structure existe déjà : choisissez-la dans la liste."), field="name")
    if not kinds:
        raise DomainError(_("Dites ce que fait cette structure : cochez au moins un rôle."), field="kinds")
    return Organisation.objects.create(
        name=name,
        kinds=[OrganisationKind(kind) for kind in kinds],
        prescriber_kind=prescriber_kind,
        email=email,
        phone=phone,
    )


@transaction.atomic
def create_site(*, acting_user: object, operator: Organisation, name: str, **fields: Any) -> Site:
    """Open a place of `operator`; its name is unique there."""
    if Site.objects.filter(operator=operator, name__iexact=name).exists():
        raise DomainError(_("Un de vos lieux porte déjà ce nom."), field="name")
    return Site.objects.create(operator=operator, name=name, **fields)


@transaction.atomic
def update_site(*, acting_user: object, site: Site, **fields: Any) -> Site:
    """Change what a place says of itself."""
    name = fields.get("name", site.name)
    if Site.objects.filter(operator=site.operator, name__iexact=name).exclude(pk=site.pk).exists():
        raise DomainError(_("Un de vos lieux porte déjà ce nom."), field="name")
    for field, value in fields.items():
        setattr(site, field, value)
    site.save()
    return site


@transaction.atomic
def open_partnership(
    *, acting_user: object, operator: Organisation, partner: Organisation, kind: str, since: datetime.date
) -> Partnership:
    """Let `partner` reach the operator's cases in the way `kind` says, from `since`."""
    if Partnership.objects.filter(operator=operator, partner=partner, kind=kind, until__isnull=True).exists():
        raise DomainError(_("Ce partenariat est déjà en cours."), field="partner")
    return Partnership.objects.create(operator=operator, partner=partner, kind=PartnershipKind(kind), since=since)


@transaction.atomic
def add_partner(
    *,
    acting_user: object,
    operator: Organisation,
    name: str,
    kind: str,
    since: datetime.date,
    prescriber_kind: str = "",
    email: str = "",
    phone: str = "",
) -> Partnership:
    """Open a partnership with the structure of that name, created if nobody knows it yet.

    A structure already known keeps what it says of itself: several operators work with it.
    """
    partner = Organisation.objects.filter(name__iexact=name).first()
    if partner is None:
        partner = create_organisation(
            acting_user=acting_user,
            name=name,
            kinds=[_KIND_OF_PARTNER[PartnershipKind(kind)]],
            prescriber_kind=prescriber_kind,
            email=email,
            phone=phone,
        )
    if partner.pk == operator.pk:
        raise DomainError(_("C'est votre propre structure : un partenariat se noue avec une autre."), field="name")
    return open_partnership(acting_user=acting_user, operator=operator, partner=partner, kind=kind, since=since)


_KIND_OF_PARTNER = {
    PartnershipKind.PRESCRIBER: OrganisationKind.PRESCRIBER,
    PartnershipKind.REFURBISHER: OrganisationKind.REFURBISHER,
    PartnershipKind.TRAINING: OrganisationKind.TRAINING_PARTNER,
    PartnershipKind.FUNDER: OrganisationKind.FUNDER,
    PartnershipKind.DONOR: OrganisationKind.DONOR,
    PartnershipKind.NETWORK: OrganisationKind.TRAINING_PARTNER,
}


@transaction.atomic
def close_partnership(*, acting_user: object, partnership: Partnership, until: datetime.date) -> Partnership:
    """End a partnership: from the next day its members reach nothing more here."""
    if partnership.until is not None:
        raise DomainError(_("Ce partenariat est déjà terminé."))
    if until < partnership.since:
        raise DomainError(_("La fin du partenariat vient avant son début."), field="until")
    partnership.until = until
    partnership.save(update_fields=["until"])
    return partnership
