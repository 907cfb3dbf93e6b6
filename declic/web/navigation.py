"""The main navigation that every page shows: where one can go, for whom one works, what one may search."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `navigation.items` (label, url, current), `.organisation`, `.role`, `.search_url`."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": {"items": [], "organisation": "", "role": "", "search_url": None}}
    places = [
        (_("Aujourd’hui"), "web:today"),
        (_("Personnes"), "people:list"),
        (_("Orientations"), "orientation:list"),
        (_("Formation"), "training:list"),
        (_("Matériel"), "equipment:list"),
        (_("Assistance"), "hotline:list"),
        (_("Caisse"), "ledger:till"),
        (_("Dispositifs"), "programmes:list"),
        (_("Bilans"), "reporting:list"),
    ]
    known = [(label, url) for label, name in places if (url := _address(name))]
    here = [url for _label, url in known if request.path == url or (url != "/" and request.path.startswith(url))]
    current = max(here, key=len, default=None)
    return {
        "navigation": {
            "items": [{"label": label, "url": url, "current": url == current} for label, url in known],
            "organisation": "",
            "role": "",
            "search_url": _address("people:list"),
        }
    }


def _address(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
