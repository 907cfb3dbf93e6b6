"""The stock as a whole: so many machines of each category in each place, what is too low, what editions will need."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from declic.accounts.access import acting_operator, require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.forms import posted
from declic.core.views import submit
from declic.equipment import actions
from declic.equipment.access import visible_devices
from declic.equipment.enums import DeviceKind, Grade
from declic.equipment.forms.shelves import MinimumForm
from declic.equipment.models import StockMinimum
from declic.equipment.shelves import STAGES, low_parts, minimums_read, needs, stock_by_category
from declic.equipment.stock_access import sites_in_reach


@require_safe
def shelves(request: HttpRequest) -> HttpResponseBase:
    """So many machines by category, place and grade, with what warns."""
    scope = require(request.user, Permission.SEE_STOCK)
    user = user_of(request)
    rows = stock_by_category(visible_devices(user))
    operators = scope.operators(Permission.SEE_STOCK)
    can_manage = scope.can(Permission.MANAGE_STOCK)
    minimums = list(minimums_read(operators))
    context = {
        "rows": [(DeviceKind(row.kind).label, Grade(row.grade).label if row.grade else "", row) for row in rows],
        "totals": {name: sum(row.counts[name] for row in rows) for name, _states in STAGES},
        "total": sum(row.total for row in rows),
        "low": [one for one in minimums if one.lacking],
        "minimums": minimums,
        "needs": needs(operators),
        "low_parts": low_parts(operators) if can_manage else [],
        "can_manage": can_manage,
        "can_hand_over": scope.can(Permission.HAND_OVER),
    }
    return render(request, "equipment/shelves.html", context)


def minimum(request: HttpRequest) -> HttpResponseBase:
    """Ask to be warned, or to be warned no more; concerns all places."""
    operator = acting_operator(request, Permission.MANAGE_STOCK, whole=True)
    user = user_of(request)
    sites = sites_in_reach(user).filter(operator=operator)
    return submit(
        request,
        MinimumForm(**posted(request), sites=sites),
        lambda **typed: actions.set_minimum(acting_user=user, operator=operator, **typed),
        success=_minimum_said,
        to=reverse("equipment:shelves"),
        template="equipment/minimum.html",
    )


def _minimum_said(minimum: StockMinimum | None) -> str:
    if minimum is None:
        return _("Vous ne serez plus prévenu pour ces machines.")
    return _("Vous serez prévenu au-dessous de %(minimum)s machines prêtes.") % {"minimum": minimum.minimum}
