"""Where each fact of a situation comes from: what the file knew on a date, what the prescriber told, what is typed."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from declic.core.dates import format_day
from declic.orientation.models import Referral
from declic.people.actions import FACTS
from declic.people.models import Snapshot


def told_facts(referral: Referral | None) -> dict[str, Any]:
    """What the prescriber told of the situation, under the names of a snapshot's fields."""
    told = referral.facts if referral is not None else {}
    return {name: told[name] for name in FACTS if told.get(name) not in (None, "")}


def told_persons(referral: Referral | None) -> int | None:
    """How many live together, as the request says or as was noted on it; None when nobody knows."""
    persons = referral.facts.get("persons") if referral is not None else None
    return persons if isinstance(persons, int) else None


def begin_with(latest: Snapshot | None, referral: Referral | None) -> Snapshot | None:
    """The situation to begin a form with: the newest of the file and of the request, fact by fact; not to be saved."""
    told = told_facts(referral)
    if not told:
        return latest
    newer = latest is None or (referral is not None and referral.sent_on is not None and latest.on < referral.sent_on)
    known = {name: getattr(latest, name) for name in FACTS} if latest is not None else {}
    for name, value in told.items():
        if newer or known.get(name) in (None, ""):
            known[name] = value
    return Snapshot(**known)


def sources_of(
    facts: Mapping[str, Any], *, latest: Snapshot | None, referral: Referral | None, typed: str
) -> dict[str, str]:
    """In words, the origin of each known fact: a dated situation that says the same, else the prescriber, else `typed`."""
    told = told_facts(referral)
    found = {}
    for name, value in facts.items():
        if value in (None, ""):
            continue
        if latest is not None and getattr(latest, name, None) == value:
            found[name] = _("situation du %(day)s") % {"day": format_day(latest.on)}
        elif name in told and told[name] == value and referral is not None and referral.sent_on is not None:
            found[name] = _("dit par qui l'a orientée, le %(day)s") % {"day": format_day(referral.sent_on)}
        else:
            found[name] = typed
    return found
