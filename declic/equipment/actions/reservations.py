"""Future demand: so many machines of a kind that an edition will need, never this or that machine."""

import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.equipment.enums import DeviceKind, Grade
from declic.equipment.models import CategoryReservation
from declic.organisations.models import Site
from declic.programmes.models import Edition

_MOST = 10_000


@transaction.atomic
def reserve_category(
    *,
    acting_user: User,
    edition: Edition,
    kind: DeviceKind | str,
    count: int,
    needed_on: datetime.date,
    on: datetime.date,
    lowest_grade: Grade | str = "",
    site: Site | None = None,
    note: str = "",
) -> CategoryReservation:
    """Say that `edition` needs `count` machines for `needed_on`. More than the stock is allowed: the page warns of it."""
    if site is not None and site.operator_id != edition.operator_id:
        raise DomainError(_("Ce lieu n'est pas à vous : choisissez-en un de votre structure."), field="site")
    _require_count(count)
    if needed_on < on:
        raise DomainError(_("Cette date est passée : choisissez aujourd'hui ou après."), field="needed_on")
    try:
        with transaction.atomic():
            return CategoryReservation.objects.create(
                operator=edition.operator,
                edition=edition,
                kind=kind,
                lowest_grade=lowest_grade,
                site=site,
                count=count,
                needed_on=needed_on,
                note=note.strip()[:300],
                made_by=acting_user,
                made_on=on,
            )
    except IntegrityError:
        raise DomainError(_("Cette réservation existe déjà : changez son nombre."), field="count") from None


@transaction.atomic
def change_reservation(
    *,
    acting_user: User,
    reservation: CategoryReservation,
    count: int,
    needed_on: datetime.date,
    note: str,
) -> CategoryReservation:
    """Change how many machines are needed, or when."""
    reservation = _open(reservation)
    _require_count(count)
    reservation.count, reservation.needed_on, reservation.note = count, needed_on, note.strip()[:300]
    try:
        with transaction.atomic():
            reservation.save()
    except IntegrityError:
        raise DomainError(
            _("Une réservation pareille existe déjà pour ce jour : changez son nombre."), field="needed_on"
        ) from None
    return reservation


@transaction.atomic
def lift_reservation(*, acting_user: User, reservation: CategoryReservation, on: datetime.date) -> CategoryReservation:
    """The edition needs these machines no more."""
    reservation = _open(reservation)
    reservation.ended_on = on
    reservation.save(update_fields=["ended_on"])
    return reservation


def _require_count(count: int) -> None:
    if not 1 <= count <= _MOST:
        raise DomainError(_("Écrivez un nombre de machines, de 1 à %(most)s.") % {"most": _MOST}, field="count")


def _open(reservation: CategoryReservation) -> CategoryReservation:
    found = CategoryReservation.objects.select_for_update(no_key=True, of=("self",)).get(pk=reservation.pk)
    if found.ended_on is not None:
        raise DomainError(_("Ce besoin est déjà annulé : notez-en un autre."))
    return found
