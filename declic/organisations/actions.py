"""Every write about organisations, sites and partnerships."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from stdnum.fr.siret import is_valid as is_siret

from declic.core.errors import DomainError
from declic.organisations.enums import OrganisationKind, PartnershipKind
from declic.organisations.models import Organisation, Partnership, Site


@transaction.atomic
def create_organisation(
    *,
    acting_user: object,
    name: str,
    kinds: Sequence[str],
    registered_by: Organisation | None = None,
    prescriber_kind: str = "",
    email: str = "",
    phone: str = "",
) -> Organisation:
    """Create a structure: an operator, or a partner `registered_by` the operator that works with it.

    A name already taken among operators, or among the partners of that operator, is refused, whatever its case.
    """
    if registered_by is not None and OrganisationKind.OPERATOR in kinds:
        raise DomainError(_("Un partenaire n'est pas un opérateur : laissez ce rôle de côté."), field="kinds")
    if registered_by is not None:
        # Two colleagues who add the same partner at once: the second one finds it.
        Organisation.objects.select_for_update(no_key=True).get(pk=registered_by.pk)
    if partner_called(registered_by, name) is not None:
        raise DomainError(_("Cette structure existe déjà : choisissez-la dans la liste."), field="name")
    if not kinds:
        raise DomainError(_("Dites ce que fait cette structure : cochez au moins un rôle."), field="kinds")
    return Organisation.objects.create(
        registered_by=registered_by,
        name=name,
        kinds=[OrganisationKind(kind) for kind in kinds],
        prescriber_kind=prescriber_kind,
        email=email,
        phone=phone,
    )


@transaction.atomic
def write_siret(*, acting_user: object, operator: Organisation, siret: str) -> Organisation:
    """Write the number (14 digits, spaces left out) by which the tax office knows a structure; a wrong key is refused."""
    digits = "".join(siret.split())
    if not is_siret(digits):
        raise DomainError(
            _("Ce numéro n'est pas un SIRET : recopiez ses 14 chiffres d'un courrier de l'Insee ou des impôts."),
            field="siret",
        )
    operator.siret = digits
    operator.save(update_fields=["siret"])
    return operator


def partner_called(operator: Organisation | None, name: str) -> Organisation | None:
    """The partner that `operator` registered under that name, whatever its case (among operators if it is None)."""
    return Organisation.objects.filter(registered_by=operator, name__iexact=name).first()


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
    """Let `partner`, which the operator registered, reach its cases in the way `kind` says, from `since`."""
    if partner.registered_by_id != operator.pk:
        raise DomainError(
            _("Cette structure est inscrite chez un autre opérateur : inscrivez-la d'abord chez vous."), field="partner"
        )
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
    """Open a partnership with the operator's partner of that name, registered now if it is a new one.

    A partner already registered keeps what it says of itself. The same structure may work with other operators: each has
    its own record of it, and gives its own roles.
    """
    if name.casefold() == operator.name.casefold():
        raise DomainError(_("C'est votre propre structure : un partenariat se noue avec une autre."), field="name")
    partner = partner_called(operator, name)
    if partner is None:
        partner = create_organisation(
            acting_user=acting_user,
            name=name,
            kinds=[_KIND_OF_PARTNER[PartnershipKind(kind)]],
            registered_by=operator,
            prescriber_kind=prescriber_kind,
            email=email,
            phone=phone,
        )
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
