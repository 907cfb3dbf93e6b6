"""The only ways to journeys, counts, parts and reservations: one's operator, and one's place where the role names one."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.equipment.models import CategoryReservation, Journey, Part, StockCount
from declic.organisations.models import Site

_P = Permission.MANAGE_STOCK


def _reached(user: User, permission: Permission, *sites: str) -> Q:
    """Rows of the operators over which `user` has `permission`; of one place through any of the paths `sites`."""
    where = Q(pk__in=[])
    for reach in scope_of(user).having(permission):
        here = Q(operator=reach.operator_id)
        if reach.site_id is not None and sites:
            places = Q(pk__in=[])
            for path in sites:
                places |= Q(**{path: reach.site_id})
            here &= places
        where |= here
    return where


def _one(rows: QuerySet[Any], pk: int) -> Any:
    try:
        return rows.get(pk=pk)
    except rows.model.DoesNotExist:
        raise Http404 from None


def sites_in_reach(user: User, permission: Permission = _P) -> QuerySet[Site]:
    """The open places in which `user` has `permission`, in the order of their names."""
    return Site.objects.filter(_reached(user, permission, "pk"), closed_on__isnull=True).order_by("name", "pk")


def visible_journeys(user: User) -> QuerySet[Journey]:
    """Journeys that leave from a place of `user`, or go to one."""
    return Journey.objects.filter(_reached(user, _P, "origin", "destination"))


def access_journey(pk: int, user: User) -> Journey:
    """The journey `pk`; 404 when it does not exist or is out of reach."""
    found: Journey = _one(visible_journeys(user).select_related("operator", "origin", "destination", "sent_by"), pk)
    return found


def visible_counts(user: User) -> QuerySet[StockCount]:
    """Counts of the places of `user`."""
    return StockCount.objects.filter(_reached(user, _P, "site"))


def access_count(pk: int, user: User) -> StockCount:
    """The count `pk`; 404 when it does not exist or is out of reach."""
    found: StockCount = _one(visible_counts(user).select_related("operator", "site", "started_by"), pk)
    return found


def visible_parts(user: User) -> QuerySet[Part]:
    """Parts that the operators of `user` count, in whatever place."""
    return Part.objects.filter(_reached(user, _P))


def access_part(pk: int, user: User) -> Part:
    """The part `pk`; 404 when it does not exist or is out of reach."""
    found: Part = _one(visible_parts(user).select_related("operator"), pk)
    return found


def visible_reservations(user: User) -> QuerySet[CategoryReservation]:
    """What the editions of the operators of `user` will need."""
    return CategoryReservation.objects.filter(_reached(user, _P))


def access_reservation(pk: int, user: User) -> CategoryReservation:
    """The reservation `pk`; 404 when it does not exist or is out of reach."""
    found: CategoryReservation = _one(visible_reservations(user).select_related("edition__programme", "site"), pk)
    return found
