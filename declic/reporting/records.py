"""The records behind a figure, in words and with the page each one opens."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from declic.core.money import format_euros_short
from declic.core.templatetags.declic import minutes_as_hours
from declic.people.models import Person
from declic.reporting.facts import RELATIONS, Page


@dataclass(frozen=True)
class Record:
    """One record behind a figure."""

    label: str
    detail: str
    url: str | None
    on: datetime.date


def _named(person: Person | None) -> str:
    return f"{person} · {person.case_number}" if person else _("personne non nommée")


def _enrolled(row: Any) -> str:
    return _named(row.enrolment.person)


_WORDS: dict[str, Callable[[Any], tuple[str, str]]] = {
    "people": lambda row: (_named(row), ""),
    "savers": lambda row: (_named(row), ""),
    "referrals": lambda row: (
        _named(row.person),
        " · ".join(
            filter(None, [str(row.prescriber or ""), row.get_state_display(), row.get_refusal_reason_display()])
        ),
    ),
    "machines": lambda row: (_named(row.person), f"{row.device} · {row.get_mode_display()}"),
    "deposits": lambda row: (_named(row.person), f"{row.device} · {format_euros_short(row.deposit)}"),
    "ceremonies": lambda row: (row.name, row.place),
    "aids": lambda row: (_enrolled(row), f"{format_euros_short(row.amount)} · {row.get_state_display()}"),
    "recharges": lambda row: (_named(row.person), str(row.product)),
    "classes": lambda row: (
        str(row.group),
        " · ".join(
            [minutes_as_hours(row.minutes), _("animée par un·e bénévole") if row.led_by_volunteer else ""]
        ).strip(" ·"),
    ),
    "attendances": lambda row: (_enrolled(row), f"{row.class_session.group} · {minutes_as_hours(row.minutes)}"),
    "groups": lambda row: (row.name, _("%(count)s places") % {"count": row.capacity}),
    "visits": lambda row: (_named(row.person), row.get_theme_display()),
    "tickets": lambda row: (_named(row.person), f"{row.get_symptom_display()} · {row.get_state_display()}"),
    "reviews": lambda row: (_enrolled(row), _("bilan à %(months)s mois") % {"months": row.months}),
    "book": lambda row: (row.label, ""),
    "grants": lambda row: (row.label, ""),
    "editions": lambda row: (str(row), ""),
    "next_year": lambda row: (_named(row.person), row.edition.name),
}


def _person_of(row: Any) -> int | None:
    if isinstance(row, Person):
        return row.pk
    if hasattr(row, "person_id"):
        return row.person_id
    return row.enrolment.person_id if hasattr(row, "enrolment") else None


def _url(name: str, pk: int | None) -> str | None:
    if pk is None:
        return None
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return None


def describe(relation: str, page: Page) -> list[Record]:
    """The records of a page, in its order (one query)."""
    source = RELATIONS[relation]
    rows = source.model._default_manager.all()  # type: ignore[attr-defined]
    if source.related:
        rows = rows.select_related(*source.related)
    found = rows.in_bulk([pk for pk, _day in page.rows])
    records = []
    for pk, day in page.rows:
        row = found[pk]
        label, detail = _WORDS[relation](row)
        url = _url(source.page, pk) if source.page else _url("web:file", _person_of(row))
        records.append(Record(label, detail, url, day))
    return records
