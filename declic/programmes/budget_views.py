"""The budget of an edition beside what its books say."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.scope import scope_of
from declic.programmes.access import access_edition
from declic.programmes.budget import actual_budget


def budget_actual(request: HttpRequest, edition_id: int) -> HttpResponseBase:
    """Planned, actual, gap in euros and in percent, on one page."""
    user = user_of(request)
    edition = access_edition(edition_id, user, Permission.SEE_BOOKS)
    scope = scope_of(user)
    context = {
        "edition": edition,
        "budget": actual_budget(edition),
        "sees_programmes": scope.can(Permission.SEE_PROGRAMMES, edition.operator_id),
        "can_write": scope.can(Permission.MANAGE_SITES, edition.operator_id),
        "can_plan": scope.can(Permission.MANAGE_PROGRAMMES, edition.operator_id),
    }
    return render(request, "programmes/budget_actual.html", context)
