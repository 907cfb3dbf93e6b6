"""What persons are to each other: couples, parents and children, homes shared. A link makes nobody one person."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.people.enums import LinkKind
from declic.people.models import Person, PersonLink
from declic.people.queries import linked


@transaction.atomic
def link_people(
    *, acting_user: User, person: Person, other: Person, kind: str, since: datetime.date, on: datetime.date
) -> PersonLink:
    """Write that two persons are linked from a day; for a parent and a child, `person` is the parent."""
    if person.pk == other.pk:
        raise DomainError(_("C'est la même personne : choisissez quelqu'un d'autre."))
    if person.operator_id != other.operator_id:
        raise DomainError(_("Ces deux dossiers n'appartiennent pas à la même structure."))
    if since > on:
        raise DomainError(_("Cette date est dans le futur : écrivez depuis quand."), field="since")
    list(Person.objects.select_for_update(no_key=True).filter(pk__in=(person.pk, other.pk)).order_by("pk"))
    if linked(person.pk, other.pk).filter(kind=kind).exists():
        raise DomainError(_("Ce lien est déjà noté."), field="kind")
    return PersonLink.objects.create(
        operator_id=person.operator_id,
        person=person,
        other=other,
        kind=LinkKind(kind),
        since=since,
        recorded_by=acting_user,
    )


@transaction.atomic
def end_link(*, acting_user: User, link: PersonLink, until: datetime.date) -> PersonLink:
    """The link has ended; that it was stays written."""
    link = PersonLink.objects.select_for_update().get(pk=link.pk)
    if link.until is not None:
        raise DomainError(_("Ce lien est déjà terminé."))
    link.until = max(until, link.since)
    link.save(update_fields=["until"])
    return link
