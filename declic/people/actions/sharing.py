"""Opening one file to the team of another place: for a reason, until a day, and taken back when it has served."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.dates import add_months
from declic.core.errors import DomainError
from declic.organisations.models import Site
from declic.people.enums import Purpose
from declic.people.models import FileShare, Person
from declic.people.queries import objects_to

LONGEST_SHARE_MONTHS = 12
"""A share names its end (rule 18): a year at most, after which one asks oneself again."""


@transaction.atomic
def share_file(
    *, acting_user: User, person: Person, site: Site, reason: str, until: datetime.date, on: datetime.date
) -> FileShare:
    """Open the file to the team of `site` from `on` to `until` (included).

    Raises `DomainError` when the person objects, the team sees the file already, the reason is missing or the end is
    past or further than a year.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    if objects_to(person, Purpose.SHARING):
        raise DomainError(
            _("Cette personne s'oppose au partage de son dossier : parlez-en avec elle avant, et notez sa réponse.")
        )
    if site.operator_id != person.operator_id or site.closed_on is not None:
        raise DomainError(_("Choisissez un lieu ouvert de votre structure."), field="site")
    if person.site_id is None or person.site_id == site.pk:
        raise DomainError(_("L'équipe de ce lieu voit déjà ce dossier : rien à partager."), field="site")
    if not reason.strip():
        raise DomainError(_("Écrivez pourquoi cette équipe a besoin du dossier."), field="reason")
    if until < on:
        raise DomainError(_("Cette date est passée : choisissez le dernier jour du partage."), field="until")
    if until > add_months(on, LONGEST_SHARE_MONTHS):
        raise DomainError(_("Un partage dure un an au plus : vous pourrez le renouveler."), field="until")
    running = FileShare.objects.filter(person=person, site=site, ended_on__isnull=True).first()
    if running is not None and running.until >= on:
        raise DomainError(
            _("Ce dossier est déjà partagé avec ce lieu jusqu'au %(day)s : arrêtez ce partage pour en changer.")
            % {"day": f"{running.until:%d/%m/%Y}"},
            field="site",
        )
    if running is not None:
        # It ran out by itself; only its place in the list of those under way is given back.
        running.ended_on = running.until
        running.save(update_fields=["ended_on"])
    return FileShare.objects.create(
        operator_id=person.operator_id,
        person=person,
        site=site,
        reason=reason.strip(),
        since=on,
        until=until,
        shared_by=acting_user,
    )


@transaction.atomic
def end_share(*, acting_user: User, share: FileShare, on: datetime.date) -> FileShare:
    """Take the file back before its day: the other team no longer sees it."""
    share = FileShare.objects.select_for_update().select_related("site").get(pk=share.pk)
    if share.ended_on is not None or share.until < on:
        raise DomainError(_("Ce partage est déjà terminé."))
    share.ended_on = max(on, share.since)
    share.save(update_fields=["ended_on"])
    return share
