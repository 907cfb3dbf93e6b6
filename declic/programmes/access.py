"""The only way in which a view reaches a programme or an edition: fetched and checked at once, else 404."""

from django.db.models import QuerySet
from django.http import Http404

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.programmes.models import Edition, Programme, Scale


def visible_programmes(user: User, permission: Permission = Permission.SEE_PROGRAMMES) -> QuerySet[Programme]:
    """The programmes of the operators over which `user` has `permission`."""
    return Programme.objects.filter(operator__in=scope_of(user).operators(permission))


def access_programme(
    pk: int, user: User, permission: Permission = Permission.SEE_PROGRAMMES, *, for_update: bool = False
) -> Programme:
    """The programme, locked if `for_update`; 404 when it does not exist or is out of reach."""
    programmes = visible_programmes(user, permission).select_related("operator")
    if for_update:
        programmes = programmes.select_for_update(of=("self",))
    try:
        return programmes.get(pk=pk)
    except Programme.DoesNotExist:
        raise Http404 from None


def visible_editions(user: User, permission: Permission = Permission.SEE_PROGRAMMES) -> QuerySet[Edition]:
    """The editions of the operators over which `user` has `permission`."""
    return Edition.objects.filter(operator__in=scope_of(user).operators(permission))


def access_edition(
    pk: int, user: User, permission: Permission = Permission.SEE_PROGRAMMES, *, for_update: bool = False
) -> Edition:
    """The edition with its programme, locked if `for_update`; 404 when it does not exist or is out of reach."""
    editions = visible_editions(user, permission).select_related("programme", "operator", "section")
    if for_update:
        editions = editions.select_for_update(of=("self",))
    try:
        return editions.get(pk=pk)
    except Edition.DoesNotExist:
        raise Http404 from None


def visible_scales(user: User, permission: Permission = Permission.MANAGE_PROGRAMMES) -> QuerySet[Scale]:
    """The scales of the operators over which `user` has `permission`."""
    return Scale.objects.filter(operator__in=scope_of(user).operators(permission))


def access_scale(pk: int, user: User, permission: Permission = Permission.MANAGE_PROGRAMMES) -> Scale:
    """The scale `pk`; 404 when it does not exist or is out of reach."""
    try:
        return visible_scales(user, permission).get(pk=pk)
    except Scale.DoesNotExist:
        raise Http404 from None
