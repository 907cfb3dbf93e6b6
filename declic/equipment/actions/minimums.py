"""Below which stock the team is warned."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.equipment.enums import DeviceKind, Grade
from declic.equipment.models import StockMinimum
from declic.organisations.models import Organisation, Site

_MOST = 100_000


@transaction.atomic
def set_minimum(
    *,
    acting_user: User,
    operator: Organisation,
    kind: DeviceKind | str,
    minimum: int,
    site: Site | None = None,
    grade: Grade | str = "",
) -> StockMinimum | None:
    """Ask to be warned when fewer than `minimum` machines are ready (of a grade, in a place, or in all); 0 asks no more."""
    if site is not None and site.operator_id != operator.pk:
        raise DomainError(_("Ce lieu n'est pas à vous : choisissez-en un de votre structure."), field="site")
    if not 0 <= minimum <= _MOST:
        raise DomainError(_("Écrivez un nombre de machines, ou 0 pour ne plus être prévenu."), field="minimum")
    # The operator's row keeps two settings of the same minimum apart.
    Organisation.objects.select_for_update(no_key=True).get(pk=operator.pk)
    named: dict[str, Any] = {"operator": operator, "site": site, "kind": kind, "grade": grade}
    if minimum == 0:
        StockMinimum.objects.filter(**named).delete()
        return None
    found, _created = StockMinimum.objects.update_or_create(**named, defaults={"minimum": minimum})
    return found
