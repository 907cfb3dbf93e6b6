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
    (gettext_lazy("Caisse"), "ledger:tills", frozenset({P.TAKE_MONEY})),
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
        (gettext_lazy("Fins d’édition"), "equipment:terms", frozenset({P.HAND_OVER})),
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
    "ledger:till": (
        (gettext_lazy("Argent du jour"), "ledger:till", frozenset({P.SEE_BOOKS})),
        (gettext_lazy("Caisses"), "ledger:tills", frozenset({P.TAKE_MONEY})),
        (gettext_lazy("Reçus"), "ledger:receipts", frozenset({P.SEE_BOOKS})),
        (gettext_lazy("Chèques"), "ledger:cheques", frozenset({P.SEE_BOOKS})),
        (gettext_lazy("Dépenses"), "ledger:expenses", frozenset({P.SEE_BOOKS})),
        (gettext_lazy("Subventions"), "ledger:grants", frozenset({P.SEE_BOOKS})),
        (gettext_lazy("Journal"), "ledger:journal", frozenset({P.SEE_BOOKS})),
        (gettext_lazy("Comptes"), "ledger:accounts", frozenset({P.SEE_BOOKS})),
        (gettext_lazy("Fichiers"), "ledger:exports", frozenset({P.SEE_BOOKS})),
    ),
}
"""What stands behind a place of the menu, its first room first: a second line on every page below the place's address."""

ALSO: dict[str, tuple[str, ...]] = {
    "equipment:bench": ("fichiers/",),
    "equipment:promises": ("lots/", "donateurs/"),
    "equipment:shelves": ("besoins/", "editions/"),
    "equipment:ceremonies": ("conventions/",),
    "equipment:loans": ("attributions/", "attribuer/", "vendre/"),
    "ledger:tills": ("journees/",),
    "ledger:expenses": ("recettes/",),
    "ledger:journal": ("ecritures/",),
}
"""What else belongs to a room: starts of addresses, after the place's own, that its own address does not begin."""


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `navigation.items` (label, url, current), `.place`, `.rooms`, `.organisation`, `.role`, `.search_url`."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {
            "navigation": {"items": [], "place": "", "rooms": [], "organisation": "", "role": "", "search_url": None}
        }
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
            "place": next((label for label, url in known if url == current), ""),
            "rooms": _rooms(scope, request.path),
            "organisation": organisation,
            "role": role,
            "search_url": _address("web:search") if scope.can(P.SEE_PEOPLE) or scope.can(P.SEE_STOCK) else None,
        }
    }


def _opens(scope: Scope, name: str, permissions: frozenset[Permission]) -> bool:
    """Whether the menu shows a place: who reaches the drop-in by the courses, reviews by the files or the drawers by the books, needs no second door."""
    if name == "training:visits" and scope.can(P.RUN_COURSES):
        return False
    if name == "followup:reviews" and scope.can(P.SEE_PEOPLE):
        return False
    if name == "ledger:tills" and scope.can(P.SEE_BOOKS):
        return False
    return not permissions or any(scope.can(permission) for permission in permissions)


def _rooms(scope: Scope, path: str) -> list[dict[str, Any]]:
    """The second line of the menu on the pages of a place that has several rooms open: the longest address tells which.

    `current` is `page` on the room's own page, `true` on what stands behind it, empty elsewhere.
    """
    places = [place for name in ROOMS if (place := _address(name)) and path.startswith(place)]
    if not places:
        return []
    here = max(places, key=len)
    rooms = next(rooms for name, rooms in ROOMS.items() if _address(name) == here)
    starts = {
        start: name
        for _label, name, _permissions in rooms
        for start in (_address(name), *(here + more for more in ALSO.get(name, ())))
        if start
    }
    current = starts[max((start for start in starts if path.startswith(start)), key=len)]
    shown = [
        {
            "label": label,
            "url": url,
            "current": "" if name != current else "page" if url == path else "true",
        }
        for label, name, permissions in rooms
        if any(scope.can(permission) for permission in permissions) and (url := _address(name))
    ]
    return shown if len(shown) > 1 else []


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
