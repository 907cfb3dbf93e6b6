"""The main navigation that every page shows: the doors that the user's roles open, and no other."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.accounts.access import OPERATOR_KEY
from declic.accounts.enums import Permission
from declic.accounts.scope import Scope, scope_of

P = Permission
PLACES: tuple[tuple[Any, str, frozenset[Permission]], ...] = (
    (gettext_lazy("Aujourd’hui"), "web:today", frozenset()),
    (gettext_lazy("Personnes"), "people:list", frozenset({P.SEE_PEOPLE})),
    (gettext_lazy("Orientations"), "orientation:list", frozenset({P.ANSWER_REFERRALS, P.REFER})),
    (gettext_lazy("Formation"), "training:list", frozenset({P.RUN_COURSES, P.TEACH})),
    (gettext_lazy("Permanence"), "training:visits", frozenset({P.WELCOME})),
    (gettext_lazy("Matériel"), "equipment:list", frozenset({P.SEE_STOCK})),
    (gettext_lazy("Boutique"), "connectivity:shop", frozenset({P.TAKE_MONEY})),
    (gettext_lazy("Aides"), "connectivity:aids", frozenset({P.DECIDE_AID})),
    (gettext_lazy("Assistance"), "hotline:list", frozenset({P.ANSWER_TICKETS, P.OPEN_TICKETS})),
    (gettext_lazy("Suivi"), "followup:reviews", frozenset({P.GIVE_REVIEWS})),
    (gettext_lazy("Caisse"), "ledger:till", frozenset({P.SEE_BOOKS})),
    (gettext_lazy("Dispositifs"), "programmes:list", frozenset({P.SEE_PROGRAMMES})),
    (gettext_lazy("Bilans"), "reporting:list", frozenset({P.SEE_REPORTS})),
    (gettext_lazy("Réglages"), "organisations:sites", frozenset({P.MANAGE_SITES})),
)
"""Where one can go: a label, an address, and the permissions of which one opens it."""

ROOMS: dict[str, tuple[tuple[Any, str, frozenset[Permission]], ...]] = {
    "equipment:list": (
        (gettext_lazy("Machines"), "equipment:list", frozenset({P.SEE_STOCK})),
        (gettext_lazy("Établi"), "equipment:bench", frozenset({P.MANAGE_STOCK})),
        (gettext_lazy("Collectes"), "equipment:promises", frozenset({P.MANAGE_STOCK})),
        (gettext_lazy("Stock"), "equipment:shelves", frozenset({P.SEE_STOCK})),
        (gettext_lazy("Transports"), "equipment:journeys", frozenset({P.MANAGE_STOCK})),
        (gettext_lazy("Inventaires"), "equipment:counts", frozenset({P.MANAGE_STOCK})),
        (gettext_lazy("Pièces"), "equipment:parts", frozenset({P.MANAGE_STOCK})),
        (gettext_lazy("Étiquettes"), "equipment:labels", frozenset({P.MANAGE_STOCK})),
        (gettext_lazy("Remises"), "equipment:ceremonies", frozenset({P.HAND_OVER})),
        (gettext_lazy("Prêts"), "equipment:loans", frozenset({P.HAND_OVER})),
        (gettext_lazy("Fins de prêt"), "equipment:terms", frozenset({P.HAND_OVER})),
    ),
    "connectivity:shop": (
        (gettext_lazy("Boutique"), "connectivity:shop", frozenset({P.TAKE_MONEY})),
        (gettext_lazy("Ventes"), "connectivity:sales", frozenset({P.TAKE_MONEY})),
    ),
    "hotline:list": (
        (gettext_lazy("Demandes"), "hotline:list", frozenset({P.ANSWER_TICKETS, P.OPEN_TICKETS})),
        (gettext_lazy("Réponses toutes prêtes"), "hotline:answers", frozenset({P.ANSWER_TICKETS})),
        (gettext_lazy("Bilan"), "hotline:report", frozenset({P.ANSWER_TICKETS})),
    ),
}
"""What stands behind a place of the menu: shown as a second line on each of these pages."""


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `navigation.items` (label, url, current), `.organisation`, `.role`, `.search_url`."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": {"items": [], "rooms": [], "organisation": "", "role": "", "search_url": None}}
    scope = scope_of(user)
    known = [
        (label, url)
        for label, name, permissions in PLACES
        if _opens(scope, name, permissions) and (url := _address(name))
    ]
    here = [url for _label, url in known if request.path == url or (url != "/" and request.path.startswith(url))]
    current = max(here, key=len, default=None)
    organisation, role = _standing(request, scope)
    return {
        "navigation": {
            "items": [{"label": label, "url": url, "current": url == current} for label, url in known],
            "rooms": _rooms(scope, request.path),
            "organisation": organisation,
            "role": role,
            "search_url": _address("web:search") if scope.can(P.SEE_PEOPLE) or scope.can(P.SEE_STOCK) else None,
        }
    }


def _opens(scope: Scope, name: str, permissions: frozenset[Permission]) -> bool:
    """Whether the menu shows a place: who reaches the drop-in by the courses, or reviews by the files, needs no second door."""
    if name == "training:visits" and scope.can(P.RUN_COURSES):
        return False
    if name == "followup:reviews" and scope.can(P.SEE_PEOPLE):
        return False
    return not permissions or any(scope.can(permission) for permission in permissions)


def _rooms(scope: Scope, path: str) -> list[dict[str, Any]]:
    """The second line of the menu, when `path` is one of its pages and there is more than one to choose from."""
    for rooms in ROOMS.values():
        open_ones = [
            (label, url)
            for label, name, permissions in rooms
            if any(scope.can(permission) for permission in permissions) and (url := _address(name))
        ]
        if len(open_ones) > 1 and path in (url for _label, url in open_ones):
            return [{"label": label, "url": url, "current": url == path} for label, url in open_ones]
    return []


def _standing(request: HttpRequest, scope: Scope) -> tuple[str, str]:
    """For whom the user works now and in which role."""
    if not scope.reaches:
        return "", str(_("aucun rôle ouvert"))
    chosen = request.session.get(OPERATOR_KEY)
    reach = next((reach for reach in scope.reaches if reach.operator_id == chosen), scope.reaches[0])
    return reach.organisation_name, str(reach.role.label)


def _address(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
