"""Reads on accounts that more than one place needs: who works where, whom one may give access to."""

import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from declic.accounts.enums import Permission, Role
from declic.accounts.models import Membership, User
from declic.accounts.scope import scope_of
from declic.organisations.enums import OrganisationKind
from declic.organisations.models import Organisation, Partnership


def _open_on(day: datetime.date) -> Q:
    return Q(ends_on__isnull=True) | Q(ends_on__gte=day)


def advisers_of(operator: Organisation | int, on: datetime.date) -> QuerySet[User]:
    """Those who may follow a person at this operator on that day: its advisers and coordinators."""
    roles = Membership.objects.filter(
        _open_on(on), organisation=operator, role__in=(Role.ADVISER, Role.COORDINATOR), user=OuterRef("pk")
    )
    return User.objects.filter(Exists(roles), is_active=True).order_by("name", "pk")


def organisations_to_staff(user: User, on: datetime.date) -> QuerySet[Organisation]:
    """Structures in which `user` may give roles: the own operators, and partners who work with no one else.

    A partner shared with another operator is left out: a role given there would open that operator's cases too.
    """
    own = {
        reach.operator_id
        for reach in scope_of(user).having(Permission.MANAGE_SITES)
        # Whoever has one place in charge would otherwise give roles over all of them.
        if not reach.is_partner and reach.site_id is None
    }
    current = Partnership.objects.filter(Q(until__isnull=True) | Q(until__gte=on), partner=OuterRef("pk"))
    partners = Q(Exists(current.filter(operator__in=own)), ~Exists(current.exclude(operator__in=own)))
    return Organisation.objects.filter(
        Q(pk__in=own) | (partners & ~Q(kinds__contains=[OrganisationKind.OPERATOR]))
    ).order_by("name", "pk")


def memberships_to_manage(user: User, on: datetime.date) -> QuerySet[Membership]:
    """Every role, past ones included, in the structures of `organisations_to_staff`."""
    return Membership.objects.filter(organisation__in=organisations_to_staff(user, on)).select_related(
        "user", "organisation", "site"
    )
